package org.imprimatur.node.watch;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.imprimatur.inspect.advisories.Urgency;
import org.imprimatur.register.Sha256;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The tables {@code flaw}, {@code flaw_patch}, {@code flaw_look}, {@code flaw_sbom}, {@code
 * flaw_feed} and {@code flaw_revision}; the transaction is the caller's.
 */
final class FlawTable {

    /** A row of what is known, at the revision {@code :revision}. */
    private static final String KNOWN_THEN =
            " from_revision <= :revision and (until_revision is null or until_revision > :revision) ";

    private final Handle db;

    FlawTable(Handle db) {
        this.db = db;
    }

    // ---- Revisions ----------------------------------------------------------------------------

    /** The newest revision; 0 for none. */
    long revision() {
        return db.createQuery("select coalesce(max(revision), 0) from flaw_revision")
                .mapTo(Long.class)
                .one();
    }

    /** Begins another revision. */
    long next(Instant at, String fault) {
        return db.createQuery(
                        """
                        insert into flaw_revision (revision, at, fault)
                        select coalesce(max(revision), 0) + 1, :at, :fault from flaw_revision
                        returning revision
                        """)
                .bind("at", at)
                .bind("fault", fault)
                .mapTo(Long.class)
                .one();
    }

    /** Why nothing could be looked at then; empty for nothing. */
    String fault(long revision) {
        return db.createQuery("select fault from flaw_revision where revision = :revision")
                .bind("revision", revision)
                .mapTo(String.class)
                .findOne()
                .orElse("");
    }

    // ---- Feeds --------------------------------------------------------------------------------

    /** The feeds of a revision, in order of name. */
    List<WatchedFeed> feeds(long revision) {
        return db.createQuery(
                        "select * from flaw_feed where"
                                + KNOWN_THEN
                                + "order by name collate \"C\"")
                .bind("revision", revision)
                .map(
                        (row, _) ->
                                new WatchedFeed(
                                        row.getString("name"),
                                        row.getString("url"),
                                        Sha256.ofBytes(row.getBytes("sha256")),
                                        instant(row, "fetched"),
                                        instant(row, "published")))
                .list();
    }

    /** From this revision on there are these feeds, and no others. */
    void putFeeds(long revision, List<WatchedFeed> feeds) {
        db.createUpdate(
                        "update flaw_feed set until_revision = :revision where until_revision is null")
                .bind("revision", revision)
                .execute();
        var batch =
                db.prepareBatch(
                        """
                        insert into flaw_feed
                               (name, from_revision, url, sha256, fetched, published)
                        values (:name, :revision, :url, :sha256, :fetched, :published)
                        """);
        for (var feed : feeds) {
            batch.bind("name", feed.name())
                    .bind("revision", revision)
                    .bind("url", feed.url())
                    .bind("sha256", feed.sha256().bytes())
                    .bind("fetched", feed.fetched())
                    .bind("published", feed.published())
                    .add();
        }
        batch.execute();
    }

    // ---- What was looked at -------------------------------------------------------------------

    /**
     * The last attempt to look at a bill of materials.
     *
     * @param feeds the state of all feeds then; null where nothing was tried
     * @param failures how often it has failed since it last went well
     * @param retryAt when to try again with the same feeds; null for never
     */
    record Tried(@Nullable Sha256 feeds, int failures, @Nullable Instant retryAt) {}

    /** Every last attempt. */
    Map<Sha256, Tried> tried() {
        var all = new HashMap<Sha256, Tried>();
        db.createQuery("select sbom, feeds, failures, retry_at from flaw_sbom")
                .map(
                        (row, _) -> {
                            byte[] feeds = row.getBytes("feeds");
                            return Map.entry(
                                    sbom(row),
                                    new Tried(
                                            feeds == null ? null : Sha256.ofBytes(feeds),
                                            row.getInt("failures"),
                                            instantOrNull(row, "retry_at")));
                        })
                .forEach(one -> all.put(one.getKey(), one.getValue()));
        return all;
    }

    /**
     * Notes an attempt.
     *
     * @param lookedAt when it succeeded; null when it did not
     */
    void tried(Sha256 sbom, Tried tried, @Nullable Instant lookedAt) {
        db.createUpdate(
                        """
                        update flaw_sbom
                           set feeds = :feeds, looked_at = coalesce(:lookedAt, looked_at),
                               failures = :failures, retry_at = :retryAt
                         where sbom = :sbom
                        """)
                .bind("sbom", sbom.bytes())
                .bind("feeds", tried.feeds() == null ? null : tried.feeds().bytes())
                .bind("lookedAt", lookedAt)
                .bind("failures", tried.failures())
                .bind("retryAt", tried.retryAt())
                .execute();
    }

