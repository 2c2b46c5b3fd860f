package org.imprimatur.inspect.packages;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.zip.GZIPOutputStream;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.FilesInMemory;
import org.junit.jupiter.api.Test;

class AlpmDatabaseTest {

    private static final String LOCAL = "/var/lib/pacman/local";

    private static final String DESC =
            """
            %NAME%
            gcc-libs

            %VERSION%
            1:14.2.1+r134-1

            %BASE%
            gcc

            %ARCH%
            x86_64

            %INSTALLDATE%
            1700000000

            %PACKAGER%
            A Packager <a@example.org>

            %LICENSE%
            GPL-3.0-only
            LGPL-3.0-or-later

            """;

    private final FilesInMemory files = new FilesInMemory();
    private final ConfigReader reader = new ConfigReader(files);

    private static String gzip(String text) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var zip = new GZIPOutputStream(out)) {
            zip.write(text.getBytes(StandardCharsets.ISO_8859_1));
        }
        return Resources.text(out.toByteArray());
    }

    @Test
    void aPackageHasBaseEpochLicencesAndTheTimeOfItsInstallation() {
        files.with(LOCAL + "/ALPM_DB_VERSION", "9\n").with(LOCAL + "/gcc-libs-14/desc", DESC);

        var each = PackageDatabases.read(reader, false).installed().getFirst();

        assertThat(each.name()).isEqualTo("gcc-libs");
        assertThat(each.source()).isEqualTo("gcc");
        assertThat(each.epoch()).isEqualTo("1");
        assertThat(each.upstreamVersion()).isEqualTo("14.2.1+r134");
        assertThat(each.release()).isEqualTo("1");
        assertThat(each.licences()).containsExactly("GPL-3.0-only", "LGPL-3.0-or-later");
        assertThat(each.installedAt()).isEqualTo(Instant.ofEpochSecond(1_700_000_000));
        assertThat(reader.unread()).isEmpty();
    }

    @Test
    void digestsComeFromTheMtreeAndForConfigurationFromTheBackupList() throws IOException {
        files.with(LOCAL + "/x-1/desc", "%NAME%\nx\n\n%VERSION%\n1-1\n")
                .with(
                        LOCAL + "/x-1/files",
                        "%FILES%\netc/\netc/x.conf\nusr/bin/x\nusr/share/a b\n\n"
                                + "%BACKUP%\netc/x.conf\t"
                                + "0123456789abcdef0123456789abcdef\n")
                .with(
                        LOCAL + "/x-1/mtree",
                        gzip(
                                "#mtree\n/set type=file\n./usr/bin/x time=1.0 size=4 sha256digest="
                                        + "ab".repeat(32)
                                        + "\n./usr/share/a\\040b size=1 sha256digest="
                                        + "cd".repeat(32)
                                        + "\n"));

        var owned = PackageDatabases.read(reader, true).files();

        assertThat(owned.claim("/usr/bin/x").digest()).hasToString("ab".repeat(32));
        assertThat(owned.claim("/usr/share/a b").digest()).hasToString("cd".repeat(32));
        assertThat(owned.claim("/etc/x.conf").configuration()).isTrue();
        assertThat(owned.claim("/etc/")).isNull();
        assertThat(reader.unread()).isEmpty();
    }

    @Test
    void anMtreeThatUnpacksWithoutEndIsReported() throws IOException {
        files.with(LOCAL + "/x-1/desc", "%NAME%\nx\n\n%VERSION%\n1-1\n")
                .with(LOCAL + "/x-1/mtree", gzip("x\n".repeat(40 << 20)));

        PackageDatabases.read(reader, true);

        assertThat(reader.unread().getFirst().reason()).contains("unpacks to more than");
    }

    @Test
    void aDirectoryWithoutDescriptionIsReported() {
        files.with(LOCAL + "/x-1/files", "%FILES%\n").with(LOCAL + "/y-1/desc", "nothing\n");

        PackageDatabases.read(reader, false);

        assertThat(reader.unread())
                .extracting(each -> each.where())
                .contains(LOCAL + "/x-1", LOCAL + "/y-1/desc");
    }
}
