package org.imprimatur.cli;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The script that libvirt calls. It stands as {@code qemu}, or in {@code qemu.d} where somebody
 * else's script has that name (libvirt 6.5 calls both).
 *
 * @param command the command that it calls
 * @param config that command's configuration
 */
record HookScript(Path command, Path config) {

    private static final String MARK =
            "# Imprimatur: asks the site before a domain starts, and tells it when one ends.";
    private static final int MAX_BYTES = 1 << 20;

    /**
     * Where it was put.
     *
     * @param isNew whether there was none of ours before
     */
    record Placed(Path file, boolean isNew) {}

    private String text() {
        return """
               #!/bin/sh
               %s
               # Written by 'imprimatur site install-hook'; changes are lost when it is run again.
               ask() {
                   %s hook libvirt --config %s -- "$@"
               }
               case "${2:-}" in
                   # Only here a machine is refused: restored ones and those that move in are prepared, too.
                   prepare)
                       ask "$@" >&2
                       exit ;;
                   # libvirt ends a machine whose hook fails here, and hides what a hook says that does not.
                   started | release | reconnect | attach)
                       ask "$@" 2>&1 | logger -t imprimatur ;;
               esac
               # What is put out would take the place of the machine's definition.
               cat > /dev/null
               """
                .formatted(MARK, quoted(command), quoted(config));
    }

    /** As one word of a shell. */
    private static String quoted(Path path) {
        return "'" + path.toString().replace("'", "'\\''") + "'";
    }

    /**
     * Puts it in place, by one step: libvirt sees the old one or the whole new one.
     *
     * @throws CommandFailure when somebody else's script stands in both places
     */
    Placed place(Path hooks) throws IOException {
        Files.createDirectories(hooks);
        var usual = hooks.resolve("qemu");
        if (!isOthers(usual)) {
            return placed(usual);
        }
        var beside = hooks.resolve("qemu.d").resolve("imprimatur");
        Files.createDirectories(hooks.resolve("qemu.d"));
        if (isOthers(beside)) {
            throw new CommandFailure(
                    ExitCode.NO,
                    "%s and %s are another's and stay as they are; move one of them away"
                            .formatted(usual, beside));
        }
        return placed(beside);
    }

    private static boolean isOthers(Path file) throws IOException {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return true;
        }
        try (var in = Files.newInputStream(file)) {
            var text =
                    new String(in.readNBytes(MAX_BYTES), java.nio.charset.StandardCharsets.UTF_8);
            return text.lines().noneMatch(MARK::equals);
        }
    }

    private Placed placed(Path file) throws IOException {
        boolean isNew = !Files.exists(file, LinkOption.NOFOLLOW_LINKS);
        var directory = file.getParent();
        var temporary = Files.createTempFile(directory, ".imprimatur", ".new");
        try {
            Files.writeString(temporary, text());
            try (var channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
            if (isNew) {
                // Unlike a rename, a link never takes the place of what came there meanwhile.
                Files.createLink(file, temporary);
            } else {
                Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (FileAlreadyExistsException e) {
            throw new CommandFailure(
                    ExitCode.NO, "%s has just come to be; run this again".formatted(file), e);
        } finally {
            Files.deleteIfExists(temporary);
        }
        return new Placed(file, isNew);
    }
}
