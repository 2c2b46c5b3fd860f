package org.imprimatur.node.instance;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.imprimatur.node.admission.DecisionJson;
import org.imprimatur.node.follow.SiteView;
import org.imprimatur.node.http.Json;
import org.imprimatur.node.store.Database;
import org.imprimatur.node.store.Lease;
import org.imprimatur.register.Reason;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.SitePolicy;
import org.imprimatur.register.Standing;
import org.imprimatur.register.UseClass;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks of all that runs whether it may go on, and notes what no longer passes, and what passes
 * again. Instances that agree in all that matters are asked for once.
 */
public final class Reevaluation {

    private static final Logger LOG = LoggerFactory.getLogger(Reevaluation.class);
    private static final int AT_ONCE = 1024;
    private static final int MOST_LINES = 20;

    private final SiteView view;
    private final Database database;

    /** Of one site, by the policy that is in force when it is asked. */
    public Reevaluation(SiteView view, Database database) {
        this.view = view;
        this.database = database;
    }

    /**
     * What was found.
     *
     * @param running how many instances run
     * @param groups how many questions they were
     * @param condemned how many of them do not pass
     */
    public record Found(int running, int groups, int condemned) {}

    /**
     * Asks for all, once.
     *
     * @param lease of whoever asks, which is kept on meanwhile
     * @return empty when it was not: then nothing is noted
     */
    public Optional<Found> all(Instant now, Lease lease) {
        var at = now.truncatedTo(ChronoUnit.MICROS);
        var inForce = view.policy();
        var groups =
                database.read(db -> new CondemnationTable(db).running(lookingAtRequest(inForce)));
        var changes = new Changes();
        int running = 0;
        for (int from = 0; from < groups.size(); from += AT_ONCE) {
            var some = groups.subList(from, Math.min(groups.size(), from + AT_ONCE));
            if (from > 0 && !holds(lease)) {
                return Optional.empty();
            }
            // In pieces, so that no register waits long for what it has to take in.
            var verdicts =
                    view.ask(
                            (standing, policy) ->
                                    policy.digest().equals(inForce.digest())
                                            ? Optional.of(verdicts(standing, policy, some, at))
                                            : Optional.<List<Verdict>>empty());
            if (verdicts.isEmpty()) {
                return all(
                        now, lease); // of a site file that is no longer in force nothing is noted
            }
            for (int i = 0; i < some.size(); i++) {
                changes.weigh(some.get(i), verdicts.get().get(i));
                running += some.get(i).numbers().size();
            }
        }
        if (!changes.isEmpty()) {
            boolean noted =
                    database.write(
                            db -> {
                                if (lease.hold(db) != Lease.Held.STILL) {
                                    return false;
                                }
                                changes.write(new CondemnationTable(db), at);
                                return true;
                            });
            if (!noted) {
                return Optional.empty();
            }
            changes.tell();
        }
        return Optional.of(new Found(running, groups.size(), changes.condemned));
    }

    private boolean holds(Lease lease) {
        return database.write(lease::hold) == Lease.Held.STILL;
    }

    /** What is to be said of one instance now. */
    Verdict one(Instance instance, Instant at) {
        return view.ask((standing, policy) -> Run.of(instance).verdict(standing, policy, at));
    }

    private static List<Verdict> verdicts(
            Standing standing,
            SitePolicy policy,
            List<CondemnationTable.Group> groups,
            Instant at) {
        var known = new HashMap<Run, Verdict>();
        return groups.stream()
                .map(CondemnationTable.Group::run)
                .map(
                        run ->
                                known.computeIfAbsent(
                                        run.whoeverAsks(standing, policy),
                                        _ -> run.verdict(standing, policy, at)))
                .toList();
    }

    private static Set<UseClass> lookingAtRequest(SitePolicy policy) {
        return policy.classes().keySet().stream()
                .filter(policy::looksAtRequest)
                .collect(Collectors.toSet());
    }

    /** What is other than it was noted. */
    private static final class Changes {

        private final Map<String, String> texts = new HashMap<>();
        private final Map<List<Reason>, String> digests = new HashMap<>();
        // By the digest of the reasons.
        private final Map<String, List<Long>> toCondemn = new HashMap<>();
        private final Map<String, List<Long>> toChange = new HashMap<>();
        private final List<Long> toPardon = new ArrayList<>();
        private final List<String> lines = new ArrayList<>();
        private int condemned;

        void weigh(CondemnationTable.Group group, Verdict verdict) {
            switch (verdict) {
                case Verdict.Passes _ -> {
                    if (group.reasons() != null) {
                        toPardon.addAll(group.numbers());
                        line("%d running instances of %s pass again (%s, %s)", group);
                    }
                }
                case Verdict.Fails(var found) -> {
                    condemned += group.numbers().size();
                    var digest = digests.computeIfAbsent(found, this::keep);
                    if (!digest.equals(group.reasons())) {
                        (group.reasons() == null ? toCondemn : toChange)
                                .computeIfAbsent(digest, _ -> new ArrayList<>())
                                .addAll(group.numbers());
                        line("%d running instances of %s no longer pass (%s, %s): ", group, found);
                    }
                }
                case Verdict.Unknown _ -> {
                    if (group.reasons() != null) {
                        condemned += group.numbers().size();
                    }
                }
            }
        }

        private String keep(List<Reason> found) {
            byte[] json = Json.bytes(DecisionJson.reasons(found));
            var digest = Sha256.of(json).hex();
            texts.put(digest, new String(json, UTF_8));
            return digest;
        }

        private void line(String form, CondemnationTable.Group group, List<Reason> found) {
            line(form + found.getFirst().text().replace("%", "%%"), group);
        }

        private void line(String form, CondemnationTable.Group group) {
            if (lines.size() < MOST_LINES) {
                var run = group.run();
                lines.add(
                        form.formatted(
                                group.numbers().size(),
                                run.image(),
                                run.operator(),
                                run.useClass().wire()));
            }
        }

        boolean isEmpty() {
            return toCondemn.isEmpty() && toChange.isEmpty() && toPardon.isEmpty();
        }

        void write(CondemnationTable table, Instant at) {
            texts.keySet()
                    .removeIf(one -> !toCondemn.containsKey(one) && !toChange.containsKey(one));
            table.keepReasons(texts);
            table.condemn(toCondemn, at);
            table.changeReasons(toChange);
            table.pardon(toPardon, at);
        }

        void tell() {
            lines.forEach(LOG::warn);
            if (lines.size() == MOST_LINES) {
                LOG.warn(
                        "in all {} running instances were condemned, {} pass again",
                        count(toCondemn) + count(toChange),
                        toPardon.size());
            }
        }

        private static int count(Map<String, List<Long>> instances) {
            return instances.values().stream().mapToInt(List::size).sum();
        }
    }
}
