package org.imprimatur.disk;

/**
 * A partition, the whole disk where there is no partition table, or a logical volume.
 *
 * @param id {@code p1}, {@code p2}, … as numbered by the partition table, {@code disk}, or {@code
 *     group/name} of a logical volume
 * @param name the name in the partition table, escaped for display; often empty
 * @param partitionId what {@code PARTUUID=} names it by: the GUID of the entry, or the number of
 *     the disk and of the entry; empty where it has nothing of the kind
 * @param type the partition type in words where it is known, else the GUID or {@code 0x83}; {@code
 *     whole disk} where there is no table, {@code logical volume}
 * @param offset in bytes from the start of the disk; of a logical volume, where its first extent
 *     is: the others may be anywhere
 * @param size in bytes
 * @param device the bytes of the volume
 * @param content what was found in it
 */
public record Volume(
        String id,
        String name,
        String partitionId,
        String type,
        long offset,
        long size,
        BlockDevice device,
        VolumeContent content) {

    /** The id and what else names the volume, for people: {@code p3 (root)}. */
    public String title() {
        return name.isEmpty() ? id : id + " (" + name + ")";
    }
}
