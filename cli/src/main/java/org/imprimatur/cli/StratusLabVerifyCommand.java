package org.imprimatur.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.imprimatur.exchange.stratuslab.StratusLabVerdict;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "verify",
        description = {
            "Verify a document: form, signature, whose certificate, its chain, and whether it holds.",
            "Status 0: accepted; 1: refused, with a reason code; 3: no such document at all."
        },
        exitCodeListHeading = "%nExit status:%n",
        footerHeading = "%nExample:%n",
        footer =
                "  imprimatur stratuslab verify document.xml --anchors /etc/grid-security/certificates")
final class StratusLabVerifyCommand implements Callable<Integer> {

    @Mixin private final Output output = new Output();
    @Mixin private final StratusLabSource source = new StratusLabSource();

    @Override
    public Integer call() throws IOException {
        var verdict = source.judge(output).verdict();
        StratusLabSource.tell(output, verdict);
        output.document(StratusLabSource.json(verdict));
        return verdict instanceof StratusLabVerdict.Accepted
                ? ExitCode.DONE.status()
                : ExitCode.NO.status();
    }
}
