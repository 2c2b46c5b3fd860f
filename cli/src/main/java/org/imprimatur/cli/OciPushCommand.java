package org.imprimatur.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.imprimatur.exchange.Bundle;
import org.imprimatur.exchange.oci.ImagePush;
import org.imprimatur.exchange.oci.OciReference;
import org.imprimatur.exchange.oci.OciRefusal;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "push",
        description = {
            "Push an image and its bundle to an OCI registry, or into an image layout on disk.",
            "The image must be the one that the bundle endorses; the bundle itself is verified by who"
                    + " pulls it."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  imprimatur oci push image.qcow2 image.qcow2.bundle.json registry.example/images/debian:12",
            "  imprimatur oci push image.qcow2 image.qcow2.bundle.json oci:/srv/layout:12"
        })
final class OciPushCommand implements Callable<Integer> {

    @Mixin private final Output output = new Output();
    @Mixin private final RegistryOptions registry = new RegistryOptions();

    @Parameters(index = "0", paramLabel = "IMAGE", description = "The image file.")
    private @Nullable Path image;

    @Parameters(index = "1", paramLabel = "BUNDLE", description = "Its bundle.")
    private @Nullable Path bundle;

    @Parameters(
            index = "2",
            paramLabel = "REFERENCE",
            description = "HOST/NAME:TAG, or oci:DIRECTORY:TAG.")
    private @Nullable String reference;

    @Override
    public Integer call() throws IOException {
        var where = RegistryOptions.reference(reference);
        if (OciReference.isDigest(where.reference())) {
            throw new CommandFailure(ExitCode.USAGE, "push needs a tag, not a digest");
        }
        var bytes = Input.read(Objects.requireNonNull(bundle), Bundle.MAX_BYTES);
        try (var store = registry.open(where, true)) {
            var pushed =
                    ImagePush.push(
                            store,
                            where.reference(),
                            Objects.requireNonNull(image),
                            bytes,
                            Progress.ofBytes(output.err(), "digesting"));
            output.line("pushed   %s", where);
            output.line("image    sha256:%s", pushed.image().hex());
            output.line("bundle   sha256:%s", pushed.bundle().hex());
            output.document(
                    Output.object()
                            .put("reference", where.toString())
                            .put("image", "sha256:" + pushed.image().hex())
                            .put("bundle", "sha256:" + pushed.bundle().hex()));
            return ExitCode.DONE.status();
        } catch (OciRefusal refusal) {
            return RegistryOptions.refused(output, where, refusal);
        }
    }
}
