package org.imprimatur.node.driver;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.imprimatur.node.fetch.Calls;
import org.imprimatur.node.fetch.Fetch;
import org.imprimatur.node.fetch.FetchFailed;
import org.jspecify.annotations.Nullable;

/**
 * The services of one OpenStack cloud, called with a token. A service that does not take the token
 * any more (401) is called once again, with a new one.
 */
final class OpenStack implements AutoCloseable {

    private static final Duration WITHIN = Duration.ofSeconds(30);
    private static final Duration AFTER_UPLOAD = Duration.ofMinutes(10);
    private static final Fetch.Patience UPLOADING =
            new Fetch.Patience(Duration.ofSeconds(60), 64 * 1024);
    private static final int LARGEST_ANSWER = 4 << 20;

    private final Calls calls;
    private final Optional<Keystone> keystone;
    private final Map<String, URI> addresses;

    /**
     * A cloud.
     *
     * @param keystone who the site is there; empty for services that ask nobody who they are
     * @param addresses of services that Keystone does not name, or not rightly, by type
     */
    OpenStack(Calls calls, Optional<Keystone> keystone, Map<String, URI> addresses) {
        this.calls = calls;
        this.keystone = keystone;
        this.addresses = Map.copyOf(addresses);
    }

    /** The id of the project that the site acts for; empty where nobody asks. */
    Optional<String> project() throws DriverException {
        return keystone.isEmpty()
                ? Optional.empty()
                : Optional.of(keystone.get().token().project()).filter(id -> !id.isEmpty());
    }

    /** Calls a service. */
    Calls.Heard call(
            String service, String method, String path, String type, byte @Nullable [] body)
            throws DriverException {
        return called(
                service,
                path,
                type,
                (uri, headers) -> calls.call(method, uri, headers, body, LARGEST_ANSWER, WITHIN));
    }

    /** Sends a file to a service. */
    Calls.Heard upload(String service, String path, Path file) throws DriverException {
        return called(
                service,
                path,
                "application/octet-stream",
                (uri, headers) ->
                        calls.upload(
                                "PUT",
                                uri,
                                headers,
                                file,
                                UPLOADING,
                                LARGEST_ANSWER,
                                AFTER_UPLOAD));
    }

    private interface Call {
        Calls.Heard to(URI uri, Map<String, String> headers) throws FetchFailed;
    }

    private Calls.Heard called(String service, String path, String type, Call call)
            throws DriverException {
        try {
            if (keystone.isEmpty()) {
                return call.to(at(service, path, Map.of()), headers(type, null));
            }
            var token = keystone.get().token();
            var heard = call.to(at(service, path, token.services()), headers(type, token));
            if (heard.status() != 401) {
                return heard;
            }
            keystone.get().forget(token);
            var next = keystone.get().token();
            return call.to(at(service, path, next.services()), headers(type, next));
        } catch (FetchFailed e) {
            throw new DriverException(e.explanation(), e);
        }
    }

    private static Map<String, String> headers(String type, Keystone.@Nullable Token token) {
        var headers = new HashMap<String, String>();
        headers.put("Accept", "application/json");
        if (!type.isEmpty()) {
            headers.put("Content-Type", type);
        }
        if (token != null) {
            headers.put("X-Auth-Token", token.text());
        }
        return headers;
    }

    private URI at(String service, String path, Map<String, URI> catalogue) throws DriverException {
        var root = addresses.getOrDefault(service, catalogue.get(service));
        if (root == null) {
            throw new DriverException(
                    "Keystone names no address of the service \"%s\" for this region and interface"
                            .formatted(service));
        }
        return URI.create(root + path);
    }

    @Override
    public void close() {
        calls.close();
    }
}
