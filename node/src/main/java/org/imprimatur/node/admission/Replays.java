package org.imprimatur.node.admission;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.imprimatur.node.config.BadConfiguration;
import org.imprimatur.node.config.YamlMember;
import org.imprimatur.node.driver.PublishedImages;
import org.imprimatur.node.follow.PastViews;
import org.imprimatur.node.follow.Seen;
import org.imprimatur.node.follow.SiteView;
import org.imprimatur.node.follow.ViewTable;
import org.imprimatur.node.policy.SitePolicyTable;
import org.imprimatur.node.policy.SiteRules;
import org.imprimatur.node.store.Database;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.SitePolicy;

/**
 * Makes decisions again that are on record: from the same entries of the same ledgers, seen as they
 * were then, under the same policy, for the same moment. One at a time, since each builds whole
 * registers.
 */
public final class Replays {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final SiteView view;
    private final Database database;
    private final PastViews past;
    private final PublishedImages published;
    private final InstantSource clock;
    private final Semaphore one = new Semaphore(1, true);

    /**
     * Replays of one site.
     *
     * @param lists as they were
     * @param flaws as they were known
     */
    public Replays(
            SiteView view,
            PublishedImages published,
            Database database,
            PastViews.PastLists lists,
            PastViews.PastFlaws flaws,
            InstantSource clock) {
        this.view = view;
        this.database = database;
        this.past = new PastViews(database, lists, flaws);
        this.published = published;
        this.clock = clock;
    }

    /** What became of a replay. */
    sealed interface Outcome {}

    /**
     * Both answers to the same question.
     *
     * @param then the decision, made again
     * @param seen what was in view then
     * @param now what would be decided now; it is not recorded, and nobody may act on it
     * @param seenNow what is in view now
     */
    record Replayed(Judged then, Seen seen, Judged now, Seen seenNow, Instant at)
            implements Outcome {}

    /** What the decision rests on is not kept. */
    record Impossible(String why) implements Outcome {}

    /** Too many want it at once. */
    record Busy() implements Outcome {}

    Outcome replay(Decided decided) {
        try {
            if (!one.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                return new Busy();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return new Busy();
        }
        try {
            return alone(decided);
        } finally {
            one.release();
        }
    }

    private Outcome alone(Decided decided) {
        if (decided.view() == null) {
            return new Impossible("the decision was recorded before it was kept what was in view");
        }
        var digest = decided.view();
        var seen = database.read(db -> new ViewTable(db).find(digest)).orElse(null);
        if (seen == null) {
            return new Impossible("what was in view is not kept: a ledger that was is forgotten");
        }
        try {
            var rules = rules(decided.policy());
            if (rules.isEmpty()) {
                return new Impossible("the site policy is not kept: " + decided.policy());
            }
            var then =
                    Judged.of(
                            past.standing(seen),
                            rules.get(),
                            decided.asked(),
                            decided.meant(),
                            decided.at());
            return today(decided, seen, then);
        } catch (PastViews.NotKept e) {
            return new Impossible(e.explanation());
        } catch (BadConfiguration e) {
            return new Impossible(
                    "the site policy %s cannot be read any more: %s"
                            .formatted(decided.policy(), e.getMessage()));
        }
    }

    private Optional<SitePolicy> rules(Sha256 digest) {
        return database.read(db -> new SitePolicyTable(db).find(digest))
                .map(text -> SiteRules.read(YamlMember.parse("the policy " + digest, text)));
    }

    private Replayed today(Decided decided, Seen seen, Judged then) {
        var at = clock.instant().truncatedTo(ChronoUnit.MICROS);
        var asked = decided.asked();
        var ofTheSite = published.meant(asked.image()).orElse(null);
        return view.ask(
                (standing, policy) ->
                        new Replayed(
                                then,
                                seen,
                                Judged.of(standing, policy, asked, ofTheSite, at),
                                Seen.of(standing, null),
                                at));
    }
}
