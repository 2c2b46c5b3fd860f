package org.imprimatur.exchange.stratuslab;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.trust.ChainVerdict;
import org.imprimatur.trust.TrustAnchors;
import org.jspecify.annotations.Nullable;

/**
 * Says what is to be thought of a StratusLab document: form, signature, whose key, chain, what the
 * document says, and whether it still holds, in this order ({@code docs/format.md}, "StratusLab
 * documents").
 *
 * <p>Threads may share an object.
 */
public final class StratusLabVerifier {

    /** A signer's clock may be ahead by so much. */
    private static final Duration CLOCKS_DIFFER = Duration.ofMinutes(5);

    private static final int RFC822_NAME = 1;

    private final TrustAnchors anchors;

    public StratusLabVerifier(TrustAnchors anchors) {
        this.anchors = anchors;
    }

    /**
     * How a document is to be judged.
     *
     * @param at the moment that counts, for certificates too
     * @param legacySha1 whether a signature may rest on SHA-1
     * @param endorser the one subject to be accepted; null for any
     * @param issuer the one issuer of the signer's certificate to be accepted; null for any
     * @param previous the document that was accepted before, of the same image and endorser; null
     *     for none
     */
    public record Terms(
            Instant at,
            boolean legacySha1,
            @Nullable X500Principal endorser,
            @Nullable X500Principal issuer,
            byte @Nullable [] previous) {

        /** Any endorser, SHA-2 only, nothing before. */
        public static Terms at(Instant at) {
            return new Terms(at, false, null, null, null);
        }

        public Terms withLegacySha1() {
            return new Terms(at, true, endorser, issuer, previous);
        }

        public Terms from(@Nullable X500Principal subject, @Nullable X500Principal by) {
            return new Terms(at, legacySha1, subject, by, previous);
        }

        public Terms after(byte @Nullable [] before) {
            return new Terms(at, legacySha1, endorser, issuer, before);
        }
    }

    /** Judges a document. */
    public StratusLabVerdict verify(byte[] bytes, Terms terms) {
        try {
            return judge(bytes, terms);
        } catch (Refusal refusal) {
            return refusal.verdict();
        }
    }

    private StratusLabVerdict judge(byte[] bytes, Terms terms) {
        var parts = DocumentReader.parts(XmlReader.read(bytes));
        var signature = EnvelopedSignature.read(parts.signature());
        signature.verify(terms.legacySha1());
        var document = DocumentReader.read(parts.description());
        var notes = new ArrayList<String>();
        boolean emailProven = sameIdentity(document.endorser(), signature.certificate());
        var chain = chain(signature.certificate(), terms);
        notes.addAll(chain.notes());
        asked(chain.leaf(), terms);
        if (document.created().isAfter(terms.at().plus(CLOCKS_DIFFER))) {
            throw new Refusal(
                    StratusLabCode.CREATED_IN_FUTURE,
                    "endorsed at %s, after %s".formatted(document.created(), terms.at()));
        }
        if (terms.previous() != null) {
            follows(document, bytes, terms.previous());
        }
        if (signature.legacy()) {
            notes.add("the signature rests on SHA-1: it is evidence of what was said, no more");
        }
        if (!emailProven) {
            notes.add(
                    "the certificate holds no mail address: that of the document is only claimed");
        }
        if (document.weak()) {
            notes.add("there is no SHA-512: the image is known by weak digests alone");
        }
        if (document.valid() == null) {
            notes.add("it does not say until when it holds");
        }
        var evidence =
                new StratusLabVerdict.Evidence(
                        document,
                        chain.person(),
                        emailProven,
                        signature.signature(),
                        signature.digest(),
                        signature.legacy(),
                        notes);
        return standing(evidence, terms.at());
    }

    private static StratusLabVerdict standing(StratusLabVerdict.Evidence evidence, Instant at) {
        var document = evidence.document();
        var deprecated = document.deprecated();
        if (deprecated != null) {
            return new StratusLabVerdict.History(
                    evidence,
                    StratusLabCode.DEPRECATED,
                    "the endorser withdraws the image: " + MalformedInput.quoted(deprecated));
        }
        var valid = document.valid();
        if (valid != null && !valid.isAfter(document.created())) {
            return new StratusLabVerdict.History(
                    evidence,
                    StratusLabCode.VALID_BEFORE_CREATED,
                    "valid until %s, which is not after its endorsement at %s"
                            .formatted(valid, document.created()));
        }
        if (valid != null && !at.isBefore(valid)) {
            return new StratusLabVerdict.History(
                    evidence,
                    StratusLabCode.EXPIRED,
                    "valid until %s, and no longer at %s".formatted(valid, at));
        }
        return new StratusLabVerdict.Accepted(evidence);
    }

