package org.imprimatur.node.notice;

import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.imprimatur.node.fetch.Retry;
import org.imprimatur.node.follow.Bell;
import org.imprimatur.node.follow.Ledgers;
import org.imprimatur.node.follow.OwnChanges;
import org.imprimatur.node.metrics.Metrics;
import org.imprimatur.node.store.Database;
import org.imprimatur.register.Candidate;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Recorded;
import org.imprimatur.register.Register;
import org.imprimatur.register.Statement;
import org.imprimatur.register.StatementId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells those who answer for images what concerns them (PROC-contact, WLCG-4). What is news in the
 * node's own ledger is found here; other parts of the node {@link #tell} theirs. So each node tells
 * what was said to it, and of many that follow a ledger none says the same again.
 *
 * <p>News are noted first and told then, again and again until that succeeds; a crash between the
 * two can tell somebody twice, and never nobody. Whoever was just told something is left alone for
 * a while, and then told all that has come meanwhile in one message.
 */
public final class Notices implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Notices.class);

    /** Statements that are older when they are first seen are history, not news. */
    private static final Duration NEWS = Duration.ofDays(7);

    /** Nobody gets two messages within this time. */
    static final Duration PAUSE = Duration.ofMinutes(10);

    private static final Duration LOOK_AT_LEAST = Duration.ofMinutes(1);
    private static final Retry RETRY = new Retry(Duration.ofMinutes(1), Duration.ofHours(6));
    private static final int AT_ONCE = 1000;
    private static final int IN_ONE_MESSAGE = 50;

    private final Mailer mailer;
    private final Origin node;
    private final Ledgers ledgers;
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
            Ledgers ledgers,
            Database database,
            InstantSource clock,
            Metrics metrics) {
        this.mailer = new Mailer(settings, spool);
        this.node = ledgers.own().ask(register -> register.charter().origin());
        this.ledgers = ledgers;
        this.database = database;
        this.clock = clock;
        this.changes = new OwnChanges(ledgers.own(), bell);
        GaugeWithCallback.builder()
                .name("imprimatur_notices_untold")
                .help("Notices that could not be handed on, or have no recipient.")
                .callback(gauge -> gauge.call(database.read(db -> new NoticeTable(db).untold())))
                .register(metrics.registry());
        this.thread = Thread.ofVirtual().name("notices").start(this::run);
    }

    /** Notes news, to be told soon. Those who know of it already are not told again. */
    public void tell(News news) {
        note(news);
        bell.ring();
    }

    /** How it stands with the notices of each refusal. */
    public Map<StatementId, List<Notice>> ofRefusals() {
        return database.read(db -> new NoticeTable(db).all(Statement.Kind.REFUSAL.wire())).stream()
                .collect(
                        Collectors.groupingBy(
                                row -> StatementId.parse(row.name()),
                                Collectors.mapping(Notices::notice, Collectors.toList())));
    }

    /**
     * How it stands with telling somebody.
     *
     * @param state {@code waiting} or {@code sent}
     * @param recipient empty while nobody is known
     * @param why what went wrong the last time; empty for nothing
     */
    public record Notice(String state, String recipient, String why, Instant changedAt) {}

    private static Notice notice(NoticeTable.Row row) {
        return new Notice(row.state(), row.recipient(), row.why(), row.changedAt());
    }

    private void run() {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                look();
                send();
            } catch (RuntimeException e) {
                if (!Thread.currentThread().isInterrupted()) {
                    LOG.error("telling of news failed", e);
                }
            }
            try {
                bell.await(LOOK_AT_LEAST);
            } catch (InterruptedException _) {
                return;
            }
        }
    }

    // ---- What is new in the own ledger --------------------------------------------------------

    private void look() {
        var since = clock.instant().minus(NEWS);
        while (true) {
            long from = looked;
            var entries = new ArrayList<Recorded<? extends Statement>>();
            long to = ledgers.own().ask(register -> collect(register, from, since, entries));
            if (to == from) {
                return;
            }
            entries.forEach(entry -> news(entry).ifPresent(this::note));
            looked = to;
        }
    }

    private static long collect(
            Register register,
            long from,
            Instant since,
            List<Recorded<? extends Statement>> entries) {
        long to = Math.min(register.size(), from + AT_ONCE);
        for (long index = from; index < to; index++) {
            register.statement(index)
                    .filter(one -> one.admittedAt().isAfter(since))
                    .ifPresent(entries::add);
        }
        return to;
    }

    private Optional<News> news(Recorded<? extends Statement> entry) {
        return ledgers.ask(standing -> News.of(standing, entry));
    }

    /** Says whether there is nobody to tell who should be. */
    private boolean note(News news) {
        var now = clock.instant();
        Map<MailAddress, List<Candidate>> to =
                ledgers.ask(standing -> Contacts.of(standing, news, now));
        if (to.isEmpty() && news.isOwnAct()) {
            return false;
        }
        database.change(
                db -> {
                    var table = new NoticeTable(db);
                    if (to.isEmpty()) {
                        table.note(news, "", NewsText.of(news, news.images()), now);
                        return;
                    }
                    table.forgetNobody(news.name());
                    to.forEach(
                            (address, images) ->
                                    table.note(
                                            news, address.text(), NewsText.of(news, images), now));
                });
        return to.isEmpty();
    }

    // ---- Telling ------------------------------------------------------------------------------

    private void send() {
        var now = clock.instant();
        var latest = now.plus(RETRY.longest());
        for (var recipient :
                database.read(db -> new NoticeTable(db).due(now, latest, now.minus(PAUSE)))) {
            var until = clock.instant().plus(Mailer.WITHIN.multipliedBy(2));
            var taken =
                    database.write(
                            db ->
                                    new NoticeTable(db)
                                            .take(recipient, now, latest, until, IN_ONE_MESSAGE));
            if (recipient.isEmpty()) {
                taken.forEach(this::address);
            } else if (!taken.isEmpty()) {
                send(new Message(node, new MailAddress(recipient), taken));
            }
        }
    }

    private void send(Message message) {
        var now = clock.instant();
        try {
            mailer.deliver(message, now);
        } catch (IOException e) {
            failed(message.notices(), e.getMessage() == null ? e.toString() : e.getMessage());
            return;
        }
        database.change(db -> message.notices().forEach(row -> new NoticeTable(db).sent(row, now)));
    }

    /** Looks again for somebody to tell, which may be in view by now. */
    private void address(NoticeTable.Row row) {
        var news =
                row.kind().equals(News.Advised.KIND)
                        ? Optional.<News>empty()
                        : ledgers.own()
                                .ask(register -> register.statement(StatementId.parse(row.name())))
                                .flatMap(this::news);
        if (news.map(this::note).orElse(true)) {
            failed(
                    List.of(row),
                    "no ledger in view has an appointment of the endorser with an address that mail can be sent to, nor has the list one");
        }
    }

    private void failed(List<NoticeTable.Row> rows, String why) {
        LOG.warn("cannot tell {}: {}", rows.getFirst().subject(), why);
        var now = clock.instant();
        database.change(
                db ->
                        rows.forEach(
                                row ->
                                        new NoticeTable(db)
                                                .failed(
                                                        row,
                                                        why,
                                                        now,
                                                        now.plus(RETRY.after(row.attempts())))));
    }

    @Override
    public void close() {
        changes.close();
        thread.interrupt();
        try {
            thread.join(Mailer.WITHIN);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
