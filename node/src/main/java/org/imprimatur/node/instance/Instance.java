package org.imprimatur.node.instance;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Person;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.UseClass;
import org.jspecify.annotations.Nullable;

/**
 * One run of an image. Image, class and operator are those of the decision that permitted it, so
 * that nobody can have one thing permitted and register another (EGI-2.operator, EGI-4.5).
 *
 * @param report what the hypervisor told
 * @param converted the file that it runs from, where the site made it of the image; else null
 * @param operator who is responsible for it from its start to its end
 * @param registeredAt when the site learned of it: before it runs
 * @param startedAt when the hypervisor said that it runs; null until then
 * @param stoppedAt when it ended; null while it may run
 * @param condemned that it no longer passes, or did not when it ended; null while it passes
 */
public record Instance(
        Report report,
        Sha512 image,
        @Nullable Sha512 converted,
        UseClass useClass,
        String operator,
        Instant registeredAt,
        @Nullable Instant startedAt,
        @Nullable Instant stoppedAt,
        @Nullable Condemnation condemned) {

    /**
     * What whoever starts a machine tells of it.
     *
     * @param id chosen by the caller, so that what is sent twice is there once
     * @param decision the permit that it rests on
     * @param host where it runs
     * @param machine the hypervisor's own name for the machine, which stays from run to run
     * @param contextualisation SHA-256 of what made this machine of the image; null where nothing
     *     did (EGI-4.4, EGI-4.5)
     * @param consumers who uses it, where that is known (EGI-2.consumer)
     */
    public record Report(
            UUID id,
            UUID decision,
            String host,
            String machine,
            @Nullable Sha256 contextualisation,
            List<String> consumers) {

        /** The most consumers of one instance. */
        public static final int MAX_CONSUMERS = 64;

        public Report {
            line("host", host, 255);
            line("machine", machine, 255);
            consumers = List.copyOf(consumers);
            if (consumers.size() > MAX_CONSUMERS) {
                throw new MalformedInput(
                        "consumers",
                        "at most " + MAX_CONSUMERS,
                        Integer.toString(consumers.size()));
            }
            for (int i = 0; i < consumers.size(); i++) {
                line("consumers[" + i + "]", consumers.get(i), Person.MAX_NAME);
            }
        }

        private static void line(String member, String text, int most) {
            boolean good =
                    !text.isBlank()
                            && text.length() <= most
                            && text.chars().noneMatch(Character::isISOControl);
            if (!good) {
                throw new MalformedInput(
                        member,
                        "a line of 1 to %d characters".formatted(most),
                        MalformedInput.quoted(text));
            }
        }
    }

    /** Whether it may run now: registered, and not known to have ended. */
    public boolean running() {
        return stoppedAt == null;
    }
}
