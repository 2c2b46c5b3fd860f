package org.imprimatur.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.imprimatur.disk.ContentTree;
import org.imprimatur.disk.DiskImage;
import org.imprimatur.disk.ImageException;
import org.imprimatur.disk.Limits;
import org.imprimatur.exchange.Bundle;
import org.imprimatur.exchange.BundleVerifier;
import org.imprimatur.exchange.BundleVerifier.Link;
import org.imprimatur.exchange.BundleVerifier.Outcome;
import org.imprimatur.exchange.CharterJson;
import org.imprimatur.exchange.StatusProof;
import org.imprimatur.exchange.StatusVerifier;
import org.imprimatur.ledger.NoteVerifier;
import org.imprimatur.register.Charter;
import org.imprimatur.register.EndorsementState;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Register;
import org.imprimatur.register.Responsibility;
import org.imprimatur.register.Statement;
import org.imprimatur.register.StatementId;
import org.imprimatur.register.StatusKey;
import org.imprimatur.register.StatusLine;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "verify",
        description = {
            "Verify a bundle, and the image with it, off line: no network, no server.",
            "Says each link that was checked: ledger, signatures, certificates, appointments,"
                    + " image.",
            "With a status proof it also says that nothing was revoked up to the proof's tree size."
        },
        footerHeading = "%nExample:%n",
        footer =
                "  imprimatur verify image.qcow2.bundle.json image.qcow2 --charter charter.json"
                        + " --anchors /etc/grid-security/certificates")
final class VerifyCommand implements Callable<Integer> {

    @Mixin private final Output output = new Output();
    @Mixin private final At at = new At();
    @Mixin private final AnchorOptions anchors = new AnchorOptions();
    @Mixin private final CharterOption charter = new CharterOption();
    @Mixin private final WitnessKeys witnesses = new WitnessKeys();

    @Option(
            names = "--status",
            paramLabel = "FILE",
            description = "Status proof of this image, as imprimatur status --save writes it.")
    private @Nullable Path status;

    @Option(
            names = "--witnesses",
            paramLabel = "NUMBER",
            description =
                    "So many of the witnesses named with --witness, or if none is named of the"
                            + " charter's, must have cosigned the bundle's checkpoint; 0 for none"
                            + " (default: what the charter asks for).")
    private @Nullable Integer threshold;

