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

    /** Raises the alarm; a case that is known already is not told again. */
    public void raise(LedgerEvidence evidence) {
        var origin = new Origin(evidence.ledger().name());
        var id = id(evidence, origin);
        try {
            Alarm known;
            synchronized (alarms) {
                known = alarms.get(id);
            }
            if (known != null) {
                again(known, evidence.foundAt());
            } else if (all().stream().filter(a -> a.origin().equals(origin)).count() < MOST_CASES) {
                add(
                        new Alarm(
                                id,
                                origin,
                                evidence.kind(),
                                evidence.foundAt(),
                                evidence.foundAt(),
                                evidence.explanation()),
                        evidence);
            }
        } catch (RuntimeException e) {
            LOG.error("an alarm about {} cannot be kept: {}", origin, evidence.explanation(), e);
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

    private void add(Alarm alarm, LedgerEvidence evidence) {
        byte[] file = evidence.write();
        database.change(db -> new AlarmTable(db).add(alarm, file));
        put(alarm);
        Path place = directory.resolve(home(alarm.origin())).resolve(alarm.id());
        LOG.warn("ALARM {}: {}; the evidence is in {}", alarm.origin(), alarm.explanation(), place);
        try {
            keep(place, evidence, file);
        } catch (IOException e) {
            LOG.error("cannot write evidence against {} to {}", alarm.origin(), place, e);
        }
    }

    private void put(Alarm alarm) {
        synchronized (alarms) {
            alarms.put(alarm.id(), alarm);
        }
    }

    private static void keep(Path place, LedgerEvidence evidence, byte[] file) throws IOException {
        Files.createDirectories(place);
        Files.writeString(
                place.resolve("explanation.txt"),
                "ledger %s%nfound at %s%n%s%n"
                        .formatted(
                                evidence.ledger().name(),
                                evidence.foundAt(),
                                evidence.explanation()));
        Files.write(place.resolve("evidence.json"), file);
        var seen = evidence.seen();
        if (seen != null) {
            Files.write(place.resolve("seen.note"), seen.bytes());
        }
        var served = evidence.served();
        if (served != null) {
            Files.write(place.resolve("offered.note"), served.bytes());
        }
        var entry = evidence.entry();
        if (entry != null) {
            Files.write(place.resolve("entry"), entry.bytes());
        }
    }

    private static String home(Origin origin) {
        return Sha256.of(origin.text().getBytes(UTF_8)).hex().substring(0, 16);
    }

    /** The same case has the same name: by ledger, kind and what was served. */
    private static String id(LedgerEvidence evidence, Origin origin) {
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
        return evidence.kind() + "-" + Sha256.of(all.array()).hex().substring(0, 16);
    }
}
