package org.imprimatur.node.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.imprimatur.node.driver.DirectoryStore;
import org.imprimatur.node.fetch.Fetch;
import org.imprimatur.node.fetch.FetchFailed;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.Statement.Endorsement;

/**
 * Gathers one image's bytes in the store's {@code .incoming}: from each location in turn, resumed
 * where the last one or the last run broke off, and digested while they arrive. No location is
 * believed; a digest that is not the endorsed one throws the gathered bytes away.
 */
final class Download {

    private static final Duration TO_BEGIN = Duration.ofSeconds(30);
    private static final long LEAST_BYTES = 16 * 1024;
    private static final long SPARE_BYTES = 64L << 20;
    private static final int MOST_RESUMES = 8;

    /** What came of it. */
    sealed interface Outcome {

        /** The file is whole, verified and on disk, and not yet offered. */
        record Whole(Path file) implements Outcome {}

        /** No location has it. */
        record Failed(String why) implements Outcome {}

        /** Nobody wants it any more. */
        record Stopped() implements Outcome {}
    }

    private static final class NotWanted extends IOException {
        private static final long serialVersionUID = 1;
    }

    /** What a location serves is not the image. */
    private static final class WrongContent extends IOException {
        private static final long serialVersionUID = 1;

        WrongContent(String message) {
            super(message);
        }
    }

    private final DirectoryStore store;
    private final Fetch fetch;
    private final Fetch.Patience patience;
    private final boolean filesAllowed;
    private final Endorsement endorsement;
    private final BooleanSupplier wanted;
    private final long bytes;
    private final Path part;
    private final MessageDigest digest;
    private long have;

    Download(
            DirectoryStore store,
            Fetch fetch,
            Duration stall,
            boolean filesAllowed,
            Endorsement endorsement,
            BooleanSupplier wanted) {
        this.store = store;
        this.fetch = fetch;
        this.patience = new Fetch.Patience(stall, LEAST_BYTES);
        this.filesAllowed = filesAllowed;
        this.endorsement = endorsement;
        this.wanted = wanted;
        this.bytes = endorsement.disk().fileBytes();
        this.part = store.incoming(endorsement.image());
        try {
            digest = MessageDigest.getInstance("SHA-512");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("the JDK has SHA-512", e);
        }
    }

    Outcome run() {
        try (var file =
                FileChannel.open(
                        part,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        LinkOption.NOFOLLOW_LINKS)) {
            return run(file);
        } catch (NotWanted _) {
            return new Outcome.Stopped();
        } catch (IOException e) {
            return new Outcome.Failed("the store cannot take it: " + e.getMessage());
        }
    }

    private Outcome run(FileChannel file) throws IOException {
        takeUp(file);
        if (have == bytes && whole(file)) {
            return new Outcome.Whole(part);
        }
        long space = store.space();
        if (space < bytes - have + SPARE_BYTES) {
            return new Outcome.Failed(
                    "the store has %d bytes free, and %d more are needed"
                            .formatted(space, bytes - have + SPARE_BYTES));
        }
        var faults = new ArrayList<String>();
        for (var location : endorsement.locations()) {
            if (gather(file, location, faults)) {
                return new Outcome.Whole(part);
            }
        }
        return new Outcome.Failed(
                faults.isEmpty() ? "the endorsement names no location" : String.join("; ", faults));
    }

    /** What an earlier run has left is digested and gone on with. */
    private void takeUp(FileChannel file) throws IOException {
        if (file.size() > bytes) {
            discard(file);
            return;
        }
        var buffer = ByteBuffer.allocate(1 << 16);
        while (file.read(buffer, have) > 0) {
            checkWanted();
            have += buffer.flip().remaining();
            digest.update(buffer);
            buffer.clear();
        }
    }

    private void discard(FileChannel file) throws IOException {
        file.truncate(0);
        digest.reset();
        have = 0;
    }

    /** Whether the bytes are those endorsed; they are on disk then, and thrown away otherwise. */
    private boolean whole(FileChannel file) throws IOException {
        var found = Sha512.ofBytes(digest.digest());
        if (!found.equals(endorsement.image())) {
            discard(file);
            return false;
        }
        file.force(true);
        return true;
    }

