package org.imprimatur.node.watch;

import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.imprimatur.node.store.Database;
import org.imprimatur.register.Sha256;

/**
 * What is known of flaws, for everyone who asks: now, from memory, and at any revision before, from
 * the tables. Only the {@link AdvisoryWatch} changes it.
 */
public final class OpenFlaws {

    private static final int AT_ONCE = 1000;

    private final Database database;

    private volatile Now now;

    /** Knowledge as of one revision. */
    public sealed interface View {

        /** Its number. A larger one knows more; 0 is before the first look. */
        long revision();

        /** Why nothing could be looked at, such as feeds that cannot be read; empty for nothing. */
        String fault();

        /** The feeds, in order of name. */
        List<WatchedFeed> feeds();

        /** What is known of a bill of materials. */
        Known of(Sha256 sbom);

        /** How old the content of the oldest feed is at least that this rests on. */
        default Optional<Instant> published(Known known) {
            return feeds().stream()
                    .filter(feed -> known.feeds().contains(feed.name()))
                    .map(WatchedFeed::published)
                    .min(Comparator.naturalOrder());
        }
    }

    private record Now(
            long revision, String fault, List<WatchedFeed> feeds, Map<Sha256, Known> known)
            implements View {

        @Override
        public Known of(Sha256 sbom) {
            return known.getOrDefault(sbom, Known.NOTHING);
        }
    }

    private record Past(long revision, String fault, List<WatchedFeed> feeds, Database database)
            implements View {

        @Override
        public Known of(Sha256 sbom) {
            return database.read(db -> new FlawTable(db).known(List.of(sbom), revision))
                    .getOrDefault(sbom, Known.NOTHING);
        }
    }

    /** Loads what is known. */
    public OpenFlaws(Database database) {
        this.database = database;
        this.now = new Now(0, "", List.of(), Map.of());
        refresh();
    }

    /** What is known now. It stays as it is, whatever becomes known later. */
    public View now() {
        return now;
    }

    /** What was known at a revision. */
    public View at(long revision) {
        return database.read(
                db -> {
                    var table = new FlawTable(db);
                    return new Past(
                            revision, table.fault(revision), table.feeds(revision), database);
                });
    }

    /** Every flaw of one bill of materials at a revision, the gravest first. */
    public List<OpenFlaw> all(Sha256 sbom, long revision) {
        return database.read(db -> new FlawTable(db).flaws(sbom, revision));
    }

    /** When these were last looked at with success; those that never were are not there. */
    Map<Sha256, Instant> lookedAt(Collection<Sha256> sboms) {
        return database.read(db -> new FlawTable(db).lookedAt(sboms));
    }

    /**
     * Takes in what is new in the tables, from whichever node.
     *
     * @return whether there was anything
     */
    boolean refresh() {
        var before = now;
        var next = database.read(db -> next(new FlawTable(db), before));
        next.ifPresent(newer -> now = newer);
        return next.isPresent();
    }

    private static Optional<Now> next(FlawTable table, Now before) {
        long revision = table.revision();
        if (revision == before.revision()) {
            return Optional.empty();
        }
        var changed = table.changedSince(before.revision());
        var known = new HashMap<>(before.known());
        for (int from = 0; from < changed.size(); from += AT_ONCE) {
            var some = changed.subList(from, Math.min(changed.size(), from + AT_ONCE));
            known.putAll(table.known(some, revision));
        }
        return Optional.of(new Now(revision, table.fault(revision), table.feeds(revision), known));
    }
}
