package org.imprimatur.node.instance;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.imprimatur.node.config.BadConfiguration;
import org.imprimatur.node.config.Durations;
import org.imprimatur.node.config.Faults;
import org.imprimatur.node.config.YamlMember;
import org.imprimatur.register.UseClass;

/**
 * The member {@code instances} of a site's configuration.
 *
 * @param acceptanceAsked whether an operator must have accepted the policy before an instance is
 *     registered (EGI-4.6)
 * @param termination which of those that no longer pass are ended; empty for none
 */
public record InstanceSettings(boolean acceptanceAsked, Optional<Termination> termination) {

    /**
     * When condemned instances are ended.
     *
     * @param after the grace time since they were condemned
     * @param classes those of these classes
     * @param driver the driver that runs them
     */
    public record Termination(Duration after, Set<UseClass> classes, String driver) {

        /** Copies the classes. */
        public Termination {
            classes = Set.copyOf(classes);
        }
    }

    /**
     * Reads the member; what it does not say is as strict as can be, but nothing is ended.
     *
     * @throws BadConfiguration with line, fault and hint
     */
    public static InstanceSettings read(Optional<YamlMember> member) {
        var faults = new Faults();
        member.ifPresent(m -> faults.check(() -> m.allowing("operators", "terminate")));
        var asked =
                faults.read(
                        () ->
                                member.flatMap(m -> m.optional("operators"))
                                        .map(
                                                m ->
                                                        m.as(
                                                                InstanceSettings::asked,
                                                                "\"accepted\" or \"any\""))
                                        .orElse(true));
        var termination =
                faults.read(
                        () ->
                                member.flatMap(m -> m.optional("terminate"))
                                        .map(InstanceSettings::termination));
        faults.complete();
        return new InstanceSettings(asked.get(), termination.get());
    }

    private static boolean asked(String text) {
        return switch (text) {
            case "accepted" -> true;
            case "any" -> false;
            default -> throw new IllegalArgumentException("is \"" + text + "\"");
        };
    }

    private static Termination termination(YamlMember member) {
        var faults = new Faults();
        faults.check(() -> member.allowing("after", "classes", "driver"));
        var after =
                faults.read(
                        () ->
                                member.required("after", Durations.HINT)
                                        .as(Durations::parse, Durations.HINT));
        var names = "a list of infrastructure, trusted-payload and payload";
        var classes =
                faults.read(
                        () -> {
                            var list = member.required("classes", names);
                            var found =
                                    faults.each(
                                            list.items(),
                                            item -> item.as(UseClass::parse, "one of these"));
                            if (list.items().isEmpty()) {
                                throw list.wrong("is empty", names);
                            }
                            return found;
                        });
        var driver =
                faults.read(
                        () ->
                                member.required("driver", "the driver that runs the machines")
                                        .text());
        faults.complete();
        return new Termination(after.get(), Set.copyOf(classes.get()), driver.get());
    }

    /** Faults in what is said of drivers that the site does not have. */
    public void check(Optional<YamlMember> member, Set<String> drivers) {
        termination
                .map(Termination::driver)
                .filter(name -> !drivers.contains(name))
                .ifPresent(
                        name -> {
                            throw member.orElseThrow()
                                    .required("terminate", "when instances are ended")
                                    .required("driver", "the driver that runs the machines")
                                    .wrong(
                                            "is \"" + name + "\", and there is no such driver",
                                            drivers.isEmpty()
                                                    ? "name it in \"drivers\" first"
                                                    : "one of " + String.join(", ", drivers));
                        });
    }
}
