package org.imprimatur.cli;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.imprimatur.exchange.Bundle;
import org.imprimatur.exchange.BundleVerifier;
import org.imprimatur.inspect.Report;
import org.imprimatur.inspect.ReportJson;
import org.imprimatur.inspect.ReportText;
import org.imprimatur.inspect.Sbom;
import org.imprimatur.inspect.rules.Severity;
import org.imprimatur.inspect.rules.WaiverRules;
import org.imprimatur.register.BlockingFinding;
import org.imprimatur.register.Details;
import org.imprimatur.register.DiskFacts;
import org.imprimatur.register.GuestSystem;
import org.imprimatur.register.Guid;
import org.imprimatur.register.InspectionSummary;
import org.imprimatur.register.LicenceDeclaration;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Person;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.Statement;
import org.imprimatur.register.Tag;
import org.imprimatur.register.Team;
import org.imprimatur.register.TeamAct;
import org.imprimatur.register.Version;
import org.imprimatur.register.Waiver;
import org.imprimatur.trust.TrustAnchors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "endorse",
        description = {
            "Inspect an image, sign its endorsement, publish it, and keep a bundle beside the"
                    + " image.",
            "An image with blocking findings is refused, unless each is waived with a reason."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  imprimatur endorse image.qcow2 --owner vo:biomed --tag debian-12 --image-version 1.0"
                    + " \\",
            "      --location https://images.example/image.qcow2 --key me.pem --node"
                    + " https://catalogue.example",
            "  imprimatur endorse image.qcow2 … --waive 'sudo.nopasswd@/etc/sudoers.d/ci=runs our"
                    + " tests only'",
            "  imprimatur endorse combined.qcow2 … --base sha512:3f… --configuration sha512:9a… \\",
            "      --contributor 'ROOT team=ROOT 6.32' --until 2027-06-01T00:00:00Z --replaces 5f…"
                    + " \\",
            "      --tool packer=1.11.2 --provenance provenance.json --builder-key builder.pub"
        })
final class EndorseCommand implements Callable<Integer> {

    @Mixin private final Output output = new Output();
    @Mixin private final Signing signing = new Signing();
    @Mixin private final At at = new At();
    @Mixin private final ProfileOption profile = new ProfileOption();
    @Mixin private final WaiverOptions waiverOptions = new WaiverOptions();
    @Mixin private final DetailOptions detailOptions = new DetailOptions();
    @Mixin private final AnchorOptions anchorOptions = new AnchorOptions();

    @Parameters(
            paramLabel = "IMAGE",
            description = "The image file, raw, qcow2, VMDK, VHD, VHDX, VDI or OVA.")
    private @Nullable Path image;

    @Option(
            names = "--owner",
            required = true,
            converter = Converters.OwnerConverter.class,
            description = "Whose image it is: infrastructure:NAME, vo:NAME or site:NAME.")
    private @Nullable Owner owner;

    @Option(
            names = "--team",
            converter = Converters.TeamConverter.class,
            description = "The team in whose name you endorse (default: your own).")
    private @Nullable Team team;

    @Option(
            names = "--individual",
            paramLabel = "FILE",
            description =
                    "With a key that the team shares: your own certificate, PEM, so that it stands"
                            + " who acted.")
    private @Nullable Path individual;

    @Option(
            names = "--guid",
            description =
                    "The image's GUID, for a new version of an image (default: that of the tag,"
                            + " else a new one).")
    private @Nullable UUID guid;

    @Option(
            names = "--image-version",
            paramLabel = "VERSION",
            required = true,
            converter = Converters.VersionConverter.class,
            description = "Version of the image; never used twice.")
    private @Nullable Version version;

    @Option(
            names = "--tag",
            converter = Converters.TagConverter.class,
            description = "Name by which users find the image.")
    private @Nullable Tag tag;

    @Option(
            names = "--title",
            description = "One line for people (default: the operating system's name).")
    private @Nullable String title;

    @Option(
            names = "--declaration",
            defaultValue =
                    "I have checked this image and confirm that it follows the policy named here.",
            description = "What you confirm (default: '${DEFAULT-VALUE}').")
    private String declaration = "";

    @Option(
            names = "--generated-at",
            paramLabel = "INSTANT",
            description = "When the image was made (default: the file's time).")
    private @Nullable Instant generatedAt;

    @Option(
            names = "--location",
            paramLabel = "URL",
            description = "Where the file can be had; may be repeated.")
    private List<URI> locations = List.of();

    @Option(
            names = "--bundle",
            paramLabel = "FILE",
            description = "Where the bundle goes (default: IMAGE.bundle.json).")
    private @Nullable Path bundle;

