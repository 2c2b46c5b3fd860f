package org.imprimatur.inspect;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.imprimatur.disk.FilePath;
import org.imprimatur.disk.FileType;
import org.imprimatur.disk.Inode;
import org.imprimatur.register.Sha256;

/**
 * What every file of an image is, so that two images can be compared: path, type, mode, owner, size
 * and a digest of the content. Takes some 110 bytes for a file, so that a million of them fit, and
 * keeps to a bound; what is beyond it is counted.
 *
 * <p>One thread adds; several may say digests of what was added before they began.
 */
public final class FileIndex {

    /** How much memory an index takes at most, in bytes. */
    public static final long MAX_BYTES = 144L << 20;

    /** How many inodes with several names are remembered, so that each name has their digest. */
    private static final int MAX_LINKED = 200_000;

    private static final int PAGE = 1 << 20;
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle SHORT =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);

    // A record: digest, what is known of it, type, mode, owner, group, size, length of path, path.
    private static final int STATE = ContentDigest.LENGTH;
    private static final int TYPE = STATE + 1;
    private static final int MODE = TYPE + 1;
    private static final int UID = MODE + 2;
    private static final int GID = UID + 4;
    private static final int SIZE = GID + 4;
    private static final int PATH_LENGTH = SIZE + 8;
    private static final int PATH = PATH_LENGTH + 2;

    private static final byte UNKNOWN = 0;
    private static final byte KNOWN = 1;

    /** The digest is that of another record, whose position stands in its place. */
    private static final byte SAME_AS = 2;

    private static final FileType[] TYPES = FileType.values();

    private final long maxBytes;
    private final List<byte[]> pages = new ArrayList<>();
    private final Map<Long, Long> linked = new HashMap<>();
    private int used = PAGE;
    private int count;
    private long missed;
    private long[] sorted = {};

    /** An empty index with the usual bound. */
    public FileIndex() {
        this(MAX_BYTES);
    }

    FileIndex(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** The files that follow are of another volume, whose inodes have numbers of their own. */
    void beginVolume() {
        linked.clear();
    }

    /**
     * Takes a file.
     *
     * @param path one character for each byte
     * @return where it is kept, for {@link #digest}; -1 where there is no room for it
     */
    long add(String path, Inode inode) {
        return add(
                path,
                inode.type(),
                inode.mode(),
                inode.uid(),
                inode.gid(),
                inode.isRegular() ? inode.size() : 0,
                inode.links() > 1 ? inode.number() : -1);
    }

    /**
     * The same.
     *
     * @param shared the number of an inode that may have other names; -1 for one that has not
     */
    long add(String path, FileType type, int mode, long uid, long gid, long size, long shared) {
        byte[] bytes = path.getBytes(StandardCharsets.ISO_8859_1);
        int length = PATH + bytes.length;
        if (bytes.length > 0xffff) {
            missed++;
            return -1;
        }
        if (used + length > PAGE) {
            if ((pages.size() + 1L) * PAGE > maxBytes) {
                missed++;
                return -1;
            }
            pages.add(new byte[PAGE]);
            used = 0;
        }
        byte[] page = pages.getLast();
        int at = used;
        long position = (pages.size() - 1L) * PAGE + at;
        page[at + STATE] = type == FileType.REGULAR && size == 0 ? KNOWN : UNKNOWN;
        page[at + TYPE] = (byte) type.ordinal();
        SHORT.set(page, at + MODE, (short) mode);
        INT.set(page, at + UID, (int) uid);
        INT.set(page, at + GID, (int) gid);
        LONG.set(page, at + SIZE, size);
        SHORT.set(page, at + PATH_LENGTH, (short) bytes.length);
        System.arraycopy(bytes, 0, page, at + PATH, bytes.length);
        if (shared >= 0 && type == FileType.REGULAR && size > 0) {
            Long before = linked.get(shared);
            if (before != null) {
                page[at + STATE] = SAME_AS;
                LONG.set(page, at, before.longValue());
            } else if (linked.size() < MAX_LINKED) {
                linked.put(shared, position);
            }
        }
        used += length;
        count++;
        return position;
    }

    /** Says what the content of a file is that was added. */
    void digest(long position, byte[] digest) {
        byte[] page = page(position);
        int at = offset(position);
        System.arraycopy(digest, 0, page, at, ContentDigest.LENGTH);
        page[at + STATE] = KNOWN;
    }

    /** The digest of what is no content of a file: where a link leads, which device it is. */
    void digestOf(long position, byte[] bytes) {
        digest(position, Sha256.of(bytes).bytes());
    }

    /** Puts the files in order of path. Nothing is added after this. */
    void seal() {
        linked.clear();
        var positions = new Long[count];
        int next = 0;
        for (int number = 0; number < pages.size(); number++) {
            byte[] page = pages.get(number);
            int at = 0;
            // A record has a path; where there is none, the page ends.
            while (next < count && at + PATH < PAGE && length(page, at) > 0) {
                resolve(page, at);
                positions[next++] = (long) number * PAGE + at;
                at += PATH + length(page, at);
            }
        }
        Arrays.sort(positions, (a, b) -> compare(this, a, this, b));
        sorted = Arrays.stream(positions).mapToLong(Long::longValue).toArray();
    }

    private void resolve(byte[] page, int at) {
        if (page[at + STATE] == SAME_AS) {
            long other = (long) LONG.get(page, at);
            page[at + STATE] = page(other)[offset(other) + STATE];
            System.arraycopy(page(other), offset(other), page, at, ContentDigest.LENGTH);
        }
    }

    /** How many files are kept. */
    int size() {
        return count;
    }

    /** How many files there was no room for. */
    long missed() {
        return missed;
    }

    /** How much memory it takes, in bytes. */
    long bytes() {
        return (long) pages.size() * PAGE + 8L * sorted.length;
    }

    /** A file of a sealed index, by its number in order of path. */
    Entry entry(int number) {
        return new Entry(page(sorted[number]), offset(sorted[number]));
    }

    /** Compares the paths of two files of sealed indices. */
    static int comparePaths(FileIndex a, int numberOfA, FileIndex b, int numberOfB) {
        return compare(a, a.sorted[numberOfA], b, b.sorted[numberOfB]);
    }

    private static int compare(FileIndex a, long positionOfA, FileIndex b, long positionOfB) {
        byte[] pageOfA = a.page(positionOfA);
        byte[] pageOfB = b.page(positionOfB);
        int startOfA = offset(positionOfA);
        int startOfB = offset(positionOfB);
        return Arrays.compareUnsigned(
                pageOfA,
                startOfA + PATH,
                startOfA + PATH + length(pageOfA, startOfA),
                pageOfB,
                startOfB + PATH,
                startOfB + PATH + length(pageOfB, startOfB));
    }

    private byte[] page(long position) {
        return pages.get((int) (position / PAGE));
    }

    private static int offset(long position) {
        return (int) (position % PAGE);
    }

    private static int length(byte[] page, int at) {
        return (short) SHORT.get(page, at + PATH_LENGTH) & 0xffff;
    }

    /** A file. */
    static final class Entry {
        private final byte[] page;
        private final int at;

        private Entry(byte[] page, int at) {
            this.page = page;
            this.at = at;
        }

        /** For display. */
        String path() {
            return FilePath.of(Arrays.copyOfRange(page, at + PATH, at + PATH + length(page, at)))
                    .toString();
        }

        FileType type() {
            return TYPES[page[at + TYPE]];
        }

        int mode() {
            return (short) SHORT.get(page, at + MODE) & 07777;
        }

        long uid() {
            return Integer.toUnsignedLong((int) INT.get(page, at + UID));
        }

        long gid() {
            return Integer.toUnsignedLong((int) INT.get(page, at + GID));
        }

        long size() {
            return (long) LONG.get(page, at + SIZE);
        }

        /** False for a file that nobody read, and for what has no content. */
        boolean hasDigest() {
            return page[at + STATE] == KNOWN;
        }

        boolean hasDigestOf(Entry other) {
            return Arrays.equals(
                    page,
                    at,
                    at + ContentDigest.LENGTH,
                    other.page,
                    other.at,
                    other.at + ContentDigest.LENGTH);
        }
    }
}
