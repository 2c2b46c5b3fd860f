package org.imprimatur.exchange.attestation;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.imprimatur.exchange.OpenJson;
import org.imprimatur.exchange.attestation.AttestationVerdict.Refused;
import org.imprimatur.register.Generation;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Sha256;
import org.imprimatur.trust.Envelope;
import org.imprimatur.trust.VerificationKey;
import org.jspecify.annotations.Nullable;

/**
 * SLSA provenance v1 that an endorser attaches to an endorsement ({@code docs/format.md},
 * "Endorsement"): found to be of one image, with what the endorsement says of it.
 *
 * @param builder who has built the image
 * @param provenance the document's digest, kind of build and times
 * @param signed whether it is in an envelope with a signature
 * @param verified whether that signature was verified
 */
public record BuildProvenance(
        String builder, Generation.Provenance provenance, boolean signed, boolean verified) {

    /** Nothing larger is read, in bytes. */
    public static final int MAX_BYTES = SignedEnvelope.MAX_BYTES;

    private static final String TYPE = "https://slsa.dev/provenance/v1";
    private static final int MAX_TOKENS = 500_000;
    private static final int MAX_TEXT = 2048;

    /** It is a provenance document, and cannot be attached to this image's endorsement. */
    public static final class NotOfThisImage extends Exception {

        private static final long serialVersionUID = 1;

        private final String code;

        NotOfThisImage(Refused refused) {
            super(refused.explanation());
            this.code = refused.code();
        }

        /** The code as for any attestation. */
        public String code() {
            return code;
        }
    }

    /**
     * Reads a document.
     *
     * @param image digests of the image's file, by algorithm in the words of in-toto
     * @param key the builder's; null where the signature is not verified
     * @throws MalformedInput when it is no such provenance, or says less than an endorsement needs
     * @throws NotOfThisImage when it speaks of other files, or is not signed by that key
     */
    public static BuildProvenance read(
            byte[] document, Map<String, String> image, @Nullable VerificationKey key)
            throws NotOfThisImage {
        boolean signed =
                OpenJson.read(document, MAX_BYTES, MAX_TOKENS).path("_type").isMissingNode();
        InTotoStatement statement;
        if (key != null) {
            statement =
                    switch (new AttestationVerifier(new AttestationVerifier.Trust.Key(key))
                            .verify(document, image)) {
                        case AttestationVerdict.Accepted accepted -> accepted.statement();
                        case Refused refused -> throw new NotOfThisImage(refused);
                    };
        } else {
            statement = unverified(document, signed);
            var refused = AttestationVerifier.match(statement, image).refused();
            if (refused.isPresent()) {
                throw new NotOfThisImage(refused.get());
            }
        }
        if (!statement.predicateType().equals(TYPE)) {
            throw new MalformedInput(
                    "predicateType", TYPE, MalformedInput.quoted(statement.predicateType()));
        }
        var details = statement.predicate().path("runDetails");
        var metadata = details.path("metadata");
        var buildType = text(statement.predicate().path("buildDefinition").path("buildType"));
        return new BuildProvenance(
                text(details.path("builder").path("id"))
                        .orElseThrow(() -> missing("runDetails.builder.id")),
                new Generation.Provenance(
                        Sha256.of(document),
                        buildType.orElseThrow(() -> missing("buildDefinition.buildType")),
                        instant(metadata, "startedOn"),
                        instant(metadata, "finishedOn")),
                signed,
                key != null);
    }

    private static InTotoStatement unverified(byte[] document, boolean signed) {
        byte[] payload = document;
        if (signed) {
            var envelope = SignedEnvelope.parse(document);
            if (!envelope.payloadType().equals(Envelope.STATEMENT_TYPE)) {
                throw new MalformedInput(
                        "payloadType",
                        Envelope.STATEMENT_TYPE,
                        MalformedInput.quoted(envelope.payloadType()));
            }
            payload = envelope.payload();
        }
        try {
            return InTotoStatement.parse(payload);
        } catch (InTotoStatement.UnknownType e) {
            throw new MalformedInput(
                    "_type", String.join(" or ", InTotoStatement.TYPES), "another");
        }
    }

    private static Optional<String> text(JsonNode node) {
        return node.isTextual() && node.textValue().length() <= MAX_TEXT
                ? Optional.of(node.textValue())
                : Optional.empty();
    }

    private static MalformedInput missing(String member) {
        return new MalformedInput(
                "predicate." + member, "a text of 1 to %d characters".formatted(MAX_TEXT), "none");
    }

    private static @Nullable Instant instant(JsonNode metadata, String name) {
        var node = metadata.path(name);
        if (node.isMissingNode() || node.isNull()) {
            return null;
        }
        try {
            if (node.isTextual()) {
                return Instant.parse(node.textValue());
            }
        } catch (DateTimeException e) {
            throw notAnInstant(name, node);
        }
        throw notAnInstant(name, node);
    }

    private static MalformedInput notAnInstant(String name, JsonNode found) {
        return new MalformedInput(
                "predicate.runDetails.metadata." + name,
                "a time such as 2026-11-21T01:02:03Z",
                MalformedInput.quoted(found.toString()));
    }
}
