package org.imprimatur.node.follow;

import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.imprimatur.node.catalogue.LedgerState;
import org.imprimatur.node.policy.PolicyInForce;
import org.imprimatur.register.FollowedList;
import org.imprimatur.register.SitePolicy;
import org.imprimatur.register.Standing;

/**
 * What a site decides from: its own register, the ledgers and lists that it follows, and its
 * policy, asked together at one moment. Whoever asks sees the ledgers and the policy of one and the
 * same site file.
 */
public final class SiteView {

    private final LedgerState own;
    private final Follows follows;
    private final Supplier<List<FollowedList>> lists;
    private final PolicyInForce policy;

    /**
     * Joins them.
     *
     * @param lists the lists as they are now
     */
    public SiteView(
            LedgerState own,
            Follows follows,
            Supplier<List<FollowedList>> lists,
            PolicyInForce policy) {
        this.own = own;
        this.follows = follows;
        this.lists = lists;
        this.policy = policy;
    }

    /**
     * Asks by the policy in force, while no register moves. The function is short, and keeps only
     * what the registers returned.
     */
    public <T> T ask(BiFunction<Standing, SitePolicy, T> question) {
        return own.ask(
                register ->
                        follows.ask(
                                followed ->
                                        question.apply(
                                                new Standing(register, followed, lists.get()),
                                                policy.get())));
    }

    /** Asks what is no matter of policy. */
    public <T> T ask(Function<Standing, T> question) {
        return ask((standing, _) -> question.apply(standing));
    }

    /** The policy in force, for what is no matter of registers. */
    public SitePolicy policy() {
        return policy.get();
    }
}
