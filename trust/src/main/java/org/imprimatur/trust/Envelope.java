package org.imprimatur.trust;

import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.StrictJson;

/**
 * A DSSE 1.0 envelope with exactly one signature and the signer's certificate chain
 * (docs/format.md, Envelope). Reading an envelope verifies nothing but its form. The bytes are kept
 * exactly as they were read.
 */
public final class Envelope {

    /** An envelope is no larger than this, in bytes. */
    public static final int MAX_BYTES = 61_440;

    /** The payload is no larger than this, in bytes. */
    public static final int MAX_PAYLOAD_BYTES = 40_960;

    /** A chain has no more certificates than this. */
    public static final int MAX_CERTIFICATES = 8;

    /** The one payload type of statements. */
    public static final String STATEMENT_TYPE = "application/vnd.in-toto+json";

    private static final int MAX_TYPE_CHARS = 128;
    private static final int MAX_KEYID_CHARS = 256;

    private final byte[] bytes;
    private final String payloadType;
    private final byte[] payload;
    private final byte[] signature;
    private final List<byte[]> certificates;

    private Envelope(
            byte[] bytes,
            String payloadType,
            byte[] payload,
            byte[] signature,
            List<byte[]> certificates) {
        this.bytes = bytes;
        this.payloadType = payloadType;
        this.payload = payload;
        this.signature = signature;
        this.certificates = certificates;
    }

    /**
     * Reads an envelope.
     *
     * @throws MalformedInput when it is too large or not exactly of the form
     */
    public static Envelope parse(byte[] bytes) {
        byte[] own = bytes.clone();
        var envelope = StrictJson.read(own, MAX_BYTES);
        byte[] payload = base64("payload", envelope.text("payload"), true);
        if (payload.length > MAX_PAYLOAD_BYTES) {
            throw new MalformedInput(
                    "payload",
                    "at most %d bytes".formatted(MAX_PAYLOAD_BYTES),
                    payload.length + " bytes");
        }
        var type = bounded("payloadType", envelope.text("payloadType"), MAX_TYPE_CHARS);
        var signatures = envelope.objects("signatures", 1);
        envelope.end();
        if (signatures.isEmpty()) {
            throw new MalformedInput("signatures", "exactly one signature", "none");
        }
        var only = signatures.getFirst();
        var keyid = only.optionalText("keyid");
        if (keyid != null) {
            // A hint that is never trusted, and here not even needed.
            bounded(only.path("keyid"), keyid, MAX_KEYID_CHARS);
        }
        byte[] signature = base64(only.path("sig"), only.text("sig"), true);
        // RFC 7515, 4.1.6: base64, not base64url.
        var certificates =
                only.texts("x5c", MAX_CERTIFICATES).stream()
                        .map(text -> base64(only.path("x5c"), text, false))
                        .toList();
        only.end();
        if (certificates.isEmpty()) {
            throw new MalformedInput(
                    only.path("x5c"), "1 to %d certificates".formatted(MAX_CERTIFICATES), "none");
        }
        return new Envelope(own, type, payload, signature, certificates);
    }

    /**
     * Writes an envelope around a signature that was made over {@link #pae}.
     *
     * @throws MalformedInput when the result would be larger than an envelope may be
     */
    public static Envelope of(
            String payloadType,
            byte[] payload,
            byte[] signature,
            List<X509Certificate> certificates) {
        var standard = Base64.getEncoder();
        var chain = certificates.stream().map(Certificates::der).toList();
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("an envelope without a certificate");
        }
        // All texts but the type are base64 or hex; reading back what was written checks the type.
        var json =
                new StringBuilder("{\"payload\":\"")
                        .append(standard.encodeToString(payload))
                        .append("\",\"payloadType\":\"")
                        .append(payloadType)
                        .append("\",\"signatures\":[{\"keyid\":\"")
                        .append(Digests.hex(chain.getFirst()))
                        .append("\",\"sig\":\"")
                        .append(standard.encodeToString(signature))
                        .append("\",\"x5c\":[");
        for (int i = 0; i < chain.size(); i++) {
            json.append(i == 0 ? "\"" : ",\"")
                    .append(standard.encodeToString(chain.get(i)))
                    .append('"');
        }
        return parse(json.append("]}]}").toString().getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The bytes that are signed: DSSE's pre-authentication encoding. Lengths count bytes, in
     * decimal.
     */
    public static byte[] pae(String payloadType, byte[] payload) {
        byte[] type = payloadType.getBytes(StandardCharsets.UTF_8);
        byte[] head =
                ("DSSEv1 " + type.length + " " + payloadType + " " + payload.length + " ")
                        .getBytes(StandardCharsets.UTF_8);
        byte[] all = Arrays.copyOf(head, head.length + payload.length);
        System.arraycopy(payload, 0, all, head.length, payload.length);
        return all;
    }

    /** The envelope, exactly as it was read. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** The type of the payload; it is signed too. */
    public String payloadType() {
        return payloadType;
    }

    /** What was signed. */
    public byte[] payload() {
        return payload.clone();
    }

    /** The signature over {@link #pae}. */
    public byte[] signature() {
        return signature.clone();
    }

    /** The certificates in DER as the envelope claims them: the signer's own first. */
    public List<byte[]> certificates() {
        return certificates.stream().map(byte[]::clone).toList();
    }

    /**
     * As {@link #certificates}, without copies: for readers in this package that change nothing.
     */
    List<byte[]> sharedCertificates() {
        return certificates;
    }

    private static String bounded(String path, String text, int maxChars) {
        if (text.length() > maxChars) {
            throw new MalformedInput(
                    path,
                    "at most %d characters".formatted(maxChars),
                    text.length() + " characters");
        }
        return text;
    }

    /**
     * Padded base64. For payload and signature DSSE lets the writer choose the alphabet. Decoding
     * and encoding again must give the same text, so that no bits hide in the padding.
     */
    private static byte[] base64(String path, String text, boolean eitherAlphabet) {
        boolean urlSafe = eitherAlphabet && (text.indexOf('-') >= 0 || text.indexOf('_') >= 0);
        try {
            byte[] decoded = (urlSafe ? Base64.getUrlDecoder() : Base64.getDecoder()).decode(text);
            var again = urlSafe ? Base64.getUrlEncoder() : Base64.getEncoder();
            if (decoded.length > 0 && again.encodeToString(decoded).equals(text)) {
                return decoded;
            }
        } catch (IllegalArgumentException e) {
            throw new MalformedInput(path, "base64", MalformedInput.quoted(text));
        }
        throw new MalformedInput(path, "base64 with padding", MalformedInput.quoted(text));
    }
}
