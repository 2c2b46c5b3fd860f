package org.imprimatur.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.imprimatur.disk.Conversion;
import org.imprimatur.disk.DiskFormat;
import org.imprimatur.disk.Limits;
import org.imprimatur.disk.OtherDiskException;
import org.imprimatur.register.Sha256;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "convert",
        description = {
            "Write the disk of an image into a file of another format, and prove that it is the same"
                    + " disk.",
            "Reads what 'inspect' reads; writes raw with holes, and qcow2 without compression. The new"
                    + " file is read back before it gets its name: its content root must be that of"
                    + " the image, or the one given.",
            "The new file has another digest than the endorsed one, and the same content root:"
                    + " 'imprimatur verify BUNDLE NEW' refuses it, and tells that it holds the same disk."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  imprimatur convert image.qcow2 image.raw",
            "  imprimatur convert image.vmdk image.qcow2 --output json",
            "  imprimatur convert image.qcow2 disk --format raw --content-root 1f0c…"
        })
final class ConvertCommand implements Callable<Integer> {

    @Mixin private final Output output = new Output();

    @Parameters(paramLabel = "IMAGE", description = "The image file.")
    private @Nullable Path image;

    @Parameters(paramLabel = "NEW", description = "The new file, which must not be there.")
    private @Nullable Path to;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "raw or qcow2; else as the name of the new file ends.")
    private @Nullable String format;

    @Option(
            names = "--content-root",
            paramLabel = "DIGEST",
            description = {
                "The content root that the disk must have, as its endorsement names it;"
                        + " status 1 when it has another."
            })
    private @Nullable String contentRoot;

    @Override
    public Integer call() throws IOException {
        var from = Objects.requireNonNull(image);
        var file = Objects.requireNonNull(to);
        var form = form(file);
        var expected = expected();
        long size = Files.size(from);
        Conversion.Converted converted;
        try {
            converted =
                    Conversion.convert(
                            from,
                            file,
                            form,
                            expected,
                            Limits.DEFAULT,
                            Progress.ofBytes(output.err(), "converted"));
        } catch (OtherDiskException other) {
            throw new CommandFailure(ExitCode.NO, "%s: %s".formatted(from, other.explanation()));
        }
        var digest = HexFormat.of().formatHex(converted.sha512());
        var root = HexFormat.of().formatHex(converted.contentRoot());
        output.line(
                "%s: %s, %,d bytes (%,d before)", file, form.wire(), converted.fileBytes(), size);
        output.line("sha512        %s", digest);
        output.line("content root  %s", root);
        output.document(
                Output.object()
                        .put("file", file.toString())
                        .put("format", form.wire())
                        .put("size", converted.fileBytes())
                        .put("sha512", digest)
                        .put("diskSize", converted.diskBytes())
                        .put("contentRoot", root));
        return ExitCode.DONE.status();
    }

    private DiskFormat form(Path file) {
        var name = file.getFileName().toString();
        var asked =
                format != null
                        ? format.toLowerCase(Locale.ROOT)
                        : name.substring(name.lastIndexOf('.') + 1);
        return DiskFormat.parse(asked.equals("img") ? "raw" : asked)
                .orElseThrow(
                        () ->
                                new CommandFailure(
                                        ExitCode.USAGE,
                                        "no disk is written as '%s'; give --format raw or --format qcow2"
                                                .formatted(asked)));
    }

    private byte @Nullable [] expected() {
        return contentRoot == null ? null : HexFormat.of().parseHex(new Sha256(contentRoot).hex());
    }
}
