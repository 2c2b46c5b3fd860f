package org.imprimatur.trust;

import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The certification authorities that are trusted here, with their revocation lists and namespaces.
 *
 * <p>Judging a chain takes the instant as a parameter. For a statement that is the instant of its
 * admission to a ledger: a certificate that was revoked at or before it is refused, one revoked
 * later stays good for the older statement. The same chain, anchors and instant always give the
 * same verdict.
 *
 * <p>Threads may share an object; each judgement uses one consistent state of the directory.
 */
public final class TrustAnchors {

    private final @Nullable Path directory;
    private final CrlMode crlMode;
    private volatile AnchorStore store;

    private TrustAnchors(@Nullable Path directory, CrlMode crlMode, AnchorStore store) {
        this.directory = directory;
        this.crlMode = crlMode;
        this.store = store;
    }

    /**
     * Loads a directory: the layout of IGTF and OpenSSL ({@code hash.0}, {@code hash.r0}, {@code
     * hash.namespaces}, {@code hash.signing_policy}), or plain {@code .pem}, {@code .crt} and
     * {@code .crl} files, or both together. A file that cannot be used is told by {@link #problems}
     * and does not stop the others.
     *
     * @throws IOException when the directory itself cannot be listed
     */
    public static TrustAnchors directory(Path directory, CrlMode crlMode) throws IOException {
        return new TrustAnchors(directory, crlMode, AnchorDirectory.load(directory, crlMode));
    }

    /** Anchors from memory, without namespaces. */
    public static TrustAnchors of(
            Collection<X509Certificate> authorities, Collection<X509CRL> crls, CrlMode crlMode) {
        return new TrustAnchors(null, crlMode, AnchorStore.of(authorities, crls, crlMode));
    }

    /**
     * Looks at the directory again and loads it when names, sizes or times of its files have
     * changed. What was loaded before stays in force when that fails.
     *
     * @return whether anything changed
     * @throws IOException when the directory cannot be listed
     */
    public boolean refresh() throws IOException {
        if (directory == null) {
            return false;
        }
        synchronized (this) {
            if (AnchorDirectory.fingerprint(directory).equals(store.fingerprint())) {
                return false;
            }
            store = AnchorDirectory.load(directory, crlMode);
            return true;
        }
    }

    /** The authorities in force. */
    public List<X509Certificate> authorities() {
        return store.authorities();
    }

    /** The files of the directory that could not be used, and why. */
    public List<Problem> problems() {
        return store.problems();
    }

    /**
     * A file that could not be used.
     *
     * @param file its name
     * @param explanation what was found and what was expected
     */
    public record Problem(String file, String explanation) {}

    /**
     * Judges a chain in DER, the signer's certificate first, each issued by the next.
     *
     * @param at the instant that counts: for a statement, its admission
     */
    public ChainVerdict judge(List<byte[]> chain, Instant at) {
        return store.assess(chain).at(at);
    }

    /** As {@link #judge}, were nothing of the chain ever revoked. */
    ChainVerdict judgeApartFromRevocations(List<byte[]> chain, Instant at) {
        return store.assess(chain).apartFromRevocations().at(at);
    }

    /** As {@link #judge}, for certificates that are already read. */
    public ChainVerdict judgeCertificates(List<X509Certificate> chain, Instant at) {
        return judge(chain.stream().map(Certificates::der).toList(), at);
    }
}
