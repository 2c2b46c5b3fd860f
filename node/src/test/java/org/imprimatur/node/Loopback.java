package org.imprimatur.node;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/** What listens on this machine alone, at a port that is free. */
public final class Loopback {

    private Loopback() {}

    /** Hands over each connection on a thread of its own, until the socket is closed. */
    static ServerSocket serve(Consumer<Socket> each) {
        var server = listen();
        Thread.ofVirtual()
                .start(
                        () -> {
                            while (!server.isClosed()) {
                                try {
                                    var socket = server.accept();
                                    Thread.ofVirtual().start(() -> each.accept(socket));
                                } catch (IOException e) {
                                    return;
                                }
                            }
                        });
        return server;
    }

    /** An HTTP server that answers each request on a thread of its own. */
    static HttpServer http(String path, HttpHandler handler) {
        try {
            var server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
            server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            server.createContext(path, handler);
            server.start();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A port on which nothing listens. */
    public static int freePort() {
        try (var socket = listen()) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A port that is taken, until it is closed. */
    public static ServerSocket listen() {
        try {
            return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
