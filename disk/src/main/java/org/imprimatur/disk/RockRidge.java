package org.imprimatur.disk;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import org.jspecify.annotations.Nullable;

/**
 * What Rock Ridge says of one record of an ISO 9660 directory (SUSP 1.12 and RRIP 1.12): owner,
 * mode, names, links, times. All fields are absent where no entry was there.
 */
final class RockRidge {

    private static final int MAX_CONTINUATIONS = 100;
    private static final int MAX_AREA = 1 << 16;
    private static final int MAX_LINK = 4096;

    /** Reads a part of the volume; checks that it is inside. */
    @FunctionalInterface
    interface Areas {
        byte[] read(long block, long offset, int length) throws IOException;
    }

    /** Of a record in a tree without Rock Ridge. */
    static final RockRidge NONE = new RockRidge();

    private final ByteArrayOutputStream name = new ByteArrayOutputStream();
    private final ByteArrayOutputStream target = new ByteArrayOutputStream();

    private boolean present;
    private boolean moved;
    private boolean nameContinues;
    private boolean linkContinues;
    private boolean separator;
    private int mode = -1;
    private long links = 1;
    private long uid;
    private long gid;
    private int device;
    private long child = -1;
    private long modified = Long.MIN_VALUE;
    private long changed = Long.MIN_VALUE;
    private int skip = -1;
    private boolean ended;
    private String refused = "";

    private RockRidge() {}

    /**
     * @param skip how many bytes of each area belong to somebody else
     */
    static RockRidge read(IsoRecord record, int skip, Areas areas) throws IOException {
        var found = new RockRidge();
        var seen = new HashSet<String>();
        byte[] area = record.bytes();
        int from = Math.min(area.length, record.systemUse() + skip);
        int continuations = 0;
        while (true) {
            Continuation next = found.area(area, from, record.at());
            if (next == null) {
                break;
            }
            if (++continuations > MAX_CONTINUATIONS || !seen.add(next.block + " " + next.offset)) {
                throw new CorruptImageException(
                        "the continuations of the record at offset %d come to block %d twice, or are more than %d"
                                .formatted(record.at(), next.block, MAX_CONTINUATIONS));
            }
            if (next.length > MAX_AREA) {
                throw new CorruptImageException(
                        "a continuation of %d bytes, not at most %d"
                                .formatted(next.length, MAX_AREA));
            }
            area = areas.read(next.block, next.offset, (int) next.length);
            from = 0;
        }
        if (found.nameContinues || found.linkContinues) {
            throw new CorruptImageException(
                    "the name or link of the record at offset %d does not end"
                            .formatted(record.at()));
        }
        return found;
    }

    private record Continuation(long block, long offset, long length) {}

    private @Nullable Continuation area(byte[] area, int from, long record)
            throws CorruptImageException {
        Continuation next = null;
        int at = from;
        // What is shorter than an entry is padding.
        while (at + 4 <= area.length && area[at] != 0 && !ended) {
            int length = Bytes.u8(area, at + 2);
            if (length < 4 || at + length > area.length) {
                throw new CorruptImageException(
                        "an entry '%s' of %d bytes in the record at offset %d reaches beyond its area"
                                .formatted(Escaped.of(area, at, at + 2), length, record));
            }
            String kind = new String(area, at, 2, StandardCharsets.ISO_8859_1);
            switch (kind) {
                case "CE" -> {
                    need(length, 28, kind, record);
                    if (next != null) {
                        throw new CorruptImageException(
                                "two continuations of the record at offset " + record);
                    }
                    next =
                            new Continuation(
                                    IsoRecord.both32(area, at + 4),
                                    IsoRecord.both32(area, at + 12),
                                    IsoRecord.both32(area, at + 20));
                }
                case "SP" -> {
                    need(length, 7, kind, record);
                    if (Bytes.u8(area, at + 4) == 0xbe && Bytes.u8(area, at + 5) == 0xef) {
                        skip = Bytes.u8(area, at + 6);
                    }
                }
                case "ST" -> ended = true;
                case "RR" -> present = true;
                case "ER" -> {
                    need(length, 8, kind, record);
                    int id = Bytes.u8(area, at + 4);
                    need(length, 8 + id, kind, record);
                    present |=
                            Bytes.has(area, at + 8, "RRIP_1991A")
                                    || Bytes.has(area, at + 8, "IEEE_P1282")
                                    || Bytes.has(area, at + 8, "IEEE_1282");
                }
                case "PX" -> {
                    need(length, 36, kind, record);
                    present = true;
                    mode = (int) IsoRecord.both32(area, at + 4);
                    links = IsoRecord.both32(area, at + 12);
                    uid = IsoRecord.both32(area, at + 20);
                    gid = IsoRecord.both32(area, at + 28);
                }
                case "PN" -> {
                    need(length, 20, kind, record);
                    device(IsoRecord.both32(area, at + 4), IsoRecord.both32(area, at + 12));
                }
                case "NM" -> {
                    need(length, 5, kind, record);
                    name(area, at, length);
                }
                case "SL" -> {
                    need(length, 5, kind, record);
                    link(area, at, length, record);
                }
                case "TF" -> {
                    need(length, 5, kind, record);
                    times(area, at, length);
                }
                case "CL" -> {
                    need(length, 12, kind, record);
                    child = IsoRecord.both32(area, at + 4);
                }
                case "RE" -> moved = true;
                case "SF" -> refused = "sparse by Rock Ridge";
                case "ZF" -> refused = "compressed by zisofs";
                default -> {
                    // Entries that Linux passes over too.
                }
            }
            at += length;
        }
        return next;
    }

