package org.imprimatur.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.imprimatur.register.Statement;
import org.imprimatur.trust.StatementVerifier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "history",
        description = {
            "Show every statement about an image, oldest first.",
            "Each is checked: its proof against the ledger's key, and with --anchors its signature."
        },
        footerHeading = "%nExample:%n",
        footer = "  imprimatur history vo:biomed/debian-12 --node https://catalogue.example")
final class HistoryCommand implements Callable<Integer> {

    @Mixin private final Output output = new Output();
    @Mixin private final NodeOptions node = new NodeOptions();
    @Mixin private final AnchorOptions anchors = new AnchorOptions();
    @Mixin private final ImageTarget target = new ImageTarget();

    @Override
    public Integer call() throws IOException {
        var connection = node.connect(output);
        var verifier = anchors.read(output).map(StatementVerifier::new);
        var guid = target.guid(connection);
        var answer = connection.client().json("/api/v1/images/" + guid + "/history");
        var document = Output.object().put("guid", guid.toString());
        var list = document.putArray("history");
        boolean good = true;
        long treeSize = 0;
        for (var one : answer.path("statements")) {
            var proven = ProvenStatement.ofEntry(one, connection.charter());
            treeSize = proven.treeSize();
            var signature = "not checked";
            if (verifier.isPresent()) {
                signature =
                        switch (verifier.get().verify(proven.envelope(), proven.admittedAt())) {
                            case StatementVerifier.Verified _ -> "good";
                            case StatementVerifier.NotVerified not -> {
                                good = false;
                                yield not.code();
                            }
                        };
            }
            output.line(
                    "%6d  %s  %-11s  %s",
                    proven.index(),
                    proven.admittedAt(),
                    proven.statement().kind().wire(),
                    what(proven.statement()));
            output.line(
                    "        by %s; proof good, signature %s",
                    proven.statement().signer().subject(), signature);
            list.addObject()
                    .put("index", proven.index())
                    .put("id", proven.id().hex())
                    .put("kind", proven.statement().kind().wire())
                    .put("admittedAt", proven.admittedAt().toString())
                    .put("signer", proven.statement().signer().subject())
                    .put("what", what(proven.statement()))
                    .put("proof", "good")
                    .put("signature", signature);
        }
        output.line(
                "%d statement%s about %s, each proven in %s of %d entries",
                list.size(),
                list.size() == 1 ? "" : "s",
                guid,
                connection.charter().origin(),
                treeSize);
        output.document(document);
        return good ? ExitCode.DONE.status() : ExitCode.NO.status();
    }

    private static String what(Statement statement) {
        return switch (statement) {
            case Statement.Appointment one -> one.name() + " to " + one.role();
            case Statement.Dismissal one -> one.explanation();
            case Statement.Policy one -> one.policy() + " by " + one.owner();
            case Statement.Acceptance one -> one.policy().toString();
            case Statement.Practice one -> one.title() + " version " + one.version();
            case Statement.Suspension one ->
                    "%s by %s: %s"
                            .formatted(one.person().subject(), one.owner(), one.explanation());
            case Statement.Reinstatement one ->
                    "%s by %s: %s"
                            .formatted(one.person().subject(), one.owner(), one.explanation());
            case Statement.Endorsement one ->
                    "%s version %s, %d waiver%s"
                            .formatted(
                                    one.title(),
                                    one.version(),
                                    one.waivers().size(),
                                    one.waivers().size() == 1 ? "" : "s");
            case Statement.Revocation one -> one.reason().wire() + ": " + one.explanation();
            case Statement.Approval one -> "for " + one.site();
            case Statement.Refusal one -> "for " + one.site() + ": " + one.explanation();
            case Statement.Block one -> "by " + one.owner() + ": " + one.explanation();
            case Statement.Unblock one -> "by " + one.owner() + ": " + one.explanation();
        };
    }
}
