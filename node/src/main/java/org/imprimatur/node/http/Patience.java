package org.imprimatur.node.http;

import io.helidon.common.socket.SocketOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The options of each connection, and how long its client may be silent. Helidon 4.5.0 sets a read
 * timeout on clients' sockets only, so that a request that does not go on would keep its thread for
 * ever.
 *
 * <p>Within a body, and before the first request, reading itself is limited. To wait for each next
 * request so would set an alarm for each, which costs a quick answer a sixth of its time; between
 * answers one watch looks at all connections instead.
 */
final class Patience implements SocketOptions, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Patience.class);

    private final SocketOptions options;
    private final Duration silence;
    private final Map<SocketAddress, Line> lines = new ConcurrentHashMap<>();
    private final Thread watch;

    /**
     * Begins to watch.
     *
     * @param silence a client that is silent for so long is hung up on, between requests and within
     *     one
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

    /** A connection. */
    private final class Line {

        private final Socket socket;
        private volatile long since;
        private volatile boolean waiting;

        Line(Socket socket) {
            this.socket = socket;
            limit(silence);
        }

        /** As long as a read may wait; zero for ever. */
        private void limit(Duration reading) {
            try {
                socket.setSoTimeout(Math.toIntExact(reading.toMillis()));
            } catch (SocketException e) {
                LOG.debug("a connection is gone: {}", e.toString());
            }
        }

        void asked() {
            waiting = false;
            limit(silence);
        }

        void answered() {
            since = System.nanoTime();
            waiting = true;
            limit(Duration.ZERO);
        }

        boolean over() {
            return waiting && System.nanoTime() - since > silence.toNanos();
        }
    }

    /** A request from there is about to be answered. */
    void asked(SocketAddress client) {
        var line = lines.get(client);
        if (line != null) {
            line.asked();
        }
    }

    /** It is answered; the next has to come within the time. */
    void answered(SocketAddress client) {
        var line = lines.get(client);
        if (line != null) {
            line.answered();
        }
    }

    private void watch() {
        try {
            while (true) {
                Thread.sleep(silence.dividedBy(8));
                lines.values().removeIf(line -> line.socket.isClosed());
                lines.values().stream().filter(Line::over).forEach(Patience::hangUp);
            }
        } catch (InterruptedException _) {
            LOG.debug("connections are watched no more");
        }
    }

    private static void hangUp(Line line) {
        try {
            line.socket.close();
        } catch (IOException e) {
            LOG.debug("a silent connection cannot be closed: {}", e.toString());
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
            lines.put(channel.getRemoteAddress(), new Line(channel.socket()));
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
