package org.imprimatur.node.fetch;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Through which HTTP proxy others are asked. What is asked over TLS goes through it unseen. */
public final class Proxies extends ProxySelector {

    /** Everybody is asked directly. */
    public static final Proxies NONE =
            new Proxies(Optional.empty(), Optional.empty(), List.of(), false);

    private static final int USUAL_PORT = 3128;

    private final Optional<Proxy> forHttp;
    private final Optional<Proxy> forHttps;
    private final List<String> except;
    private final boolean exceptLoopback;

    private Proxies(
            Optional<Proxy> forHttp,
            Optional<Proxy> forHttps,
            List<String> except,
            boolean exceptLoopback) {
        this.forHttp = forHttp;
        this.forHttps = forHttps;
        this.except = except.stream().map(one -> one.toLowerCase(Locale.ROOT)).toList();
        this.exceptLoopback = exceptLoopback;
    }

    /**
     * One proxy for everything.
     *
     * @param except hosts that are asked directly: a name or address, and {@code .example.org} for
     *     all below a domain
     * @throws IllegalArgumentException when it is no address of a proxy
     */
    public static Proxies of(String url, List<String> except) {
        var proxy = Optional.of(proxy(url));
        return new Proxies(proxy, proxy, except, false);
    }

    /**
     * As the usual variables say: {@code http_proxy}, {@code https_proxy}, {@code all_proxy} and
     * {@code no_proxy}, the last three in capitals too. The host itself is never asked through one.
     *
     * @throws IllegalArgumentException naming the variable that is no address of a proxy
     */
    public static Proxies of(Map<String, String> environment) {
        // HTTP_PROXY may come from a request header where a program is run for one.
        var http = proxy(environment, "http_proxy", "all_proxy", "ALL_PROXY");
        var https = proxy(environment, "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY");
        var none = environment.getOrDefault("no_proxy", environment.getOrDefault("NO_PROXY", ""));
        return new Proxies(
                http,
                https,
                List.of(none.split(",")).stream()
                        .map(String::strip)
                        .filter(one -> !one.isEmpty())
                        .toList(),
                true);
    }

    private static Optional<Proxy> proxy(Map<String, String> environment, String... names) {
        for (var name : names) {
            var value = environment.getOrDefault(name, "");
            if (!value.isBlank()) {
                try {
                    return Optional.of(proxy(value.strip()));
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException("the variable " + name + " is not", e);
                }
            }
        }
        return Optional.empty();
    }

    private static Proxy proxy(String text) {
        // What a proxy's address may hold besides is a secret: it is not shown.
        URI url;
        try {
            url = new URI(text.contains("://") ? text : "http://" + text);
        } catch (URISyntaxException _) {
            throw new IllegalArgumentException("is not the address of a proxy");
        }
        var path = url.getPath();
        if (!"http".equals(url.getScheme())
                || url.getHost() == null
                || url.getUserInfo() != null
                || !(path == null || path.isEmpty() || path.equals("/"))) {
            throw new IllegalArgumentException("is not the address of a proxy");
        }
        return new Proxy(
                Proxy.Type.HTTP,
                InetSocketAddress.createUnresolved(
                        url.getHost(), url.getPort() < 0 ? USUAL_PORT : url.getPort()));
    }

    @Override
    public List<Proxy> select(@Nullable URI uri) {
        if (uri == null) {
            throw new IllegalArgumentException("no address");
        }
        var host = String.valueOf(uri.getHost()).toLowerCase(Locale.ROOT);
        var proxy = "https".equalsIgnoreCase(uri.getScheme()) ? forHttps : forHttp;
        boolean direct =
                proxy.isEmpty()
                        || (exceptLoopback && isLoopback(host))
                        || except.stream().anyMatch(one -> reaches(one, host));
        return List.of(direct ? Proxy.NO_PROXY : resolved(proxy.get()));
    }

    /** At each use: a proxy may move. */
    private static Proxy resolved(Proxy proxy) {
        var address = (InetSocketAddress) proxy.address();
        return new Proxy(
                Proxy.Type.HTTP, new InetSocketAddress(address.getHostString(), address.getPort()));
    }

    private static boolean isLoopback(String host) {
        return host.equals("localhost")
                || host.endsWith(".localhost")
                || host.startsWith("127.")
                || host.equals("[::1]");
    }

    private static boolean reaches(String except, String host) {
        if (except.equals("*") || except.equals(host)) {
            return true;
        }
        var domain = except.startsWith(".") ? except : "." + except;
        return host.endsWith(domain);
    }

    @Override
    public void connectFailed(
            @Nullable URI uri, @Nullable SocketAddress address, @Nullable IOException fault) {
        // Whoever asked is told.
    }
}
