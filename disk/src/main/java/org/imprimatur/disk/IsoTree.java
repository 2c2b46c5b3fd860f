package org.imprimatur.disk;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One of the trees of directories of an ISO 9660 file system: how its records and names are read.
 */
final class IsoTree {

    private static final int SECTOR = IsoDescriptors.SECTOR;

    /** Each section but the last has 4 GiB less a block: more are beyond the largest disk. */
    private static final int MAX_SECTIONS = 4096;

    private static final int MAX_FAULTS = 64;

    private final BlockDevice device;
    private final IsoDescriptors.Descriptor descriptor;

    /** How many bytes of each record are not for Rock Ridge; -1 where there is no Rock Ridge. */
    private final int skip;

    IsoTree(BlockDevice device, IsoDescriptors.Descriptor descriptor, boolean rockRidge)
            throws IOException {
        this.device = device;
        this.descriptor = descriptor;
        this.skip = rockRidge ? findSkip() : -1;
    }

    /** What the sharing protocol says in the first record of the root directory. */
    private int findSkip() throws IOException {
        IsoRecord self = self(descriptor.root().extent());
        var found = RockRidge.read(self, 0, this::area);
        return found.isPresent() && found.skip() >= 0 ? found.skip() : -1;
    }

    boolean hasRockRidge() {
        return skip >= 0;
    }

    boolean hasJoliet() {
        return descriptor.joliet();
    }

    IsoDescriptors.Descriptor descriptor() {
        return descriptor;
    }

    /** Where the root directory is, in bytes. */
    long rootOffset() {
        return offset(descriptor.root().extent());
    }

    long offset(long block) {
        return block * descriptor.blockSize();
    }

    byte[] area(long block, long offset, int length) throws IOException {
        Ranges.check("a continuation", offset(block) + offset, length, device.size());
        byte[] bytes = new byte[length];
        device.read(offset(block) + offset, bytes, 0, length);
        return bytes;
    }

    /** The record in which a directory, beginning at a block, speaks of itself. */
    IsoRecord self(long block) throws IOException {
        return selfAt(offset(block));
    }

    IsoRecord selfAt(long offset) throws IOException {
        IsoRecord self = record(offset);
        if (!self.isDirectory() || !self.isSpecial(0) || offset(self.extent()) != offset) {
            throw new CorruptImageException("no directory begins at offset %d".formatted(offset));
        }
        return self;
    }

    IsoRecord record(long at) throws IOException {
        Ranges.check("the record of a directory", at, IsoRecord.LEAST, device.size());
        byte[] length = new byte[1];
        device.read(at, length, 0, 1);
        byte[] bytes = new byte[length[0] & 0xff];
        Ranges.check("the record of a directory", at % SECTOR, bytes.length, SECTOR);
        device.read(at, bytes, 0, bytes.length);
        return IsoRecord.of(at, bytes);
    }

    /** How many bytes the volume has. */
    long size() {
        return device.size();
    }

    RockRidge rockRidge(IsoRecord record) throws IOException {
        return rockRidge(record, (_, _) -> {});
    }

    /**
     * @param parts is told of every continuation
     */
    RockRidge rockRidge(IsoRecord record, IsoScan.PartSink parts) throws IOException {
        if (skip < 0) {
            return RockRidge.NONE;
        }
        return RockRidge.read(
                record,
                // The first record of the root is where that number stands.
                record.at() == rootOffset() ? 0 : skip,
                (block, offset, length) -> {
                    parts.accept(offset(block) + offset, length);
                    return area(block, offset, length);
                });
    }

    /** Takes the entries of a directory. */
    @FunctionalInterface
    interface EntrySink {

        /**
         * @param sections all records of one file, in order; a directory has one
         */
        void accept(List<IsoRecord> sections) throws IOException;
    }

