package org.imprimatur.trust;

import java.security.cert.X509Certificate;
import java.util.List;
import org.imprimatur.register.Person;

/** What the trust anchors say of a certificate chain at one instant. */
public sealed interface ChainVerdict {

    /**
     * The chain leads to an anchor, and was good at the instant.
     *
     * @param person whom the signer's certificate names
     * @param leaf the signer's certificate
     * @param anchor the certificate in the directory of anchors where the chain ends
     * @param notes what was accepted but should be known, such as a missing revocation list
     */
    record Valid(Person person, X509Certificate leaf, X509Certificate anchor, List<String> notes)
            implements ChainVerdict {

        public Valid {
            notes = List.copyOf(notes);
        }
    }

    /**
     * The chain is not accepted.
     *
     * @param code why, for programs
     * @param explanation why, for people: what was found and what was expected
     */
    record Invalid(Code code, String explanation) implements ChainVerdict {}

    /** Why a chain is not accepted. Codes are added, never renamed. */
    enum Code {
        /** A certificate cannot be read. */
        MALFORMED_CERTIFICATE("malformed-certificate"),
        /** More certificates than are accepted, or more than an authority's path length allows. */
        CHAIN_TOO_LONG("chain-too-long"),
        /** A certificate was not issued by the one after it. */
        CHAIN_BROKEN("chain-broken"),
        /** No anchor has the name of the last issuer. */
        UNKNOWN_ISSUER("unknown-issuer"),
        /** An issuer has the right name, but did not sign. */
        BAD_SIGNATURE("bad-signature"),
        /** A key is too short or of a kind that is not accepted. */
        WEAK_KEY("weak-key"),
        /** A certificate is signed with an algorithm that is not accepted. */
        WEAK_SIGNATURE("weak-signature"),
        /** The signer's certificate is not for signing. */
        NOT_A_SIGNING_CERTIFICATE("not-a-signing-certificate"),
        /** The path breaks another rule of RFC 5280, such as a name constraint. */
        INVALID_PATH("invalid-path"),
        /** An authority issued outside the namespace that it was accredited for. */
        NAMESPACE_VIOLATION("namespace-violation"),
        /** The names of the certificate cannot name a person in the register. */
        UNUSABLE_NAME("unusable-name"),
        /** At the instant, a certificate was not valid yet. */
        NOT_YET_VALID("not-yet-valid"),
        /** At the instant, a certificate was no longer valid. */
        EXPIRED("expired"),
        /** At or before the instant, a certificate was revoked. */
        REVOKED("revoked"),
        /** An authority has no revocation list, and one is required. */
        CRL_MISSING("crl-missing"),
        /** At the instant, an authority's revocation list was past its next update. */
        CRL_EXPIRED("crl-expired"),
        /** An authority's revocation list cannot be read, or is not of its making. */
        CRL_UNUSABLE("crl-unusable");

        private final String label;

        Code(String label) {
            this.label = label;
        }

        /** The code as the API and the command line show it. */
        public String label() {
            return label;
        }
    }
}
