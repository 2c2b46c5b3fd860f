package org.imprimatur.node.driver;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.imprimatur.node.config.BadConfiguration;
import org.imprimatur.node.config.Durations;
import org.imprimatur.node.config.Faults;
import org.imprimatur.node.config.YamlMember;
import org.imprimatur.node.fetch.Fetch;
import org.imprimatur.register.Owner;

/** One item of {@code drivers} in a site's configuration. */
public sealed interface DriverSettings {

    /** What every driver has. */
    Common common();

    /** Opens the driver; nothing is asked of it yet. */
    Driver open(Wiring wiring);

    /** What drivers get from the node. */
    record Wiring(Fetch fetch, Owner site) {}

    /**
     * What every driver has.
     *
     * @param name how the site calls it
     * @param format the format of disk images that it wants; empty where it takes every one
     * @param owners whose images are published there; empty for everybody's
     * @param keepAside how long a withdrawn image is kept there, out of use
     */
    record Common(String name, Optional<String> format, Set<Owner> owners, Duration keepAside) {}

    /** {@code kind: directory}. */
    record Directory(Common common, DirectoryDriver.Settings settings) implements DriverSettings {

        @Override
        public Driver open(Wiring wiring) {
            return new DirectoryDriver(settings);
        }
    }

    /**
     * Reads the list.
     *
     * @throws BadConfiguration with file, line, member, fault and hint
     */
    static List<DriverSettings> read(YamlMember list) {
        var faults = new Faults();
        var names = new HashSet<String>();
        var all =
                faults.each(
                        list.items(),
                        item -> {
                            var settings = one(item);
                            if (!names.add(settings.common().name())) {
                                throw item.wrong(
                                        "has the name of another driver",
                                        "give each a name of its own");
                            }
                            return settings;
                        });
        faults.complete();
        return all;
    }

    private static DriverSettings one(YamlMember item) {
        var kind = item.required("kind", "directory");
        return switch (kind.text()) {
            case "directory" -> directory(item);
            default -> throw kind.wrong("is no kind of driver", "directory");
        };
    }

    private static DriverSettings directory(YamlMember item) {
        allowing(item, "path", "hard-links", "libvirt");
        var common = common(item);
        return new Directory(
                common,
                new DirectoryDriver.Settings(
                        common.name(),
                        item.required("path", "the directory of the pool").path(),
                        common.format(),
                        item.optional("hard-links").map(YamlMember::yes).orElse(false),
                        item.optional("libvirt").map(YamlMember::text)));
    }

    private static void allowing(YamlMember item, String... own) {
        var all = new ArrayList<>(List.of("name", "kind", "format", "owners", "keep-withdrawn"));
        all.addAll(List.of(own));
        item.allowing(all.toArray(String[]::new));
    }

    private static Common common(YamlMember item) {
        var owners = new HashSet<Owner>();
        for (var owner : item.optional("owners").map(YamlMember::items).orElse(List.of())) {
            owners.add(owner.as(Owner::parse, "an owner such as vo:NAME, in quotes"));
        }
        var nameHint = "1 to 32 lower-case letters, digits or '-'";
        var formatHint = "the name of a disk format, such as raw or qcow2";
        return new Common(
                item.required("name", nameHint)
                        .as(text -> matching("[a-z0-9][a-z0-9-]{0,31}", text), nameHint),
                item.optional("format")
                        .map(m -> m.as(t -> matching("[a-z0-9][a-z0-9-]{0,31}", t), formatHint)),
                Set.copyOf(owners),
                item.optional("keep-withdrawn")
                        .map(m -> m.as(Durations::parse, Durations.HINT))
                        .orElse(Duration.ofDays(7)));
    }

    private static String matching(String form, String text) {
        if (!Pattern.matches(form, text)) {
            throw new IllegalArgumentException("is \"" + text + "\"");
        }
        return text;
    }
}
