package org.imprimatur.node.driver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.imprimatur.node.fetch.Calls;
import org.imprimatur.node.fetch.FetchFailed;
import org.imprimatur.node.http.Json;
import org.jspecify.annotations.Nullable;

/**
 * Who the site is in an OpenStack cloud: a token of its Identity service, version 3, renewed before
 * it ends, and where its other services are.
 */
final class Keystone {

    private static final Duration WITHIN = Duration.ofSeconds(30);
    private static final Duration EARLIER = Duration.ofMinutes(2);
    private static final int LARGEST_ANSWER = 4 << 20;
    private static final int LARGEST_SECRET = 4096;
    private static final String WHAT = "the answer of Keystone";

    /**
     * How a token is had.
     *
     * @param url the address of the Identity service, with {@code /v3}
     * @param credential who asks
     * @param region which region's services; empty for the only one
     * @param face which of a service's addresses: {@code public}, {@code internal} or {@code admin}
     */
    record Settings(URI url, Credential credential, Optional<String> region, String face) {}

    /** Who asks for a token. The secret is read from its file each time, and nowhere else kept. */
    sealed interface Credential {

        /** Where the secret is. */
        Path secret();

        /** A user with a password, for one project. */
        record Password(
                String user, String userDomain, String project, String projectDomain, Path secret)
                implements Credential {}

        /** An application credential, which is for one project. */
        record Application(String id, Path secret) implements Credential {}
    }

    /**
     * A token.
     *
     * @param project the id of the project that it is for
     * @param services the addresses of services by their type
     */
    record Token(String text, Instant ends, String project, Map<String, URI> services) {

        @Override
        public String toString() {
            return "a token until " + ends;
        }
    }

    private final Settings settings;
    private final Calls calls;
    private final InstantSource clock;

    // Guarded by this.
    private @Nullable Token token;

    Keystone(Settings settings, Calls calls, InstantSource clock) {
        this.settings = settings;
        this.calls = calls;
        this.clock = clock;
    }

    /** A token that is good for some time yet. */
    synchronized Token token() throws DriverException {
        var known = token;
        if (known == null || !clock.instant().isBefore(known.ends().minus(EARLIER))) {
            known = ask();
            token = known;
        }
        return known;
    }

    /** Forgets a token that a service has refused. */
    synchronized void forget(Token refused) {
        if (refused.equals(token)) {
            token = null;
        }
    }

    private Token ask() throws DriverException {
        var uri = URI.create(settings.url().toString().replaceAll("/+$", "") + "/auth/tokens");
        Calls.Heard heard;
        try {
            heard =
                    calls.call(
                            "POST",
                            uri,
                            Map.of("Content-Type", "application/json"),
                            Json.bytes(question()),
                            LARGEST_ANSWER,
                            WITHIN);
        } catch (FetchFailed e) {
            throw new DriverException(e.explanation(), e);
        }
        if (heard.status() == 401 || heard.status() == 403) {
            throw new DriverException(
                    "Keystone at %s refuses the credential with status %d; is it right, and is its secret in %s?"
                            .formatted(uri, heard.status(), settings.credential().secret()));
        }
        if (heard.status() != 201) {
            throw new DriverException(
                    "Keystone at %s answers with status %d".formatted(uri, heard.status()));
        }
        var text =
                heard.headers()
                        .firstValue("X-Subject-Token")
                        .filter(t -> !t.isEmpty() && t.length() <= 8192)
                        .orElseThrow(() -> new DriverException(WHAT + " has no token"));
        return read(text, heard.bytes(), settings.region(), settings.face());
    }

    private ObjectNode question() throws DriverException {
        var question = Json.object();
        var auth = question.putObject("auth");
        var identity = auth.putObject("identity");
        var methods = identity.putArray("methods");
        switch (settings.credential()) {
            case Credential.Password password -> {
                methods.add("password");
                var user = identity.putObject("password").putObject("user");
                user.put("name", password.user()).put("password", secret());
                user.putObject("domain").put("name", password.userDomain());
                var project = auth.putObject("scope").putObject("project");
                project.put("name", password.project());
                project.putObject("domain").put("name", password.projectDomain());
            }
            case Credential.Application application -> {
                methods.add("application_credential");
                identity.putObject("application_credential")
                        .put("id", application.id())
                        .put("secret", secret());
            }
        }
        return question;
    }

    private String secret() throws DriverException {
        var file = settings.credential().secret();
        try {
            if (Files.size(file) > LARGEST_SECRET) {
                throw new DriverException(file + " is too long for a secret");
            }
            return Files.readString(file).strip();
        } catch (DriverException e) {
            throw e;
        } catch (IOException e) {
            throw new DriverException("the secret in %s cannot be read".formatted(file), e);
        }
    }

    /** Reads what belongs to a token. */
    static Token read(String text, byte[] answer, Optional<String> region, String face)
            throws DriverException {
        var body = OutsideJson.object(answer, WHAT).path("token");
        Instant ends;
        try {
            ends = Instant.parse(OutsideJson.text(body, "expires_at", WHAT));
        } catch (DateTimeParseException e) {
            throw new DriverException(WHAT + " does not say how long the token is good", e);
        }
        var services = new HashMap<String, URI>();
        for (var service : body.path("catalog")) {
            for (var endpoint : service.path("endpoints")) {
                if (face.equals(endpoint.path("interface").asText())
                        && (region.isEmpty() || region.get().equals(region(endpoint)))) {
                    address(endpoint.path("url").asText())
                            .ifPresent(
                                    uri ->
                                            services.putIfAbsent(
                                                    service.path("type").asText(), uri));
                }
            }
        }
        return new Token(text, ends, body.path("project").path("id").asText(), services);
    }

    private static String region(JsonNode endpoint) {
        return endpoint.path("region_id").asText(endpoint.path("region").asText());
    }

    private static Optional<URI> address(String text) {
        try {
            var uri = URI.create(text.replaceAll("/+$", ""));
            boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            return http && uri.getHost() != null ? Optional.of(uri) : Optional.empty();
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
