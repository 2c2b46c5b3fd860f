package org.imprimatur.inspect.keys;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Files that are a key or a store of keys in binary form, told by their structure: bare DER, PKCS
 * #12, the stores of Java, key rings of OpenPGP.
 */
public final class KeyFiles {

    private static final int JKS = 0xfeedfeed;
    private static final int JCEKS = 0xcececece;
    private static final int MAX_ENTRIES = 10_000;
    private static final int CONTEXT_0 = 0xa0;

    /** 1.2.840.113549.1.7.1, content that is not encrypted as a whole. */
    private static final String DATA = "2a864886f70d010701";

    /** 1.2.840.113549.1.12.10.1, the kinds of bags of PKCS #12. */
    private static final String BAG = "2a864886f70d010c0a01";

    /** 1.2.840.113549.1.5 and .12.1, ways to encrypt by a password. */
    private static final List<String> BY_PASSWORD =
            List.of("2a864886f70d0105", "2a864886f70d010c01");

    private KeyFiles() {}

    /** Whether a file that begins so may be one. */
    public static boolean isCandidate(byte[] first) {
        if (first.length < 8) {
            return false;
        }
        int magic = SshWire.number(first, 0);
        return magic == JKS
                || magic == JCEKS
                || first[0] == Der.SEQUENCE && (first[1] & 0x80) != 0
                || first[0] == Der.SEQUENCE && first[1] > 40 && first[2] == Der.INTEGER
                || isOpenPgp(first[0] & 0xff);
    }

    private static boolean isOpenPgp(int header) {
        return header >= 0x94 && header <= 0x97
                || header >= 0x9c && header <= 0x9f
                || header == 0xc5
                || header == 0xc7;
    }

    /**
     * The key in a file; null if it is none.
     *
     * @param content from the beginning of the file
     * @param whole whether this is all of the file
     */
    public static @Nullable PrivateKey of(byte[] content, boolean whole) {
        if (!isCandidate(content)) {
            return null;
        }
        int magic = SshWire.number(content, 0);
        if (magic == JKS || magic == JCEKS) {
            return javaStore(content, magic == JKS ? "Java" : "Java JCE");
        }
        if (content[0] == Der.SEQUENCE) {
            return whole ? der(content) : null;
        }
        return OpenPgp.first(content);
    }

    /** Only what is one element from beginning to end: keys are no part of anything else here. */
    private static @Nullable PrivateKey der(byte[] content) {
        if (content[1] == (byte) 0x80) {
            return isOpenPkcs12(content) ? new PrivateKey("PKCS #12", 0, true, "") : null;
        }
        var file = new Der(content);
        var outer = file.next(Der.SEQUENCE);
        if (outer == null || !file.atEnd()) {
            return null;
        }
        if (outer.tag() == Der.SEQUENCE) {
            return isByPassword(outer) ? PrivateKeys.der(content) : null;
        }
        var version = outer.next(Der.INTEGER);
        if (version != null && Arrays.equals(version.bytes(), new byte[] {3})) {
            return pkcs12(outer);
        }
        if (outer.tag() == Der.OCTET_STRING && !isEcKey(outer)) {
            return null;
        }
        return PrivateKeys.der(content);
    }

    private static boolean isByPassword(Der outer) {
        var algorithm = outer.next(Der.SEQUENCE);
        var oid = algorithm == null ? null : algorithm.next(Der.OID);
        var cipherText = outer.next(Der.OCTET_STRING);
        return oid != null
                && BY_PASSWORD.stream().anyMatch(hex(oid)::startsWith)
                && cipherText != null
                && cipherText.bytes().length >= 32
                && outer.atEnd();
    }

    /** RFC 5915, section 3: the number, then the curve or the public key in tags of their own. */
    private static boolean isEcKey(Der outer) {
        var number = outer.next(Der.OCTET_STRING);
        return number != null
                && number.bytes().length >= 20
                && number.bytes().length <= 72
                && (outer.tag() == CONTEXT_0 || outer.tag() == CONTEXT_0 + 1);
    }

    /**
     * RFC 7292, section 4: a store that has a bag with a key. Stores of certificates alone are
     * common, and no secret; parts that are encrypted as a whole hold certificates by custom.
     */
    private static @Nullable PrivateKey pkcs12(Der pfx) {
        var safe = data(pfx.next(Der.SEQUENCE));
        var contents = safe == null ? null : safe.next(Der.SEQUENCE);
        for (int i = 0; contents != null && i < MAX_ENTRIES; i++) {
            var info = contents.next(Der.SEQUENCE);
            if (info == null) {
                return null;
            }
            var inner = data(info);
            var bags = inner == null ? null : inner.next(Der.SEQUENCE);
            for (int n = 0; bags != null && n < MAX_ENTRIES; n++) {
                var bag = bags.next(Der.SEQUENCE);
                var kind = bag == null ? null : bag.next(Der.OID);
                if (kind == null) {
                    break;
                }
                switch (hex(kind)) {
                    case BAG + "01" -> {
                        return new PrivateKey("PKCS #12", 0, false, "");
                    }
                    case BAG + "02" -> {
                        return new PrivateKey("PKCS #12", 0, true, "");
                    }
                    default -> {
                        // a certificate, or something else that is no key
                    }
                }
            }
        }
        return null;
    }

    /** What a ContentInfo of the kind "data" holds. */
    private static @Nullable Der data(@Nullable Der info) {
        if (info == null) {
            return null;
        }
        var kind = info.next(Der.OID);
        var tagged = kind == null || !hex(kind).equals(DATA) ? null : info.next(CONTEXT_0);
        var octets = tagged == null ? null : tagged.next(Der.OCTET_STRING);
        return octets == null ? null : new Der(octets.bytes());
    }

    /** The same with lengths left open (BER), as some programs write it: told by its beginning. */
    private static boolean isOpenPkcs12(byte[] content) {
        var start = HexFormat.of().formatHex(content, 0, Math.min(content.length, 32));
        return start.startsWith("3080020103") && start.contains(DATA);
    }

    private static String hex(Der element) {
        return HexFormat.of().formatHex(element.bytes());
    }

    /** Entries of kind 1 are private keys, of kind 3 secret keys; of kind 2 certificates. */
    private static @Nullable PrivateKey javaStore(byte[] content, String name) {
        var in = new SshWire(content, 4);
        long version = in.number();
        long count = in.number();
        if (version < 1 || version > 2) {
            return null;
        }
        for (int i = 0; i < Math.min(count, MAX_ENTRIES); i++) {
            long kind = in.number();
            if (kind == 1 || kind == 3) {
                return new PrivateKey(name + " key store", 0, true, "");
            }
            boolean goesOn =
                    kind == 2
                            && in.skipText() // its name
                            && in.skip(8) // when it was put in
                            && (version == 1 || in.skipText())
                            && in.string() != null;
            if (!goesOn) {
                return null;
            }
        }
        return null;
    }
}
