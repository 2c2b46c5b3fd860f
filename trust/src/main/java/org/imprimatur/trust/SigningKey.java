package org.imprimatur.trust;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.Signature;
import java.security.SignatureException;
import java.security.UnrecoverableKeyException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Person;
import org.jspecify.annotations.Nullable;

/**
 * A person's private key, in memory or on a PKCS#11 token, with the certificate chain that says
 * whose it is. A key that exists is of an accepted kind and belongs to its certificate; whether
 * anyone trusts the chain is for {@link TrustAnchors} to say.
 *
 * <p>Threads may share a key.
 */
public final class SigningKey {

    /** No key or certificate file is read beyond this size, in bytes. */
    public static final int MAX_FILE_BYTES = 256 * 1024;

    private static final int MAX_ALIASES_SHOWN = 10;

    private static final byte[] PROBE =
            "imprimatur: does this key fit?".getBytes(StandardCharsets.US_ASCII);

    private final Secret secret;
    private final List<X509Certificate> chain;
    private final String algorithm;
    private final List<String> warnings;

    /**
     * A private key and who computes with it.
     *
     * @param provider the token's own; null for keys in memory, which every provider can use
     */
    record Secret(PrivateKey key, @Nullable Provider provider) {

        private byte[] sign(String algorithm, byte[] message) throws GeneralSecurityException {
            var signature =
                    provider == null
                            ? Signature.getInstance(algorithm)
                            : Signature.getInstance(algorithm, provider);
            signature.initSign(key);
            signature.update(message);
            return signature.sign();
        }
    }

    private SigningKey(
            Secret secret, List<X509Certificate> chain, String algorithm, List<String> warnings) {
        this.secret = secret;
        this.chain = List.copyOf(chain);
        this.algorithm = algorithm;
        this.warnings = List.copyOf(warnings);
    }

    /**
     * Reads a key and its certificates from one file: PKCS#12, or PEM with both.
     *
     * @throws UnusableKey when that cannot be done; the text says what to do next
     */
    public static SigningKey read(Path file, PasswordSource passwords) {
        return read(file, passwords, null);
    }

