package org.imprimatur.inspect.packages;

import static org.assertj.core.api.Assertions.assertThat;

import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.FilesInMemory;
import org.imprimatur.inspect.facts.OsRelease;
import org.junit.jupiter.api.Test;

class ApkDatabaseTest {

    private static final String INSTALLED =
            """
            C:Q1abc
            P:libcrypto3
            V:3.3.2-r1
            A:x86_64
            L:Apache-2.0
            o:openssl
            m:A Maintainer <a@example.org>
            F:etc
            F:etc/ssl
            R:openssl.cnf
            Z:Q1qUqP5cyxm6YcTAhz05Hph5gvu9M=
            F:usr/lib
            R:libcrypto.so.3
            a:0:0:755
            Z:Q1qUqP5cyxm6YcTAhz05Hph5gvu9M=

            P:musl
            V:1.2.5-r1
            A:x86_64
            L:MIT
            """;

    private final FilesInMemory files = new FilesInMemory();
    private final ConfigReader reader = new ConfigReader(files);

    @Test
    void packagesHaveTheirSourceLicenceAndMaintainer() {
        files.with("/lib/apk/db/installed", INSTALLED);

        var installed = PackageDatabases.read(reader, false).installed();

        assertThat(installed)
                .extracting(InstalledPackage::name)
                .containsExactly("libcrypto3", "musl");
        var crypto = installed.getFirst();
        assertThat(crypto.source()).isEqualTo("openssl");
        assertThat(crypto.licences()).containsExactly("Apache-2.0");
        assertThat(crypto.maintainer()).startsWith("A Maintainer");
        assertThat(PackageUrls.of(crypto, OsRelease.parse("ID=alpine\nVERSION_ID=3.21\n")))
                .isEqualTo(
                        "pkg:apk/alpine/libcrypto3@3.3.2-r1?arch=x86_64&distro=alpine-3.21&upstream=openssl");
        assertThat(reader.unread()).isEmpty();
    }

    @Test
    void filesHaveOwnersAndDigestsAndWhatIsBelowEtcMayChange() {
        files.with("/usr/lib/apk/db/installed", INSTALLED);

        var owned = PackageDatabases.read(reader, true).files();

        // SHA-1 of the four bytes "test"
        assertThat(owned.claim("/usr/lib/libcrypto.so.3").digest())
                .hasToString("a94a8fe5ccb19ba61c4c0873d391e987982fbbd3");
        assertThat(owned.claim("/usr/lib/libcrypto.so.3").configuration()).isFalse();
        assertThat(owned.claim("/etc/ssl/openssl.cnf").configuration()).isTrue();
    }

    @Test
    void aLineWithoutAFieldIsReported() {
        files.with("/lib/apk/db/installed", "P:a\nV:1\n\nsomething else\n");

        PackageDatabases.read(reader, false);

        assertThat(reader.unread())
                .anySatisfy(each -> assertThat(each.reason()).contains("a field's name"));
    }
}
