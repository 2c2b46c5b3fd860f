package org.imprimatur.cli;

import java.io.IOException;
import org.imprimatur.exchange.BundleVerifier;
import org.imprimatur.exchange.oci.ImagePull;
import org.imprimatur.exchange.oci.OciRefusal;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** An image in a registry, and whose endorsements count. */
final class OciSource {

    @Mixin private final At at = new At();
    @Mixin private final AnchorOptions anchors = new AnchorOptions();
    @Mixin private final CharterOption charter = new CharterOption();
    @Mixin private final RegistryOptions registry = new RegistryOptions();

    @Parameters(
            index = "0",
            paramLabel = "REFERENCE",
            description = "HOST/NAME:TAG, HOST/NAME@sha256:DIGEST, or oci:DIRECTORY:TAG.")
    private @Nullable String reference;

    /** What is done with an image that was found. */
    @FunctionalInterface
    interface Act {

        ImagePull.Pulled on(ImagePull pull, ImagePull.Found found) throws IOException;
    }

    int run(Output output, String done, Act act) throws IOException {
        var where = RegistryOptions.reference(reference);
        var verifier = new BundleVerifier(charter.read(), anchors.required(output));
        try (var store = registry.open(where, false)) {
            var pull = new ImagePull(store, verifier, at.instant());
            tell(output, done, where.toString(), act.on(pull, pull.find(where.reference())));
            return ExitCode.DONE.status();
        } catch (OciRefusal refusal) {
            return RegistryOptions.refused(output, where, refusal);
        }
    }

    private static void tell(Output output, String done, String where, ImagePull.Pulled pulled) {
        var statement = pulled.outcome().endorsement().statement();
        var file = pulled.file().toString();
        output.line("manifest  sha256:%s", pulled.manifest().hex());
        output.line("image     %s, %d bytes", statement.image(), pulled.digests().size());
        if (!file.isEmpty()) {
            output.line("file      %s", file);
        }
        output.line(
                "%s: %s, %s version %s, endorsed by %s for %s",
                done,
                statement.title(),
                statement.guid(),
                statement.version(),
                statement.signer().subject(),
                statement.owner());
        var json =
                Output.object()
                        .put("verdict", "VERIFIED")
                        .put("reference", where)
                        .put("manifest", "sha256:" + pulled.manifest().hex())
                        .put("image", statement.image().toString())
                        .put("bytes", pulled.digests().size())
                        .put("guid", statement.guid().toString())
                        .put("version", statement.version().text())
                        .put("owner", statement.owner().toString())
                        .put("endorser", statement.signer().subject())
                        .put("endorsement", pulled.outcome().endorsement().id().hex())
                        .put("ledger", pulled.outcome().checkpoint().origin());
        if (!file.isEmpty()) {
            json.put("file", file);
        }
        output.document(json);
    }
}