    /** Notes that what is known of it changes with this revision. */
    void changed(long revision, Sha256 sbom) {
        db.createUpdate(
                        """
                        insert into flaw_sbom (sbom, failures, revision)
                        values (:sbom, 0, :revision)
                        on conflict (sbom) do update set revision = excluded.revision
                        """)
                .bind("sbom", sbom.bytes())
                .bind("revision", revision)
                .execute();
    }

    /** What changed after a revision. */
    List<Sha256> changedSince(long revision) {
        return db.createQuery("select sbom from flaw_sbom where revision > :revision")
                .bind("revision", revision)
                .map((row, _) -> sbom(row))
                .list();
    }

    /** When each was last looked at with success. */
    Map<Sha256, Instant> lookedAt(Collection<Sha256> sboms) {
        var all = new HashMap<Sha256, Instant>();
        db.createQuery(
                        """
                        select sbom, looked_at from flaw_sbom
                         where sbom in (select decode(hex, 'hex') from unnest(:sboms) as hex) and looked_at is not null
                        """)
                .bindArray("sboms", String.class, hex(sboms))
                .map((row, _) -> Map.entry(sbom(row), instant(row, "looked_at")))
                .forEach(one -> all.put(one.getKey(), one.getValue()));
        return all;
    }

    /**
     * How it went to look at something.
     *
     * @param obstacle empty for well
     */
    record Look(String obstacle, List<String> feeds) {}

    /** How it last went. */
    Optional<Look> look(Sha256 sbom) {
        return db.createQuery(
                        "select * from flaw_look where sbom = :sbom and until_revision is null")
                .bind("sbom", sbom.bytes())
                .map((row, _) -> look(row))
                .findOne();
    }

    private static Look look(ResultSet row) throws SQLException {
        return new Look(
                row.getString("obstacle"), List.of((String[]) row.getArray("feeds").getArray()));
    }

    /** From this revision on it goes so. */
    void putLook(long revision, Sha256 sbom, Look look) {
        db.createUpdate(
                        """
                        update flaw_look set until_revision = :revision
                         where sbom = :sbom and until_revision is null
                        """)
                .bind("revision", revision)
                .bind("sbom", sbom.bytes())
                .execute();
        db.createUpdate(
                        """
                        insert into flaw_look (sbom, from_revision, obstacle, feeds)
                        values (:sbom, :revision, :obstacle, :feeds)
                        """)
                .bind("sbom", sbom.bytes())
                .bind("revision", revision)
                .bind("obstacle", look.obstacle())
                .bindArray("feeds", String.class, look.feeds())
                .execute();
    }

    // ---- Flaws --------------------------------------------------------------------------------

    /** What is known of each of these at a revision; what was never looked at is not there. */
    Map<Sha256, Known> known(Collection<Sha256> sboms, long revision) {
        var open = new HashMap<Sha256, Map<Urgency, Integer>>();
        var patchable = new HashMap<Sha256, Map<Urgency, OpenFlaw>>();
        db.createQuery(
                        "select sbom, urgency, count(*) as flaws from flaw where sbom in (select decode(hex, 'hex') from unnest(:sboms) as hex) and"
                                + KNOWN_THEN
                                + "group by sbom, urgency")
                .bindArray("sboms", String.class, hex(sboms))
                .bind("revision", revision)
                .map((row, _) -> Map.entry(sbom(row), Map.entry(urgency(row), row.getInt("flaws"))))
                .forEach(
                        one ->
                                open.computeIfAbsent(
                                                one.getKey(), _ -> new EnumMap<>(Urgency.class))
                                        .put(one.getValue().getKey(), one.getValue().getValue()));
        db.createQuery(
                        "select distinct on (sbom, urgency) * from flaw where sbom in (select decode(hex, 'hex') from unnest(:sboms) as hex) and fixed <> '' and"
                                + KNOWN_THEN
                                + "order by sbom, urgency, patch_since, id collate \"C\", name collate \"C\", installed collate \"C\"")
                .bindArray("sboms", String.class, hex(sboms))
                .bind("revision", revision)
                .map((row, _) -> Map.entry(sbom(row), flaw(row)))
                .forEach(
                        one ->
                                patchable
                                        .computeIfAbsent(
                                                one.getKey(), _ -> new EnumMap<>(Urgency.class))
                                        .put(one.getValue().urgency(), one.getValue()));
        var known = new HashMap<Sha256, Known>();
        db.createQuery(
                        "select * from flaw_look where sbom in (select decode(hex, 'hex') from unnest(:sboms) as hex) and"
                                + KNOWN_THEN)
                .bindArray("sboms", String.class, hex(sboms))
                .bind("revision", revision)
                .map((row, _) -> Map.entry(sbom(row), look(row)))
                .forEach(
                        one ->
                                known.put(
                                        one.getKey(),
                                        new Known(
                                                one.getValue().obstacle(),
                                                one.getValue().feeds(),
                                                open.getOrDefault(one.getKey(), Map.of()),
                                                patchable.getOrDefault(one.getKey(), Map.of()))));
        return known;
    }

