package org.imprimatur.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HexFormat;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.imprimatur.disk.ContentTree;
import org.imprimatur.disk.ContentTreeFile;
import org.imprimatur.disk.DiskImage;
import org.imprimatur.disk.Limits;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "tree",
        description = {
            "Write the content tree of an image, to stand beside it wherever it is served.",
            "Sites that have another version of it then fetch only the blocks that differ, where it is"
                    + " not compressed. Needs no signature: the endorsement names its root."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  imprimatur tree image.raw",
            "  imprimatur tree image.raw --to /srv/www/images/image.raw.tree"
        })
final class TreeCommand implements Callable<Integer> {

    @Mixin private final Output output = new Output();

    @Parameters(
            paramLabel = "IMAGE",
            description = "The image file, raw, qcow2, VMDK, VHD, VHDX, VDI or OVA.")
    private @Nullable Path image;

    @Option(
            names = "--to",
            paramLabel = "FILE",
            description = "Where the tree goes (default: IMAGE.tree).")
    private @Nullable Path to;

    @Override
    public Integer call() throws IOException {
        var file = Objects.requireNonNull(image);
        var target =
                to == null ? file.resolveSibling(file.getFileName() + ContentTreeFile.SUFFIX) : to;
        var tree = tree(file);
        write(tree, target.toAbsolutePath());
        var root = HexFormat.of().formatHex(tree.root());
        output.line("content   %s", root);
        output.line("written   %s, %d bytes", target, Files.size(target));
        output.document(
                Output.object()
                        .put("contentRoot", root)
                        .put("virtualBytes", tree.diskSize())
                        .put("tree", target.toString())
                        .put("treeBytes", Files.size(target)));
        return ExitCode.DONE.status();
    }

    private ContentTree tree(Path file) throws IOException {
        int tasks = Runtime.getRuntime().availableProcessors();
        try (var disk = DiskImage.openDisk(file, Limits.DEFAULT);
                var workers = Executors.newFixedThreadPool(tasks)) {
            return ContentTree.of(
                    disk, workers, tasks, Progress.ofBytes(output.err(), "digesting"));
        }
    }

    private static void write(ContentTree tree, Path target) throws IOException {
        var temporary = Files.createTempFile(target.getParent(), ".tree", ".tmp");
        try {
            try (var out = new BufferedOutputStream(Files.newOutputStream(temporary))) {
                ContentTreeFile.write(tree, out);
            }
            // Readable by the server, as a file that anybody writes is.
            Files.setPosixFilePermissions(
                    temporary,
                    java.nio.file.attribute.PosixFilePermissions.fromString("rw-r--r--"));
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }
}
