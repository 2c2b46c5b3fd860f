package org.imprimatur.disk;

import java.io.IOException;
import java.util.List;

/**
 * The file format around a disk.
 *
 * @param format {@code raw}, {@code qcow2}, {@code vmdk}, {@code vhd}, {@code vhdx}, {@code vdi} or
 *     {@code ova}
 * @param disk the disk inside; closing it closes the file
 * @param unread other images in the file, which nobody looked into
 */
record Container(String format, BlockDevice disk, List<Unread> unread, List<Note> notes) {

    Container {
        unread = List.copyOf(unread);
        notes = List.copyOf(notes);
    }

    /** A container of which everything was read. */
    Container(String format, BlockDevice disk, List<Note> notes) {
        this(format, disk, List.of(), notes);
    }

    static Container open(BlockDevice file, Limits limits) throws IOException {
        byte[] head = head(file);
        return Ova.isTar(head) ? Ova.open(file, limits) : open(file, head, limits);
    }

    /** A disk inside an archive, which is no archive itself. */
    static Container openMember(BlockDevice file, Limits limits) throws IOException {
        byte[] head = head(file);
        if (Ova.isTar(head)) {
            throw new UnsupportedImageException("a tar file inside an OVA, where a disk should be");
        }
        return open(file, head, limits);
    }

    private static byte[] head(BlockDevice file) throws IOException {
        if (file.size() == 0) {
            throw new CorruptImageException("the file is empty");
        }
        byte[] head = new byte[(int) Math.min(file.size(), 34 << 10)];
        file.read(0, head, 0, head.length);
        return head;
    }

    private static Container open(BlockDevice file, byte[] head, Limits limits) throws IOException {
        if (Bytes.has(head, 0, "QFI\u00fb")) {
            Qcow2Device disk = Qcow2Device.open(file, limits);
            return new Container("qcow2", disk, disk.notes());
        }
        if (Bytes.has(head, 0, VmdkDisk.MAGIC)) {
            return VmdkDisk.open(file, limits);
        }
        if (Bytes.has(head, 0, VmdkDescriptor.START)) {
            throw VmdkDescriptor.of(head).refusal();
        }
        if (Bytes.has(head, 0, VhdxDisk.SIGNATURE)) {
            return VhdxDisk.open(file, limits);
        }
        if (Bytes.has(head, 0, VhdDisk.COOKIE) || hasVhdFooter(file)) {
            return VhdDisk.open(file, limits);
        }
        if (head.length >= 68 && Bytes.u32le(head, 64) == VdiDisk.SIGNATURE) {
            return VdiDisk.open(file, limits);
        }
        refuseOthers(head);
        checkSize(file.size(), limits);
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

    /** Refuses a disk that is empty or larger than the limit. */
    static void checkSize(long size, Limits limits) throws ImageException {
        if (size <= 0) {
            throw new CorruptImageException(
                    "a disk of %s bytes".formatted(Long.toUnsignedString(size)));
        }
        if (size > limits.maxVirtualBytes()) {
            throw new UnsupportedImageException(
                    "a disk of %d bytes is larger than the limit of %d"
                            .formatted(size, limits.maxVirtualBytes()));
        }
    }

    /** A known format that is not read here must not pass for a raw disk full of unknown bytes. */
    private static void refuseOthers(byte[] head) throws UnsupportedImageException {
        String name = "";
        if (Bytes.has(head, 0, "COWD")) {
            name = "VMDK (COWD)";
        } else if (head.length >= 8 && Bytes.i64le(head, 0) == 0xcafebabeL) {
            name = "VMDK (SESPARSE)";
        } else if (Bytes.has(head, 0, "QED\0")) {
            name = "QED";
        } else if (Bytes.has(head, 0, "PFLT") || Bytes.has(head, 0, "WithoutFreeSpace")) {
            name = "Parallels";
        } else if (isCompressed(head)) {
            name = "compressed";
        }
        if (!name.isEmpty()) {
            throw new UnsupportedImageException(
                    "a %s file; raw, qcow2, sparse VMDK, VHD, VHDX, VDI and OVA files are read"
                            .formatted(name));
        }
    }

    private static boolean hasVhdFooter(BlockDevice file) throws IOException {
        if (file.size() < VhdDisk.FOOTER_BYTES) {
            return false;
        }
        byte[] footer = new byte[8];
        file.read(file.size() - VhdDisk.FOOTER_BYTES, footer, 0, footer.length);
        return Bytes.has(footer, 0, VhdDisk.COOKIE);
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
