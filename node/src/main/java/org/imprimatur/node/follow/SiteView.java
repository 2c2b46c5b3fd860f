package org.imprimatur.node.follow;

import java.util.function.Function;
import org.imprimatur.node.catalogue.LedgerState;
import org.imprimatur.register.Standing;

/** A site's own register and those it follows, asked together at one moment. */
public final class SiteView {

    private final LedgerState own;
    private final Follows follows;

    /** Joins the two. */
    public SiteView(LedgerState own, Follows follows) {
        this.own = own;
        this.follows = follows;
    }

    /**
     * Asks, while no register moves. The function is short, and keeps only what the registers
     * returned.
     */
    public <T> T ask(Function<Standing, T> question) {
        return own.ask(
                register ->
                        follows.ask(followed -> question.apply(new Standing(register, followed))));
    }
}
