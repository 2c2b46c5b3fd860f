package org.imprimatur.trust;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import javax.crypto.BadPaddingException;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.RSAPrivateKey;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8DecryptorProviderBuilder;
import org.bouncycastle.openssl.jcajce.JcePEMDecryptorProviderBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCSException;
import org.jspecify.annotations.Nullable;

/**
 * Private keys out of PEM blocks: PKCS#8 (RFC 5208), encrypted or not, PKCS#1 (RFC 8017 A.1.2) and
 * SEC1 (RFC 5915), the latter two also in OpenSSL's old encryption. The JDK does what it can;
 * Bouncy Castle's provider, slow to load, is made only for encryptions that the JDK does not know.
 */
final class PrivateKeys {

    private PrivateKeys() {}

    static boolean isKey(Pem.Block block) {
        return block.label().endsWith("PRIVATE KEY");
    }

    static PrivateKey read(Pem.Block block, Path file, PasswordSource passwords) {
        try {
            if (block.encrypted()) {
                return fromOldEncryption(block, file, passwords);
            }
            byte[] der = block.der();
            if (der == null) {
                throw damaged(file, null);
            }
            return switch (block.label()) {
                case "PRIVATE KEY" -> fromPkcs8(der);
                case "RSA PRIVATE KEY" -> fromPkcs8(wrapRsa(der));
                case "EC PRIVATE KEY" -> fromPkcs8(wrapEc(der));
                case "ENCRYPTED PRIVATE KEY" -> fromEncryptedPkcs8(der, file, passwords);
                default ->
                        throw new UnusableKey(
                                UnusableKey.Reason.NO_KEY,
                                "'%s' holds a '%s', which is not supported; convert it with"
                                                .formatted(file, block.label())
                                        + " 'openssl pkcs8 -topk8'");
            };
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            throw damaged(file, e);
        }
    }

    private static UnusableKey damaged(Path file, @Nullable Throwable cause) {
        return new UnusableKey(
                UnusableKey.Reason.NO_KEY,
                "the private key in '%s' cannot be read; expected PKCS#8, PKCS#1 or SEC1 in PEM, of"
                                .formatted(file)
                        + " type RSA, EC P-256, EC P-384 or Ed25519",
                cause);
    }

    private static UnusableKey wrongPassword(Path file, Throwable cause) {
        return new UnusableKey(
                UnusableKey.Reason.WRONG_PASSWORD,
                "the password does not open the key file '%s'; try again".formatted(file),
                cause);
    }

    private static PrivateKey fromPkcs8(byte[] der) throws IOException, GeneralSecurityException {
        var oid = PrivateKeyInfo.getInstance(der).getPrivateKeyAlgorithm().getAlgorithm().getId();
        var type =
                switch (oid) {
                    case "1.2.840.113549.1.1.1" -> "RSA";
                    case "1.2.840.10045.2.1" -> "EC";
                    case "1.3.101.112" -> "Ed25519";
                    default -> throw new GeneralSecurityException("key type " + oid);
                };
        var spec = new PKCS8EncodedKeySpec(der);
        try {
            return KeyFactory.getInstance(type).generatePrivate(spec);
        } finally {
            Arrays.fill(der, (byte) 0);
        }
    }

    private static byte[] wrapRsa(byte[] der) throws IOException {
        var algorithm =
                new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE);
        return new PrivateKeyInfo(algorithm, RSAPrivateKey.getInstance(der)).getEncoded();
    }

    private static byte[] wrapEc(byte[] der) throws IOException {
        var key = ECPrivateKey.getInstance(der);
        var algorithm =
                new AlgorithmIdentifier(
                        X9ObjectIdentifiers.id_ecPublicKey, key.getParametersObject());
        return new PrivateKeyInfo(algorithm, key).getEncoded();
    }

    private static PrivateKey fromEncryptedPkcs8(byte[] der, Path file, PasswordSource passwords)
            throws IOException, GeneralSecurityException {
        char[] password = passwords.passwordFor(new Locked.KeyFile(file));
        try {
            byte[] plain;
            try {
                plain = decryptWithJdk(der, password);
            } catch (BadPaddingException e) {
                throw wrongPassword(file, e);
            } catch (IOException | GeneralSecurityException e) {
                plain = decryptWithBouncyCastle(der, password, file);
            }
            try {
                return fromPkcs8(plain);
            } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
                // A wrong password passes the padding check once in 256 times.
                throw looksLikeKey(plain) ? damaged(file, e) : wrongPassword(file, e);
            }
        } finally {
            Arrays.fill(password, '\0');
        }
    }

    private static boolean looksLikeKey(byte[] plain) {
        try {
            return PrivateKeyInfo.getInstance(plain) != null;
        } catch (IllegalArgumentException | IllegalStateException e) {
            // That it cannot be parsed is the answer.
            return false;
        }
    }

    private static byte[] decryptWithJdk(byte[] der, char[] password)
            throws IOException, GeneralSecurityException {
        var info = new EncryptedPrivateKeyInfo(der);
        AlgorithmParameters parameters = info.getAlgParameters();
        // For PBES2 the JDK tells the real algorithm by the text form of the parameters only.
        var name =
                "PBES2".equals(info.getAlgName())
                                || "1.2.840.113549.1.5.13".equals(info.getAlgName())
                        ? String.valueOf(parameters)
                        : info.getAlgName();
        var spec = new PBEKeySpec(password);
        try {
            var key = SecretKeyFactory.getInstance(name).generateSecret(spec);
            var cipher = Cipher.getInstance(name);
            cipher.init(Cipher.DECRYPT_MODE, key, parameters);
            return cipher.doFinal(info.getEncryptedData());
        } finally {
            spec.clearPassword();
        }
    }

    private static byte[] decryptWithBouncyCastle(byte[] der, char[] password, Path file)
            throws IOException {
        try {
            var decryptor =
                    new JceOpenSSLPKCS8DecryptorProviderBuilder()
                            .setProvider(new BouncyCastleProvider())
                            .build(password);
            return new PKCS8EncryptedPrivateKeyInfo(der)
                    .decryptPrivateKeyInfo(decryptor)
                    .getEncoded();
        } catch (OperatorCreationException | PKCSException e) {
            throw wrongPassword(file, e);
        }
    }

    private static PrivateKey fromOldEncryption(
            Pem.Block block, Path file, PasswordSource passwords)
            throws IOException, GeneralSecurityException {
        Object parsed;
        try (var reader = new PEMParser(new StringReader(block.text()))) {
            parsed = reader.readObject();
        }
        if (!(parsed instanceof PEMEncryptedKeyPair encrypted)) {
            throw new IOException("not an encrypted key");
        }
        char[] password = passwords.passwordFor(new Locked.KeyFile(file));
        try {
            var decryptor =
                    new JcePEMDecryptorProviderBuilder()
                            .setProvider(new BouncyCastleProvider())
                            .build(password);
            return fromPkcs8(encrypted.decryptKeyPair(decryptor).getPrivateKeyInfo().getEncoded());
        } catch (IOException | IllegalArgumentException e) {
            throw wrongPassword(file, e);
        } finally {
            Arrays.fill(password, '\0');
        }
    }
}