    @Override
    public Integer call() throws IOException {
        var file = Objects.requireNonNull(image);
        detailOptions.check();
        var key = signing.readKey(output);
        var connection = signing.connect(output);
        var anchors = anchorOptions.read(output);
        var now = At.CLOCK.instant();
        var options = profile.options(at.instant());
        var allowed = options.profile().waivers();
        waiverOptions.check(allowed, now);
        var said = detailOptions.read(file, key.person().subject());
        var report =
                InspectCommand.inspect(
                        file, options.withGeneration(detailOptions.generationTool()), output);

        var blocking = blocking(report);
        var waivers = waiverOptions.waivers(blocking, allowed, now);
        var open =
                blocking.stream()
                        .filter(finding -> !detailOptions.answers(finding))
                        .filter(
                                finding ->
                                        waivers.stream()
                                                .noneMatch(waiver -> waiver.covers(finding, now)))
                        .toList();
        if (!open.isEmpty()) {
            return refuse(report, open, allowed);
        }

        var reportBytes = ReportJson.bytes(report);
        var sbomBytes = Sbom.bytes(report);
        connection.client().attach(reportBytes);
        connection.client().attach(sbomBytes);
        var provenance = said.provenance();
        if (provenance != null) {
            connection.client().attach(provenance);
        }
        var statement =
                endorsement(
                        connection,
                        Signing.header(connection.charter(), key),
                        report,
                        new InspectionSummary(
                                report.tool(),
                                report.profile(),
                                completeness(report),
                                Sha256.of(reportBytes),
                                Sha256.of(sbomBytes),
                                blocking),
                        waivers,
                        said.details());
        var admitted = Signing.submit(connection, statement, key);
        var kept = NodeBundle.await(connection, admitted.id());
        check(kept.bundle(), admitted, anchors);
        var bundleFile = write(kept, file);
        tell(statement, admitted, waivers, bundleFile);
        return ExitCode.DONE.status();
    }

    private Integer refuse(Report report, List<BlockingFinding> open, WaiverRules allowed) {
        if (output.json()) {
            output.out().write(new String(ReportJson.bytes(report), StandardCharsets.UTF_8));
            output.out().flush();
        } else {
            output.out().print(ReportText.of(report, Output.coloured()));
        }
        var first = open.getFirst();
        throw new CommandFailure(
                ExitCode.NO,
                "not endorsed: %d blocking finding%s, the first %s. Mend the image%s%s."
                        .formatted(
                                open.size(),
                                open.size() == 1 ? "" : "s",
                                first,
                                first.rule().equals(LicenceDeclaration.RULE)
                                        ? ", or declare with --licence 'LICENCE@PATH=WHY' why the"
                                                + " software may be in it"
                                        : "",
                                allowed.never().contains(first.rule())
                                        ? "; by %s nobody may waive this"
                                                .formatted(report.profile())
                                        : ", or take a finding on with --waive"
                                                + " 'RULE@PATH=REASON'"));
    }

    private static InspectionSummary.Completeness completeness(Report report) {
        return switch (report.completeness()) {
            case COMPLETE -> InspectionSummary.Completeness.COMPLETE;
            case INCOMPLETE -> InspectionSummary.Completeness.INCOMPLETE;
        };
    }

    private static List<BlockingFinding> blocking(Report report) {
        return report.findings(Severity.BLOCK).stream()
                .map(finding -> new BlockingFinding(finding.rule().id(), finding.path()))
                .distinct()
                .toList();
    }

    private Statement.Endorsement endorsement(
            NodeOptions.Connection connection,
            org.imprimatur.register.Header header,
            Report report,
            InspectionSummary inspection,
            List<Waiver> waivers,
            Details details)
            throws IOException {
        var file = Objects.requireNonNull(image);
        var os = report.facts().os();
        var generated =
                generatedAt == null
                        ? Files.getLastModifiedTime(file)
                                .toInstant()
                                .truncatedTo(ChronoUnit.SECONDS)
                        : generatedAt;
        return new Statement.Endorsement(
                header,
                Objects.requireNonNull(file.getFileName()).toString(),
                new Sha512(report.digests().sha512()),
                Objects.requireNonNull(owner),
                guid(connection),
                Objects.requireNonNull(version),
                tag,
                title == null ? os.prettyName() : title,
                generated,
                new DiskFacts(
                        report.image().format(),
                        report.image().fileBytes(),
                        report.image().virtualBytes(),
                        new Sha256(report.digests().contentRoot())),
                new GuestSystem(
                        os.name(),
                        os.versionId(),
                        report.facts().architecture(),
                        report.facts().packages().size()),
                CurrentPolicy.accepted(connection, header.signer()),
                inspection,
                waivers,
                declaration,
                locations.stream().map(URI::toString).toList(),
                details.inTeam(team == null ? null : new TeamAct(team, individual())));
    }

