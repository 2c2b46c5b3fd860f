package org.imprimatur.inspect.secrets;

import io.airlift.compress.v3.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PushbackInputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.compress.archivers.ArchiveEntry;
import org.apache.commons.compress.archivers.ArchiveInputStream;
import org.apache.commons.compress.archivers.ar.ArArchiveInputStream;
import org.apache.commons.compress.archivers.cpio.CpioArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorInputStream;
import org.imprimatur.disk.FilePath;
import org.tukaani.xz.XZInputStream;

/**
 * Searches the members of an archive for secrets, one level deep: a compressed archive counts as
 * one level, and so does a Debian package with the archive in it. Bounded in the bytes that come
 * out, in how many come out for each that goes in, in members and in memory.
 */
public final class ArchiveSearch {

    /** How much an archive may ask of its reader. */
    public record Bounds(long maxBytes, long freeBytes, int maxRatio, int maxMembers) {

        /** 16 GiB; 1,100 bytes for each, after 64 MiB; a million members. gzip never reaches it. */
        public static final Bounds DEFAULT = new Bounds(16L << 30, 64L << 20, 1_100, 1_000_000);

        /** Refuses bounds under which nothing could be read. */
        public Bounds {
            if (maxBytes < 1 || freeBytes < 0 || maxRatio < 1 || maxMembers < 1) {
                throw new IllegalArgumentException("bounds below 1");
            }
        }
    }

    /**
     * A member with what was seen in it.
     *
     * @param name for display; of one compressed file its name without the ending
     */
    public record Member(String name, List<Sighting> seen) {

        /** Copies the list. */
        public Member {
            seen = List.copyOf(seen);
        }
    }

    /**
     * What came of an archive.
     *
     * @param members those in which something was seen
     * @param nested how many members are archives themselves, which were not looked into
     * @param bytes how much was searched
     * @param fault why not everything was searched, one sentence; empty if it was
     * @param closed what it is, if nobody looks into such a file; else empty
     */
    public record Outcome(
            List<Member> members, int nested, long bytes, String fault, String closed) {

        /** Of a file that could not be read. */
        public static Outcome unread(String fault) {
            return new Outcome(List.of(), 0, 0, fault, "");
        }

        /** Of a file that nobody looks into. */
        public static Outcome closed(ArchiveKind kind) {
            return new Outcome(List.of(), 0, 0, "", kind.title());
        }

        /** Copies the list. */
        public Outcome {
            members = List.copyOf(members);
        }
    }

    private static final int BUFFER = 64 << 10;
    private static final int XZ_MEMORY_KIB = 100 << 10;
    private static final int MAX_HEADER = 1 << 20;
    private static final int MAX_NAME = 4 << 10;
    private static final int RPM_LEAD = 96;
    private static final int RPM_HEADER = 0x8eade801;
    private static final int MAX_MEMBERS_SEEN = 1_000;

    private final SecretSearch search;
    private final Bounds bounds;
    private final byte[] buffer = new byte[BUFFER];
    private final List<Member> members = new ArrayList<>();
    private String fault = "";
    private int nested;
    private int count;
    private long taken;
    private long headerBytes;
    private boolean inHeader;
    private Tally unpacked = new Tally();
    private Tally searched = new Tally();

    /**
     * @param search does the searching; whatever it was at is forgotten
     */
    public ArchiveSearch(SecretSearch search, Bounds bounds) {
        this.search = search;
        this.bounds = bounds;
    }

    /**
     * Searches an archive. One search serves any number of them, one after the other.
     *
     * @param path by which the file is known
     * @param content all of it; faults of reading it are faults of the archive. Is not closed
     */
    public Outcome run(ArchiveKind kind, String path, InputStream content) {
        if (kind.isClosed()) {
            return Outcome.closed(kind);
        }
        members.clear();
        fault = "";
        nested = 0;
        count = 0;
        taken = 0;
        unpacked = new Tally();
        searched = new Tally();
        try {
            open(kind, path, new BufferedInputStream(new Counted(content)));
        } catch (BoundException e) {
            fault = e.reason;
        } catch (IOException | RuntimeException | NoClassDefFoundError e) {
            // Libraries throw what they like at hostile bytes; none of it is a fault of ours.
            // A class is missing where a method asks for a library that is not there.
            if (fault.isEmpty()) {
                fault = "is damaged, or of a form that is not understood: " + kind;
            }
        }
        return new Outcome(members, nested, Math.max(unpacked.bytes, searched.bytes), fault, "");
    }

