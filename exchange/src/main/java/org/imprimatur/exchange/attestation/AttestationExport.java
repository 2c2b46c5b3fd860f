package org.imprimatur.exchange.attestation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.imprimatur.exchange.OpenJson;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Sha256;
import org.imprimatur.trust.Envelope;

/**
 * Our statements in the forms that other tools read. Payload and signature are never changed, only
 * what stands around them.
 */
public final class AttestationExport {

    /** The media type of {@link #sigstore}. */
    public static final String SIGSTORE_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";

    /** An envelope of ours has far fewer. */
    private static final int MAX_TOKENS = 256;

    private static final JsonMapper JSON = new JsonMapper();

    private AttestationExport() {}

    /**
     * A Sigstore bundle of version 0.3: the envelope, and the signer's certificate. The envelope
     * there has no member for the certificates above it; a reader must have them as anchors.
     *
     * @throws MalformedInput when the bytes are no envelope of ours
     */
    public static byte[] sigstore(byte[] envelopeBytes) {
        var envelope = Envelope.parse(envelopeBytes);
        var leaf = envelope.certificates().getFirst();
        var standard = Base64.getEncoder();
        var json = JsonNodeFactory.instance.objectNode().put("mediaType", SIGSTORE_TYPE);
        var material = json.putObject("verificationMaterial");
        material.putObject("certificate").put("rawBytes", standard.encodeToString(leaf));
        material.putArray("tlogEntries");
        var dsse =
                json.putObject("dsseEnvelope")
                        .put("payload", standard.encodeToString(envelope.payload()))
                        .put("payloadType", envelope.payloadType());
        dsse.putArray("signatures")
                .addObject()
                .put("sig", standard.encodeToString(envelope.signature()))
                .put("keyid", Sha256.of(leaf).hex());
        return (text(json) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /**
     * An in-toto bundle: one envelope on each line.
     *
     * @throws MalformedInput when one of them is no envelope of ours
     */
    public static byte[] lines(List<byte[]> envelopes) {
        var out = new ByteArrayOutputStream();
        for (var bytes : envelopes) {
            Envelope.parse(bytes);
            out.writeBytes(
                    text(OpenJson.read(bytes, Envelope.MAX_BYTES, MAX_TOKENS))
                            .getBytes(StandardCharsets.UTF_8));
            out.write('\n');
        }
        return out.toByteArray();
    }

    private static String text(JsonNode json) {
        try {
            return JSON.writeValueAsString(json);
        } catch (JsonProcessingException e) {
            throw new AssertionError("a tree can be written", e);
        }
    }
}
