package org.imprimatur.register;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How an image was made (END-4.2.a).
 *
 * @param tool name of the program that made it
 * @param version of the tool
 * @param packageUrl the tool as a package URL, by which advisories know it; null where it has none
 * @param builder who or what ran it, for example the URI of a build service
 * @param provenance build provenance as an attachment; null for none
 */
public record Generation(
        String tool,
        String version,
        @Nullable String packageUrl,
        String builder,
        @Nullable Provenance provenance) {

    /**
     * A provenance document (SLSA v1) that was found to be of this image.
     *
     * @param document SHA-256 of its bytes
     * @param buildType the URI that says how to read its parameters
     * @param startedAt when the build began; null where the document does not say
     * @param finishedAt when it ended; null where the document does not say
     */
    public record Provenance(
            Sha256 document,
            String buildType,
            @Nullable Instant startedAt,
            @Nullable Instant finishedAt) {

        public Provenance {
            Text.line("buildType", buildType, 1, 2048);
            startedAt = startedAt == null ? null : Text.instant("startedAt", startedAt);
            finishedAt = finishedAt == null ? null : Text.instant("finishedAt", finishedAt);
            if (startedAt != null && finishedAt != null && finishedAt.isBefore(startedAt)) {
                throw new MalformedInput(
                        "finishedAt", "not before " + startedAt, finishedAt.toString());
            }
        }
    }

    public Generation {
        Text.line("tool", tool, 1, 128);
        Text.line("version", version, 1, 128);
        if (packageUrl != null) {
            Text.line("package", packageUrl, 5, 1024);
            if (!packageUrl.startsWith("pkg:")) {
                throw new MalformedInput(
                        "package", "a package URL pkg:TYPE/…", MalformedInput.quoted(packageUrl));
            }
        }
        Text.line("builder", builder, 1, 512);
    }
}
