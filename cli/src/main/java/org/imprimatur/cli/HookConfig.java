package org.imprimatur.cli;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.imprimatur.node.config.BadConfiguration;
import org.imprimatur.node.config.Durations;
import org.imprimatur.node.config.YamlMember;
import org.imprimatur.register.Obligation;
import org.imprimatur.register.UseClass;

/**
 * How a hypervisor asks its site ({@code docs/site.md}, "Hypervisors").
 *
 * @param node the site's node
 * @param host by which name the site knows this host
 * @param operator who is responsible where a domain names nobody
 * @param useClass where a domain names none
 * @param stores where this host sees the site's verified files
 * @param data whose files are data: further disks that need no endorsement
 * @param overlaysFresh whether an overlay must hold nothing when its machine first starts
 * @param obligations those that this host fulfils
 * @param state what the hook keeps between its calls
 * @param patience how long the node may take
 * @param hashFor how long reading files whole may take
 */
record HookConfig(
        URI node,
        String host,
        Optional<String> operator,
        Optional<UseClass> useClass,
        List<Path> stores,
        List<Path> data,
        boolean overlaysFresh,
        List<Obligation> obligations,
        Path state,
        Duration patience,
        Duration hashFor) {

    static final Path USUAL = Path.of("/etc/imprimatur/hook.yaml");

    /**
     * Reads the file.
     *
     * @throws BadConfiguration with file, line, member, fault and hint
     */
    static HookConfig read(Path file) {
        var root =
                YamlMember.read(file)
                        .allowing(
                                "node",
                                "host",
                                "operator",
                                "class",
                                "stores",
                                "data",
                                "overlays",
                                "obligations",
                                "state",
                                "patience",
                                "hash-for");
        return new HookConfig(
                root.required("node", "the address of the site's node")
                        .as(URI::create, "for example http://127.0.0.1:8080"),
                root.optional("host").map(YamlMember::text).orElseGet(HookConfig::ownName),
                root.optional("operator").map(YamlMember::text),
                root.optional("class")
                        .map(
                                m ->
                                        m.as(
                                                UseClass::parse,
                                                "infrastructure, trusted-payload or payload")),
                list(root, "stores", YamlMember::path),
                list(root, "data", YamlMember::path),
                root.optional("overlays")
                        .map(m -> m.as(HookConfig::fresh, "\"fresh\" or \"any\""))
                        .orElse(true),
                root.optional("obligations").isPresent()
                        ? list(
                                root,
                                "obligations",
                                m -> m.as(Obligation::new, "for example traceability"))
                        : List.of(new Obligation("traceability")),
                root.optional("state")
                        .map(YamlMember::path)
                        .orElse(Path.of("/var/lib/imprimatur/hook")),
                duration(root, "patience", Duration.ofSeconds(10)),
                duration(root, "hash-for", Duration.ofSeconds(60)));
    }

    private static <T> List<T> list(YamlMember root, String name, Function<YamlMember, T> reader) {
        return root.optional(name).map(YamlMember::items).orElse(List.of()).stream()
                .map(reader)
                .toList();
    }

    private static Duration duration(YamlMember root, String name, Duration usual) {
        return root.optional(name).map(m -> m.as(Durations::parse, Durations.HINT)).orElse(usual);
    }

    private static boolean fresh(String text) {
        return switch (text) {
            case "fresh" -> true;
            case "any" -> false;
            default -> throw new IllegalArgumentException("is \"" + text + "\"");
        };
    }

    private static String ownName() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException e) {
            throw new BadConfiguration("this host has no name; add \"host: NAME\"");
        }
    }
}
