package org.imprimatur.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Objects;
import javax.security.auth.x500.X500Principal;
import org.imprimatur.exchange.stratuslab.StratusLabImport;
import org.imprimatur.exchange.stratuslab.StratusLabVerdict;
import org.imprimatur.exchange.stratuslab.StratusLabVerifier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A StratusLab document, and how it is to be judged. */
final class StratusLabSource {

    /** One more than the largest document, so that what is larger is seen to be. */
    private static final int LIMIT = 64 * 1024 + 1;

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Mixin private final At at = new At();
    @Mixin private final AnchorOptions anchors = new AnchorOptions();

    @Parameters(
            index = "0",
            paramLabel = "FILE|URL",
            description = "The signed document, or where it is served.")
    private @Nullable String source;

    @Option(
            names = "--endorser",
            paramLabel = "DN",
            description = "Accept this subject alone, as RFC 2253 or with slashes.")
    private @Nullable String endorser;

    @Option(
            names = "--issuer",
            paramLabel = "DN",
            description = "Accept this issuer of the signer's certificate alone.")
    private @Nullable String issuer;

    @Option(
            names = "--previous",
            paramLabel = "FILE",
            description = "The document accepted before: refuse what is older or rewritten.")
    private @Nullable Path previous;

    @Option(
            names = "--legacy-sha1",
            description = "Accept a signature that rests on SHA-1, as the old tools made them.")
    private boolean legacySha1;

    /** A document and what is to be thought of it. */
    record Judged(byte[] bytes, StratusLabVerdict verdict, Instant at) {}

    /** Reads and judges; what is no document at all ends the command. */
    Judged judge(Output output) throws IOException {
        var from = Objects.requireNonNull(source);
        var trusted = anchors.required(output);
        var moment = at.instant();
        var terms =
                new StratusLabVerifier.Terms(
                        moment,
                        legacySha1,
                        name("--endorser", endorser),
                        name("--issuer", issuer),
                        previous == null ? null : file(previous));
        var bytes = read(from);
        var verdict = new StratusLabVerifier(trusted).verify(bytes, terms);
        if (verdict instanceof StratusLabVerdict.Refused refused && refused.unreadable()) {
            output.document(
                    Output.object()
                            .put("verdict", "UNREADABLE")
                            .put("code", refused.code())
                            .put("explanation", refused.explanation()));
            throw new CommandFailure(
                    ExitCode.UNREADABLE,
                    "%s: %s [%s]".formatted(from, refused.explanation(), refused.code()));
        }
        return new Judged(bytes, verdict, moment);
    }

    private static @Nullable X500Principal name(String option, @Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            return new X500Principal(text.startsWith("/") ? reversed(text) : text);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "%s: '%s' is not a name such as CN=Alice,O=Example,C=EU"
                            .formatted(option, text),
                    e);
        }
    }

    /** The form of grid tools, {@code /C=EU/O=Example/CN=Alice}, has the parts the other way. */
    private static String reversed(String slashes) {
        var parts = new ArrayList<String>();
        for (var part : slashes.substring(1).split("/(?=[A-Za-z0-9.]+=)", -1)) {
            parts.add(part.replaceAll("([\\\\,+\"<>;])", "\\\\$1"));
        }
        return String.join(",", parts.reversed());
    }

    /** As much of a file as the verifier needs to see that it is too large. */
    private static byte[] file(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new CommandFailure(
                    ExitCode.UNREADABLE, "%s is a directory; expected a file".formatted(file));
        }
        try (var in = Files.newInputStream(file)) {
            return in.readNBytes(LIMIT);
        }
    }

    private static byte[] read(String from) throws IOException {
        if (!from.startsWith("http:") && !from.startsWith("https:")) {
            return file(Path.of(from));
        }
        try (var http =
                HttpClient.newBuilder()
                        .connectTimeout(PATIENCE)
                        .followRedirects(HttpClient.Redirect.NORMAL)
                        .build()) {
            var request =
                    HttpRequest.newBuilder(new URI(from))
                            .timeout(PATIENCE)
                            .header("Accept", "application/rdf+xml")
                            .header("User-Agent", "imprimatur")
                            .build();
            var answer = http.send(request, BodyHandlers.ofInputStream());
            try (var in = answer.body()) {
                if (answer.statusCode() != 200) {
                    throw new CommandFailure(
                            ExitCode.UNREACHABLE,
                            "%s answers with status %d".formatted(from, answer.statusCode()));
                }
                return in.readNBytes(LIMIT);
            }
        } catch (URISyntaxException | IllegalArgumentException e) {
            throw new CommandFailure(
                    ExitCode.USAGE, "'%s' is not an http(s) address".formatted(from), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure(ExitCode.UNREACHABLE, "interrupted while reading " + from, e);
        } catch (IOException e) {
            throw new CommandFailure(
                    ExitCode.UNREACHABLE, "%s cannot be reached; is it served?".formatted(from), e);
        }
    }

    /** The verdict as JSON. */
    static ObjectNode json(StratusLabVerdict verdict) {
        var json = Output.object();
        switch (verdict) {
            case StratusLabVerdict.Accepted(var evidence) -> {
                json.put("verdict", "ACCEPTED");
                json.set("document", StratusLabImport.summary(evidence));
            }
            case StratusLabVerdict.History(var evidence, var code, var explanation) -> {
                json.put("verdict", "REFUSED")
                        .put("code", code.label())
                        .put("explanation", explanation)
                        .put("authentic", true);
                json.set("document", StratusLabImport.summary(evidence));
            }
            case StratusLabVerdict.Refused(var code, _, var explanation) ->
                    json.put("verdict", "REFUSED")
                            .put("code", code)
                            .put("explanation", explanation)
                            .put("authentic", false);
        }
        return json;
    }

    /** The verdict for people. */
    static void tell(Output output, StratusLabVerdict verdict) {
        switch (verdict) {
            case StratusLabVerdict.Accepted(var evidence) -> {
                tell(output, evidence);
                output.line("ACCEPTED");
            }
            case StratusLabVerdict.History(var evidence, var code, var explanation) -> {
                tell(output, evidence);
                output.line("REFUSED [%s]: %s", code.label(), explanation);
            }
            case StratusLabVerdict.Refused(var code, _, var explanation) ->
                    output.line("REFUSED [%s]: %s", code, explanation);
        }
    }

    private static void tell(Output output, StratusLabVerdict.Evidence evidence) {
        var document = evidence.document();
        output.line("image     %s, %d bytes", document.identifier(), document.bytes());
        output.line("title     %s", shown(document.term("dcterms:title")));
        output.line(
                "endorser  %s (issuer %s), %s%s",
                evidence.person().subject(),
                evidence.person().issuer(),
                document.endorser().email(),
                evidence.emailProven() ? "" : " (claimed)");
        output.line(
                "endorsed  %s, valid until %s",
                document.created(), document.valid() == null ? "(not said)" : document.valid());
        evidence.notes().forEach(note -> output.line("note      %s", note));
    }

    /** Text of strangers, on one line. */
    private static String shown(@Nullable String text) {
        return text == null ? "(not said)" : org.imprimatur.register.MalformedInput.quoted(text);
    }
}
