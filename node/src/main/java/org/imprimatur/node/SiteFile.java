package org.imprimatur.node;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.imprimatur.node.config.BadConfiguration;
import org.imprimatur.node.config.YamlMember;
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
    private final SiteExchange exchange;
    private final Duration every;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;

    // All of the one thread that looks; null for nothing.
    private @Nullable String seen;
    private @Nullable String judged;

    // Then what was followed may have stopped, though the file is as it was again.
    private boolean brokenOff;

    /**
     * Begins to look.
     *
     * @param own the node's ledger
     */
    SiteFile(Path file, Origin own, SiteExchange exchange, Duration every) {
        this.file = file.toAbsolutePath();
        this.own = own;
        this.exchange = exchange;
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
            brokenOff = true;
            judged = null; // what is there is taken again, also when it was judged before
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
        var inForce = exchange.inForce().get();
        unchanged("owner", inForce.policy().site(), next.policy().site());
        unchanged("store", inForce.store(), next.store());
        if (next.policy().digest().equals(inForce.policy().digest()) && !brokenOff) {
            exchange.policy().note(List.of());
            return;
        }
        exchange.take(next);
        brokenOff = false;
        LOG.info("the site's file is in force anew, with the digest {}", next.policy().digest());
    }

    private void unchanged(String member, Object before, Object now) {
        if (!now.equals(before)) {
            throw new BadConfiguration(
                    "%s: \"%s\" was %s when the node started and is %s; start the node again"
                            .formatted(file, member, before, now));
        }
    }

    private void refuse(BadConfiguration bad) {
        if (bad.faults().equals(exchange.policy().faults())) {
            return;
        }
        exchange.policy().note(bad.faults());
        bad.faults()
                .forEach(
                        fault ->
                                LOG.error(
                                        "the site's file is not taken, and all stays as it was: {}",
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
