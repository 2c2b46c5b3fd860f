package org.imprimatur.inspect;

import java.nio.charset.StandardCharsets;
import org.imprimatur.disk.FilePath;
import org.jspecify.annotations.Nullable;

/** By which paths the files of one volume are known. */
final class Places {

    private final GuestVolume volume;
    private final @Nullable MountedFiles system;

    /**
     * @param system null where there is no installed system
     */
    Places(GuestVolume volume, @Nullable MountedFiles system) {
        this.volume = volume;
        this.system = system;
    }

    /**
     * The place for display: as the installed system sees it; with the id of the volume before it
     * where the system does not.
     */
    String of(FilePath path) {
        if (system != null && system.isWhole(volume)) {
            return path.toString();
        }
        var seen = guestPath(path);
        return seen == null
                ? volume.volume().id() + ":" + path
                : FilePath.of(seen.getBytes(StandardCharsets.ISO_8859_1)).toString();
    }

    /** The same of a path that stands for display already. */
    String of(String shown) {
        return volume.isAtRootOf(system) ? shown : volume.volume().id() + ":" + shown;
    }

    /**
     * The path by which the system sees a file, one character for each byte; null if it does not.
     */
    @Nullable String guestPath(FilePath path) {
        return system == null ? null : system.guestPath(volume, path);
    }

    /** The same, and where the system does not see it, the path with the id of the volume. */
    String name(FilePath path) {
        var seen = guestPath(path);
        return seen == null
                ? volume.volume().id() + ":" + new String(path.bytes(), StandardCharsets.ISO_8859_1)
                : seen;
    }
}
