package org.imprimatur.trust;

import eu.emi.security.authn.x509.impl.OpensslNameUtils;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CRLConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A certification authority to throw away: for trials, the demonstration and tests. Nobody's
 * identity is checked and the authority's key lies in a file, so its certificates say in their
 * names that they are for trials only. Real work uses the certificates of a real authority.
 *
 * <p>One thread at a time uses an object.
 */
public final class TrialAuthority {

    /** Every name ends so, for all to see. */
    public static final String NAME_SUFFIX = "OU=for trials only,O=Imprimatur trials";

    private static final Duration AUTHORITY_LIFE = Duration.ofDays(3650);
    private static final Duration PERSON_LIFE = Duration.ofDays(397);
    private static final Duration CRL_LIFE = Duration.ofDays(30);

    /** Certificates begin a little early, for machines whose clocks differ. */
    private static final Duration CLOCKS_DIFFER = Duration.ofMinutes(5);

    private static final Pattern COMMON_NAME = Pattern.compile("[\\p{L}\\p{N} ._'@-]{1,64}");
    private static final Pattern FILE_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    /** The kinds of key that are accepted. */
    public enum KeyKind {
        RSA_2048("RSA", new RSAKeyGenParameterSpec(2048, RSAKeyGenParameterSpec.F4)),
        RSA_3072("RSA", new RSAKeyGenParameterSpec(3072, RSAKeyGenParameterSpec.F4)),
        RSA_4096("RSA", new RSAKeyGenParameterSpec(4096, RSAKeyGenParameterSpec.F4)),
        EC_P256("EC", new ECGenParameterSpec("secp256r1")),
        EC_P384("EC", new ECGenParameterSpec("secp384r1")),
        ED25519("Ed25519", NamedParameterSpec.ED25519);

        private final String algorithm;
        private final AlgorithmParameterSpec parameters;

        KeyKind(String algorithm, AlgorithmParameterSpec parameters) {
            this.algorithm = algorithm;
            this.parameters = parameters;
        }

        KeyPair generate(SecureRandom random) {
            try {
                var generator = KeyPairGenerator.getInstance(algorithm);
                generator.initialize(parameters, random);
                return generator.generateKeyPair();
            } catch (GeneralSecurityException e) {
                throw new AssertionError("every JDK must generate " + algorithm + " keys", e);
            }
        }
    }

    private final SigningIdentity identity;
    private final InstantSource clock;
    private final SecureRandom random;
    private final Map<BigInteger, Instant> revoked = new LinkedHashMap<>();

    /** An authority's key, its certificate and the certificates above it, but for the root's. */
    private record SigningIdentity(
            KeyPair keys, X509Certificate certificate, List<X509Certificate> above) {}

    private TrialAuthority(SigningIdentity identity, InstantSource clock, SecureRandom random) {
        this.identity = identity;
        this.clock = clock;
        this.random = random;
    }

    /**
     * Makes a root authority, valid for ten years.
     *
     * @param name its common name, for example {@code Demo CA}
     */
    public static TrialAuthority create(
            String name, KeyKind kind, InstantSource clock, SecureRandom random) {
        var keys = kind.generate(random);
        var subject = name(name);
        var from = clock.instant().minus(CLOCKS_DIFFER);
        var certificate =
                certify(
                        new Names(subject, subject),
                        keys.getPublic(),
                        keys,
                        from,
                        from.plus(AUTHORITY_LIFE),
                        random,
                        builder -> asAuthority(builder, keys.getPublic()));
        return new TrialAuthority(new SigningIdentity(keys, certificate, List.of()), clock, random);
    }

    /** Makes an authority below this one. */
    public TrialAuthority intermediate(String name, KeyKind kind) {
        var keys = kind.generate(random);
        var from = clock.instant().minus(CLOCKS_DIFFER);
        var certificate =
                certify(
                        new Names(name(name), identity.certificate().getSubjectX500Principal()),
                        keys.getPublic(),
                        identity.keys(),
                        from,
                        from.plus(AUTHORITY_LIFE),
                        random,
                        builder -> asAuthority(builder, keys.getPublic()));
        return new TrialAuthority(
                new SigningIdentity(keys, certificate, ownChain()), clock, random);
    }

