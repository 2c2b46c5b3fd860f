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
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.imprimatur.exchange.oci.OciReference;
import org.imprimatur.node.config.BadConfiguration;
import org.imprimatur.node.config.Durations;
import org.imprimatur.node.config.Faults;
import org.imprimatur.node.config.YamlMember;
import org.imprimatur.node.fetch.Calls;
import org.imprimatur.node.fetch.Proxies;
import org.imprimatur.register.Owner;

/** One item of {@code drivers} in a site's configuration. */
public sealed interface DriverSettings {

    /** What every driver has. */
    Common common();

    /** Opens the driver; nothing is asked of it yet. */
    Driver open(Wiring wiring);

    /**
     * What drivers get from the node.
     *
     * @param proxies through which others are asked
     */
    record Wiring(Owner site, InstantSource clock, OciDriver.Bundles bundles, Proxies proxies) {}

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
            var calls = calls(authorities, wiring.proxies());
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
            return new OciDriver(settings, wiring.bundles(), wiring.proxies());
        }
    }

    /**
     * {@code kind: opennebula}.
     *
     * @param endpoint of its XML-RPC interface
     * @param authorities for TLS; empty for the JDK's
     */
    record OpenNebula(
            Common common,
            OpenNebulaDriver.Settings settings,
            URI endpoint,
            Optional<Path> authorities)
            implements DriverSettings {

        @Override
        public Driver open(Wiring wiring) {
            return new OpenNebulaDriver(
                    settings,
                    wiring.site(),
                    new XmlRpc(calls(authorities, wiring.proxies()), endpoint));
        }
    }

    /** {@code kind: exec}. */
    record Exec(Common common, ExecDriver.Settings settings) implements DriverSettings {

        @Override
        public Driver open(Wiring wiring) {
            return new ExecDriver(settings, wiring.site());
        }
    }

    private static Calls calls(Optional<Path> authorities, Proxies proxies) {
        try {
            return new Calls(authorities, proxies);
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
        var kinds = "directory, glance, oci, opennebula or exec";
        var kind = item.required("kind", kinds);
        var faults = new Faults();
        return switch (kind.text()) {
            case "directory" -> directory(item, faults);
            case "glance" -> glance(item, faults);
            case "oci" -> oci(item, faults);
            case "opennebula" -> openNebula(item, faults);
            case "exec" -> exec(item, faults);
            default -> throw kind.wrong("is no kind of driver", kinds);
        };
    }

    private static Directory directory(YamlMember item, Faults faults) {
        var common = common(item, faults, "path", "hard-links", "libvirt");
        var path = faults.read(() -> item.required("path", "the directory of the pool").path());
        var linked =
                faults.read(() -> item.optional("hard-links").map(YamlMember::yes).orElse(false));
        var libvirt = faults.read(() -> item.optional("libvirt").map(YamlMember::text));
        faults.complete();
        return new Directory(
                common.get(),
                new DirectoryDriver.Settings(
                        common.get().name(), path.get(), linked.get(), libvirt.get()));
    }

    private static Glance glance(YamlMember item, Faults faults) {
        var common =
                common(
                        item,
                        faults,
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
        var addresses = faults.read(() -> addresses(item));
        var keystone = faults.read(() -> item.optional("auth-url").map(url -> keystone(item, url)));
        faults.check(
                () -> {
                    if (item.optional("auth-url").isEmpty()
                            && item.optional("endpoints")
                                    .filter(all -> all.members().containsKey("image"))
                                    .isEmpty()) {
                        throw item.wrong(
                                "has neither \"auth-url\" nor the address of \"image\" in \"endpoints\"",
                                "name the cloud's Keystone");
                    }
                });
        var visibility =
                faults.read(
                        () ->
                                item.optional("visibility")
                                        .map(m -> m.as(DriverSettings::visibility, VISIBILITIES))
                                        .orElse(GlanceDriver.Visibility.SHARED));
        var members = faults.read(() -> members(item));
        var prefix = faults.read(() -> prefix(item));
        var properties = faults.read(() -> properties(item));
        var authorities = faults.read(() -> item.optional("authorities").map(YamlMember::path));
        faults.complete();
        return new Glance(
                common.get(),
                new GlanceDriver.Settings(
                        common.get().name(),
                        visibility.get(),
                        members.get(),
                        prefix.get(),
                        properties.get()),
                keystone.get(),
                addresses.get(),
                authorities.get());
    }

    private static Oci oci(YamlMember item, Faults faults) {
        var common =
                common(
                        item,
                        faults,
                        "repository",
                        "plain-http",
                        "authorities",
                        "user",
                        "password-file");
        faults.check(
                () ->
                        item.optional("format")
                                .ifPresent(
                                        format -> {
                                            throw format.wrong(
                                                    "is not for a registry",
                                                    "images go there as they were endorsed, with the bundle that verifies them");
                                        }));
        var hint = "HOST[:PORT]/NAME, without a tag";
        var where =
                faults.read(
                        () ->
                                item.required("repository", hint)
                                        .as(DriverSettings::repository, hint));
        var user = faults.read(() -> item.optional("user").map(YamlMember::text));
        var password = faults.read(() -> item.optional("password-file").map(YamlMember::path));
        faults.check(
                () -> {
                    if (item.optional("user").isPresent()
                            != item.optional("password-file").isPresent()) {
                        throw item.wrong(
                                "has only one of \"user\" and \"password-file\"",
                                "give both or none");
                    }
                });
        var plain =
                faults.read(() -> item.optional("plain-http").map(YamlMember::yes).orElse(false));
        var authorities = faults.read(() -> item.optional("authorities").map(YamlMember::path));
        faults.complete();
        return new Oci(
                common.get(),
                new OciDriver.Settings(
                        common.get().name(),
                        where.get().host(),
                        where.get().repository(),
                        plain.get(),
                        authorities.get(),
                        user.get(),
                        password.get()));
    }

    private static OciReference.Remote repository(String text) {
        return switch (OciReference.parse(text + ":tag")) {
            case OciReference.Remote remote -> remote;
            case OciReference.Layout _ -> throw new IllegalArgumentException("is no registry");
        };
    }

    private static OpenNebula openNebula(YamlMember item, Faults faults) {
        var common =
                common(
                        item,
                        faults,
                        "endpoint",
                        "session-file",
                        "datastore",
                        "upload",
                        "upload-as",
                        "group",
                        "visibility",
                        "name-prefix",
                        "timeout",
                        "authorities");
        var endpoint =
                faults.read(() -> address(item.required("endpoint", "http://HOST:2633/RPC2")));
        var session =
                faults.read(
                        () ->
                                item.required("session-file", "the file that holds USER:PASSWORD")
                                        .path());
        var datastore =
                faults.read(
                        () -> number(item.required("datastore", "the number of the datastore")));
        var upload =
                faults.read(
                        () ->
                                item.required(
                                                "upload",
                                                "a directory from which the front-end fetches images")
                                        .path());
        var uploadAs =
                faults.read(
                        () ->
                                item.optional("upload-as")
                                        .map(m -> m.as(DriverSettings::place, PLACE))
                                        .orElseGet(
                                                () ->
                                                        item.optional("upload")
                                                                .map(m -> m.path().toString())
                                                                .orElse("")));
        var group =
                faults.read(
                        () ->
                                item.optional("group")
                                        .map(m -> OptionalInt.of(number(m)))
                                        .orElse(OptionalInt.empty()));
        var visibility =
                faults.read(
                        () ->
                                item.optional("visibility")
                                        .map(m -> m.as(DriverSettings::toWhom, "group or all"))
                                        .orElse(OpenNebulaDriver.Visibility.GROUP));
        var prefix = faults.read(() -> prefix(item));
        var within = faults.read(() -> timeout(item));
        var authorities = faults.read(() -> item.optional("authorities").map(YamlMember::path));
        faults.complete();
        return new OpenNebula(
                common.get(),
                new OpenNebulaDriver.Settings(
                        common.get().name(),
                        session.get(),
                        datastore.get(),
                        upload.get(),
                        uploadAs.get(),
                        group.get(),
                        visibility.get(),
                        prefix.get(),
                        within.get(),
                        ASKED_EVERY),
                endpoint.get(),
                authorities.get());
    }

    private static Exec exec(YamlMember item, Faults faults) {
        var common = common(item, faults, "program", "timeout");
        var hint = "the path of the program and its arguments, as a list";
        var line =
                faults.read(
                        () -> {
                            var program = item.required("program", hint);
                            var words = program.items().stream().map(YamlMember::text).toList();
                            if (words.isEmpty() || !words.getFirst().startsWith("/")) {
                                throw program.wrong("does not begin with a whole path", hint);
                            }
                            return words;
                        });
        var within = faults.read(() -> timeout(item));
        faults.complete();
        return new Exec(
                common.get(),
                new ExecDriver.Settings(common.get().name(), line.get(), within.get()));
    }

    private static Duration timeout(YamlMember item) {
        return item.optional("timeout")
                .map(m -> m.as(Durations::parse, Durations.HINT))
                .orElse(Duration.ofHours(1));
    }

    private static String prefix(YamlMember item) {
        return item.optional("name-prefix").map(m -> m.text() + " ").orElse("");
    }

    private static Map<String, URI> addresses(YamlMember item) {
        var addresses = new TreeMap<String, URI>();
        item.optional("endpoints")
                .map(YamlMember::members)
                .orElse(Map.of())
                .forEach((service, address) -> addresses.put(service, address(address)));
        return addresses;
    }

    private static int number(YamlMember member) {
        return member.as(text -> Integer.parseInt(matching("[0-9]{1,9}", text)), "a whole number");
    }

    private static String place(String text) {
        return matching("(/|https?://)[!-~]{1,1000}", text);
    }

    private static OpenNebulaDriver.Visibility toWhom(String text) {
        return switch (text) {
            case "group" -> OpenNebulaDriver.Visibility.GROUP;
            case "all" -> OpenNebulaDriver.Visibility.ALL;
            default -> throw new IllegalArgumentException("is \"" + text + "\"");
        };
    }

    String PLACE = "a whole path, or http://… or https://…, as the front-end names it";

    Duration ASKED_EVERY = Duration.ofSeconds(2);

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
        var faults = new Faults();
        var members =
                faults.each(
                        item.optional("members").map(YamlMember::items).orElse(List.of()),
                        one ->
                                one.as(
                                        t -> matching("[0-9A-Za-z-]{1,64}", t),
                                        "the id of a project"));
        faults.complete();
        return Set.copyOf(members);
    }

    private static Map<String, String> properties(YamlMember item) {
        var faults = new Faults();
        var properties = new TreeMap<String, String>();
        item.optional("properties")
                .map(YamlMember::members)
                .orElse(Map.of())
                .forEach(
                        (name, value) ->
                                faults.check(
                                        () -> properties.put(mayBeSet(name, value), value.text())));
        faults.complete();
        return properties;
    }

    private static String mayBeSet(String name, YamlMember value) {
        if (!Pattern.matches("[a-z][a-z0-9_:.-]{0,62}", name)
                || name.startsWith("imprimatur_")
                || name.startsWith("os_glance")
                || name.startsWith("os_hash")) {
            throw value.wrong(
                    "is no property that may be set", "another name, of lower-case letters");
        }
        return name;
    }

    private static Keystone.Settings keystone(YamlMember item, YamlMember url) {
        var application = item.optional("application-credential");
        var password = item.optional("password");
        if (application.isPresent() == password.isPresent()) {
            throw item.wrong(
                    "must have one of \"application-credential\" and \"password\"",
                    "an application credential can be limited and revoked by itself");
        }
        var faults = new Faults();
        var where = faults.read(() -> address(url));
        var credential =
                faults.read(
                        () ->
                                application.isPresent()
                                        ? application(application.get())
                                        : password(password.orElseThrow()));
        var region = faults.read(() -> item.optional("region").map(YamlMember::text));
        var face =
                faults.read(
                        () ->
                                item.optional("interface")
                                        .map(
                                                m ->
                                                        m.as(
                                                                DriverSettings::face,
                                                                "public, internal or admin"))
                                        .orElse("public"));
        faults.complete();
        return new Keystone.Settings(where.get(), credential.get(), region.get(), face.get());
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

    private static Supplier<Common> common(YamlMember item, Faults faults, String... own) {
        var all = new ArrayList<>(List.of("name", "kind", "format", "owners", "keep-withdrawn"));
        all.addAll(List.of(own));
        faults.check(() -> item.allowing(all.toArray(String[]::new)));
        var nameHint = "1 to 32 lower-case letters, digits or '-'";
        var formatHint = "the name of a disk format, such as raw or qcow2";
        var name =
                faults.read(
                        () ->
                                item.required("name", nameHint)
                                        .as(
                                                text -> matching("[a-z0-9][a-z0-9-]{0,31}", text),
                                                nameHint));
        var format =
                faults.read(
                        () ->
                                item.optional("format")
                                        .map(
                                                m ->
                                                        m.as(
                                                                t ->
                                                                        matching(
                                                                                "[a-z0-9][a-z0-9-]{0,31}",
                                                                                t),
                                                                formatHint)));
        var owners = faults.read(() -> owners(item));
        var keepAside =
                faults.read(
                        () ->
                                item.optional("keep-withdrawn")
                                        .map(m -> m.as(Durations::parse, Durations.HINT))
                                        .orElse(Duration.ofDays(7)));
        return () -> new Common(name.get(), format.get(), owners.get(), keepAside.get());
    }

    private static Set<Owner> owners(YamlMember item) {
        var faults = new Faults();
        var owners =
                faults.each(
                        item.optional("owners").map(YamlMember::items).orElse(List.of()),
                        owner -> owner.as(Owner::parse, "an owner such as vo:NAME, in quotes"));
        faults.complete();
        return Set.copyOf(owners);
    }

    private static String matching(String form, String text) {
        if (!Pattern.matches(form, text)) {
            throw new IllegalArgumentException("is \"" + text + "\"");
        }
        return text;
    }
}
