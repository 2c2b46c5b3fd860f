package org.imprimatur.disk;

import java.io.IOException;
import java.util.List;

/**
 * The boot catalogue of an ISO 9660 file system ("El Torito", 1.0): the images that firmware starts
 * are content, whether a tree names them or not.
 */
final class ElTorito {

    private static final int ENTRY = 32;

    private final BlockDevice device;
    private final IsoDescriptors descriptors;

    ElTorito(BlockDevice device, IsoDescriptors descriptors) {
        this.device = device;
        this.descriptors = descriptors;
    }

    /**
     * Notes every boot image. One inside the file system that is no file is a fault: nobody reads
     * it. One behind its end is free space or a partition, and read as such.
     *
     * @param starts where the files of the tree begin, each number larger by one; those that were
     *     not there are added
     */
    void tell(LongSet starts, List<Note> notes, List<Unread> faults) throws IOException {
        if (descriptors.bootCatalog() == 0) {
            return;
        }
        byte[] catalog = new byte[IsoDescriptors.SECTOR];
        long at = descriptors.bootCatalog() * IsoDescriptors.SECTOR;
        try {
            Ranges.check("the boot catalogue", at, catalog.length, device.size());
            device.read(at, catalog, 0, catalog.length);
            validate(catalog);
        } catch (ImageException e) {
            faults.add(new Unread("El Torito", e.explanation()));
            return;
        }
        int platform = Bytes.u8(catalog, 1);
        image(catalog, ENTRY, platform, starts, notes, faults);
        int entry = 2 * ENTRY;
        boolean last = false;
        // Each header tells how many entries follow it, and whether another header does.
        while (!last && entry < catalog.length) {
            int kind = Bytes.u8(catalog, entry);
            if (kind != 0x90 && kind != 0x91) {
                return;
            }
            platform = Bytes.u8(catalog, entry + 1);
            last = kind == 0x91;
            int count = Bytes.u16le(catalog, entry + 2);
            entry += ENTRY;
            while (count > 0 && entry < catalog.length) {
                // 44h continues the entry before it.
                if (Bytes.u8(catalog, entry) != 0x44) {
                    image(catalog, entry, platform, starts, notes, faults);
                    count--;
                }
                entry += ENTRY;
            }
        }
        if (!last) {
            faults.add(new Unread("El Torito", "the boot catalogue has more than 64 entries"));
        }
    }

    private static void validate(byte[] catalog) throws CorruptImageException {
        int sum = 0;
        for (int i = 0; i < ENTRY; i += 2) {
            sum += Bytes.u16le(catalog, i);
        }
        if (catalog[0] != 1 || Bytes.u16le(catalog, 30) != 0xaa55 || (sum & 0xffff) != 0) {
            throw new CorruptImageException(
                    "the first entry of the boot catalogue has the sum %04x, not 0, and ends with %04x, not aa55"
                            .formatted(sum & 0xffff, Bytes.u16le(catalog, 30)));
        }
    }

    private void image(
            byte[] catalog,
            int entry,
            int platform,
            LongSet starts,
            List<Note> notes,
            List<Unread> faults) {
        long offset = Bytes.u32le(catalog, entry + 8) * IsoDescriptors.SECTOR;
        if (offset == 0) {
            return;
        }
        String name =
                switch (platform) {
                    case 0x00 -> "PC BIOS";
                    case 0x01 -> "PowerPC";
                    case 0x02 -> "Macintosh";
                    case 0xef -> "UEFI";
                    default -> "platform 0x%02x".formatted(platform);
                };
        notes.add(
                new Note("El Torito", "a boot image for %s at offset %d".formatted(name, offset)));
        if (offset < descriptors.primary().size() && starts.add(offset + 1)) {
            faults.add(
                    new Unread(
                            "El Torito",
                            "the boot image for %s at offset %d is no file, and was not read"
                                    .formatted(name, offset)));
        }
    }
}
