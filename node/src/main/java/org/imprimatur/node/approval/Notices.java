package org.imprimatur.node.approval;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.imprimatur.node.catalogue.LedgerState;
import org.imprimatur.node.driver.Program;
import org.imprimatur.node.fetch.Retry;
import org.imprimatur.node.follow.Bell;
import org.imprimatur.node.follow.OwnChanges;
import org.imprimatur.node.follow.SiteView;
import org.imprimatur.node.store.Database;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Recorded;
import org.imprimatur.register.Register;
import org.imprimatur.register.Standing;
import org.imprimatur.register.Statement;
import org.imprimatur.register.StatementId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells endorsers that the site has refused their images (WLCG-4). Each refusal in the site's
 * ledger is noted first and told then, again and again until that succeeds; a crash between the two
 * can tell somebody twice, and never nobody.
 */
public final class Notices implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Notices.class);

    /** Refusals that are older when they are first seen are history, not news. */
    private static final Duration NEWS = Duration.ofDays(7);

    private static final Duration WITHIN = Duration.ofSeconds(30);
    private static final Duration LOOK_AT_LEAST = Duration.ofMinutes(1);
    private static final Retry RETRY = new Retry(Duration.ofMinutes(1), Duration.ofHours(6));
    private static final int AT_ONCE = 1000;

    private final Supplier<NoticeSettings> settings;
    private final Path spool;
    private final Owner site;
    private final LedgerState own;
    private final SiteView view;
    private final Database database;
    private final InstantSource clock;
    private final Bell bell = new Bell();
    private final OwnChanges changes;
    private final Thread thread;

    // Of the thread alone.
    private long looked;

    /**
     * Begins to tell.
     *
     * @param settings the ones in force, asked for each message
     * @param spool where messages are left when no program takes them, unless the settings say
     */
    public Notices(
            Supplier<NoticeSettings> settings,
            Path spool,
            Owner site,
            LedgerState own,
            SiteView view,
            Database database,
            InstantSource clock) {
        this.settings = settings;
        this.spool = spool;
        this.site = site;
        this.own = own;
        this.view = view;
        this.database = database;
        this.clock = clock;
        this.changes = new OwnChanges(own, bell);
        this.thread = Thread.ofVirtual().name("notices").start(this::run);
    }

    /** How it stands with the notice of each refusal. */
    Map<StatementId, NoticeTable.Row> all() {
        return database.read(db -> new NoticeTable(db).all());
    }

    private void run() {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                look();
                send();
            } catch (RuntimeException e) {
                if (!Thread.currentThread().isInterrupted()) {
                    LOG.error("telling of refusals failed", e);
                }
            }
            try {
                bell.await(LOOK_AT_LEAST);
            } catch (InterruptedException _) {
                return;
            }
        }
    }

    /** Notes the refusals that are new in the site's ledger. */
    private void look() {
        var since = clock.instant().minus(NEWS);
        while (true) {
            long from = looked;
            var refusals = new ArrayList<StatementId>();
            long to = own.ask(register -> collect(register, from, since, refusals));
            if (to == from) {
                return;
            }
            if (!refusals.isEmpty()) {
                var now = clock.instant();
                database.change(
                        db -> {
                            var table = new NoticeTable(db);
                            refusals.forEach(id -> table.note(id, now));
                        });
            }
            looked = to;
        }
    }

    private long collect(Register register, long from, Instant since, List<StatementId> refusals) {
        long to = Math.min(register.size(), from + AT_ONCE);
        for (long index = from; index < to; index++) {
            register.statement(index)
                    .filter(one -> one.admittedAt().isAfter(since))
                    .filter(
                            one ->
                                    one.statement() instanceof Statement.Refusal word
                                            && word.site().equals(site))
                    .ifPresent(one -> refusals.add(one.id()));
        }
        return to;
    }

    private void send() {
        var now = clock.instant();
        for (var due :
                database.read(db -> new NoticeTable(db).due(now, now.plus(RETRY.longest())))) {
            var until = clock.instant().plus(WITHIN.multipliedBy(2));
            var taken = new AtomicBoolean();
            database.change(db -> taken.set(new NoticeTable(db).take(due, until)));
            if (taken.get()) {
                send(due);
            }
        }
    }

    private void send(NoticeTable.Row due) {
        var recipient = "";
        var why = "";
        try {
            var notice = notice(due.refusal());
            recipient = notice.recipient();
            deliver(notice);
        } catch (IOException e) {
            why = e.getMessage() == null ? e.toString() : e.getMessage();
            LOG.warn("cannot tell of the refusal {}: {}", due.refusal().hex(), why);
        }
        var now = clock.instant();
        var row =
                new NoticeTable.Row(
                        due.refusal(),
                        why.isEmpty() ? "sent" : "waiting",
                        recipient,
                        why,
                        due.attempts() + 1,
                        now);
        database.change(db -> new NoticeTable(db).put(row, now.plus(RETRY.after(row.attempts()))));
    }

    private RefusalNotice notice(StatementId id) throws IOException {
        return view.<Optional<RefusalNotice>>ask(standing -> notice(standing, id))
                .filter(notice -> RefusalNotice.isAddress(notice.recipient()))
                .orElseThrow(
                        () ->
                                new IOException(
                                        "no ledger in view has an appointment of the endorser with an address that mail can be sent to, nor has the list one"));
    }

    private Optional<RefusalNotice> notice(Standing standing, StatementId id) {
        var entry = standing.own().statement(id).orElse(null);
        if (entry == null || !(entry.statement() instanceof Statement.Refusal word)) {
            return Optional.empty();
        }
        var refusal = new Recorded<>(entry.index(), id, word, entry.admittedAt());
        return standing.candidate(word.catalogue(), word.endorsement())
                .flatMap(
                        image ->
                                RefusalNotice.contact(standing, image)
                                        .map(to -> new RefusalNotice(to, refusal, image)));
    }

    private void deliver(RefusalNotice notice) throws IOException {
        var how = settings.get();
        var message = notice.message(how.from());
        if (how.command().isEmpty()) {
            leave(how.spool().orElse(spool), notice.refusal().id().hex() + ".eml", message);
            return;
        }
        var ran = Program.run(how.command(), Map.of(), message, WITHIN);
        if (ran.exit() != 0) {
            throw new IOException(
                    "%s ended with status %d%s"
                            .formatted(
                                    how.command().getFirst(),
                                    ran.exit(),
                                    ran.said().isEmpty() ? "" : ": " + ran.said()));
        }
    }

    /** Whole or not at all, under a name that says whether it was left before. */
    private static void leave(Path spool, String name, byte[] message) throws IOException {
        Files.createDirectories(spool);
        var part = spool.resolve("." + name + ".part");
        Files.write(part, message);
        Files.move(part, spool.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void close() {
        changes.close();
        thread.interrupt();
        try {
            thread.join(WITHIN);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
