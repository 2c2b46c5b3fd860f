package org.imprimatur.exchange.oci;

import java.io.IOException;
import java.io.InputStream;
import java.net.ProxySelector;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.logging.Level;
import java.util.logging.Logger;
import land.oras.ContainerRef;
import land.oras.Registry;
import land.oras.auth.AuthProvider;
import land.oras.auth.AuthStoreAuthenticationProvider;
import land.oras.auth.HttpClient;
import land.oras.auth.HttpClient.ResponseWrapper;
import land.oras.auth.Scope;
import land.oras.auth.Scopes;
import land.oras.auth.UsernamePasswordProvider;
import land.oras.exception.OrasException;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Sha256;
import org.jspecify.annotations.Nullable;

/**
 * One repository of a registry (OCI distribution specification 1.1), by way of the ORAS SDK:
 * uploads, tokens and redirects are the SDK's. What is read is streamed within bounds here, and so
 * is the way without a referrers API, which the SDK does not know.
 */
public final class RegistryStore implements ArtifactStore {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** An upload may take longer, by its size. */
    private static final long SLOWEST_BYTES_A_SECOND = 100_000;

    /** The SDK writes what goes wrong into the log, with all that it knows. We say it ourselves. */
    private static final Logger SDK_LOG = Logger.getLogger("land.oras");

    private final String base;
    private final ContainerRef ref;
    private final AuthProvider auth;
    private final HttpClient http;
    private final Registry registry;

    /**
     * How a registry is spoken to.
     *
     * @param plainHttp without TLS
     * @param authorities a PEM file of authorities for TLS beside the JDK's
     * @param user who one is; empty to ask Docker's and Podman's configuration
     * @param password the password or token of the user; never shown
     * @param proxies through which it is asked; empty for the JDK's default
     */
    public record Access(
            boolean plainHttp,
            Optional<Path> authorities,
            Optional<String> user,
            Optional<String> password,
            Optional<ProxySelector> proxies) {

        @Override
        public String toString() {
            return "access as " + user.orElse("whom the configuration says");
        }
    }

    public RegistryStore(OciReference.Remote where, Access access) {
        SDK_LOG.setLevel(Level.OFF);
        this.base =
                "%s://%s/v2/%s"
                        .formatted(
                                access.plainHttp() ? "http" : "https",
                                where.host(),
                                where.repository());
        try {
            this.ref = ContainerRef.parse(where.toString());
            this.auth =
                    access.user().isPresent()
                            ? new UsernamePasswordProvider(
                                    access.user().get(), access.password().orElse(""))
                            : new AuthStoreAuthenticationProvider();
            var client = HttpClient.Builder.builder().withTimeout((int) PATIENCE.toSeconds());
            var uploads =
                    Registry.builder().withInsecure(access.plainHttp()).withAuthProvider(auth);
            if (access.authorities().isPresent()) {
                client = client.withCaFile(access.authorities().get());
                uploads = uploads.withCaFile(access.authorities().get());
            }
            try (var _ = new DefaultProxies(access.proxies())) {
                this.http = client.build();
                this.registry = uploads.build();
            }
        } catch (OrasException e) {
            throw failed(e, where.host());
        }
    }

    /**
     * The SDK takes no proxy, but its clients keep the JDK's default of the moment in which they
     * are built: until this is closed, that is another one.
     */
    private static final class DefaultProxies implements AutoCloseable {

        private static final ReentrantLock ONE_AT_A_TIME = new ReentrantLock();

        private final ProxySelector before;

        DefaultProxies(Optional<ProxySelector> proxies) {
            ONE_AT_A_TIME.lock();
            before = ProxySelector.getDefault();
            proxies.ifPresent(ProxySelector::setDefault);
        }

        @Override
        public void close() {
            ProxySelector.setDefault(before);
            ONE_AT_A_TIME.unlock();
        }
    }

    @Override
    public Optional<byte[]> manifest(String reference) {
        return bytes(
                "/manifests/" + reference, OciManifest.MEDIA_TYPE + ", " + OciIndex.MEDIA_TYPE);
    }

