package org.imprimatur.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.imprimatur.exchange.attestation.BuildProvenance;
import org.imprimatur.inspect.facts.GenerationTool;
import org.imprimatur.register.BlockingFinding;
import org.imprimatur.register.Contributor;
import org.imprimatur.register.Details;
import org.imprimatur.register.Generation;
import org.imprimatur.register.LicenceDeclaration;
import org.imprimatur.register.Lineage;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.StatementId;
import org.imprimatur.trust.VerificationKey;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What an endorsement says besides what every endorsement says. */
final class DetailOptions {

    @Option(
            names = "--kind",
            converter = Converters.KindConverter.class,
            description =
                    "base (a complete system), vo-configuration or combined (default: base; combined"
                            + " with --base).")
    private Lineage.@Nullable Kind kind;

    @Option(
            names = "--base",
            paramLabel = "sha512:DIGEST",
            converter = Converters.DigestConverter.class,
            description =
                    "The base image that this one was combined from; its own digest where nothing"
                            + " was added.")
    private @Nullable Sha512 base;

    @Option(
            names = "--configuration",
            paramLabel = "sha512:DIGEST",
            converter = Converters.DigestConverter.class,
            description = "The VO configuration in a combined image.")
    private @Nullable Sha512 configuration;

    @Option(
            names = "--contributor",
            paramLabel = "NAME=SOFTWARE",
            description = "Who provides additional software, and which; may be repeated.")
    private Map<String, String> contributors = Map.of();

    @Option(
            names = "--no-contributors",
            description = "Say that there is no additional software of others in the image.")
    private boolean noContributors;

    @Option(
            names = "--replaces",
            paramLabel = "ID",
            converter = Converters.IdConverter.class,
            description = "An endorsement in whose place this one comes; may be repeated.")
    private List<StatementId> replaces = List.of();

    @Option(
            names = "--until",
            paramLabel = "INSTANT",
            converter = Converters.InstantConverter.class,
            description = "The planned end: from then on the endorsement does not count.")
    private @Nullable Instant until;

    @Option(
            names = "--tool",
            paramLabel = "NAME=VERSION",
            description = "The program that made the image.")
    private Map<String, String> tool = Map.of();

    @Option(
            names = "--tool-package",
            paramLabel = "PURL",
            description = "That program as a package URL, by which advisories know it.")
    private @Nullable String toolPackage;

    @Option(
            names = "--builder",
            paramLabel = "TEXT",
            description =
                    "Who or what ran the program (default: as the provenance says, else you).")
    private @Nullable String builder;

    @Option(
            names = "--provenance",
            paramLabel = "FILE",
            description =
                    "Build provenance to attach: SLSA v1, in a DSSE envelope or alone. It must be of"
                            + " this image.")
    private @Nullable Path provenance;

    @Option(
            names = "--builder-key",
            paramLabel = "FILE",
            description = "Public key that must have signed the provenance.")
    private @Nullable Path builderKey;

    @Option(
            names = "--patched-at",
            paramLabel = "INSTANT",
            converter = Converters.InstantConverter.class,
            description = "Every security patch published by then is applied.")
    private @Nullable Instant patchedAt;

    @Option(
            names = "--licence",
            paramLabel = "LICENCE[@PLACE]=STATEMENT",
            description =
                    "Why software under this licence may be in the image; with a place it answers the"
                            + " finding licence.undeclared there. May be repeated.")
    private Map<String, String> licences = Map.of();

    /**
     * What the endorsement will say, and the provenance document to upload with it.
     *
     * @param provenance null for none
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Given(Details details, byte @Nullable [] provenance) {}

    /** Refuses what does not fit together, before any work is done. */
    void check() {
        if (tool.size() > 1) {
            throw usage("--tool names one program");
        }
        if (tool.isEmpty() && (toolPackage != null || builder != null || provenance != null)) {
            throw usage("--tool-package, --builder and --provenance go with --tool NAME=VERSION");
        }
        if (builderKey != null && provenance == null) {
            throw usage("--builder-key goes with --provenance");
        }
        if (noContributors && !contributors.isEmpty()) {
            throw usage("--contributor and --no-contributors contradict each other");
        }
        if (lineageKind() != Lineage.Kind.COMBINED && (base != null || configuration != null)) {
            throw usage("--base and --configuration are for combined images");
        }
        if (lineageKind() == Lineage.Kind.COMBINED && base == null) {
            throw usage("a combined image needs --base");
        }
        made(this::lineage);
        made(
                () -> {
                    var named = contributors();
                    return named == null ? List.of() : named;
                });
        made(this::licences);
    }

