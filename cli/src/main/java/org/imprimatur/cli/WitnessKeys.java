package org.imprimatur.cli;

import java.util.List;
import org.imprimatur.ledger.KeyType;
import org.imprimatur.ledger.MalformedInput;
import org.imprimatur.ledger.NoteVerifier;
import picocli.CommandLine.Option;

/** Whose cosignatures say how new a checkpoint is. */
final class WitnessKeys {

    @Option(
            names = "--witness",
            paramLabel = "KEY",
            description =
                    "Verifier key of a witness (NAME+ID+KEY), whose cosignature says when it saw the"
                            + " checkpoint; may be given several times.")
    private List<String> keys = List.of();

    List<NoteVerifier> read() {
        return keys.stream().map(WitnessKeys::read).toList();
    }

    private static NoteVerifier read(String text) {
        try {
            var key = NoteVerifier.parse(text);
            if (key.type() == KeyType.COSIGNATURE) {
                return key;
            }
            throw new CommandFailure(
                    ExitCode.USAGE, "%s is the key of a ledger, not of a witness".formatted(key));
        } catch (MalformedInput e) {
            throw new CommandFailure(ExitCode.USAGE, "--witness: " + e.explanation(), e);
        }
    }
}
