package org.imprimatur.inspect.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.imprimatur.register.Clause;
import org.junit.jupiter.api.Test;

class PrivateKeysTest {

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String pem(String label, byte[] content) {
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                .formatted(
                        label,
                        Base64.getMimeEncoder(64, bytes("\n")).encodeToString(content),
                        label);
    }

    private static PrivateKey generate(String algorithm, int size) throws Exception {
        var generator = KeyPairGenerator.getInstance(algorithm);
        if (size > 0) {
            generator.initialize(size);
        }
        return generator.generateKeyPair().getPrivate();
    }

    /** A throw-away key of ssh-keygen: unencrypted Ed25519 of zeros and ones, structure only. */
    private static byte[] openSsh(String cipher) {
        var out = java.nio.ByteBuffer.allocate(400);
        out.put(bytes("openssh-key-v1\0"));
        for (var text : List.of(cipher, cipher.equals("none") ? "none" : "bcrypt", "")) {
            out.putInt(text.length()).put(bytes(text));
        }
        out.putInt(1).putInt(51).putInt(11).put(bytes("ssh-ed25519")).putInt(32).put(new byte[32]);
        out.putInt(8).putLong(7);
        return java.util.Arrays.copyOf(out.array(), out.position());
    }

    @Test
    @Clause({"END-4.2.d2", "EGI-5.2.e"})
    void keysOfEveryUsualKindAreFound() throws Exception {
        var rsa = generate("RSA", 2048);
        var text =
                pem("PRIVATE KEY", rsa.getEncoded())
                        + pem("PRIVATE KEY", generate("EC", 256).getEncoded())
                        + pem("PRIVATE KEY", generate("Ed25519", 0).getEncoded())
                        + pem("OPENSSH PRIVATE KEY", openSsh("none"))
                        + pem("OPENSSH PRIVATE KEY", openSsh("aes256-ctr"));

        assertThat(PrivateKeys.in(bytes(text)))
                .extracting(org.imprimatur.inspect.keys.PrivateKey::kind, key -> key.encrypted())
                .containsExactly(
                        tuple("RSA", false),
                        tuple("PKCS #8 EC", false),
                        tuple("PKCS #8 Ed25519", false),
                        tuple("OpenSSH ssh-ed25519", false),
                        tuple("OpenSSH ssh-ed25519", true));
        assertThat(PrivateKeys.in(bytes(text)).getFirst().bits()).isEqualTo(2048);
    }

    @Test
    void theEvidenceHasNothingOfTheSecret() throws Exception {
        var rsa = generate("RSA", 2048);
        var encoded = Base64.getEncoder().encodeToString(rsa.getEncoded());

        var description =
                PrivateKeys.in(bytes(pem("PRIVATE KEY", rsa.getEncoded())))
                        .getFirst()
                        .description();

        for (int i = 0; i + 12 <= encoded.length(); i++) {
            assertThat(description).doesNotContain(encoded.substring(i, i + 12));
        }
        assertThat(description).matches("RSA 2048 bits, not encrypted, SHA256:[A-Za-z0-9+/]{43}");
    }

    @Test
    void oldPemEncryptionIsTold() {
        var text =
                """
                -----BEGIN RSA PRIVATE KEY-----
                Proc-Type: 4,ENCRYPTED
                DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF

                AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
                -----END RSA PRIVATE KEY-----
                """;

        assertThat(PrivateKeys.in(bytes(text)).getFirst().encrypted()).isTrue();
    }

    @Test
    void keysInsideJsonYamlAndSourceCodeAreFound() throws Exception {
        var pem = pem("PRIVATE KEY", generate("Ed25519", 0).getEncoded());

        assertThat(PrivateKeys.in(bytes("{\"key\": \"" + pem.replace("\n", "\\n") + "\"}")))
                .hasSize(1);
        assertThat(PrivateKeys.in(bytes("key: |\n" + pem.indent(4)))).hasSize(1);
        assertThat(PrivateKeys.in(bytes(pem.replace("\n", "\r\n")))).hasSize(1);
        assertThat(PrivateKeys.in(bytes("# " + pem.replace("\n", "\n# ")))).hasSize(1);
    }

    @Test
    void aHeaderAloneIsNoKey() {
        for (var text :
                List.of(
                        "-----BEGIN RSA PRIVATE KEY-----\0-----END RSA PRIVATE KEY-----\0",
                        "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----\n",
                        "-----BEGIN PRIVATE KEY-----\nhere comes the key\n-----END PRIVATE KEY-----",
                        "-----BEGIN PRIVATE KEY-----",
                        "-----BEGIN ",
                        pem("PRIVATE KEY", new byte[200]),
                        pem("CERTIFICATE", new byte[] {0x30, 3, 2, 1, 0}),
                        pem("PUBLIC KEY", new byte[] {0x30, 3, 2, 1, 0}))) {
            assertThat(PrivateKeys.in(bytes(text))).as(text).isEmpty();
        }
    }

    @Test
    void damagedKeysAreNoKeysAndNoFaults() throws Exception {
        var good =
                bytes(
                        pem("PRIVATE KEY", generate("RSA", 1024).getEncoded())
                                + pem("OPENSSH PRIVATE KEY", openSsh("none")));
        var random = new Random(1);
        for (int i = 0; i < 3_000; i++) {
            var bad = good.clone();
            for (int k = 0; k <= i % 3; k++) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
            }
            assertThat(PrivateKeys.in(bad).size()).isLessThanOrEqualTo(2);
        }
    }

    @Test
    void everyPlaceOfTheHeaderIsSeen() {
        for (int at = 0; at < 40; at++) {
            var data = new byte[60];
            System.arraycopy(PrivateKeys.BEGIN, 0, data, at, PrivateKeys.BEGIN.length);
            assertThat(PrivateKeys.indexOfBegin(data, 0, data.length)).isEqualTo(at);
            assertThat(PrivateKeys.indexOfBegin(data, at, at + PrivateKeys.BEGIN.length))
                    .isEqualTo(at);
            assertThat(PrivateKeys.indexOfBegin(data, at, at + PrivateKeys.BEGIN.length - 1))
                    .isEqualTo(-1);
            assertThat(PrivateKeys.indexOfBegin(data, at + 1, data.length)).isEqualTo(-1);
        }
    }
}