    /**
     * Reads the provenance and compares it with the image.
     *
     * @param image the image file
     * @param endorser who is named as the builder where nobody else is
     */
    Given read(Path image, String endorser) throws IOException {
        byte[] document = null;
        BuildProvenance built = null;
        if (provenance != null) {
            document = Input.read(provenance, BuildProvenance.MAX_BYTES, bytes -> bytes);
            built = provenance(document, provenance, image);
        }
        var found = built;
        return new Given(
                made(
                        () ->
                                new Details(
                                        lineage(),
                                        contributors(),
                                        replaces,
                                        until,
                                        generation(found, endorser),
                                        patchedAt,
                                        licences())),
                document);
    }

    private BuildProvenance provenance(byte[] document, Path file, Path image) throws IOException {
        var key =
                builderKey == null
                        ? null
                        : Input.read(
                                builderKey, VerificationKey.MAX_FILE_BYTES, VerificationKey::read);
        try {
            return BuildProvenance.read(document, StatementVerifyCommand.digests(image), key);
        } catch (BuildProvenance.NotOfThisImage e) {
            throw new CommandFailure(
                    ExitCode.NO,
                    "the provenance %s is not accepted: %s [%s]"
                            .formatted(file, e.getMessage(), e.code()),
                    e);
        } catch (MalformedInput e) {
            throw new CommandFailure(
                    ExitCode.UNREADABLE, "%s: %s".formatted(file, e.explanation()), e);
        }
    }

    private Lineage.Kind lineageKind() {
        if (kind != null) {
            return kind;
        }
        return base == null ? Lineage.Kind.BASE : Lineage.Kind.COMBINED;
    }

    private Lineage lineage() {
        return switch (lineageKind()) {
            case BASE -> Lineage.BASE;
            case VO_CONFIGURATION -> new Lineage.VoConfiguration();
            case COMBINED -> new Lineage.Combined(Objects.requireNonNull(base), configuration);
        };
    }

    private @Nullable List<Contributor> contributors() {
        if (contributors.isEmpty()) {
            return noContributors ? List.of() : null;
        }
        List<Contributor> named = new ArrayList<>();
        contributors.forEach((name, software) -> named.add(new Contributor(name, software, null)));
        return named;
    }

    private @Nullable Generation generation(@Nullable BuildProvenance built, String endorser) {
        if (tool.isEmpty()) {
            return null;
        }
        var named = tool.entrySet().iterator().next();
        var by = builder;
        if (by == null) {
            by = built == null ? endorser : built.builder();
        }
        return new Generation(
                named.getKey(),
                named.getValue(),
                toolPackage,
                by,
                built == null ? null : built.provenance());
    }

    /** What rules judge of the program that made the image. */
    GenerationTool generationTool() {
        if (tool.isEmpty()) {
            return GenerationTool.NOT_TOLD;
        }
        var named = tool.entrySet().iterator().next();
        return new GenerationTool.Told(
                named.getKey(), named.getValue(), toolPackage == null ? "" : toolPackage);
    }

    /** Declarations that answer blocking findings count like waivers. */
    boolean answers(BlockingFinding finding) {
        return licences().stream().anyMatch(one -> one.covers(finding));
    }

    private List<LicenceDeclaration> licences() {
        List<LicenceDeclaration> declared = new ArrayList<>();
        licences.forEach(
                (licence, statement) -> {
                    int at = licence.indexOf('@');
                    declared.add(
                            new LicenceDeclaration(
                                    at < 0 ? licence : licence.substring(0, at),
                                    at < 0 ? null : licence.substring(at + 1),
                                    statement));
                });
        return declared;
    }

    private static <T> T made(java.util.function.Supplier<T> make) {
        try {
            return make.get();
        } catch (MalformedInput wrong) {
            throw new CommandFailure(ExitCode.USAGE, wrong.explanation(), wrong);
        }
    }

    private static CommandFailure usage(String text) {
        return new CommandFailure(ExitCode.USAGE, text);
    }
}
