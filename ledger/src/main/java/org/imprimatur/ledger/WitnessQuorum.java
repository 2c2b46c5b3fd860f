package org.imprimatur.ledger;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;

/**
 * Whose word a reader wants besides the ledger's: so many of these witnesses must have cosigned a
 * checkpoint, and not long ago.
 *
 * @param witnesses keys of witnesses, each once
 * @param threshold how many of them
 * @param maxAge how old a cosignature may be
 */
public record WitnessQuorum(List<NoteVerifier> witnesses, int threshold, Duration maxAge) {

    /** The most witnesses that one reader can ask for. */
    public static final int MAX_WITNESSES = 32;

    private static final Duration CLOCKS_DIFFER = Duration.ofMinutes(5);

    /**
     * @throws MalformedInput unless there are 1 to 32 different keys for cosignatures, no name
     *     twice, and the threshold is between 1 and their number
     */
    public WitnessQuorum {
        if (witnesses.isEmpty() || witnesses.size() > MAX_WITNESSES) {
            throw new MalformedInput("a quorum has 1 to 32 witnesses, not " + witnesses.size());
        }
        witnesses = List.copyOf(witnesses);
        var names = new HashSet<String>();
        var keys = new HashSet<String>();
        for (var witness : witnesses) {
            if (witness.type() != KeyType.COSIGNATURE) {
                throw new MalformedInput(
                        "the key of a witness is of type 04, and %s is not".formatted(witness));
            }
            // One key under two names would be two votes of one.
            if (!names.add(witness.name()) || !keys.add(HexFormat.of().formatHex(witness.spki()))) {
                throw new MalformedInput(
                        "the witness %s, or its key, is there twice".formatted(witness.name()));
            }
        }
        if (threshold < 1 || threshold > witnesses.size()) {
            throw new MalformedInput(
                    "%d of %d witnesses cannot be asked for"
                            .formatted(threshold, witnesses.size()));
        }
    }

    /** Whether enough witnesses have cosigned. */
    public sealed interface Outcome {

        /**
         * Enough have.
         *
         * @param since at this moment so many witnesses knew of no larger tree
         */
        record Met(Instant since) implements Outcome {}

        /**
         * Too few have.
         *
         * @param valid how many have
         * @param newest the newest cosignature of any of them, valid or too old; {@link
         *     Instant#MIN} for none
         * @param onlyOld whether enough have cosigned, only too long ago: what a freeze looks like
         * @param explanation one sentence that says which are missing, and why
         */
        record TooFew(int valid, Instant newest, boolean onlyOld, String explanation)
                implements Outcome {}
    }

    /**
     * Counts the cosignatures of a checkpoint that was verified with these witnesses' keys.
     *
     * @param now the reader's clock
     */
    public Outcome judge(VerifiedCheckpoint checkpoint, Instant now) {
        return judge(checkpoint, now.minus(maxAge), now.plus(CLOCKS_DIFFER));
    }

    /** The same of a checkpoint that was kept: it says what was, so that its age is no question. */
    public Outcome judgeKept(VerifiedCheckpoint checkpoint) {
        return judge(checkpoint, Instant.MIN, Instant.MAX);
    }

    private Outcome judge(VerifiedCheckpoint checkpoint, Instant oldest, Instant latest) {
        var valid = new ArrayList<Instant>();
        var old = new ArrayList<Instant>();
        var missing = new ArrayList<String>();
        for (var witness : witnesses) {
            var time =
                    checkpoint.signatures().stream()
                            .filter(signature -> signature.key().equals(witness))
                            .flatMap(signature -> signature.time().stream())
                            .filter(at -> !at.isAfter(latest))
                            .max(Comparator.naturalOrder());
            if (time.isEmpty()) {
                missing.add(witness.name() + " has not cosigned");
            } else if (time.get().isBefore(oldest)) {
                old.add(time.get());
                missing.add(
                        "%s cosigned at %s, too long ago".formatted(witness.name(), time.get()));
            } else {
                valid.add(time.get());
            }
        }
        valid.sort(Comparator.reverseOrder());
        if (valid.size() >= threshold) {
            return new Outcome.Met(valid.get(threshold - 1));
        }
        var all = new ArrayList<>(valid);
        all.addAll(old);
        return new Outcome.TooFew(
                valid.size(),
                all.stream().max(Comparator.naturalOrder()).orElse(Instant.MIN),
                all.size() >= threshold,
                "the checkpoint of %d entries has %d of the %d cosignatures that are asked for: %s"
                        .formatted(
                                checkpoint.size(),
                                valid.size(),
                                threshold,
                                String.join("; ", missing)));
    }
}
