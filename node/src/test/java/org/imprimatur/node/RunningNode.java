package org.imprimatur.node;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A node in a process of its own, which listens, and can be killed with SIGKILL. */
final class RunningNode implements AutoCloseable {

    private final Process process;
    private final int port;

    /** Starts the node of a configuration file in that directory, and waits until it listens. */
    RunningNode(Path directory, String config) throws IOException {
        var log = directory.resolve("node.log");
        process =
                JavaProcess.of(NodeProcess.class, directory.resolve(config))
                        .redirectError(log.toFile())
                        .start();
        var out =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line = out.readLine();
        while (line != null && !line.startsWith("PORT ")) {
            line = out.readLine();
        }
        if (line == null) {
            throw new IOException("the node did not start: " + Files.readString(log));
        }
        port = Integer.parseInt(line.substring(5));
    }

    int port() {
        return port;
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
    }
}
