package org.imprimatur.node.subscription;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.imprimatur.exchange.hepix.ImageList;
import org.imprimatur.exchange.hepix.ListWriter;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Sha512;
import org.imprimatur.trust.SigningKey;

/** A server of one list, as somebody else runs it: with a validator, and with any manners. */
final class ListServer implements AutoCloseable {

    private static final SecureRandom RANDOM = new SecureRandom();

    /** Answers one request; what is wrong with it is the point. */
    interface Manners {
        void answer(HttpExchange exchange) throws IOException;
    }

    /** An image of the list. */
    record Image(UUID identifier, String version, byte[] file, String... members) {}

    final UUID identifier = UUID.randomUUID();
    final List<HttpExchange> asked = new CopyOnWriteArrayList<>();
    private final HttpServer server;
    private volatile Manners manners = exchange -> plain(exchange, 404, new byte[0]);

    ListServer() {
        try {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext(
                "/",
                exchange -> {
                    asked.add(exchange);
                    try (exchange) {
                        manners.answer(exchange);
                    }
                });
        server.start();
    }

    URI url() {
        return URI.create("http://127.0.0.1:%d/a.list".formatted(server.getAddress().getPort()));
    }

    void manners(Manners other) {
        manners = other;
    }

    /** Serves a message as one should. */
    void serve(byte[] message) {
        var tag = "\"" + Sha256.of(message).hex() + "\"";
        manners(
                exchange -> {
                    if (tag.equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
                        exchange.sendResponseHeaders(304, -1);
                        return;
                    }
                    exchange.getResponseHeaders().set("ETag", tag);
                    plain(exchange, 200, message);
                });
    }

    static void plain(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }

    // ---- Lists --------------------------------------------------------------------------------

    byte[] list(SigningKey key, Instant at, String version, Image... images) {
        return list(key, at, version, url(), images);
    }

    /** A signed list that lives for two hours. */
    byte[] list(SigningKey key, Instant at, String version, URI uri, Image... images) {
        var list = JsonNodeFactory.instance.objectNode();
        list.put("dc:identifier", identifier.toString())
                .put("dc:title", "Images of others")
                .put("dc:description", "as others have them")
                .put("dc:source", "https://images.example/")
                .put("ad:vo", "biomed")
                .put("hv:uri", uri.toString());
        list.putObject("hv:endorser")
                .putObject("hv:x509")
                .put("dc:creator", "Others")
                .put("hv:email", "images@example.org");
        var entries = list.putArray("hv:images");
        for (var image : images) {
            entries.addObject().set("hv:image", entry(image));
        }
        var root = JsonNodeFactory.instance.objectNode();
        root.set("hv:imagelist", list);
        return new ListWriter(
                        at, at.plus(Duration.ofHours(2)), Optional.of(version), Optional.empty())
                .sign(ImageList.read(root.toString().getBytes(UTF_8)), key, RANDOM);
    }

    private ObjectNode entry(Image image) {
        var entry = JsonNodeFactory.instance.objectNode();
        entry.put("dc:identifier", image.identifier().toString())
                .put("dc:title", "Worker node")
                .put("ad:mpuri", "https://images.example/" + image.identifier())
                .put("hv:hypervisor", "kvm")
                .put("hv:format", "raw")
                .put("hv:size", image.file().length)
                .put("hv:uri", url().resolve("/image.raw").toString())
                .put("hv:version", image.version())
                .put("sl:arch", "x86_64")
                .put("sl:checksum:sha512", Sha512.of(image.file()).hex())
                .put("sl:os", "Linux")
                .put("sl:osname", "Debian")
                .put("sl:osversion", "12");
        for (int i = 0; i < image.members().length; i += 2) {
            entry.put(image.members()[i], image.members()[i + 1]);
        }
        return entry;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
