package org.imprimatur.node.catalogue;

import java.time.Instant;
import java.util.Optional;
import org.imprimatur.register.Refusal;
import org.imprimatur.register.Statement;

/**
 * A question that a node asks of a submitted statement besides the register's rules: for a site,
 * whether the endorsement that an approval names stands in the followed catalogue.
 */
@FunctionalInterface
public interface SubmissionCheck {

    /** Why the statement is not taken now, or empty. */
    Optional<Refusal> check(Statement statement, Instant at);
}