    private void open(ArchiveKind kind, String path, InputStream file) throws IOException {
        switch (kind) {
            case TAR -> tar(file);
            case ZIP -> zip(file);
            case DEB -> deb(file);
            case CPIO -> cpio(file);
            case RPM -> rpm(file);
            default -> stream(kind, path, file);
        }
    }

    /** One compressed file: an archive, or a file of its own. */
    private void stream(ArchiveKind kind, String path, InputStream file) throws IOException {
        var plain = new PushbackInputStream(decompressed(kind, file), ArchiveKind.NEEDED);
        var first = plain.readNBytes(ArchiveKind.NEEDED);
        plain.unread(first);
        switch (ArchiveKind.of(first, first.length).orElse(null)) {
            case TAR -> tar(plain);
            case CPIO -> cpio(plain);
            case null, default -> {
                int slash = path.lastIndexOf('/');
                int dot = path.lastIndexOf('.');
                var name = dot > slash + 1 ? path.substring(0, dot) : path;
                search(name.substring(slash + 1), name, plain);
            }
        }
    }

    private InputStream decompressed(ArchiveKind kind, InputStream file) throws IOException {
        var plain =
                switch (kind) {
                    case GZIP ->
                            GzipCompressorInputStream.builder()
                                    .setInputStream(file)
                                    .setDecompressConcatenated(true)
                                    .get();
                    case XZ -> new XZInputStream(file, XZ_MEMORY_KIB);
                    case BZIP2 -> new BZip2CompressorInputStream(file, true);
                    case ZSTD -> new ZstdInputStream(file);
                    case LZ4 -> new FramedLZ4CompressorInputStream(file, true);
                    case LZ4_BLOCKS -> new Lz4Blocks(file);
                    default -> throw new IllegalArgumentException(kind.name());
                };
        return new Bounded(plain, unpacked);
    }

    private void tar(InputStream file) throws IOException {
        each(new TarArchiveInputStream(new Headed(file), StandardCharsets.ISO_8859_1.name()));
    }

    private void cpio(InputStream file) throws IOException {
        each(new CpioArchiveInputStream(new Headed(file), 512, StandardCharsets.ISO_8859_1.name()));
        // The kernel takes several archives one behind the other, each compressed or not.
        var rest = new PushbackInputStream(file, ArchiveKind.NEEDED);
        int next = rest.read();
        while (next == 0) {
            next = rest.read();
        }
        if (next < 0) {
            return;
        }
        rest.unread(next);
        var first = rest.readNBytes(ArchiveKind.NEEDED);
        rest.unread(first);
        var kind = ArchiveKind.of(first, first.length).orElse(null);
        if (kind == ArchiveKind.CPIO) {
            cpio(rest);
        } else if (kind != null && kind.isStream()) {
            stream(kind, "", rest);
        } else {
            fault = "has something behind its end that is not understood";
        }
    }

    private void zip(InputStream file) throws IOException {
        each(
                new ZipArchiveInputStream(
                        file, StandardCharsets.ISO_8859_1.name(), true, true, false));
    }

    private void each(ArchiveInputStream<?> archive) throws IOException {
        ArchiveEntry entry;
        while ((entry = next(archive)) != null) {
            var name = name(entry.getName());
            if (!isFile(entry)) {
                archive.transferTo(OutputStream.nullOutputStream());
            } else {
                if (archive.canReadEntryData(entry)) {
                    search(name, "/" + name, new Bounded(archive, searched));
                } else {
                    fault = "has a member that is encrypted, or packed in a way that is not read";
                }
            }
        }
    }

    /** control.tar and data.tar, compressed, are what the package is. */
    private void deb(InputStream file) throws IOException {
        var archive = new ArArchiveInputStream(new Headed(file));
        ArchiveEntry entry;
        while ((entry = next(archive)) != null) {
            var name = name(entry.getName());
            var member =
                    new PushbackInputStream(
                            new BufferedInputStream(archive, BUFFER), ArchiveKind.NEEDED);
            var first = member.readNBytes(ArchiveKind.NEEDED);
            member.unread(first);
            var kind = ArchiveKind.of(first, first.length).orElse(null);
            if (kind == ArchiveKind.TAR) {
                tar(member);
            } else if (kind != null && kind.isStream()) {
                stream(kind, name, member);
            } else {
                search(name, "/" + name, member);
            }
        }
    }

