package org.imprimatur.cli;

import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.imprimatur.node.Node;
import org.imprimatur.node.NodeConfig;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "serve",
        description = {
            "Run a node: a catalogue, a site, or both, as its configuration says.",
            "Stops on SIGTERM or Ctrl-C."
        },
        footerHeading = "%nExample:%n",
        footer = "  imprimatur serve --config /etc/imprimatur/node.yaml")
final class ServeCommand implements Callable<Integer> {

    @Mixin private final Output output = new Output();

    @Option(
            names = "--config",
            paramLabel = "FILE",
            required = true,
            description = "The node's configuration, YAML (docs/operators.md).")
    private @Nullable Path config;

    @Override
    public Integer call() throws InterruptedException {
        NodeLog.oneLineEach();
        NodeLog.from(java.util.logging.Level.INFO);
        try (var node = Node.start(NodeConfig.read(Objects.requireNonNull(config)), At.CLOCK)) {
            var address = Demo.url(node);
            output.line("%s is serving at %s", node.charter().origin(), address);
            output.document(
                    Output.object()
                            .put("ledger", node.charter().origin().text())
                            .put("url", address.toString()));
            output.out().flush();
            untilStopped();
        }
        return ExitCode.DONE.status();
    }

    /** Waits for the signal to stop; the JVM then waits for this thread to close what is open. */
    static void untilStopped() throws InterruptedException {
        var stop = new CountDownLatch(1);
        var waiting = Thread.currentThread();
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> {
                                    stop.countDown();
                                    try {
                                        waiting.join(20_000);
                                    } catch (InterruptedException e) {
                                        Thread.currentThread().interrupt();
                                    }
                                },
                                "stop"));
        stop.await();
    }
}
