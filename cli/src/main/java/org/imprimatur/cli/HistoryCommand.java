package org.imprimatur.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.concurrent.Callable;
import org.imprimatur.register.Recorded;
import org.imprimatur.register.Responsibility;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Statement;
import org.imprimatur.register.StatementId;
import org.imprimatur.trust.StatementVerifier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "history",
        description = {
            "Show every statement about an image, or about a person:DIGEST, oldest first.",
            "Each is checked: its proof against the ledger's key, and with --anchors its signature."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  imprimatur history vo:biomed/debian-12 --node https://catalogue.example",
            "  imprimatur history vo:biomed/debian-12 --sbom packages/   what was in each version"
        })
final class HistoryCommand implements Callable<Integer> {

    private static final int MAX_SBOM = 64 << 20;

    @Mixin private final Output output = new Output();
    @Mixin private final NodeOptions node = new NodeOptions();
    @Mixin private final AnchorOptions anchors = new AnchorOptions();
    @Mixin private final ImageTarget target = new ImageTarget();

    @Option(
            names = "--sbom",
            paramLabel = "DIR",
            description =
                    "Write there the bill of materials of each endorsement, as ID.cdx.json, compared"
                            + " with the digest that the endorsement signs.")
    private @Nullable Path sboms;

    @Override
    public Integer call() throws IOException {
        var connection = node.connect(output);
        var verifier = anchors.read(output).map(StatementVerifier::new);
        var person = target.person();
        var about = person.isPresent() ? "person:" + person.get().hex() : guid(connection);
        var answer =
                connection
                        .client()
                        .json(
                                person.isPresent()
                                        ? "/api/v1/people/" + person.get().hex() + "/history"
                                        : "/api/v1/images/" + about + "/history");
        var document = Output.object().put(person.isPresent() ? "person" : "guid", about);
        var list = document.putArray("history");
        boolean good = true;
        long treeSize = 0;
        var all = new ArrayList<ProvenStatement>();
        var revokedAt = new HashMap<StatementId, Instant>();
        for (var one : answer.path("statements")) {
            var proven = ProvenStatement.ofEntry(one, connection.charter());
            all.add(proven);
            if (proven.statement() instanceof Statement.Revocation revocation) {
                revokedAt.put(revocation.endorsement(), proven.admittedAt());
            }
        }
        for (var proven : all) {
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
            var item = list.addObject();
            if (proven.statement() instanceof Statement.Endorsement endorsement) {
                generated(connection, proven.id(), endorsement, item);
            }
            responsibility(proven, revokedAt.get(proven.id()), item);
            item.put("index", proven.index())
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
                about,
                connection.charter().origin(),
                treeSize);
        output.document(document);
        return good ? ExitCode.DONE.status() : ExitCode.NO.status();
    }

    /** What was endorsed: which image, when it was made, and the list of all that is in it. */
    private void generated(
            NodeOptions.Connection connection,
            StatementId id,
            Statement.Endorsement endorsement,
            ObjectNode json)
            throws IOException {
        json.put("guid", endorsement.guid().toString())
                .put("version", endorsement.version().text())
                .put("image", endorsement.image().toString())
                .put("title", endorsement.title())
                .put("generatedAt", endorsement.generatedAt().toString())
                .put("sbom", endorsement.inspection().sbom().toString());
        output.line(
                "        made %s, %d packages, SBOM %s",
                endorsement.generatedAt(),
                endorsement.system().packages(),
                endorsement.inspection().sbom());
        var act = endorsement.details().team();
        if (act != null) {
            var individual = act.individual();
            var name = individual == null ? endorsement.signer() : individual;
            json.put("team", act.team().toString()).put("individual", name.subject());
            output.line("        for the team %s, by %s", act.team(), name.subject());
        }
        var directory = sboms;
        if (directory != null) {
            Files.createDirectories(directory);
            var file = directory.resolve(id.hex() + ".cdx.json");
            Files.write(file, sbom(connection, endorsement.inspection().sbom()));
            output.line("        written to %s", file);
            json.put("sbomFile", file.toString());
        }
    }

    private static byte[] sbom(NodeOptions.Connection connection, Sha256 digest) {
        var bytes = connection.client().bytes("/api/v1/attachments/" + digest, MAX_SBOM);
        if (!Sha256.of(bytes).equals(digest)) {
            throw new CommandFailure(
                    ExitCode.NO,
                    "the node gave another document than the SBOM %s that the endorsement signs"
                            .formatted(digest));
        }
        return bytes;
    }

    /** Who answers for the image of an endorsement, and in which time (END-4.10). */
    private void responsibility(
            ProvenStatement proven, @Nullable Instant revokedAt, ObjectNode json) {
        if (!(proven.statement() instanceof Statement.Endorsement endorsement)) {
            return;
        }
        var answers =
                Responsibility.of(
                        new Recorded<>(
                                proven.index(), proven.id(), endorsement, proven.admittedAt()),
                        revokedAt);
        output.line("        %s", Responsibilities.line(answers));
        Responsibilities.write(json.putObject("responsibility"), answers);
    }

    private String guid(NodeOptions.Connection connection) {
        return target.guid(connection).toString();
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
                    "%s version %s, %s, %d waiver%s%s"
                            .formatted(
                                    one.title(),
                                    one.version(),
                                    one.lineage().kind(),
                                    one.waivers().size(),
                                    one.waivers().size() == 1 ? "" : "s",
                                    one.details().replaces().isEmpty()
                                            ? ""
                                            : ", replaces " + one.details().replaces());
            case Statement.Revocation one -> what(one);
            case Statement.Approval one -> "for " + one.site();
            case Statement.Refusal one -> "for " + one.site() + ": " + one.explanation();
            case Statement.Block one -> "by " + one.owner() + ": " + one.explanation();
            case Statement.Unblock one -> "by " + one.owner() + ": " + one.explanation();
            case Statement.SiteException one ->
                    "for %s in the class %s until %s: %s"
                            .formatted(one.site(), one.useClass(), one.until(), one.explanation());
        };
    }

    private static String what(Statement.Revocation one) {
        var text = new StringBuilder(one.reason().wire());
        var urgency = one.urgency();
        if (urgency != null) {
            text.append(", ").append(urgency.wire());
        }
        text.append(": ").append(one.explanation());
        if (!one.advisories().isEmpty()) {
            text.append(" (").append(String.join(", ", one.advisories())).append(')');
        }
        var replacement = one.replacement();
        if (replacement != null) {
            text.append(", replaced by ").append(replacement);
        }
        return text.toString();
    }
}
