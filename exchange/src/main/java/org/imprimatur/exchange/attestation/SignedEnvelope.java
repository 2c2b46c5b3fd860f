package org.imprimatur.exchange.attestation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import org.imprimatur.exchange.OpenJson;
import org.imprimatur.register.MalformedInput;

/**
 * A DSSE envelope of any tool, alone or in a Sigstore bundle ({@code docs/format.md},
 * "Attestations"). Reading one verifies nothing.
 */
public final class SignedEnvelope {

    /** Nothing larger is read, in bytes. */
    public static final int MAX_BYTES = 8 * 1024 * 1024;

    /** An envelope has no more signatures. */
    public static final int MAX_SIGNATURES = 16;

    /** A signature has no more certificates. */
    public static final int MAX_CERTIFICATES = 8;

    private static final int MAX_TOKENS = 10_000;
    private static final String SIGSTORE = "application/vnd.dev.sigstore.bundle";
    private static final Pattern PEM =
            Pattern.compile("-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----");

    private final String payloadType;
    private final byte[] payload;
    private final List<Signed> signatures;

    private SignedEnvelope(String payloadType, byte[] payload, List<Signed> signatures) {
        this.payloadType = payloadType;
        this.payload = payload;
        this.signatures = List.copyOf(signatures);
    }

    /**
     * One signature.
     *
     * @param certificates in DER as they came with it, the signer's own first; often none
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Signed(byte[] signature, List<byte[]> certificates) {

        Signed {
            certificates = List.copyOf(certificates);
        }
    }

    /**
     * Reads an envelope, or the one in a Sigstore bundle.
     *
     * @throws MalformedInput when it is neither
     */
    public static SignedEnvelope parse(byte[] bytes) {
        var json = OpenJson.read(bytes, MAX_BYTES, MAX_TOKENS);
        var type = OpenJson.optionalText(json, "mediaType", 256).orElse("");
        if (!type.startsWith(SIGSTORE)) {
            return envelope(json, List.of());
        }
        if (!(json.path("dsseEnvelope") instanceof ObjectNode envelope)) {
            throw new MalformedInput("dsseEnvelope", "a DSSE envelope", "none");
        }
        return envelope(envelope, material(json.path("verificationMaterial")));
    }

    private static List<byte[]> material(JsonNode material) {
        var chain = new ArrayList<byte[]>();
        var one = material.path("certificate");
        if (one.isObject()) {
            chain.add(base64(one, "rawBytes"));
        }
        for (var next :
                OpenJson.list(
                        material.path("x509CertificateChain"), "certificates", MAX_CERTIFICATES)) {
            chain.add(base64(next, "rawBytes"));
        }
        if (chain.size() > MAX_CERTIFICATES) {
            throw new MalformedInput(
                    "verificationMaterial",
                    "at most %d certificates".formatted(MAX_CERTIFICATES),
                    "more");
        }
        return chain;
    }

    private static SignedEnvelope envelope(ObjectNode json, List<byte[]> material) {
        var type = OpenJson.text(json, "payloadType", 256);
        byte[] payload = base64(json, "payload");
        var signatures = new ArrayList<Signed>();
        for (var one : OpenJson.list(json, "signatures", MAX_SIGNATURES)) {
            var chain = new ArrayList<>(certificates(one));
            if (chain.isEmpty()) {
                chain.addAll(material);
            }
            signatures.add(new Signed(base64(one, "sig"), chain));
        }
        return new SignedEnvelope(type, payload, signatures);
    }

    /** As our own envelopes carry them ({@code x5c}), or as in-toto's tools do ({@code cert}). */
    private static List<byte[]> certificates(JsonNode signature) {
        var chain = new ArrayList<byte[]>();
        for (var next : OpenJson.list(signature, "x5c", MAX_CERTIFICATES)) {
            if (!next.isTextual()) {
                throw new MalformedInput("x5c", "certificates in base64", "another value");
            }
            chain.add(base64("x5c", next.textValue()));
        }
        var pem = OpenJson.optionalText(signature, "cert", 1 << 17).orElse("");
        var blocks = PEM.matcher(pem);
        while (chain.isEmpty() && blocks.find()) {
            chain.add(base64("cert", blocks.group(1).replaceAll("\\s", "")));
        }
        return chain;
    }

    /** The type of the payload; it is signed too. */
    public String payloadType() {
        return payloadType;
    }

    /** What was signed. */
    public byte[] payload() {
        return payload.clone();
    }

    List<Signed> signatures() {
        return signatures;
    }

    private static byte[] base64(JsonNode object, String name) {
        return base64(name, OpenJson.text(object, name, MAX_BYTES));
    }

    /** Either alphabet, with padding or without, but no bits that nobody reads. */
    private static byte[] base64(String name, String text) {
        int end = text.length();
        while (end > 0 && text.length() - end < 2 && text.charAt(end - 1) == '=') {
            end--;
        }
        var digits = text.substring(0, end);
        boolean urlSafe = digits.indexOf('-') >= 0 || digits.indexOf('_') >= 0;
        var decoder = urlSafe ? Base64.getUrlDecoder() : Base64.getDecoder();
        var encoder = (urlSafe ? Base64.getUrlEncoder() : Base64.getEncoder()).withoutPadding();
        try {
            byte[] decoded = decoder.decode(digits.getBytes(StandardCharsets.ISO_8859_1));
            if (decoded.length > 0 && encoder.encodeToString(decoded).equals(digits)) {
                return decoded;
            }
        } catch (IllegalArgumentException e) {
            throw new MalformedInput(name, "base64", MalformedInput.quoted(text));
        }
        throw new MalformedInput(name, "base64", MalformedInput.quoted(text));
    }
}
