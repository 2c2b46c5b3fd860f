package org.imprimatur.node;

import java.nio.file.Path;
import java.time.InstantSource;

/** A node in a process of its own, for tests that kill it. Prints its port, and stays. */
public final class NodeProcess {

    private NodeProcess() {}

    /** Starts the node of a configuration file. */
    public static void main(String[] args) {
        var node = Node.start(NodeConfig.read(Path.of(args[0])), InstantSource.system());
        Runtime.getRuntime().addShutdownHook(new Thread(node::close));
        System.out.println("PORT " + node.address().getPort());
        System.out.flush();
    }
}
