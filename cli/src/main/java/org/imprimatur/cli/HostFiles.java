package org.imprimatur.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.imprimatur.node.driver.ImageFileName;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Sha512;

/**
 * Which image a file of this host is. The site's store knows the files that it verified, by name,
 * length, time and inode. A copy in another directory that only the site writes to is read whole
 * once, and known by the same from then on; any other file is read whole each time.
 */
final class HostFiles {

    private static final int CHUNK = 1 << 20;

    private final NodeClient node;
    private final List<Path> stores;
    private final Path known;
    private final long hashUntil;

    /**
     * Files of this host.
     *
     * @param stores where it sees the site's verified files
     * @param known where is kept what was read of copies of these
     * @param hashFor how long reading files whole may take in all
     */
    HostFiles(NodeClient node, List<Path> stores, Path known, Duration hashFor) {
        this.node = node;
        this.stores = stores.stream().filter(Files::isDirectory).map(HostFiles::real).toList();
        this.known = known;
        this.hashUntil = System.nanoTime() + hashFor.toNanos();
    }

    private static Path real(Path directory) {
        try {
            return directory.toRealPath();
        } catch (IOException _) {
            return directory;
        }
    }

    /** Whether a file, given by its real path, stands in a store. */
    boolean isStored(Path file) {
        return stores.stream().anyMatch(store -> store.equals(file.getParent()));
    }

    /** The image that a file is, given by its real path. */
    Sha512 image(Path file) throws IOException {
        if (!isStored(file)) {
            return new Sha512(digest(file, "SHA-512"));
        }
        var verified = verified(file);
        return verified.isPresent() ? verified.get() : copy(file);
    }

    /** A copy in a store, which is read once. */
    private Sha512 copy(Path file) throws IOException {
        var state = state(file);
        var name = Sha256.of(file.toString().getBytes(UTF_8)).hex();
        var note = known.resolve(name);
        var line = "%d %s %d ".formatted(state.bytes(), state.modifiedAt(), state.inode());
        if (Files.exists(note)) {
            var text = Files.readString(note).strip();
            if (text.startsWith(line)) {
                return new Sha512(text.substring(line.length()));
            }
        }
        var image = new Sha512(digest(file, "SHA-512"));
        HookMemory.write(note, line + image.hex() + "\n");
        return image;
    }

    /** What the store knows of its file; empty where the file is not the one that it knows. */
    private Optional<Sha512> verified(Path file) throws IOException {
        var name = file.getFileName().toString();
        JsonNode known;
        try {
            known = node.json("/api/v1/site/files/" + new ImageFileName(name).text());
        } catch (IllegalArgumentException _) {
            return Optional.empty(); // not a name that the store gives
        } catch (CommandFailure unknown) {
            if (unknown.exit() == ExitCode.NO) {
                return Optional.empty();
            }
            throw unknown;
        }
        var here = Files.readAttributes(file, BasicFileAttributes.class);
        boolean same =
                known.path("bytes").asLong(-1) == here.size()
                        && known.path("inode").asLong(-1) == inode(file)
                        && known.path("modifiedAt")
                                .asText()
                                .equals(here.lastModifiedTime().toInstant().toString());
        return same ? Optional.of(Sha512.parse(known.path("digest").asText())) : Optional.empty();
    }

    private static long inode(Path file) throws IOException {
        return (long) Files.getAttribute(file, "unix:ino");
    }

    /** What made a machine of the image: the digest of a medium, or of the digests of several. */
    Sha256 contextualisation(List<Path> media) throws IOException {
        if (media.size() == 1) {
            return new Sha256(digest(media.getFirst(), "SHA-256"));
        }
        var digests = new StringBuilder();
        for (var medium : media) {
            digests.append(new Sha256(digest(medium, "SHA-256"))).append('\n');
        }
        return Sha256.of(digests.toString().getBytes(UTF_8));
    }

    private String digest(Path file, String algorithm) throws IOException {
        var before = state(file);
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has " + algorithm, e);
        }
        byte[] chunk = new byte[CHUNK];
        try (var in = Files.newInputStream(file)) {
            for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
                digest.update(chunk, 0, count);
                if (System.nanoTime() - hashUntil > 0) {
                    throw new CommandFailure(
                            ExitCode.NO,
                            "%s is not a file that the site's store knows, and too large to be read whole in time; start from a file of the store, or raise \"hash-for\""
                                    .formatted(file));
                }
            }
        }
        if (!state(file).equals(before)) {
            throw new CommandFailure(ExitCode.NO, "%s changed while it was read".formatted(file));
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private record State(long bytes, Instant modifiedAt, long inode) {}

    private static State state(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new CommandFailure(ExitCode.NO, "%s is not a regular file".formatted(file));
        }
        var attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return new State(attributes.size(), attributes.lastModifiedTime().toInstant(), inode(file));
    }
}