    /**
     * Reads the records of a directory, those for itself and its parent left out. A sector is lost
     * from the first damaged record on.
     */
    void records(IsoRecord self, List<String> faults, EntrySink sink) throws IOException {
        long start = offset(self.extent());
        Ranges.check("the directory at offset " + start, start, self.size(), device.size());
        byte[] sector = new byte[SECTOR];
        var sections = new ArrayList<IsoRecord>();
        boolean specials = true;
        for (long from = 0; from < self.size(); from += SECTOR) {
            int length = (int) Math.min(SECTOR, self.size() - from);
            device.read(start + from, sector, 0, length);
            int at = 0;
            while (at < length && sector[at] != 0) {
                IsoRecord record;
                try {
                    int end = Math.min(length, at + Bytes.u8(sector, at));
                    record = IsoRecord.of(start + from + at, Arrays.copyOfRange(sector, at, end));
                } catch (CorruptImageException e) {
                    fault(faults, e.explanation());
                    break;
                }
                at += record.bytes().length;
                specials &= from == 0;
                if (specials && (record.isSpecial(0) || record.isSpecial(1))) {
                    continue;
                }
                specials = false;
                if (!sections.isEmpty() && !sameName(sections.getFirst(), record)) {
                    fault(faults, "a file of several sections has no last one");
                    sections.clear();
                }
                sections.add(record);
                if (sections.size() > MAX_SECTIONS) {
                    throw new CorruptImageException(
                            "a file of more than %d sections".formatted(MAX_SECTIONS));
                }
                if (!record.has(IsoRecord.MORE)) {
                    sink.accept(List.copyOf(sections));
                    sections.clear();
                }
            }
            if (at < length && sector[at] == 0 && !isZero(sector, at, length)) {
                fault(
                        faults,
                        "sector %d has something behind its records".formatted(from / SECTOR));
            }
        }
        if (!sections.isEmpty()) {
            fault(faults, "a file of several sections has no last one");
        }
    }

    private static boolean isZero(byte[] sector, int from, int to) {
        return ZeroSearch.isZero(sector, from, to - from);
    }

    static void fault(List<String> faults, String fault) {
        if (faults.size() < MAX_FAULTS) {
            faults.add(fault);
        }
    }

    private static boolean sameName(IsoRecord one, IsoRecord two) {
        return Arrays.equals(
                one.bytes(), 33, 33 + one.nameLength(), two.bytes(), 33, 33 + two.nameLength());
    }

    /** The records of the file whose first one stands at a place. */
    List<IsoRecord> sections(long at) throws IOException {
        var sections = new ArrayList<IsoRecord>();
        IsoRecord record = record(at);
        sections.add(record);
        byte[] next = new byte[1];
        while (record.has(IsoRecord.MORE)) {
            long place = record.at() + record.bytes().length;
            Ranges.check("the record of a directory", place, 1, device.size());
            device.read(place, next, 0, 1);
            if (next[0] == 0) {
                place = (place / SECTOR + 1) * SECTOR;
            }
            record = record(place);
            if (!sameName(sections.getFirst(), record) || sections.size() == MAX_SECTIONS) {
                throw new CorruptImageException(
                        "the file of the record at offset %d has no last section".formatted(at));
            }
            sections.add(record);
        }
        return sections;
    }

    /** The name as Linux shows it by default. */
    byte[] name(IsoRecord record, RockRidge rockRidge) {
        byte[] name = rockRidge.name();
        if (name.length > 0) {
            return name;
        }
        return descriptor.joliet() ? jolietName(record) : plainName(record);
    }

    private static byte[] jolietName(IsoRecord record) {
        byte[] bytes = record.bytes();
        var name = new StringBuilder();
        for (int i = 33; i + 1 < 33 + record.nameLength(); i += 2) {
            name.append((char) (Bytes.u8(bytes, i) << 8 | Bytes.u8(bytes, i + 1)));
        }
        int end = name.length();
        if (end > 2 && name.substring(end - 2).equals(";1")) {
            end -= 2;
        }
        while (end >= 2 && name.charAt(end - 1) == '.') {
            end--;
        }
        return FatNames.utf8(name.substring(0, end));
    }

    /** Small letters, no version 1, no point before it. */
    private static byte[] plainName(IsoRecord record) {
        var name = new ByteArrayOutputStream();
        byte[] bytes = record.bytes();
        int length = record.nameLength();
        for (int i = 0; i < length; i++) {
            byte each = bytes[33 + i];
            boolean versionNext =
                    i + 3 == length && bytes[33 + i + 1] == ';' && bytes[33 + i + 2] == '1';
            boolean version = i + 2 == length && each == ';' && bytes[33 + i + 1] == '1';
            if (version || each == '.' && versionNext) {
                break;
            }
            if (each >= 'A' && each <= 'Z') {
                name.write(each + ('a' - 'A'));
            } else {
                name.write(each == ';' || each == '/' ? '.' : each);
            }
        }
        return name.toByteArray();
    }
}
