package org.imprimatur.node.driver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * What a file looks like from outside, times in microseconds. Who changes a file's bytes changes
 * {@code changedAt}, which nobody can set; but giving it a second name changes that too.
 *
 * @param bytes its size; -1 for what is no plain file
 * @param modifiedAt when its bytes were changed, as anybody may say
 * @param changedAt when anything of it was changed
 * @param inode its number in the file system
 */
public record FileStamp(long bytes, Instant modifiedAt, Instant changedAt, long inode) {

    public FileStamp {
        modifiedAt = modifiedAt.truncatedTo(ChronoUnit.MICROS);
        changedAt = changedAt.truncatedTo(ChronoUnit.MICROS);
    }

    /**
     * Of the file as it is now.
     *
     * @throws java.nio.file.NoSuchFileException when there is none
     */
    public static FileStamp of(Path file) throws IOException {
        var basic =
                Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        var found = Files.readAttributes(file, "unix:ctime,ino", LinkOption.NOFOLLOW_LINKS);
        if (found.get("ctime") instanceof FileTime changed
                && found.get("ino") instanceof Long inode) {
            return new FileStamp(
                    basic.isRegularFile() ? basic.size() : -1,
                    basic.lastModifiedTime().toInstant(),
                    changed.toInstant(),
                    inode);
        }
        throw new IOException("the file system of " + file + " tells nothing of its files");
    }

    /** Whether it looks the same but for the moment at which anything was changed. */
    public boolean alike(FileStamp other) {
        return bytes == other.bytes && inode == other.inode && modifiedAt.equals(other.modifiedAt);
    }
}
