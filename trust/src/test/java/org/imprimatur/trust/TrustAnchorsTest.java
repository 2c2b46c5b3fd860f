package org.imprimatur.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.imprimatur.trust.Samples.CLOCK;
import static org.imprimatur.trust.Samples.NOW;
import static org.imprimatur.trust.Samples.RANDOM;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.imprimatur.trust.ChainVerdict.Code;
import org.imprimatur.trust.TrialAuthority.KeyKind;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Directories of anchors, good and bad. */
class TrustAnchorsTest {

    @TempDir Path dir;
    private TrialAuthority ca;
    private SigningKey alice;
    private String hash;

    @BeforeEach
    void newAuthority() {
        ca = Samples.authority();
        alice = ca.issue("Alice");
        hash = Namespaces.hashes(ca.certificate().getSubjectX500Principal()).getFirst();
    }

    @Test
    void theLayoutOfIgtfIsRead() throws IOException {
        ca.writeAnchors(dir);

        var anchors = TrustAnchors.directory(dir, CrlMode.REQUIRE);

        assertThat(anchors.problems()).isEmpty();
        assertThat(anchors.authorities()).containsExactly(ca.certificate());
        assertThat(judge(anchors)).isInstanceOf(ChainVerdict.Valid.class);
    }

    @Test
    void theHashIsThatOfOpenssl() throws Exception {
        var file = dir.resolve("ca.pem");
        Files.writeString(file, Pem.write("CERTIFICATE", Certificates.der(ca.certificate())));
        var process =
                new ProcessBuilder(
                                "openssl",
                                "x509",
                                "-subject_hash",
                                "-noout",
                                "-in",
                                file.toString())
                        .start();

        assertThat(new String(process.getInputStream().readAllBytes()).strip()).isEqualTo(hash);
    }

    @Test
    void aPlainDirectoryIsReadInPemAndDer() throws Exception {
        Files.write(dir.resolve("ca.crt"), Certificates.der(ca.certificate()));
        Files.write(dir.resolve("ca.crl"), ca.crl().getEncoded());
        assertThat(judge(TrustAnchors.directory(dir, CrlMode.REQUIRE)))
                .isInstanceOf(ChainVerdict.Valid.class);

        Files.delete(dir.resolve("ca.crt"));
        Files.delete(dir.resolve("ca.crl"));
        ca.writeCrl(dir.resolve("list.pem"));
        Files.writeString(
                dir.resolve("ca.pem"),
                "Test CA\n" + Pem.write("CERTIFICATE", Certificates.der(ca.certificate())));
        assertThat(judge(TrustAnchors.directory(dir, CrlMode.REQUIRE)))
                .isInstanceOf(ChainVerdict.Valid.class);
    }

