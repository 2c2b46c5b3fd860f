package org.imprimatur.node.catalogue;

import org.imprimatur.register.Recorded;
import org.imprimatur.register.Refusal;

/** What came of submitting an envelope. */
public sealed interface Submission {

    /** It is in the ledger, and durable; {@code fresh} when it was not there before. */
    record Accepted(Recorded<?> entry, boolean fresh) implements Submission {}

    /** The envelope or the statement has not the documented form. */
    record Malformed(String code, String explanation) implements Submission {}

    /** Signature or certificate chain are not accepted. */
    record NotAccepted(String code, String explanation) implements Submission {}

    /** A rule is against it. */
    record Refused(Refusal refusal) implements Submission {}

    /** Not now; submitting again is safe and tells whether it is there. */
    record NotNow(String explanation) implements Submission {}
}