    @Override
    public OciIndex referrers(Sha256 subject) {
        return bytes("/referrers/sha256:" + subject.hex(), OciIndex.MEDIA_TYPE)
                .or(() -> manifest(fallback(subject)))
                .map(OciIndex::read)
                .orElse(OciIndex.EMPTY);
    }

    /** The tag under which referrers are listed where the registry does not list them itself. */
    private static String fallback(Sha256 subject) {
        return "sha256-" + subject.hex();
    }

    /** A small answer, within bounds; empty where there is none. */
    private Optional<byte[]> bytes(String path, String accept) {
        return patiently(
                PATIENCE,
                () -> {
                    var answer = get(path, Map.of("Accept", accept));
                    try (var in = answer.response()) {
                        // A registry without referrers says 404; some say that the method is wrong.
                        if (answer.statusCode() == 404 || answer.statusCode() == 405) {
                            return Optional.empty();
                        }
                        check(answer, path);
                        return Optional.of(in.readNBytes(OciManifest.MAX_BYTES + 1));
                    }
                });
    }

    private ResponseWrapper<InputStream> get(String path, Map<String, String> headers) {
        return http.download(URI.create(base + path), headers, Scopes.of(ref, Scope.PULL), auth);
    }

    @Override
    public Part blob(OciDescriptor blob, long from) throws IOException {
        var path = "/blobs/" + blob.text();
        var headers = new HashMap<String, String>();
        if (from > 0) {
            headers.put("Range", "bytes=%d-".formatted(from));
        }
        var answer = patiently(PATIENCE, () -> get(path, headers));
        var in = answer.response();
        try {
            if (answer.statusCode() == 404) {
                throw new OciRefusal(
                        OciRefusal.Code.NOT_FOUND, "the registry has no blob " + blob.digest());
            }
            check(answer, path);
            boolean partial =
                    answer.statusCode() == 206
                            && String.valueOf(answer.headers().get("content-range"))
                                    .startsWith("bytes %d-".formatted(from));
            if (answer.statusCode() == 206 && !partial) {
                throw new OciRefusal(
                        OciRefusal.Code.REGISTRY_ERROR,
                        "the registry sends another part than asked");
            }
            return new Part(partial ? from : 0, new StallGuard(in, PATIENCE));
        } catch (OciRefusal e) {
            in.close();
            throw e;
        }
    }

    private void check(ResponseWrapper<?> answer, String path) {
        int status = answer.statusCode();
        if (status == 401 || status == 403) {
            throw new OciRefusal(
                    OciRefusal.Code.UNAUTHORIZED,
                    "%s%s answers with status %d; are the credentials right, and do they allow it?"
                            .formatted(base, path, status));
        }
        if (status / 100 != 2) {
            throw new OciRefusal(
                    OciRefusal.Code.REGISTRY_ERROR,
                    "%s%s answers with status %d".formatted(base, path, status));
        }
    }

    @Override
    public void pushBlob(OciDescriptor blob, Path file) {
        patiently(
                PATIENCE.plusSeconds(blob.size() / SLOWEST_BYTES_A_SECOND),
                () -> registry.pushBlob(ref, file, Map.of()));
    }

    @Override
    public void pushBlob(byte[] content) {
        patiently(PATIENCE, () -> registry.pushBlob(ref, content));
    }

    @Override
    public void pushManifest(byte[] manifest, OciDescriptor descriptor) {
        put(descriptor.text(), OciManifest.MEDIA_TYPE, manifest);
    }

    @Override
    public void tag(byte[] manifest, OciDescriptor descriptor, String tag) {
        put(tag, OciManifest.MEDIA_TYPE, manifest);
    }

    /**
     * Deletes a manifest, with all tags that lead to it, and what is said about it. What is not
     * there need not be deleted.
     *
     * @throws OciRefusal also where the registry allows no deletion
     */
    public void delete(Sha256 manifest) {
        for (var about : referrers(manifest).manifests()) {
            delete("sha256:" + about.digest().hex());
        }
        delete("sha256:" + manifest.hex());
    }

