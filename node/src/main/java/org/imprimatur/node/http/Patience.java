package org.imprimatur.node.http;

import io.helidon.common.socket.SocketOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketOption;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * The options of each connection, with a read timeout that holds. Helidon 4.5.0 sets it on clients'
 * sockets only, so that a request that does not go on would keep its thread for ever.
 */
record Patience(SocketOptions options) implements SocketOptions {

    /** A client that is silent for so long is hung up on, between requests and within one. */
    static Patience of(Duration silence) {
        return new Patience(
                SocketOptions.builder()
                        .readTimeout(silence)
                        // The end of an answer does not wait until its beginning is acknowledged,
                        // which takes 40 ms.
                        .tcpNoDelay(true)
                        .build());
    }

    @Override
    public void configureSocket(SocketChannel channel) {
        options.configureSocket(channel);
        try {
            channel.socket().setSoTimeout(Math.toIntExact(readTimeout().toMillis()));
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
