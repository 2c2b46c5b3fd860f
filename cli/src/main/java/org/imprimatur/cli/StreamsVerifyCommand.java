package org.imprimatur.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.imprimatur.exchange.BundleVerifier;
import org.imprimatur.exchange.streams.ClearSigned;
import org.imprimatur.exchange.streams.StreamsReader;
import org.imprimatur.exchange.streams.StreamsReader.Streams;
import org.imprimatur.exchange.streams.StreamsReader.Terms;
import org.imprimatur.exchange.streams.StreamsRefusal;
import org.imprimatur.register.MalformedInput;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "verify",
        description = {
            "Verify a simplestreams index: signature, age, paths, and with a charter the bundle of each"
                    + " image.",
            "The images themselves are not fetched: whoever fetches one compares its SHA-512.",
            "Status 0: accepted, with or without unusable images. 1: refused. 3: not an index."
        },
        footerHeading = "%nExample:%n",
        footer =
                "  imprimatur streams verify https://images.example --keyring images.asc --max-age P1D"
                        + " --charter charter.json --anchors /etc/grid-security/certificates")
final class StreamsVerifyCommand implements Callable<Integer> {

    @Mixin private final Output output = new Output();
    @Mixin private final At at = new At();
    @Mixin private final AnchorOptions anchors = new AnchorOptions();

    @Option(
            names = "--charter",
            paramLabel = "FILE",
            defaultValue = "${env:IMPRIMATUR_CHARTER}",
            description = "Charter by which the bundles of images are judged (default: none are).")
    private @Nullable Path charter;

    @Option(
            names = "--keyring",
            paramLabel = "FILE",
            description = "OpenPGP public keys, one of which must have signed the index.")
    private @Nullable Path keyring;

    @Option(
            names = "--max-age",
            paramLabel = "DURATION",
            description = "Refuse an index that was updated longer ago, for example P1D or PT6H.")
    private @Nullable String longest;

    @Parameters(
            index = "0",
            paramLabel = "DIR|URL",
            description = "Where streams/v1/index.json or index.sjson stands.")
    private @Nullable String source;

    @Override
    public Integer call() throws IOException {
        var where = Objects.requireNonNull(source);
        var terms =
                new Terms(
                        at.instant(),
                        keyring == null
                                ? Optional.empty()
                                : Optional.of(
                                        Input.read(
                                                keyring,
                                                ClearSigned.MAX_KEY_BYTES,
                                                ClearSigned.Keyring::read)),
                        duration(),
                        charter == null
                                ? Optional.empty()
                                : Optional.of(
                                        new BundleVerifier(
                                                NodeOptions.readCharter(charter),
                                                anchors.required(output))));
        try (var files = StreamsFiles.open(where)) {
            var streams = new StreamsReader(files, terms).read();
            tell(streams, terms);
            return ExitCode.DONE.status();
        } catch (StreamsRefusal refusal) {
            output.document(
                    Output.object()
                            .put("verdict", "REFUSED")
                            .put("code", refusal.code().label())
                            .put("explanation", refusal.explanation()));
            if (refusal.code().unreadable()) {
                throw new CommandFailure(
                        ExitCode.UNREADABLE,
                        "%s: %s [%s]"
                                .formatted(where, refusal.explanation(), refusal.code().label()),
                        refusal);
            }
            output.line("REFUSED [%s]: %s", refusal.code().label(), refusal.explanation());
            return ExitCode.NO.status();
        }
    }

    private Optional<Duration> duration() {
        try {
            return longest == null ? Optional.empty() : Optional.of(Duration.parse(longest));
        } catch (DateTimeException e) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--max-age: '%s' is not a duration such as P1D or PT6H".formatted(longest));
        }
    }

    private void tell(Streams streams, Terms terms) {
        var json =
                Output.object()
                        .put("verdict", "ACCEPTED")
                        .put("signed", terms.keyring().isPresent());
        streams.updated().ifPresent(updated -> json.put("updated", updated.toString()));
        var list = json.putArray("images");
        int usable = 0;
        for (var image : streams.images()) {
            var node =
                    list.addObject()
                            .put("product", image.product())
                            .put("version", image.version())
                            .put("usable", image.objection().isEmpty());
            image.disk()
                    .ifPresent(
                            disk -> {
                                node.put("path", disk.path()).put("size", disk.size());
                                disk.sha512().ifPresent(sha -> node.put("sha512", sha.hex()));
                            });
            image.verified()
                    .ifPresent(
                            verified ->
                                    node.put(
                                                    "endorser",
                                                    verified.endorsement()
                                                            .statement()
                                                            .signer()
                                                            .subject())
                                            .put("endorsement", verified.endorsement().id().hex()));
            if (image.objection().isPresent()) {
                var objection = image.objection().get();
                node.put("code", objection.code().label())
                        .put("explanation", objection.explanation());
                output.line(
                        "unusable  %s %s: %s [%s]",
                        MalformedInput.quoted(image.product()),
                        MalformedInput.quoted(image.version()),
                        objection.explanation(),
                        objection.code().label());
            } else {
                usable++;
            }
        }
        output.line(
                "ACCEPTED: %d of %d images usable%s%s",
                usable,
                streams.images().size(),
                terms.keyring().isPresent() ? "" : "; the signature was not asked for",
                terms.bundles().isPresent() ? "" : "; their bundles were not asked for");
        output.document(json);
    }
}
