package org.imprimatur.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.imprimatur.trust.Samples.NOW;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.imprimatur.trust.TrialAuthority.KeyKind;
import org.imprimatur.trust.UnusableKey.Reason;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys on tokens of SoftHSM, put there by the tools that people use. */
class TokenKeysTest {

    @TempDir static Path dir;
    private static SoftTokens tokens;
    private static TrialAuthority ca;
    private static SigningKey alice;
    private static SigningKey bob;

    @BeforeAll
    static void makeTokens() throws Exception {
        tokens = SoftTokens.in(dir);
        ca = Samples.authority();
        alice = ca.issue("Alice", KeyKind.RSA_2048);
        bob = ca.issue("Bob");
        var carol = ca.issue("Carol", KeyKind.EC_P384);
        tokens.token("people");
        tokens.key("people", alice, "alice", "01");
        tokens.certificate("people", alice.certificate(), "alice", "01");
        tokens.key("people", bob, "bob", "a0ff");
        tokens.certificate("people", bob.certificate(), "bob", "a0ff");
        tokens.key("people", carol, "carol", "03");
        tokens.token("twin");
        tokens.token("twin");
        tokens.token("guarded");
        tokens.token("of one");
        tokens.key("of one", carol, "carol", "03");
        tokens.certificate("of one", carol.certificate(), "carol", "03");
        tokens.certificate("of one", ca.certificate(), "authority", "04");
    }

    @ParameterizedTest
    @CsvSource({
        "pkcs11:token=people;object=alice, CN=Alice, SHA256withRSA",
        "pkcs11:token=people;id=%01;type=private, CN=Alice, SHA256withRSA",
        "pkcs11:model=SoftHSM%20v2;token=people;id=%A0%ff;object=bob;type=cert, CN=Bob, SHA256withECDSA",
        "pkcs11:token=of%20one, CN=Carol, SHA384withECDSA",
    })
    void keysOnTokensSignStatementsThatVerify(String uri, String name, String algorithm) {
        var key = read(uri);

        assertThat(key.person().subject()).startsWith(name);
        assertThat(key.algorithm()).isEqualTo(algorithm);
        assertThat(key.warnings()).isEmpty();
        var envelope = StatementSigner.sign(Samples.acceptanceBy(key.person()), key);
        assertThat(new StatementVerifier(ca.anchors()).verify(envelope, NOW))
                .isInstanceOf(StatementVerifier.Verified.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"alice", "bob"})
    void keysOnTokensSignMessages(String object) throws Exception {
        byte[] content = "an image list".getBytes(StandardCharsets.UTF_8);
        var key = read("pkcs11:token=people;object=" + object);

        var signature = MessageSigner.sign(content, key, NOW);

        var cms =
                new org.bouncycastle.cms.CMSSignedData(
                        new org.bouncycastle.cms.CMSProcessableByteArray(content), signature);
        var verifier =
                new org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder()
                        .build(key.certificate());
        assertThat(cms.getSignerInfos().iterator().next().verify(verifier)).isTrue();
    }

    @Test
    void anRsaKeyOnATokenSignsForForeignFormats() {
        var key = read("pkcs11:token=people;object=alice");

        assertThat(
                        StatementVerifier.isSignedBy(
                                alice.certificate(),
                                new byte[] {1},
                                key.signRsaSha256(new byte[] {1})))
                .isTrue();
    }

    @Test
    void thePinIsReadFromTheFileThatTheUriNames() throws Exception {
        var file = Files.writeString(dir.resolve("pin.txt"), "correct1\n");

        var key =
                SigningKey.read(
                        TokenUri.parse("pkcs11:token=people;object=bob?pin-source=file:" + file),
                        tokens.module(),
                        null,
                        PasswordSource.none());

        assertThat(key.person()).isEqualTo(bob.person());
    }