    private void delete(String reference) {
        var path = "/manifests/" + reference;
        var answer =
                patiently(
                        PATIENCE,
                        () ->
                                http.delete(
                                        URI.create(base + path),
                                        Map.of(),
                                        Scopes.of(ref, Scope.PULL, Scope.DELETE),
                                        auth));
        if (answer.statusCode() == 405) {
            throw new OciRefusal(
                    OciRefusal.Code.REGISTRY_ERROR,
                    "%s%s: the registry allows no deletion; switch it on there"
                            .formatted(base, path));
        }
        if (answer.statusCode() != 404) {
            check(answer, path);
        }
    }

    @Override
    public void pushReferrer(byte[] manifest, OciDescriptor descriptor, Sha256 subject) {
        var answer = put(descriptor.text(), OciManifest.MEDIA_TYPE, manifest);
        if (answer.headers().containsKey("oci-subject")) {
            return;
        }
        var tag = fallback(subject);
        var index = manifest(tag).map(OciIndex::read).orElse(OciIndex.EMPTY);
        put(tag, OciIndex.MEDIA_TYPE, index.with(descriptor).write());
    }

    private ResponseWrapper<String> put(String reference, String type, byte[] content) {
        var path = "/manifests/" + reference;
        var answer =
                patiently(
                        PATIENCE,
                        () ->
                                http.put(
                                        URI.create(base + path),
                                        content,
                                        Map.of("Content-Type", type),
                                        Scopes.of(ref, Scope.PULL, Scope.PUSH),
                                        auth));
        check(answer, path);
        return answer;
    }

    /** Runs a request on a thread of its own, so that a registry that dawdles is left behind. */
    private <T> T patiently(Duration limit, Callable<T> request) {
        var answer = new CompletableFuture<T>();
        var thread =
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    try {
                                        answer.complete(request.call());
                                    } catch (Exception e) {
                                        answer.completeExceptionally(e);
                                    }
                                });
        try {
            return answer.get(limit.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new OciRefusal(
                    OciRefusal.Code.UNREACHABLE,
                    "%s did not answer within %s".formatted(base, limit));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OciRefusal(
                    OciRefusal.Code.UNREACHABLE, "interrupted while waiting for " + base);
        } catch (ExecutionException e) {
            throw failed(e.getCause(), base);
        } finally {
            thread.interrupt();
        }
    }

    /**
     * What went wrong, in our own words: those of the SDK may quote headers, and those of a
     * registry anything.
     */
    private static OciRefusal failed(@Nullable Throwable failure, String where) {
        int status = 0;
        var causes = new ArrayList<Throwable>();
        for (var one = failure; one != null && causes.size() < 16; one = one.getCause()) {
            causes.add(one);
            if (one instanceof OciRefusal known) {
                return known;
            }
            if (one instanceof OrasException oras && oras.getStatusCode() != null) {
                status = oras.getStatusCode();
            }
        }
        if (status == 401 || status == 403) {
            return new OciRefusal(
                    OciRefusal.Code.UNAUTHORIZED,
                    "%s answers with status %d; are the credentials right, and do they allow it?"
                            .formatted(where, status));
        }
        if (status >= 300) {
            return new OciRefusal(
                    OciRefusal.Code.REGISTRY_ERROR,
                    "%s answers with status %d".formatted(where, status));
        }
        for (var cause : causes) {
            if (cause instanceof IOException) {
                return new OciRefusal(
                        OciRefusal.Code.UNREACHABLE,
                        "%s does not answer (%s); is it running, and is it the right address? (without"
                                        .formatted(where, cause.getClass().getSimpleName())
                                + " TLS: --plain-http)");
            }
        }
        var last = causes.isEmpty() ? "nothing" : causes.getLast().getClass().getSimpleName();
        return new OciRefusal(
                OciRefusal.Code.REGISTRY_ERROR,
                "%s does not answer as a registry does (%s)"
                        .formatted(where, MalformedInput.quoted(last)));
    }

    @Override
    public void close() {
        // The SDK's client ends with the process.
    }
}
