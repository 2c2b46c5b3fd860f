package org.imprimatur.node.policy;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import org.imprimatur.node.config.BadConfiguration;
import org.imprimatur.node.config.Durations;
import org.imprimatur.node.config.Faults;
import org.imprimatur.node.config.YamlMember;
import org.imprimatur.register.Enforcement;
import org.imprimatur.register.Enforcement.Level;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Reason;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.SitePolicy;
import org.imprimatur.register.SitePolicy.ClassPolicy;
import org.imprimatur.register.Staleness;
import org.imprimatur.register.UseClass;

/**
 * Reads the members {@code owner}, {@code max-staleness}, {@code classes} and {@code checks} of a
 * site's file.
 */
public final class SiteRules {

    private static final Duration USUAL_STALENESS = Duration.ofMinutes(15);
    private static final String OTHERS = "others";
    private static final String LEVELS = "enforce, audit or off";

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
                                        .map(SiteRules::staleness)
                                        .orElse(Staleness.of(USUAL_STALENESS)));
        var classes =
                faults.read(
                        () ->
                                classes(
                                        site.required(
                                                "classes",
                                                "what the site asks for in each use-case class")));
        var checks =
                faults.read(() -> site.optional("checks").map(SiteRules::checks).orElse(Map.of()));
        faults.complete();
        return new SitePolicy(
                owner.get(),
                classes.get(),
                checks.get(),
                staleness.get(),
                Sha256.of(site.canonical().getBytes(UTF_8)));
    }

    /** One time for all, or a time for each ledger and list that is named, and for the others. */
    private static Staleness staleness(YamlMember member) {
        if (!member.isMapping()) {
            return Staleness.of(time(member));
        }
        var faults = new Faults();
        var named = new HashMap<Origin, Duration>();
        var usual = faults.read(() -> member.optional(OTHERS).map(SiteRules::time));
        member.members()
                .forEach(
                        (name, time) -> {
                            if (!name.equals(OTHERS)) {
                                faults.check(() -> named.put(origin(name, time), time(time)));
                            }
                        });
        faults.complete();
        return new Staleness(usual.get().orElse(USUAL_STALENESS), named);
    }

    private static Duration time(YamlMember member) {
        return member.as(Durations::parse, Durations.HINT);
    }

    private static Origin origin(String name, YamlMember member) {
        try {
            return new Origin(name);
        } catch (MalformedInput _) {
            throw member.wrong("is of no ledger or list", "the name of one that is followed");
        }
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
                                            rules.put(useClass, ClassRules.read(useClass, member));
                                        }));
        faults.complete();
        return rules;
    }

    private static UseClass useClass(String name, YamlMember member) {
        try {
            return UseClass.parse(name);
        } catch (MalformedInput _) {
            throw member.wrong(
                    "is not a use-case class", "infrastructure, trusted-payload or payload");
        }
    }

    private static Map<Reason.Code, Enforcement> checks(YamlMember checks) {
        var faults = new Faults();
        var levels = new EnumMap<Reason.Code, Enforcement>(Reason.Code.class);
        checks.members()
                .forEach(
                        (name, member) ->
                                faults.check(
                                        () -> levels.put(code(name, member), check(name, member))));
        faults.complete();
        return levels;
    }

    private static Reason.Code code(String name, YamlMember member) {
        try {
            return Reason.Code.parse(name);
        } catch (MalformedInput _) {
            throw member.wrong("is not a check", "the code of a reason, for example image-too-old");
        }
    }

    private static Enforcement check(String name, YamlMember member) {
        var mildest = code(name, member).mildest();
        var faults = new Faults();
        faults.check(() -> member.allowing("level", "reason"));
        var level =
                faults.read(
                        () -> {
                            var written = member.required("level", LEVELS);
                            var read = written.as(Level::parse, LEVELS);
                            if (read.compareTo(mildest) > 0) {
                                throw written.wrong(
                                        "is \"%s\", which is too mild for this check"
                                                .formatted(read.wire()),
                                        mildest == Level.ENFORCE
                                                ? "it is always enforced: take it out"
                                                : "at most \"" + mildest.wire() + "\"");
                            }
                            return read;
                        });
        String why = "say why it is not enforced, for the record";
        var reason =
                faults.read(
                        () -> {
                            var written = member.optional("reason");
                            if (written.isEmpty() && level.get() != Level.ENFORCE) {
                                throw member.wrong("has no member \"reason\"", why);
                            }
                            return written.map(m -> m.as(SiteRules::reason, why)).orElse("");
                        });
        faults.complete();
        return new Enforcement(level.get(), reason.get());
    }

    private static String reason(String text) {
        // Checked in the form that needs one.
        return new Enforcement(Level.AUDIT, text).reason();
    }
}
