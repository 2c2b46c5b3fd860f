package org.imprimatur.disk;

/** What was found in a volume. */
public sealed interface VolumeContent {

    /** A file system that can be listed and read; its own faults are asked of it. */
    record FileSystemContent(FileSystem fileSystem) implements VolumeContent {}

    /**
     * Nothing that a person could have put there as a file.
     *
     * @param kind {@code all zeros}, {@code unused swap space}, {@code BIOS boot code}, …
     */
    record EmptyContent(String kind) implements VolumeContent {}

    /**
     * A part of something larger, whose parts in turn are volumes of their own.
     *
     * @param of {@code LVM physical volume of vg0}
     */
    record MemberContent(String of) implements VolumeContent {}

    /**
     * Content that could not be read: an inspection that meets it is not complete.
     *
     * @param reason what it is, as far as it could be told, and why it was not read
     */
    record UnreadContent(String reason) implements VolumeContent {}
}