    /**
     * Reads an authority back from the files that {@link #writeTo} has written, with the
     * revocations of its list.
     *
     * @throws UnusableKey when key or certificate cannot be read
     */
    public static TrialAuthority read(Path directory, InstantSource clock, SecureRandom random)
            throws IOException {
        var key =
                SigningKey.read(
                        directory.resolve("ca-key.pem"),
                        directory.resolve("ca.pem"),
                        PasswordSource.none());
        var authority =
                new TrialAuthority(
                        new SigningIdentity(
                                new KeyPair(key.certificate().getPublicKey(), key.privateKey()),
                                key.certificate(),
                                List.of()),
                        clock,
                        random);
        var crlFile = directory.resolve("ca-crl.pem");
        if (Files.exists(crlFile)) {
            try (var in = Files.newInputStream(crlFile)) {
                var entries = ((X509CRL) Pem.x509().generateCRL(in)).getRevokedCertificates();
                if (entries != null) {
                    for (var entry : entries) {
                        authority.revoked.put(
                                entry.getSerialNumber(), entry.getRevocationDate().toInstant());
                    }
                }
            } catch (CRLException e) {
                throw new IOException("'%s' is not a revocation list".formatted(crlFile), e);
            }
        }
        return authority;
    }

    /** The authority's own certificate: what others trust. */
    public X509Certificate certificate() {
        return identity.certificate();
    }

    /** A key with a certificate, EC P-256, valid for a year from now. */
    public SigningKey issue(String commonName) {
        return application(commonName).issue();
    }

    /** A key of a given kind with a certificate, valid for a year from now. */
    public SigningKey issue(String commonName, KeyKind kind) {
        return application(commonName).with(kind).issue();
    }

    /** The wish for a certificate, for those who want it in a particular way. */
    public Application application(String commonName) {
        var now = clock.instant();
        return new Application(
                this, commonName, KeyKind.EC_P256, now.minus(CLOCKS_DIFFER), now.plus(PERSON_LIFE));
    }

    /**
     * The wish for a certificate.
     *
     * @param from first instant of validity, in whole seconds
     * @param until last instant of validity, in whole seconds
     */
    public record Application(
            TrialAuthority authority,
            String commonName,
            KeyKind kind,
            Instant from,
            Instant until) {

        public Application with(KeyKind other) {
            return new Application(authority, commonName, other, from, until);
        }

        public Application valid(Instant first, Instant last) {
            return new Application(authority, commonName, kind, first, last);
        }

        /** Valid until a day ago. */
        public Application expired() {
            var now = authority.clock.instant();
            return valid(now.minus(2, ChronoUnit.DAYS), now.minus(1, ChronoUnit.DAYS));
        }

        /** Valid from tomorrow on. */
        public Application notYetValid() {
            var now = authority.clock.instant();
            return valid(now.plus(1, ChronoUnit.DAYS), now.plus(2, ChronoUnit.DAYS));
        }

        public SigningKey issue() {
            return authority.issue(this);
        }
    }

    private SigningKey issue(Application wish) {
        var keys = wish.kind().generate(random);
        var certificate =
                certify(
                        name(wish.commonName()),
                        keys.getPublic(),
                        wish.from(),
                        wish.until(),
                        TrialAuthority::asPerson);
        return keyWith(keys, certificate);
    }

    /** Any certificate at all, for tests of what must be refused. */
    X509Certificate certify(
            X500Principal subject,
            PublicKey key,
            Instant from,
            Instant until,
            Extending extensions) {
        return certify(
                new Names(subject, identity.certificate().getSubjectX500Principal()),
                key,
                identity.keys(),
                from,
                until,
                random,
                extensions);
    }

    SigningKey keyWith(KeyPair keys, X509Certificate certificate) {
        var certificates = new ArrayList<>(List.of(certificate));
        certificates.addAll(ownChain());
        return SigningKey.of(keys.getPrivate(), certificates);
    }

    KeyPair keys() {
        return identity.keys();
    }

    private List<X509Certificate> ownChain() {
        var chain = new ArrayList<X509Certificate>();
        if (!Certificates.isSelfIssued(identity.certificate())) {
            chain.add(identity.certificate());
        }
        chain.addAll(identity.above());
        return chain;
    }

