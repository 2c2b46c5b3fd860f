package org.imprimatur.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.imprimatur.exchange.CharterJson;
import org.imprimatur.node.Node;
import org.imprimatur.node.NodeConfig;
import org.jspecify.annotations.Nullable;

/**
 * The story of the demo. What people do in it are commands of this program, run as they are shown;
 * the two nodes run in this process.
 */
final class Demo implements AutoCloseable {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final String CATALOGUE = "catalogue.demo.example/2026";
    private static final String SITE = "site.demo.example/2026";

    private final Path home;
    private final DemoImages images;
    private final PrintWriter out;
    private final boolean coloured = Output.coloured();
    private final Path keys;

    private @Nullable Node catalogue;
    private @Nullable Node site;
    private int step;

    Demo(Path home, DemoImages images, Output output) {
        this.home = home;
        this.images = images;
        this.out = output.out();
        this.keys = home.resolve("keys");
    }

    void tell() throws IOException, InterruptedException {
        people();
        nodes();
        appointments();
        if (images.faulty() != null) {
            faultyImage(images.faulty());
        }
        String digest = inspection();
        endorsement();
        String guid = offline();
        approval(digest);
        admission(digest);
        revocation(digest);
        history(guid);
        out.println();
        out.println(
                bold(
                        "That was the whole life of an image. Every step stands in a ledger that anybody can check."));
    }

    private void people() {
        heading("A certification authority to throw away, and people with keys");
        succeed(
                "keygen",
                "--dir",
                keys.toString(),
                "VO manager",
                "Endorser",
                "Site manager",
                "Site approver");
    }

    private void nodes() throws IOException {
        heading("A catalogue and a site: two nodes, each with its own ledger and database");
        Files.writeString(
                home.resolve("policy.txt"),
                """
                DEMO POLICY FOR ENDORSED VIRTUAL MACHINE IMAGES
                1. Whoever endorses an image has checked it and answers for it.
                2. An image holds no password, no key, and no way in for anybody but its operator.
                3. When a problem is found, the endorsement is revoked at once.
                """);
        var files = Files.createDirectories(home.resolve("files"));
        publish(images.clean(), files);
        catalogue =
                start(
                        "catalogue.yaml",
                        """
                        name: %s
                        listen: 127.0.0.1:0
                        data: catalogue
                        programs: programs
                        anchors: keys/anchors
                        policy: {name: demo-policy, version: "1", file: policy.txt}
                        files: files
                        owners:
                          "vo:demo":
                            appointers:
                              - %s
                        """
                                .formatted(CATALOGUE, person("vo-manager")));
        Files.write(
                home.resolve("catalogue-charter.json"),
                CharterJson.write(Objects.requireNonNull(catalogue).charter()));
        say("catalogue %s at %s", CATALOGUE, url(catalogue()));
        Files.writeString(
                home.resolve("site.yaml"),
                """
                owner: "site:DEMO"
                follow:
                  - {url: "%s", charter: catalogue-charter.json, poll: 30s}
                max-staleness: 15m
                store: store
                classes:
                  infrastructure: {trust: ["vo:demo"], approval: required}
                """
                        .formatted(url(catalogue())));
        site =
                start(
                        "site-node.yaml",
                        """
                        name: %s
                        listen: 127.0.0.1:0
                        data: site
                        programs: programs
                        anchors: keys/anchors
                        policy: {name: demo-policy, version: "1", file: policy.txt}
                        owners:
                          "site:DEMO":
                            appointers:
                              - %s
                        site: site.yaml
                        """
                                .formatted(SITE, person("site-manager")));
        Files.write(
                home.resolve("site-charter.json"),
                CharterJson.write(Objects.requireNonNull(site).charter()));
        say("site      %s at %s, follows the catalogue", SITE, url(site()));
    }

