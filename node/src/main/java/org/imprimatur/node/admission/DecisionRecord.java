package org.imprimatur.node.admission;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.imprimatur.node.store.Database;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes decisions down behind the backs of those who asked: they wait for memory, not for the
 * disk. A killed process loses the decisions of its last moments, at most those of one batch and of
 * the queue; when the database does not keep up, the queue fills and no more decisions are given.
 */
final class DecisionRecord implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DecisionRecord.class);
    private static final int LONGEST_QUEUE = 16_384;
    private static final int LARGEST_BATCH = 1024;

    /** Where so many come together, more will come at once, which are cheaper written together. */
    private static final int MANY = 8;

    /** So many are worth a transaction of their own. */
    private static final int ENOUGH = 256;

    private static final Duration GATHERING = Duration.ofMillis(20);
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final Duration PAUSE = Duration.ofMillis(500);

    private final Database database;
    private final BlockingQueue<Given> queue = new ArrayBlockingQueue<>(LONGEST_QUEUE);
    private final Thread thread;
    private volatile boolean closing;

    DecisionRecord(Database database) {
        this.database = database;
        thread = Thread.ofPlatform().daemon().name("decisions").start(this::run);
    }

    /** Takes a decision to be written; false when there is no room for it. */
    boolean add(Given given) {
        try {
            return queue.offer(given)
                    || queue.offer(given, PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    int waiting() {
        return queue.size();
    }

    private void run() {
        List<Given> batch = new ArrayList<>();
        while (!closing || !queue.isEmpty() || !batch.isEmpty()) {
            try {
                if (batch.isEmpty()) {
                    var first = queue.poll(100, TimeUnit.MILLISECONDS);
                    if (first == null) {
                        continue;
                    }
                    batch.add(first);
                    queue.drainTo(batch, LARGEST_BATCH - 1);
                    if (batch.size() >= MANY && batch.size() < ENOUGH) {
                        LockSupport.parkNanos(GATHERING.toNanos());
                        queue.drainTo(batch, LARGEST_BATCH - batch.size());
                    }
                }
                var whole = List.copyOf(batch);
                database.change(
                        db -> {
                            new DecisionTable(db).add(whole);
                        });
                batch.clear();
            } catch (InterruptedException _) {
                LOG.debug("decisions are written to the end");
            } catch (RuntimeException e) {
                LOG.error("{} decisions cannot be written yet", batch.size(), e);
                if (closing) {
                    break;
                }
                pause();
            }
        }
    }

    private static void pause() {
        LockSupport.parkNanos(PAUSE.toNanos());
    }

    @Override
    public void close() {
        closing = true;
        try {
            thread.join(Duration.ofSeconds(30));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
