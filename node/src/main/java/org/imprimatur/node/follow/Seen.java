package org.imprimatur.node.follow;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.imprimatur.register.Charter;
import org.imprimatur.register.FollowedList;
import org.imprimatur.register.KnownFlaws;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Person;
import org.imprimatur.register.Register;
import org.imprimatur.register.Standing;
import org.jspecify.annotations.Nullable;

/**
 * What a site had in view at a moment: all that a {@link Standing} said then, without the registers
 * themselves.
 *
 * @param ledgers the site's own first
 * @param lists the signed lists
 * @param flaws what was known of flaws; null where no advisories were watched
 */
public record Seen(List<Ledger> ledgers, List<Listed> lists, KnownFlaws.@Nullable AsOf flaws) {

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

    /**
     * A list.
     *
     * @param owner for whom its images counted
     * @param signer who had signed it
     * @param state how many states of it were taken
     * @param verifiedAt when it was last verified; null for never
     * @param fault what was wrong with it; null for nothing
     */
    public record Listed(
            Origin name,
            Owner owner,
            Person signer,
            long state,
            @Nullable Instant verifiedAt,
            @Nullable String fault) {

        static Listed of(FollowedList list) {
            return new Listed(
                    list.name(),
                    list.owner(),
                    list.signer(),
                    list.state(),
                    list.verifiedAt(),
                    list.fault());
        }

        private boolean is(FollowedList list) {
            return state == list.state()
                    && name.equals(list.name())
                    && owner.equals(list.owner())
                    && signer.equals(list.signer())
                    && Objects.equals(verifiedAt, list.verifiedAt())
                    && Objects.equals(fault, list.fault());
        }
    }

    /** Without lists, and with no advisories watched. */
    public Seen(List<Ledger> ledgers) {
        this(ledgers, List.of(), null);
    }

    public Seen {
        ledgers = List.copyOf(ledgers);
        lists = List.copyOf(lists);
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
        return new Seen(
                ledgers,
                standing.lists().stream().map(Listed::of).toList(),
                standing.flaws().asOf());
    }

    private boolean is(Standing standing) {
        var followed = standing.followed();
        if (ledgers.size() != followed.size() + 1
                || !ledgers.getFirst().is(standing.own(), null, null)
                || lists.size() != standing.lists().size()
                || !Objects.equals(flaws, standing.flaws().asOf())) {
            return false;
        }
        for (int i = 0; i < lists.size(); i++) {
            if (!lists.get(i).is(standing.lists().get(i))) {
                return false;
            }
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
