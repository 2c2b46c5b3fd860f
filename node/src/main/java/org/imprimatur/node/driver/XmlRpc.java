package org.imprimatur.node.driver;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.imprimatur.node.fetch.Calls;
import org.imprimatur.node.fetch.FetchFailed;

/** Calls by XML-RPC, as far as OpenNebula uses it: text, numbers and truth values. */
final class XmlRpc implements AutoCloseable {

    private static final Duration WITHIN = Duration.ofSeconds(60);
    private static final int LARGEST_ANSWER = 32 << 20;
    private static final String WHAT = "the answer by XML-RPC";

    private final Calls calls;
    private final URI endpoint;

    XmlRpc(Calls calls, URI endpoint) {
        this.calls = calls;
        this.endpoint = endpoint;
    }

    /**
     * Calls a method.
     *
     * @param arguments each a {@link String}, an {@link Integer} or a {@link Boolean}
     * @return the values of the array that came back, as text
     * @throws DriverException when there is no answer, or a fault; what was sent is never told
     */
    List<String> call(String method, List<?> arguments) throws DriverException {
        Calls.Heard heard;
        try {
            heard =
                    calls.call(
                            "POST",
                            endpoint,
                            Map.of("Content-Type", "text/xml"),
                            question(method, arguments).getBytes(UTF_8),
                            LARGEST_ANSWER,
                            WITHIN);
        } catch (FetchFailed e) {
            throw new DriverException(e.explanation(), e);
        }
        if (heard.status() != 200) {
            throw new DriverException(
                    "%s answers with status %d when asked for %s"
                            .formatted(endpoint, heard.status(), method));
        }
        return read(heard.bytes());
    }

    static String question(String method, List<?> arguments) {
        var text =
                new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<methodCall>")
                        .append("<methodName>")
                        .append(escaped(method))
                        .append("</methodName><params>");
        for (var argument : arguments) {
            text.append("<param><value>")
                    .append(
                            switch (argument) {
                                case Integer number -> "<int>" + number + "</int>";
                                case Boolean truth -> "<boolean>" + (truth ? 1 : 0) + "</boolean>";
                                default ->
                                        "<string>"
                                                + escaped(String.valueOf(argument))
                                                + "</string>";
                            })
                    .append("</value></param>");
        }
        return text.append("</params></methodCall>\n").toString();
    }

    /** Text as it stands in XML 1.0; what cannot stand there is a question mark. */
    static String escaped(String text) {
        var escaped = new StringBuilder();
        text.codePoints()
                .forEach(
                        c -> {
                            switch (c) {
                                case '<' -> escaped.append("&lt;");
                                case '>' -> escaped.append("&gt;");
                                case '&' -> escaped.append("&amp;");
                                case '\r' -> escaped.append("&#13;");
                                default -> {
                                    boolean stands =
                                            c >= ' '
                                                    && (c < 0xD800 || c > 0xDFFF)
                                                    && c != 0xFFFE
                                                    && c != 0xFFFF;
                                    escaped.appendCodePoint(
                                            stands || c == '\t' || c == '\n' ? c : '?');
                                }
                            }
                        });
        return escaped.toString();
    }

    /** Reads an answer: the values of its one array, as text. */
    static List<String> read(byte[] answer) throws DriverException {
        var response = OutsideXml.read(answer, WHAT);
        if (!response.name().equals("methodResponse")) {
            throw new DriverException(WHAT + " is no answer");
        }
        if (!response.all("fault").isEmpty()) {
            throw new DriverException("the method is not known there, or its arguments are not");
        }
        var arrays =
                response.all("params").stream()
                        .flatMap(params -> params.all("param").stream())
                        .flatMap(param -> param.all("value").stream())
                        .flatMap(value -> value.all("array").stream())
                        .flatMap(array -> array.all("data").stream())
                        .toList();
        if (arrays.size() != 1) {
            throw new DriverException(WHAT + " is not one array");
        }
        return arrays.getFirst().all("value").stream().map(XmlRpc::scalar).toList();
    }

    /** A value without a type is text. */
    private static String scalar(OutsideXml value) {
        return value.children().isEmpty() ? value.text() : value.children().getFirst().text();
    }

    @Override
    public void close() {
        calls.close();
    }
}
