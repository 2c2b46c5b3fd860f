package org.imprimatur.disk;

/**
 * A range of the disk that its partition table names, checked to be inside the disk.
 *
 * @param uuid what {@code PARTUUID=} names it by; empty where it has nothing of the kind
 * @param kind what the type means where that matters for reading
 */
record Partition(
        String id, String name, String uuid, String type, Kind kind, long offset, long size) {

    /** A partition that has no identity of its own. */
    Partition(String id, String name, String type, Kind kind, long offset, long size) {
        this(id, name, "", type, kind, offset, size);
    }

    enum Kind {
        /** May hold anything. */
        ORDINARY,
        /** Holds the code of a boot loader, without a file system. */
        BOOT_CODE,
        /** Lies inside an ISO 9660 file system that covers the disk. */
        IN_ISO,
        /** The whole disk, for want of a partition table. */
        WHOLE_DISK
    }
}
