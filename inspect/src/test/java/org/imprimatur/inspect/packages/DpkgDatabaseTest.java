package org.imprimatur.inspect.packages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.FilesInMemory;
import org.junit.jupiter.api.Test;

class DpkgDatabaseTest {

    private final FilesInMemory files = new FilesInMemory();
    private final ConfigReader reader = new ConfigReader(files);

    private PackageDatabases read() {
        return PackageDatabases.read(reader, true);
    }

    private String claim(String path) {
        var claim = read().files().claim(path);
        return claim == null
                ? "nobody"
                : claim.owner()
                        + " "
                        + claim.digest()
                        + (claim.configuration() ? " configuration" : "");
    }

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

        var database = read();

        assertThat(database.installed())
                .extracting(InstalledPackage::name)
                .containsExactly("a", "held");
        assertThat(database.halfInstalled()).containsExactly("broken (half-installed)");
    }

    @Test
    void theSectionTellsTheAreaOfTheArchive() {
        files.with(
                "/var/lib/dpkg/status",
                """
                Package: free
                Status: install ok installed
                Section: libs
                Version: 1

                Package: graphics
                Status: install ok installed
                Section: non-free/libs
                Version: 1

                Package: main
                Status: install ok installed
                Section: main/libs
                Version: 1
                """);

        assertThat(read().installed())
                .extracting(InstalledPackage::area)
                .containsExactly("", "non-free", "");
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

        assertThat(read().installed())
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

        assertThat(read().installed())
                .extracting(InstalledPackage::name)
                .containsExactly("base-files");
    }

    @Test
    void aDatabaseThatIsNoneIsReported() {
        files.with("/var/lib/dpkg/status", "\u0000\u0001garbage\n");

        read();

        assertThat(reader.unread().getFirst().reason()).contains("neither field nor");
    }

    @Test
    void aLineWithoutEndIsReported() {
        files.with("/var/lib/dpkg/status", "Package: " + "x".repeat(2 << 20));

        read();

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

        assertThat(claim("/etc/a")).isEqualTo("a 0123456789abcdef0123456789abcdef configuration");
        assertThat(claim("/etc/b")).isEqualTo("a fedcba9876543210fedcba9876543210 configuration");
        assertThat(claim("/etc/c")).isEqualTo("nobody");
    }

    @Test
    void aListNamesTheFilesAndTheSumsTheirContent() {
        files.with("/var/lib/dpkg/info/a.list", "/.\n/usr\n/usr/bin/a\n/etc/a.conf\n")
                .with(
                        "/var/lib/dpkg/info/a.md5sums",
                        "0123456789abcdef0123456789abcdef  usr/bin/a\n")
                .with("/var/lib/dpkg/info/b:amd64.list", "/usr/bin/b\n");

        assertThat(claim("/usr/bin/a")).isEqualTo("a 0123456789abcdef0123456789abcdef");
        assertThat(claim("/etc/a.conf")).isEqualTo("a null");
        assertThat(claim("/usr/bin/b")).isEqualTo("b null");
    }

    @Test
    void aDivertedFileLiesWhereTheDiversionSaysExceptThatOfItsOwner() {
        files.with(
                        "/var/lib/dpkg/diversions",
                        "/bin/sh\n/bin/sh.distrib\ndash\n/usr/bin/x\n/usr/bin/x.real\n:\n")
                .with("/var/lib/dpkg/info/bash.list", "/bin/sh\n/usr/bin/x\n")
                .with("/var/lib/dpkg/info/dash.list", "/bin/sh\n");

        assertThat(claim("/bin/sh")).isEqualTo("dash null");
        assertThat(claim("/bin/sh.distrib")).isEqualTo("bash null");
        assertThat(claim("/usr/bin/x")).isEqualTo("nobody");
        assertThat(claim("/usr/bin/x.real")).isEqualTo("bash null");
    }

    @Test
    void filesOfMinimalImagesHaveTheirSumsBesideThePackage() {
        files.with("/var/lib/dpkg/status.d/base", "Package: base\nVersion: 1\n")
                .with(
                        "/var/lib/dpkg/status.d/base.md5sums",
                        "0123456789abcdef0123456789abcdef  etc/issue\n");

        assertThat(claim("/etc/issue")).isEqualTo("base 0123456789abcdef0123456789abcdef");
    }
}
