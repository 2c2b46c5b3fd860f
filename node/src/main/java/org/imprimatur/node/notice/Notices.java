package org.imprimatur.node.notice;

import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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
import org.imprimatur.node.notice.NoticeTable.Told;
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

    private static final Duration FORGET_EVERY = Duration.ofHours(1);
    private static final Duration LOOK_AT_LEAST = Duration.ofMinutes(1);
    private static final Retry RETRY = new Retry(Duration.ofMinutes(1), Duration.ofHours(6));
    private static final int AT_ONCE = 1000;
    private static final int IN_ONE_MESSAGE = 50;

    private final Supplier<NoticeSettings> settings;
    private final Mailer mailer;
    private final Origin node;
    private final Ledgers ledgers;
    private final Database database;
    private final InstantSource clock;
    private final Bell bell = new Bell();
    private final OwnChanges changes;
    private final Thread thread;
    private volatile boolean closing;

    // Of the thread alone.
    private long looked;
    private Instant forgot = Instant.EPOCH;

    /**
     * Begins to tell.
     *
     * @param settings the ones in force, asked again and again
     * @param spool where messages are left when no program takes them, unless the settings say
     */
    public Notices(
            Supplier<NoticeSettings> settings,
            Path spool,
            Ledgers ledgers,
            Database database,
            InstantSource clock,
            Metrics metrics) {
        this.settings = settings;
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
        while (!closing) {
            try {
                forget();
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
        while (!closing) {
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
                    .filter(one -> News.isNews(one.statement()))
                    .filter(one -> one.admittedAt().isAfter(since))
                    .ifPresent(entries::add);
        }
        return to;
    }

    private Optional<News> news(Recorded<? extends Statement> entry) {
        return ledgers.ask(standing -> News.of(standing, entry));
    }

    private void note(News news) {
        var now = clock.instant();
        texts(news, now).ifPresent(texts -> note(news, texts, now));
    }

    private void note(News news, Map<MailAddress, NewsText> texts, Instant now) {
        database.change(
                db -> {
                    var table = new NoticeTable(db);
                    if (texts.isEmpty()) {
                        var text = NewsText.of(news, news.images());
                        table.noteForNobody(news.name(), news.kind(), text, now);
                    } else {
                        note(table, news.name(), news.kind(), texts, now);
                    }
                });
    }

    private static void note(
            NoticeTable table,
            String name,
            String kind,
            Map<MailAddress, NewsText> texts,
            Instant now) {
        table.forgetNobody(name);
        texts.forEach((to, text) -> table.note(name, kind, to, text, now));
    }

    /**
     * What each of those is told whom news concern; nobody where nobody is known.
     *
     * @return empty where nobody needs to be told
     */
    private Optional<Map<MailAddress, NewsText>> texts(News news, Instant now) {
        Map<MailAddress, List<Candidate>> to =
                ledgers.ask(standing -> Contacts.of(standing, news, now));
        if (to.isEmpty() && news.isOwnAct()) {
            return Optional.empty();
        }
        var texts = new LinkedHashMap<MailAddress, NewsText>();
        to.forEach((address, images) -> texts.put(address, NewsText.of(news, images)));
        return Optional.of(texts);
    }

    // ---- Telling ------------------------------------------------------------------------------

    private void send() {
        var now = clock.instant();
        var latest = now.plus(RETRY.longest());
        for (var recipient :
                database.read(db -> new NoticeTable(db).due(now, latest, now.minus(PAUSE)))) {
            if (closing) {
                return;
            }
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

    /** Looks again for somebody to tell, who may be in view by now. */
    private void address(NoticeTable.Row row) {
        var now = clock.instant();
        var texts = row.kind().equals(News.Advised.KIND) ? advised(row, now) : said(row, now);
        if (texts.filter(Map::isEmpty).isPresent()) {
            failed(
                    List.of(row),
                    "no ledger in view has an appointment of the endorser with an address that mail can be sent to, nor has the list one");
            return;
        }
        database.change(
                db ->
                        note(
                                new NoticeTable(db),
                                row.name(),
                                row.kind(),
                                texts.orElse(Map.of()),
                                now));
        bell.ring();
    }

    /** Whom to tell now of advisories that nobody was known for. */
    private Optional<Map<MailAddress, NewsText>> advised(NoticeTable.Row row, Instant now) {
        var text = new NewsText(row.subject(), row.text());
        return ledgers.ask(
                standing ->
                        News.Advised.image(standing, row.name(), now)
                                .map(
                                        image ->
                                                Contacts.of(standing, image, now).stream()
                                                        .collect(
                                                                Collectors.toMap(
                                                                        to -> to, _ -> text))));
    }

    /** Whom to tell now of a statement that nobody was known for. */
    private Optional<Map<MailAddress, NewsText>> said(NoticeTable.Row row, Instant now) {
        return ledgers.own()
                .ask(register -> register.statement(StatementId.parse(row.name())))
                .flatMap(this::news)
                .map(news -> texts(news, now))
                // What its images are in may be out of view for a while.
                .orElse(Optional.of(Map.of()));
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

    // ---- Forgetting ---------------------------------------------------------------------------

    private void forget() {
        var now = clock.instant();
        if (Duration.between(forgot, now).abs().compareTo(FORGET_EVERY) < 0) {
            return;
        }
        forgot = now;
        settings.get().keep().ifPresent(kept -> forget(now.minus(kept), now));
    }

    /** A part in each transaction, so that nobody waits for long. */
    private void forget(Instant before, Instant now) {
        var last = "";
        List<Told> told;
        do {
            var after = last;
            told = database.read(db -> new NoticeTable(db).told(before, after, AT_ONCE));
            var over = told.stream().filter(news -> isOver(news, now)).map(Told::name).toList();
            database.change(db -> new NoticeTable(db).forget(over));
            if (!told.isEmpty()) {
                last = told.getLast().name();
            }
        } while (told.size() == AT_ONCE && !closing);
    }

    /**
     * Whether what was told so long ago can never be news again. A statement of that age cannot; an
     * advisory can be withdrawn and come back for as long as the image is endorsed.
     */
    private boolean isOver(Told news, Instant now) {
        return !news.kind().equals(News.Advised.KIND)
                || ledgers.ask(standing -> News.Advised.image(standing, news.name(), now))
                        .isEmpty();
    }

    /** Ends when the message in hand is handed on, and that is noted: who was told is not again. */
    @Override
    public void close() {
        changes.close();
        closing = true;
        bell.ring();
        try {
            if (!thread.join(Mailer.WITHIN.plusSeconds(5))) {
                thread.interrupt();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
