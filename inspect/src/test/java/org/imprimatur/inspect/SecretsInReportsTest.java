package org.imprimatur.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.imprimatur.inspect.rules.Profile;
import org.imprimatur.inspect.rules.Severity;
import org.imprimatur.inspect.secrets.Examples;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An image with one secret of every kind in it: nothing that is written about it has any. */
class SecretsInReportsTest {

    /** Where the free blocks of the miniature disk begin. */
    private static final long FREE = 6864896;

    private static final Pattern SECRET = Pattern.compile("[A-Za-z0-9+/]{16,}");
    private static final int PART = 12;

    @TempDir private Path temporary;

    private Report report(String planted) throws IOException {
        var image = Fixtures.image("mini-clean.ext4.raw.gz", temporary);
        try (var file = new RandomAccessFile(image.toFile(), "rw")) {
            file.seek(FREE);
            file.write(planted.getBytes(StandardCharsets.ISO_8859_1));
        }
        return Inspection.run(image, Fixtures.FULL.withUnallocated(), ProgressListener.NONE);
    }

    @Test
    void noOutputHasAnythingOfASecret() throws Exception {
        var planted = Examples.ALL.stream().map(Examples::good).collect(Collectors.joining("\n"));
        var report = report(planted);
        var outputs = new StringBuilder();
        for (var form : ReportForm.values()) {
            var bytes = form.bytes(report, Profile.EGI_1, Severity.BLOCK);
            outputs.append(new String(bytes, StandardCharsets.UTF_8));
        }
        for (var form : SbomForm.values()) {
            outputs.append(new String(form.bytes(report), StandardCharsets.UTF_8));
        }
        outputs.append(ReportText.of(report, true)).append(report);
        var all = outputs.toString();

        assertThat(all).contains("npm token").contains("PKCS #8 EC").contains("free space at");
        var secrets = SECRET.matcher(planted);
        while (secrets.find()) {
            var secret = secrets.group();
            if (secret.chars().anyMatch(Character::isDigit)) {
                for (int i = 0; i + PART <= secret.length(); i++) {
                    assertThat(all.contains(secret.substring(i, i + PART)))
                            .as("a part of a secret of %d characters", secret.length())
                            .isFalse();
                }
            }
        }
    }
}
