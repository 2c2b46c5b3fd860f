package org.imprimatur.node.driver;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.imprimatur.node.Loopback;

/** A real Keystone and a real Glance (Debian's packages), on free ports, in a directory. */
public final class TrialCloud implements AutoCloseable {

    public static final String PASSWORD = "a-password-nobody-prints";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path directory;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<Process> processes = new ArrayList<>();
    // Taken until its server starts, which is some seconds later.
    private final ServerSocket identityPort = Loopback.listen();
    private final ServerSocket imagePort = Loopback.listen();
    private String token = "";

    public TrialCloud(Path directory) throws Exception {
        assumeTrue(Files.exists(Path.of("/usr/bin/glance-api")), "needs the package glance-api");
        assumeTrue(
                Files.exists(Path.of("/usr/bin/keystone-wsgi-public")),
                "needs the package keystone");
        this.directory = Files.createDirectories(directory);
        try {
            startKeystone();
            startGlance();
        } catch (Exception | AssertionError e) {
            close();
            throw e;
        }
    }

    public String keystone() {
        return "http://127.0.0.1:" + identityPort.getLocalPort() + "/v3";
    }

    public String glance() {
        return "http://127.0.0.1:" + imagePort.getLocalPort();
    }

    /** A file with the password of the user {@code admin} of the project {@code admin}. */
    public Path secret() {
        return directory.resolve("secret");
    }

    private void startKeystone() throws Exception {
        Files.writeString(secret(), PASSWORD + "\n");
        for (var keys : List.of("fernet", "credential")) {
            Files.createDirectory(
                    directory.resolve(keys),
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        }
        var config =
                Files.writeString(
                        directory.resolve("keystone.conf"),
                        """
                        [DEFAULT]
                        use_stderr = true
                        [database]
                        connection = sqlite:///%1$s/keystone.db
                        [fernet_tokens]
                        key_repository = %1$s/fernet
                        [credential]
                        key_repository = %1$s/credential
                        """
                                .formatted(directory));
        var user = System.getProperty("user.name");
        manage("keystone-manage", config, "db_sync");
        writersNeedNotWait("keystone.db");
        manage(
                "keystone-manage",
                config,
                "fernet_setup",
                "--keystone-user",
                user,
                "--keystone-group",
                user);
        manage(
                "keystone-manage",
                config,
                "credential_setup",
                "--keystone-user",
                user,
                "--keystone-group",
                user);
        manage(
                "keystone-manage",
                config,
                "bootstrap",
                "--bootstrap-password",
                PASSWORD,
                "--bootstrap-region-id",
                "RegionOne",
                "--bootstrap-public-url",
                keystone(),
                "--bootstrap-internal-url",
                keystone());
        identityPort.close();
        run(
                "keystone",
                "keystone-wsgi-public",
                "--host",
                "127.0.0.1",
                "--port",
                "" + identityPort.getLocalPort(),
                "--",
                "--config-file",
                config.toString());
        awaitAnswer(keystone());
        token = token();
        var service =
                call(
                                "POST",
                                keystone() + "/services",
                                "{\"service\": {\"type\": \"image\", \"name\": \"glance\"}}")
                        .path("service")
                        .path("id")
                        .asText();
        for (var face : List.of("public", "internal")) {
            call(
                    "POST",
                    keystone() + "/endpoints",
                    """
                    {"endpoint": {"service_id": "%s", "interface": "%s", "region_id": "RegionOne",
                                  "url": "%s/"}}
                    """
                            .formatted(service, face, glance()));
        }
    }

    private void startGlance() throws Exception {
        for (var store : List.of("images", "staging", "tasks")) {
            Files.createDirectory(directory.resolve(store));
        }
        var config =
                Files.writeString(
                        directory.resolve("glance-api.conf"),
                        """
                        [DEFAULT]
                        bind_host = 127.0.0.1
                        bind_port = %2$d
                        enabled_backends = file:file
                        workers = 0
                        use_stderr = true
                        [database]
                        connection = sqlite:///%1$s/glance.db
                        [glance_store]
                        default_backend = file
                        [file]
                        filesystem_store_datadir = %1$s/images
                        [os_glance_staging_store]
                        filesystem_store_datadir = %1$s/staging
                        [os_glance_tasks_store]
                        filesystem_store_datadir = %1$s/tasks
                        [paste_deploy]
                        flavor = keystone
                        config_file = /etc/glance/glance-api-paste.ini
                        [keystone_authtoken]
                        www_authenticate_uri = %3$s
                        auth_url = %3$s
                        auth_type = password
                        username = admin
                        password = %4$s
                        project_name = admin
                        user_domain_name = Default
                        project_domain_name = Default
                        token_cache_time = -1
                        """
                                .formatted(
                                        directory, imagePort.getLocalPort(), keystone(), PASSWORD));
        manage("glance-manage", config, "db_sync");
        writersNeedNotWait("glance.db");
        imagePort.close();
        run("glance", "glance-api", "--config-file", config.toString());
        awaitAnswer(glance() + "/versions");
    }

    /** OpenStack leaves reading transactions open, for which SQLite would let its writers wait. */
    private void writersNeedNotWait(String database) throws Exception {
        var process =
                new ProcessBuilder(
                                "/usr/bin/python3",
                                "-c",
                                "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('pragma journal_mode=wal')",
                                directory.resolve(database).toString())
                        .inheritIO()
                        .start();
        if (process.waitFor() != 0) {
            throw new AssertionError(database + " cannot be set up");
        }
    }

    private void manage(String program, Path config, String... arguments) throws Exception {
        var line = new ArrayList<>(List.of(program, "--config-file", config.toString()));
        line.addAll(List.of(arguments));
        Path log = directory.resolve(program + "-" + arguments[0] + ".log");
        var process =
                new ProcessBuilder(line)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        if (!process.waitFor(120, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new AssertionError(Files.readString(log));
        }
    }

    private void run(String name, String... line) throws IOException {
        processes.add(
                new ProcessBuilder(line)
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve(name + ".log").toFile())
                        .start());
    }

    private void awaitAnswer(String address) throws Exception {
        answer(HttpRequest.newBuilder(URI.create(address)).build());
    }

    /** A server that starts, or is busy, also hangs up on those who ask. */
    private HttpResponse<String> answer(HttpRequest request) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (true) {
            try {
                return http.send(request, BodyHandlers.ofString());
            } catch (IOException e) {
                if (System.nanoTime() > end) {
                    throw e;
                }
                Thread.sleep(100);
            }
        }
    }

