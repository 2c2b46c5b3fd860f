package org.imprimatur.node.driver;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.imprimatur.node.store.DurableFiles;
import org.imprimatur.register.Sha512;

/**
 * A directory of image files that somebody else uses, such as a pool of libvirt.
 *
 * <p>What is ours lies in {@code .imprimatur} of the directory under its mark, and is offered by a
 * second name of the same file (a hard link), which appears at once, whole and verified. A file
 * whose name is taken by another is not published; only a name of a file of ours is taken away.
 */
final class DirectoryDriver implements Driver {

    private static final Duration FOR_VIRSH = Duration.ofSeconds(60);
    private static final String HOST = "{host}";

    /**
     * Where, and how.
     *
     * @param directory the pool
     * @param linked whether the store's own file is linked into the pool, which takes no space, but
     *     whoever can write to the pool's files writes to the store's then
     * @param libvirt the connection URI of the libvirt whose machines it may end; "{host}" in it
     *     stands for the host of the machine. Empty for none
     */
    record Settings(String name, Path directory, boolean linked, Optional<String> libvirt) {}

    private final Settings settings;
    private final Path ours;

    DirectoryDriver(Settings settings) {
        this.settings = settings;
        this.ours = settings.directory().resolve(".imprimatur");
    }

    @Override
    public String name() {
        return settings.name();
    }

    @Override
    public String publish(Mark mark, StoredImage image) throws DriverException {
        Path own = ours.resolve(mark.toString());
        Path offered = offered(image.name());
        try {
            boolean same =
                    use(own, offered) == Use.OFFERED
                            && Files.size(own) == image.bytes()
                            && (!settings.linked() || Files.isSameFile(own, image.file()));
            if (same) {
                return offered.toString();
            }
            if (use(own, offered) == Use.OFFERED) {
                Files.delete(offered); // ours, and not what it should be
            }
            Files.createDirectories(ours);
            Path part = ours.resolve(mark + ".part");
            Files.deleteIfExists(part);
            Files.deleteIfExists(own);
            try {
                if (settings.linked()) {
                    Files.createLink(part, image.file());
                } else {
                    copy(image, part);
                }
                Files.move(part, own);
            } finally {
                Files.deleteIfExists(part); // in a full pool it would take the others' room
            }
            DurableFiles.sync(ours);
            try {
                Files.createLink(offered, own);
            } catch (FileAlreadyExistsException e) {
                throw new DriverException(offered + " is there already, and is not ours", e);
            }
            DurableFiles.sync(settings.directory());
            return offered.toString();
        } catch (DriverException e) {
            throw e;
        } catch (IOException e) {
            throw new DriverException("the pool cannot take it: " + e, e);
        }
    }

    /** Where the file system shares blocks between files, the kernel does so here. */
    private static void copy(StoredImage image, Path to) throws IOException {
        try (var from = FileChannel.open(image.file(), StandardOpenOption.READ);
                var out =
                        FileChannel.open(
                                to,
                                StandardOpenOption.CREATE_NEW,
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE)) {
            long size = from.size();
            for (long at = 0; at < size; ) {
                checkWanted();
                long copied = from.transferTo(at, Math.min(size - at, 64L << 20), out);
                if (copied <= 0) {
                    throw new IOException("the copy ended after %d bytes".formatted(at));
                }
                at += copied;
            }
            var found = digest(out);
            if (!found.equals(image.digest())) {
                throw new DriverException(
                        "the copy has the digest %s where %s was expected"
                                .formatted(found, image.digest()));
            }
            out.force(true);
        }
        Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("r--r--r--"));
    }

    /** SHA-512 of all bytes; an interrupt breaks it off. */
    static Sha512 digest(FileChannel file) throws IOException {
        try {
            var digest = MessageDigest.getInstance("SHA-512");
            var buffer = ByteBuffer.allocate(1 << 18);
            for (long at = 0; ; ) {
                checkWanted();
                int read = file.read(buffer, at);
                if (read < 0) {
                    return Sha512.ofBytes(digest.digest());
                }
                at += read;
                digest.update(buffer.flip());
                buffer.clear();
            }
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("the JDK has SHA-512", e);
        }
    }

    private static void checkWanted() throws DriverException {
        if (Thread.currentThread().isInterrupted()) {
            throw new DriverException("it is broken off");
        }
    }

    @Override
    public List<Held> held(List<Publication> publications) throws DriverException {
        var held = new ArrayList<Held>();
        for (var one : publications) {
            Path own = ours.resolve(one.mark().toString());
            Path offered = offered(one.name());
            try {
                if (Files.exists(own, LinkOption.NOFOLLOW_LINKS)) {
                    held.add(new Held(one.mark(), offered.toString(), use(own, offered)));
                }
            } catch (IOException e) {
                throw new DriverException("the pool cannot be read: " + e, e);
            }
        }
        return held;
    }

    /** Whether the name in the pool is a name of our file. */
    private static Use use(Path own, Path offered) throws IOException {
        try {
            return Files.isSameFile(own, offered) && Files.isRegularFile(own)
                    ? Use.OFFERED
                    : Use.BROKEN;
        } catch (NoSuchFileException _) {
            return Use.BROKEN;
        }
    }

    @Override
    public boolean withdraw(Publication publication) throws DriverException {
        Path own = ours.resolve(publication.mark().toString());
        Path offered = offered(publication.name());
        try {
            if (use(own, offered) == Use.OFFERED) {
                Files.delete(offered);
                DurableFiles.sync(settings.directory());
            }
            Files.deleteIfExists(own);
            Files.deleteIfExists(ours.resolve(publication.mark() + ".part"));
            return true;
        } catch (IOException e) {
            throw new DriverException("it cannot be taken out of the pool: " + e, e);
        }
    }

    @Override
    public boolean remove(Publication publication) throws DriverException {
        return withdraw(publication);
    }

    @Override
    public void terminate(String instance, String host) throws DriverException {
        var libvirt =
                settings.libvirt()
                        .orElseThrow(
                                () ->
                                        new DriverException(
                                                "the pool %s runs no machines: it has no \"libvirt\""
                                                        .formatted(name())));
        if (instance.isEmpty() || instance.startsWith("-")) {
            throw new DriverException("that is no name of a machine");
        }
        boolean ofTheHost = libvirt.contains(HOST);
        // It goes into an address, some of which name programs to be run.
        if (ofTheHost && !host.matches("[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")) {
            throw new DriverException("that is no name of a host");
        }
        var ran =
                Program.run(
                        List.of(
                                "virsh",
                                "-q",
                                "-c",
                                libvirt.replace(HOST, host),
                                "destroy",
                                "--",
                                instance),
                        Map.of(),
                        new byte[0],
                        FOR_VIRSH);
        boolean unknown = ran.said().contains("failed to get domain");
        if (unknown && !ofTheHost) {
            throw new DriverException(
                    "%s knows no machine %s: it may run on another host (\"%s\" in \"libvirt\" stands for its name), or its end was not told"
                            .formatted(libvirt, instance, HOST));
        }
        if (ran.exit() != 0 && !unknown && !ran.said().contains("domain is not running")) {
            throw new DriverException("virsh cannot end %s: %s".formatted(instance, ran.said()));
        }
    }

    private Path offered(ImageFileName name) {
        return settings.directory().resolve(name.text());
    }

    @Override
    public void close() {
        // Nothing is held open.
    }
}
