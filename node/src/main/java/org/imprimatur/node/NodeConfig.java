package org.imprimatur.node;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.imprimatur.node.config.BadConfiguration;
import org.imprimatur.node.config.DatabaseUrl;
import org.imprimatur.node.config.Durations;
import org.imprimatur.node.config.PersonMember;
import org.imprimatur.node.config.YamlMember;
import org.imprimatur.node.fetch.Proxies;
import org.imprimatur.node.notice.NoticeSettings;
import org.imprimatur.node.watch.WatchSettings;
import org.imprimatur.register.Charter;
import org.imprimatur.register.ContributorRule;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Version;
import org.imprimatur.trust.CrlMode;

/**
 * Everything a node is told, read and checked once. Nothing else reads a file of settings or an
 * environment variable.
 *
 * @param name origin of this node's ledger
 * @param listen where HTTP is served
 * @param data the node's own directory
 * @param database an external PostgreSQL; empty for an embedded one below {@code data}
 * @param programs where the embedded PostgreSQL's programs are unpacked; nodes may share it
 * @param anchors directory of the certification authorities
 * @param anchorsEvery how often that directory is looked at again, for new revocation lists
 * @param crls what an authority without a revocation list means
 * @param policy the policy that endorsers accept
 * @param owners whose statements the ledger takes, with their first appointers
 * @param contributors what endorsements must say of additional software
 * @param files directory offered under {@code /files}
 * @param site the file of what makes this node a site
 * @param witness what makes this node a witness, as written
 * @param witnesses who is asked to cosign its checkpoints, as written
 * @param witnessThreshold how many of these followers are to ask for, as written
 * @param lists how it serves image lists, as written
 * @param notices how news are told, unless the site's file says
 * @param proxies through which it asks others
 * @param tlsAuthorities whom to believe for TLS besides the authorities of Java: a directory as of
 *     IGTF, or a PEM file
 * @param advisories what images are held against; empty where nobody watches
 */
