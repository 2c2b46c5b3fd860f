package org.imprimatur.node.driver;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.imprimatur.exchange.oci.OciReference;
import org.imprimatur.node.config.BadConfiguration;
import org.imprimatur.node.config.Durations;
import org.imprimatur.node.config.Faults;
import org.imprimatur.node.config.YamlMember;
import org.imprimatur.node.fetch.Calls;
import org.imprimatur.register.Owner;

/** One item of {@code drivers} in a site's configuration. */
public sealed interface DriverSettings {

    /** What every driver has. */
    Common common();

    /** Opens the driver; nothing is asked of it yet. */
    Driver open(Wiring wiring);

    /** What drivers get from the node. */
    record Wiring(Owner site, InstantSource clock, OciDriver.Bundles bundles) {}

    /**
     * What every driver has.
     *
     * @param name how the site calls it
     * @param format the format of disk images that it wants (WLCG-7); empty where it takes each as
     *     it was endorsed
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
     * {@code kind: glance}.
     *
     * @param keystone who the site is there; empty where nobody asks
     * @param addresses of services that Keystone does not name, by type
     * @param authorities for TLS; empty for the JDK's
     */
    record Glance(
            Common common,
            GlanceDriver.Settings settings,
            Optional<Keystone.Settings> keystone,
            Map<String, URI> addresses,
            Optional<Path> authorities)
            implements DriverSettings {

        @Override
        public Driver open(Wiring wiring) {
            var calls = calls(authorities);
            return new GlanceDriver(
                    settings,
                    wiring.site(),
                    new OpenStack(
                            calls,
                            keystone.map(k -> new Keystone(k, calls, wiring.clock())),
                            addresses));
        }
    }

    /** {@code kind: oci}. */
    record Oci(Common common, OciDriver.Settings settings) implements DriverSettings {

        @Override
        public Driver open(Wiring wiring) {
            return new OciDriver(settings, wiring.bundles());
        }
    }

    /** {@code kind: exec}. */
    record Exec(Common common, ExecDriver.Settings settings) implements DriverSettings {

        @Override
        public Driver open(Wiring wiring) {
            return new ExecDriver(settings, wiring.site());
        }
    }

    private static Calls calls(Optional<Path> authorities) {
        try {
            return new Calls(authorities);
        } catch (IOException e) {
            throw new BadConfiguration(
                    "the authorities of a driver cannot be used: " + e.getMessage());
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
        var kinds = "directory, glance, oci or exec";
        var kind = item.required("kind", kinds);
        return switch (kind.text()) {
            case "directory" -> directory(item);
            case "glance" -> glance(item);
            case "oci" -> oci(item);
            case "exec" -> exec(item);
            default -> throw kind.wrong("is no kind of driver", kinds);
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
                        item.optional("hard-links").map(YamlMember::yes).orElse(false),
                        item.optional("libvirt").map(YamlMember::text)));
    }

    private static Glance glance(YamlMember item) {
        allowing(
                item,
                "auth-url",
                "application-credential",
                "password",
                "region",
                "interface",
                "authorities",
                "endpoints",
                "visibility",
                "members",
                "name-prefix",
                "properties");
        var common = common(item);
        var addresses = new TreeMap<String, URI>();
        item.optional("endpoints")
                .map(YamlMember::members)
                .orElse(Map.of())
                .forEach((service, address) -> addresses.put(service, address(address)));
        var keystone = item.optional("auth-url").map(url -> keystone(item, url));
        if (keystone.isEmpty() && !addresses.containsKey("image")) {
            throw item.wrong(
                    "has neither \"auth-url\" nor the address of \"image\" in \"endpoints\"",
                    "name the cloud's Keystone");
        }
        return new Glance(
                common,
                new GlanceDriver.Settings(
                        common.name(),
                        item.optional("visibility")
                                .map(m -> m.as(DriverSettings::visibility, VISIBILITIES))
                                .orElse(GlanceDriver.Visibility.SHARED),
                        members(item),
                        item.optional("name-prefix").map(m -> m.text() + " ").orElse(""),
                        properties(item)),
                keystone,
                addresses,
                item.optional("authorities").map(YamlMember::path));
    }

