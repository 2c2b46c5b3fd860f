package org.imprimatur.cli;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.imprimatur.exchange.StatusProof;
import org.imprimatur.exchange.StatusVerifier;
import org.imprimatur.exchange.StatusVerifier.Outcome;
import org.imprimatur.register.Charter;
import org.imprimatur.register.EndorsementState;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.StatusKey;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "status",
        description = {
            "Ask how images stand, and verify the proof that nothing was left out.",
            "From a node, or off line from a file that --save has written.",
            "Status 0: each has an endorsement that counts. 1: one has none, or nothing is proven."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  imprimatur status 00000000-0000-4000-8000-000000000001 --from"
                    + " https://catalogue.example --charter charter.json --save status.json",
            "  imprimatur status --from status.json --charter charter.json"
        })
final class StatusCommand implements Callable<Integer> {

    @Mixin private final Output output = new Output();
    @Mixin private final At at = new At();
    @Mixin private final WitnessKeys witnesses = new WitnessKeys();

    @Parameters(
            arity = "0..64",
            paramLabel = "IMAGE",
            description =
                    "GUIDs, or digests sha512:… of files; from a file, all that it is about if none"
                            + " is named.")
    private List<String> images = List.of();

    @Option(
            names = "--from",
            paramLabel = "NODE|FILE",
            required = true,
            defaultValue = "${env:IMPRIMATUR_NODE}",
            description = "Address of a node, or a file (default: $IMPRIMATUR_NODE).")
    private String from = "";

    @Option(
            names = "--charter",
            paramLabel = "FILE",
            defaultValue = "${env:IMPRIMATUR_CHARTER}",
            description =
                    "Charter of the ledger, from a source you trust (default: $IMPRIMATUR_CHARTER,"
                            + " else what the node shows, with a warning).")
    private @Nullable Path charter;

    @Option(
            names = "--size",
            paramLabel = "NUMBER",
            description = "As of this tree size (default: the newest).")
    private @Nullable Long size;

    @Option(
            names = "--save",
            paramLabel = "FILE",
            description = "Write the proof, once it is verified, to this file.")
    private @Nullable Path save;

    @Override
    public Integer call() throws IOException {
        Set<StatusKey> wanted = new LinkedHashSet<>();
        images.forEach(image -> wanted.add(key(image)));
        boolean online = from.startsWith("http:") || from.startsWith("https:");
        var client = online ? new NodeClient(URI.create(from)) : null;
        var trusted = charter(client);
        byte[] bytes = client == null ? read() : ask(client, wanted);
        StatusProof proof;
        try {
            proof = StatusProof.read(bytes);
        } catch (MalformedInput e) {
            throw new CommandFailure(
                    ExitCode.UNREADABLE, "%s: %s".formatted(from, e.explanation()), e);
        }
        for (var key : wanted) {
            if (!proof.asked().contains(key)) {
                throw new CommandFailure(
                        ExitCode.NO, "%s proves nothing about %s".formatted(from, key));
            }
        }
        var shown = wanted.isEmpty() ? proof.asked() : List.copyOf(wanted);
        var outcome = new StatusVerifier(trusted, witnesses.read()).verify(proof);
        if (save != null && outcome instanceof Outcome.Proven) {
            Files.write(save, bytes);
        }
        return tell(outcome, shown).status();
    }

    private static StatusKey key(String image) {
        try {
            return StatusKey.parseAsked((image.startsWith("sha512:") ? "image:" : "guid:") + image);
        } catch (MalformedInput e) {
            throw new CommandFailure(
                    ExitCode.USAGE, "'%s' is neither a GUID nor sha512:…".formatted(image), e);
        }
    }

    private Charter charter(@Nullable NodeClient client) throws IOException {
        if (charter != null) {
            return NodeOptions.readCharter(charter);
        }
        if (client == null) {
            throw new CommandFailure(
                    ExitCode.USAGE, "a file is verified by a charter: name it with --charter");
        }
        output.err()
                .println("note: believing the charter that the node shows; pin it with --charter");
        return client.charter();
    }

    private byte[] read() throws IOException {
        if (size != null) {
            throw new CommandFailure(ExitCode.USAGE, "--size is a question to a node");
        }
        return Input.read(Path.of(from), StatusProof.MAX_BYTES);
    }

    private byte[] ask(NodeClient client, Set<StatusKey> wanted) {
        if (wanted.isEmpty()) {
            throw new CommandFailure(ExitCode.USAGE, "name the images to ask for");
        }
        var query =
                wanted.stream()
                        .map(key -> key.text().replaceFirst(":", "="))
                        .collect(Collectors.joining("&"));
        return client.bytes(
                "/api/v1/status?" + query + (size == null ? "" : "&size=" + size),
                StatusProof.MAX_BYTES);
    }

    private ExitCode tell(Outcome outcome, List<StatusKey> shown) {
        var moment = at.instant();
        var document = Output.object();
        outcome.links().forEach(link -> output.line("%s", Links.line(link)));
        boolean good =
                switch (outcome) {
                    case Outcome.NotProven _ -> {
                        document.put("verdict", "REFUSED");
                        output.line("REFUSED: nothing is proven");
                        yield false;
                    }
                    case Outcome.Proven proven -> {
                        document.put("verdict", "PROVEN");
                        StatusAnswer.put(document, proven, moment);
                        boolean all = true;
                        var list = document.putArray("images");
                        for (var key : shown) {
                            var status = proven.records().status(key, moment);
                            all &=
                                    status.stream()
                                            .anyMatch(s -> s.state() == EndorsementState.ENDORSED);
                            list.add(StatusAnswer.json(key, status));
                            StatusAnswer.lines(key, status).forEach(l -> output.line("%s", l));
                        }
                        output.line("complete at %s", StatusAnswer.knowledge(proven, moment));
                        yield all;
                    }
                };
        Links.write(document, outcome.links());
        output.document(document);
        return good ? ExitCode.DONE : ExitCode.NO;
    }
}
