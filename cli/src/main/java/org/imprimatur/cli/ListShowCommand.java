package org.imprimatur.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.imprimatur.exchange.hepix.ImageList;
import org.imprimatur.register.MalformedInput;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "show",
        description = "Show what an image list says, signed or not. Nothing is verified.",
        footerHeading = "%nExample:%n",
        footer = "  imprimatur list show image.list --output json")
final class ListShowCommand implements Callable<Integer> {

    private static final List<String> KEYS =
            List.of(
                    "dc:identifier",
                    "dc:title",
                    "hv:version",
                    "dc:date:created",
                    "dc:date:expires",
                    "ad:vo",
                    "hv:uri");

    private static final List<String> IMAGE_KEYS =
            List.of(
                    "dc:identifier",
                    "dc:title",
                    "hv:version",
                    "dc:date:expires",
                    "hv:format",
                    "hv:size",
                    "hv:uri",
                    "sl:checksum:sha512");

    @Mixin private final Output output = new Output();

    @Parameters(index = "0", paramLabel = "FILE|URL", description = "The list.")
    private @Nullable String source;

    @Override
    public Integer call() throws IOException {
        var list = read(Objects.requireNonNull(source));
        output.line("not verified: see 'imprimatur list verify'");
        for (var key : KEYS) {
            list.text(key).ifPresent(text -> output.line("%-16s %s", key, text));
        }
        var document = summary(list);
        var images = document.putArray("images");
        for (var image : list.images()) {
            output.line("image %d", images.size() + 1);
            var node = images.addObject();
            for (var key : IMAGE_KEYS) {
                image.text(key)
                        .ifPresent(
                                text -> {
                                    node.put(key, text);
                                    output.line("    %-18s %s", key, text);
                                });
            }
            responsibility(list, image, node);
        }
        output.document(document);
        return ExitCode.DONE.status();
    }

    /**
     * In which time the endorser answers for the image, as far as one list can say: until the image
     * is gone from a newer list (END-4.10).
     */
    private void responsibility(ImageList list, ImageList.Image image, ObjectNode node) {
        var dn = list.members().path("hv:endorser").path("hv:x509").path("hv:dn").asText("");
        var from = list.text("dc:date:created").orElse("");
        if (from.isEmpty()) {
            return;
        }
        var until = image.text("dc:date:expires").or(() -> list.text("dc:date:expires")).orElse("");
        var json = node.putObject("responsibility").put("from", from);
        if (!dn.isEmpty()) {
            json.put("subject", dn);
        }
        if (!until.isEmpty()) {
            json.put("until", until);
        }
        output.line(
                "    %s answers for it from %s at the latest%s, or until a newer list is without it",
                dn.isEmpty() ? "the endorser" : dn, from, until.isEmpty() ? "" : " until " + until);
    }

    static ImageList read(String source) throws IOException {
        var found = ListSource.read(source);
        try {
            return ImageList.readAny(found.bytes());
        } catch (MalformedInput bad) {
            throw new CommandFailure(
                    ExitCode.UNREADABLE,
                    "%s is not a list: %s"
                            .formatted(found.address().orElse(source), bad.explanation()),
                    bad);
        }
    }

    /** The members of the list itself that are texts, by their keys. */
    static ObjectNode summary(ImageList list) {
        var node = Output.object();
        for (var key : KEYS) {
            list.text(key).ifPresent(text -> node.put(key, text));
        }
        return node;
    }
}
