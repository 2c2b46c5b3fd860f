package org.imprimatur.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.imprimatur.disk.DiskLayer;
import org.imprimatur.disk.ImageException;

/**
 * The files that make up a disk: the one at the bottom, whose digest decides, and the overlays upon
 * it, which hold what the machine has written.
 *
 * @param base the real path of the file at the bottom
 * @param overlays the real paths of those above it, the topmost first
 * @param overlaysHoldData whether a guest sees anything in them that is not in the base
 */
record ImageChain(Path base, List<Path> overlays, boolean overlaysHoldData) {

    private static final int MAX_LAYERS = 32;

    ImageChain {
        overlays = List.copyOf(overlays);
    }

    /**
     * Follows the chain as QEMU would.
     *
     * @throws CommandFailure when it cannot be told with certainty which files QEMU would open, and
     *     as what
     */
    static ImageChain of(LibvirtDomain.Disk disk) throws IOException {
        var overlays = new ArrayList<Path>();
        boolean holdData = false;
        var named = disk.below();
        Path at = path(disk.target(), disk.file());
        String format = disk.format();
        for (int i = 0; i < MAX_LAYERS; i++) {
            var real = real(disk.target(), at);
            var layer = layer(disk.target(), real);
            if (layer.qcow2() != format.equals("qcow2")) {
                throw refused(
                        disk.target(),
                        "%s is %sa qcow2 file and would be opened as '%s'"
                                .formatted(at, layer.qcow2() ? "" : "not ", format));
            }
            var backing = layer.backing();
            checkNamed(disk, i, at, backing != null);
            if (backing == null) {
                return new ImageChain(real, overlays, holdData);
            }
            overlays.add(real);
            holdData |= layer.holdsData();
            var next = below(disk.target(), at, backing);
            format =
                    named != null ? named.get(i).format() : backingFormat(disk.target(), at, layer);
            if (named != null
                    && !Files.isSameFile(
                            real(disk.target(), path(disk.target(), named.get(i).file())),
                            real(disk.target(), next))) {
                throw refused(
                        disk.target(),
                        "the domain names %s below %s, which itself names %s"
                                .formatted(named.get(i).file(), at, next));
            }
            at = next;
        }
        throw refused(disk.target(), "more than %d files upon each other".formatted(MAX_LAYERS));
    }

    /** The domain, where it names the files, and the files must tell the same chain. */
    private static void checkNamed(
            LibvirtDomain.Disk disk, int layer, Path at, boolean hasBacking) {
        var named = disk.below();
        if (named != null && named.size() > layer != hasBacking) {
            throw refused(
                    disk.target(),
                    hasBacking
                            ? "the domain names no file below %s, which itself names one"
                                    .formatted(at)
                            : "the domain names a file below %s, which itself names none"
                                    .formatted(at));
        }
    }

    private static DiskLayer layer(String target, Path file) throws IOException {
        try {
            return DiskLayer.read(file);
        } catch (ImageException e) {
            throw refused(target, file + ": " + e.explanation());
        }
    }

    private static String backingFormat(String target, Path at, DiskLayer layer) {
        if (layer.backingFormat() == null) {
            throw refused(
                    target,
                    "%s does not say of what format the file below is (qemu-img rebase -u -b %s -F"
                                    .formatted(at, layer.backing())
                            + " FORMAT says it)");
        }
        return layer.backingFormat();
    }

    /** The file that a header names, as QEMU finds it: relative names from where its overlay is. */
    private static Path below(String target, Path overlay, String name) {
        var plain = name.startsWith("file:/") ? name.substring("file:".length()) : name;
        int colon = plain.indexOf(':');
        int slash = plain.indexOf('/');
        if (colon >= 0 && (slash < 0 || colon < slash)) {
            throw refused(
                    target, "%s names '%s' below it, which is no path".formatted(overlay, name));
        }
        return Objects.requireNonNull(overlay.getParent()).resolve(path(target, plain));
    }

    private static Path path(String target, String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException _) {
            throw refused(target, "'%s' is no path".formatted(text));
        }
    }

    private static Path real(String target, Path path) throws IOException {
        if (!path.isAbsolute()) {
            throw refused(target, "'%s' is no absolute path".formatted(path));
        }
        try {
            return path.toRealPath();
        } catch (IOException e) {
            throw refused(target, "there is no file %s".formatted(path));
        }
    }

    static CommandFailure refused(String target, String why) {
        return new CommandFailure(ExitCode.NO, "disk %s: %s".formatted(target, why));
    }
}
