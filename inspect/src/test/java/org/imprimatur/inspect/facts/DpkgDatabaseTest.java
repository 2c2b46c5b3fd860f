package org.imprimatur.inspect.facts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import org.junit.jupiter.api.Test;

class DpkgDatabaseTest {

    private final FilesInMemory files = new FilesInMemory();
    private final ConfigReader reader = new ConfigReader(files);

    @Test
    void onlyInstalledPackagesCount() {
        files.with(
                "/var/lib/dpkg/status",
                """
                Package: a
                Status: install ok installed
                Version: 1.0-1
                Architecture: amd64
                Description: one
                 Package: not-a-field
                 .
                 Status: install ok installed

                Package: gone
                Status: deinstall ok config-files
                Version: 1
                Architecture: amd64

                Package: broken
                Status: install reinstreq half-installed
                Version: 2
                Architecture: amd64

                Package: held
                Status: hold ok installed
                Version: 3
                Architecture: all""");

        var database = DpkgDatabase.read(reader);

        assertThat(database.installed())
                .extracting(InstalledPackage::name)
                .containsExactly("a", "held");
        assertThat(database.halfInstalled()).containsExactly("broken (half-installed)");
    }

    @Test
    void theSourceFieldNamesAnotherSourceAndVersion() {
        files.with(
                "/var/lib/dpkg/status",
                """
                Package: libx1
                Status: install ok installed
                Source: x (1.2-3)
                Version: 1.2-3+b1
                Architecture: amd64

                Package: y-bin
                Status: install ok installed
                Source: y
                Version: 5
                Architecture: amd64

                Package: z
                Status: install ok installed
                Version: 7
                Architecture: amd64
                """);

        assertThat(DpkgDatabase.read(reader).installed())
                .extracting(
                        InstalledPackage::name,
                        InstalledPackage::source,
                        InstalledPackage::sourceVersion)
                .containsExactly(
                        tuple("libx1", "x", "1.2-3"),
                        tuple("y-bin", "y", "5"),
                        tuple("z", "z", "7"));
    }

    @Test
    void packagesOfMinimalImagesAreInFilesOfTheirOwn() {
        files.with(
                        "/var/lib/dpkg/status.d/base",
                        "Package: base-files\nVersion: 12.4\nArchitecture: amd64\n")
                .with("/var/lib/dpkg/status.d/base.md5sums", "00 x\n");

        assertThat(DpkgDatabase.read(reader).installed())
                .extracting(InstalledPackage::name)
                .containsExactly("base-files");
    }

    @Test
    void aDatabaseThatIsNoneIsReported() {
        files.with("/var/lib/dpkg/status", "\u0000\u0001garbage\n");

        DpkgDatabase.read(reader);

        assertThat(reader.unread()).hasSize(1);
    }

    @Test
    void aLineWithoutEndIsReported() {
        files.with("/var/lib/dpkg/status", "Package: " + "x".repeat(2 << 20));

        DpkgDatabase.read(reader);

        assertThat(reader.unread().getFirst().reason()).contains("line of more than");
    }

    @Test
    void configurationFilesHaveDigests() {
        files.with(
                "/var/lib/dpkg/status",
                """
                Package: a
                Status: install ok installed
                Version: 1
                Architecture: all
                Conffiles:
                 /etc/a 0123456789abcdef0123456789abcdef
                 /etc/b fedcba9876543210fedcba9876543210 obsolete
                """);

        assertThat(DpkgDatabase.read(reader).conffileDigests())
                .containsEntry("/etc/a", "0123456789abcdef0123456789abcdef")
                .containsEntry("/etc/b", "fedcba9876543210fedcba9876543210");
    }
}
