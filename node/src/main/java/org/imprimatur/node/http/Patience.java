package org.imprimatur.node.http;

import io.helidon.common.socket.SocketOptions;
import io.helidon.webserver.CloseConnectionException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The options of each connection, and how long its client may be silent, or take nothing of its
 * answer. Helidon 4.5.0 sets a read timeout on clients' sockets only, so that a request that does
 * not go on would keep its thread for ever.
 *
 * <p>Within a body, and before the first request, reading itself is limited. To wait for each next
 * request so would set an alarm for each, which costs a quick answer a sixth of its time, and to
 * write has no alarm; between answers, and while one is sent, one watch looks at all connections
 * instead.
 *
 * <p>Nor may a client be so quick that its thread keeps a carrier to itself, since a virtual thread
 * that always finds something to read never makes room for others.
 */
final class Patience implements SocketOptions, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Patience.class);

    /** Less than a request takes that the thread has parked for. */
    private static final Duration AT_ONCE = Duration.ofNanos(50_000);

    private static final int IN_A_ROW = 2;

    private final SocketOptions options;
    private final Duration silence;
    private final Map<SocketAddress, Line> lines = new ConcurrentHashMap<>();
    private final Thread watch;

    /**
     * Begins to watch.
     *
     * @param silence a client that is silent for so long is hung up on, between requests and within
     *     one, and one that takes nothing for so long
     */
    Patience(Duration silence) {
        this.silence = silence;
        options =
                SocketOptions.builder()
                        .readTimeout(silence)
                        // The end of an answer does not wait until its beginning is acknowledged,
                        // which takes 40 ms.
                        .tcpNoDelay(true)
                        .build();
        watch = Thread.ofVirtual().name("silent connections").start(this::watch);
    }

    /** A connection. One thread at a time reads and writes it. */
    final class Line {

        private final SocketChannel channel;
        private volatile long since;
        private volatile boolean waiting;

        /** Requests, one after the other, that were there at once. */
        private int unawaited;

        private Line(SocketChannel channel) {
            this.channel = channel;
            limit(silence);
        }

        /** As long as a read may wait; zero for ever. */
        private void limit(Duration reading) {
            try {
                channel.socket().setSoTimeout(Math.toIntExact(reading.toMillis()));
            } catch (SocketException e) {
                LOG.debug("a connection is gone: {}", e.toString());
            }
        }

        /** A request is about to be answered. */
        void asked() {
            waiting = false;
            boolean atOnce = System.nanoTime() - since < AT_ONCE.toNanos();
            unawaited = atOnce ? unawaited + 1 : 0;
            limit(silence);
        }

        /** It is answered; the next has to come within the time. */
        void answered() {
            waits();
            limit(Duration.ZERO);
        }

        /**
         * Leaves the carrier to others, now and then. To yield would leave it only to those that it
         * has taken up already.
         */
        void makeRoom() {
            if (unawaited >= IN_A_ROW) {
                unawaited = 0;
                LockSupport.parkNanos(1);
            }
        }

        /** What comes next is up to the client, which has the time for it from now on. */
        void waits() {
            since = System.nanoTime();
            waiting = true;
        }

        /** Sends all that is left in the buffer; the client has to take something in time. */
        void send(ByteBuffer bytes) throws IOException {
            int end = bytes.limit();
            while (bytes.position() < end) {
                // The JVM has room for a copy of what is in the heap, as large as what it is given.
                bytes.limit(Math.min(end, bytes.position() + Body.PIECE));
                waits();
                channel.write(bytes);
            }
        }

        /** A stream of which the client has to take each piece in time, however late it comes. */
        OutputStream watched(OutputStream out) {
            return new FilterOutputStream(out) {

                @Override
                public void write(int one) throws IOException {
                    write(new byte[] {(byte) one}, 0, 1);
                }

                @Override
                public void write(byte[] bytes, int offset, int length) throws IOException {
                    for (int at = 0; at < length; at += Body.PIECE) {
                        waits();
                        out.write(bytes, offset + at, Math.min(Body.PIECE, length - at));
                    }
                    waiting = false;
                }

                @Override
                public void flush() throws IOException {
                    waits();
                    out.flush();
                    waiting = false;
                }

                @Override
                public void close() throws IOException {
                    // What is left is sent after this.
                    waits();
                    out.close();
                }
            };
        }

        private boolean over() {
            return waiting && System.nanoTime() - since > silence.toNanos();
        }

        private void hangUp() {
            try {
                channel.close();
            } catch (IOException e) {
                LOG.debug("a silent connection cannot be closed: {}", e.toString());
            }
        }
    }

    /**
     * The connection with that client.
     *
     * @throws CloseConnectionException when there is none any more
     */
    Line line(SocketAddress client) {
        var line = lines.get(client);
        if (line == null) {
            throw new CloseConnectionException("the client is gone");
        }
        return line;
    }

    private void watch() {
        try {
            while (true) {
                Thread.sleep(silence.dividedBy(8));
                lines.values().removeIf(line -> !line.channel.isOpen());
                lines.values().stream().filter(Line::over).forEach(Line::hangUp);
            }
        } catch (InterruptedException _) {
            LOG.debug("connections are watched no more");
        }
    }

    @Override
    public void close() {
        watch.interrupt();
    }

    @Override
    public void configureSocket(SocketChannel channel) {
        options.configureSocket(channel);
        try {
            lines.put(channel.getRemoteAddress(), new Line(channel));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Map<SocketOption<?>, Object> socketOptions() {
        return options.socketOptions();
    }

    @Override
    public Duration connectTimeout() {
        return options.connectTimeout();
    }

    @Override
    public Duration readTimeout() {
        return options.readTimeout();
    }

    @Override
    public Optional<Integer> socketReceiveBufferSize() {
        return options.socketReceiveBufferSize();
    }

    @Override
    public Optional<Integer> socketSendBufferSize() {
        return options.socketSendBufferSize();
    }

    @Override
    public boolean socketReuseAddress() {
        return options.socketReuseAddress();
    }

    @Override
    public boolean socketKeepAlive() {
        return options.socketKeepAlive();
    }

    @Override
    public boolean tcpNoDelay() {
        return options.tcpNoDelay();
    }
}
