package org.imprimatur.node.instance;

import java.util.List;
import org.imprimatur.register.Reason;

/** Whether what runs may go on. */
sealed interface Verdict {

    /** It may. */
    record Passes() implements Verdict {}

    /** It may not. */
    record Fails(List<Reason> reasons) implements Verdict {}

    /**
     * What it lacks may be in a ledger that was never seen whole: what was found before stands. A
     * site that begins to follow a ledger must condemn nothing for what it has not read yet.
     */
    record Unknown() implements Verdict {}
}
