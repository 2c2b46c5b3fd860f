package org.imprimatur.inspect.keys;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.imprimatur.register.Sha256;
import org.jspecify.annotations.Nullable;

/**
 * What an X.509 certificate (RFC 5280) says about itself.
 *
 * @param subject in the form of RFC 4514
 * @param sha256 of the certificate, in hex
 */
public record CertificateDetails(
        String subject,
        String issuer,
        Instant notBefore,
        Instant notAfter,
        boolean isOfAuthority,
        boolean isProxy,
        String sha256) {

    private static final int VERSION = 0xa0;
    private static final int SET = 0x31;
    private static final int BMP_STRING = 0x1e;
    private static final int UNIVERSAL_STRING = 0x1c;
    private static final int LATIN_STRING = 0x14;
    private static final int UTC_TIME = 0x17;
    private static final int GENERALIZED_TIME = 0x18;
    private static final int MAX_PARTS = 100;
    private static final int MAX_IN_FILE = 10_000;

    /** The names of RFC 4514, and those that grids use besides. */
    private static final Map<String, String> NAMES =
            Map.ofEntries(
                    Map.entry("550403", "CN"),
                    Map.entry("550405", "serialNumber"),
                    Map.entry("550406", "C"),
                    Map.entry("550407", "L"),
                    Map.entry("550408", "ST"),
                    Map.entry("550409", "STREET"),
                    Map.entry("55040a", "O"),
                    Map.entry("55040b", "OU"),
                    Map.entry("2a864886f70d010901", "emailAddress"),
                    Map.entry("0992268993f22c640101", "UID"),
                    Map.entry("0992268993f22c640119", "DC"));

    /** Every certificate of a file, in PEM or DER; those that are damaged are left out. */
    public static List<CertificateDetails> in(byte[] file) {
        var found = new ArrayList<CertificateDetails>();
        Consumer<@Nullable CertificateDetails> take =
                each -> {
                    if (each != null && found.size() < MAX_IN_FILE) {
                        found.add(each);
                    }
                };
        if (file.length > 0 && file[0] == Der.SEQUENCE) {
            take.accept(inDer(file));
        }
        for (int at = PrivateKeys.indexOfBegin(file, 0, file.length);
                at >= 0;
                at = PrivateKeys.indexOfBegin(file, at + PrivateKeys.BEGIN.length, file.length)) {
            var content = PrivateKeys.content(file, at, file.length);
            if (content != null) {
                take.accept(inDer(content));
            }
        }
        return found;
    }

    /** The certificate at the beginning of some DER; null if there is none. */
    static @Nullable CertificateDetails inDer(byte[] data) {
        var kind = Certificate.inDer(data);
        var outer = new Der(data).next(Der.SEQUENCE);
        var signed = outer == null ? null : outer.next(Der.SEQUENCE);
        if (kind == null || signed == null) {
            return null;
        }
        signed.next(VERSION);
        signed.next(Der.INTEGER);
        signed.next(Der.SEQUENCE);
        var issuer = signed.next(Der.SEQUENCE);
        var validity = signed.next(Der.SEQUENCE);
        var subject = signed.next(Der.SEQUENCE);
        var from = validity == null ? null : time(validity);
        var until = validity == null ? null : time(validity);
        if (issuer == null || subject == null || from == null || until == null) {
            return null;
        }
        // Trusted certificates of OpenSSL have something behind them.
        var whole = new Der(data).nextWhole(Der.SEQUENCE);
        return new CertificateDetails(
                name(subject),
                name(issuer),
                from,
                until,
                kind.isOfAuthority(),
                kind.isProxy(),
                Sha256.of(whole == null ? data : whole).hex());
    }

    /**
     * {@code YYMMDDHHMMSSZ} from 1950 to 2049, else {@code YYYYMMDDHHMMSSZ} (section 4.1.2.5). Read
     * without a format, which takes long to start.
     */
    private static @Nullable Instant time(Der validity) {
        int tag = validity.tag();
        var element = validity.next(tag);
        if (element == null || tag != UTC_TIME && tag != GENERALIZED_TIME) {
            return null;
        }
        var text = new String(element.bytes(), StandardCharsets.ISO_8859_1);
        if (tag == UTC_TIME) {
            text = (text.compareTo("5") < 0 ? "20" : "19") + text;
        }
        if (text.length() != 15 || text.charAt(14) != 'Z') {
            return null;
        }
        for (int i = 0; i < 14; i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return null;
            }
        }
        try {
            return LocalDateTime.of(
                            Integer.parseInt(text, 0, 4, 10),
                            Integer.parseInt(text, 4, 6, 10),
                            Integer.parseInt(text, 6, 8, 10),
                            Integer.parseInt(text, 8, 10, 10),
                            Integer.parseInt(text, 10, 12, 10),
                            Integer.parseInt(text, 12, 14, 10))
                    .toInstant(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** The last part comes first (RFC 4514, section 2.1). */
    private static String name(Der name) {
        var parts = new ArrayList<String>();
        while (!name.atEnd() && parts.size() < MAX_PARTS) {
            var set = name.next(SET);
            if (set == null) {
                break;
            }
            var values = new ArrayList<String>();
            while (!set.atEnd() && values.size() < MAX_PARTS) {
                var pair = set.next(Der.SEQUENCE);
                var type = pair == null ? null : pair.next(Der.OID);
                if (pair == null || type == null) {
                    break;
                }
                values.add(type(type.bytes()) + "=" + value(pair));
            }
            parts.add(String.join("+", values));
        }
        Collections.reverse(parts);
        return String.join(",", parts);
    }

    private static String type(byte[] oid) {
        var hex = HexFormat.of().formatHex(oid);
        return NAMES.getOrDefault(hex, "#" + hex);
    }

    private static String value(Der pair) {
        int tag = pair.tag();
        var element = pair.next(tag);
        if (element == null) {
            return "";
        }
        var charset =
                switch (tag) {
                    case BMP_STRING -> StandardCharsets.UTF_16BE;
                    case UNIVERSAL_STRING -> StandardCharsets.UTF_32BE;
                    case LATIN_STRING -> StandardCharsets.ISO_8859_1;
                    default -> StandardCharsets.UTF_8;
                };
        var text = new StringBuilder();
        var plain = new String(element.bytes(), charset);
        for (int i = 0; i < plain.length(); i++) {
            char c = plain.charAt(i);
            boolean edge = i == 0 && (c == ' ' || c == '#') || i == plain.length() - 1 && c == ' ';
            if (edge || ",+\"\\<>;".indexOf(c) >= 0) {
                text.append('\\');
            }
            text.append(c);
        }
        return text.toString();
    }
}