public record NodeConfig(
        Origin name,
        Listen listen,
        Path data,
        Optional<DatabaseUrl> database,
        Path programs,
        Path anchors,
        Duration anchorsEvery,
        CrlMode crls,
        PolicyFile policy,
        List<Charter.Body> owners,
        Optional<Charter.Contributors> contributors,
        Optional<Path> files,
        Optional<Path> site,
        Optional<YamlMember> witness,
        Optional<YamlMember> witnesses,
        Optional<YamlMember> witnessThreshold,
        Optional<YamlMember> lists,
        NoticeSettings notices,
        Proxies proxies,
        Optional<Path> tlsAuthorities,
        Optional<WatchSettings> advisories) {

    /** A host name or address, and a port; port 0 takes any free one. */
    public record Listen(String host, int port) {

        public Listen {
            if (host.isBlank() || port < 0 || port > 65_535) {
                throw new IllegalArgumentException("is not HOST:PORT");
            }
        }

        static Listen parse(String text) {
            int colon = text.lastIndexOf(':');
            if (colon < 1 || !text.substring(colon + 1).matches("\\d{1,5}")) {
                throw new IllegalArgumentException("is not HOST:PORT");
            }
            return new Listen(
                    text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
        }
    }

    /** A policy document with its name and version. */
    public record PolicyFile(String name, String version, Path file) {

        public PolicyFile {
            new Version(name);
            new Version(version);
        }
    }

    public NodeConfig {
        owners = List.copyOf(owners);
    }

    /**
     * Reads the file.
     *
     * @throws BadConfiguration with file, line, member, fault and hint
     */
    public static NodeConfig read(Path file) {
        return of(YamlMember.read(file.toAbsolutePath()), System.getenv());
    }

    /** Without an environment. */
    static NodeConfig of(YamlMember root) {
        return of(root, Map.of());
    }

    static NodeConfig of(YamlMember root, Map<String, String> environment) {
        root.allowing(
                "name",
                "listen",
                "data",
                "database",
                "programs",
                "anchors",
                "anchors-every",
                "crls",
                "policy",
                "owners",
                "contributors",
                "files",
                "site",
                "witness",
                "witnesses",
                "witness-threshold",
                "lists",
                "notify",
                "proxy",
                "tls-authorities",
                "advisories");
        Path data = root.required("data", "a directory that is this node's own").path();
        return new NodeConfig(
                root.required("name", "the origin, for example catalogue.example/2026")
                        .as(Origin::new, "a name such as catalogue.example/2026"),
                root.required("listen", "HOST:PORT, for example 127.0.0.1:8080")
                        .as(Listen::parse, "for example 127.0.0.1:8080"),
                data,
                root.optional("database")
                        .map(m -> m.as(DatabaseUrl::new, "jdbc:postgresql://HOST/DATABASE?…")),
                root.optional("programs").map(YamlMember::path).orElse(data),
                root.required(
                                "anchors",
                                "a directory of certification authorities, for example /etc/grid-security/certificates")
                        .directory(),
                root.optional("anchors-every")
                        .map(m -> m.as(Durations::parse, Durations.HINT))
                        .orElse(Duration.ofMinutes(1)),
                root.optional("crls")
                        .map(m -> m.as(NodeConfig::crlMode, "\"require\" or \"if-present\""))
                        .orElse(CrlMode.IF_PRESENT),
                policy(root.required("policy", "name, version and file of the policy document")),
                owners(root.required("owners", "each owner with its first appointers")),
                root.optional("contributors").map(NodeConfig::contributors),
                root.optional("files").map(YamlMember::directory),
                root.optional("site").map(YamlMember::path),
                root.optional("witness"),
                root.optional("witnesses"),
                root.optional("witness-threshold"),
                root.optional("lists"),
                root.optional("notify").map(NoticeSettings::read).orElse(NoticeSettings.NONE),
                proxies(root.optional("proxy"), environment),
                root.optional("tls-authorities").map(NodeConfig::readable),
                root.optional("advisories").map(WatchSettings::read));
    }

    /** The member counts before the variables; an empty one asks everybody directly. */
    private static Proxies proxies(Optional<YamlMember> member, Map<String, String> environment) {
        if (member.isEmpty()) {
            try {
                return Proxies.of(environment);
            } catch (IllegalArgumentException e) {
                throw new BadConfiguration(
                        e.getMessage() + " the address of a proxy, http://HOST:PORT");
            }
        }
        member.get().allowing("url", "except");
        var except =
                member.get().optional("except").map(YamlMember::items).orElse(List.of()).stream()
                        .map(YamlMember::text)
                        .toList();
        return member.get()
                .optional("url")
                .map(
                        url ->
                                url.as(
                                        text -> Proxies.of(text, except),
                                        "http://HOST:PORT, without a name or password"))
                .orElse(Proxies.NONE);
    }

    private static CrlMode crlMode(String text) {
        return switch (text) {
            case "require" -> CrlMode.REQUIRE;
            case "if-present" -> CrlMode.IF_PRESENT;
            default -> throw new IllegalArgumentException("is \"" + text + "\"");
        };
    }

    private static Path readable(YamlMember member) {
        Path path = member.path();
        if (!Files.isReadable(path)) {
            throw member.wrong("is " + path + ", which cannot be read", "correct it");
        }
        return path;
    }

    private static PolicyFile policy(YamlMember member) {
        member.allowing("name", "version", "file");
        Path path = readable(member.required("file", "the policy document"));
        String name = version(member.required("name", "the policy's name"));
        return new PolicyFile(
                name, version(member.required("version", "the policy's version")), path);
    }

    private static String version(YamlMember member) {
        return member.as(
                text -> new Version(text).text(),
                "letters, digits and . _ + - after a letter or digit, at most 64");
    }

    private static List<Charter.Body> owners(YamlMember member) {
        var bodies = new ArrayList<Charter.Body>();
        member.members()
                .forEach(
                        (name, body) -> {
                            Owner owner;
                            try {
                                owner = Owner.parse(name);
                            } catch (MalformedInput _) {
                                throw body.wrong(
                                        "is not an owner",
                                        "infrastructure:NAME, vo:NAME or site:NAME, in quotes");
                            }
                            body.allowing("appointers");
                            var list = body.required("appointers", "a list of subject and issuer");
                            var people = list.items().stream().map(PersonMember::read).toList();
                            if (people.isEmpty()) {
                                throw list.wrong("is empty", "name at least one first appointer");
                            }
                            bodies.add(new Charter.Body(owner, people));
                        });
        return bodies;
    }

    private static Charter.Contributors contributors(YamlMember member) {
        member.allowing("rule", "since");
        return new Charter.Contributors(
                member.required("rule", "\"identified\" or \"each\"")
                        .as(ContributorRule::parse, "\"identified\" or \"each\""),
                member.optional("since")
                        .map(m -> m.as(NodeConfig::instant, "for example 2027-01-01T00:00:00Z"))
                        .orElse(null));
    }

    private static Instant instant(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("is no moment in UTC", e);
        }
    }
}