    private void appointments() {
        heading(
                "The VO appoints an endorser, who accepts the policy; the site appoints its approver");
        succeed(
                signed(
                        "vo-manager",
                        catalogue(),
                        "appoint",
                        "--owner",
                        "vo:demo",
                        "--role",
                        "endorser",
                        "--person",
                        keys.resolve("endorser.pem").toString(),
                        "--name",
                        "Endorser",
                        "--contact",
                        "security@demo.example"));
        succeed(signed("endorser", catalogue(), "accept", "--yes"));
        succeed(
                signed(
                        "site-manager",
                        site(),
                        "appoint",
                        "--owner",
                        "site:DEMO",
                        "--role",
                        "site-approver",
                        "--person",
                        keys.resolve("site-approver.pem").toString(),
                        "--name",
                        "Site approver",
                        "--contact",
                        "security@demo.example"));
        succeed(signed("site-approver", site(), "accept", "--yes"));
    }

    private void faultyImage(Path faulty) {
        heading("An image with a password, SSH keys and private keys in it is refused");
        var status = run("inspect", faulty.toString());
        expect(
                status == ExitCode.NO.status(),
                "the faulty image to be refused",
                "exit status " + status);
        say("exit status 1: not endorsable");
    }

    private String inspection() {
        heading(
                images.own()
                        ? "Your image is inspected"
                        : "The clean build of the same image is inspected");
        var status = run("inspect", images.clean().toString(), "--report", report().toString());
        expect(
                images.own() || status == ExitCode.DONE.status(),
                "the clean image to pass",
                "exit status " + status);
        return "sha512:" + read(report()).path("digests").path("sha512").asText();
    }

    private void endorsement() {
        heading("The endorser signs, and publishes to the catalogue");
        var location =
                url(catalogue())
                        .resolve("/files/" + Objects.requireNonNull(images.clean().getFileName()));
        var command =
                new ArrayList<>(
                        List.of(
                                "endorse",
                                images.clean().toString(),
                                "--owner",
                                "vo:demo",
                                "--tag",
                                "demo",
                                "--image-version",
                                "1.0",
                                "--location",
                                location.toString(),
                                "--bundle",
                                bundle().toString()));
        if (images.own()) {
            command.addAll(List.of("--waive-all", "shown in the demo, not for use"));
        }
        succeed(signed("endorser", catalogue(), command.toArray(String[]::new)));
    }

    private String offline() {
        heading("Anybody verifies the bundle and the image, off line");
        succeed(
                "verify",
                bundle().toString(),
                images.clean().toString(),
                "--charter",
                home.resolve("catalogue-charter.json").toString(),
                "--anchors",
                keys.resolve("anchors").toString());
        return answer(
                        "verify",
                        bundle().toString(),
                        "--charter",
                        home.resolve("catalogue-charter.json").toString(),
                        "--anchors",
                        keys.resolve("anchors").toString())
                .path("guid")
                .asText();
    }

    private void approval(String digest) throws InterruptedException {
        heading("The site, which has followed, approves; the image is fetched and verified");
        waitFor("the endorsement at the site", () -> !at(site(), digest).isEmpty());
        say("the site has the endorsement: %s", at(site(), digest));
        succeed(signed("site-approver", site(), "approve", digest, "--site", "site:DEMO"));
        waitFor("the verified image", () -> at(site(), digest).equals("available"));
        say("in the site's directory: %s", String.join(", ", stored()));
    }

    private void admission(String digest) {
        heading("A start of this image is permitted; of any other it is denied");
        expect(decide(digest), "a permit", "a denial");
        var other = "sha512:" + "0123456789abcdef".repeat(8);
        if (images.faulty() != null) {
            say("the image with the faults:");
            var report = home.resolve("faulty.json");
            quietly("inspect", images.faulty().toString(), "--report", report.toString());
            other = "sha512:" + read(report).path("digests").path("sha512").asText();
        }
        expect(!decide(other), "a denial", "a permit");
    }