    private boolean gather(FileChannel file, String location, List<String> faults)
            throws IOException {
        for (int resumes = 0; resumes < MOST_RESUMES; resumes++) {
            long before = have;
            try {
                gather(file, location);
                if (whole(file)) {
                    return true;
                }
                if (before == 0) {
                    throw new WrongContent(location + " serves other bytes than those endorsed");
                }
                // Some of the bytes came from elsewhere: this location gets a chance of its own.
            } catch (WrongContent e) {
                faults.add(e.getMessage());
                discard(file);
                return false;
            } catch (FetchFailed e) {
                if (have <= before) {
                    faults.add(e.explanation());
                    return false;
                }
            }
        }
        faults.add(location + " broke off " + MOST_RESUMES + " times");
        return false;
    }

    private void gather(FileChannel file, String location) throws IOException {
        var uri = URI.create(location);
        switch (String.valueOf(uri.getScheme())) {
            case "http", "https" -> gatherOverHttp(file, uri);
            case "file" -> gatherFromFile(file, uri);
            default -> throw new FetchFailed(location + " is no address that this site asks");
        }
    }

    private void gatherOverHttp(FileChannel file, URI uri) throws IOException {
        var headers = have == 0 ? Map.<String, String>of() : Map.of("Range", "bytes=" + have + "-");
        try (var body = fetch.open(uri, headers, TO_BEGIN, patience)) {
            if (body.status() == 200) {
                if (have > 0) {
                    discard(file);
                }
                var length = body.headers().firstValueAsLong("Content-Length");
                if (length.isPresent() && length.getAsLong() != bytes) {
                    throw wrongLength(uri, length.getAsLong());
                }
            } else {
                checkRange(uri, body.headers().firstValue("Content-Range").orElse("none"));
            }
            copy(body.stream(), file, uri);
        }
    }

    private void checkRange(URI uri, String range) throws IOException {
        if (!range.equals("bytes %d-%d/%d".formatted(have, bytes - 1, bytes))) {
            throw new WrongContent(
                    "%s answers with the range '%s' where 'bytes %d-%d/%d' was expected"
                            .formatted(
                                    uri,
                                    range.substring(0, Math.min(range.length(), 64)),
                                    have,
                                    bytes - 1,
                                    bytes));
        }
    }

    private WrongContent wrongLength(URI uri, long found) {
        return new WrongContent(
                "%s serves %d bytes where %d are endorsed".formatted(uri, found, bytes));
    }

    private void gatherFromFile(FileChannel file, URI uri) throws IOException {
        if (!filesAllowed) {
            throw new FetchFailed(
                    uri + " is a file, and this site reads none (allow-file-locations)");
        }
        Path path;
        try {
            path = Path.of(uri);
        } catch (IllegalArgumentException e) {
            throw new FetchFailed(uri + " is no path of a file");
        }
        if (!Files.isRegularFile(path)) {
            throw new FetchFailed(uri + " is no file that can be read");
        }
        if (Files.size(path) != bytes) {
            throw wrongLength(uri, Files.size(path));
        }
        try (var in = Files.newInputStream(path)) {
            in.skipNBytes(have);
            copy(in, file, uri);
        }
    }

    private void copy(InputStream in, FileChannel file, URI uri) throws IOException {
        var buffer = new byte[1 << 16];
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            checkWanted();
            if (read > bytes - have) {
                throw new WrongContent(
                        "%s serves more than the %d bytes endorsed".formatted(uri, bytes));
            }
            digest.update(buffer, 0, read);
            var data = ByteBuffer.wrap(buffer, 0, read);
            while (data.hasRemaining()) {
                have += file.write(data, have);
            }
        }
        if (have < bytes) {
            throw new FetchFailed("%s ended after %d of %d bytes".formatted(uri, have, bytes));
        }
    }

    private void checkWanted() throws NotWanted {
        if (!wanted.getAsBoolean()) {
            throw new NotWanted();
        }
    }
}
