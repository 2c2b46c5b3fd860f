package org.imprimatur.cli;

import java.math.BigDecimal;
import java.security.Security;
import java.util.Set;
import org.imprimatur.inspect.rules.Profile;

/**
 * What the JDK takes long to make ready, and what every short command would wait for, is begun
 * beside the reading of the command line. Who needs it before it is ready waits in the JDK as if
 * there were no head start; nothing else depends on it.
 */
final class HeadStart {

    /** The commands that check certificates whatever they are asked. */
    private static final Set<String> CHECKING = Set.of("verify", "list");

    /** The commands that judge images, mostly by the profile that is the default. */
    private static final Set<String> JUDGING = Set.of("inspect", "endorse");

    private HeadStart() {}

    /** Returns at once. Nobody need wait for the thread, not even the end of the program. */
    static Thread begin(String... args) {
        var command = args.length == 0 ? "" : args[0];
        return Thread.ofPlatform().name("head start").daemon().start(() -> prepare(command));
    }

    private static void prepare(String command) {
        if (command.isEmpty() || command.startsWith("-")) {
            return;
        }
        // Every reader of JSON and YAML needs this class, which computes a table of powers of five,
        // the last of 152,000 bits, when it is initialised.
        var _ = BigDecimal.ZERO;
        if (JUDGING.contains(command)) {
            // Its text is parsed, and the catalogue of rules made.
            var _ = Profile.EGI_1;
        }
        if (CHECKING.contains(command)) {
            // The keys of ledgers.
            var _ = Security.getProvider("SunEC");
            // At the first certificate the JDK asks whether to log it, and so looks for a logging
            // service in every jar.
            var _ = System.getLogger("jdk.event.security");
        }
    }
}
