package org.imprimatur.exchange;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import org.imprimatur.ledger.Checkpoint;
import org.imprimatur.ledger.Hash;
import org.imprimatur.register.MalformedInput;

/**
 * What a checkpoint says of the status map ({@code docs/format.md}, "Status map").
 *
 * @param root the hash over the whole map
 * @param newest when the newest entry was admitted; the epoch for a ledger without entries
 */
public record StatusRoot(Hash root, Instant newest) {

    private static final String NAME = "imprimatur/status/v1";

    /** The extension line of a checkpoint. */
    public String line() {
        return NAME + " " + root.base64() + " " + LedgerEntry.time(newest);
    }

    /**
     * The status root of a checkpoint, if it has one.
     *
     * @throws MalformedInput when it has two, or one that is not of its form
     */
    public static Optional<StatusRoot> of(Checkpoint checkpoint) {
        var lines =
                checkpoint.extensions().stream()
                        .filter(line -> line.startsWith(NAME + " "))
                        .toList();
        if (lines.size() > 1) {
            throw new MalformedInput("", "one status root", lines.size() + " of them");
        }
        return lines.stream().findFirst().map(StatusRoot::parse);
    }

    private static StatusRoot parse(String line) {
        var parts = line.split(" ", -1);
        if (parts.length == 3) {
            try {
                return new StatusRoot(Hash.parseBase64(parts[1]), LedgerEntry.time(parts[2]));
            } catch (DateTimeException | org.imprimatur.ledger.MalformedInput _) {
                throw malformed(line);
            }
        }
        throw malformed(line);
    }

    private static MalformedInput malformed(String line) {
        return new MalformedInput(
                "",
                "a status root: %s, a hash in base64, a time with six decimals".formatted(NAME),
                MalformedInput.quoted(line));
    }
}
