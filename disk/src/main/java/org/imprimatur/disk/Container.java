package org.imprimatur.disk;

import java.io.IOException;
import java.util.List;

/**
 * The file format around a disk.
 *
 * @param format {@code raw} or {@code qcow2}
 * @param disk the disk inside; closing it closes the file
 */
record Container(String format, BlockDevice disk, List<Note> notes) {

    static Container open(BlockDevice file, Limits limits) throws IOException {
        if (file.size() == 0) {
            throw new CorruptImageException("the file is empty");
        }
        byte[] head = new byte[(int) Math.min(file.size(), 34 << 10)];
        file.read(0, head, 0, head.length);
        if (Bytes.has(head, 0, "QFI\u00fb")) {
            Qcow2Device disk = Qcow2Device.open(file, limits);
            return new Container("qcow2", disk, disk.notes());
        }
        refuseOthers(file, head);
        if (file.size() > limits.maxVirtualBytes()) {
            throw new UnsupportedImageException(
                    "a disk of %d bytes is larger than the limit of %d"
                            .formatted(file.size(), limits.maxVirtualBytes()));
        }
        var notes =
                file.size() % 512 == 0
                        ? List.<Note>of()
                        : List.of(
                                new Note(
                                        "disk",
                                        "its size of %d bytes is no multiple of a sector of 512"
                                                .formatted(file.size())));
        return new Container("raw", file, notes);
    }

    /** A known format that is not read here must not pass for a raw disk full of unknown bytes. */
    private static void refuseOthers(BlockDevice file, byte[] head) throws IOException {
        String name = "";
        if (Bytes.has(head, 0, "KDMV")
                || Bytes.has(head, 0, "COWD")
                || Bytes.has(head, 0, "# Disk DescriptorFile")) {
            name = "VMDK";
        } else if (Bytes.has(head, 0, "vhdxfile")) {
            name = "VHDX";
        } else if (Bytes.has(head, 0, "conectix") || hasVhdFooter(file)) {
            name = "VHD";
        } else if (head.length >= 68 && Bytes.u32le(head, 64) == 0xbeda107fL) {
            name = "VDI";
        } else if (Bytes.has(head, 0, "QED\0")) {
            name = "QED";
        } else if (Bytes.has(head, 0, "PFLT") || Bytes.has(head, 0, "WithoutFreeSpace")) {
            name = "Parallels";
        } else if (Bytes.has(head, 257, "ustar")) {
            name = "tar (or OVA)";
        } else if (isCompressed(head)) {
            name = "compressed";
        }
        if (!name.isEmpty()) {
            throw new UnsupportedImageException(
                    "a %s file; raw and qcow2 disk images are read".formatted(name));
        }
    }

    private static boolean hasVhdFooter(BlockDevice file) throws IOException {
        if (file.size() < 512) {
            return false;
        }
        byte[] footer = new byte[8];
        file.read(file.size() - 512, footer, 0, footer.length);
        return Bytes.has(footer, 0, "conectix");
    }

    private static boolean isCompressed(byte[] head) {
        return Bytes.has(head, 0, "\u001f\u008b\b")
                || Bytes.has(head, 0, "\u00fd7zXZ\0")
                || Bytes.has(head, 0, "(\u00b5/\u00fd")
                || Bytes.has(head, 0, "BZh")
                || Bytes.has(head, 0, "PK\u0003\u0004")
                || Bytes.has(head, 0, "7z\u00bc\u00af\u0027\u001c");
    }
}
