package org.imprimatur.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/**
 * A registry in memory that lists referrers itself (OCI distribution specification 1.1), which the
 * one of Debian does not, and that lies where a test tells it to.
 */
final class TrialRegistry implements AutoCloseable {

    private static final Pattern SUBJECT =
            Pattern.compile("\"subject\":\\{[^}]*\"digest\":\"(sha256:[0-9a-f]{64})\"");
    private static final Pattern TYPE = Pattern.compile("\"artifactType\":\"([^\"]*)\"");

    /** Larger blobs are disks. */
    private static final int DISK = 200_000;

    private final HttpServer server =
            HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    private final Map<String, byte[]> blobs = new ConcurrentHashMap<>();
    private final Map<String, byte[]> manifests = new ConcurrentHashMap<>();
    private final Map<String, String> tags = new ConcurrentHashMap<>();
    private final Map<String, List<String>> referrers = new ConcurrentSkipListMap<>();

    /** Requests, as METHOD and path. */
    final List<String> asked = new CopyOnWriteArrayList<>();

    /** By the end of a path: what is answered in place of the truth. */
    final Map<String, byte[]> lies = new ConcurrentHashMap<>();

    /** Status of each answer about a manifest, in place of the truth; 0 for the truth. */
    volatile int failing;

    /** Of a blob only so many bytes are sent, once; then the connection is cut. */
    volatile int cutAfter = -1;

    volatile boolean ranges = true;

    /** How many bytes of disks were sent. */
    final AtomicLong sent = new AtomicLong();

    TrialRegistry() throws IOException {
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    String host() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        var path = exchange.getRequestURI().getPath();
        asked.add(exchange.getRequestMethod() + " " + path);
        byte[] body = exchange.getRequestBody().readAllBytes();
        try (exchange) {
            for (var lie : lies.entrySet()) {
                if (path.endsWith(lie.getKey()) && exchange.getRequestMethod().equals("GET")) {
                    send(exchange, 200, lie.getValue());
                    return;
                }
            }
            if (failing != 0 && path.contains("/manifests/")) {
                send(exchange, failing, new byte[0]);
            } else if (path.contains("/blobs/uploads/")) {
                upload(exchange, body);
            } else if (path.contains("/blobs/")) {
                blob(exchange, after(path, "/blobs/"));
            } else if (path.contains("/manifests/")) {
                manifest(exchange, after(path, "/manifests/"), body);
            } else if (path.contains("/referrers/")) {
                referrers(exchange, after(path, "/referrers/"));
            } else {
                send(exchange, 200, new byte[0]);
            }
        }
    }

    private static String after(String path, String part) {
        return path.substring(path.indexOf(part) + part.length());
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        boolean head = exchange.getRequestMethod().equals("HEAD");
        if (head) {
            exchange.getResponseHeaders().set("Content-Length", "" + body.length);
        }
        exchange.sendResponseHeaders(status, head || body.length == 0 ? -1 : body.length);
        if (!head && body.length > 0) {
            exchange.getResponseBody().write(body);
        }
    }

    private void upload(HttpExchange exchange, byte[] body) throws IOException {
        var query = String.valueOf(exchange.getRequestURI().getQuery());
        if (!query.contains("digest=")
                || exchange.getRequestMethod().equals("POST") && body.length == 0) {
            exchange.getResponseHeaders()
                    .set("Location", exchange.getRequestURI().getPath() + "1?state=x");
            send(exchange, 202, new byte[0]);
            return;
        }
        var digest = digest(body);
        if (!query.contains(digest)) {
            send(exchange, 400, new byte[0]);
            return;
        }
        blobs.put(digest, body);
        send(exchange, 201, new byte[0]);
    }

    private void blob(HttpExchange exchange, String digest) throws IOException {
        var blob = blobs.get(digest);
        if (blob == null) {
            send(exchange, 404, new byte[0]);
            return;
        }
        var range = exchange.getRequestHeaders().getFirst("Range");
        int from = 0;
        int status = 200;
        if (range != null && ranges) {
            from = Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
            status = 206;
            exchange.getResponseHeaders()
                    .set(
                            "Content-Range",
                            "bytes %d-%d/%d".formatted(from, blob.length - 1, blob.length));
        }
        boolean disk = blob.length > DISK && exchange.getRequestMethod().equals("GET");
        if (cutAfter >= 0 && disk) {
            exchange.sendResponseHeaders(status, blob.length);
            exchange.getResponseBody().write(blob, from, cutAfter);
            exchange.getResponseBody().flush();
            cutAfter = -1;
            return;
        }
        if (disk) {
            sent.addAndGet(blob.length - from);
        }
        send(exchange, status, Arrays.copyOfRange(blob, from, blob.length));
    }

    private void manifest(HttpExchange exchange, String reference, byte[] body) throws IOException {
        if (exchange.getRequestMethod().equals("PUT")) {
            var digest = digest(body);
            manifests.put(digest, body);
            if (!reference.startsWith("sha256:")) {
                tags.put(reference, digest);
            }
            var subject = SUBJECT.matcher(text(body));
            if (subject.find()) {
                referrers.computeIfAbsent(subject.group(1), _ -> new ArrayList<>()).add(digest);
                exchange.getResponseHeaders().set("OCI-Subject", subject.group(1));
            }
            send(exchange, 201, new byte[0]);
            return;
        }
        var found = manifests.get(tags.getOrDefault(reference, reference));
        send(exchange, found == null ? 404 : 200, found == null ? new byte[0] : found);
    }

    private void referrers(HttpExchange exchange, String subject) throws IOException {
        var list =
                referrers.getOrDefault(subject, List.of()).stream()
                        .map(digest -> descriptor(digest, manifests.get(digest)))
                        .toList();
        send(exchange, 200, index(list));
    }

    /** What refers to any image but this one. */
    byte[] referrersOfOthers(String subject) {
        return index(
                referrers.entrySet().stream()
                        .filter(one -> !subject.endsWith(one.getKey()))
                        .flatMap(one -> one.getValue().stream())
                        .map(digest -> descriptor(digest, manifests.get(digest)))
                        .toList());
    }

    static byte[] index(List<String> descriptors) {
        return ("{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\",\"manifests\":["
                        + String.join(",", descriptors)
                        + "]}")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static String descriptor(String digest, byte[] manifest) {
        var type = TYPE.matcher(text(manifest));
        return descriptor(digest, manifest.length, type.find() ? type.group(1) : "");
    }

    static String descriptor(String digest, int size, String type) {
        return "{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"digest\":\"%s\",\"size\":%d,\"artifactType\":\"%s\"}"
                .formatted(digest, size, type);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    static String digest(byte[] content) {
        try {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new UncheckedIOException(new IOException(e));
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
