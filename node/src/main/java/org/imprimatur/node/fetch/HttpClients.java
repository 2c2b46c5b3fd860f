package org.imprimatur.node.fetch;

import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;

/** The clients by which a node asks others: none follows an answer elsewhere by itself. */
final class HttpClients {

    private static final Duration TO_CONNECT = Duration.ofSeconds(10);

    private HttpClients() {}

    /**
     * Opens one.
     *
     * @param tls whom to believe for TLS; empty for the authorities of Java
     */
    static HttpClient open(Proxies proxies, Optional<SSLContext> tls) {
        var builder =
                HttpClient.newBuilder()
                        .proxy(proxies)
                        .version(HttpClient.Version.HTTP_1_1)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .connectTimeout(TO_CONNECT)
                        .executor(Executors.newVirtualThreadPerTaskExecutor());
        tls.ifPresent(builder::sslContext);
        return builder.build();
    }
}
