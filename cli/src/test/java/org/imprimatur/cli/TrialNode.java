package org.imprimatur.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.imprimatur.exchange.CharterJson;
import org.imprimatur.node.Node;
import org.imprimatur.node.NodeConfig;

/**
 * A node with its own database, whose manager may appoint for every owner, and what people type who
 * sign there with keys of this place.
 */
final class TrialNode implements AutoCloseable {

    private static final Path PROGRAMS =
            Path.of(System.getProperty("imprimatur.root", ".."))
                    .resolve("node/target/programs")
                    .toAbsolutePath()
                    .normalize();

    private final Path configuration;
    private final Path charter;
    private final Path keys;
    private Node node;

    private TrialNode(Path configuration, Path charter, Path keys) {
        this.configuration = configuration;
        this.charter = charter;
        this.keys = keys;
        this.node = Node.start(NodeConfig.read(configuration), InstantSource.system());
    }

    /** Makes keys for a manager and these people. */
    static void keys(Path home, String... people) {
        var words =
                new ArrayList<>(
                        List.of("keygen", "--dir", home.resolve("keys").toString(), "Manager"));
        words.addAll(List.of(people));
        var made = Ran.of(words);
        assertThat(made.status()).as(made.err()).isZero();
    }

    /**
     * Starts a node where {@link #keys} were made.
     *
     * @param name of its ledger; what is after the slash names its files
     * @param more of its configuration
     */
    static TrialNode start(Path home, String name, List<String> owners, String more)
            throws IOException {
        var keys = home.resolve("keys");
        var manager = PersonOptions.ofCertificate(keys.resolve("manager.pem"));
        var directory = name.substring(name.indexOf('/') + 1);
        Files.writeString(home.resolve("policy.txt"), "Endorse with care.\n");
        var configuration = home.resolve(directory + "-node.yaml");
        var text =
                new StringBuilder(
                        """
                        name: %s
                        listen: 127.0.0.1:0
                        data: data-%s
                        programs: %s
                        anchors: keys/anchors
                        policy: {name: trial-policy, version: "1", file: policy.txt}
                        owners:
                        """
                                .formatted(name, directory, PROGRAMS));
        for (var owner : owners) {
            text.append(
                    """
                      "%s":
                        appointers:
                          - {subject: "%s", issuer: "%s"}
                    """
                            .formatted(owner, manager.subject(), manager.issuer()));
        }
        Files.writeString(configuration, text.append(more));
        var trial = new TrialNode(configuration, home.resolve(directory + ".json"), keys);
        Files.write(trial.charter, CharterJson.write(trial.node.charter()));
        return trial;
    }

    Node node() {
        return node;
    }

    String url() {
        return Demo.url(node).toString();
    }

    Path charter() {
        return charter;
    }

    /** Starts it again after {@link #close}, at the address that it had. */
    void startAgain() throws IOException {
        var listen = "listen: 127.0.0.1:";
        Files.writeString(
                configuration,
                Files.readString(configuration)
                        .replace(listen + "0", listen + node.address().getPort()));
        node = Node.start(NodeConfig.read(configuration), InstantSource.system());
    }

    /** The options by which this person signs. */
    List<String> key(String who) {
        return List.of(
                "--key",
                keys.resolve(who + "-key.pem").toString(),
                "--cert",
                keys.resolve(who + ".pem").toString());
    }

    /** Runs a command that signs, as this person, under the pinned charter. */
    Ran signed(String who, String... words) {
        var all = new ArrayList<>(List.of(words));
        all.addAll(key(who));
        all.addAll(List.of("--node", url(), "--charter", charter.toString()));
        return Ran.of(all);
    }

    /** The words by which a manager appoints a person. */
    String[] appointment(String person, String role, String owner) {
        return new String[] {
            "appoint",
            "--owner",
            owner,
            "--role",
            role,
            "--person",
            keys.resolve(person + ".pem").toString(),
            "--name",
            "A person",
            "--contact",
            "security@example.org"
        };
    }

    /** Appoints a person, who accepts the policy. */
    void enrol(String person, String role, String owner) {
        var appointed = signed("manager", appointment(person, role, owner));
        assertThat(appointed.status()).as(appointed.err()).isZero();
        assertThat(appointed.out()).contains("is now " + role + " of " + owner, "proof verified");
        var accepted = signed(person, "accept", "--yes");
        assertThat(accepted.status()).as(accepted.err()).isZero();
    }

    @Override
    public void close() {
        node.close();
    }
}