    /**
     * The document's own words must name the certificate whose key has signed. Answers whether the
     * certificate speaks for the mail address, too.
     */
    private static boolean sameIdentity(
            StratusLabDocument.Endorser endorser, X509Certificate certificate) {
        same(
                StratusLabCode.SUBJECT_MISMATCH,
                "slreq:subject",
                endorser.subject(),
                certificate.getSubjectX500Principal());
        same(
                StratusLabCode.ISSUER_MISMATCH,
                "slreq:issuer",
                endorser.issuer(),
                certificate.getIssuerX500Principal());
        var addresses = addresses(certificate);
        if (!addresses.isEmpty()
                && addresses.stream().noneMatch(endorser.email()::equalsIgnoreCase)) {
            throw new Refusal(
                    StratusLabCode.EMAIL_MISMATCH,
                    "slreq:email: expected %s as in the certificate, found %s"
                            .formatted(addresses, MalformedInput.quoted(endorser.email())));
        }
        return !addresses.isEmpty();
    }

    private static void same(
            StratusLabCode code, String where, String found, X500Principal expected) {
        if (!new X500Principal(found).equals(expected)) {
            throw new Refusal(
                    code,
                    "%s: expected %s as in the certificate, found %s"
                            .formatted(
                                    where,
                                    MalformedInput.quoted(expected.getName(X500Principal.RFC2253)),
                                    MalformedInput.quoted(found)));
        }
    }

    private static List<String> addresses(X509Certificate certificate) {
        try {
            var names = certificate.getSubjectAlternativeNames();
            if (names == null) {
                return List.of();
            }
            return names.stream()
                    .filter(name -> Integer.valueOf(RFC822_NAME).equals(name.getFirst()))
                    .map(name -> String.valueOf(name.getLast()))
                    .toList();
        } catch (CertificateParsingException e) {
            throw new Refusal(
                    StratusLabCode.SIGNATURE_FORM,
                    "X509Certificate: its alternative names cannot be read");
        }
    }

    private ChainVerdict.Valid chain(X509Certificate certificate, Terms terms) {
        return switch (anchors.judgeCertificates(List.of(certificate), terms.at())) {
            case ChainVerdict.Valid valid -> valid;
            case ChainVerdict.Invalid(var code, var explanation) ->
                    throw new Refusal(
                            StratusLabCode.CHAIN,
                            StratusLabCode.CHAIN.label() + "-" + code.label(),
                            explanation);
        };
    }

    private static void asked(X509Certificate leaf, Terms terms) {
        asked("subject", terms.endorser(), leaf.getSubjectX500Principal());
        asked("issuer", terms.issuer(), leaf.getIssuerX500Principal());
    }

    private static void asked(String what, @Nullable X500Principal expected, X500Principal found) {
        if (expected != null && !expected.equals(found)) {
            throw new Refusal(
                    StratusLabCode.WRONG_ENDORSER,
                    "the %s of the signer: expected '%s', found '%s'"
                            .formatted(
                                    what,
                                    expected.getName(X500Principal.RFC2253),
                                    found.getName(X500Principal.RFC2253)));
        }
    }

    /** A document takes the place of the one before, or is that one. */
    private static void follows(StratusLabDocument document, byte[] bytes, byte[] previous) {
        if (Arrays.equals(bytes, previous)) {
            return;
        }
        var before = previous(previous);
        if (!before.identifier().equals(document.identifier())
                || !before.endorser().email().equalsIgnoreCase(document.endorser().email())) {
            throw new Refusal(
                    StratusLabCode.NOT_A_SUCCESSOR,
                    "the document before is of %s by %s, this one of %s by %s"
                            .formatted(
                                    before.identifier(),
                                    before.endorser().email(),
                                    document.identifier(),
                                    document.endorser().email()));
        }
        // The address alone is a claim: with another name, somebody else makes it.
        if (!before.endorser().subject().equals(document.endorser().subject())
                || !before.endorser().issuer().equals(document.endorser().issuer())) {
            throw new Refusal(
                    StratusLabCode.ENDORSER_CHANGED,
                    "the document before was signed by '%s' (issuer '%s'), this one by '%s' (issuer '%s')"
                            .formatted(
                                    before.endorser().subject(),
                                    before.endorser().issuer(),
                                    document.endorser().subject(),
                                    document.endorser().issuer()));
        }
        if (document.created().isBefore(before.created())) {
            throw new Refusal(
                    StratusLabCode.OLDER_THAN_PREVIOUS,
                    "endorsed at %s, and the document before at %s"
                            .formatted(document.created(), before.created()));
        }
        if (document.created().equals(before.created())) {
            throw new Refusal(
                    StratusLabCode.REWRITTEN,
                    "endorsed at %s like the document before, and says something else"
                            .formatted(document.created()));
        }
    }

    private static StratusLabDocument previous(byte[] previous) {
        try {
            return DocumentReader.read(
                    DocumentReader.parts(XmlReader.read(previous)).description());
        } catch (Refusal refusal) {
            throw new Refusal(
                    StratusLabCode.PREVIOUS_UNREADABLE,
                    "the document before: " + refusal.explanation());
        }
    }
}
