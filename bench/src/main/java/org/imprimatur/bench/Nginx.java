package org.imprimatur.bench;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * An nginx with files to give out, as Debian configures it, with one worker and in a directory of
 * its own.
 */
record Nginx(Process process, int port) implements Closeable {

    private static final Path PROGRAM = Path.of("/usr/sbin/nginx");

    static boolean isInstalled() {
        return Files.isExecutable(PROGRAM);
    }

    /**
     * Starts one; when this returns, it serves.
     *
     * @param home where it may write
     * @param files what it serves
     * @param settings more directives of its {@code http} block, such as {@code access_log}
     */
    static Nginx start(Path home, Path files, String settings)
            throws IOException, InterruptedException {
        Files.createDirectories(home);
        int port = freePort();
        var configuration = home.resolve("nginx.conf");
        Files.writeString(
                configuration,
                """
                daemon off;
                worker_processes 1;
                %4$s
                pid %1$s/pid;
                error_log %1$s/error.log;
                events { worker_connections 768; }
                http {
                    sendfile on;
                    tcp_nopush on;
                    client_body_temp_path %1$s/body;
                    proxy_temp_path %1$s/proxy;
                    fastcgi_temp_path %1$s/fastcgi;
                    uwsgi_temp_path %1$s/uwsgi;
                    scgi_temp_path %1$s/scgi;
                    %5$s
                    server { listen 127.0.0.1:%2$d; root %3$s; }
                }
                """
                        .formatted(
                                home,
                                port,
                                files,
                                // It would become somebody else, who may not read the files.
                                System.getProperty("user.name").equals("root") ? "user root;" : "",
                                settings));
        var log = home.resolve("log");
        var process =
                new ProcessBuilder(PROGRAM.toString(), "-c", configuration.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        for (int tries = 0; tries < 100; tries++) {
            try {
                new Socket(InetAddress.getLoopbackAddress(), port).close();
                return new Nginx(process, port);
            } catch (IOException e) {
                // Not yet.
                Thread.sleep(50);
            }
        }
        process.destroy();
        throw new IOException("nginx did not start: " + Files.readString(log));
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** CPU seconds of all its processes. */
    double cpu() {
        return BenchNode.family(process.toHandle());
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
