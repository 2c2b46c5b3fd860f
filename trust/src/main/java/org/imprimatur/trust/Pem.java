package org.imprimatur.trust;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Text armour for keys and certificates (RFC 7468), read leniently as OpenSSL does: text between
 * the blocks is ignored, lines may end either way. The caller bounds the size.
 */
final class Pem {

    private static final String BEGIN = "-----BEGIN ";
    private static final String DASHES = "-----";

    private Pem() {}

    /**
     * One block.
     *
     * @param label for example {@code CERTIFICATE}
     * @param encrypted whether the block is encrypted in the way of OpenSSL before PKCS#8
     * @param der the bytes between the lines; null when they are not base64
     * @param text the block as it stands in the file
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Block(String label, boolean encrypted, byte @Nullable [] der, String text) {}

    static boolean looksLikePem(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1).contains(BEGIN);
    }

    /** The blocks of a file, in order. A block without an end is dropped. */
    static List<Block> blocks(byte[] bytes) {
        var text = new String(bytes, StandardCharsets.ISO_8859_1);
        var blocks = new ArrayList<Block>();
        int at = text.indexOf(BEGIN);
        while (at >= 0) {
            int labelEnd = text.indexOf(DASHES, at + BEGIN.length());
            if (labelEnd < 0) {
                break;
            }
            var label = text.substring(at + BEGIN.length(), labelEnd);
            var endLine = "-----END " + label + DASHES;
            int begin = labelEnd + DASHES.length();
            int end = text.indexOf(endLine, begin);
            if (end < 0) {
                break;
            }
            var body = text.substring(begin, end);
            boolean encrypted = body.contains("Proc-Type:") && body.contains("ENCRYPTED");
            blocks.add(
                    new Block(
                            label,
                            encrypted,
                            encrypted ? null : decode(body),
                            text.substring(at, end + endLine.length()) + "\n"));
            at = text.indexOf(BEGIN, end + endLine.length());
        }
        return blocks;
    }

    private static byte @Nullable [] decode(String body) {
        try {
            return Base64.getDecoder().decode(body.replaceAll("\\s", ""));
        } catch (IllegalArgumentException e) {
            // Null is the answer for "not base64": the caller knows the file to name.
            return null;
        }
    }

    static String write(String label, byte[] der) {
        return BEGIN
                + label
                + DASHES
                + "\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                + "\n-----END "
                + label
                + DASHES
                + "\n";
    }

    static X509Certificate certificate(byte[] der) throws CertificateException {
        return (X509Certificate) x509().generateCertificate(new ByteArrayInputStream(der));
    }

    static CertificateFactory x509() {
        try {
            return CertificateFactory.getInstance("X.509");
        } catch (CertificateException e) {
            throw new AssertionError("every JDK must know X.509", e);
        }
    }
}
