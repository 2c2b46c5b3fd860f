package org.imprimatur.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.imprimatur.trust.Samples.CLOCK;
import static org.imprimatur.trust.Samples.NOW;
import static org.imprimatur.trust.Samples.RANDOM;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.Security;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrialAuthorityTest {

    @TempDir Path dir;

    @Test
    void anAuthorityIsReadBackWithItsRevocations() throws IOException {
        var ca = Samples.authority();
        var alice = ca.issue("Alice");
        ca.revoke(alice.certificate(), NOW);
        ca.writeTo(dir);

        var again = TrialAuthority.read(dir, CLOCK, RANDOM);
        var bob = again.issue("Bob");

        var anchors =
                TrustAnchors.of(List.of(ca.certificate()), List.of(again.crl()), CrlMode.REQUIRE);
        assertThat(anchors.judgeCertificates(bob.chain(), NOW))
                .isInstanceOf(ChainVerdict.Valid.class);
        assertThat(anchors.judgeCertificates(alice.chain(), NOW))
                .isInstanceOf(ChainVerdict.Invalid.class);
    }

    @Test
    void nothingIsOverwritten() throws IOException {
        var ca = Samples.authority();
        ca.writeTo(dir);
        var key = Files.readString(dir.resolve("ca-key.pem"));
        TrialAuthority.write(ca.issue("Alice"), dir, "alice");

        var other = Samples.authority();
        assertThatThrownBy(() -> other.writeTo(dir)).isInstanceOf(FileAlreadyExistsException.class);
        assertThatThrownBy(() -> TrialAuthority.write(ca.issue("Alice"), dir, "alice"))
                .isInstanceOf(FileAlreadyExistsException.class);
        ca.writeAnchors(dir);
        ca.writeAnchors(dir);
        assertThatThrownBy(() -> other.writeAnchors(dir))
                .isInstanceOf(FileAlreadyExistsException.class);
        assertThat(Files.readString(dir.resolve("ca-key.pem"))).isEqualTo(key);
    }

    @Test
    void keysAreForTheirOwnerAlone() throws IOException {
        Samples.authority().writeTo(dir);

        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(dir.resolve("ca-key.pem"))))
                .isEqualTo("rw-------");
    }

    @Test
    void everyNameSaysThatItIsForTrials() {
        var ca = Samples.authority();

        assertThat(ca.issue("Alice").person().subject()).contains("for trials only");
        assertThat(ca.issue("Alice").person().issuer()).contains("for trials only");
    }

    @Test
    void namesThatCouldMeanSomethingElseAreRefused() {
        var ca = Samples.authority();

        assertThatThrownBy(() -> ca.issue("Alice,O=CERN"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TrialAuthority.write(ca.issue("Alice"), dir, "../alice"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aCertificateOfAnotherAuthorityCannotBeRevoked() {
        var other =
                TrialAuthority.create("Other CA", TrialAuthority.KeyKind.EC_P256, CLOCK, RANDOM);

        assertThatThrownBy(() -> Samples.authority().revoke(other.issue("A").certificate(), NOW))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** Start-up: the commands that sign and verify do without Bouncy Castle's provider. */
    @Test
    void noProviderIsRegistered() throws IOException {
        var ca = Samples.authority();
        ca.writeAnchors(dir);
        TrustAnchors.directory(dir, CrlMode.REQUIRE)
                .judgeCertificates(ca.issue("Alice").chain(), NOW);

        assertThat(Security.getProvider("BC")).isNull();
    }
}
