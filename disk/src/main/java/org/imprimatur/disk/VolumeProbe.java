package org.imprimatur.disk;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.imprimatur.disk.VolumeContent.EmptyContent;
import org.imprimatur.disk.VolumeContent.FileSystemContent;
import org.imprimatur.disk.VolumeContent.MemberContent;
import org.imprimatur.disk.VolumeContent.UnreadContent;

/** Finds out what a volume holds. */
final class VolumeProbe {

    /** All magics below lie in the first 72 KiB. */
    private static final int HEAD = 72 << 10;

    private static final String PHYSICAL_VOLUME = "an LVM physical volume";

    /** Opens a file system that fills a device. */
    @FunctionalInterface
    private interface Opener {
        FileSystem open(BlockDevice device, Limits limits) throws IOException;
    }

    /**
     * A kind of file system that is read.
     *
     * @param isPresent looks at the first 72 KiB
     */
    private record Reader(String name, Predicate<byte[]> isPresent, Opener opener) {}

    private static final List<Reader> READERS =
            List.of(
                    new Reader(
                            "an ext2/3/4 file system",
                            ExtFileSystem::isPresent,
                            ExtFileSystem::open),
                    new Reader("an XFS file system", XfsFileSystem::isPresent, XfsFileSystem::open),
                    new Reader("a FAT file system", FatBootSector::isPresent, FatFileSystem::open),
                    new Reader(
                            "a btrfs file system",
                            BtrfsSuperblock::isPresent,
                            BtrfsFileSystem::open),
                    new Reader(
                            "an ISO 9660 file system",
                            IsoDescriptors::isPresent,
                            IsoFileSystem::open),
                    new Reader(
                            "a squashfs file system",
                            SquashSuperblock::isPresent,
                            SquashFileSystem::open));

    private VolumeProbe() {}

    static Volume probe(BlockDevice disk, Partition partition, Limits limits) throws IOException {
        BlockDevice device = disk.slice(partition.offset(), partition.size());
        VolumeContent content;
        try {
            content = content(device, partition, limits);
        } catch (ImageException e) {
            if (partition.kind() == Partition.Kind.WHOLE_DISK) {
                // Nothing else is on the disk that could still be read.
                throw e;
            }
            content = new UnreadContent(e.explanation());
        }
        return new Volume(
                partition.id(),
                partition.name(),
                partition.uuid(),
                partition.type(),
                partition.offset(),
                partition.size(),
                device,
                content);
    }

    private static VolumeContent content(BlockDevice device, Partition partition, Limits limits)
            throws IOException {
        byte[] head = head(device);
        var signs = new ArrayList<String>();
        Reader reader = null;
        for (Reader each : READERS) {
            if (each.isPresent().test(head)) {
                signs.add(each.name());
                reader = each;
            }
        }
        String other = others(head);
        if (!other.isEmpty()) {
            signs.add(other);
        }
        if (signs.size() > 1) {
            return new UnreadContent(
                    "signs of %s and, at once, of %s".formatted(signs.get(0), signs.get(1)));
        }
        if (reader != null) {
            return new FileSystemContent(reader.opener().open(device, limits));
        }
        if (other.equals(PHYSICAL_VOLUME)) {
            return hasRaidSuperblock(device)
                    ? new UnreadContent(other + " on a Linux RAID, for which there is no reader")
                    : new MemberContent(other);
        }
        if (!other.isEmpty()) {
            return new UnreadContent(other + ", for which there is no reader");
        }
        if (hasRaidSuperblock(device)) {
            return new UnreadContent("a member of a Linux RAID, for which there is no reader");
        }
        if (isSwap(head)) {
            long used = ZeroSearch.firstNonZero(device, 4096, device.size());
            return used == device.size()
                    ? new EmptyContent("unused swap space")
                    : new UnreadContent(
                            "swap space that was used: memory of some machine from offset %d on"
                                    .formatted(used));
        }
        if (partition.kind() == Partition.Kind.BOOT_CODE) {
            return new EmptyContent("boot code");
        }
        if (partition.kind() == Partition.Kind.IN_ISO) {
            return new EmptyContent("a part of the ISO 9660 file system across the disk");
        }
        long data = device.firstNonZero(0);
        return data == device.size()
                ? new EmptyContent("all zeros")
                : new UnreadContent("unknown content from offset %d on".formatted(data));
    }

    /**
     * The name of a file system that begins at the start of the device; empty when there is none.
     */
    static String fileSystemAcross(BlockDevice device) throws IOException {
        byte[] head = head(device);
        for (Reader reader : READERS) {
            if (reader.isPresent().test(head)) {
                return reader.name();
            }
        }
        return others(head);
    }

    private static byte[] head(BlockDevice device) throws IOException {
        byte[] head = new byte[HEAD];
        device.read(0, head, 0, (int) Math.min(HEAD, device.size()));
        return head;
    }

    private static boolean isSwap(byte[] head) {
        return Bytes.has(head, 4086, "SWAPSPACE2") || Bytes.has(head, 4086, "SWAP-SPACE");
    }

    private static String others(byte[] head) {
        if (Bytes.has(head, 0, "LUKS\u00ba\u00be")) {
            return "a LUKS encrypted volume";
        }
        if (LvmLabel.isPresent(head)) {
            return PHYSICAL_VOLUME;
        }
        if (Bytes.has(head, 3, "-FVE-FS-")) {
            return "a BitLocker volume";
        }
        if (Bytes.has(head, 3, "NTFS    ")) {
            return "an NTFS file system";
        }
        if (Bytes.has(head, 3, "EXFAT   ")) {
            return "an exFAT file system";
        }
        if (Bytes.has(head, 0, "sqsh")) {
            return "a squashfs file system";
        }
        if (Bytes.u32le(head, 1024) == 0xe0f5e1e2L) {
            return "an EROFS file system";
        }
        if (Bytes.u32le(head, 1024) == 0xf2f52010L) {
            return "an F2FS file system";
        }
        if (Bytes.u32le(head, 0) == 0xa92b4efcL || Bytes.u32le(head, 4096) == 0xa92b4efcL) {
            return "a member of a Linux RAID";
        }
        if (Bytes.has(head, 65536 + 52, "ReIsErFs") || Bytes.has(head, 65536 + 52, "ReIsEr2Fs")) {
            return "a ReiserFS file system";
        }
        if (Bytes.has(head, 32768, "JFS1")) {
            return "a JFS file system";
        }
        if (Bytes.has(head, 24, "\u00c6\u0085\u0073\u00f6\u004e\u001a\u0045\u00ca")) {
            return "a bcache device";
        }
        return "";
    }

    /** Version 0.90 and 1.0 superblocks stand at the end of the device. */
    private static boolean hasRaidSuperblock(BlockDevice device) throws IOException {
        long[] places = {
            (device.size() & -65536L) - 65536, ((device.size() >> 9) - 16 & -8L) << 9,
        };
        byte[] magic = new byte[4];
        for (long place : places) {
            if (place >= 0 && place <= device.size() - 4) {
                device.read(place, magic, 0, 4);
                if (Bytes.u32le(magic, 0) == 0xa92b4efcL) {
                    return true;
                }
            }
        }
        return false;
    }
}