    @Parameters(index = "0", paramLabel = "BUNDLE", description = "The bundle.")
    private @Nullable Path bundle;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "IMAGE",
            description = "The image that the bundle should be of.")
    private @Nullable Path image;

    /** Found out on the way: when the endorsement was revoked; null for not known to be. */
    private @Nullable Instant revokedAt;

    @Override
    public Integer call() throws IOException {
        var trusted = asking(charter.read());
        var verifier = new BundleVerifier(trusted, anchors.required(output));
        var outcome =
                verifier.verify(
                        Input.read(Objects.requireNonNull(bundle), Bundle.MAX_BYTES, Bundle::read));
        List<Link> links = new ArrayList<>(outcome.links());
        if (outcome instanceof Outcome.Verified verified) {
            links.add(counts(verified));
            if (status != null) {
                links.addAll(later(verified, trusted, status));
            }
            if (image != null) {
                links.add(imageLink(image, verified.endorsement().statement()));
            }
        }
        boolean good = links.stream().allMatch(Link::good);
        tell(outcome, links, good);
        return good ? ExitCode.DONE.status() : ExitCode.NO.status();
    }

    /** The charter, with other witnesses where the reader asks for others. */
    private Charter asking(Charter pinned) {
        if (threshold == null) {
            return pinned;
        }
        if (threshold == 0) {
            return pinned.asking(null);
        }
        var named = witnesses.read().stream().map(NoteVerifier::toString).toList();
        var chartered = pinned.witnesses();
        try {
            var asking =
                    pinned.asking(
                            new Charter.Witnesses(
                                    threshold,
                                    named.isEmpty() && chartered != null
                                            ? chartered.keys()
                                            : named));
            CharterJson.quorum(asking, Duration.ZERO);
            return asking;
        } catch (MalformedInput e) {
            throw new CommandFailure(ExitCode.USAGE, "--witnesses: " + e.explanation(), e);
        }
    }

    /**
     * Whether the endorsement counts at the moment that was asked for, as far as the bundle knows.
     */
    private Link counts(Outcome.Verified verified) {
        var moment = at.instant();
        var entry = verified.endorsement();
        if (moment.isBefore(entry.admittedAt())) {
            return new Link(
                    "in force",
                    false,
                    "endorsed at %s, after %s".formatted(entry.admittedAt(), moment));
        }
        boolean counts = verified.register().counts(entry.id(), moment);
        return new Link(
                "in force",
                counts,
                counts
                        ? "at %s, by what this bundle knows%s"
                                .formatted(
                                        moment,
                                        status == null
                                                ? "; whether it was revoked since, only a newer look at the ledger tells (imprimatur status %s)"
                                                        .formatted(entry.statement().guid())
                                                : "")
                        : "%s before %s"
                                .formatted(why(verified.register(), entry.id(), moment), moment));
    }

    private static String why(Register register, StatementId endorsement, Instant at) {
        return switch (register.lapse(endorsement, at).orElseThrow()) {
            case REVOKED -> "it was revoked";
            case SUSPENDED -> "its endorser was suspended";
            case ROLE_ENDED -> "its endorser lost the role";
            case DISPUTED -> "it was disputed";
            case ENDED -> "its planned end came";
            case WAIVER_EXPIRED -> "a waiver that it needs has expired";
            case CONTRIBUTOR_NOT_ENDORSED -> "the endorsement of one of its parts ended";
        };
    }

    /** What the ledger has said since, and that it has said no more. */
    private List<Link> later(Outcome.Verified verified, Charter trusted, Path file)
            throws IOException {
        var proof = Input.read(file, StatusProof.MAX_BYTES, StatusProof::read);
        var outcome = new StatusVerifier(trusted, witnesses.read()).verify(proof);
        var links = new ArrayList<Link>();
        outcome.links()
                .forEach(
                        link ->
                                links.add(
                                        new Link(
                                                "status: " + link.what(),
                                                link.good(),
                                                link.found())));
        if (outcome instanceof StatusVerifier.Outcome.Proven proven) {
            links.add(later(verified, proof, proven));
        }
        return links;
    }

    private Link later(
            Outcome.Verified verified, StatusProof proof, StatusVerifier.Outcome.Proven proven) {
        var entry = verified.endorsement();
        var image = StatusKey.of(entry.statement().image());
        var guid = StatusKey.of(entry.statement().guid());
        long size = proven.checkpoint().size();
        if (!proof.asked().contains(image) && !proof.asked().contains(guid)) {
            return new Link("not revoked", false, "the status proof is not about this image");
        }
        if (size <= entry.index()) {
            return new Link(
                    "not revoked",
                    false,
                    "the status proof is of tree size %d, from before the endorsement in entry %d"
                            .formatted(size, entry.index()));
        }
        var moment = at.instant();
        var standing =
                proven.records().status(image, moment).stream()
                        .filter(one -> one.line().id().equals(entry.id()))
                        .filter(one -> one.line().index() == entry.index())
                        .findFirst();
        if (standing.isEmpty()) {
            return new Link(
                    "not revoked",
                    false,
                    "at tree size %d the ledger does not have this endorsement in entry %d: it shows two histories, and both files prove it"
                            .formatted(size, entry.index()));
        }
        var knowledge = StatusAnswer.knowledge(proven, moment);
        revokedAt =
                standing.get().because().stream()
                        .filter(line -> line.act() instanceof StatusLine.Revoked)
                        .map(StatusLine::admittedAt)
                        .findFirst()
                        .orElse(null);
        if (standing.get().state() != EndorsementState.ENDORSED) {
            return new Link(
                    "not revoked",
                    false,
                    "%s%s; %s"
                            .formatted(
                                    standing.get().state().wire(),
                                    standing.get().because().stream()
                                            .map(line -> ": " + StatusAnswer.why(line))
                                            .collect(Collectors.joining()),
                                    knowledge));
        }
        return new Link(
                "not revoked",
                true,
                "it counts at %s%s"
                        .formatted(
                                knowledge,
                                size > verified.checkpoint().size()
                                        ? ""
                                        : "; nothing later than the bundle is known"));
    }

    private static Link imageLink(Path file, Statement.Endorsement endorsement) throws IOException {
        var digest = Digests.sha512(file);
        if (digest.equals(endorsement.image())) {
            return new Link("image", true, "%s has the endorsed digest".formatted(file));
        }
        return new Link(
                "image",
                false,
                "%s has the digest %s, endorsed is %s%s"
                        .formatted(file, digest, endorsement.image(), likeness(file, endorsement)));
    }

    /** Another file may still hold the same disk: that helps who looks for the reason. */
    private static String likeness(Path file, Statement.Endorsement endorsement)
            throws IOException {
        try (var other = DiskImage.open(file, Limits.DEFAULT)) {
            var root = java.util.HexFormat.of().formatHex(ContentTree.of(other.disk()).root());
            return root.equals(endorsement.disk().contentRoot().hex())
                    ? "; it holds the same disk in another file"
                    : "; it holds another disk";
        } catch (ImageException e) {
            return "; " + e.explanation();
        }
    }

    private void tell(Outcome outcome, List<Link> links, boolean good) {
        links.forEach(link -> output.line("%s", Links.line(link)));
        var document = Output.object().put("verdict", good ? "VERIFIED" : "REFUSED");
        Links.write(document, links);
        if (outcome instanceof Outcome.Verified verified) {
            var statement = verified.endorsement().statement();
            document.put("image", statement.image().toString())
                    .put("guid", statement.guid().toString())
                    .put("version", statement.version().text())
                    .put("owner", statement.owner().toString())
                    .put("endorser", statement.signer().subject())
                    .put("admittedAt", verified.endorsement().admittedAt().toString())
                    .put("ledger", verified.checkpoint().origin())
                    .put("treeSize", verified.checkpoint().size());
            var answers = Responsibility.of(verified.endorsement(), revokedAt);
            document.put("kind", statement.lineage().kind().wire());
            Responsibilities.write(document.putObject("responsibility"), answers);
            output.line("%s", Responsibilities.line(answers));
            output.line(
                    "%s: %s, %s version %s, endorsed by %s for %s",
                    good ? "VERIFIED" : "REFUSED",
                    statement.title(),
                    statement.guid(),
                    statement.version(),
                    statement.signer().subject(),
                    statement.owner());
        } else {
            output.line("REFUSED");
        }
        output.document(document);
    }
}