    @Test
    void oneBadFileIsToldByNameAndStopsNoOther() throws IOException {
        ca.writeAnchors(dir);
        Files.writeString(dir.resolve("rubbish.pem"), "rubbish");
        Files.writeString(dir.resolve("truncated.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n");
        Files.writeString(dir.resolve("what.is.this"), "?");
        Files.writeString(
                dir.resolve("person.pem"),
                Pem.write("CERTIFICATE", Certificates.der(alice.certificate())));
        Files.writeString(dir.resolve("key.pem"), Pem.write("PRIVATE KEY", new byte[] {1, 2, 3}));
        Files.createSymbolicLink(dir.resolve("0a0a0a0a.0"), dir.resolve("gone.pem"));
        Files.writeString(dir.resolve("CA.info"), "alias = x");
        Files.createDirectory(dir.resolve("subdirectory"));

        var anchors = TrustAnchors.directory(dir, CrlMode.REQUIRE);

        assertThat(anchors.problems())
                .extracting(TrustAnchors.Problem::file)
                .containsExactlyInAnyOrder(
                        "rubbish.pem",
                        "truncated.pem",
                        "what.is.this",
                        "person.pem",
                        "key.pem",
                        "0a0a0a0a.0");
        assertThat(judge(anchors)).isInstanceOf(ChainVerdict.Valid.class);
    }

    @Test
    void aBlockWhoseLinesOverlapStopsNoOther() throws IOException {
        ca.writeAnchors(dir);
        // The dashes that end the first line are those that begin the last one.
        Files.writeString(dir.resolve("overlap.pem"), "-----BEGIN X-----END X-----\n");

        var anchors = TrustAnchors.directory(dir, CrlMode.REQUIRE);

        assertThat(anchors.problems())
                .singleElement()
                .extracting(TrustAnchors.Problem::file)
                .isEqualTo("overlap.pem");
        assertThat(judge(anchors)).isInstanceOf(ChainVerdict.Valid.class);
    }

    @Test
    void aListThatCannotBeReadIsNotNoList() throws IOException {
        ca.writeAnchors(dir);
        var list = dir.resolve(hash + ".r0");
        byte[] bytes = Files.readAllBytes(list);
        Files.write(list, Arrays.copyOf(bytes, bytes.length / 2));

        var anchors = TrustAnchors.directory(dir, CrlMode.IF_PRESENT);

        assertThat(anchors.problems()).hasSize(1);
        refused(anchors, Code.CRL_UNUSABLE);
    }

    @Test
    void aBadListOfAnotherAuthorityHarmsNobodyElse() throws IOException {
        ca.writeAnchors(dir);
        Files.delete(dir.resolve(hash + ".r0"));
        Files.writeString(dir.resolve("00000000.r0"), "rubbish");

        assertThat(judge(TrustAnchors.directory(dir, CrlMode.IF_PRESENT)))
                .isInstanceOf(ChainVerdict.Valid.class);
    }

    @Test
    void anAuthorityMayNotIssueOutsideItsSigningPolicy() throws IOException {
        ca.writeAnchors(dir);
        var policy = dir.resolve(hash + ".signing_policy");
        Files.writeString(
                policy, Files.readString(policy).replace("/O=Imprimatur trials/*", "/O=Other/*"));

        refused(TrustAnchors.directory(dir, CrlMode.REQUIRE), Code.NAMESPACE_VIOLATION);
    }

    @Test
    void anAuthorityMayNotIssueOutsideItsNamespaces() throws IOException {
        ca.writeAnchors(dir);
        var namespaces = dir.resolve(hash + ".namespaces");

        Files.writeString(
                namespaces,
                "TO Issuer SELF PERMIT Subject \"/O=Imprimatur trials/OU=for trials only/.*\"\n");
        assertThat(judge(TrustAnchors.directory(dir, CrlMode.REQUIRE)))
                .isInstanceOf(ChainVerdict.Valid.class);

        Files.writeString(
                namespaces,
                "TO Issuer \"/O=Imprimatur trials/OU=for trials only/CN=Test CA\" \\\n"
                        + "  PERMIT Subject \"/O=Other/.*\"\n");
        refused(TrustAnchors.directory(dir, CrlMode.REQUIRE), Code.NAMESPACE_VIOLATION);
    }

    @Test
    void aNameIsPermittedWholeAndADotIsADot() throws IOException {
        ca.writeAnchors(dir);
        var policy = dir.resolve(hash + ".signing_policy");
        var name = "/O=Imprimatur trials/OU=for trials only/CN=";
        for (var permitted : List.of(name + "A.ice", name + "Ali", "/O=Imprimatur trials")) {
            Files.writeString(
                    policy,
                    "access_id_CA X509 '%sTest CA'\npos_rights globus CA:sign\ncond_subjects globus '\"%s\"'\n"
                            .formatted(name, permitted));
            refused(TrustAnchors.directory(dir, CrlMode.REQUIRE), Code.NAMESPACE_VIOLATION);
        }
        Files.writeString(
                policy,
                "access_id_CA X509 '%sTest CA'\npos_rights globus CA:sign\ncond_subjects globus '\"%s*\"'\n"
                        .formatted(name, name));
        assertThat(judge(TrustAnchors.directory(dir, CrlMode.REQUIRE)))
                .isInstanceOf(ChainVerdict.Valid.class);
        for (var permitted : List.of(name + "Ali", "/O=Imprimatur trials")) {
            Files.writeString(
                    dir.resolve(hash + ".namespaces"),
                    "TO Issuer \"%sTest CA\" \\\n  PERMIT Subject \"%s\"\n"
                            .formatted(name, permitted));
            refused(TrustAnchors.directory(dir, CrlMode.REQUIRE), Code.NAMESPACE_VIOLATION);
        }
    }

    @Test
    void aNamespaceFileThatCannotBeReadPermitsNothing() throws IOException {
        ca.writeAnchors(dir);
        Files.writeString(dir.resolve(hash + ".namespaces"), "TO Issuer");

        var anchors = TrustAnchors.directory(dir, CrlMode.REQUIRE);

        assertThat(anchors.problems())
                .singleElement()
                .extracting(TrustAnchors.Problem::file)
                .isEqualTo(hash + ".namespaces");
        refused(anchors, Code.NAMESPACE_VIOLATION);
    }

    @Test
    void namespacesOfOneAuthoritySayNothingOfAnother() throws IOException {
        var other = TrialAuthority.create("Other CA", KeyKind.EC_P256, CLOCK, RANDOM);
        other.writeAnchors(dir);
        ca.writeAnchors(dir);
        Files.delete(dir.resolve(hash + ".signing_policy"));

        assertThat(judge(TrustAnchors.directory(dir, CrlMode.REQUIRE)))
                .isInstanceOf(ChainVerdict.Valid.class);
    }

    @Test
    void aChangedDirectoryIsSeenByRefresh() throws IOException {
        ca.writeAnchors(dir);
        var anchors = TrustAnchors.directory(dir, CrlMode.REQUIRE);
        assertThat(judge(anchors)).isInstanceOf(ChainVerdict.Valid.class);
        assertThat(anchors.refresh()).isFalse();

        ca.revoke(alice.certificate(), NOW);
        ca.writeCrl(dir.resolve(hash + ".r0"));

        assertThat(judge(anchors)).isInstanceOf(ChainVerdict.Valid.class);
        assertThat(anchors.refresh()).isTrue();
        refused(anchors, Code.REVOKED);
        assertThat(anchors.refresh()).isFalse();
    }

    @Test
    void whatWasLoadedStaysInForceWhenTheDirectoryIsGone() throws IOException {
        var sub = dir.resolve("anchors");
        ca.writeAnchors(sub);
        var anchors = TrustAnchors.directory(sub, CrlMode.REQUIRE);
        Files.move(sub, dir.resolve("elsewhere"));

        assertThatThrownBy(anchors::refresh).isInstanceOf(IOException.class);
        assertThat(judge(anchors)).isInstanceOf(ChainVerdict.Valid.class);
    }

    @Test
    void aDirectoryThatIsNotThereIsAnErrorAndNotEmpty() {
        assertThatThrownBy(() -> TrustAnchors.directory(dir.resolve("none"), CrlMode.REQUIRE))
                .isInstanceOf(IOException.class);
    }

    private ChainVerdict judge(TrustAnchors anchors) {
        return anchors.judgeCertificates(alice.chain(), NOW);
    }

    private void refused(TrustAnchors anchors, Code code) {
        assertThat(judge(anchors))
                .isInstanceOfSatisfying(
                        ChainVerdict.Invalid.class,
                        invalid ->
                                assertThat(invalid.code())
                                        .as(invalid.explanation())
                                        .isEqualTo(code));
    }
}