    private void revocation(String digest) throws InterruptedException {
        heading("A problem is found: the endorser revokes, and the site denies within seconds");
        var from = System.nanoTime();
        succeed(
                signed(
                        "endorser",
                        catalogue(),
                        "revoke",
                        digest,
                        "--reason",
                        "vulnerable",
                        "--explanation",
                        "a hole was found",
                        "--advisory",
                        "DEMO-2026-1"));
        waitFor("the denial", () -> !permitted(evaluate(digest)));
        say("denied %.1f s after the revocation began:", (System.nanoTime() - from) / 1e9);
        expect(!decide(digest), "a denial", "a permit");
        waitFor("the withdrawal", () -> stored().isEmpty());
        say("the site's copy is withdrawn");
    }

    private void history(String guid) {
        heading("The history of the image, each statement proven and its signature verified");
        succeed(
                "history",
                guid,
                "--node",
                url(catalogue()).toString(),
                "--charter",
                home.resolve("catalogue-charter.json").toString(),
                "--anchors",
                keys.resolve("anchors").toString());
        expect(
                answer(
                                        "history",
                                        guid,
                                        "--node",
                                        url(catalogue()).toString(),
                                        "--charter",
                                        home.resolve("catalogue-charter.json").toString())
                                .path("history")
                                .size()
                        == 2,
                "endorsement and revocation in the history",
                "something else");
    }

    /** Keeps the nodes up until the process is told to stop. */
    void stayUp() throws InterruptedException {
        out.println();
        out.println("The nodes stay up. Look at the catalogue: " + url(catalogue()));
        out.println("                          and the site: " + url(site()));
        out.println("Keys, charters and data: " + home);
        out.println("Ctrl-C ends it.");
        out.flush();
        ServeCommand.untilStopped();
    }

    // ---- how it is told ---------------------------------------------------------------------

    private void heading(String text) {
        out.println();
        out.println(bold(++step + ". " + text));
        out.flush();
    }

    private String bold(String text) {
        return coloured ? "\u001b[1m" + text + "\u001b[0m" : text;
    }

    private void say(String format, Object... arguments) {
        out.println("   " + format.formatted(arguments));
        out.flush();
    }

    /** Runs a command of this program and shows it with what it says. Returns its exit status. */
    private int run(String... command) {
        out.println("   $ imprimatur " + shown(command));
        out.flush();
        var said = new StringWriter();
        int status = Main.run(new PrintWriter(said), new PrintWriter(said), command);
        said.toString().lines().forEach(line -> out.println("   " + line));
        out.flush();
        return status;
    }

    private void succeed(String... command) {
        int status = run(command);
        expect(status == 0, "'%s' to succeed".formatted(command[0]), "exit status " + status);
    }

    private static void quietly(String... command) {
        var said = new StringWriter();
        Main.run(new PrintWriter(said), new PrintWriter(said), command);
    }

