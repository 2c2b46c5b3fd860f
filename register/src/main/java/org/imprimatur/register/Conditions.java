package org.imprimatur.register;

import java.time.Instant;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The conditions of one class or rule. What one says that looks at the endorsement alone it says
 * for ever: it is asked once for each endorsement, however often the image is asked for.
 */
final class Conditions extends AbstractList<Condition> {

    private final List<Condition> all;
    private final List<Integer> lasting = new ArrayList<>();
    private final List<Integer> passing = new ArrayList<>();

    /** One for each endorsement that was asked for, of those that registers hold. */
    private final Map<Endorsed, List<Unmet>> known = new ConcurrentHashMap<>();

    private record Endorsed(Origin catalogue, StatementId id, Instant since) {}

    /**
     * A condition that does not hold.
     *
     * @param place in the order of the conditions
     */
    record Unmet(int place, Condition condition, String why) {}

    private Conditions(List<Condition> all) {
        this.all = List.copyOf(all);
        for (int i = 0; i < all.size(); i++) {
            var one = all.get(i);
            (one.looksAtRequest() || one.looksAtMoment() ? passing : lasting).add(i);
        }
    }

    /** The same conditions, with a memory. */
    static Conditions of(List<Condition> conditions) {
        return conditions instanceof Conditions same ? same : new Conditions(conditions);
    }

    /** Those that do not hold, in order; without a request those that look at it are left out. */
    List<Unmet> unmet(Condition.Facts facts) {
        if (all.isEmpty()) {
            return List.of();
        }
        var unmet = new ArrayList<>(lasting(facts));
        boolean sorted = unmet.isEmpty();
        for (int place : passing) {
            if (facts.request() != null || !all.get(place).looksAtRequest()) {
                ask(place, facts, unmet);
            }
        }
        if (!sorted) {
            unmet.sort(Comparator.comparingInt(Unmet::place));
        }
        return unmet;
    }

    private List<Unmet> lasting(Condition.Facts facts) {
        if (!(facts.candidate() instanceof Candidate.Endorsed one)) {
            return asked(facts); // a list may say something else of the same entry tomorrow
        }
        var key = new Endorsed(one.catalogue(), one.id(), one.since());
        var there = known.get(key);
        if (there != null) {
            return there;
        }
        var found = asked(facts);
        known.put(key, found);
        return found;
    }

    private List<Unmet> asked(Condition.Facts facts) {
        var unmet = new ArrayList<Unmet>(0);
        lasting.forEach(place -> ask(place, facts, unmet));
        return List.copyOf(unmet);
    }

    private void ask(int place, Condition.Facts facts, Collection<Unmet> unmet) {
        var condition = all.get(place);
        var why = condition.against(facts);
        if (why != null) {
            unmet.add(new Unmet(place, condition, why));
        }
    }

    @Override
    public Condition get(int index) {
        return all.get(index);
    }

    @Override
    public int size() {
        return all.size();
    }
}