    /** The GUID asked for; else that of the tag, so that this becomes its next version. */
    private Guid guid(NodeOptions.Connection connection) {
        if (guid != null) {
            return new Guid(guid);
        }
        if (tag != null) {
            var of =
                    connection
                            .client()
                            .json("/api/v1/images?owner=%s&tag=%s".formatted(owner, tag))
                            .path("images");
            if (!of.isEmpty()) {
                return Guid.parse(of.get(0).path("guid").asText());
            }
        }
        return new Guid(UUID.randomUUID());
    }

    /** As {@code verify} would: what is kept beside the image must convince others. */
    private void check(Bundle kept, Signing.Admitted admitted, Optional<TrustAnchors> anchors) {
        if (anchors.isEmpty()) {
            output.err()
                    .println(
                            "note: the bundle is kept as the node gave it; to have it verified as a"
                                    + " whole, name --anchors");
            return;
        }
        switch (new BundleVerifier(admitted.charter(), anchors.get()).verify(kept)) {
            case BundleVerifier.Outcome.Verified verified -> {
                if (!verified.endorsement().id().equals(admitted.id())) {
                    throw notVerified(admitted, "it is of another endorsement");
                }
            }
            case BundleVerifier.Outcome.Refused refused -> {
                var broken = refused.broken();
                if (!broken.what().equals(BundleVerifier.WITNESSES)) {
                    throw notVerified(admitted, broken.what() + ": " + broken.found());
                }
                output.err()
                        .println(
                                "warning: %s. Fetch the bundle again later: GET /api/v1/statements/%s/bundle?cosignatures=%d"
                                        .formatted(
                                                broken.found(),
                                                admitted.id().hex(),
                                                Objects.requireNonNull(
                                                                admitted.charter().witnesses())
                                                        .threshold()));
            }
        }
    }

    private static CommandFailure notVerified(Signing.Admitted admitted, String found) {
        return new CommandFailure(
                ExitCode.NO,
                "endorsed in entry %d, statement %s, but the bundle that the node gives does not verify (%s): it is not kept"
                        .formatted(admitted.index(), admitted.id().hex(), found));
    }

    private Path write(NodeBundle kept, Path file) throws IOException {
        var target =
                bundle == null ? file.resolveSibling(file.getFileName() + ".bundle.json") : bundle;
        var temporary =
                Files.createTempFile(target.toAbsolutePath().getParent(), ".bundle", ".tmp");
        try {
            Files.write(temporary, kept.bytes());
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
        return target;
    }

    private void tell(
            Statement.Endorsement statement,
            Signing.Admitted admitted,
            List<Waiver> waivers,
            Path bundleFile) {
        output.line("Endorsed: %s", statement.title());
        output.line("  image     %s", statement.image());
        output.line("  GUID      %s version %s", statement.guid(), statement.version());
        if (statement.tag() != null) {
            output.line("  tag       %s/%s", statement.owner(), statement.tag());
        }
        output.line("  kind      %s", statement.lineage().kind());
        output.line("  packages  %d", statement.system().packages());
        var until = statement.details().until();
        output.line(
                "  you answer for it from %s until %s",
                admitted.admittedAt(),
                until == null ? "it is revoked" : until + ", or until it is revoked before");
        for (var waiver : waivers) {
            output.line(
                    "  waived    %s%s until %s: %s",
                    waiver.rule(),
                    waiver.path() == null ? "" : "@" + waiver.path(),
                    waiver.expires(),
                    waiver.reason());
        }
        output.line(
                "  entry     %d of %s, proof verified",
                admitted.index(), admitted.charter().origin());
        output.line("  statement %s", admitted.id().hex());
        output.line("  bundle    %s", bundleFile);
        output.document(
                admitted.json()
                        .put("guid", statement.guid().toString())
                        .put("version", statement.version().text())
                        .put("image", statement.image().toString())
                        .put("kind", statement.lineage().kind().wire())
                        .put("waivers", waivers.size())
                        .put("bundle", bundleFile.toString()));
    }

    private @Nullable Person individual() {
        try {
            return individual == null ? null : PersonOptions.ofCertificate(individual);
        } catch (IOException e) {
            throw new CommandFailure(
                    ExitCode.UNREADABLE, "cannot read %s: %s".formatted(individual, e), e);
        }
    }
}
