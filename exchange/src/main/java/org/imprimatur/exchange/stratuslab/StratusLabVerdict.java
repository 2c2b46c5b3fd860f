package org.imprimatur.exchange.stratuslab;

import java.util.List;
import org.imprimatur.register.Person;

/** What is to be thought of a document from a StratusLab Marketplace. */
public sealed interface StratusLabVerdict {

    /** The endorser has written it, and it holds at the moment that was asked for. */
    record Accepted(Evidence evidence) implements StratusLabVerdict {}

    /**
     * The endorser has written it, but nobody should start the image on the strength of it: it has
     * expired, or withdraws the image.
     */
    record History(Evidence evidence, StratusLabCode code, String explanation)
            implements StratusLabVerdict {}

    /**
     * It is not shown that anybody has written it.
     *
     * @param code why, for programs: a label of {@link StratusLabCode}, or {@code chain-} and a
     *     label of {@link org.imprimatur.trust.ChainVerdict.Code}
     * @param unreadable whether it is no such document at all
     * @param explanation why, for people: what was found and what was expected
     */
    record Refused(String code, boolean unreadable, String explanation)
            implements StratusLabVerdict {}

    /**
     * A document and who has signed it.
     *
     * @param person whom the certificate names, which the document's own words agree with
     * @param emailProven whether the certificate holds the document's mail address, too
     * @param signature the signature algorithm, as an XML signature names it
     * @param digest the digest algorithm, likewise
     * @param legacy whether the signature rests on SHA-1
     * @param notes what should be known
     */
    record Evidence(
            StratusLabDocument document,
            Person person,
            boolean emailProven,
            String signature,
            String digest,
            boolean legacy,
            List<String> notes) {

        public Evidence {
            notes = List.copyOf(notes);
        }
    }
}
