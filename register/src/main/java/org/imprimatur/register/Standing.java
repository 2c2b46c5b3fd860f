package org.imprimatur.register;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.imprimatur.register.Statement.AboutImage;
import org.imprimatur.register.Statement.Block;
import org.imprimatur.register.Statement.Unblock;
import org.jspecify.annotations.Nullable;

/**
 * What a site knows when it decides: its own register, and those of the ledgers that it follows. It
 * holds the live registers; whoever makes one guards them as {@link Register} says.
 *
 * @param own the site's own register; never stale
 * @param followed the other ledgers, each once
 * @param lists the signed lists that it follows, each once
 * @param flaws what it knows of flaws in what images have installed
 */
public record Standing(
        Register own, List<Followed> followed, List<FollowedList> lists, KnownFlaws flaws) {

    /**
     * A followed ledger.
     *
     * @param verifiedAt when its newest checkpoint was last fetched and verified; null for never
     * @param fault what is wrong with it, such as a rollback; null for nothing. Not being able to
     *     fetch it is no fault: its view grows stale
     */
    public record Followed(
            Register register, @Nullable Instant verifiedAt, @Nullable String fault) {

        boolean fresh(Duration maxStaleness, Instant now) {
            return Standing.fresh(verifiedAt, maxStaleness, now);
        }
    }

    // Moments pass between reading the clock and looking at a register.
    private static final Duration A_MOMENT = Duration.ofMinutes(1);

    /**
     * Whether a ledger was verified no longer ago than that. A time that is still to come says
     * nothing: the clock was set back since, and how long ago it was cannot be told.
     *
     * @param verifiedAt null for never
     */
    public static boolean fresh(@Nullable Instant verifiedAt, Duration maxStaleness, Instant now) {
        return verifiedAt != null
                && Duration.between(verifiedAt, now).compareTo(maxStaleness) <= 0
                && !verifiedAt.isAfter(now.plus(A_MOMENT));
    }

    /**
     * The time by which ends are judged: that of the clock, and never before the newest entry in
     * view, so that what is over does not begin again when the clock is set back.
     */
    Instant notBeforeItsEntries(Instant clock) {
        var time = later(clock, own.newestAdmission());
        for (var source : followed) {
            time = later(time, source.register().newestAdmission());
        }
        return time;
    }

    private static Instant later(Instant one, Instant other) {
        return one.isBefore(other) ? other : one;
    }

    /** Without lists, and with no advisories watched. */
    public Standing(Register own, List<Followed> followed) {
        this(own, followed, List.of(), KnownFlaws.NOT_WATCHED);
    }

    /** The site's own register, then those it follows. */
    public Stream<Register> registers() {
        return Stream.concat(Stream.of(own), followed.stream().map(Followed::register));
    }

    /**
     * Whether anything that is said in view is about that file as an image of its own. A block is
     * not: it stops a file whatever that was made of.
     */
    public boolean knows(Sha512 image) {
        boolean known = saysMoreThanBlocks(own.history(image));
        for (var source : followed) {
            known = known || saysMoreThanBlocks(source.register().history(image));
        }
        for (var list : lists) {
            known = known || !list.images().of(image).isEmpty();
        }
        return known;
    }

    private static boolean saysMoreThanBlocks(List<Recorded<? extends AboutImage>> history) {
        for (var entry : history) {
            if (!(entry.statement() instanceof Block || entry.statement() instanceof Unblock)) {
                return true;
            }
        }
        return false;
    }

    /** How far each register has come, by origin. */
    Map<Origin, Long> positions() {
        var positions = new HashMap<Origin, Long>();
        positions.put(own.charter().origin(), own.size());
        for (var source : followed) {
            positions.put(source.register().charter().origin(), source.register().size());
        }
        for (var list : lists) {
            positions.put(list.name(), list.state());
        }
        return positions;
    }

    /** The register of a ledger that is in view. */
    public Optional<Register> register(Origin origin) {
        return registers()
                .filter(register -> register.charter().origin().equals(origin))
                .findFirst();
    }

    /** A list that is in view. */
    public Optional<FollowedList> list(Origin name) {
        return lists.stream().filter(list -> list.name().equals(name)).findFirst();
    }

    /** Everything that speaks for an image: endorsements by ledger, then what lists have or had. */
    public Stream<Candidate> candidates() {
        return Stream.concat(
                registers().flatMap(Standing::endorsed),
                lists.stream().flatMap(list -> list.images().all().stream().map(list::candidate)));
    }

    /** Everything that speaks for one file. */
    public Stream<Candidate> candidates(Sha512 image) {
        return Stream.concat(
                registers().flatMap(register -> endorsed(register, image)),
                lists.stream()
                        .flatMap(list -> list.images().of(image).stream().map(list::candidate)));
    }

    private static Stream<Candidate> endorsed(Register register, Sha512 image) {
        var origin = register.charter().origin();
        return register.endorsements(image).stream()
                .map(entry -> new Candidate.Endorsed(origin, entry));
    }

    private static Stream<Candidate> endorsed(Register register) {
        var origin = register.charter().origin();
        return StreamSupport.stream(register.endorsements().spliterator(), false)
                .map(entry -> new Candidate.Endorsed(origin, entry));
    }

    /** A candidate by its names. */
    public Optional<Candidate> candidate(Origin catalogue, StatementId id) {
        return register(catalogue)
                .flatMap(register -> register.endorsement(id))
                .<Candidate>map(entry -> new Candidate.Endorsed(catalogue, entry))
                .or(() -> list(catalogue).flatMap(list -> list.find(id)));
    }

    /** What the same catalogue had of the image before, oldest first. */
    public List<Candidate> before(Candidate candidate) {
        return switch (candidate) {
            case Candidate.Endorsed(var origin, var entry) ->
                    register(origin).stream()
                            .flatMap(register -> register.endorsements(candidate.guid()).stream())
                            .filter(other -> other.index() < entry.index())
                            .<Candidate>map(other -> new Candidate.Endorsed(origin, other))
                            .toList();
            case Candidate.Listed(var name, _, _, var entry) ->
                    list(name).stream()
                            .flatMap(
                                    list ->
                                            list.images().of(candidate.guid()).stream()
                                                    .filter(other -> other.from() < entry.from())
                                                    .<Candidate>map(list::candidate))
                            .toList();
        };
    }

    /** Whether a candidate stands, whatever the site itself says of it. */
    public boolean counts(Owner site, Candidate candidate, Instant at) {
        return switch (candidate) {
            case Candidate.Endorsed endorsed ->
                    register(endorsed.catalogue())
                            .filter(register -> register.counts(endorsed.id(), at))
                            .isPresent();
            case Candidate.Listed listed ->
                    listed.entry().gone() == null
                            && !listed.entry().ended(at)
                            && !suspended(site, listed);
        };
    }

    /**
     * Whether whoever is meant by this name when a VM is started is suspended by anybody in view.
     */
    public boolean suspends(String operator) {
        return registers().anyMatch(one -> !one.suspensionsOfOperator(operator).isEmpty());
    }

    /** Whether whoever signs a list is suspended by somebody whose word reaches this far. */
    public boolean suspended(Owner site, Candidate.Listed listed) {
        return registers()
                .flatMap(register -> register.suspensions(listed.signer()).stream())
                .anyMatch(
                        entry ->
                                entry.statement().reaches(site)
                                        || entry.statement().reaches(listed.owner()));
    }

    public Standing {
        followed = List.copyOf(followed);
        lists = List.copyOf(lists);
        var seen = new HashSet<Origin>();
        seen.add(own.charter().origin());
        for (var source : followed) {
            if (!seen.add(source.register().charter().origin())) {
                throw new IllegalArgumentException(
                        source.register().charter().origin() + " is there twice");
            }
        }
        for (var list : lists) {
            if (!seen.add(list.name())) {
                throw new IllegalArgumentException(list.name() + " is there twice");
            }
        }
    }
}
