package org.imprimatur.node.policy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.imprimatur.node.config.Durations;
import org.imprimatur.node.config.Faults;
import org.imprimatur.node.config.PersonMember;
import org.imprimatur.node.config.YamlMember;
import org.imprimatur.register.Approving;
import org.imprimatur.register.Approving.Versions;
import org.imprimatur.register.Condition;
import org.imprimatur.register.ContributorRule;
import org.imprimatur.register.Obligation;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Person;
import org.imprimatur.register.SitePolicy.AdvisoryLimit;
import org.imprimatur.register.SitePolicy.ClassPolicy;
import org.imprimatur.register.SitePolicy.Endorsers;
import org.imprimatur.register.SitePolicy.Limits;
import org.imprimatur.register.SitePolicy.Worst;
import org.imprimatur.register.Urgency;
import org.imprimatur.register.UseClass;
import org.jspecify.annotations.Nullable;

/** Reads what a site asks for in one use-case class. */
final class ClassRules {

    private static final String MODES = "\"required\", \"none\", or a mapping with \"mode\"";

    private static final String URGENCIES = "critical, high, moderate or low";

    private ClassRules() {}

    static ClassPolicy read(UseClass useClass, YamlMember member) {
        var faults = new Faults();
        var names =
                new ArrayList<>(
                        List.of(
                                "trusted-endorsers",
                                "approval",
                                "limits",
                                "contributors",
                                "endorsers",
                                "conditions",
                                "obligations"));
        switch (useClass) {
            case INFRASTRUCTURE, TRUSTED_PAYLOAD -> names.addFirst("trust");
            case PAYLOAD -> {
                // No trust in the endorser is asked for there (EGI-3.3).
            }
        }
        faults.check(() -> member.allowing(names.toArray(String[]::new)));
        Supplier<Set<Owner>> trusted =
                faults.read(
                        () ->
                                names.contains("trust")
                                        ? trusted(member.required("trust", "owners to rely on"))
                                        : Set.of());
        var named = faults.read(() -> people(member.optional("trusted-endorsers")));
        var approving = faults.read(() -> approving(member.optional("approval")));
        var limits = faults.read(() -> limits(member.optional("limits")));
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
                        () -> member.optional("endorsers").map(ClassRules::endorsers).orElse(null));
        var conditions = faults.read(() -> conditions(member.optional("conditions")));
        var obligations =
                faults.read(
                        () ->
                                member.optional("obligations")
                                        .map(ClassRules::obligations)
                                        .orElse(List.of()));
        faults.complete();
        return new ClassPolicy(
                trusted.get(),
                named.get(),
                approving.get(),
                limits.get(),
                contributors.get(),
                endorsers.get(),
                conditions.get(),
                obligations.get());
    }

    private static Approving approving(Optional<YamlMember> member) {
        if (member.isEmpty()) {
            return new Approving.Required(Versions.ASK);
        }
        var approval = member.get();
        if (!approval.isMapping()) {
            return approval.as(
                    text ->
                            switch (text) {
                                case "required" -> new Approving.Required(Versions.ASK);
                                case "none" -> new Approving.None();
                                default ->
                                        throw new IllegalArgumentException("is \"" + text + "\"");
                            },
                    MODES);
        }
        var faults = new Faults();
        var automatic =
                faults.read(
                        () ->
                                approval.required("mode", "\"required\" or \"automatic\"")
                                        .as(
                                                ClassRules::automatic,
                                                "\"required\" or \"automatic\""));
        var versions =
                faults.read(
                        () ->
                                approval.optional("versions")
                                        .map(
                                                m ->
                                                        m.as(
                                                                Versions::parse,
                                                                "\"ask\" or \"same-endorser\""))
                                        .orElse(Versions.ASK));
        faults.complete();
        if (!automatic.get()) {
            approval.allowing("mode", "versions");
            return new Approving.Required(versions.get());
        }
        faults.check(
                () -> approval.allowing("mode", "versions", "endorsers", "limits", "conditions"));
        var endorsers = faults.read(() -> people(approval.optional("endorsers")));
        var limits = faults.read(() -> limits(approval.optional("limits")));
        var conditions = faults.read(() -> ofImage(approval.optional("conditions")));
        faults.complete();
        return new Approving.Automatic(
                endorsers.get(), limits.get(), conditions.get(), versions.get());
    }

    private static List<Condition> conditions(Optional<YamlMember> member) {
        return member.map(CelConditions::read).orElse(List.of());
    }

    /** What a rule approves, it approves before anybody asks. */
    private static List<Condition> ofImage(Optional<YamlMember> member) {
        var conditions = conditions(member);
        for (var condition : conditions) {
            if (condition.looksAtRequest()) {
                throw member.orElseThrow()
                        .wrong(
                                "has \"%s\", which looks at the request"
                                        .formatted(condition.name()),
                                "a rule sees image and endorsement alone; put it among the class's"
                                        + " own \"conditions\"");
            }
        }
        return conditions;
    }

    private static boolean automatic(String text) {
        return switch (text) {
            case "required" -> false;
            case "automatic" -> true;
            default -> throw new IllegalArgumentException("is \"" + text + "\"");
        };
    }

    private static Limits limits(Optional<YamlMember> member) {
        if (member.isEmpty()) {
            return Limits.NONE;
        }
        var limits = member.get();
        var faults = new Faults();
        faults.check(() -> limits.allowing("worst-finding", "age", "patched", "advisory"));
        var worst =
                faults.read(
                        () ->
                                limits.optional("worst-finding")
                                        .map(m -> m.as(Worst::parse, "\"block\" or \"warn\""))
                                        .orElse(null));
        var age = faults.read(() -> time(limits.optional("age"), Durations::parse));
        var patched = faults.read(() -> time(limits.optional("patched"), Durations::parse));
        var advisory =
                faults.read(
                        () -> limits.optional("advisory").map(ClassRules::advisory).orElse(null));
        faults.complete();
        return new Limits(worst.get(), age.get(), patched.get(), advisory.get());
    }

    private static @Nullable Duration time(
            Optional<YamlMember> member, Function<String, Duration> form) {
        return member.map(m -> m.as(form, Durations.HINT)).orElse(null);
    }

    /** A time, or a mapping that says besides which flaws count. */
    private static AdvisoryLimit advisory(YamlMember member) {
        if (!member.isMapping()) {
            return new AdvisoryLimit(
                    member.as(ClassRules::orAtOnce, Durations.HINT), AdvisoryLimit.USUAL);
        }
        var faults = new Faults();
        faults.check(() -> member.allowing("after", "urgency"));
        var after =
                faults.read(
                        () ->
                                member.required("after", Durations.HINT)
                                        .as(ClassRules::orAtOnce, Durations.HINT));
        var urgency =
                faults.read(
                        () ->
                                member.optional("urgency")
                                        .map(m -> m.as(Urgency::parse, URGENCIES))
                                        .orElse(AdvisoryLimit.USUAL));
        faults.complete();
        return new AdvisoryLimit(after.get(), urgency.get());
    }

    private static Duration orAtOnce(String text) {
        return text.equals("0d") ? Duration.ZERO : Durations.parse(text);
    }

    private static Endorsers endorsers(YamlMember member) {
        var faults = new Faults();
        faults.check(() -> member.allowing("at-least", "of"));
        var atLeast =
                faults.read(
                        () ->
                                member.required("at-least", "how many different people, 2 to 16")
                                        .number(2, 16));
        var of =
                faults.read(
                        () -> owners(member.required("of", "the owners for which they endorse")));
        faults.complete();
        return new Endorsers(atLeast.get(), of.get());
    }

    /** Nobody is trusted where everything runs by exception. */
    private static Set<Owner> trusted(YamlMember list) {
        return list.items().isEmpty() ? Set.of() : owners(list);
    }

    private static Set<Owner> owners(YamlMember list) {
        return set(list, item -> item.as(Owner::parse, "an owner such as vo:NAME, in quotes"));
    }

    private static Set<Person> people(Optional<YamlMember> list) {
        return list.map(member -> set(member, PersonMember::read)).orElse(Set.of());
    }

    /** A list that names somebody, and nobody twice. */
    private static <T> Set<T> set(YamlMember list, Function<YamlMember, T> form) {
        var faults = new Faults();
        var set = new HashSet<T>();
        faults.each(
                list.items(),
                item -> {
                    var value = form.apply(item);
                    if (!set.add(value)) {
                        throw item.wrong("is there twice", "remove one of them");
                    }
                    return value;
                });
        faults.complete();
        if (set.isEmpty()) {
            throw list.wrong("is empty", "name at least one");
        }
        return set;
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
}
