package org.imprimatur.disk;

import java.util.Locale;
import java.util.Optional;

/** A container format that disks are written in. */
public enum DiskFormat {
    /** The disk's bytes and nothing else; zeros are holes of the file. */
    RAW,
    /** QEMU's qcow2, version 3, without compression; zeros take no place. */
    QCOW2;

    /** The name as {@link DiskImage#format()} has it. */
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The format of a name, if disks are written in it. */
    public static Optional<DiskFormat> parse(String name) {
        for (var format : values()) {
            if (format.wire().equals(name)) {
                return Optional.of(format);
            }
        }
        return Optional.empty();
    }
}
