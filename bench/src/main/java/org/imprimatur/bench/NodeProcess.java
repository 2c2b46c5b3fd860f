package org.imprimatur.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.InstantSource;
import org.imprimatur.node.Node;
import org.imprimatur.node.NodeConfig;

/** A node in a process of its own, which ends when its standard input does. */
final class NodeProcess {

    private NodeProcess() {}

    /** Takes the configuration file; prints the port as the only line. */
    public static void main(String[] args) throws IOException {
        try (var node = Node.start(NodeConfig.read(Path.of(args[0])), InstantSource.system())) {
            System.out.println(node.address().getPort());
            System.in.transferTo(OutputStream.nullOutputStream());
        }
    }
}
