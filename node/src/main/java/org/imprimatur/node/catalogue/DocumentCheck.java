package org.imprimatur.node.catalogue;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.imprimatur.register.Refusal;
import org.imprimatur.register.Register;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Statement;

/**
 * Whether the document that a policy or a practice statement names is here: what nobody can read
 * nobody can accept, and nothing is disclosed by it (END-4.3).
 */
public final class DocumentCheck implements SubmissionCheck {

    private final Attachments attachments;

    /** Looks among these. */
    public DocumentCheck(Attachments attachments) {
        this.attachments = attachments;
    }

    @Override
    public Optional<Refusal> check(Statement statement, Register own, Instant at) {
        return document(statement)
                .filter(document -> attachments.find(document).isEmpty())
                .map(
                        document ->
                                new Refusal(
                                        Refusal.Code.DOCUMENT_MISSING,
                                        List.of(
                                                statement instanceof Statement.Policy
                                                        ? "EGI-2.endorser"
                                                        : "END-4.3"),
                                        "the document %s at this node".formatted(document),
                                        "none",
                                        "Upload it to /api/v1/attachments/%s, then submit the"
                                                        .formatted(document)
                                                + " statement again."));
    }

    /** The document that a statement puts before people, if it does. */
    static Optional<Sha256> document(Statement statement) {
        return switch (statement) {
            case Statement.Policy policy -> Optional.of(policy.policy().sha256());
            case Statement.Practice practice -> Optional.of(practice.document());
            case Statement.Appointment _,
                    Statement.Dismissal _,
                    Statement.Acceptance _,
                    Statement.Suspension _,
                    Statement.Reinstatement _,
                    Statement.AboutImage _ ->
                    Optional.empty();
        };
    }
}
