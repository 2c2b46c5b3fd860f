package org.imprimatur.node.follow;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.imprimatur.register.Charter;
import org.imprimatur.register.Register;
import org.imprimatur.register.Standing;
import org.jspecify.annotations.Nullable;

/**
 * What a site had in view at a moment: all that a {@link Standing} said then, without the registers
 * themselves.
 *
 * @param ledgers the site's own first
 */
public record Seen(List<Ledger> ledgers) {

    /**
     * One of them.
     *
     * @param size how many entries its register had
     * @param verifiedAt when it was last verified; null for never, and for the site's own
     * @param fault what was wrong with it; null for nothing
     */
    public record Ledger(
            Charter charter, long size, @Nullable Instant verifiedAt, @Nullable String fault) {

        private boolean is(Register register, @Nullable Instant verified, @Nullable String wrong) {
            return size == register.size()
                    && charter.equals(register.charter())
                    && Objects.equals(verifiedAt, verified)
                    && Objects.equals(fault, wrong);
        }
    }

    public Seen {
        ledgers = List.copyOf(ledgers);
        if (ledgers.isEmpty()) {
            throw new IllegalArgumentException("a site has its own ledger in view");
        }
    }

    /**
     * What is in view now.
     *
     * @param before what was in view a moment ago, and is given back where it is still so; null for
     *     nothing
     */
    public static Seen of(Standing standing, @Nullable Seen before) {
        if (before != null && before.is(standing)) {
            return before;
        }
        var ledgers = new ArrayList<Ledger>();
        ledgers.add(new Ledger(standing.own().charter(), standing.own().size(), null, null));
        for (var one : standing.followed()) {
            ledgers.add(
                    new Ledger(
                            one.register().charter(),
                            one.register().size(),
                            one.verifiedAt(),
                            one.fault()));
        }
        return new Seen(ledgers);
    }

    private boolean is(Standing standing) {
        var followed = standing.followed();
        if (ledgers.size() != followed.size() + 1
                || !ledgers.getFirst().is(standing.own(), null, null)) {
            return false;
        }
        for (int i = 0; i < followed.size(); i++) {
            var one = followed.get(i);
            if (!ledgers.get(i + 1).is(one.register(), one.verifiedAt(), one.fault())) {
                return false;
            }
        }
        return true;
    }
}