    private static void need(int length, int least, String kind, long record)
            throws CorruptImageException {
        if (length < least) {
            throw new CorruptImageException(
                    "an entry %s of %d bytes, not %d, in the record at offset %d"
                            .formatted(kind, length, least, record));
        }
    }

    /** High and low half; some writers put both into the low one, as Linux knows. */
    private void device(long high, long low) {
        long major = high;
        long minor = low;
        if (high == 0 && (low & ~0xffL) != 0) {
            major = low >>> 8;
            minor = low & 0xff;
        }
        device = (int) (minor & 0xff | (major & 0xfff) << 8 | (minor & 0xfff00) << 12);
    }

    private void name(byte[] area, int at, int length) {
        int flags = Bytes.u8(area, at + 4);
        if ((flags & 0x02) != 0) {
            name.write('.');
        } else if ((flags & 0x04) != 0) {
            name.writeBytes(new byte[] {'.', '.'});
        } else if (name.size() < MAX_LINK) {
            name.write(area, at + 5, length - 5);
        }
        nameContinues = (flags & 0x01) != 0;
    }

    private void link(byte[] area, int at, int length, long record) throws CorruptImageException {
        int part = at + 5;
        while (part < at + length) {
            int size = part + 2 <= at + length ? Bytes.u8(area, part + 1) : length;
            if (part + 2 + size > at + length || target.size() > MAX_LINK) {
                throw new CorruptImageException(
                        "the link of the record at offset %d reaches beyond its entry"
                                .formatted(record));
            }
            int flags = Bytes.u8(area, part);
            if (separator) {
                target.write('/');
            }
            switch (flags & ~0x01) {
                case 0x00 -> target.write(area, part + 2, size);
                case 0x02 -> target.write('.');
                case 0x04 -> target.writeBytes(new byte[] {'.', '.'});
                case 0x08 -> target.write('/');
                default ->
                        throw new CorruptImageException(
                                "a part of the link of the record at offset %d has flags 0x%02x"
                                        .formatted(record, flags));
            }
            separator = (flags & (0x01 | 0x08)) == 0;
            part += 2 + size;
        }
        linkContinues = (Bytes.u8(area, at + 4) & 0x01) != 0;
    }

    private void times(byte[] area, int at, int length) {
        int flags = Bytes.u8(area, at + 4);
        int size = (flags & 0x80) != 0 ? 17 : 7;
        int place = at + 5;
        // Creation, modification, access, attributes; what follows is of no use here.
        for (int bit = 0; bit < 4; bit++) {
            if ((flags & 1 << bit) != 0 && place + size <= at + length) {
                long time =
                        size == 7 ? IsoTime.ofBytes(area, place) : IsoTime.ofDigits(area, place);
                if (bit == 1) {
                    modified = time;
                } else if (bit == 3) {
                    changed = time;
                }
                place += size;
            }
        }
    }

    /** Whether anything here shows that Rock Ridge is in use. */
    boolean isPresent() {
        return present;
    }

    /** What the first record of the root says of all others; -1 when it says nothing. */
    int skip() {
        return skip;
    }

    /** The name, or nothing. */
    byte[] name() {
        return name.toByteArray();
    }

    byte[] target() {
        return target.toByteArray();
    }

    /** The whole Unix mode; -1 where there is none. */
    int mode() {
        return mode;
    }

    int links() {
        return (int) Math.min(links, Integer.MAX_VALUE);
    }

    long uid() {
        return uid;
    }

    long gid() {
        return gid;
    }

    int device() {
        return device;
    }

    /** The block of the directory that stands here in truth; -1 for none. */
    long child() {
        return child;
    }

    /** Whether the directory stands somewhere else in truth. */
    boolean isMoved() {
        return moved;
    }

    long modified(long otherwise) {
        return modified == Long.MIN_VALUE ? otherwise : modified;
    }

    long changed(long otherwise) {
        return changed == Long.MIN_VALUE ? otherwise : changed;
    }

    /** Why the content cannot be read; empty when it can. */
    String refused() {
        return refused;
    }
}
