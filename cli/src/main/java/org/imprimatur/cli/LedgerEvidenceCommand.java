package org.imprimatur.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.imprimatur.exchange.BundleVerifier.Link;
import org.imprimatur.exchange.CharterJson;
import org.imprimatur.exchange.LedgerEvidence;
import org.imprimatur.exchange.LedgerEvidence.Verdict;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "evidence",
        description = {
            "Judge a file with evidence against a ledger, off line: what it proves, and what is only"
                    + " its finder's word.",
            "Status 0: the ledger's own signatures convict it. 1: they do not."
        },
        footerHeading = "%nExample:%n",
        footer = "  imprimatur ledger evidence evidence.json --charter catalogue.json")
final class LedgerEvidenceCommand implements Callable<Integer> {

    @Mixin private final Output output = new Output();

    @Option(
            names = "--charter",
            paramLabel = "FILE",
            description =
                    "Charter of the ledger, from a source you trust: the key must be its own.")
    private @Nullable Path charter;

    @Parameters(index = "0", paramLabel = "FILE", description = "The evidence.")
    private @Nullable Path file;

    @Override
    public Integer call() throws IOException {
        var evidence =
                Input.read(
                        Objects.requireNonNull(file),
                        LedgerEvidence.MAX_BYTES,
                        LedgerEvidence::read);
        var judgement = evidence.judge();
        var links = new ArrayList<Link>();
        boolean right = true;
        if (charter != null) {
            var key = CharterJson.ledgerKey(NodeOptions.readCharter(charter));
            right = key.equals(evidence.ledger());
            links.add(
                    new Link(
                            "key",
                            right,
                            right
                                    ? "is the one in %s".formatted(charter)
                                    : "is %s, and in %s it is %s"
                                            .formatted(evidence.ledger(), charter, key)));
        }
        links.addAll(judgement.links());
        var verdict = right ? judgement.verdict() : Verdict.NOTHING;
        tell(evidence, links);
        output.line(
                "%s: %s",
                verdict,
                right ? judgement.meaning() : "this is not about the ledger of the charter");
        var document =
                Output.object()
                        .put("verdict", verdict.name())
                        .put(
                                "meaning",
                                right
                                        ? judgement.meaning()
                                        : "this is not about the ledger of the charter")
                        .put("kind", evidence.kind())
                        .put("ledger", evidence.ledger().toString())
                        .put("foundAt", evidence.foundAt().toString())
                        .put("explanation", evidence.explanation());
        Links.write(document, links);
        output.document(document);
        return verdict == Verdict.PROVEN ? ExitCode.DONE.status() : ExitCode.NO.status();
    }

    private void tell(LedgerEvidence evidence, List<Link> links) {
        output.line("ledger  %s", evidence.ledger());
        output.line(
                "found   %s at %s: %s",
                evidence.kind(), evidence.foundAt(), printable(evidence.explanation()));
        for (var link : links) {
            output.line("%s", Links.line(link, printable(link.found())));
        }
        if (charter == null) {
            output.line("note  compare the key with the ledger's charter (--charter)");
        }
    }

    /** The finder's words must not make lines of their own, or move the cursor. */
    private static String printable(String text) {
        return text.replaceAll("[\\p{Cc}\\u2028\\u2029]+", " ");
    }
}
