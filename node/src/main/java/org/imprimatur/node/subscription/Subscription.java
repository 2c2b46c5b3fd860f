package org.imprimatur.node.subscription;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.imprimatur.node.config.Durations;
import org.imprimatur.node.config.Faults;
import org.imprimatur.node.config.PersonMember;
import org.imprimatur.node.config.YamlMember;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Person;

/**
 * A list to follow, as the configuration has it.
 *
 * @param name the site's own name for it; approvals name the list by it
 * @param url where it is fetched
 * @param knownAs the address that the list gives itself; the same, but for a mirror
 * @param signer who must have signed it
 * @param owner for whom its images count
 * @param token the file with the token that opens it; empty for a public list
 * @param poll how often it is asked for
 * @param legacySha1 whether signatures over SHA-1 are taken
 */
public record Subscription(
        String name,
        URI url,
        URI knownAs,
        Person signer,
        Owner owner,
        Optional<Path> token,
        Duration poll,
        boolean legacySha1) {

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9.-]{0,63}");
    private static final Duration USUAL_POLL = Duration.ofMinutes(5);
    private static final Set<String> SCHEMES = Set.of("http", "https");
    private static final Set<String> HERE = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final String ADDRESS =
            "for example https://images.example/store/vo/biomed/image.list; a token stands in a file";

    /** The list as a catalogue, {@code list:NAME}. */
    public Origin catalogue() {
        return new Origin("list:" + name);
    }

    /**
     * Reads the list {@code lists}.
     *
     * @throws org.imprimatur.node.config.BadConfiguration with every fault in it
     */
    public static List<Subscription> read(YamlMember list) {
        var faults = new Faults();
        var names = new HashSet<String>();
        var urls = new HashSet<URI>();
        var subscriptions =
                faults.each(
                        list.items(),
                        item -> {
                            var one = one(item);
                            if (!names.add(one.name())) {
                                throw item.wrong(
                                        "has the name \"%s\", which another list has"
                                                .formatted(one.name()),
                                        "give each list a name of its own");
                            }
                            if (!urls.add(one.knownAs())) {
                                throw item.wrong(
                                        "is of %s, which is followed already"
                                                .formatted(one.knownAs()),
                                        "follow each list once");
                            }
                            return one;
                        });
        faults.complete();
        return subscriptions;
    }

    private static Subscription one(YamlMember item) {
        var faults = new Faults();
        faults.check(
                () ->
                        item.allowing(
                                "name",
                                "url",
                                "known-as",
                                "signer",
                                "owner",
                                "token",
                                "poll",
                                "legacy-sha1"));
        var name =
                faults.read(
                        () ->
                                item.required("name", "a name of your own, for example biomed")
                                        .as(
                                                Subscription::name,
                                                "lower-case letters, digits, '.' and '-', at most 64"));
        var url = faults.read(() -> item.required("url", ADDRESS).as(Subscription::url, ADDRESS));
        var knownAs =
                faults.read(
                        () -> item.optional("known-as").map(m -> m.as(Subscription::url, ADDRESS)));
        var signer =
                faults.read(
                        () ->
                                PersonMember.read(
                                        item.required(
                                                "signer",
                                                "{subject: DN, issuer: DN} of the certificate that signs the list")));
        var owner =
                faults.read(
                        () ->
                                item.required("owner", "for whom its images count, as vo:biomed")
                                        .as(
                                                Owner::parse,
                                                "infrastructure:NAME, vo:NAME or site:NAME"));
        var token = faults.read(() -> item.optional("token").map(Subscription::file));
        var poll =
                faults.read(
                        () ->
                                item.optional("poll")
                                        .map(m -> m.as(Durations::parse, Durations.HINT))
                                        .orElse(USUAL_POLL));
        var sha1 =
                faults.read(() -> item.optional("legacy-sha1").map(YamlMember::yes).orElse(false));
        faults.complete();
        if (token.get().isPresent()
                && !isHttps(url.get())
                && !HERE.contains(url.get().getHost().toLowerCase(Locale.ROOT))) {
            throw item.required("token", "")
                    .wrong("would be sent readable to all, since url is http:", "use https:");
        }
        return new Subscription(
                name.get(),
                url.get(),
                knownAs.get().orElse(url.get()),
                signer.get(),
                owner.get(),
                token.get(),
                poll.get(),
                sha1.get());
    }

    private static String name(String text) {
        if (!NAME.matcher(text).matches()) {
            throw new IllegalArgumentException("is no name for a list");
        }
        return text;
    }

    private static boolean isHttps(URI url) {
        return "https".equalsIgnoreCase(url.getScheme());
    }

    private static URI url(String text) {
        var url = URI.create(text);
        if (url.getScheme() == null
                || !SCHEMES.contains(url.getScheme().toLowerCase(Locale.ROOT))
                || url.getHost() == null
                || url.getFragment() != null
                || url.getUserInfo() != null) {
            throw new IllegalArgumentException("is not an http: or https: address of a list");
        }
        return url;
    }

    private static Path file(YamlMember member) {
        var path = member.path();
        if (!Files.isReadable(path)) {
            throw member.wrong(
                    "is " + path + ", which cannot be read",
                    "a file with the token alone, which only the node's user may read");
        }
        return path;
    }
}
