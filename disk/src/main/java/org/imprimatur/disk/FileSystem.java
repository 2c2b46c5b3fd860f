package org.imprimatur.disk;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * An opened file system.
 *
 * <p>Listing, describing and reading are apart from each other, so that one damaged file never
 * hides its directory. Every method throws {@link ImageException} when the image is at fault. All
 * methods may be called by several threads at once.
 */
public interface FileSystem {

    /** {@code ext2}, {@code ext3}, {@code ext4}, {@code xfs}, … */
    String type();

    /** The name its maker gave it, escaped for display. */
    Optional<String> label();

    Optional<UUID> uuid();

    /** What {@code UUID=} in fstab(5) names it by; empty where it has nothing of the kind. */
    default String mountId() {
        return uuid().map(UUID::toString).orElse("");
    }

    /**
     * What stands against reading this file system as a whole: a journal that was not replayed, a
     * feature whose effect is not known. With any of these, an inspection is not complete.
     */
    List<Unread> faults();

    /** What is worth knowing of this file system, though nothing was left unread because of it. */
    default List<Note> notes() {
        return List.of();
    }

    /**
     * What its journal still had to do when the image was made; empty where it was unmounted
     * cleanly. Tells nothing where {@link #faults()} says that the journal was not replayed.
     */
    default Optional<Note> uncleanJournal() {
        return Optional.empty();
    }

    Inode root() throws IOException;

    /** The inode of this number, as directory entries name it. */
    Inode inode(long number) throws IOException;

    /**
     * What a directory holds.
     *
     * @throws IllegalArgumentException when the inode is not a directory
     */
    Listing list(Inode directory) throws IOException;

    /**
     * Gives the content of a regular file to the sink, without its holes.
     *
     * @throws IllegalArgumentException when the inode is not a regular file
     */
    void read(Inode file, ByteSink sink) throws IOException;

    /**
     * The whole content of a small regular file, holes filled with zeros.
     *
     * @throws UnsupportedImageException when the file is larger than {@code maxBytes}
     */
    default byte[] readAll(Inode file, int maxBytes) throws IOException {
        if (file.size() > maxBytes) {
            throw new UnsupportedImageException(
                    "the file of inode %d has %d bytes, more than the %d that are read at once"
                            .formatted(file.number(), file.size(), maxBytes));
        }
        // Grows with what is really there; a size alone allocates nothing.
        var content = new ByteArrayOutputStream((int) Math.min(file.size(), 1 << 16));
        read(
                file,
                (offset, buffer, from, length) -> {
                    pad(content, offset);
                    content.write(buffer, from, length);
                });
        pad(content, file.size());
        return content.toByteArray();
    }

    private static void pad(ByteArrayOutputStream content, long to) {
        byte[] zeros = new byte[(int) Math.min(1 << 16, Math.max(0, to - content.size()))];
        while (content.size() < to) {
            content.write(zeros, 0, (int) Math.min(zeros.length, to - content.size()));
        }
    }

    /**
     * Where on the volume the content of a file begins, in bytes; 0 when nothing is stored outside
     * the inode. Reading files in this order is fastest.
     */
    long firstByte(Inode file) throws IOException;

    /** How many bytes of the volume hold content of a file: its size without the holes. */
    long storedBytes(Inode file) throws IOException;

    /**
     * Whether files may share what is stored, as reflinks and snapshots do. The bytes stored for
     * all files together may then be more than the volume has.
     */
    default boolean sharesContent() {
        return false;
    }

    /**
     * What tells a file apart from others of other content, without reading it: of files with equal
     * keys only one needs to be read. Empty where the file system offers no such key.
     */
    default Optional<ContentKey> contentKey(Inode file) throws IOException {
        return Optional.empty();
    }

    /**
     * The target of a symbolic link, as it is written.
     *
     * @throws IllegalArgumentException when the inode is not a symbolic link
     */
    FilePath readLink(Inode link) throws IOException;

    /**
     * The extended attributes by their full names, such as {@code security.capability}. The names
     * are escaped for display.
     */
    Map<String, byte[]> attributes(Inode inode) throws IOException;

    /**
     * Gives the parts of the volume that hold neither content nor metadata to the sink: what nobody
     * reads by way of a file. What lies behind the end of the file system is among them; space set
     * aside for a boot loader is not.
     *
     * @throws ImageException when it cannot be told for certain what is in use; the sink has then
     *     got only parts that are free for certain
     */
    void unallocated(RangeSink sink) throws IOException;

    /**
     * The parts that can be mounted by themselves, those that no path reaches left out; the top
     * level is one of them. Exactly one is the default. Empty where the file system has no such
     * parts.
     */
    default List<Subvolume> subvolumes() throws IOException {
        return List.of();
    }
}
