package org.imprimatur.node.follow;

import java.util.function.BiFunction;
import java.util.function.Function;
import org.imprimatur.node.policy.PolicyInForce;
import org.imprimatur.register.SitePolicy;
import org.imprimatur.register.Standing;

/**
 * What a site decides from: the ledgers and lists in view, and its policy, asked together at one
 * moment. Whoever asks sees the ledgers and the policy of one and the same site file.
 */
public final class SiteView {

    private final Ledgers ledgers;
    private final PolicyInForce policy;

    /** Joins them. */
    public SiteView(Ledgers ledgers, PolicyInForce policy) {
        this.ledgers = ledgers;
        this.policy = policy;
    }

    /**
     * Asks by the policy in force, while no register moves. The function is short, and keeps only
     * what the registers returned.
     */
    public <T> T ask(BiFunction<Standing, SitePolicy, T> question) {
        return ledgers.ask(standing -> question.apply(standing, policy.get()));
    }

    /** Asks what is no matter of policy. */
    public <T> T ask(Function<Standing, T> question) {
        return ledgers.ask(question);
    }

    /** The policy in force, for what is no matter of registers. */
    public SitePolicy policy() {
        return policy.get();
    }
}
