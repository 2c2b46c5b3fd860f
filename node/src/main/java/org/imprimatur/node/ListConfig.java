package org.imprimatur.node;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.imprimatur.node.config.BadConfiguration;
import org.imprimatur.node.config.Durations;
import org.imprimatur.node.config.YamlMember;
import org.imprimatur.node.lists.ListSettings;
import org.imprimatur.node.lists.ListTokens;
import org.imprimatur.register.Owner;
import org.imprimatur.trust.MessageSigner;
import org.imprimatur.trust.PasswordSource;
import org.imprimatur.trust.SigningKey;
import org.imprimatur.trust.UnusableKey;

/** What a node is told about image lists. */
public final class ListConfig {

    private static final Duration LIFETIME = Duration.ofDays(28);
    private static final Duration SHORTEST = Duration.ofHours(1);
    private static final Duration LONGEST = Duration.ofDays(60);

    private ListConfig() {}

    /**
     * The tokens of the node, for the command that makes and revokes them.
     *
     * @throws BadConfiguration when the node serves no lists
     */
    public static ListTokens tokens(NodeConfig config) {
        return config.lists()
                .map(member -> new ListTokens(tokens(member, config.data())))
                .orElseThrow(
                        () ->
                                new BadConfiguration(
                                        "this node serves no image lists: its configuration has no member \"lists\""));
    }

    private static Path tokens(YamlMember lists, Path data) {
        return lists.optional("tokens")
                .map(YamlMember::path)
                .orElseGet(() -> data.resolve("list-tokens"));
    }

    /**
     * Reads the member {@code lists}; empty for a node that serves none.
     *
     * @throws BadConfiguration with file, line, member, fault and hint
     */
    static Optional<ListSettings> read(NodeConfig config) {
        return config.lists().map(member -> read(member, config));
    }

    private static ListSettings read(YamlMember member, NodeConfig config) {
        member.allowing(
                "url",
                "key",
                "certificate",
                "password-file",
                "creator",
                "email",
                "lifetime",
                "by-endorsers",
                "private",
                "tokens");
        var url =
                member.required("url", "the address of this node as users have it")
                        .as(ListConfig::address, "for example https://catalogue.example");
        var key = member.optional("key").map(file -> key(file, member));
        return new ListSettings(
                url,
                key,
                member.optional("creator").map(YamlMember::text).orElse(config.name().text()),
                key.isEmpty()
                        ? member.optional("email").map(YamlMember::text).orElse("")
                        : member.required("email", "who answers for the node's lists").text(),
                member.optional("lifetime").map(ListConfig::lifetime).orElse(LIFETIME),
                owners(member.optional("by-endorsers"), config),
                owners(member.optional("private"), config),
                tokens(member, config.data()),
                config.files());
    }

    private static String address(String text) {
        var plain = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
        try {
            var uri = new URI(plain);
            boolean good =
                    ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
                            && uri.getHost() != null
                            && uri.getRawUserInfo() == null
                            && uri.getRawQuery() == null
                            && uri.getRawFragment() == null;
            if (good) {
                return plain;
            }
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("is no address", e);
        }
        throw new IllegalArgumentException("is no address of http or https");
    }

    private static SigningKey key(YamlMember file, YamlMember member) {
        var passwords =
                member.optional("password-file")
                        .map(one -> PasswordSource.ofFile(one.path()))
                        .orElseGet(PasswordSource::none);
        try {
            var certificate = member.optional("certificate").map(YamlMember::path);
            var key =
                    certificate.isPresent()
                            ? SigningKey.read(file.path(), certificate.get(), passwords)
                            : SigningKey.read(file.path(), passwords);
            MessageSigner.check(key);
            return key;
        } catch (UnusableKey e) {
            throw file.wrong(
                    "cannot sign lists: " + e.explanation(),
                    "use an RSA or EC key with a certificate for people or robots");
        }
    }

    private static Duration lifetime(YamlMember member) {
        var lifetime = member.as(Durations::parse, Durations.HINT);
        if (lifetime.compareTo(SHORTEST) < 0 || lifetime.compareTo(LONGEST) > 0) {
            throw member.wrong("is not 1h to 60d", "28d is usual");
        }
        return lifetime;
    }

    private static Set<Owner> owners(Optional<YamlMember> list, NodeConfig config) {
        var owners = new HashSet<Owner>();
        list.ifPresent(
                member -> {
                    for (var item : member.items()) {
                        var owner = item.as(Owner::parse, "an owner such as vo:NAME, in quotes");
                        if (config.owners().stream().noneMatch(one -> one.owner().equals(owner))) {
                            throw item.wrong("is none of \"owners\"", "correct it");
                        }
                        owners.add(owner);
                    }
                });
        return owners;
    }
}
