package org.imprimatur.node;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.imprimatur.trust.SlashName;

/**
 * Readers that go the way of those that subscribe to image lists, step by step, and are as easily
 * put off: what they take the programs take, too. Signatures are verified by OpenSSL, as all of
 * them do it.
 */
final class ListReaders {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final List<String> LIST_KEYS =
            List.of(
                    "dc:identifier",
                    "dc:date:created",
                    "dc:date:expires",
                    "dc:title",
                    "dc:description",
                    "dc:source",
                    "hv:version",
                    "hv:uri",
                    "hv:endorser",
                    "hv:images");

    private static final List<String> ENDORSER_KEYS =
            List.of("dc:creator", "hv:dn", "hv:ca", "hv:email");

    private static final List<String> VMCATCHER_KEYS =
            List.of(
                    "dc:identifier",
                    "dc:title",
                    "dc:description",
                    "hv:uri",
                    "hv:size",
                    "hv:version",
                    "hv:hypervisor",
                    "sl:checksum:sha512",
                    "sl:arch",
                    "sl:os",
                    "sl:osversion",
                    "sl:comments");

    private static final List<String> ATROPE_KEYS =
            List.of(
                    "dc:identifier",
                    "dc:title",
                    "dc:description",
                    "hv:uri",
                    "hv:size",
                    "hv:version",
                    "hv:hypervisor",
                    "sl:checksum:sha512",
                    "sl:arch",
                    "sl:os",
                    "sl:osname",
                    "sl:osversion",
                    "sl:comments",
                    "hv:format",
                    "ad:mpuri",
                    "ad:group",
                    "ad:user:fullname",
                    "ad:user:guid",
                    "ad:user:uri");

    private static final List<String> CLOUDKEEPER_KEYS =
            List.of("dc:identifier", "ad:mpuri", "dc:date:expires", "hv:uri", "sl:checksum:sha512");

    /** A reader does not take what it was given. */
    static final class NotTaken extends RuntimeException {

        private static final long serialVersionUID = 1;

        NotTaken(String explanation) {
            super(explanation);
        }
    }

    private ListReaders() {}

    /** What came over the network. */
    @SuppressWarnings("ArrayRecordComponent")
    record Fetched(int status, byte[] body) {}

