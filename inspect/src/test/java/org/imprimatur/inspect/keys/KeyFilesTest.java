package org.imprimatur.inspect.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.PBEParameterSpec;
import org.junit.jupiter.api.Test;

/** Keys in binary files, made by the JDK or by hand, and files that only begin like them. */
class KeyFilesTest {

    private static final char[] PASSPHRASE = "not a secret".toCharArray();

    private static byte[] join(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        for (var part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    static byte[] element(int tag, byte[]... parts) {
        var content = join(parts);
        return join(
                new byte[] {
                    (byte) tag, (byte) 0x82, (byte) (content.length >> 8), (byte) content.length
                },
                content);
    }

    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    private static byte[] rsa() throws Exception {
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(1024);
        return generator.generateKeyPair().getPrivate().getEncoded();
    }

    private static byte[] encrypted() throws Exception {
        var name = "PBEWithSHA1AndDESede";
        var key = SecretKeyFactory.getInstance(name).generateSecret(new PBEKeySpec(PASSPHRASE));
        var cipher = Cipher.getInstance(name);
        cipher.init(Cipher.ENCRYPT_MODE, key, new PBEParameterSpec(new byte[16], 1_000));
        return new EncryptedPrivateKeyInfo(cipher.getParameters(), cipher.doFinal(rsa()))
                .getEncoded();
    }

    private static byte[] store(String type) throws Exception {
        var store = KeyStore.getInstance(type);
        store.load(null, PASSPHRASE);
        store.setKeyEntry("a", encrypted(), null);
        var out = new ByteArrayOutputStream();
        store.store(out, PASSPHRASE);
        return out.toByteArray();
    }

    private static byte[] openPgp(int usage) {
        var number = new byte[128];
        number[0] = (byte) 0x80;
        return join(
                new byte[] {(byte) 0x95, 1, 0},
                new byte[] {4, 1, 2, 3, 4, 1, 4, 0},
                number,
                new byte[] {0, 17, 1, 0, 1},
                new byte[] {(byte) usage, 9, 8});
    }

    @Test
    void bareKeysAreTold() throws Exception {
        assertThat(KeyFiles.of(rsa(), true)).extracting(PrivateKey::kind).isEqualTo("RSA");
        assertThat(KeyFiles.of(rsa(), true).bits()).isEqualTo(1024);
        assertThat(KeyFiles.of(encrypted(), true))
                .extracting(PrivateKey::encrypted)
                .isEqualTo(true);
        var ec =
                element(
                        0x30,
                        element(2, new byte[] {1}),
                        element(4, new byte[32]),
                        element(0xa0, element(6, hex("2a8648ce3d030107"))));
        assertThat(KeyFiles.of(ec, true)).extracting(PrivateKey::kind).isEqualTo("EC");
    }

    @Test
    void storesOfJavaWithAKeyAreTold() throws Exception {
        assertThat(KeyFiles.of(store("PKCS12"), true).description())
                .isEqualTo("PKCS #12, encrypted");
        var jks = ByteBuffer.allocate(200);
        jks.putInt(0xfeedfeed).putInt(2).putInt(2);
        jks.putInt(2).putShort((short) 1).put((byte) 'c').putLong(7).putShort((short) 5);
        jks.put("X.509".getBytes(StandardCharsets.US_ASCII)).putInt(10).put(new byte[10]);
        var certificateOnly = Arrays.copyOf(jks.array(), jks.position());
        jks.putInt(1).putShort((short) 1).put((byte) 'k');
        assertThat(KeyFiles.of(jks.array(), true).description())
                .isEqualTo("Java key store, encrypted");
        assertThat(KeyFiles.of(certificateOnly, true)).isNull();
    }

    @Test
    void aStoreOfCertificatesAloneIsNoKey() throws Exception {
        var cacerts = Path.of(System.getProperty("java.home"), "lib", "security", "cacerts");

        assertThat(KeyFiles.of(Files.readAllBytes(cacerts), true)).isNull();
    }

    @Test
    void openPgpTellsWhetherAKeyIsEncrypted() {
        assertThat(KeyFiles.of(openPgp(0), true).description())
                .isEqualTo("OpenPGP 1024 bits, not encrypted");
        assertThat(KeyFiles.of(openPgp(254), true).encrypted()).isTrue();
        var publicKey = openPgp(0);
        publicKey[0] = (byte) 0x99;
        assertThat(KeyFiles.of(publicKey, true)).isNull();
        var wrongLength = openPgp(0);
        wrongLength[11] = 0x40;
        assertThat(KeyFiles.of(wrongLength, true)).isNull();
    }

    @Test
    void whatOnlyBeginsLikeAKeyIsNone() throws Exception {
        var rsa = rsa();
        var longer = Arrays.copyOf(rsa, rsa.length + 1);
        assertThat(KeyFiles.of(longer, true)).isNull();
        assertThat(KeyFiles.of(rsa, false)).isNull();
        var digest =
                element(
                        0x30,
                        element(0x30, element(6, hex("608648016503040201"))),
                        element(4, new byte[64]));
        assertThat(KeyFiles.of(digest, true)).isNull();
        for (var text : List.of("", "0", "hello", "0\202", "\u00fe\u00ed\u00fe\u00ed")) {
            assertThat(KeyFiles.of(text.getBytes(StandardCharsets.ISO_8859_1), true)).isNull();
        }
    }

    @Test
    void aCertificateTellsWhetherItIsOfAnAuthority() {
        var name = element(0x30, element(0x31));
        var other = element(0x30, element(0x31), element(0x31));
        var start = element(0xa0, element(2, new byte[] {2}));
        var serial = element(2, new byte[] {1});
        var empty = element(0x30);
        var authority =
                element(
                        0xa3,
                        element(
                                0x30,
                                element(
                                        0x30,
                                        element(6, hex("551d13")),
                                        element(1, new byte[] {-1}),
                                        element(4, element(0x30, element(1, new byte[] {-1}))))));
        var proxy =
                element(
                        0xa3,
                        element(
                                0x30,
                                element(
                                        0x30,
                                        element(6, hex("2b0601050507010e")),
                                        element(4, empty))));

        assertThat(
                        Certificate.inDer(
                                element(
                                        0x30,
                                        element(
                                                0x30, start, serial, empty, name, empty, other,
                                                empty, authority))))
                .isEqualTo(new Certificate(true, false));
        assertThat(
                        Certificate.inDer(
                                element(
                                        0x30,
                                        element(
                                                0x30, start, serial, empty, name, empty, other,
                                                empty, proxy))))
                .isEqualTo(new Certificate(false, true));
        assertThat(
                        Certificate.inDer(
                                element(
                                        0x30,
                                        element(
                                                0x30, start, serial, empty, name, empty, other,
                                                empty))))
                .isEqualTo(new Certificate(false, false));
        assertThat(Certificate.inDer(element(0x30, serial))).isNull();
    }

    @Test
    void damageIsNoFault() throws Exception {
        var random = new Random(5);
        for (var good : List.of(rsa(), encrypted(), store("PKCS12"), openPgp(0))) {
            for (int i = 0; i < 2_000; i++) {
                var bad = good.clone();
                bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
                var cut = Arrays.copyOf(bad, random.nextInt(bad.length));
                KeyFiles.of(bad, true);
                KeyFiles.of(cut, true);
                Certificate.inDer(bad);
            }
        }
    }
}
