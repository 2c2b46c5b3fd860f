package org.imprimatur.exchange.attestation;

import java.util.List;
import java.util.Optional;
import org.imprimatur.register.Person;

/** What is to be thought of an attestation. */
public sealed interface AttestationVerdict {

    /**
     * Who has signed.
     *
     * @param person whom the certificate names; empty where a key was given
     * @param key SHA-256 of the public key (SubjectPublicKeyInfo), in hex
     */
    record Signer(Optional<Person> person, String key) {}

    /**
     * It was signed by whom it should be, and speaks of the image where one was given.
     *
     * @param image the subject that is the image, where one was given
     * @param notes what should be known
     */
    record Accepted(
            Signer signer,
            InTotoStatement statement,
            Optional<InTotoStatement.Subject> image,
            List<String> notes)
            implements AttestationVerdict {

        public Accepted {
            notes = List.copyOf(notes);
        }
    }

    /**
     * It is not accepted.
     *
     * @param code why, for programs; listed in {@code docs/format.md}
     * @param explanation why, for people: what was expected and what was found
     */
    record Refused(String code, String explanation) implements AttestationVerdict {

        /** Whether it is no envelope at all. */
        public boolean unreadable() {
            return code.equals("not-an-envelope");
        }
    }
}
