package org.imprimatur.node;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.imprimatur.node.config.BadConfiguration;
import org.imprimatur.node.config.Durations;
import org.imprimatur.node.config.YamlMember;
import org.imprimatur.node.driver.DriverSettings;
import org.imprimatur.node.follow.Source;
import org.imprimatur.node.transfer.Transfers;
import org.imprimatur.register.ContributorRule;
import org.imprimatur.register.Obligation;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.SitePolicy;
import org.imprimatur.register.UseClass;

/**
 * What makes a node a site.
 *
 * @param policy what the site asks of an image before it runs
 * @param policyText the section in one canonical line, which the policy's digest is of
 * @param sources the ledgers that it follows
 * @param store directory of the approved image files
 * @param transfers how these are fetched
 * @param drivers where they are published
 */
record SiteConfig(
        SitePolicy policy,
        String policyText,
        List<Source> sources,
        Path store,
        Transfers.Settings transfers,
        List<DriverSettings> drivers) {

    /**
     * Reads the members {@code site} and {@code follow} of a node; empty for a node that is no
     * site.
     *
     * @throws BadConfiguration with file, line, member, fault and hint
     */
    static Optional<SiteConfig> read(NodeConfig config) {
        if (config.site().isEmpty() && config.follow().isPresent()) {
            throw config.follow()
                    .get()
                    .wrong("is there without \"site\"", "only a site follows: add \"site\"");
        }
        var sources =
                config.follow().map(list -> Source.read(list, config.name())).orElse(List.of());
        return config.site().map(site -> read(site, sources));
    }

    private static SiteConfig read(YamlMember site, List<Source> sources) {
        site.allowing(
                "owner",
                "max-staleness",
                "store",
                "allow-file-locations",
                "stall-after",
                "drivers",
                "classes");
        var owner = site.required("owner", "the site, for example site:NAME");
        String ownerHint = "the site, site:NAME, in quotes";
        var classes = site.required("classes", "what the site asks for in each use-case class");
        var rules = new EnumMap<UseClass, SitePolicy.ClassPolicy>(UseClass.class);
        classes.members()
                .forEach(
                        (name, member) -> {
                            UseClass useClass;
                            try {
                                useClass = UseClass.parse(name);
                            } catch (RuntimeException _) {
                                throw member.wrong(
                                        "is not a use-case class",
                                        "infrastructure, trusted-payload or payload");
                            }
                            rules.put(useClass, rules(useClass, member));
                        });
        var name =
                owner.as(
                        text -> {
                            var parsed = Owner.parse(text);
                            if (parsed.kind() != Owner.Kind.SITE) {
                                throw new IllegalArgumentException("is not a site");
                            }
                            return parsed;
                        },
                        ownerHint);
        var text = site.canonical();
        return new SiteConfig(
                new SitePolicy(
                        name,
                        rules,
                        site.optional("max-staleness")
                                .map(m -> m.as(Durations::parse, Durations.HINT))
                                .orElse(Duration.ofMinutes(15)),
                        Sha256.of(text.getBytes(UTF_8))),
                text,
                sources,
                site.required("store", "the directory for approved image files").path(),
                new Transfers.Settings(
                        site.optional("stall-after")
                                .map(m -> m.as(Durations::parse, Durations.HINT))
                                .orElse(Duration.ofSeconds(30)),
                        site.optional("allow-file-locations").map(SiteConfig::yes).orElse(false)),
                site.optional("drivers").map(DriverSettings::read).orElse(List.of()));
    }

    private static SitePolicy.ClassPolicy rules(UseClass useClass, YamlMember member) {
        switch (useClass) {
            case INFRASTRUCTURE, TRUSTED_PAYLOAD ->
                    member.allowing(
                            "trust", "approval", "obligations", "contributors", "endorsers");
            case PAYLOAD -> member.allowing("approval", "obligations", "contributors", "endorsers");
        }
        Set<Owner> trusted =
                switch (useClass) {
                    case INFRASTRUCTURE, TRUSTED_PAYLOAD ->
                            trusted(member.required("trust", "a list of owners to rely on"));
                    case PAYLOAD -> Set.of();
                };
        return new SitePolicy.ClassPolicy(
                trusted,
                member.optional("approval")
                        .map(m -> m.as(SiteConfig::approval, "\"required\" or \"none\""))
                        .orElse(true),
                member.optional("obligations").map(SiteConfig::obligations).orElse(List.of()),
                member.optional("contributors")
                        .map(m -> m.as(ContributorRule::parse, "\"identified\" or \"each\""))
                        .orElse(null),
                member.optional("endorsers").map(SiteConfig::endorsers).orElse(null));
    }

    private static SitePolicy.Endorsers endorsers(YamlMember member) {
        member.allowing("at-least", "of");
        String hint = "how many different people, 2 to 16";
        int atLeast = member.required("at-least", hint).as(SiteConfig::several, hint);
        var of = member.required("of", "a list of the owners for which they endorse");
        var owners = trusted(of);
        if (owners.isEmpty()) {
            throw of.wrong("is empty", "name at least one owner");
        }
        return new SitePolicy.Endorsers(atLeast, owners);
    }

    private static int several(String text) {
        int number = Integer.parseInt(text);
        if (number < 2 || number > 16) {
            throw new IllegalArgumentException("is " + number);
        }
        return number;
    }

    private static Set<Owner> trusted(YamlMember list) {
        var owners = new HashSet<Owner>();
        for (var item : list.items()) {
            if (!owners.add(item.as(Owner::parse, "an owner such as vo:NAME, in quotes"))) {
                throw item.wrong("is there twice", "remove one of them");
            }
        }
        return owners;
    }

    private static List<Obligation> obligations(YamlMember list) {
        var obligations = new ArrayList<Obligation>();
        for (var item : list.items()) {
            obligations.add(
                    item.as(Obligation::new, "NAME or NAME:VALUE, for example traceability"));
        }
        return obligations;
    }

    private static boolean approval(String text) {
        return switch (text) {
            case "required" -> true;
            case "none" -> false;
            default -> throw new IllegalArgumentException("is \"" + text + "\"");
        };
    }

    private static boolean yes(YamlMember member) {
        return member.as(
                text ->
                        switch (text) {
                            case "true" -> true;
                            case "false" -> false;
                            default -> throw new IllegalArgumentException("is \"" + text + "\"");
                        },
                "true or false");
    }
}