    /** Revokes a certificate of this authority from an instant on, in whole seconds. */
    public void revoke(X509Certificate certificate, Instant from) {
        if (!certificate
                .getIssuerX500Principal()
                .equals(identity.certificate().getSubjectX500Principal())) {
            throw new IllegalArgumentException(
                    "'%s' was not issued by '%s'"
                            .formatted(
                                    Certificates.subject(certificate),
                                    Certificates.subject(identity.certificate())));
        }
        revoked.put(certificate.getSerialNumber(), from);
    }

    /** The revocation list as of now, to be replaced within 30 days. */
    public X509CRL crl() {
        var now = clock.instant();
        return crl(now, now.plus(CRL_LIFE));
    }

    /** A revocation list with its two instants. */
    public X509CRL crl(Instant thisUpdate, Instant nextUpdate) {
        try {
            var builder =
                    new X509v2CRLBuilder(
                            x500(identity.certificate().getSubjectX500Principal()),
                            Date.from(thisUpdate));
            builder.setNextUpdate(Date.from(nextUpdate));
            revoked.forEach(
                    (serialNumber, from) ->
                            builder.addCRLEntry(
                                    serialNumber, Date.from(from), CRLReason.unspecified));
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils()
                            .createAuthorityKeyIdentifier(identity.certificate()));
            builder.addExtension(
                    Extension.cRLNumber,
                    false,
                    new CRLNumber(BigInteger.valueOf(thisUpdate.toEpochMilli())));
            return new JcaX509CRLConverter().getCRL(builder.build(signer(identity.keys(), random)));
        } catch (IOException | GeneralSecurityException e) {
            throw new AssertionError("a revocation list of our own can be made", e);
        }
    }

    /** The trust anchors that hold this authority alone, with its present revocation list. */
    public TrustAnchors anchors() {
        return TrustAnchors.of(List.of(certificate()), List.of(crl()), CrlMode.REQUIRE);
    }

    /**
     * Writes key, certificate and revocation list as {@code ca-key.pem} (mode 0600), {@code ca.pem}
     * and {@code ca-crl.pem}. The key is not encrypted.
     *
     * @throws FileAlreadyExistsException rather than replace a key or a certificate
     */
    public void writeTo(Path directory) throws IOException {
        Files.createDirectories(directory);
        createPrivate(
                directory.resolve("ca-key.pem"),
                Pem.write("PRIVATE KEY", identity.keys().getPrivate().getEncoded()));
        createPublic(
                directory.resolve("ca.pem"),
                Pem.write("CERTIFICATE", Certificates.der(certificate())));
        writeCrl(directory.resolve("ca-crl.pem"));
    }

    /**
     * Writes the present revocation list, in place of an older one: readers see the one or the
     * other, whole.
     */
    public void writeCrl(Path file) throws IOException {
        var beside = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.writeString(beside, Pem.write("X509 CRL", crl().getEncoded()));
        } catch (CRLException e) {
            throw new AssertionError("a list that was made can be written", e);
        }
        Files.move(
                beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /**
     * Writes certificate and revocation list into a directory of anchors, in the layout of IGTF:
     * {@code hash.0}, {@code hash.r0}, {@code hash.signing_policy}. An older state of the same
     * authority is brought up to date.
     */
    public void writeAnchors(Path directory) throws IOException {
        Files.createDirectories(directory);
        var hash = Namespaces.hashes(certificate().getSubjectX500Principal()).getFirst();
        var authority = directory.resolve(hash + ".0");
        var pem = Pem.write("CERTIFICATE", Certificates.der(certificate()));
        if (!Files.exists(authority) || !Files.readString(authority).equals(pem)) {
            createPublic(authority, pem);
            createPublic(
                    directory.resolve(hash + ".signing_policy"),
                    """
                    # For trials only.
                    access_id_CA   X509    '%s'
                    pos_rights     globus  CA:sign
                    cond_subjects  globus  '"/O=Imprimatur trials/*"'
                    """
                            .formatted(opensslName()));
        }
        writeCrl(directory.resolve(hash + ".r0"));
    }

    private String opensslName() {
        return OpensslNameUtils.convertFromRfc2253(
                certificate().getSubjectX500Principal().getName(), false);
    }

    /**
     * Writes a person's key and certificate chain as {@code NAME-key.pem} (mode 0600, not
     * encrypted) and {@code NAME.pem}.
     *
     * @throws FileAlreadyExistsException rather than replace either
     */
    public static void write(SigningKey key, Path directory, String name) throws IOException {
        if (!FILE_NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "the file name '%s'; expected letters, digits, dot, dash and underscore"
                            .formatted(name));
        }
        Files.createDirectories(directory);
        var keyFile = directory.resolve(name + "-key.pem");
        var certificateFile = directory.resolve(name + ".pem");
        if (Files.exists(certificateFile)) {
            throw new FileAlreadyExistsException(certificateFile.toString());
        }
        createPrivate(keyFile, Pem.write("PRIVATE KEY", key.privateKey().getEncoded()));
        var chain = new StringBuilder();
        for (var certificate : key.chain()) {
            chain.append(Pem.write("CERTIFICATE", Certificates.der(certificate)));
        }
        createPublic(certificateFile, chain.toString());
    }

    private static void createPrivate(Path file, String text) throws IOException {
        FileAttribute<?>[] attributes =
                file.getFileSystem().supportedFileAttributeViews().contains("posix")
                        ? new FileAttribute<?>[] {
                            PosixFilePermissions.asFileAttribute(
                                    PosixFilePermissions.fromString("rw-------"))
                        }
                        : new FileAttribute<?>[0];
        Files.createFile(file, attributes);
        Files.writeString(file, text);
    }

    private static void createPublic(Path file, String text) throws IOException {
        Files.writeString(file, text, StandardOpenOption.CREATE_NEW);
    }

    static X500Principal name(String commonName) {
        if (!COMMON_NAME.matcher(commonName).matches()) {
            throw new IllegalArgumentException(
                    "the name '%s'; expected 1 to 64 letters, digits, spaces and . _ ' @ -"
                            .formatted(commonName));
        }
        return new X500Principal("CN=" + commonName + "," + NAME_SUFFIX);
    }

    /** Adds extensions to a certificate in the making. */
    @FunctionalInterface
    interface Extending {
        void to(JcaX509v3CertificateBuilder builder) throws CertIOException;
    }

    private record Names(X500Principal subject, X500Principal issuer) {}

    private static void asAuthority(JcaX509v3CertificateBuilder builder, PublicKey key)
            throws CertIOException {
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
        builder.addExtension(
                Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
        try {
            builder.addExtension(
                    Extension.subjectKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils().createSubjectKeyIdentifier(key));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK must provide SHA-1 for key identifiers", e);
        }
    }

    static void asPerson(JcaX509v3CertificateBuilder builder) throws CertIOException {
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
        builder.addExtension(
                Extension.keyUsage,
                true,
                new KeyUsage(KeyUsage.digitalSignature | KeyUsage.nonRepudiation));
    }

    private static X509Certificate certify(
            Names names,
            PublicKey key,
            KeyPair issuerKeys,
            Instant from,
            Instant until,
            SecureRandom random,
            Extending extensions) {
        try {
            var builder =
                    new JcaX509v3CertificateBuilder(
                            names.issuer(),
                            // Positive, never zero, 127 bits (RFC 5280, 4.1.2.2).
                            new BigInteger(126, random).setBit(126),
                            Date.from(from),
                            Date.from(until),
                            names.subject(),
                            key);
            extensions.to(builder);
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(signer(issuerKeys, random)));
        } catch (CertIOException | CertificateException e) {
            throw new AssertionError("a certificate of our own can be made", e);
        }
    }

    private static ContentSigner signer(KeyPair keys, SecureRandom random) {
        if (!(Algorithms.forKey(keys.getPublic())
                instanceof Algorithms.Choice.Use(var algorithm))) {
            throw new IllegalArgumentException("an authority's key that is not accepted");
        }
        try {
            return new JcaContentSignerBuilder(algorithm)
                    .setSecureRandom(random)
                    .build(keys.getPrivate());
        } catch (OperatorCreationException e) {
            throw new AssertionError("a key that was generated can sign", e);
        }
    }

    private static X500Name x500(X500Principal name) {
        return X500Name.getInstance(name.getEncoded());
    }
}