    @Test
    void theModuleIsFoundByItsNameAndByItsPath() {
        for (var query : List.of("module-name=softhsm2", "module-path=" + tokens.module())) {
            var uri = TokenUri.parse("pkcs11:token=people;object=bob?" + query);
            assertThat(SigningKey.read(uri, null, null, tokens.pin()).person())
                    .isEqualTo(bob.person());
        }
    }

    @Test
    void aWrongPinIsTriedOnce() {
        var asked = new AtomicInteger();
        PasswordSource wrong =
                locked -> {
                    asked.incrementAndGet();
                    assertThat(locked).hasToString("the token 'guarded'");
                    return "wrong-horse".toCharArray();
                };

        refused(
                Reason.WRONG_PASSWORD,
                "once",
                () -> SigningKey.read(uri("token=guarded"), tokens.module(), null, wrong));
        assertThat(asked).hasValue(1);
        refused(
                Reason.PASSWORD_NEEDED,
                "the token 'guarded' asks for a PIN",
                () ->
                        SigningKey.read(
                                uri("token=guarded"),
                                tokens.module(),
                                null,
                                PasswordSource.none()));
    }

    @ParameterizedTest
    @CsvSource({
        "token=nobody,                 NO_TOKEN,       token=people",
        "token=twin,                   SEVERAL_TOKENS, token=twin;serial=",
        "token=people,                 SEVERAL_KEYS,   object=alice (id 01",
        "token=people;object=carol,    NO_CERTIFICATE, object=carol (id 03)",
        "token=people;object=mallory,  NO_KEY,         object=alice (id 01",
        "token=people;id=%02,          NO_KEY,         object=bob (id a0ff",
    })
    void whatDoesNotNameOneKeyIsToldWithWhatIsThere(String path, Reason reason, String told) {
        refused(reason, told, () -> read("pkcs11:" + path));
    }

    @Test
    void aModuleThatIsNoneIsToldWithHowToNameOne() throws Exception {
        var text = Files.writeString(dir.resolve("module.so"), "no shared library");

        refused(
                Reason.NO_MODULE,
                "--pkcs11-module",
                () -> SigningKey.read(uri("token=x"), dir.resolve("none.so"), null, tokens.pin()));
        refused(
                Reason.NO_MODULE,
                "shared library",
                () -> SigningKey.read(uri("token=x"), text, null, tokens.pin()));
        refused(
                Reason.NO_MODULE,
                "'no-such-module'",
                () ->
                        SigningKey.read(
                                uri("token=x?module-name=no-such-module"),
                                null,
                                null,
                                tokens.pin()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pkcs11:token=a;token=b",
                "pkcs11:colour=red",
                "pkcs11:token",
                "pkcs11:token=%4",
                "pkcs11:token=%C3",
                "pkcs11:token=a b",
                "pkcs11:type=secret-key",
                "pkcs11:slot-id=one",
                "pkcs11:token=a?pin-value=horse",
                "pkcs11:token=a?pin-source=relative",
                "pkcs11:token=a?pin-source=|horse",
                "pkcs11:token=a;?",
                "pkcs12:token=a",
            })
    void urisThatAreNotUnderstoodAreRefusedWithoutShowingThem(String uri) {
        refused(Reason.BAD_TOKEN_URI, "pkcs11 URI", () -> TokenUri.parse(uri));
    }

    private static SigningKey read(String uri) {
        return SigningKey.read(TokenUri.parse(uri), tokens.module(), null, tokens.pin());
    }

    private static TokenUri uri(String path) {
        return TokenUri.parse("pkcs11:" + path);
    }

    private static void refused(Reason reason, String told, Runnable reading) {
        assertThatThrownBy(reading::run)
                .isInstanceOfSatisfying(
                        UnusableKey.class,
                        e -> {
                            assertThat(e.reason()).as(e.explanation()).isEqualTo(reason);
                            assertThat(e.explanation()).contains(told).doesNotContain("horse");
                        });
    }
}
