package org.imprimatur.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.imprimatur.exchange.Bundle;
import org.imprimatur.exchange.BundleVerifier;
import org.imprimatur.exchange.BundleVerifier.Outcome;
import org.imprimatur.exchange.streams.ClearSigned;
import org.imprimatur.exchange.streams.StreamsRefusal;
import org.imprimatur.exchange.streams.StreamsWriter;
import org.imprimatur.register.MalformedInput;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "write",
        description = {
            "Write a simplestreams index for the images of a directory that a web server serves.",
            "An image is listed when its bundle, NAME.bundle.json, stands beside it, verifies and counts."
                    + " Status 1 when an image was left out."
        },
        footerHeading = "%nExample:%n",
        footer =
                "  imprimatur streams write /srv/images --charter charter.json --anchors"
                        + " /etc/grid-security/certificates --gpg-key signing.asc")
final class StreamsWriteCommand implements Callable<Integer> {

    private static final String SUFFIX = ".bundle.json";
    private static final int MAX_IMAGES = 50_000;

    @Mixin private final Output output = new Output();
    @Mixin private final At at = new At();
    @Mixin private final AnchorOptions anchors = new AnchorOptions();
    @Mixin private final CharterOption charter = new CharterOption();

    @Option(
            names = "--gpg-key",
            paramLabel = "FILE",
            description = "OpenPGP secret key that signs the index (default: it is not signed).")
    private @Nullable Path key;

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description = "A file whose first line is the key's password.")
    private @Nullable Path passwordFile;

    @Parameters(index = "0", paramLabel = "DIR", description = "The directory.")
    private @Nullable Path directory;

    /** One image that is not listed. */
    private record LeftOut(String file, String code, String explanation) {}

    @Override
    public Integer call() throws IOException {
        var root = Objects.requireNonNull(directory);
        var verifier = new BundleVerifier(charter.read(), anchors.required(output));
        var signer = signer();
        var moment = at.instant();
        var writer = new StreamsWriter(root);
        var leftOut = new ArrayList<LeftOut>();
        int listed = 0;
        for (var bundle : bundles(root)) {
            var file = bundle.substring(0, bundle.length() - SUFFIX.length());
            try {
                writer.add(
                        file,
                        bundle,
                        verified(verifier, root.resolve(bundle), moment),
                        Progress.ofBytes(output.err(), "digesting"));
                output.line("listed    %s", file);
                listed++;
            } catch (StreamsRefusal refusal) {
                leftOut.add(new LeftOut(file, refusal.code().label(), refusal.explanation()));
            }
        }
        writer.write(moment, signer);
        var json = Output.object().put("listed", listed).put("signed", signer.isPresent());
        var list = json.putArray("leftOut");
        for (var one : leftOut) {
            output.line("left out  %s: %s [%s]", one.file(), one.explanation(), one.code());
            list.addObject()
                    .put("file", one.file())
                    .put("code", one.code())
                    .put("explanation", one.explanation());
        }
        output.line(
                "written   %s, %d images%s",
                root.resolve("streams/v1/index.json"),
                listed,
                signer.isPresent() ? ", signed" : "");
        output.document(json);
        return leftOut.isEmpty() ? ExitCode.DONE.status() : ExitCode.NO.status();
    }

    private static List<String> bundles(Path root) throws IOException {
        try (var files = Files.list(root)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(SUFFIX) && name.length() > SUFFIX.length())
                    .sorted()
                    .limit(MAX_IMAGES)
                    .toList();
        }
    }

    private static Outcome.Verified verified(BundleVerifier verifier, Path file, Instant moment)
            throws IOException {
        Bundle bundle;
        try {
            bundle = Bundle.read(Input.read(file, Bundle.MAX_BYTES));
        } catch (MalformedInput e) {
            throw new StreamsRefusal(StreamsRefusal.Code.MALFORMED_BUNDLE, e.explanation());
        }
        if (!Files.isRegularFile(image(file))) {
            throw new StreamsRefusal(StreamsRefusal.Code.NOT_FOUND, "there is no such file");
        }
        return switch (verifier.verify(bundle)) {
            case Outcome.Refused refused ->
                    throw new StreamsRefusal(
                            StreamsRefusal.Code.BUNDLE_REFUSED,
                            refused.broken().what() + ": " + refused.broken().found());
            case Outcome.Verified verified -> {
                var entry = verified.endorsement();
                if (moment.isBefore(entry.admittedAt())
                        || !verified.register().counts(entry.id(), moment)) {
                    throw new StreamsRefusal(
                            StreamsRefusal.Code.NOT_IN_FORCE,
                            "the endorsement does not count at %s".formatted(moment));
                }
                yield verified;
            }
        };
    }

    private static Path image(Path bundle) {
        var name = bundle.getFileName().toString();
        return bundle.resolveSibling(name.substring(0, name.length() - SUFFIX.length()));
    }

    private Optional<ClearSigned.Signer> signer() throws IOException {
        if (key == null) {
            return Optional.empty();
        }
        var password =
                passwordFile == null
                        ? ""
                        : new String(Input.read(passwordFile, 64 * 1024), StandardCharsets.UTF_8)
                                .lines()
                                .findFirst()
                                .orElse("");
        return Optional.of(SignerFile.read(key, password));
    }

    /**
     * Apart, since picocli looks at each method of a command, and a lambda in it that names the
     * signer would load OpenPGP and verify its signed jar whenever any command starts.
     */
    private static final class SignerFile {

        private SignerFile() {}

        static ClearSigned.Signer read(Path key, String password) throws IOException {
            return Input.read(
                    key,
                    ClearSigned.MAX_KEY_BYTES,
                    bytes -> ClearSigned.Signer.read(bytes, password.toCharArray()));
        }
    }
}
