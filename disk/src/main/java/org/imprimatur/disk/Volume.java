package org.imprimatur.disk;

/**
 * A partition, or the whole disk where there is no partition table.
 *
 * @param id {@code p1}, {@code p2}, … as numbered by the partition table, or {@code disk}
 * @param name the name in the partition table, escaped for display; often empty
 * @param type the partition type in words where it is known, else the GUID or {@code 0x83}; {@code
 *     whole disk} where there is no table
 * @param offset in bytes from the start of the disk
 * @param size in bytes
 * @param device the bytes of the volume
 * @param content what was found in it
 */
public record Volume(
        String id,
        String name,
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
