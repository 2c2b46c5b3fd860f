package org.imprimatur.node.follow;

import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.imprimatur.node.catalogue.LedgerState;
import org.imprimatur.register.FollowedList;
import org.imprimatur.register.KnownFlaws;
import org.imprimatur.register.Standing;

/**
 * All that a node knows of images: its own ledger, the ledgers and lists that it follows, and the
 * flaws that it watches for, asked together at one moment. A catalogue that follows nobody knows
 * its own.
 *
 * @param lists the lists as they are now
 * @param flaws what is known of flaws now
 */
public record Ledgers(
        LedgerState own,
        Follows follows,
        Supplier<List<FollowedList>> lists,
        Supplier<KnownFlaws> flaws) {

    /** Asks while no register moves. The function is short, and keeps only what they returned. */
    public <T> T ask(Function<Standing, T> question) {
        return own.ask(
                register ->
                        follows.ask(
                                followed ->
                                        question.apply(
                                                new Standing(
                                                        register,
                                                        followed,
                                                        lists.get(),
                                                        flaws.get()))));
    }
}
