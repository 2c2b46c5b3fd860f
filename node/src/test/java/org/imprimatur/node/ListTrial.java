package org.imprimatur.node;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.imprimatur.exchange.hepix.ImageList;
import org.imprimatur.exchange.hepix.ListDraft;
import org.imprimatur.exchange.hepix.ListPath;
import org.imprimatur.exchange.hepix.ListWriter;
import org.imprimatur.exchange.hepix.Listed;
import org.imprimatur.node.config.YamlMember;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Recorded;
import org.imprimatur.register.Role;
import org.imprimatur.register.Statement;
import org.imprimatur.register.Statement.Acceptance;
import org.imprimatur.register.Statement.Appointment;
import org.imprimatur.register.Statement.Endorsement;
import org.imprimatur.register.StatementId;
import org.imprimatur.trust.SigningKey;
import org.imprimatur.trust.TrialAuthority;
import org.imprimatur.trust.TrialAuthority.KeyKind;

/**
 * A node that serves image lists: it signs those of {@code vo:biomed} and {@code vo:secret}, the
 * second for holders of a token only, and leaves those of {@code vo:climate} to their endorsers.
 */
final class ListTrial implements AutoCloseable {

    static final String URL = "https://catalogue.example";
    static final Owner BIOMED = Owner.parse("vo:biomed");
    static final Owner SECRET = Owner.parse("vo:secret");
    static final Owner CLIMATE = Owner.parse("vo:climate");
    static final Owner TEAMS = Owner.parse("vo:teams");

    private static final ObjectMapper JSON = new ObjectMapper();

    final Trial trial;
    final SigningKey robot;
    final MovableClock clock = new MovableClock();
    private final Map<Owner, Appointment> appointments = new HashMap<>();
    private final Map<StatementId, Recorded<Endorsement>> endorsed = new HashMap<>();
    private Node node;

    ListTrial(Path directory) {
        trial = new Trial(directory, "catalogue.example/lists");
        robot = trial.authority.issue("Robot Catalogue", KeyKind.RSA_2048);
        try {
            TrialAuthority.write(robot, directory, "robot");
            // An image file that the node itself offers, of the length that trials endorse.
            Files.write(directory.resolve("files/image.qcow2"), new byte[1000]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        node = start();
        for (var owner : List.of(BIOMED, SECRET, CLIMATE, TEAMS)) {
            appoint(owner, trial.endorser);
        }
        submit(new Acceptance(trial.header(trial.endorser), trial.policy), trial.endorser);
    }

    void appoint(Owner owner, SigningKey person) {
        var appointment =
                new Appointment(
                        trial.header(trial.appointer),
                        owner,
                        Role.ENDORSER,
                        person.person(),
                        "Erin Endorser",
                        "security@example.org",
                        "what it endorses");
        appointments.putIfAbsent(owner, appointment);
        submit(appointment, trial.appointer);
    }

    String yaml() {
        var appointer =
                "{subject: \"%s\", issuer: \"%s\"}"
                        .formatted(
                                trial.appointer.person().subject(),
                                trial.appointer.person().issuer());
        return trial.yaml()
                        .replace(
                                "owners:\n",
                                "owners:\n  \"vo:secret\": {appointers: [%s]}\n  \"vo:climate\": {appointers: [%s]}\n  \"vo:teams\": {appointers: [%s]}\n"
                                        .formatted(appointer, appointer, appointer))
                + """
                lists:
                  url: %s/
                  key: robot-key.pem
                  certificate: robot.pem
                  creator: Example Catalogue
                  lifetime: 2h
                  email: operations@catalogue.example
                  by-endorsers: ["vo:climate", "vo:teams"]
                  private: ["vo:secret"]
                """
                        .formatted(URL);
    }

    NodeConfig config() {
        return NodeConfig.of(
                YamlMember.parse(trial.directory.resolve("node.yaml").toString(), yaml()));
    }

    private Node start() {
        return Node.start(config(), clock);
    }

    void restart() {
        node.close();
        node = start();
    }

    Node node() {
        return node;
    }

    @Override
    public void close() {
        node.close();
    }

    // ---- Statements ---------------------------------------------------------------------------

    StatementId submit(Statement statement, SigningKey key) {
        var response = Trial.expect(201, trial.post(node, trial.sign(statement, key)));
        try {
            var json = JSON.readTree(response.body());
            var id = StatementId.parse(json.get("id").asText());
            if (statement instanceof Endorsement endorsement) {
                endorsed.put(
                        id,
                        new Recorded<>(
                                json.get("index").asLong(),
                                id,
                                endorsement,
                                Instant.parse(json.get("admittedAt").asText())));
            }
            return id;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Endorsement endorsement(Owner owner, UUID guid, String version, String tag, SigningKey key) {
        var made = trial.endorsement(key, guid, version, tag, guid + version);
        return new Endorsement(
                made.header(),
                made.fileName(),
                made.image(),
                owner,
                made.guid(),
                made.version(),
                made.tag(),
                made.title(),
                made.generatedAt(),
                made.disk(),
                made.system(),
                made.policy(),
                made.inspection(),
                made.waivers(),
                made.declaration(),
                made.locations());
    }

    StatementId endorse(Owner owner, UUID guid, String version, String tag) {
        return submit(endorsement(owner, guid, version, tag, trial.endorser), trial.endorser);
    }

    void revoke(StatementId id) {
        submit(trial.revocation(trial.endorser, endorsed.get(id).statement(), id), trial.endorser);
    }

    // ---- Lists --------------------------------------------------------------------------------

    /** A list of these endorsements as their endorser would make it. */
    ImageList draft(ListPath path, StatementId... images) {
        return new ListDraft(URL, path, trial.origin, "Images", "climate", "Erin", "erin@example")
                .of(
                        List.of(images).stream()
                                .map(endorsed::get)
                                .map(
                                        entry ->
                                                new Listed(
                                                        entry,
                                                        appointments.get(entry.statement().owner()),
                                                        URL + "/files/image.qcow2"))
                                .toList());
    }

    byte[] sign(ImageList draft, SigningKey key, Duration lifetime, Optional<ImageList> previous) {
        var now = clock.instant();
        return new ListWriter(now, now.plus(lifetime), Optional.empty(), previous)
                .sign(draft, key, new SecureRandom());
    }

    HttpResponse<String> put(String path, byte[] message) {
        return trial.send(
                trial.request(node, path, "Content-Type", "message/rfc822")
                        .PUT(BodyPublishers.ofByteArray(message))
                        .build());
    }

    HttpResponse<String> get(String path, String... headers) {
        return trial.get(node, path, headers);
    }

    /** The list at a path, which must be there. */
    ImageList list(String path, String... headers) {
        return ImageList.readAny(Trial.expect(200, get(path, headers)).body().getBytes(UTF_8));
    }

    byte[] message(String path, String... headers) {
        try (var client = HttpClient.newHttpClient()) {
            var response =
                    client.send(
                            trial.request(node, path, headers).build(), BodyHandlers.ofByteArray());
            return response.body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    static String[] token(String token) {
        return new String[] {
            "Authorization",
            "Basic "
                    + Base64.getEncoder().encodeToString((token + ":x-oauth-basic").getBytes(UTF_8))
        };
    }

    static JsonNode json(HttpResponse<String> response) {
        try {
            return JSON.readTree(response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
