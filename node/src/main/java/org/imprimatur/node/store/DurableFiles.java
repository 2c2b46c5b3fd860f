package org.imprimatur.node.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** Makes files and directories outlive a power cut. */
public final class DurableFiles {

    private DurableFiles() {}

    /** Waits until a file's bytes, or a directory's names, are on disk. */
    public static void sync(@Nullable Path path) throws IOException {
        if (path != null) {
            try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }
}