    /** A new token of the administrator. */
    public String token() throws Exception {
        var answer =
                answer(
                        HttpRequest.newBuilder(URI.create(keystone() + "/auth/tokens"))
                                .header("Content-Type", "application/json")
                                .POST(
                                        BodyPublishers.ofString(
                                                """
                                                {"auth": {"identity": {"methods": ["password"],
                                                  "password": {"user": {"name": "admin", "password": "%s",
                                                                        "domain": {"name": "Default"}}}},
                                                 "scope": {"project": {"name": "admin",
                                                                       "domain": {"name": "Default"}}}}}
                                                """
                                                        .formatted(PASSWORD)))
                                .build());
        return answer.headers().firstValue("X-Subject-Token").orElseThrow();
    }

    /** Calls as the administrator; a status of 400 or more is an error. */
    public JsonNode call(String method, String address, String body) throws Exception {
        var answer = send(method, address, body);
        if (answer.statusCode() >= 400) {
            throw new AssertionError(
                    "%s %s: %d %s%n%s"
                            .formatted(
                                    method,
                                    address,
                                    answer.statusCode(),
                                    answer.body(),
                                    Files.readString(directory.resolve("keystone.log"))));
        }
        return answer.body().isEmpty() ? JSON.createObjectNode() : JSON.readTree(answer.body());
    }

    /** Calls as the administrator. */
    public HttpResponse<String> send(String method, String address, String body) throws Exception {
        var request =
                HttpRequest.newBuilder(URI.create(address))
                        .timeout(Duration.ofSeconds(60))
                        .header("X-Auth-Token", token)
                        .header(
                                "Content-Type",
                                method.equals("PATCH")
                                        ? "application/openstack-images-v2.1-json-patch"
                                        : method.equals("PUT")
                                                ? "application/octet-stream"
                                                : "application/json")
                        .method(method, BodyPublishers.ofString(body))
                        .build();
        return answer(request);
    }

    /** Ends a token before its time. */
    public void revoke(String other) throws Exception {
        var answer =
                answer(
                        HttpRequest.newBuilder(URI.create(keystone() + "/auth/tokens"))
                                .header("X-Auth-Token", token)
                                .header("X-Subject-Token", other)
                                .DELETE()
                                .build());
        if (answer.statusCode() != 204) {
            throw new AssertionError(answer.body());
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
        for (var process : processes) {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
        }
        for (var process : processes) {
            try {
                if (!process.waitFor(10, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