    /** A lead, two headers of which the first is padded, and a compressed cpio. */
    private void rpm(InputStream file) throws IOException {
        file.skipNBytes(RPM_LEAD);
        long signature = rpmHeader(file);
        file.skipNBytes(-signature & 7);
        rpmHeader(file);
        var first = file.readNBytes(ArchiveKind.NEEDED);
        var payload = new PushbackInputStream(file, ArchiveKind.NEEDED);
        payload.unread(first);
        var kind = ArchiveKind.of(first, first.length).orElse(null);
        if (kind == ArchiveKind.CPIO) {
            cpio(payload);
        } else if (kind != null && kind.isStream()) {
            stream(kind, "", payload);
        } else {
            fault = "has a payload that is packed in a way that is not read";
        }
    }

    /** Its length. */
    private static long rpmHeader(InputStream file) throws IOException {
        var intro = ByteBuffer.wrap(file.readNBytes(16));
        if (intro.limit() < 16 || intro.getInt(0) != RPM_HEADER) {
            throw new IOException("no header of an RPM package");
        }
        long length =
                16L * Integer.toUnsignedLong(intro.getInt(8))
                        + Integer.toUnsignedLong(intro.getInt(12));
        file.skipNBytes(length);
        return 16 + length;
    }

    private ArchiveEntry next(ArchiveInputStream<?> archive) throws IOException {
        ArchiveEntry entry;
        headerBytes = 0;
        inHeader = true;
        try {
            entry = archive.getNextEntry();
        } finally {
            inHeader = false;
        }
        if (entry != null && ++count > bounds.maxMembers) {
            throw new BoundException(
                    "has more than the %d members that are looked into"
                            .formatted(bounds.maxMembers));
        }
        return entry;
    }

    private static boolean isFile(ArchiveEntry entry) {
        return entry instanceof TarArchiveEntry tar ? tar.isFile() : !entry.isDirectory();
    }

    private static String name(String name) {
        var plain = name.startsWith("./") ? name.substring(2) : name;
        var shown = plain.length() > MAX_NAME ? plain.substring(0, MAX_NAME) : plain;
        boolean bytes = shown.chars().allMatch(c -> c < 256);
        return FilePath.of(
                        shown.getBytes(
                                bytes ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8))
                .toString();
    }

    private void search(String name, String path, InputStream content) throws IOException {
        search.begin(path);
        long at = 0;
        try {
            int read;
            while ((read = content.read(buffer, 0, BUFFER)) > 0) {
                search.accept(at, buffer, 0, read);
                at += read;
            }
        } finally {
            // What was seen before the fault counts.
            var seen = search.finish();
            if (!seen.isEmpty() && members.size() < MAX_MEMBERS_SEEN) {
                members.add(new Member(name, seen));
            }
        }
        if (search.archive().isPresent()) {
            nested++;
        }
    }

    /** How many bytes came out. */
    private static final class Tally {
        private long bytes;
    }

    /** A bound of the reader was met. */
    private static final class BoundException extends IOException {
        private static final long serialVersionUID = 1;
        private final String reason;

        BoundException(String reason) {
            super(reason);
            this.reason = reason;
        }
    }

    /** Hears how many bytes pass. */
    private abstract static class Counting extends FilterInputStream {
        Counting(InputStream plain) {
            super(plain);
        }

        @Override
        public int read() throws IOException {
            int value = super.read();
            came(value < 0 ? 0 : 1);
            return value;
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            int read = super.read(into, from, length);
            came(Math.max(0, read));
            return read;
        }

        abstract void came(int bytes) throws BoundException;
    }

    /** Counts what goes in. */
    private final class Counted extends Counting {
        Counted(InputStream content) {
            super(content);
        }

        @Override
        void came(int bytes) {
            taken += bytes;
        }
    }

    /** Ends where names and the like, which libraries hold in memory, are too long. */
    private final class Headed extends Counting {
        Headed(InputStream plain) {
            super(plain);
        }

        @Override
        void came(int bytes) throws BoundException {
            headerBytes += bytes;
            if (inHeader && headerBytes > MAX_HEADER) {
                throw new BoundException(
                        "has a header of more than %d bytes before a member".formatted(MAX_HEADER));
            }
        }
    }

    /** Counts what comes out, and ends where it is too much. */
    private final class Bounded extends Counting {
        private final Tally tally;

        Bounded(InputStream plain, Tally tally) {
            super(plain);
            this.tally = tally;
        }

        @Override
        void came(int bytes) throws BoundException {
            tally.bytes += bytes;
            if (tally.bytes > bounds.maxBytes) {
                throw new BoundException(
                        "holds more than the %d bytes that are looked into"
                                .formatted(bounds.maxBytes));
            }
            if (tally.bytes > bounds.freeBytes + taken * bounds.maxRatio) {
                throw new BoundException(
                        "grows to more than %d times its size".formatted(bounds.maxRatio));
            }
        }
    }
}
