package org.imprimatur.register;

import java.util.List;
import java.util.Set;
import org.imprimatur.register.SitePolicy.Limits;

/** How a site comes to approve endorsements in a class (WLCG-3). */
public sealed interface Approving {

    /** What follows for the versions after one that the site has approved. */
    enum Versions {
        /** Each is approved for itself. */
        ASK("ask"),
        /** They are approved while the same person endorses them and the limits hold. */
        SAME_ENDORSER("same-endorser");

        private final String wire;

        Versions(String wire) {
            this.wire = wire;
        }

        /** The name in formats. */
        public String wire() {
            return wire;
        }

        /** Reads the name in formats. */
        public static Versions parse(String text) {
            return WireName.find(values(), Versions::wire, text, () -> "ask or same-endorser");
        }
    }

    /** Somebody approves, by a signed statement. */
    record Required(Versions versions) implements Approving {}

    /**
     * What meets this is approved unasked; for everything else somebody approves. A signed refusal
     * always wins.
     *
     * @param endorsers whose endorsements; empty for everybody's whom the class trusts
     * @param limits besides those of the class
     * @param conditions besides those of the class; they do not look at the request
     */
    record Automatic(
            Set<Person> endorsers, Limits limits, List<Condition> conditions, Versions versions)
            implements Approving {

        public Automatic {
            endorsers = Set.copyOf(endorsers);
            conditions = Conditions.of(conditions);
            for (var condition : conditions) {
                if (condition.looksAtRequest()) {
                    throw new MalformedInput(
                            "conditions",
                            "conditions on the image alone",
                            condition.name() + ", which looks at the request");
                }
            }
        }
    }

    /** Nobody need approve; a signed refusal still wins. */
    record None() implements Approving {}
}
