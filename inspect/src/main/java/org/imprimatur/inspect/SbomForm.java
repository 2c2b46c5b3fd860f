package org.imprimatur.inspect;

import java.nio.file.Path;
import java.util.Locale;

/** The forms of a bill of materials. */
public enum SbomForm {
    /** CycloneDX 1.6, JSON. */
    CYCLONEDX,
    /** SPDX 2.3, JSON. */
    SPDX;

    /** The form that a file's name asks for: SPDX where it ends so, else CycloneDX. */
    public static SbomForm ofName(Path file) {
        var name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        return name.endsWith(".spdx.json") || name.endsWith(".spdx") ? SPDX : CYCLONEDX;
    }

    /** The whole document, ended by a line feed. */
    public byte[] bytes(Report report) {
        return switch (this) {
            case CYCLONEDX -> Sbom.bytes(report);
            case SPDX -> SpdxSbom.bytes(report);
        };
    }
}