    /**
     * One plain request: credentials at once, no question mark, no redirect, as the simplest of the
     * programs asks.
     */
    static Fetched fetch(URI address, String... credentials) {
        try (var socket = new Socket(address.getHost(), address.getPort())) {
            var request =
                    new StringBuilder("GET %s HTTP/1.1\r\n".formatted(address.getPath()))
                            .append("Host: %s\r\n".formatted(address.getAuthority()))
                            .append("User-Agent: vmcatcher\r\nConnection: close\r\n");
            if (credentials.length == 2) {
                request.append("Authorization: Basic ")
                        .append(
                                Base64.getEncoder()
                                        .encodeToString(
                                                (credentials[0] + ":" + credentials[1])
                                                        .getBytes(UTF_8)))
                        .append("\r\n");
            }
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request.append("\r\n").toString().getBytes(UTF_8));
            byte[] answer = socket.getInputStream().readAllBytes();
            int end = headersEnd(answer);
            var head = new String(answer, 0, end, UTF_8);
            int length =
                    head.lines()
                            .filter(
                                    line ->
                                            line.toLowerCase(Locale.ROOT)
                                                    .startsWith("content-length:"))
                            .mapToInt(line -> Integer.parseInt(line.substring(15).strip()))
                            .findFirst()
                            .orElseThrow(() -> new NotTaken("no Content-Length"));
            return new Fetched(
                    Integer.parseInt(head.substring(9, 12)),
                    Arrays.copyOfRange(answer, end, end + length));
        } catch (IOException e) {
            throw new NotTaken("cannot be fetched: " + e);
        }
    }

    private static int headersEnd(byte[] answer) {
        for (int i = 3; i < answer.length; i++) {
            if (answer[i] == '\n' && answer[i - 1] == '\r' && answer[i - 2] == '\n') {
                return i + 1;
            }
        }
        throw new NotTaken("no HTTP");
    }

    /** A signed list, verified: its content, and who has signed. */
    record Opened(JsonNode list, X509Certificate signer) {}

    /** {@code openssl smime -verify}, with the signer's certificate into a file. */
    static Opened open(byte[] message, Path anchors, Path work) {
        try {
            Files.createDirectories(work);
            var in = Files.write(work.resolve("list"), message);
            var signer = work.resolve("signer.pem");
            var content = work.resolve("content");
            var errors = work.resolve("errors");
            var process =
                    new ProcessBuilder(
                                    "openssl",
                                    "smime",
                                    "-verify",
                                    "-in",
                                    in.toString(),
                                    "-CApath",
                                    anchors.toString(),
                                    "-crl_check_all",
                                    "-signer",
                                    signer.toString(),
                                    "-out",
                                    content.toString())
                            .redirectError(errors.toFile())
                            .start();
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new NotTaken("openssl does not end");
            }
            if (process.exitValue() != 0) {
                throw new NotTaken(Files.readString(errors));
            }
            try (InputStream pem = Files.newInputStream(signer)) {
                return new Opened(
                        JSON.readTree(Files.readAllBytes(content)),
                        (X509Certificate)
                                CertificateFactory.getInstance("X.509").generateCertificate(pem));
            }
        } catch (IOException | CertificateException e) {
            throw new NotTaken(e.toString());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * The reference subscriber: 200 and nothing else; the whole list by its library; names byte for
     * byte; times; the version as text, which rises.
     *
     * @return the identifiers of the images that it takes
     */
    static List<String> vmcatcher(
            Fetched fetched, Path anchors, Path work, String dn, String ca, String heldVersion) {
        is(fetched.status() == 200, "status " + fetched.status());
        var opened = open(fetched.body(), anchors, work);
        var list = opened.list().path("hv:imagelist");
        all(list, LIST_KEYS);
        signer(list, opened.signer(), dn, ca);
        is(list.get("hv:version").isTextual(), "a version that is no text");
        var now = LocalDateTime.now(ZoneOffset.UTC);
        is(!time(list, "dc:date:created").isAfter(now), "created in the future");
        is(time(list, "dc:date:expires").isAfter(now), "expired");
        is(list.get("hv:version").asText().compareTo(heldVersion) >= 0, "a version that went down");
        var taken = new ArrayList<String>();
        for (var entry : list.get("hv:images")) {
            var image = entry.path("hv:image");
            // Its library drops an image that lacks a key, without a word.
            if (VMCATCHER_KEYS.stream().allMatch(image::has)) {
                is(
                        image.get("sl:checksum:sha512").asText().matches("[0-9a-f]{128}"),
                        "a checksum that it would not find");
                is(image.get("hv:size").canConvertToLong(), "a size that is no number");
                for (var column : new String[] {"dc:identifier:50", "dc:description:50"}) {
                    int colon = column.lastIndexOf(':');
                    is(
                            image.get(column.substring(0, colon)).asText().length()
                                    <= Integer.parseInt(column.substring(colon + 1)),
                            column);
                }
                for (var key : List.of("dc:title", "sl:comments")) {
                    is(image.get(key).asText().length() <= 100, key + " is too long");
                }
                taken.add(image.get("dc:identifier").asText());
            }
        }
        is(new HashSet<>(taken).size() == taken.size(), "an identifier twice");
        return taken;
    }

    /**
     * The Python subscriber: one key of one image that is missing or null, and nothing is taken.
     */
    static List<String> atrope(Fetched fetched, Path anchors, Path work, String dn, String ca) {
        is(fetched.status() == 200, "status " + fetched.status());
        var opened = open(fetched.body(), anchors, work);
        var list = opened.list().path("hv:imagelist");
        all(list, LIST_KEYS);
        signer(list, opened.signer(), dn, ca);
        is(time(list, "dc:date:expires").isAfter(LocalDateTime.now(ZoneOffset.UTC)), "expired");
        var taken = new ArrayList<String>();
        for (var entry : list.get("hv:images")) {
            var image = entry.path("hv:image");
            all(image, ATROPE_KEYS);
            var format = image.get("hv:format").asText();
            is(format.equals(format.toLowerCase(Locale.ROOT)), "format in capitals");
            var name = image.get("dc:identifier").asText();
            is(name.matches("[0-9a-f-]{36}"), "an identifier that climbs out");
            taken.add(name);
        }
        return taken;
    }

    /** The Ruby subscriber: three keys of the list, five of each image, times in one form only. */
    static List<String> cloudkeeper(Fetched fetched, Path anchors, Path work) {
        is(fetched.status() == 200, "status " + fetched.status());
        var list = open(fetched.body(), anchors, work).list().path("hv:imagelist");
        all(list, List.of("dc:identifier", "dc:date:expires", "ad:vo"));
        var taken = new ArrayList<String>();
        for (var entry : list.path("hv:images")) {
            var image = entry.path("hv:image");
            all(image, CLOUDKEEPER_KEYS);
            is(
                    time(image, "dc:date:expires").isAfter(time(list, "dc:date:created")),
                    "an image that has expired");
            is(!list.get("ad:vo").asText().isEmpty(), "no VO");
            taken.add(image.get("dc:identifier").asText());
        }
        return taken;
    }

    private static void signer(JsonNode list, X509Certificate signer, String dn, String ca) {
        var x509 = list.path("hv:endorser").path("hv:x509");
        all(x509, ENDORSER_KEYS);
        for (var name :
                List.of(
                        SlashName.of(signer.getSubjectX500Principal()),
                        x509.get("hv:dn").asText())) {
            is(name.equals(dn), "signed by " + name);
        }
        for (var name :
                List.of(
                        SlashName.of(signer.getIssuerX500Principal()),
                        x509.get("hv:ca").asText())) {
            is(name.equals(ca), "issued by " + name);
        }
    }

    private static LocalDateTime time(JsonNode object, String key) {
        return LocalDateTime.parse(
                object.path(key).asText(), DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss'Z'"));
    }

    private static void all(JsonNode object, List<String> keys) {
        for (var key : keys) {
            is(object.hasNonNull(key), "no " + key);
        }
    }

    private static void is(boolean good, String otherwise) {
        if (!good) {
            throw new NotTaken(otherwise);
        }
    }
}
