package org.imprimatur.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.imprimatur.exchange.Bundle;
import org.imprimatur.exchange.BundleVerifier;
import org.imprimatur.exchange.BundleVerifier.Outcome;
import org.imprimatur.exchange.stratuslab.StratusLabExport;
import org.imprimatur.exchange.stratuslab.StratusLabId;
import org.imprimatur.register.MalformedInput;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "export",
        description = {
            "Write your endorsement as a StratusLab document, signed with your RSA key.",
            "Verifies the bundle first, and that the image is the endorsed one."
        },
        exitCodeListHeading = "%nExit status:%n",
        footerHeading = "%nExample:%n",
        footer =
                "  imprimatur stratuslab export image.raw.bundle.json image.raw --key alice.p12"
                        + " --email alice@example.org --charter charter.json --anchors"
                        + " /etc/grid-security/certificates --to image.rdf.xml")
final class StratusLabExportCommand implements Callable<Integer> {

    private static final int RFC822_NAME = 1;

    @Mixin private final Output output = new Output();
    @Mixin private final KeyOptions key = new KeyOptions();
    @Mixin private final AnchorOptions anchors = new AnchorOptions();

    @Parameters(index = "0", paramLabel = "BUNDLE", description = "The bundle of your endorsement.")
    private @Nullable Path bundle;

    @Parameters(index = "1", paramLabel = "IMAGE", description = "The endorsed image file.")
    private @Nullable Path image;

    @Option(
            names = "--charter",
            paramLabel = "FILE",
            required = true,
            defaultValue = "${env:IMPRIMATUR_CHARTER}",
            description = "Charter of the ledger (default: $IMPRIMATUR_CHARTER).")
    private @Nullable Path charter;

    @Option(
            names = "--email",
            paramLabel = "ADDRESS",
            description = "Your mail address, where your certificate does not hold one.")
    private @Nullable String email;

    @Option(
            names = "--valid",
            paramLabel = "INSTANT",
            description =
                    "Until when the document holds (default: 180 days, or until the first waiver"
                            + " expires).")
    private @Nullable Instant valid;

    @Option(
            names = "--deprecated",
            paramLabel = "REASON",
            description = "Withdraw the image with this document, for this reason.")
    private @Nullable String deprecated;

    @Option(
            names = "--to",
            paramLabel = "FILE",
            required = true,
            description = "The new file to write the document to.")
    private @Nullable Path to;

    @Override
    public Integer call() throws IOException {
        var signingKey = key.read(output);
        var verifier =
                new BundleVerifier(
                        NodeOptions.readCharter(Objects.requireNonNull(charter)),
                        anchors.required(output));
        var outcome =
                verifier.verify(
                        Input.read(Objects.requireNonNull(bundle), Bundle.MAX_BYTES, Bundle::read));
        return switch (outcome) {
            case Outcome.Refused refused ->
                    no("the bundle does not verify: " + refused.broken().found());
            case Outcome.Verified verified -> {
                var now = At.CLOCK.instant();
                var entry = verified.endorsement();
                if (deprecated == null && !verified.register().counts(entry.id(), now)) {
                    yield no("the endorsement does not count at " + now);
                }
                var endorsement = entry.statement();
                if (!signingKey.person().equals(endorsement.signer())) {
                    yield no(
                            "the endorsement is by %s; only they can export it, and the key is that of %s"
                                    .formatted(endorsement.signer(), signingKey.person()));
                }
                var file = read(Objects.requireNonNull(image));
                if (!file.sha512().equals(endorsement.image())) {
                    yield no(
                            "%s has the digest %s, endorsed is %s"
                                    .formatted(image, file.sha512(), endorsement.image()));
                }
                var latest = now.plus(StratusLabExport.LIFE);
                var until =
                        StratusLabExport.holdsUntil(endorsement, valid == null ? latest : valid);
                if (valid != null && until.isBefore(valid)) {
                    throw new CommandFailure(
                            ExitCode.USAGE,
                            "a waiver of the endorsement expires at %s; --valid cannot be later"
                                    .formatted(until));
                }
                byte[] document;
                try {
                    document =
                            StratusLabExport.write(
                                    endorsement,
                                    file,
                                    new StratusLabExport.Wish(
                                            address(signingKey.certificate()),
                                            now,
                                            until,
                                            deprecated),
                                    signingKey);
                } catch (MalformedInput wrong) {
                    throw new CommandFailure(ExitCode.USAGE, wrong.explanation(), wrong);
                }
                Files.write(Objects.requireNonNull(to), document, StandardOpenOption.CREATE_NEW);
                yield written(StratusLabId.ofSha1(file.sha1()), until);
            }
        };
    }

    private int written(StratusLabId identifier, Instant until) {
        output.line("written   %s", to);
        output.line("image     %s, valid until %s", identifier, until);
        output.document(
                Output.object()
                        .put("file", String.valueOf(to))
                        .put("identifier", identifier.text())
                        .put("valid", until.toString()));
        return ExitCode.DONE.status();
    }

    private int no(String why) {
        output.line("REFUSED: %s", why);
        output.document(Output.object().put("verdict", "REFUSED").put("explanation", why));
        return ExitCode.NO.status();
    }

    /** The address that the certificate holds; readers refuse another. */
    private String address(X509Certificate certificate) {
        List<String> held;
        try {
            var names = certificate.getSubjectAlternativeNames();
            held =
                    names == null
                            ? List.of()
                            : names.stream()
                                    .filter(
                                            name ->
                                                    Integer.valueOf(RFC822_NAME)
                                                            .equals(name.getFirst()))
                                    .map(name -> String.valueOf(name.getLast()))
                                    .toList();
        } catch (CertificateParsingException e) {
            throw new CommandFailure(
                    ExitCode.UNREADABLE, "the names in your certificate cannot be read", e);
        }
        var asked = email;
        if (asked == null) {
            if (held.isEmpty()) {
                throw new CommandFailure(
                        ExitCode.USAGE,
                        "your certificate holds no mail address; name yours with --email");
            }
            return held.getFirst();
        }
        if (!held.isEmpty() && held.stream().noneMatch(asked::equalsIgnoreCase)) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "your certificate holds %s, and readers refuse another address"
                            .formatted(held));
        }
        return asked;
    }

    private static StratusLabExport.ImageFile read(Path file) throws IOException {
        // SHA-1 makes the name that old catalogues know; nothing is decided by it.
        var digests = Digests.of(file, List.of("SHA-1", "SHA-256", "SHA-512"));
        return new StratusLabExport.ImageFile(
                digests.length(),
                digests.value("SHA-1"),
                digests.value("SHA-256"),
                digests.sha512());
    }
}
