package org.imprimatur.node.catalogue;

import java.time.Instant;
import java.util.Optional;
import org.imprimatur.register.Refusal;
import org.imprimatur.register.Register;
import org.imprimatur.register.Statement;

/**
 * A question that a node asks of a submitted statement besides the register's rules: for a site,
 * whether the endorsement that an approval names stands in the followed catalogue.
 */
@FunctionalInterface
public interface SubmissionCheck {

    /**
     * Why the statement is not taken now, or empty.
     *
     * @param own the register of this node's ledger; kept no longer than the call
     */
    Optional<Refusal> check(Statement statement, Register own, Instant at);
}