    /**
     * Reads a key and its certificates from one file, as above.
     *
     * @param alias which of several keys in a PKCS#12 file is meant; null for the only one
     * @throws UnusableKey when that cannot be done; the text says what to do next
     */
    public static SigningKey read(Path file, PasswordSource passwords, @Nullable String alias) {
        byte[] bytes = contents(file);
        try {
            var warnings = permissionWarnings(file);
            return Pem.looksLikePem(bytes)
                    ? fromPem(file, bytes, file, bytes, passwords, warnings)
                    : fromPkcs12(file, bytes, passwords, alias, warnings);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    /**
     * Reads a key from a PEM file and its certificates from another, PEM or one certificate in DER.
     *
     * @throws UnusableKey when that cannot be done; the text says what to do next
     */
    public static SigningKey read(Path keyFile, Path certificateFile, PasswordSource passwords) {
        byte[] key = contents(keyFile);
        try {
            return fromPem(
                    keyFile,
                    key,
                    certificateFile,
                    contents(certificateFile),
                    passwords,
                    permissionWarnings(keyFile));
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    /**
     * Finds a key with its certificate on a PKCS#11 token and logs in there. The key stays on the
     * token. A wrong PIN is tried once: tokens lock themselves after a few.
     *
     * @param module the PKCS#11 module; null when the URI names one
     * @param certificateFile further certificates for the chain, PEM; null for none
     * @throws UnusableKey when that cannot be done; the text says what to do next
     */
    public static SigningKey read(
            TokenUri uri,
            @Nullable Path module,
            @Nullable Path certificateFile,
            PasswordSource pins) {
        var found = TokenKeys.find(uri, module, pins);
        var certificates = new ArrayList<>(found.certificates());
        if (certificateFile != null) {
            certificates.addAll(certificates(certificateFile, contents(certificateFile)));
        }
        return assemble(found.name(), found.secret(), certificates, List.of());
    }

    /**
     * A key with certificates in any order: the person's own is found by the key, its issuers by
     * their names; a self-signed root is left off, since nobody needs it from the signer.
     *
     * @throws UnusableKey when no certificate belongs to the key, or the key is not accepted
     */
    public static SigningKey of(PrivateKey privateKey, Collection<X509Certificate> certificates) {
        return assemble("the key", new Secret(privateKey, null), certificates, List.of());
    }

    /** The certificates as an envelope carries them: the person's own first, without the root. */
    public List<X509Certificate> chain() {
        return chain;
    }

    /** The person's own certificate. */
    public X509Certificate certificate() {
        return chain.getFirst();
    }

    /** The person whom the certificate names. */
    public Person person() {
        return Certificates.personOf(certificate());
    }

    /** JCA name of the one signature algorithm for this key. */
    public String algorithm() {
        return algorithm;
    }

    /** What is not forbidden but should be put right, such as a key file that others can read. */
    public List<String> warnings() {
        return warnings;
    }

    /** Signs bytes with the algorithm that follows from the key. */
    public byte[] sign(byte[] message) {
        return signed(algorithm, message);
    }

    /**
     * Signs bytes with RSASSA-PKCS1-v1_5 and SHA-256, whatever the length of the key: for foreign
     * formats that know this one algorithm.
     *
     * @throws UnusableKey when it is no RSA key
     */
    public byte[] signRsaSha256(byte[] message) {
        if (!"RSA".equals(certificate().getPublicKey().getAlgorithm())) {
            throw new UnusableKey(
                    UnusableKey.Reason.KEY_NOT_ACCEPTED,
                    "the key of '%s' is of kind %s, and this format is signed with RSA; sign with a"
                                    .formatted(
                                            Certificates.subject(certificate()),
                                            certificate().getPublicKey().getAlgorithm())
                            + " certificate that has an RSA key");
        }
        return signed("SHA256withRSA", message);
    }

    private byte[] signed(String algorithm, byte[] message) {
        try {
            return secret.sign(algorithm, message);
        } catch (GeneralSecurityException | ProviderException e) {
            if (secret.provider() == null) {
                throw new IllegalStateException("a key that has signed before no longer signs", e);
            }
            throw TokenKeys.failed(e);
        }
    }

    PrivateKey privateKey() {
        return secret.key();
    }

    /** The provider of the token on which the key lies; null for keys in memory. */
    @Nullable Provider provider() {
        return secret.provider();
    }

    /** Names the person; never the key. */
    @Override
    public String toString() {
        return "SigningKey[" + Certificates.subject(certificate()) + ", " + algorithm + "]";
    }

    private static byte[] contents(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new UnusableKey(
                    UnusableKey.Reason.UNREADABLE,
                    "there is no file '%s'; check the path".formatted(file));
        }
        try (var in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_FILE_BYTES + 1);
            if (bytes.length > MAX_FILE_BYTES) {
                throw new UnusableKey(
                        UnusableKey.Reason.TOO_LARGE,
                        "'%s' is larger than %d bytes; expected a key or certificate file"
                                .formatted(file, MAX_FILE_BYTES));
            }
            return bytes;
        } catch (IOException e) {
            throw new UnusableKey(
                    UnusableKey.Reason.UNREADABLE,
                    "'%s' cannot be read; check that you may read it".formatted(file),
                    e);
        }
    }

    private static List<String> permissionWarnings(Path file) {
        try {
            var permissions = Files.getPosixFilePermissions(file);
            if (permissions.contains(PosixFilePermission.OTHERS_READ)
                    || permissions.contains(PosixFilePermission.GROUP_READ)) {
                return List.of(
                        "the key file '%s' can be read by others; run: chmod 600 '%s'"
                                .formatted(file, file));
            }
            return List.of();
        } catch (IOException | UnsupportedOperationException e) {
            // File systems without such permissions have nothing to warn of.
            return List.of();
        }
    }

    private static SigningKey fromPem(
            Path keyFile,
            byte[] keyBytes,
            Path certificateFile,
            byte[] certificateBytes,
            PasswordSource passwords,
            List<String> warnings) {
        var keys = Pem.blocks(keyBytes).stream().filter(PrivateKeys::isKey).toList();
        if (keys.isEmpty()) {
            throw new UnusableKey(
                    UnusableKey.Reason.NO_KEY,
                    "'%s' holds no private key in PEM; expected a block that begins with"
                                    .formatted(keyFile)
                            + " '-----BEGIN PRIVATE KEY-----' or the like");
        }
        if (keys.size() > 1) {
            throw new UnusableKey(
                    UnusableKey.Reason.SEVERAL_KEYS,
                    "'%s' holds %d private keys; leave the one to sign with"
                            .formatted(keyFile, keys.size()));
        }
        var certificates = certificates(certificateFile, certificateBytes);
        var key = PrivateKeys.read(keys.getFirst(), keyFile, passwords);
        return assemble("'" + keyFile + "'", new Secret(key, null), certificates, warnings);
    }

    private static List<X509Certificate> certificates(Path file, byte[] bytes) {
        var certificates = new ArrayList<X509Certificate>();
        try {
            if (Pem.looksLikePem(bytes)) {
                for (var block : Pem.blocks(bytes)) {
                    if (block.label().endsWith("CERTIFICATE")) {
                        byte[] der = block.der();
                        if (der == null) {
                            throw new CertificateException("not base64");
                        }
                        certificates.add(Pem.certificate(der));
                    }
                }
            } else {
                certificates.add(Pem.certificate(bytes));
            }
        } catch (CertificateException e) {
            throw new UnusableKey(
                    UnusableKey.Reason.NO_CERTIFICATE,
                    "a certificate in '%s' cannot be read; expected X.509 in PEM".formatted(file),
                    e);
        }
        if (certificates.isEmpty()) {
            throw new UnusableKey(
                    UnusableKey.Reason.NO_CERTIFICATE,
                    "'%s' holds no certificate; give the certificate file too".formatted(file));
        }
        return certificates;
    }

    private static SigningKey fromPkcs12(
            Path file,
            byte[] bytes,
            PasswordSource passwords,
            @Nullable String wanted,
            List<String> warnings) {
        char[] password = passwords.passwordFor(new Locked.KeyFile(file));
        try {
            var store = KeyStore.getInstance("PKCS12");
            store.load(new ByteArrayInputStream(bytes), password);
            var aliases = new ArrayList<String>();
            for (var alias : Collections.list(store.aliases())) {
                if (store.isKeyEntry(alias)) {
                    aliases.add(alias);
                }
            }
            if (aliases.isEmpty()) {
                throw new UnusableKey(
                        UnusableKey.Reason.NO_KEY, "'%s' holds no private key".formatted(file));
            }
            var alias = chosen(file, aliases, wanted);
            var certificates = new ArrayList<X509Certificate>();
            var chain = store.getCertificateChain(alias);
            if (chain != null) {
                for (var certificate : chain) {
                    certificates.add((X509Certificate) certificate);
                }
            }
            if (certificates.isEmpty()) {
                throw new UnusableKey(
                        UnusableKey.Reason.NO_CERTIFICATE,
                        "'%s' holds no certificate for its key; export both together"
                                .formatted(file));
            }
            if (!(store.getKey(alias, password) instanceof PrivateKey key)) {
                throw new UnusableKey(
                        UnusableKey.Reason.NO_KEY, "'%s' holds no private key".formatted(file));
            }
            return assemble("'" + file + "'", new Secret(key, null), certificates, warnings);
        } catch (UnrecoverableKeyException e) {
            throw wrongPassword(file, e);
        } catch (IOException e) {
            throw e.getCause() instanceof UnrecoverableKeyException
                    ? wrongPassword(file, e)
                    : notAKeyFile(file, e);
        } catch (GeneralSecurityException e) {
            throw notAKeyFile(file, e);
        } finally {
            Arrays.fill(password, '\0');
        }
    }

    private static String chosen(Path file, List<String> aliases, @Nullable String wanted) {
        if (wanted == null && aliases.size() == 1) {
            return aliases.getFirst();
        }
        var fitting = aliases.stream().filter(alias -> alias.equalsIgnoreCase(wanted)).toList();
        if (fitting.size() == 1) {
            return fitting.getFirst();
        }
        throw new UnusableKey(
                wanted == null ? UnusableKey.Reason.SEVERAL_KEYS : UnusableKey.Reason.NO_KEY,
                "'%s' holds %s; name the one to sign with by its alias: %s"
                        .formatted(
                                file,
                                wanted == null
                                        ? aliases.size() + " private keys"
                                        : "no private key with the alias "
                                                + MalformedInput.quoted(wanted),
                                aliases.stream()
                                        .map(MalformedInput::quoted)
                                        .limit(MAX_ALIASES_SHOWN)
                                        .collect(Collectors.joining(", "))));
    }

    private static UnusableKey wrongPassword(Path file, Exception cause) {
        return new UnusableKey(
                UnusableKey.Reason.WRONG_PASSWORD,
                "the password does not open the key file '%s'; try again".formatted(file),
                cause);
    }

    private static UnusableKey notAKeyFile(Path file, Exception cause) {
        return new UnusableKey(
                UnusableKey.Reason.NO_KEY,
                "'%s' is neither PEM nor PKCS#12; expected a key file".formatted(file),
                cause);
    }

    private static SigningKey assemble(
            String what,
            Secret secret,
            Collection<X509Certificate> certificates,
            List<String> fileWarnings) {
        var rest = new ArrayList<X509Certificate>(certificates);
        var refusals = new ArrayList<String>();
        for (var candidate : certificates) {
            switch (Algorithms.forKey(candidate.getPublicKey())) {
                case Algorithms.Choice.Refuse(var reason) -> refusals.add(reason);
                case Algorithms.Choice.Use(var algorithm) -> {
                    if (fits(secret, candidate, algorithm)) {
                        rest.remove(candidate);
                        var warnings = new ArrayList<>(fileWarnings);
                        var chain = order(what, candidate, rest, warnings);
                        return new SigningKey(secret, chain, algorithm, warnings);
                    }
                }
            }
        }
        if (!refusals.isEmpty()) {
            throw new UnusableKey(
                    UnusableKey.Reason.KEY_NOT_ACCEPTED,
                    "%s cannot sign here: %s; ask your certification authority for a certificate"
                                    .formatted(what, refusals.getFirst())
                            + " with another key");
        }
        throw new UnusableKey(
                UnusableKey.Reason.CERTIFICATE_DOES_NOT_MATCH,
                "no certificate given belongs to the private key in %s; the first is of '%s';"
                                .formatted(what, firstSubject(certificates))
                        + " give the certificate that was issued for this key");
    }

    private static String firstSubject(Collection<X509Certificate> certificates) {
        return certificates.stream().findFirst().map(Certificates::subject).orElse("nobody");
    }

    private static boolean fits(Secret secret, X509Certificate certificate, String algorithm) {
        try {
            var verifier = Signature.getInstance(algorithm);
            verifier.initVerify(certificate.getPublicKey());
            verifier.update(PROBE);
            return verifier.verify(secret.sign(algorithm, PROBE));
        } catch (InvalidKeyException | SignatureException e) {
            // A key of another type, or of another size: it does not fit.
            return false;
        } catch (ProviderException e) {
            throw TokenKeys.failed(e);
        } catch (GeneralSecurityException e) {
            if (secret.provider() != null) {
                throw TokenKeys.failed(e);
            }
            throw new AssertionError("every JDK must provide " + algorithm, e);
        }
    }

    private static List<X509Certificate> order(
            String what, X509Certificate leaf, List<X509Certificate> rest, List<String> warnings) {
        var chain = new ArrayList<X509Certificate>(List.of(leaf));
        var last = leaf;
        while (!Certificates.isSelfIssued(last)) {
            var child = last;
            var issuer =
                    rest.stream().filter(other -> Certificates.issued(other, child)).findFirst();
            if (issuer.isEmpty()) {
                break;
            }
            last = issuer.get();
            rest.remove(last);
            if (!Certificates.isSelfIssued(last)) {
                chain.add(last);
            }
        }
        for (var unused : rest) {
            warnings.add(
                    "the certificate of '%s' in %s is not in the chain of '%s' and is left out"
                            .formatted(
                                    Certificates.subject(unused),
                                    what,
                                    Certificates.subject(leaf)));
        }
        if (chain.size() > Envelope.MAX_CERTIFICATES) {
            throw new UnusableKey(
                    UnusableKey.Reason.CHAIN_TOO_LONG,
                    "the certificate chain in %s has %d certificates; expected at most %d"
                            .formatted(what, chain.size(), Envelope.MAX_CERTIFICATES));
        }
        return chain;
    }
}