    private JsonNode answer(String... command) {
        var said = new StringWriter();
        var all = Arrays.copyOf(command, command.length + 2);
        all[command.length] = "--output";
        all[command.length + 1] = "json";
        Main.run(new PrintWriter(said), new PrintWriter(new StringWriter()), all);
        try {
            return JSON.readTree(said.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String[] signed(String who, Node node, String... command) {
        var all = new ArrayList<>(List.of(command));
        all.addAll(
                List.of(
                        "--key",
                        keys.resolve(who + "-key.pem").toString(),
                        "--cert",
                        keys.resolve(who + ".pem").toString(),
                        "--node",
                        url(node).toString(),
                        "--charter",
                        home.resolve(node == site ? "site-charter.json" : "catalogue-charter.json")
                                .toString()));
        return all.toArray(String[]::new);
    }

    /** A command line as a person would type it: paths below the demo's home are shortened. */
    private String shown(String[] command) {
        var text = new StringBuilder();
        for (var word : command) {
            var shorter =
                    word.startsWith(home + "/")
                            ? word.substring(home.toString().length() + 1)
                            : word;
            text.append(text.isEmpty() ? "" : " ")
                    .append(
                            shorter.matches("[A-Za-z0-9_@%+=:,./-]+")
                                    ? shorter
                                    : "'" + shorter + "'");
        }
        return text.toString();
    }

    private static void expect(boolean holds, String expected, String found) {
        if (!holds) {
            throw new CommandFailure(
                    ExitCode.INTERNAL,
                    "the demo expected %s and found %s".formatted(expected, found));
        }
    }

    private static void waitFor(String what, BooleanSupplier there) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!there.getAsBoolean()) {
            expect(System.nanoTime() < end, what + " within " + PATIENCE, "none");
            Thread.sleep(Duration.ofMillis(50));
        }
    }

    // ---- the nodes --------------------------------------------------------------------------

    private Node start(String file, String yaml) throws IOException {
        var config = home.resolve(file);
        Files.writeString(config, yaml);
        return Node.start(NodeConfig.read(config), At.CLOCK);
    }

    private Node catalogue() {
        return Objects.requireNonNull(catalogue);
    }

    private Node site() {
        return Objects.requireNonNull(site);
    }

    static URI url(Node node) {
        return URI.create(
                "http://%s:%d".formatted(node.address().getHostString(), node.address().getPort()));
    }

    /** A person of the demo as an item of YAML. */
    private String person(String name) throws IOException {
        var person = PersonOptions.ofCertificate(keys.resolve(name + ".pem"));
        return "{subject: \"%s\", issuer: \"%s\"}".formatted(person.subject(), person.issuer());
    }

    private static String at(Node site, String digest) {
        for (var image : new NodeClient(url(site)).json("/api/v1/site/images").path("images")) {
            if (image.path("digest").asText().equals(digest)) {
                return image.path("state").asText();
            }
        }
        return "";
    }

    private JsonNode evaluate(String digest) {
        var question = Output.object();
        question.putObject("subject").put("type", "operator").put("id", "demo operator");
        question.putObject("action").put("name", "instantiate");
        question.putObject("resource").put("type", "image").put("id", digest);
        question.putObject("context").put("class", "infrastructure").put("host", "wn1");
        return new NodeClient(url(site())).evaluate(question);
    }

    private static boolean permitted(JsonNode answer) {
        return answer.path("decision").asBoolean();
    }

    private boolean decide(String digest) {
        out.println(
                "   POST %s/access/v1/evaluation  instantiate %s… as infrastructure"
                        .formatted(url(site()), digest.substring(0, 23)));
        var answer = evaluate(digest);
        out.println("   " + bold(permitted(answer) ? "PERMIT" : "DENY"));
        for (var reason : answer.path("context").path("reasons")) {
            var clauses = new ArrayList<String>();
            reason.path("clauses").forEach(clause -> clauses.add(clause.asText()));
            out.println(
                    "     %s: %s [%s]"
                            .formatted(
                                    reason.path("code").asText(),
                                    reason.path("text").asText(),
                                    String.join(", ", clauses)));
        }
        out.flush();
        return permitted(answer);
    }

    // ---- files ------------------------------------------------------------------------------

    private Path report() {
        return home.resolve("report.json");
    }

    private Path bundle() {
        return home.resolve("image.bundle.json");
    }

    private static JsonNode read(Path json) {
        try {
            return JSON.readTree(Files.readAllBytes(json));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> stored() {
        try (var list = Files.list(home.resolve("store"))) {
            return list.map(file -> Objects.requireNonNull(file.getFileName()).toString())
                    .filter(name -> !name.startsWith("."))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Puts the image where the catalogue serves files from; without a copy where that can be. */
    private static void publish(Path image, Path files) throws IOException {
        var target = files.resolve(image.getFileName());
        try {
            Files.createLink(target, image);
        } catch (IOException | UnsupportedOperationException e) {
            // Another file system, or a link that is not permitted: then a copy.
            Files.copy(image, target);
        }
    }

    static void remove(Path directory) throws IOException {
        Files.walkFileTree(
                directory,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.delete(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(
                            Path folder, @Nullable IOException failure) throws IOException {
                        if (failure != null) {
                            throw failure;
                        }
                        Files.delete(folder);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }

    @Override
    public void close() {
        if (site != null) {
            site.close();
        }
        if (catalogue != null) {
            catalogue.close();
        }
    }
}
