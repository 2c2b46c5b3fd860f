package org.imprimatur.node.metrics;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.DoubleSupplier;

/** Everything that one node counts; no global registry. */
public final class Metrics {

    private final PrometheusRegistry registry = new PrometheusRegistry();

    private final Counter statements =
            Counter.builder()
                    .name("imprimatur_statements_total")
                    .help("Statements submitted, by kind and by what became of them.")
                    .labelNames("kind", "outcome")
                    .register(registry);

    private final Counter requests =
            Counter.builder()
                    .name("imprimatur_http_requests_total")
                    .help("HTTP requests, by route and status.")
                    .labelNames("method", "route", "status")
                    .register(registry);

    private final Histogram durations =
            Histogram.builder()
                    .name("imprimatur_http_request_seconds")
                    .help("How long answering took, by route.")
                    .labelNames("route")
                    .classicOnly()
                    .register(registry);

    /** A statement of that kind ({@code unknown} before it could be read) had that outcome. */
    public void statement(String kind, String outcome) {
        statements.labelValues(kind, outcome).inc();
    }

    /** A request was answered. */
    public void request(String method, String route, int status, double seconds) {
        requests.labelValues(method, route, Integer.toString(status)).inc();
        durations.labelValues(route).observe(seconds);
    }

    /** A number that is read when the metrics are. */
    public void gauge(String name, String help, DoubleSupplier value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .callback(callback -> callback.call(value.getAsDouble()))
                .register(registry);
    }

    /** Where other parts of the node register what they count. */
    public PrometheusRegistry registry() {
        return registry;
    }

    /** The content type of {@link #text}. */
    public static String contentType() {
        return PrometheusTextFormatWriter.CONTENT_TYPE;
    }

    /** All of it in Prometheus' text format. */
    public byte[] text() {
        var out = new ByteArrayOutputStream();
        try {
            PrometheusTextFormatWriter.create().write(out, registry.scrape());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
