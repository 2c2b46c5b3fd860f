package org.imprimatur.inspect.keys;

import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * What matters here of an X.509 certificate (RFC 5280).
 *
 * @param isOfAuthority true if it may sign others, or is an old root that does not say
 * @param isProxy true if it is a proxy certificate (RFC 3820, or the kinds before it)
 */
public record Certificate(boolean isOfAuthority, boolean isProxy) {

    private static final int VERSION = 0xa0;
    private static final int EXTENSIONS = 0xa3;
    private static final int BOOLEAN = 0x01;
    private static final String BASIC_CONSTRAINTS = "551d13";
    private static final String PROXY_INFORMATION = "2b0601050507010e";
    private static final int MAX_EXTENSIONS = 100;

    /** The certificate whose block begins at this {@code -----BEGIN }; null if it is none. */
    public static @Nullable Certificate inPem(byte[] data, int begin, int to) {
        var content = PrivateKeys.content(data, begin, to);
        return content == null ? null : inDer(content);
    }

    /** The certificate in DER; null if it is none. */
    public static @Nullable Certificate inDer(byte[] data) {
        var outer = new Der(data).next(Der.SEQUENCE);
        var signed = outer == null ? null : outer.next(Der.SEQUENCE);
        if (signed == null) {
            return null;
        }
        boolean versioned = signed.next(VERSION) != null;
        var serial = signed.next(Der.INTEGER);
        var algorithm = signed.next(Der.SEQUENCE);
        var issuer = signed.next(Der.SEQUENCE);
        var validity = signed.next(Der.SEQUENCE);
        var subject = signed.next(Der.SEQUENCE);
        var key = signed.next(Der.SEQUENCE);
        if (serial == null
                || algorithm == null
                || issuer == null
                || validity == null
                || subject == null
                || key == null) {
            return null;
        }
        boolean selfIssued = Arrays.equals(issuer.bytes(), subject.bytes());
        boolean authority = selfIssued && !versioned;
        boolean proxy = false;
        var tagged = signed.nextOf(EXTENSIONS);
        var extensions = tagged == null ? null : tagged.next(Der.SEQUENCE);
        for (int i = 0; extensions != null && i < MAX_EXTENSIONS; i++) {
            var extension = extensions.next(Der.SEQUENCE);
            var oid = extension == null ? null : extension.next(Der.OID);
            if (extension == null || oid == null) {
                break;
            }
            switch (HexFormat.of().formatHex(oid.bytes())) {
                case BASIC_CONSTRAINTS -> authority |= signsOthers(extension);
                case PROXY_INFORMATION -> proxy = true;
                default -> {
                    // says nothing about who it is for
                }
            }
        }
        return new Certificate(authority, proxy);
    }

    /** BasicConstraints: a sequence that begins with TRUE (section 4.2.1.9). */
    private static boolean signsOthers(Der extension) {
        extension.next(BOOLEAN);
        var value = extension.next(Der.OCTET_STRING);
        var constraints = value == null ? null : value.next(Der.SEQUENCE);
        var flag = constraints == null ? null : constraints.next(BOOLEAN);
        return flag != null && !flag.atEnd() && flag.bytes()[0] != 0;
    }

    /** For a report. */
    public String description() {
        return isProxy ? "proxy certificate" : "certificate of a machine, service or person";
    }
}
