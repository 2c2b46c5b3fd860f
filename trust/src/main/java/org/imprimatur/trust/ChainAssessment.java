package org.imprimatur.trust;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.imprimatur.register.Person;

/**
 * All that can be said of a chain without knowing the instant. It is found once for each chain;
 * asking it about an instant then costs next to nothing.
 */
sealed interface ChainAssessment {

    ChainVerdict at(Instant instant);

    /** The same, were nothing of the chain ever revoked. */
    ChainAssessment apartFromRevocations();

    /** No instant makes the chain good. */
    record Hopeless(ChainVerdict.Invalid verdict) implements ChainAssessment {

        static Hopeless because(ChainVerdict.Code code, String explanation) {
            return new Hopeless(new ChainVerdict.Invalid(code, explanation));
        }

        @Override
        public ChainVerdict at(Instant instant) {
            return verdict;
        }

        @Override
        public ChainAssessment apartFromRevocations() {
            return this;
        }
    }

    /** An instant from which, or until which, something holds. */
    record Limit(Instant instant, String what) {}

    /**
     * The chain leads to an anchor; when it is good depends on the instant.
     *
     * @param path the signer's certificate first, the anchor last
     * @param revoked from when which certificate is revoked
     * @param crlsEnd until when which revocation list is current
     * @param notes what should be known
     */
    record Dated(
            Person person,
            List<X509Certificate> path,
            List<Limit> revoked,
            List<Limit> crlsEnd,
            List<String> notes)
            implements ChainAssessment {

        public Dated {
            path = List.copyOf(path);
            revoked = List.copyOf(revoked);
            crlsEnd = List.copyOf(crlsEnd);
            notes = List.copyOf(notes);
        }

        @Override
        public ChainAssessment apartFromRevocations() {
            return new Dated(person, path, List.of(), crlsEnd, notes);
        }

        @Override
        public ChainVerdict at(Instant instant) {
            for (var certificate : path) {
                var begin = certificate.getNotBefore().toInstant();
                if (instant.isBefore(begin)) {
                    return new ChainVerdict.Invalid(
                            ChainVerdict.Code.NOT_YET_VALID,
                            "the certificate of '%s' is valid from %s, and was not yet at %s"
                                    .formatted(Certificates.subject(certificate), begin, instant));
                }
                // The last second counts as a whole: certificates know no fractions (RFC 5280).
                var end = certificate.getNotAfter().toInstant();
                if (!instant.isBefore(end.plusSeconds(1))) {
                    return new ChainVerdict.Invalid(
                            ChainVerdict.Code.EXPIRED,
                            "the certificate of '%s' was valid until %s, and no longer at %s"
                                    .formatted(Certificates.subject(certificate), end, instant));
                }
            }
            for (var limit : revoked) {
                if (!instant.isBefore(limit.instant())) {
                    return new ChainVerdict.Invalid(
                            ChainVerdict.Code.REVOKED,
                            "%s was revoked at %s, which is not after %s"
                                    .formatted(limit.what(), limit.instant(), instant));
                }
            }
            for (var limit : crlsEnd) {
                if (instant.isAfter(limit.instant())) {
                    return new ChainVerdict.Invalid(
                            ChainVerdict.Code.CRL_EXPIRED,
                            "%s should have been replaced by %s and cannot speak for %s; fetch the"
                                            .formatted(limit.what(), limit.instant(), instant)
                                    + " current one");
                }
            }
            var allNotes = new ArrayList<>(notes);
            for (var limit : revoked) {
                allNotes.add(
                        "%s was revoked later, at %s".formatted(limit.what(), limit.instant()));
            }
            return new ChainVerdict.Valid(person, path.getFirst(), path.getLast(), allNotes);
        }
    }
}
