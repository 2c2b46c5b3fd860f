package org.imprimatur.node;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.imprimatur.node.config.BadConfiguration;
import org.imprimatur.node.config.YamlMember;
import org.imprimatur.node.policy.PolicyInForce;
import org.imprimatur.register.Origin;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at a site's file again and again: what is new and right in it counts without a restart.
 *
 * <p>A file is taken when two looks have found the same in it, so that none is taken that is being
 * written. One with faults changes nothing but is told: in the log, the metrics and the API.
 */
final class SiteFile implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SiteFile.class);

    private final Path file;
    private final Origin own;
    private final SiteConfig config;
    private final PolicyInForce policy;
    private final Duration every;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;

    // Both of the one thread that looks; null for nothing.
    private @Nullable String seen;
    private @Nullable String judged;

    /**
     * Begins to look.
     *
     * @param config what the file said when the node started
     */
    SiteFile(Path file, Origin own, SiteConfig config, PolicyInForce policy, Duration every) {
        this.file = file.toAbsolutePath();
        this.own = own;
        this.config = config;
        this.policy = policy;
        this.every = every;
        thread = Thread.ofVirtual().name("site-file").start(this::run);
    }

    private void run() {
        try {
            while (!closed.await(every.toMillis(), TimeUnit.MILLISECONDS)) {
                lookSafely();
            }
        } catch (InterruptedException _) {
            LOG.debug("the site's file is looked at no more");
        }
    }

    private void lookSafely() {
        try {
            look();
        } catch (RuntimeException e) {
            LOG.error("the site's file cannot be looked at; it stays as it was", e);
        }
    }

    private void look() {
        String now;
        try {
            now = YamlMember.text(file);
        } catch (BadConfiguration e) {
            judged = null; // whatever is there next is judged anew, also when it is what was there
            refuse(e);
            return;
        }
        boolean still = now.equals(seen);
        seen = now;
        if (!still || now.equals(judged)) {
            return;
        }
        try {
            take(SiteConfig.of(YamlMember.parse(file.toString(), now), Optional.of(own)));
        } catch (BadConfiguration e) {
            refuse(e);
        }
        judged = now;
    }

    private void take(SiteConfig next) {
        if (!next.policy().site().equals(config.policy().site())) {
            throw new BadConfiguration(
                    "%s: \"owner\" was %s when the node started and is %s; start the node again"
                            .formatted(file, config.policy().site(), next.policy().site()));
        }
        if (next.policy().digest().equals(policy.get().digest())) {
            policy.note(List.of());
            return;
        }
        policy.exchange(next.policy(), next.policyText());
        LOG.info("the site's policy is {} now", next.policy().digest());
        var waiting = config.needingRestart(next);
        if (!waiting.isEmpty()) {
            LOG.warn("of the site's file {} count from the next start on", waiting);
        }
    }

    private void refuse(BadConfiguration bad) {
        if (bad.faults().equals(policy.faults())) {
            return;
        }
        policy.note(bad.faults());
        bad.faults()
                .forEach(
                        fault ->
                                LOG.error(
                                        "the site's file is not taken, and its policy stays as it was: {}",
                                        fault));
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            thread.join(Duration.ofSeconds(10));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
