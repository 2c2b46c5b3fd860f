package org.imprimatur.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.imprimatur.exchange.stratuslab.StratusLabImport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "import",
        description = {
            "Write down what a document says, and which fields of an endorsement it fills.",
            "The record is evidence, not an endorsement. Expired and withdrawn documents are"
                    + " written down as such; what is not shown to be the endorser's is not."
        },
        exitCodeListHeading = "%nExit status:%n",
        footerHeading = "%nExample:%n",
        footer =
                "  imprimatur stratuslab import document.xml --legacy-sha1 --at 2012-06-01T00:00:00Z"
                        + " --anchors old-authorities --to record.json")
final class StratusLabImportCommand implements Callable<Integer> {

    private static final JsonMapper JSON = new JsonMapper();

    @Mixin private final Output output = new Output();
    @Mixin private final StratusLabSource source = new StratusLabSource();

    @Option(
            names = "--to",
            paramLabel = "FILE",
            description = "Write the record to this new file (default: standard output).")
    private @Nullable Path to;

    @Override
    public Integer call() throws IOException {
        var judged = source.judge(output);
        var record = StratusLabImport.record(judged.bytes(), judged.verdict(), judged.at());
        if (record == null) {
            StratusLabSource.tell(output, judged.verdict());
            output.document(StratusLabSource.json(judged.verdict()));
            return ExitCode.NO.status();
        }
        var text = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(record) + "\n";
        if (to == null) {
            output.out().print(text);
        } else {
            Files.writeString(Objects.requireNonNull(to), text, StandardOpenOption.CREATE_NEW);
            StratusLabSource.tell(output, judged.verdict());
            output.line("written   %s", to);
            output.document(record);
        }
        return ExitCode.DONE.status();
    }
}
