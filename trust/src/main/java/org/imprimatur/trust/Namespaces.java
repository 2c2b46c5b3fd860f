package org.imprimatur.trust;

import eu.emi.security.authn.x509.helpers.ns.EuGridPmaNamespacesParser;
import eu.emi.security.authn.x509.helpers.ns.GlobusNamespacesParser;
import eu.emi.security.authn.x509.helpers.ns.NamespacePolicy;
import eu.emi.security.authn.x509.helpers.trust.OpensslTruststoreHelper;
import eu.emi.security.authn.x509.impl.OpensslNameUtils;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import javax.security.auth.x500.X500Principal;

/**
 * Which names an authority may issue, by the files beside its certificate: EUGridPMA {@code
 * .namespaces}, and where there are none, Globus {@code .signing_policy}. canl reads the files and
 * matches the names; which file counts is decided here, file by file, so that a bad file harms its
 * own authority only.
 */
final class Namespaces {

    private final List<NamespacePolicy> euGridPma = new ArrayList<>();
    private final List<NamespacePolicy> globus = new ArrayList<>();
    private final Set<String> unreadable = new HashSet<>();

    /** Reads one file whose name is a hash and an extension. */
    void add(Path file, String hash) throws IOException {
        var path = file.toString();
        try {
            if (path.endsWith(".namespaces")) {
                euGridPma.addAll(new EuGridPmaNamespacesParser(path, true).parse());
            } else {
                globus.addAll(new GlobusNamespacesParser(path).parse());
            }
        } catch (IOException | RuntimeException e) {
            // canl's parsers run past the end of broken lines.
            unreadable.add(hash);
            throw new IOException(
                    e instanceof IOException && e.getMessage() != null
                            ? e.getMessage()
                            : "the line structure is broken",
                    e);
        }
    }

    /** The authority's policy exists but is out of reach. */
    void addUnreadable(String hash) {
        unreadable.add(hash);
    }

    /**
     * Why the issuing of some certificate in a path is not covered, or empty.
     *
     * @param path the signer's certificate first, the anchor last
     */
    Optional<String> objection(List<X509Certificate> path) {
        if (euGridPma.isEmpty() && globus.isEmpty() && unreadable.isEmpty()) {
            return Optional.empty();
        }
        for (int i = 0; i + 1 < path.size(); i++) {
            var objection =
                    objection(
                            path.get(i).getSubjectX500Principal(),
                            path.subList(i + 1, path.size()));
            if (objection.isPresent()) {
                return objection;
            }
        }
        return Optional.empty();
    }

    /** Issuers, nearest first: an authority's policy may stand in the file of its parent. */
    private Optional<String> objection(X500Principal subject, List<X509Certificate> issuers) {
        for (var issuer : issuers) {
            for (var hash : hashes(issuer.getSubjectX500Principal())) {
                if (unreadable.contains(hash)) {
                    return Optional.of(
                            "the namespace file of '%s' cannot be read, so what it may issue is"
                                            .formatted(Certificates.subject(issuer))
                                    + " not known");
                }
            }
        }
        for (var policies : List.of(euGridPma, globus)) {
            var relevant = relevant(policies, issuers);
            if (!relevant.isEmpty()) {
                return judge(subject, issuers.getFirst(), relevant);
            }
        }
        return Optional.empty();
    }

    private static List<NamespacePolicy> relevant(
            List<NamespacePolicy> policies, List<X509Certificate> issuers) {
        var issuer = issuers.getFirst().getSubjectX500Principal();
        var issuerName =
                OpensslNameUtils.normalize(
                        OpensslNameUtils.convertFromRfc2253(issuer.getName(), false));
        var issuerHashes = hashes(issuer);
        for (var defining : issuers) {
            var definedFor = hashes(defining.getSubjectX500Principal());
            var found =
                    policies.stream()
                            .filter(policy -> definedFor.contains(lower(policy.getDefinedFor())))
                            .filter(
                                    policy ->
                                            policy.getIssuer().equals(issuerName)
                                                    || issuerHashes.contains(
                                                            lower(policy.getIssuer())))
                            .toList();
            if (!found.isEmpty()) {
                return found;
            }
        }
        return List.of();
    }

    private static Optional<String> judge(
            X500Principal subject, X509Certificate issuer, List<NamespacePolicy> policies) {
        boolean permitted = false;
        for (var policy : policies) {
            if (policy.isSubjectMatching(subject)) {
                if (!policy.isPermit()) {
                    return Optional.of(violation(subject, issuer, policy));
                }
                permitted = true;
            }
        }
        return permitted
                ? Optional.empty()
                : Optional.of(violation(subject, issuer, policies.getFirst()));
    }

    private static String violation(
            X500Principal subject, X509Certificate issuer, NamespacePolicy policy) {
        return "'%s' may not issue for '%s', by its namespace file '%s'"
                .formatted(
                        Certificates.subject(issuer),
                        subject.getName(X500Principal.RFC2253),
                        Path.of(policy.getIdentification()).getFileName());
    }

    /** The hashes that OpenSSL names the files of an authority by: since 1.0, and before. */
    static List<String> hashes(X500Principal name) {
        return List.of(
                lower(OpensslTruststoreHelper.getOpenSSLCAHash(name, true)),
                lower(OpensslTruststoreHelper.getOpenSSLCAHash(name, false)));
    }

    private static String lower(String hash) {
        return hash.toLowerCase(Locale.ROOT);
    }
}
