package org.imprimatur.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.imprimatur.trust.Samples.NOW;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.imprimatur.trust.TrialAuthority.KeyKind;
import org.imprimatur.trust.UnusableKey.Reason;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys as our own authority writes them, and as OpenSSL does. */
class SigningKeyTest {

    private static final PasswordSource SECRET = _ -> "correct horse".toCharArray();
    private static final PasswordSource WRONG = _ -> "wrong".toCharArray();

    @TempDir static Path dir;
    private static TrialAuthority ca;
    private static SigningKey alice;
    private static Path key;
    private static Path certificate;

    @BeforeAll
    static void writeKeys() throws IOException {
        ca = Samples.authority();
        alice = ca.issue("Alice");
        TrialAuthority.write(alice, dir, "alice");
        key = dir.resolve("alice-key.pem");
        certificate = dir.resolve("alice.pem");
    }

    @Test
    void separateFilesAreRead() {
        signs(SigningKey.read(key, certificate, PasswordSource.none()));
    }

    @Test
    void oneJoinedFileIsReadInEitherOrder() throws IOException {
        var joined = dir.resolve("joined.pem");
        Files.writeString(joined, Files.readString(key) + Files.readString(certificate));
        signs(SigningKey.read(joined, PasswordSource.none()));
        Files.writeString(joined, Files.readString(certificate) + Files.readString(key));
        signs(SigningKey.read(joined, PasswordSource.none()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pkcs8 -topk8 -v2 aes-256-cbc",
                "pkcs8 -topk8 -v2 aes-128-cbc -v2prf hmacWithSHA512",
                "pkcs8 -topk8 -v2 des3",
                "pkcs8 -topk8 -scrypt",
                "pkcs8 -topk8 -v1 PBE-SHA1-3DES",
                "ec -aes256",
            })
    void keysThatOpensslHasEncryptedAreRead(String command) throws Exception {
        var encrypted = dir.resolve("encrypted.pem");
        var arguments = new ArrayList<>(List.of(command.split(" ")));
        arguments.addAll(List.of("-in", key.toString(), "-out", encrypted.toString()));
        arguments.addAll(List.of("-passout", "pass:correct horse"));
        openssl(arguments);

        signs(SigningKey.read(encrypted, certificate, SECRET));
        refused(Reason.WRONG_PASSWORD, () -> SigningKey.read(encrypted, certificate, WRONG));
        refused(
                Reason.PASSWORD_NEEDED,
                () -> SigningKey.read(encrypted, certificate, PasswordSource.none()));
    }

    @Test
    void aPasswordBeyondAsciiServes() throws Exception {
        var encrypted = dir.resolve("umlaut.pem");
        var password = dir.resolve("password.txt");
        Files.writeString(password, "schlüssel\n");
        openssl(
                List.of(
                        "pkcs8",
                        "-topk8",
                        "-v2",
                        "aes-256-cbc",
                        "-in",
                        key.toString(),
                        "-out",
                        encrypted.toString(),
                        "-passout",
                        "file:" + password));

        signs(SigningKey.read(encrypted, certificate, PasswordSource.ofFile(password)));
    }

    @Test
    void sec1IsRead() throws Exception {
        var sec1 = dir.resolve("sec1.pem");
        openssl(List.of("ec", "-in", key.toString(), "-out", sec1.toString()));
        assertThat(Files.readString(sec1)).contains("BEGIN EC PRIVATE KEY");

        signs(SigningKey.read(sec1, certificate, PasswordSource.none()));
    }

    @Test
    void pkcs1IsRead() throws Exception {
        var bob = ca.issue("Bob", KeyKind.RSA_2048);
        TrialAuthority.write(bob, dir, "bob");
        var pkcs1 = dir.resolve("pkcs1.pem");
        openssl(
                List.of(
                        "rsa",
                        "-traditional",
                        "-in",
                        dir.resolve("bob-key.pem").toString(),
                        "-out",
                        pkcs1.toString()));
        assertThat(Files.readString(pkcs1)).contains("BEGIN RSA PRIVATE KEY");

        var read = SigningKey.read(pkcs1, dir.resolve("bob.pem"), PasswordSource.none());

        assertThat(read.person()).isEqualTo(bob.person());
        refused(
                Reason.CERTIFICATE_DOES_NOT_MATCH,
                () -> SigningKey.read(pkcs1, certificate, PasswordSource.none()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-legacy"})
    void pkcs12MadeByOpensslIsRead(String option) throws Exception {
        var p12 = dir.resolve("alice.p12");
        var caFile = dir.resolve("authority.pem");
        Files.writeString(caFile, Pem.write("CERTIFICATE", Certificates.der(ca.certificate())));
        var arguments = new ArrayList<>(List.of("pkcs12", "-export"));
        if (!option.isEmpty()) {
            arguments.add(option);
        }
        arguments.addAll(List.of("-inkey", key.toString(), "-in", certificate.toString()));
        arguments.addAll(List.of("-certfile", caFile.toString(), "-out", p12.toString()));
        arguments.addAll(List.of("-passout", "pass:correct horse"));
        openssl(arguments);

        signs(SigningKey.read(p12, SECRET));
        refused(Reason.WRONG_PASSWORD, () -> SigningKey.read(p12, WRONG));
        refused(Reason.PASSWORD_NEEDED, () -> SigningKey.read(p12, PasswordSource.none()));
    }

    @Test
    void oneOfSeveralKeysInAPkcs12FileIsChosenByItsAlias() throws Exception {
        var bob = ca.issue("Bob");
        var p12 = dir.resolve("several.p12");
        var store = java.security.KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (var one : java.util.Map.of("alice", alice, "bob", bob).entrySet()) {
            store.setKeyEntry(
                    one.getKey(),
                    one.getValue().privateKey(),
                    "correct horse".toCharArray(),
                    new java.security.cert.Certificate[] {
                        one.getValue().certificate(), ca.certificate()
                    });
        }
        try (var out = Files.newOutputStream(p12)) {
            store.store(out, "correct horse".toCharArray());
        }

        signs(SigningKey.read(p12, SECRET, "Alice"));
        assertThat(SigningKey.read(p12, SECRET, "bob").person()).isEqualTo(bob.person());
        refused(Reason.SEVERAL_KEYS, () -> SigningKey.read(p12, SECRET));
        refused(Reason.NO_KEY, () -> SigningKey.read(p12, SECRET, "carol"));
        assertThatThrownBy(() -> SigningKey.read(p12, SECRET))
                .hasMessageContainingAll("2 private keys", "'alice'", "'bob'");
    }

    /** Long RSA keys too: Java takes many seconds to make one, OpenSSL does not. */
    @ParameterizedTest
    @CsvSource({
        "ed25519,                               Ed25519",
        "rsa -pkeyopt rsa_keygen_bits:3072,     SHA256withRSA",
        "rsa -pkeyopt rsa_keygen_bits:4096,     SHA512withRSA",
        "ec -pkeyopt ec_paramgen_curve:P-384,   SHA384withECDSA",
    })
    void keysAndRequestsMadeByOpensslSignStatementsThatVerify(String kind, String algorithm)
            throws Exception {
        var opensslKey = dir.resolve("carol-key.pem");
        var generate = new ArrayList<>(List.of("genpkey", "-out", opensslKey.toString()));
        generate.add("-algorithm");
        generate.addAll(List.of(kind.split(" ")));
        openssl(generate);
        var self = dir.resolve("self.pem");
        openssl(
                List.of(
                        "req",
                        "-x509",
                        "-new",
                        "-key",
                        opensslKey.toString(),
                        "-subj",
                        "/CN=x",
                        "-out",
                        self.toString()));
        var selfSigned = Pem.certificate(Pem.blocks(Files.readAllBytes(self)).getFirst().der());
        var issued =
                ca.certify(
                        TrialAuthority.name("Carol"),
                        selfSigned.getPublicKey(),
                        NOW,
                        NOW.plusSeconds(3600),
                        TrialAuthority::asPerson);
        var carolFile = dir.resolve("carol.pem");
        Files.writeString(carolFile, Pem.write("CERTIFICATE", Certificates.der(issued)));

        var carol = SigningKey.read(opensslKey, carolFile, PasswordSource.none());
        var envelope = StatementSigner.sign(Samples.acceptanceBy(carol.person()), carol);

        assertThat(carol.algorithm()).isEqualTo(algorithm);
        assertThat(new StatementVerifier(ca.anchors()).verify(envelope, NOW))
                .isInstanceOf(StatementVerifier.Verified.class);
    }

    @Test
    void opensslVerifiesWhatWeSign() throws Exception {
        var envelope =
                Envelope.parse(StatementSigner.sign(Samples.acceptanceBy(alice.person()), alice));
        var signed = dir.resolve("signed.bin");
        var signature = dir.resolve("signature.bin");
        var publicKey = dir.resolve("public.pem");
        Files.write(signed, Envelope.pae(envelope.payloadType(), envelope.payload()));
        Files.write(signature, envelope.signature());
        Files.writeString(
                publicKey,
                Pem.write("PUBLIC KEY", alice.certificate().getPublicKey().getEncoded()));

        openssl(
                List.of(
                        "dgst",
                        "-sha256",
                        "-verify",
                        publicKey.toString(),
                        "-signature",
                        signature.toString(),
                        signed.toString()));
    }

    @Test
    void certificatesInAnyOrderBecomeAChainWithoutTheRoot() {
        var below = ca.intermediate("Department CA", KeyKind.EC_P256);
        var lowest = below.intermediate("Group CA", KeyKind.EC_P256);
        var dave = lowest.issue("Dave");
        var mixed =
                List.of(
                        below.certificate(),
                        ca.certificate(),
                        alice.certificate(),
                        dave.certificate(),
                        lowest.certificate());

        var read = SigningKey.of(dave.privateKey(), mixed);

        assertThat(read.chain())
                .containsExactly(dave.certificate(), lowest.certificate(), below.certificate());
        assertThat(read.warnings()).singleElement().asString().contains("CN=Alice");
    }

    @Test
    void aCertificateOfSomeoneElseIsRefused() {
        refused(
                Reason.CERTIFICATE_DOES_NOT_MATCH,
                () -> SigningKey.of(alice.privateKey(), List.of(ca.issue("Bob").certificate())));
    }

    @Test
    void aWeakKeyIsRefusedWithTheReason() throws Exception {
        var generator = java.security.KeyPairGenerator.getInstance("RSA");
        generator.initialize(1024);
        var keys = generator.generateKeyPair();
        var weak =
                ca.certify(
                        TrialAuthority.name("Weak"),
                        keys.getPublic(),
                        NOW,
                        NOW.plusSeconds(60),
                        TrialAuthority::asPerson);

        assertThatThrownBy(() -> SigningKey.of(keys.getPrivate(), List.of(weak)))
                .isInstanceOf(UnusableKey.class)
                .hasMessageContaining("RSA key of 1024 bits");
    }

    @Test
    void filesThatCannotBeAKeyAreRefused() throws IOException {
        var none = PasswordSource.none();
        refused(Reason.UNREADABLE, () -> SigningKey.read(dir.resolve("absent"), none));
        refused(Reason.UNREADABLE, () -> SigningKey.read(dir, none));
        refused(Reason.NO_CERTIFICATE, () -> SigningKey.read(key, none));
        refused(Reason.NO_KEY, () -> SigningKey.read(certificate, none));

        var file = dir.resolve("bad");
        Files.write(file, new byte[SigningKey.MAX_FILE_BYTES + 1]);
        refused(Reason.TOO_LARGE, () -> SigningKey.read(file, none));
        Files.write(file, new byte[] {0x30, 0x03, 0x02, 0x01, 0x03});
        refused(Reason.NO_KEY, () -> SigningKey.read(file, SECRET));
        Files.writeString(file, Files.readString(key).repeat(2) + Files.readString(certificate));
        refused(Reason.SEVERAL_KEYS, () -> SigningKey.read(file, none));
        Files.writeString(
                file,
                "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
                        + Files.readString(certificate));
        refused(Reason.NO_KEY, () -> SigningKey.read(file, none));
        Files.writeString(
                file,
                Files.readString(key)
                        + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        refused(Reason.NO_CERTIFICATE, () -> SigningKey.read(file, none));
    }

    @Test
    void keyFilesAreForTheirOwnerAloneAndOthersAreWarnedOf() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
                .isEqualTo("rw-------");
        var open = dir.resolve("open.pem");
        Files.copy(key, open);
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r--r--"));

        assertThat(SigningKey.read(open, certificate, PasswordSource.none()).warnings())
                .singleElement()
                .asString()
                .contains("chmod 600");
        assertThat(SigningKey.read(key, certificate, PasswordSource.none()).warnings()).isEmpty();
    }

    @Test
    void passwordsAreWipedAfterUse() throws Exception {
        var encrypted = dir.resolve("wiped.pem");
        openssl(
                List.of(
                        "pkcs8",
                        "-topk8",
                        "-in",
                        key.toString(),
                        "-out",
                        encrypted.toString(),
                        "-passout",
                        "pass:correct horse"));
        char[] password = "correct horse".toCharArray();

        SigningKey.read(encrypted, certificate, _ -> password);

        assertThat(password).containsOnly('\0');
    }

    /** Whatever is in the file: a key, or the one exception. */
    @Test
    void changedKeyFilesNeverEndInAnythingButTheOneException() throws Exception {
        var random = new Random(20261121);
        var joined = Files.readString(key) + Files.readString(certificate);
        var file = dir.resolve("changed.pem");
        for (int i = 0; i < 1_000; i++) {
            byte[] bytes = joined.getBytes(StandardCharsets.US_ASCII);
            for (int changes = 0; changes <= i % 4; changes++) {
                bytes[random.nextInt(bytes.length)] =
                        (byte) "ABCabc019+/=-\n ".charAt(random.nextInt(15));
            }
            Files.write(file, bytes);
            try {
                SigningKey.read(file, SECRET);
            } catch (UnusableKey e) {
                assertThat(e.explanation()).isNotBlank();
            }
        }
    }

    @Test
    void nothingSecretIsInTheTextOfAKey() {
        assertThat(alice.toString())
                .isEqualTo(
                        "SigningKey[CN=Alice,OU=for trials only,O=Imprimatur trials, SHA256withECDSA]");
    }

    private static void signs(SigningKey read) {
        assertThat(read.chain()).isEqualTo(alice.chain());
        byte[] message = {1, 2, 3};
        assertThat(StatementVerifier.isSignedBy(alice.certificate(), message, read.sign(message)))
                .isTrue();
    }

    private static void refused(Reason reason, Runnable reading) {
        assertThatThrownBy(reading::run)
                .isInstanceOfSatisfying(
                        UnusableKey.class,
                        e -> {
                            assertThat(e.reason()).as(e.explanation()).isEqualTo(reason);
                            assertThat(e.explanation()).doesNotContain("horse");
                        });
    }

    private static void openssl(List<String> arguments) throws Exception {
        var command = new ArrayList<>(List.of("openssl"));
        command.addAll(arguments);
        var log = dir.resolve("openssl.log");
        var process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue())
                .as(() -> Arrays.toString(arguments.toArray()) + readable(log))
                .isZero();
    }

    private static String readable(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
