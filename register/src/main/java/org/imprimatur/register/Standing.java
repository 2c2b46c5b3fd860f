package org.imprimatur.register;

import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a site knows when it decides: its own register, and those of the ledgers that it follows. It
 * holds the live registers; whoever makes one guards them as {@link Register} says.
 *
 * @param own the site's own register; never stale
 * @param followed the other ledgers, each once
 */
public record Standing(Register own, List<Followed> followed) {

    /**
     * A followed ledger.
     *
     * @param verifiedAt when its newest checkpoint was last fetched and verified; null for never
     * @param fault what is wrong with it, such as a rollback; null for nothing. Not being able to
     *     fetch it is no fault: its view grows stale
     */
    public record Followed(
            Register register, @Nullable Instant verifiedAt, @Nullable String fault) {}

    /** The site's own register, then those it follows. */
    Stream<Register> registers() {
        return Stream.concat(Stream.of(own), followed.stream().map(Followed::register));
    }

    /** Whether anything that is said in view is about that very file. */
    public boolean mentions(Sha512 image) {
        return registers().anyMatch(register -> !register.history(image).isEmpty());
    }

    /** How far each register has come, by origin. */
    Map<Origin, Long> positions() {
        var positions = new HashMap<Origin, Long>();
        registers()
                .forEach(register -> positions.put(register.charter().origin(), register.size()));
        return positions;
    }

    public Standing {
        followed = List.copyOf(followed);
        var seen = new HashSet<Origin>();
        seen.add(own.charter().origin());
        for (var source : followed) {
            if (!seen.add(source.register().charter().origin())) {
                throw new IllegalArgumentException(
                        source.register().charter().origin() + " is there twice");
            }
        }
    }
}
