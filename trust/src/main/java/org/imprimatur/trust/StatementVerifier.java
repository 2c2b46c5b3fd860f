package org.imprimatur.trust;

import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Person;
import org.imprimatur.register.Statement;
import org.imprimatur.register.StatementId;
import org.imprimatur.register.StatementJson;
import org.jspecify.annotations.Nullable;

/**
 * Says whether an envelope holds a statement that the person it names has signed. Each step rests
 * on those before it: form of the envelope, certificate chain, signature, and only then what the
 * payload says.
 *
 * <p>Threads may share an object.
 */
public final class StatementVerifier {

    private final TrustAnchors anchors;
    private final @Nullable QuickEcdsa ecdsa;

    /** For a few statements. */
    public StatementVerifier(TrustAnchors anchors) {
        this(anchors, null);
    }

    private StatementVerifier(TrustAnchors anchors, @Nullable QuickEcdsa ecdsa) {
        this.anchors = anchors;
        this.ecdsa = ecdsa;
    }

    /** For thousands of statements: slower to begin, and several times as quick from then on. */
    public static StatementVerifier ofMany(TrustAnchors anchors) {
        return new StatementVerifier(anchors, new QuickEcdsa());
    }

    /** What came of it. */
    public sealed interface Verdict {}

    /**
     * The person has signed this statement.
     *
     * @param id the SHA-256 of the payload
     * @param envelope the bytes as they came, with the payload exactly as signed
     * @param chain the judgement of the certificate chain
     */
    public record Verified(
            StatementId id, Statement statement, Envelope envelope, ChainVerdict.Valid chain)
            implements Verdict {

        /** Who has signed. */
        public Person person() {
            return chain.person();
        }
    }

    /**
     * It is not shown that anybody has signed a statement.
     *
     * @param kind which of two answers the sender gets
     * @param code why, for programs: {@code malformed-envelope}, {@code wrong-payload-type}, a
     *     {@link ChainVerdict.Code} label, {@code wrong-signature}, {@code malformed-statement} or
     *     {@code signer-mismatch}
     * @param explanation why, for people: what was found and what was expected
     */
    public record NotVerified(Kind kind, String code, String explanation) implements Verdict {}

    /** The two kinds of refusal. */
    public enum Kind {
        /** The bytes do not have the form of an envelope or a statement. */
        MALFORMED,
        /** The form is right, but signature or chain are not accepted. */
        NOT_ACCEPTED
    }

    /**
     * Verifies an envelope.
     *
     * @param at the instant that counts: the statement's admission to its ledger
     */
    public Verdict verify(byte[] envelopeBytes, Instant at) {
        return verify(envelopeBytes, chain -> anchors.judge(chain, at));
    }

    /**
     * As {@link #verify}, were no certificate ever revoked: for statements that were admitted, and
     * of whose signer's certificate a revocation list says afterwards that it had been revoked by
     * then. Who asks this says that they do not rely on the statement.
     */
    public Verdict verifyApartFromRevocations(byte[] envelopeBytes, Instant at) {
        return verify(envelopeBytes, chain -> anchors.judgeApartFromRevocations(chain, at));
    }

    private Verdict verify(byte[] envelopeBytes, Function<List<byte[]>, ChainVerdict> judge) {
        Envelope envelope;
        try {
            envelope = Envelope.parse(envelopeBytes);
        } catch (MalformedInput e) {
            return malformed("malformed-envelope", e);
        }
        if (!Envelope.STATEMENT_TYPE.equals(envelope.payloadType())) {
            return new NotVerified(
                    Kind.MALFORMED,
                    "wrong-payload-type",
                    "payloadType: expected '%s', found %s"
                            .formatted(
                                    Envelope.STATEMENT_TYPE,
                                    MalformedInput.quoted(envelope.payloadType())));
        }
        return switch (judge.apply(envelope.sharedCertificates())) {
            case ChainVerdict.Invalid(var code, var explanation) ->
                    new NotVerified(Kind.NOT_ACCEPTED, code.label(), explanation);
            case ChainVerdict.Valid chain -> verify(envelope, chain);
        };
    }

    private Verdict verify(Envelope envelope, ChainVerdict.Valid chain) {
        byte[] payload = envelope.payload();
        if (!signed(
                chain.leaf(),
                Envelope.pae(envelope.payloadType(), payload),
                envelope.signature())) {
            return new NotVerified(
                    Kind.NOT_ACCEPTED,
                    "wrong-signature",
                    "the signature does not fit the payload and the key of '%s': the payload was"
                                    .formatted(chain.person().subject())
                            + " altered, or another key has signed");
        }
        Statement statement;
        try {
            statement = StatementJson.parse(payload);
        } catch (MalformedInput e) {
            return malformed("malformed-statement", e);
        }
        if (!statement.signer().equals(chain.person())) {
            return new NotVerified(
                    Kind.NOT_ACCEPTED,
                    "signer-mismatch",
                    "predicate.signer: expected %s, whose certificate has signed, found %s"
                            .formatted(chain.person(), statement.signer()));
        }
        return new Verified(StatementId.of(payload), statement, envelope, chain);
    }

    private static NotVerified malformed(String code, MalformedInput e) {
        return new NotVerified(Kind.MALFORMED, code, e.explanation());
    }

    private boolean signed(X509Certificate signer, byte[] message, byte[] signature) {
        return ecdsa != null
                        && signer.getPublicKey() instanceof ECPublicKey key
                        && Algorithms.forKey(key) instanceof Algorithms.Choice.Use(var algorithm)
                ? ecdsa.verifies(key, algorithm, message, signature)
                : isSignedBy(signer, message, signature);
    }

    static boolean isSignedBy(X509Certificate signer, byte[] message, byte[] signature) {
        return switch (Algorithms.forKey(signer.getPublicKey())) {
            case Algorithms.Choice.Refuse _ -> false;
            case Algorithms.Choice.Use(var algorithm) -> {
                try {
                    var verifier = Signature.getInstance(algorithm);
                    verifier.initVerify(signer.getPublicKey());
                    verifier.update(message);
                    yield verifier.verify(signature);
                } catch (GeneralSecurityException e) {
                    // A signature of the wrong length or form is as wrong as any other.
                    yield false;
                }
            }
        };
    }
}