    private static Oci oci(YamlMember item) {
        allowing(item, "repository", "plain-http", "authorities", "user", "password-file");
        item.optional("format")
                .ifPresent(
                        format -> {
                            throw format.wrong(
                                    "is not for a registry",
                                    "images go there as they were endorsed, with the bundle that verifies them");
                        });
        var common = common(item);
        var hint = "HOST[:PORT]/NAME, without a tag";
        var where =
                item.required("repository", hint)
                        .as(
                                text ->
                                        switch (OciReference.parse(text + ":tag")) {
                                            case OciReference.Remote remote -> remote;
                                            case OciReference.Layout _ ->
                                                    throw new IllegalArgumentException(
                                                            "is no registry");
                                        },
                                hint);
        var user = item.optional("user").map(YamlMember::text);
        var password = item.optional("password-file");
        if (user.isPresent() != password.isPresent()) {
            throw item.wrong("has only one of \"user\" and \"password-file\"", "give both or none");
        }
        return new Oci(
                common,
                new OciDriver.Settings(
                        common.name(),
                        where.host(),
                        where.repository(),
                        item.optional("plain-http").map(YamlMember::yes).orElse(false),
                        item.optional("authorities").map(YamlMember::path),
                        user,
                        password.map(YamlMember::path)));
    }

    private static Exec exec(YamlMember item) {
        allowing(item, "program", "timeout");
        var common = common(item);
        var hint = "the path of the program and its arguments, as a list";
        var program = item.required("program", hint);
        var line = program.items().stream().map(YamlMember::text).toList();
        if (line.isEmpty() || !line.getFirst().startsWith("/")) {
            throw program.wrong("does not begin with a whole path", hint);
        }
        return new Exec(
                common,
                new ExecDriver.Settings(
                        common.name(),
                        line,
                        item.optional("timeout")
                                .map(m -> m.as(Durations::parse, Durations.HINT))
                                .orElse(Duration.ofHours(1))));
    }

    String VISIBILITIES = "private, shared, community or public";

    private static GlanceDriver.Visibility visibility(String text) {
        for (var visibility : GlanceDriver.Visibility.values()) {
            if (visibility.wire().equals(text)) {
                return visibility;
            }
        }
        throw new IllegalArgumentException("is \"" + text + "\"");
    }

    private static Set<String> members(YamlMember item) {
        var members = new HashSet<String>();
        for (var one : item.optional("members").map(YamlMember::items).orElse(List.of())) {
            members.add(one.as(t -> matching("[0-9A-Za-z-]{1,64}", t), "the id of a project"));
        }
        return members;
    }

    private static Map<String, String> properties(YamlMember item) {
        var properties = new TreeMap<String, String>();
        item.optional("properties")
                .map(YamlMember::members)
                .orElse(Map.of())
                .forEach(
                        (name, value) -> {
                            if (!Pattern.matches("[a-z][a-z0-9_:.-]{0,62}", name)
                                    || name.startsWith("imprimatur_")
                                    || name.startsWith("os_glance")
                                    || name.startsWith("os_hash")) {
                                throw value.wrong(
                                        "is no property that may be set",
                                        "another name, of lower-case letters");
                            }
                            properties.put(name, value.text());
                        });
        return properties;
    }

    private static Keystone.Settings keystone(YamlMember item, YamlMember url) {
        var application = item.optional("application-credential");
        var password = item.optional("password");
        if (application.isPresent() == password.isPresent()) {
            throw item.wrong(
                    "must have one of \"application-credential\" and \"password\"",
                    "an application credential can be limited and revoked by itself");
        }
        return new Keystone.Settings(
                address(url),
                application.isPresent()
                        ? application(application.get())
                        : password(password.orElseThrow()),
                item.optional("region").map(YamlMember::text),
                item.optional("interface")
                        .map(m -> m.as(DriverSettings::face, "public, internal or admin"))
                        .orElse("public"));
    }

    private static String face(String text) {
        return matching("public|internal|admin", text);
    }

    private static Keystone.Credential application(YamlMember member) {
        member.allowing("id", "secret-file");
        return new Keystone.Credential.Application(
                member.required("id", "the id of the application credential").text(),
                member.required("secret-file", "the file that holds its secret").path());
    }

    private static Keystone.Credential password(YamlMember member) {
        member.allowing("user", "user-domain", "project", "project-domain", "secret-file");
        return new Keystone.Credential.Password(
                member.required("user", "the name of the user").text(),
                member.optional("user-domain").map(YamlMember::text).orElse("Default"),
                member.required("project", "the name of the project of the images").text(),
                member.optional("project-domain").map(YamlMember::text).orElse("Default"),
                member.required("secret-file", "the file that holds the password").path());
    }

    private static URI address(YamlMember member) {
        return member.as(
                text -> {
                    var uri = URI.create(text);
                    var scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
                    if (!Set.of("http", "https").contains(scheme)
                            || uri.getHost() == null
                            || uri.getUserInfo() != null
                            || uri.getQuery() != null) {
                        throw new IllegalArgumentException("is no address of a service");
                    }
                    return uri;
                },
                "http://… or https://…, without user and query");
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
