package org.imprimatur.node.policy;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.imprimatur.node.config.BadConfiguration;
import org.imprimatur.node.config.Durations;
import org.imprimatur.node.config.Faults;
import org.imprimatur.node.config.YamlMember;
import org.imprimatur.register.ContributorRule;
import org.imprimatur.register.Obligation;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.SitePolicy;
import org.imprimatur.register.SitePolicy.ClassPolicy;
import org.imprimatur.register.UseClass;

/** Reads the members {@code owner}, {@code max-staleness} and {@code classes} of a site's file. */
public final class SiteRules {

    private static final Duration USUAL_STALENESS = Duration.ofMinutes(15);

    private SiteRules() {}

    /**
     * Reads a site's policy, from its file or from {@link YamlMember#canonical} text that was kept.
     *
     * @throws BadConfiguration with every fault in these members
     */
    public static SitePolicy read(YamlMember site) {
        var faults = new Faults();
        var owner =
                faults.read(
                        () ->
                                site.required("owner", "the site, for example site:NAME")
                                        .as(SiteRules::site, "the site, site:NAME, in quotes"));
        var staleness =
                faults.read(
                        () ->
                                site.optional("max-staleness")
                                        .map(m -> m.as(Durations::parse, Durations.HINT))
                                        .orElse(USUAL_STALENESS));
        var classes =
                faults.read(
                        () ->
                                classes(
                                        site.required(
                                                "classes",
                                                "what the site asks for in each use-case class")));
        faults.complete();
        return new SitePolicy(
                owner.get(),
                classes.get(),
                staleness.get(),
                Sha256.of(site.canonical().getBytes(UTF_8)));
    }

    private static Owner site(String text) {
        var owner = Owner.parse(text);
        if (owner.kind() != Owner.Kind.SITE) {
            throw new IllegalArgumentException("is not a site");
        }
        return owner;
    }

    private static Map<UseClass, ClassPolicy> classes(YamlMember classes) {
        var faults = new Faults();
        var rules = new EnumMap<UseClass, ClassPolicy>(UseClass.class);
        classes.members()
                .forEach(
                        (name, member) ->
                                faults.check(
                                        () -> {
                                            var useClass = useClass(name, member);
                                            rules.put(useClass, rules(useClass, member));
                                        }));
        faults.complete();
        return rules;
    }

    private static UseClass useClass(String name, YamlMember member) {
        for (var useClass : UseClass.values()) {
            if (useClass.wire().equals(name)) {
                return useClass;
            }
        }
        throw member.wrong("is not a use-case class", "infrastructure, trusted-payload or payload");
    }

    private static ClassPolicy rules(UseClass useClass, YamlMember member) {
        var faults = new Faults();
        faults.check(
                () -> {
                    switch (useClass) {
                        case INFRASTRUCTURE, TRUSTED_PAYLOAD ->
                                member.allowing(
                                        "trust",
                                        "approval",
                                        "obligations",
                                        "contributors",
                                        "endorsers");
                        case PAYLOAD ->
                                member.allowing(
                                        "approval", "obligations", "contributors", "endorsers");
                    }
                });
        var trusted =
                faults.read(
                        () ->
                                switch (useClass) {
                                    case INFRASTRUCTURE, TRUSTED_PAYLOAD ->
                                            owners(
                                                    member.required(
                                                            "trust",
                                                            "a list of owners to rely on"));
                                    case PAYLOAD -> Set.<Owner>of();
                                });
        var approval =
                faults.read(
                        () ->
                                member.optional("approval")
                                        .map(
                                                m ->
                                                        m.as(
                                                                SiteRules::approval,
                                                                "\"required\" or \"none\""))
                                        .orElse(true));
        var obligations =
                faults.read(
                        () ->
                                member.optional("obligations")
                                        .map(SiteRules::obligations)
                                        .orElse(List.of()));
        var contributors =
                faults.read(
                        () ->
                                member.optional("contributors")
                                        .map(
                                                m ->
                                                        m.as(
                                                                ContributorRule::parse,
                                                                "\"identified\" or \"each\""))
                                        .orElse(null));
        var endorsers =
                faults.read(
                        () -> member.optional("endorsers").map(SiteRules::endorsers).orElse(null));
        faults.complete();
        return new ClassPolicy(
                trusted.get(),
                approval.get(),
                obligations.get(),
                contributors.get(),
                endorsers.get());
    }

    private static SitePolicy.Endorsers endorsers(YamlMember member) {
        var faults = new Faults();
        faults.check(() -> member.allowing("at-least", "of"));
        var atLeast =
                faults.read(
                        () ->
                                member.required("at-least", "how many different people, 2 to 16")
                                        .number(2, 16));
        var of =
                faults.read(
                        () -> {
                            var list =
                                    member.required(
                                            "of", "a list of the owners for which they endorse");
                            var owners = owners(list);
                            if (owners.isEmpty()) {
                                throw list.wrong("is empty", "name at least one owner");
                            }
                            return owners;
                        });
        faults.complete();
        return new SitePolicy.Endorsers(atLeast.get(), of.get());
    }

    private static Set<Owner> owners(YamlMember list) {
        var faults = new Faults();
        var owners = new HashSet<Owner>();
        faults.each(
                list.items(),
                item -> {
                    if (!owners.add(item.as(Owner::parse, "an owner such as vo:NAME, in quotes"))) {
                        throw item.wrong("is there twice", "remove one of them");
                    }
                    return item;
                });
        faults.complete();
        return owners;
    }

    private static List<Obligation> obligations(YamlMember list) {
        var faults = new Faults();
        var obligations =
                faults.each(
                        list.items(),
                        item ->
                                item.as(
                                        Obligation::new,
                                        "NAME or NAME:VALUE, for example traceability"));
        faults.complete();
        return obligations;
    }

    private static boolean approval(String text) {
        return switch (text) {
            case "required" -> true;
            case "none" -> false;
            default -> throw new IllegalArgumentException("is \"" + text + "\"");
        };
    }
}
