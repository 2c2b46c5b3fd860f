package org.imprimatur.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.imprimatur.exchange.hepix.ListDiff;
import org.imprimatur.register.MalformedInput;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "diff",
        description = "Say how two image lists differ, signed or not. Nothing is verified.",
        footerHeading = "%nExample:%n",
        footer = "  imprimatur list diff old.list new.list")
final class ListDiffCommand implements Callable<Integer> {

    @Mixin private final Output output = new Output();

    @Parameters(index = "0", paramLabel = "OLD", description = "The older list.")
    private @Nullable String older;

    @Parameters(index = "1", paramLabel = "NEW", description = "The newer list.")
    private @Nullable String newer;

    @Override
    public Integer call() throws IOException {
        var diff =
                ListDiff.between(
                        ListShowCommand.read(Objects.requireNonNull(older)),
                        ListShowCommand.read(Objects.requireNonNull(newer)));
        var document = tell(diff, output);
        output.document(document);
        return ExitCode.DONE.status();
    }

    /** Tells a difference line by line, and gives it as a document. */
    static ObjectNode tell(ListDiff diff, Output output) {
        var document = Output.object();
        var keys = document.putArray("list");
        for (var key : diff.listKeys()) {
            keys.add(key);
            output.line("list      %s", MalformedInput.quoted(key));
        }
        var added = document.putArray("added");
        for (var one : diff.added()) {
            added.add(one.toString());
            output.line("added     %s", one);
        }
        var removed = document.putArray("removed");
        for (var one : diff.removed()) {
            removed.add(one.toString());
            output.line("removed   %s", one);
        }
        var changed = document.putArray("changed");
        for (var one : diff.changed()) {
            var node =
                    changed.addObject()
                            .put("identifier", one.identifier().toString())
                            .put("newFile", one.newFile());
            one.keys().forEach(node.putArray("keys")::add);
            output.line(
                    "changed   %s: %s",
                    one.identifier(), MalformedInput.quoted(String.join(", ", one.keys())));
        }
        if (diff.isEmpty()) {
            output.line("no difference");
        }
        return document;
    }
}
