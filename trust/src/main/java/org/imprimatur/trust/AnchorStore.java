package org.imprimatur.trust;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXReason;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Date;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Person;
import org.imprimatur.trust.ChainVerdict.Code;
import org.jspecify.annotations.Nullable;

/**
 * One state of the trust anchors. It never changes, so what was found out about a chain stays true
 * for as long as the state is in use, and is remembered.
 */
final class AnchorStore {

    /** Chains remembered; a node sees far fewer signers. */
    private static final int MAX_REMEMBERED = 4_096;

    /** An envelope's chain and a few authorities above it. */
    private static final int MAX_PATH = Envelope.MAX_CERTIFICATES + 4;

    /** Set in the certificates of delegated, short-lived proxies (RFC 3820, and its draft). */
    private static final Set<String> PROXY_EXTENSIONS =
            Set.of("1.3.6.1.5.5.7.1.14", "1.3.6.1.4.1.3536.1.222");

    private final String fingerprint;
    private final CrlMode crlMode;
    private final Map<X500Principal, List<X509Certificate>> authorities;
    private final Map<X500Principal, List<Revocations>> revocations;
    private final List<BrokenCrl> brokenCrls;
    private final Namespaces namespaces;
    private final List<TrustAnchors.Problem> problems;

    // Guarded by itself. By SHA-256 over the lengths and bytes of the certificates.
    private final Map<String, ChainAssessment> remembered =
            new LinkedHashMap<>(64, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<String, ChainAssessment> eldest) {
                    return size() > MAX_REMEMBERED;
                }
            };

    /**
     * A revocation list that cannot be read.
     *
     * @param hash the name's hash, when the file's name tells whose list it is
     */
    record BrokenCrl(String file, @Nullable String hash) {}

    AnchorStore(
            String fingerprint,
            CrlMode crlMode,
            Collection<X509Certificate> authorities,
            Collection<Revocations> revocations,
            List<BrokenCrl> brokenCrls,
            Namespaces namespaces,
            List<TrustAnchors.Problem> problems) {
        this.fingerprint = fingerprint;
        this.crlMode = crlMode;
        this.authorities = new HashMap<>();
        for (var authority : authorities) {
            this.authorities
                    .computeIfAbsent(authority.getSubjectX500Principal(), _ -> new ArrayList<>())
                    .add(authority);
        }
        this.revocations = new HashMap<>();
        for (var list : revocations) {
            this.revocations
                    .computeIfAbsent(list.crl().getIssuerX500Principal(), _ -> new ArrayList<>())
                    .add(list);
        }
        this.brokenCrls = List.copyOf(brokenCrls);
        this.namespaces = namespaces;
        this.problems = List.copyOf(problems);
    }

    static AnchorStore of(
            Collection<X509Certificate> authorities, Collection<X509CRL> crls, CrlMode crlMode) {
        return new AnchorStore(
                "",
                crlMode,
                authorities,
                crls.stream().map(crl -> new Revocations("a list given directly", crl)).toList(),
                List.of(),
                new Namespaces(),
                List.of());
    }

    String fingerprint() {
        return fingerprint;
    }

    List<X509Certificate> authorities() {
        return authorities.values().stream().flatMap(List::stream).toList();
    }

    List<TrustAnchors.Problem> problems() {
        return problems;
    }

    ChainAssessment assess(List<byte[]> chain) {
        var key = key(chain);
        synchronized (remembered) {
            var known = remembered.get(key);
            if (known != null) {
                return known;
            }
        }
        // Two threads may find out the same thing at once; that is cheaper than waiting.
        var found = find(chain);
        synchronized (remembered) {
            remembered.put(key, found);
        }
        return found;
    }

    private static String key(List<byte[]> chain) {
        var sha256 = Digests.sha256();
        for (var certificate : chain) {
            sha256.update(Integer.toString(certificate.length).getBytes(StandardCharsets.US_ASCII));
            sha256.update((byte) ' ');
            sha256.update(certificate);
        }
        return HexFormat.of().formatHex(sha256.digest());
    }

    /** A reason to refuse a chain at every instant, on its way out of the checks. */
    private static final class Refused extends Exception {
        private final ChainAssessment.Hopeless assessment;

        Refused(Code code, String explanation) {
            super(explanation, null, false, false);
            this.assessment = ChainAssessment.Hopeless.because(code, explanation);
        }
    }

    private ChainAssessment find(List<byte[]> chain) {
        try {
            return assessed(chain);
        } catch (Refused e) {
            return e.assessment;
        }
    }

    private ChainAssessment assessed(List<byte[]> chain) throws Refused {
        if (chain.isEmpty() || chain.size() > Envelope.MAX_CERTIFICATES) {
            throw new Refused(
                    Code.CHAIN_TOO_LONG,
                    "a chain of %d certificates; expected 1 to %d"
                            .formatted(chain.size(), Envelope.MAX_CERTIFICATES));
        }
        var given = new ArrayList<X509Certificate>();
        for (var der : chain) {
            given.add(read(der, given.size()));
        }
        // Keys first: verifying with a monstrous one is what an attacker would like us to do.
        for (var certificate : given) {
            checkKey(certificate);
        }
        // The root adds nothing; some tools send it all the same.
        if (given.size() > 1 && isAuthority(given.getLast())) {
            given.removeLast();
        }
        for (var certificate : given) {
            checkSignatureAlgorithm(certificate);
        }
        checkPurpose(given.getFirst());
        for (int i = 0; i + 1 < given.size(); i++) {
            checkIssued(given.get(i + 1), given.get(i));
        }
        var path = extend(given);
        checkPath(path);
        var violation = namespaces.objection(path);
        if (violation.isPresent()) {
            throw new Refused(Code.NAMESPACE_VIOLATION, violation.get());
        }
        return dated(person(path.getFirst()), path);
    }

    private static X509Certificate read(byte[] der, int position) throws Refused {
        try {
            var certificate = Pem.certificate(der);
            if (Arrays.equals(Certificates.der(certificate), der)) {
                return certificate;
            }
            throw new Refused(
                    Code.MALFORMED_CERTIFICATE,
                    "certificate %d of the chain has bytes after its end".formatted(position + 1));
        } catch (CertificateException e) {
            var reason = Algorithms.objectionToUnreadable(der);
            throw reason.isPresent()
                    ? new Refused(
                            Code.WEAK_KEY,
                            "certificate %d of the chain has an %s"
                                    .formatted(position + 1, reason.get()))
                    : new Refused(
                            Code.MALFORMED_CERTIFICATE,
                            "certificate %d of the chain is not X.509 in DER"
                                    .formatted(position + 1));
        }
    }

    private static void checkKey(X509Certificate certificate) throws Refused {
        if (Algorithms.forKey(certificate.getPublicKey())
                instanceof Algorithms.Choice.Refuse(var reason)) {
            throw new Refused(
                    Code.WEAK_KEY,
                    "the certificate of '%s': %s"
                            .formatted(Certificates.subject(certificate), reason));
        }
    }

    private static void checkSignatureAlgorithm(X509Certificate certificate) throws Refused {
        var objection = Algorithms.objectionToSignatureOf(certificate);
        if (objection.isPresent()) {
            throw new Refused(
                    Code.WEAK_SIGNATURE,
                    "the certificate of '%s' is %s"
                            .formatted(Certificates.subject(certificate), objection.get()));
        }
    }

    private static void checkPurpose(X509Certificate leaf) throws Refused {
        var subject = Certificates.subject(leaf);
        if (Certificates.isCa(leaf)) {
            throw new Refused(
                    Code.NOT_A_SIGNING_CERTIFICATE,
                    "the certificate of '%s' is that of an authority; statements are signed by"
                                    .formatted(subject)
                            + " people");
        }
        for (var proxy : PROXY_EXTENSIONS) {
            if (leaf.getExtensionValue(proxy) != null) {
                throw new Refused(
                        Code.NOT_A_SIGNING_CERTIFICATE,
                        "the certificate of '%s' is a proxy; sign with the person's own"
                                        .formatted(subject)
                                + " certificate");
            }
        }
        boolean[] usage = leaf.getKeyUsage();
        // Bit 0 is digitalSignature (RFC 5280, 4.2.1.3). No key usage at all allows every use.
        if (usage != null && !usage[0]) {
            throw new Refused(
                    Code.NOT_A_SIGNING_CERTIFICATE,
                    "the certificate of '%s' has a key usage without digitalSignature"
                            .formatted(subject));
        }
    }

    private static void checkIssued(X509Certificate issuer, X509Certificate certificate)
            throws Refused {
        if (!issuer.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())) {
            throw new Refused(
                    Code.CHAIN_BROKEN,
                    "the certificate of '%s' is followed by that of '%s'; expected its issuer '%s'"
                            .formatted(
                                    Certificates.subject(certificate),
                                    Certificates.subject(issuer),
                                    certificate
                                            .getIssuerX500Principal()
                                            .getName(X500Principal.RFC2253)));
        }
        if (!Certificates.signed(issuer, certificate)) {
            throw badSignature(certificate);
        }
    }

    private static Refused badSignature(X509Certificate certificate) {
        return new Refused(
                Code.BAD_SIGNATURE,
                "the certificate of '%s' names the issuer '%s', but was not signed by its key"
                        .formatted(
                                Certificates.subject(certificate),
                                certificate
                                        .getIssuerX500Principal()
                                        .getName(X500Principal.RFC2253)));
    }

    private boolean isAuthority(X509Certificate certificate) {
        return authorities
                .getOrDefault(certificate.getSubjectX500Principal(), List.of())
                .contains(certificate);
    }

    /**
     * Continues a chain with the directory's authorities, as far up as they go: with a root and an
     * intermediate both in the directory the root's revocation list still counts.
     */
    private List<X509Certificate> extend(List<X509Certificate> given) throws Refused {
        var path = new ArrayList<>(given);
        while (!Certificates.isSelfIssued(path.getLast())) {
            var last = path.getLast();
            var named = authorities.getOrDefault(last.getIssuerX500Principal(), List.of());
            // Roots before cross-certificates, so that the way up ends.
            var issuer =
                    Stream.concat(
                                    named.stream().filter(Certificates::isSelfIssued),
                                    named.stream().filter(one -> !Certificates.isSelfIssued(one)))
                            .filter(one -> !path.contains(one))
                            .filter(one -> Certificates.signed(one, last))
                            .findFirst();
            if (issuer.isEmpty()) {
                if (isAuthority(last)) {
                    return path;
                }
                throw named.isEmpty() ? unknownIssuer(last) : badSignature(last);
            }
            path.add(issuer.get());
            checkKey(issuer.get());
            if (path.size() > MAX_PATH) {
                throw new Refused(
                        Code.CHAIN_TOO_LONG,
                        "a path of more than %d certificates".formatted(MAX_PATH));
            }
            if (!Certificates.isSelfIssued(issuer.get())) {
                checkSignatureAlgorithm(issuer.get());
            }
        }
        if (path.size() == 1 || !isAuthority(path.getLast())) {
            throw unknownIssuer(path.getLast());
        }
        return path;
    }

    private Refused unknownIssuer(X509Certificate certificate) {
        return new Refused(
                Code.UNKNOWN_ISSUER,
                "the certificate of '%s' was issued by '%s', which is not among the %d trusted"
                                .formatted(
                                        Certificates.subject(certificate),
                                        certificate
                                                .getIssuerX500Principal()
                                                .getName(X500Principal.RFC2253),
                                        authorities().size())
                        + " authorities");
    }

    /** The rules of RFC 5280, 6.1, but for revocation and the instant, which come later. */
    private static void checkPath(List<X509Certificate> path) throws Refused {
        var from =
                path.stream()
                        .map(one -> one.getNotBefore().toInstant())
                        .max(Comparator.naturalOrder())
                        .orElseThrow();
        boolean everValid =
                path.stream().noneMatch(one -> one.getNotAfter().toInstant().isBefore(from));
        if (!everValid) {
            throw new Refused(
                    Code.EXPIRED,
                    "the certificates from '%s' to '%s' were never valid at the same time"
                            .formatted(
                                    Certificates.subject(path.getFirst()),
                                    Certificates.subject(path.getLast())));
        }
        try {
            var parameters = new PKIXParameters(Set.of(new TrustAnchor(path.getLast(), null)));
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(from));
            var certPath = Pem.x509().generateCertPath(path.subList(0, path.size() - 1));
            CertPathValidator.getInstance("PKIX").validate(certPath, parameters);
        } catch (CertPathValidatorException e) {
            throw refusal(path, e);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every JDK must validate certificate paths", e);
        }
    }

    private static Refused refusal(List<X509Certificate> path, CertPathValidatorException e) {
        var reason = e.getReason();
        var subject =
                Certificates.subject(e.getIndex() < 0 ? path.getFirst() : path.get(e.getIndex()));
        if (reason == PKIXReason.PATH_TOO_LONG) {
            return new Refused(
                    Code.CHAIN_TOO_LONG,
                    "the authority '%s' has more authorities below it than it may have"
                            .formatted(subject));
        }
        if (reason == PKIXReason.NOT_CA_CERT || reason == PKIXReason.INVALID_KEY_USAGE) {
            return new Refused(
                    Code.INVALID_PATH,
                    "'%s' is not an authority and may not issue certificates".formatted(subject));
        }
        if (reason == BasicReason.ALGORITHM_CONSTRAINED) {
            return new Refused(
                    Code.WEAK_SIGNATURE,
                    "the certificate of '%s' uses an algorithm that this Java refuses: %s"
                            .formatted(subject, e.getMessage()));
        }
        return new Refused(
                Code.INVALID_PATH,
                "the certificate of '%s' breaks a rule of RFC 5280: %s"
                        .formatted(subject, e.getMessage()));
    }

    private static Person person(X509Certificate leaf) throws Refused {
        try {
            return Certificates.personOf(leaf);
        } catch (MalformedInput e) {
            throw new Refused(
                    Code.UNUSABLE_NAME, "the names in the certificate: " + e.explanation());
        }
    }

    private ChainAssessment dated(Person person, List<X509Certificate> path) throws Refused {
        var revoked = new ArrayList<ChainAssessment.Limit>();
        var crlsEnd = new ArrayList<ChainAssessment.Limit>();
        var notes = new ArrayList<String>();
        for (int i = 0; i + 1 < path.size(); i++) {
            var issuer = path.get(i + 1);
            var list = listOf(issuer);
            if (list.isEmpty()) {
                var note =
                        "there is no revocation list of '%s'"
                                .formatted(Certificates.subject(issuer));
                if (crlMode == CrlMode.REQUIRE) {
                    throw new Refused(Code.CRL_MISSING, note + "; one is required here, fetch it");
                }
                notes.add(note);
                continue;
            }
            var crl = list.get().crl();
            crlsEnd.add(
                    new ChainAssessment.Limit(
                            crl.getNextUpdate().toInstant(),
                            "the revocation list of '%s' (%s)"
                                    .formatted(Certificates.subject(issuer), list.get().source())));
            var certificate = path.get(i);
            revokedFrom(crl, certificate.getSerialNumber())
                    .map(from -> new ChainAssessment.Limit(from, named(certificate)))
                    .ifPresent(revoked::add);
        }
        return new ChainAssessment.Dated(person, path, revoked, crlsEnd, notes);
    }

    private static String named(X509Certificate certificate) {
        return "the certificate of '%s' (serial number %x)"
                .formatted(Certificates.subject(certificate), certificate.getSerialNumber());
    }

    private static Optional<Instant> revokedFrom(X509CRL crl, BigInteger serialNumber) {
        return Optional.ofNullable(crl.getRevokedCertificate(serialNumber))
                .map(entry -> entry.getRevocationDate().toInstant());
    }

    /** The newest good list of an authority, or empty when it has none at all. */
    private Optional<Revocations> listOf(X509Certificate issuer) throws Refused {
        var named = revocations.getOrDefault(issuer.getSubjectX500Principal(), List.of());
        var newest =
                named.stream()
                        .filter(list -> list.objection().isEmpty())
                        .filter(list -> list.isSignedBy(issuer))
                        .max(Comparator.comparing(Revocations::issuedAt));
        if (newest.isPresent()) {
            return newest;
        }
        var subject = Certificates.subject(issuer);
        if (!named.isEmpty()) {
            var list = named.getFirst();
            throw new Refused(
                    Code.CRL_UNUSABLE,
                    "the revocation list of '%s' (%s) %s"
                            .formatted(
                                    subject,
                                    list.source(),
                                    list.objection().orElse("was not signed by its key")));
        }
        for (var broken : brokenCrls) {
            if (broken.hash() == null
                    || Namespaces.hashes(issuer.getSubjectX500Principal())
                            .contains(broken.hash())) {
                throw new Refused(
                        Code.CRL_UNUSABLE,
                        "the revocation list '%s' cannot be read, and '%s' has no other"
                                .formatted(broken.file(), subject));
            }
        }
        return Optional.empty();
    }
}
