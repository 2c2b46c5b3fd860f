package org.imprimatur.node.follow;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.imprimatur.exchange.LedgerEvidence;
import org.imprimatur.node.metrics.Metrics;
import org.imprimatur.node.store.Database;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Sha256;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was found against ledgers. Each case is raised once: its evidence is kept in the database,
 * and below the data directory for people. A source that goes on inventing new faults fills no
 * disk.
 */
public final class Alarms {

    private static final Logger LOG = LoggerFactory.getLogger(Alarms.class);

    /** No more cases of one ledger are kept. */
    static final int MOST_CASES = 64;

    private static final Duration NOTED_AGAIN = Duration.ofMinutes(1);

    /**
     * A case.
     *
     * @param id names it here
     * @param kind such as {@code split-view}
     * @param foundAt when it was found first
     * @param lastAt when it was found last, to the minute
     * @param explanation one sentence for people
     */
    public record Alarm(
            String id,
            Origin origin,
            String kind,
            Instant foundAt,
            Instant lastAt,
            String explanation) {}

    /**
     * A case to raise, of whatever kind of source.
     *
     * @param mark what makes it another case than others of its kind
     * @param evidence the file that shows it
     * @param files more for people, by name
     */
    public record Case(
            Origin origin,
            String kind,
            Instant foundAt,
            String explanation,
            byte[] mark,
            byte[] evidence,
            Map<String, byte[]> files) {

        private String id() {
            return kind + "-" + Sha256.of(mark).hex().substring(0, 16);
        }
    }

    private final Database database;
    private final Path directory;

    // Guarded by itself.
    private final Map<String, Alarm> alarms = new HashMap<>();

    private Alarms(Database database, Path directory) {
        this.database = database;
        this.directory = directory;
    }

    static Alarms open(Database database, Path directory, Metrics metrics) {
        var alarms = new Alarms(database, directory);
        database.read(db -> new AlarmTable(db).all())
                .forEach(alarm -> alarms.alarms.put(alarm.id(), alarm));
        GaugeWithCallback.builder()
                .name("imprimatur_alarms")
                .help("Cases that were found against other ledgers, by ledger and kind.")
                .labelNames("origin", "kind")
                .callback(
                        gauge ->
                                alarms.counts()
                                        .forEach(
                                                (labels, count) ->
                                                        gauge.call(
                                                                count,
                                                                labels.get(0),
                                                                labels.get(1))))
                .register(metrics.registry());
        return alarms;
    }

    private Map<List<String>, Integer> counts() {
        var counts = new TreeMap<List<String>, Integer>(Comparator.comparing(List::toString));
        for (var alarm : all()) {
            counts.merge(List.of(alarm.origin().text(), alarm.kind()), 1, Integer::sum);
        }
        return counts;
    }

    /** Every case, the newest first. */
    public List<Alarm> all() {
        synchronized (alarms) {
            return alarms.values().stream()
                    .sorted(
                            Comparator.comparing(Alarm::foundAt)
                                    .reversed()
                                    .thenComparing(Alarm::id))
                    .toList();
        }
    }

    /** The evidence of a case: a file as {@link LedgerEvidence} reads it. */
    public Optional<byte[]> evidence(String id) {
        return database.read(db -> new AlarmTable(db).evidence(id));
    }

    /** Raises the alarm about a ledger; a case that is known already is not told again. */
    public void raise(LedgerEvidence evidence) {
        var origin = new Origin(evidence.ledger().name());
        raise(
                origin,
                () ->
                        new Case(
                                origin,
                                evidence.kind(),
                                evidence.foundAt(),
                                evidence.explanation(),
                                mark(evidence, origin),
                                evidence.write(),
                                files(evidence)));
    }

    /**
     * Raises the alarm; a case that is known already is not told again. Nothing is thrown when it
     * cannot be made or kept: what was found counts all the same.
     */
    public void raise(Origin origin, Supplier<Case> found) {
        try {
            raise(found.get());
        } catch (RuntimeException e) {
            LOG.error("an alarm about {} cannot be kept", origin, e);
        }
    }

    private void raise(Case found) {
        var origin = found.origin();
        var id = found.id();
        Alarm known;
        synchronized (alarms) {
            known = alarms.get(id);
        }
        if (known != null) {
            again(known, found.foundAt());
        } else if (all().stream().filter(a -> a.origin().equals(origin)).count() < MOST_CASES) {
            add(
                    new Alarm(
                            id,
                            origin,
                            found.kind(),
                            found.foundAt(),
                            found.foundAt(),
                            found.explanation()),
                    found);
        }
    }

    private void again(Alarm known, Instant at) {
        if (Duration.between(known.lastAt(), at).compareTo(NOTED_AGAIN) >= 0) {
            database.change(db -> new AlarmTable(db).again(known.id(), at));
            put(
                    new Alarm(
                            known.id(),
                            known.origin(),
                            known.kind(),
                            known.foundAt(),
                            at,
                            known.explanation()));
        }
    }

    private void add(Alarm alarm, Case found) {
        database.change(db -> new AlarmTable(db).add(alarm, found.evidence()));
        put(alarm);
        Path place = directory.resolve(home(alarm.origin())).resolve(alarm.id());
        LOG.warn("ALARM {}: {}; the evidence is in {}", alarm.origin(), alarm.explanation(), place);
        try {
            keep(place, found);
        } catch (IOException e) {
            LOG.error("cannot write evidence against {} to {}", alarm.origin(), place, e);
        }
    }

    private void put(Alarm alarm) {
        synchronized (alarms) {
            alarms.put(alarm.id(), alarm);
        }
    }

    private static void keep(Path place, Case found) throws IOException {
        Files.createDirectories(place);
        Files.writeString(
                place.resolve("explanation.txt"),
                "%s%nfound at %s%n%s%n"
                        .formatted(found.origin(), found.foundAt(), found.explanation()));
        Files.write(place.resolve("evidence.json"), found.evidence());
        for (var file : found.files().entrySet()) {
            Files.write(place.resolve(file.getKey()), file.getValue());
        }
    }

    private static Map<String, byte[]> files(LedgerEvidence evidence) {
        var files = new HashMap<String, byte[]>();
        var seen = evidence.seen();
        if (seen != null) {
            files.put("seen.note", seen.bytes());
        }
        var served = evidence.served();
        if (served != null) {
            files.put("offered.note", served.bytes());
        }
        var entry = evidence.entry();
        if (entry != null) {
            files.put("entry", entry.bytes());
        }
        return files;
    }

    private static String home(Origin origin) {
        return Sha256.of(origin.text().getBytes(UTF_8)).hex().substring(0, 16);
    }

    /** The same case has the same name: by ledger, kind and what was served. */
    private static byte[] mark(LedgerEvidence evidence, Origin origin) {
        var parts = new ArrayList<byte[]>();
        parts.add((origin.text() + "\n").getBytes(UTF_8));
        var served = evidence.served();
        var entry = evidence.entry();
        if (served != null) {
            parts.add(served.bytes());
        } else if (entry != null) {
            parts.add(entry.bytes());
        } else {
            parts.add(evidence.explanation().getBytes(UTF_8));
        }
        int length = parts.stream().mapToInt(part -> part.length).sum();
        var all = java.nio.ByteBuffer.allocate(length);
        parts.forEach(all::put);
        return all.array();
    }
}
