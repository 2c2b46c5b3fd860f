package org.imprimatur.exchange.attestation;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.imprimatur.exchange.attestation.AttestationVerdict.Accepted;
import org.imprimatur.exchange.attestation.AttestationVerdict.Refused;
import org.imprimatur.exchange.attestation.AttestationVerdict.Signer;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.trust.ChainVerdict;
import org.imprimatur.trust.Envelope;
import org.imprimatur.trust.TrustAnchors;
import org.imprimatur.trust.VerificationKey;
import org.jspecify.annotations.Nullable;

/**
 * Judges DSSE envelopes with in-toto statements of any tool ({@code docs/format.md},
 * "Attestations"): who signed, and what it says of an image.
 */
public final class AttestationVerifier {

    private final Trust trust;

    public AttestationVerifier(Trust trust) {
        this.trust = trust;
    }

    /** Whose signature is asked for. */
    public sealed interface Trust {

        /** That of one key, which the reader has from a source that it trusts. */
        record Key(VerificationKey key) implements Trust {}

        /**
         * That of somebody whose certificate leads to an anchor.
         *
         * @param chain certificates in DER for signatures that come without, the signer's own
         *     first; may be empty
         * @param at the moment at which the certificates must be good: nothing proves an earlier
         *     one
         */
        record Chain(TrustAnchors anchors, List<byte[]> chain, Instant at) implements Trust {

            public Chain {
                chain = List.copyOf(chain);
            }
        }
    }

    /**
     * Judges one.
     *
     * @param image digests of the image's file, by algorithm in the words of in-toto ({@code
     *     sha256}, {@code sha384}, {@code sha512}); empty where no image is asked for
     */
    public AttestationVerdict verify(byte[] bytes, Map<String, String> image) {
        SignedEnvelope envelope;
        try {
            envelope = SignedEnvelope.parse(bytes);
        } catch (MalformedInput e) {
            return new Refused("not-an-envelope", e.explanation());
        }
        if (!envelope.payloadType().equals(Envelope.STATEMENT_TYPE)) {
            return new Refused(
                    "wrong-payload-type",
                    "payloadType: expected '%s', found %s"
                            .formatted(
                                    Envelope.STATEMENT_TYPE,
                                    MalformedInput.quoted(envelope.payloadType())));
        }
        byte[] message = Envelope.pae(envelope.payloadType(), envelope.payload());
        Signer signer = null;
        Refused first = null;
        for (var signature : envelope.signatures()) {
            switch (judge(signature, message)) {
                case Good(var found) -> signer = signer == null ? found : signer;
                case Bad(var refused) -> first = first == null ? refused : first;
            }
        }
        if (signer == null) {
            return first == null
                    ? new Refused("no-signature", "expected a signature, found none")
                    : first;
        }
        var notes = new ArrayList<String>();
        if (first != null) {
            notes.add("another signature is not counted: " + first.explanation());
        }
        return statement(envelope, signer, image, notes);
    }

    private sealed interface Judged {}

    private record Good(Signer signer) implements Judged {}

    private record Bad(Refused refused) implements Judged {}

    private Judged judge(SignedEnvelope.Signed signature, byte[] message) {
        return switch (trust) {
            case Trust.Key(var key) -> check(key, signature, message, Optional.empty());
            case Trust.Chain(var anchors, var given, var at) -> {
                var chain = signature.certificates().isEmpty() ? given : signature.certificates();
                if (chain.isEmpty()) {
                    yield new Bad(
                            new Refused(
                                    "certificate-missing",
                                    "the signature comes without a certificate; give its chain, or"
                                            + " the public key"));
                }
                yield switch (anchors.judge(chain, at)) {
                    case ChainVerdict.Invalid(var code, var explanation) ->
                            new Bad(new Refused(code.label(), explanation));
                    case ChainVerdict.Valid valid -> check(valid, signature, message);
                };
            }
        };
    }

    private static Judged check(
            ChainVerdict.Valid chain, SignedEnvelope.Signed signature, byte[] message) {
        VerificationKey key;
        try {
            key = VerificationKey.of(chain.leaf());
        } catch (MalformedInput e) {
            return new Bad(new Refused("weak-key", e.explanation()));
        }
        return check(key, signature, message, Optional.of(chain.person()));
    }

    private static Judged check(
            VerificationKey key,
            SignedEnvelope.Signed signature,
            byte[] message,
            Optional<org.imprimatur.register.Person> person) {
        return key.verifies(message, signature.signature())
                ? new Good(new Signer(person, key.fingerprint()))
                : new Bad(
                        new Refused(
                                "wrong-signature",
                                "the signature does not fit the payload and the key %s"
                                        .formatted(key.fingerprint())));
    }

    private static AttestationVerdict statement(
            SignedEnvelope envelope, Signer signer, Map<String, String> image, List<String> notes) {
        InTotoStatement statement;
        try {
            statement = InTotoStatement.parse(envelope.payload());
        } catch (InTotoStatement.UnknownType e) {
            return new Refused("unknown-statement-type", String.valueOf(e.getMessage()));
        } catch (MalformedInput e) {
            return new Refused("malformed-statement", e.explanation());
        }
        if (image.isEmpty()) {
            return new Accepted(signer, statement, Optional.empty(), notes);
        }
        var match = match(statement, image);
        return match.refused().isPresent()
                ? match.refused().get()
                : new Accepted(signer, statement, match.subject(), notes);
    }

    /** The subject that is an image, or why there is none: one of the two. */
    record Match(Optional<InTotoStatement.Subject> subject, Optional<Refused> refused) {}

    /** Looks for an image among the subjects of a statement. */
    static Match match(InTotoStatement statement, Map<String, String> image) {
        Refused conflict = null;
        for (var subject : statement.subjects()) {
            int same = 0;
            var other = other(subject, image);
            for (var digest : image.entrySet()) {
                if (digest.getValue().equals(subject.digests().get(digest.getKey()))) {
                    same++;
                }
            }
            if (same > 0 && other == null) {
                return new Match(Optional.of(subject), Optional.empty());
            }
            if (same > 0) {
                conflict =
                        new Refused(
                                "digest-conflict",
                                "a subject has one digest of the image, and another %s than it"
                                        .formatted(other));
            }
        }
        return new Match(
                Optional.empty(),
                Optional.of(
                        conflict != null
                                ? conflict
                                : new Refused(
                                        "image-not-named",
                                        "expected a subject with a digest of the image by SHA-256,"
                                                + " SHA-384 or SHA-512, found none among %d"
                                                        .formatted(statement.subjects().size()))));
    }

    /** An algorithm by which the subject is not the image. */
    private static @Nullable String other(
            InTotoStatement.Subject subject, Map<String, String> image) {
        for (var digest : image.entrySet()) {
            var found = subject.digests().get(digest.getKey());
            if (found != null && !found.equals(digest.getValue())) {
                return digest.getKey();
            }
        }
        return null;
    }
}
