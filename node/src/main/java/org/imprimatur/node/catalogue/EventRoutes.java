package org.imprimatur.node.catalogue;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.imprimatur.node.http.Answer;
import org.imprimatur.node.http.Json;
import org.imprimatur.node.http.Problem;
import org.imprimatur.node.http.ProblemException;
import org.imprimatur.node.http.Request;
import org.imprimatur.register.Recorded;

/**
 * {@code /api/v1/events}: each entry as a server-sent event, from where the reader left off.
 *
 * <p>A reader has no queue here: it pulls from the register what it has not had, so a slow one
 * costs a thread and nothing more, and one that takes no bytes for half a minute is dropped. What
 * other nodes of the same database append comes too, as soon as the sequencer has taken it over.
 *
 * <p>At a site, a reader is also told when other instances are condemned than before. That is no
 * entry: the event has no id, and is not repeated for those who come later.
 */
public final class EventRoutes implements AutoCloseable {

    private static final int MOST_READERS = 1000;
    private static final int AT_ONCE = 100;
    private static final Duration HEARTBEAT = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final LedgerState state;
    private final Semaphore room = new Semaphore(MOST_READERS);
    private final Set<Reader> readers = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService watch;
    private volatile Condemned condemned = new Condemned(0, 0);
    private volatile boolean closed;

    /** How many instances are condemned, after so many changes. */
    private record Condemned(long changes, int instances) {}

    /** Events of this ledger. */
    public EventRoutes(LedgerState state) {
        this.state = state;
        watch =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofVirtual().name("event-readers").factory());
        watch.scheduleWithFixedDelay(this::dropStalled, 5, 5, TimeUnit.SECONDS);
    }

    /** The stream; without a {@code Last-Event-ID} it begins with what is admitted from now on. */
    public Answer stream(Request request) {
        request.checkQuery();
        long next =
                request.header("Last-Event-ID")
                        .map(EventRoutes::next)
                        .orElseGet(() -> state.head().size());
        return new Answer.Stream(
                "text/event-stream",
                Map.of("Cache-Control", "no-store", "X-Accel-Buffering", "no"),
                out -> serve(next, out));
    }

    /** Tells all who read now that other instances are condemned than before, and how many. */
    public synchronized void condemned(int instances) {
        condemned = new Condemned(condemned.changes() + 1, instances);
        state.wake();
    }

    private static long next(String lastEventId) {
        try {
            long last = Long.parseLong(lastEventId.strip());
            if (last >= -1 && last < Long.MAX_VALUE) {
                return last + 1;
            }
        } catch (NumberFormatException _) {
            // answered below
        }
        throw new ProblemException(
                Problem.malformed("Last-Event-ID is not the index of an entry, or -1 for all"));
    }

    private void serve(long from, OutputStream out) throws IOException {
        if (!room.tryAcquire()) {
            out.write("retry: 30000\n\n".getBytes(UTF_8));
            return;
        }
        var reader = new Reader(Thread.currentThread(), out);
        readers.add(reader);
        try {
            reader.write("retry: 1000\n\n");
            long next = from;
            var known = condemned;
            while (!closed) {
                var told = known;
                state.awaitMoreThan(next, () -> !condemned.equals(told), HEARTBEAT);
                var text = new StringBuilder();
                for (var entry : entries(next)) {
                    event(text, entry);
                    next = entry.index() + 1;
                }
                known = condemned;
                if (!known.equals(told)) {
                    event(text, known);
                }
                reader.write(text.isEmpty() ? ": alive\n\n" : text.toString());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // dropped, or the node is closing
        } finally {
            readers.remove(reader);
            room.release();
        }
    }

    private List<Recorded<?>> entries(long from) {
        return state.ask(
                register -> {
                    var entries = new ArrayList<Recorded<?>>();
                    long end = Math.min(register.size(), from + AT_ONCE);
                    for (long index = from; index < end; index++) {
                        register.statement(index).ifPresent(entries::add);
                    }
                    return entries;
                });
    }

    private static void event(StringBuilder text, Recorded<?> entry) {
        var statement = entry.statement();
        var subject = statement.subject();
        var data =
                Json.object()
                        .put("index", entry.index())
                        .put("id", entry.id().hex())
                        .put("kind", statement.kind().wire());
        data.putObject("subject").put("name", subject.name()).put("digest", subject.digest());
        data.put("admittedAt", entry.admittedAt().toString());
        text.append("id: ")
                .append(entry.index())
                .append("\nevent: ")
                .append(statement.kind().wire())
                .append("\ndata: ")
                .append(new String(Json.bytes(data), UTF_8))
                .append("\n\n");
    }

    private static void event(StringBuilder text, Condemned condemned) {
        text.append("event: instances\ndata: ")
                .append(
                        new String(
                                Json.bytes(Json.object().put("condemned", condemned.instances())),
                                UTF_8))
                .append("\n\n");
    }

    private void dropStalled() {
        for (var reader : readers) {
            if (reader.stalled()) {
                // A virtual thread that is interrupted while it writes closes its socket.
                reader.thread.interrupt();
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        watch.shutdownNow();
        readers.forEach(reader -> reader.thread.interrupt());
    }

    /** One open stream. */
    private static final class Reader {

        private final Thread thread;
        private final OutputStream out;
        private volatile long writingSince;

        Reader(Thread thread, OutputStream out) {
            this.thread = thread;
            this.out = out;
        }

        void write(String text) throws IOException {
            writingSince = System.nanoTime() | 1; // never 0
            out.write(text.getBytes(UTF_8));
            out.flush();
            writingSince = 0;
        }

        boolean stalled() {
            long since = writingSince;
            return since != 0 && System.nanoTime() - since > PATIENCE.toNanos();
        }
    }
}