    /** Every flaw of one bill of materials at a revision, the gravest first. */
    List<OpenFlaw> flaws(Sha256 sbom, long revision) {
        return db
                .createQuery("select * from flaw where sbom = :sbom and" + KNOWN_THEN)
                .bind("sbom", sbom.bytes())
                .bind("revision", revision)
                .map((row, _) -> flaw(row))
                .stream()
                .sorted(OpenFlaw.GRAVEST_FIRST)
                .toList();
    }

    /** Every flaw that is open. */
    List<OpenFlaw> open(Sha256 sbom) {
        return db.createQuery("select * from flaw where sbom = :sbom and until_revision is null")
                .bind("sbom", sbom.bytes())
                .map((row, _) -> flaw(row))
                .list();
    }

    /** From this revision on these are open no longer, or not as they were. */
    void end(long revision, Sha256 sbom, Collection<OpenFlaw> flaws) {
        var batch =
                db.prepareBatch(
                        """
                        update flaw set until_revision = :revision
                         where sbom = :sbom and name = :name and installed = :installed
                           and id = :id and until_revision is null
                        """);
        for (var flaw : flaws) {
            batch.bind("revision", revision)
                    .bind("sbom", sbom.bytes())
                    .bind("name", flaw.name())
                    .bind("installed", flaw.installed())
                    .bind("id", flaw.id())
                    .add();
        }
        batch.execute();
    }

    /**
     * From this revision on these are open. A patch is known since it was first met with, in
     * whatever image.
     */
    void add(long revision, Sha256 sbom, Collection<OpenFlaw> flaws) {
        meet(flaws);
        var batch =
                db.prepareBatch(
                        """
                        insert into flaw (sbom, name, installed, id, from_revision, fixed, urgency,
                                          since, patch_since)
                        values (:sbom, :name, :installed, :id, :revision, :fixed, :urgency, :since,
                                (select least(since, :patchSince) from flaw_patch
                                  where id = :id and name = :name and fixed = :fixed))
                        """);
        for (var flaw : flaws) {
            batch.bind("sbom", sbom.bytes())
                    .bind("name", flaw.name())
                    .bind("installed", flaw.installed())
                    .bind("id", flaw.id())
                    .bind("revision", revision)
                    .bind("fixed", flaw.fixed())
                    .bind("urgency", flaw.urgency().label())
                    .bind("since", flaw.since())
                    .bind("patchSince", flaw.patchSince())
                    .add();
        }
        batch.execute();
    }

    private void meet(Collection<OpenFlaw> flaws) {
        var batch =
                db.prepareBatch(
                        """
                        insert into flaw_patch (id, name, fixed, since)
                        values (:id, :name, :fixed, :since) on conflict do nothing
                        """);
        for (var flaw : flaws) {
            if (flaw.patchSince() != null) {
                batch.bind("id", flaw.id())
                        .bind("name", flaw.name())
                        .bind("fixed", flaw.fixed())
                        .bind("since", flaw.patchSince())
                        .add();
            }
        }
        batch.execute();
    }

    private static OpenFlaw flaw(ResultSet row) throws SQLException {
        return new OpenFlaw(
                row.getString("id"),
                row.getString("name"),
                row.getString("installed"),
                row.getString("fixed"),
                urgency(row),
                instant(row, "since"),
                instantOrNull(row, "patch_since"));
    }

    private static Urgency urgency(ResultSet row) throws SQLException {
        return Urgency.parse(row.getString("urgency"));
    }

    private static Sha256 sbom(ResultSet row) throws SQLException {
        return Sha256.ofBytes(row.getBytes("sbom"));
    }

    private static List<String> hex(Collection<Sha256> digests) {
        return digests.stream().map(Sha256::hex).toList();
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static @Nullable Instant instantOrNull(ResultSet row, String column)
            throws SQLException {
        var value = row.getObject(column, OffsetDateTime.class);
        return value == null ? null : value.toInstant();
    }
}
