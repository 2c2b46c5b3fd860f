package org.imprimatur.disk;

import java.time.Instant;

/**
 * A file, directory, link or device, whatever its names.
 *
 * <p>Besides what is told about it here, it carries what its file system needs to find its content
 * again; it is of use only with the {@link FileSystem} it came from.
 */
public final class Inode {

    private final long number;
    private final FileType type;
    private final int mode;
    private final long uid;
    private final long gid;
    private final long size;
    private final int links;
    private final long modifiedSecond;
    private final int modifiedNano;
    private final long changedSecond;
    private final int changedNano;
    private final int flags;
    private final int device;
    private final byte[] map;

    /**
     * @param mode the whole Unix mode, type included
     * @param flags as the file system defines them
     * @param device major and minor number as Linux packs them in 32 bits; 0 for other files
     * @param map where the content is, as the file system stores it; given away by the caller
     */
    Inode(
            long number,
            int mode,
            long uid,
            long gid,
            long size,
            int links,
            long modifiedSecond,
            int modifiedNano,
            long changedSecond,
            int changedNano,
            int flags,
            int device,
            byte[] map)
            throws CorruptImageException {
        this.number = number;
        this.type = FileType.ofMode(mode);
        this.mode = mode & 07777;
        this.uid = uid;
        this.gid = gid;
        this.size = size;
        this.links = links;
        this.modifiedSecond = modifiedSecond;
        this.modifiedNano = modifiedNano;
        this.changedSecond = changedSecond;
        this.changedNano = changedNano;
        this.flags = flags;
        this.device = device;
        this.map = map;
    }

    /** The number that directory entries name. */
    public long number() {
        return number;
    }

    public FileType type() {
        return type;
    }

    public boolean isRegular() {
        return type == FileType.REGULAR;
    }

    public boolean isDirectory() {
        return type == FileType.DIRECTORY;
    }

    /**
     * The permission bits with set-user-id, set-group-id and sticky: {@code 0} to {@code 07777}.
     */
    public int mode() {
        return mode;
    }

    public long uid() {
        return uid;
    }

    public long gid() {
        return gid;
    }

    /** The length of the content in bytes, holes included; of a link, the length of its target. */
    public long size() {
        return size;
    }

    /** How many names the inode says it has. */
    public int links() {
        return links;
    }

    /** When the content last changed, as the image claims. */
    public Instant modified() {
        return Instant.ofEpochSecond(modifiedSecond, modifiedNano);
    }

    /** When content, owner or mode last changed, as the image claims. */
    public Instant changed() {
        return Instant.ofEpochSecond(changedSecond, changedNano);
    }

    /** The major number of a device; 0 for other files. */
    public int deviceMajor() {
        return device >>> 8 & 0xfff;
    }

    /** The minor number of a device; 0 for other files. */
    public int deviceMinor() {
        return device & 0xff | device >>> 12 & 0xfff00;
    }

    /** Holds callers to asking only what a file of its type has. */
    void require(FileType wanted) {
        if (type != wanted) {
            throw new IllegalArgumentException(this + " is not of type " + wanted);
        }
    }

    int flags() {
        return flags;
    }

    byte[] map() {
        return map;
    }

    @Override
    public String toString() {
        return "inode %d (%s, mode %04o, %d bytes)".formatted(number, type, mode, size);
    }
}
