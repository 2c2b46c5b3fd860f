package org.imprimatur.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.imprimatur.exchange.hepix.ImageList;
import org.imprimatur.exchange.hepix.ListWriter;
import org.imprimatur.register.MalformedInput;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "sign",
        description = {
            "Sign an image list with your own key, so that vmcatcher, cloudkeeper and atrope accept"
                    + " it.",
            "The draft is the JSON of a list, or a signed list to be signed anew before it expires."
        },
        footerHeading = "%nExample:%n",
        footer =
                "  imprimatur list sign draft.json --previous image.list --out new.list --key"
                        + " userkey.pem --cert usercert.pem")
final class ListSignCommand implements Callable<Integer> {

    private static final int MAX_DAYS = 400;

    @Mixin private final Output output = new Output();
    @Mixin private final ListTerm term = new ListTerm();
    @Mixin private final At at = new At();
    @Mixin private final KeyOptions key = new KeyOptions();

    @Option(
            names = "--previous",
            paramLabel = "FILE",
            description =
                    "The list that this one replaces; its version is raised (default: the draft,"
                            + " where that is signed).")
    private @Nullable Path previous;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            required = true,
            description = "Where to write the signed list.")
    private @Nullable Path out;

    @Option(
            names = "--list-version",
            paramLabel = "VERSION",
            description = "The version of the list (default: that of the draft, or the next one).")
    private @Nullable String version;

    @Parameters(index = "0", paramLabel = "DRAFT", description = "The list to sign.")
    private @Nullable Path draft;

    @Override
    public Integer call() throws IOException {
        var valid = term.atMost(MAX_DAYS);
        var file = Objects.requireNonNull(draft);
        var bytes = Input.read(file, ImageList.MAX_BYTES);
        var list = Input.read(file, ImageList.MAX_BYTES, ImageList::readAny);
        Optional<ImageList> held = Optional.empty();
        if (previous != null) {
            held = Optional.of(Input.read(previous, ImageList.MAX_BYTES, ImageList::readAny));
        } else if (ImageList.isMessage(bytes)) {
            held = Optional.of(list);
        }
        var signingKey = key.read(output);
        var moment = at.instant();
        byte[] message;
        ListWriter writer =
                new ListWriter(moment, moment.plus(valid), Optional.ofNullable(version), held);
        try {
            message = writer.sign(list, signingKey, new SecureRandom());
        } catch (MalformedInput bad) {
            throw new CommandFailure(
                    ExitCode.NO, "%s is not signed: %s".formatted(file, bad.explanation()), bad);
        }
        var target = Objects.requireNonNull(out);
        var beside = target.resolveSibling(target.getFileName() + ".new");
        Files.write(beside, message);
        Files.move(
                beside,
                target,
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        var signed = ImageList.readAny(message);
        output.line(
                "signed version %s, valid until %s: %s",
                signed.text("hv:version").orElse(""), writer.expires(), target);
        output.document(ListShowCommand.summary(signed).put("file", target.toString()));
        return ExitCode.DONE.status();
    }
}
