package org.imprimatur.node.driver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.imprimatur.node.store.DirectoryLock;
import org.imprimatur.node.store.DurableFiles;
import org.imprimatur.node.store.SecretFile;
import org.imprimatur.node.store.StoreException;
import org.imprimatur.register.Sha512;

/**
 * A directory of approved image files, for whatever runs them.
 *
 * <p>A file appears in it by one rename, whole and verified, and vanishes by one rename. What is on
 * its way in lies in {@code .incoming}, what is on its way out in {@code .withdrawn}, and what was
 * made of images for drivers that want another format in {@code .converted}, all on the same file
 * system.
 */
public final class DirectoryStore {

    /** Never filled: who runs the machine needs it to mend things. */
    public static final long SPARE_BYTES = 64L << 20;

    private final Path directory;
    private final Path incoming;
    private final Path withdrawn;
    private final Path converted;
    private final RandomGenerator random;
    private final UUID id;

    private DirectoryStore(Path directory, RandomGenerator random, UUID id) {
        this.directory = directory;
        this.incoming = directory.resolve(".incoming");
        this.withdrawn = directory.resolve(".withdrawn");
        this.converted = directory.resolve(".converted");
        this.random = random;
        this.id = id;
    }

    /**
     * Keeps other nodes from a directory, until it is closed: what one node is verifying or making,
     * no other may write or delete. It is taken before the directory is opened.
     *
     * @throws StoreException when another node uses it
     */
    public static DirectoryLock lock(Path directory) {
        try {
            Files.createDirectories(directory);
            return DirectoryLock.take(directory, ".lock", "store");
        } catch (IOException e) {
            throw new StoreException("cannot lock the store " + directory + ": " + e, e);
        }
    }

    /**
     * Opens the directory, makes it where it is not there, and deletes what was withdrawn.
     *
     * @throws StoreException when it cannot be used
     */
    public static DirectoryStore open(Path directory, RandomGenerator random) {
        try {
            Files.createDirectories(directory);
            var store = new DirectoryStore(directory, random, id(directory, random));
            for (Path own : List.of(store.incoming, store.withdrawn, store.converted)) {
                Files.createDirectories(own);
                Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwx------"));
            }
            for (Path left : list(store.withdrawn)) {
                Files.deleteIfExists(left);
            }
            for (Path left : list(store.converted)) {
                if (isBeingMade(left)) {
                    Files.deleteIfExists(left);
                }
            }
            return store;
        } catch (IOException e) {
            throw new StoreException("cannot use the store " + directory + ": " + e, e);
        }
    }

    private static UUID id(Path directory, RandomGenerator random) throws IOException {
        Path file = directory.resolve(".id");
        try {
            return UUID.fromString(
                    SecretFile.readOrMake(file, () -> Mark.random(random).toString()));
        } catch (IllegalArgumentException _) {
            throw new StoreException(
                    file + " does not hold the store's id: remove it, and all is verified again");
        }
    }

    /** Names this directory among the stores of all nodes. */
    public UUID id() {
        return id;
    }

    /** A file that is offered. */
    public record Offered(ImageFileName name, FileStamp stamp) {}

    /** Where a file is offered, whether it is there or not. */
    public Path path(ImageFileName name) {
        return directory.resolve(name.text());
    }

    /** Every offered file that has a name of ours. Other files are not ours and are left alone. */
    public List<Offered> offered() throws IOException {
        var offered = new ArrayList<Offered>();
        for (Path file : list(directory)) {
            var name = ImageFileName.parse(file.getFileName().toString());
            if (name.isPresent()) {
                offered(name.get()).ifPresent(offered::add);
            }
        }
        return offered;
    }

    /** A file, if it is offered. */
    public Optional<Offered> offered(ImageFileName name) throws IOException {
        try {
            return Optional.of(new Offered(name, FileStamp.of(path(name))));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        }
    }

    /** Where an image's bytes are gathered until they are whole. */
    public Path incoming(Sha512 image) {
        return incoming.resolve(image.hex() + ".part");
    }

    /** Where it stands which of these bytes are there. */
    public Path incomingMap(Sha512 image) {
        return incoming.resolve(image.hex() + ".map");
    }

    /** Deletes what is gathered for images that nobody wants any more. */
    public void keepIncoming(List<Sha512> wanted) throws IOException {
        var gathered = list(incoming);
        if (gathered.isEmpty()) {
            return;
        }
        var kept = wanted.stream().map(Sha512::hex).collect(Collectors.toSet());
        for (Path file : gathered) {
            String name = file.getFileName().toString();
            if (!kept.contains(name.substring(0, Math.max(0, name.indexOf('.'))))) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** Where an image's disk lies in another format, whether it is there or not. */
    Path converted(Sha512 image, String format) {
        return converted.resolve(image.hex() + "." + format);
    }

    /** All that was made of images, and what is being made. */
    List<Path> converted() throws IOException {
        return list(converted);
    }

    /** Whether a file among these has no name of its own yet. */
    static boolean isBeingMade(Path file) {
        return file.getFileName().toString().startsWith(".");
    }

    /** Free space in bytes. */
    public long space() throws IOException {
        return Files.getFileStore(directory).getUsableSpace();
    }

    /**
     * Offers a gathered file, whose bytes were verified and brought to disk. An older file of the
     * name is replaced in the same moment.
     */
    public Offered publish(Path gathered, ImageFileName name) throws IOException {
        Files.setPosixFilePermissions(gathered, PosixFilePermissions.fromString("r--r--r--"));
        Files.move(gathered, path(name), StandardCopyOption.ATOMIC_MOVE);
        DurableFiles.sync(directory);
        DurableFiles.sync(incoming);
        return offered(name).orElseThrow(() -> new NoSuchFileException(path(name).toString()));
    }

    /** Takes a file away: at once out of sight, then for good. */
    public void withdraw(ImageFileName name) throws IOException {
        Path aside =
                withdrawn.resolve(
                        name.text() + "." + HexFormat.of().toHexDigits(random.nextLong()));
        try {
            Files.move(path(name), aside, StandardCopyOption.ATOMIC_MOVE);
        } catch (NoSuchFileException _) {
            return;
        }
        DurableFiles.sync(directory);
        Files.deleteIfExists(aside);
    }

    /**
     * Takes a file out of sight to be verified again: what {@link #incoming} has of the image
     * afterwards is this file.
     */
    public void takeBack(ImageFileName name, Sha512 image) throws IOException {
        Path part = incoming(image);
        Files.deleteIfExists(incomingMap(image));
        Files.move(path(name), part, StandardCopyOption.ATOMIC_MOVE);
        DurableFiles.sync(directory);
        if (Files.isRegularFile(part, LinkOption.NOFOLLOW_LINKS)) {
            Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("rw-------"));
        } else {
            Files.delete(part);
        }
    }

    private static List<Path> list(Path directory) throws IOException {
        try (var list = Files.list(directory)) {
            return list.toList();
        }
    }
}
