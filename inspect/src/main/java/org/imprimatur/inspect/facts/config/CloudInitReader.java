package org.imprimatur.inspect.facts.config;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.Group;
import org.imprimatur.inspect.facts.GuestFiles;
import org.imprimatur.inspect.facts.Shown;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates the configuration of cloud-init as it does itself: the files of {@code cloud.cfg.d}
 * over {@code cloud.cfg}, the last name first; maps are joined, lists and texts are not; then the
 * user data that lies in the image as a seed.
 */
final class CloudInitReader {

    private static final String MAIN = "/etc/cloud/cloud.cfg";
    private static final int MAX_MERGED = 200_000;
    private static final int MAX_DEPTH = 64;
    private static final int MAX_DIRECTORIES = 20;

    private static final List<String> AGENTS =
            List.of(
                    "one-context",
                    "one-context-local",
                    "one-context-online",
                    "vmcontext",
                    "ignition-firstboot-complete",
                    "afterburn",
                    "afterburn-sshkeys@",
                    "coreos-metadata",
                    "waagent",
                    "walinuxagent",
                    "google-guest-agent",
                    "google-startup-scripts",
                    "amiconfig",
                    "prolog",
                    "hepix-prolog");

    private static final String NO_CLOUD = "NoCloud";
    private static final String SERVER = "user data is fetched from a server";
    private static final String NO_YAML = "is no YAML that can be read";
    private static final String UNKNOWN_FORM = "user data of a form that is not read";

    /** Where user data may stand in the configuration of a data source. */
    private static final List<InlineSeed> INLINE_SEEDS =
            List.of(
                    new InlineSeed(NO_CLOUD, "user-data"),
                    new InlineSeed(NO_CLOUD, "vendor-data"),
                    new InlineSeed("None", "userdata_raw"));

    private final ConfigReader reader;
    private final List<Layer> layers = new ArrayList<>();
    private final List<CloudInit.Setting> settings = new ArrayList<>();
    private int merged;
    private int directories;

    private static final List<String> SEED_FILES = List.of("user-data", "vendor-data");
    private static final Pattern SEED_FROM = Pattern.compile("\\bs(?:eedfrom)?=(.*)");

    private record InlineSeed(String source, String key) {}

    private record Layer(String path, Map<?, ?> values) {}

    private CloudInitReader(ConfigReader reader) {
        this.reader = reader;
    }

    static CloudInit read(ConfigReader reader, Services services, BootChain boot) {
        return new CloudInitReader(reader).read(services, boot);
    }

    private CloudInit read(Services services, BootChain boot) {
        boolean installed =
                reader.kind("/usr/bin/cloud-init") == GuestFiles.Kind.FILE
                        || reader.kind(MAIN) == GuestFiles.Kind.FILE;
        commandLines(boot);
        for (var directory :
                List.of("/var/lib/cloud/seed/nocloud/", "/var/lib/cloud/seed/nocloud-net/")) {
            var about = reader.text(directory + "meta-data");
            if (about != null) {
                about(directory + "meta-data", about);
            }
            SEED_FILES.forEach(name -> seed(directory + name));
        }
        var names = new ArrayList<>(reader.names("/etc/cloud/cloud.cfg.d"));
        names.sort(null);
        for (var name : names.reversed()) {
            if (name.endsWith(".cfg")) {
                layer("/etc/cloud/cloud.cfg.d/" + name);
            }
        }
        layer(MAIN);
        Map<String, Object> config = new LinkedHashMap<>();
        for (var layer : layers) {
            config = merge(config, layer.values, 0);
        }
        config = withInlineSeed(config);
        judge(config);
        scripts();
        return new CloudInit(
                installed,
                disabledBy(services, boot),
                services.running().stream()
                        .map(Unit::stem)
                        .filter(stem -> AGENTS.stream().anyMatch(stem::startsWith))
                        .toList(),
                texts(config.get("datasource_list")),
                settings);
    }

    /** User data that stands in the configuration of its data source counts before all others. */
    private Map<String, Object> withInlineSeed(Map<String, Object> config) {
        if (!(config.get("datasource") instanceof Map<?, ?> sources)) {
            return config;
        }
        int before = layers.size();
        if (sources.get(NO_CLOUD) instanceof Map<?, ?> source) {
            seedFrom(placeOf("datasource"), source.get("seedfrom"));
            about(placeOf("datasource"), source.get("meta-data"));
        }
        for (var each : INLINE_SEEDS) {
            if (sources.get(each.source) instanceof Map<?, ?> source) {
                switch (source.get(each.key)) {
                    case null -> {}
                    case String text -> seed(placeOf("datasource"), text);
                    default -> reader.missed(placeOf("datasource"), UNKNOWN_FORM);
                }
            }
        }
        var merged = config;
        for (var layer : List.copyOf(layers.subList(before, layers.size()))) {
            merged = merge(layer.values, merged, 0);
        }
        return merged;
    }

    private void seed(String path) {
        var text = reader.text(path);
        if (text != null) {
            seed(path, text);
        }
    }

    /** User data by its first line (cloud-init, "User data formats"). */
    private void seed(String path, String text) {
        var first = text.strip().lines().findFirst().orElse("").toLowerCase(Locale.ROOT);
        if (first.startsWith("#!")
                || first.matches("#(cloud-boothook|part-handler|upstart-job).*")) {
            command(path, "user data is a script");
        } else if (first.startsWith("#include")) {
            command(path, "user data is fetched from elsewhere");
        } else if (first.matches("(mime-version|content-type):.*|from .*|## template:.*")
                || first.matches("#cloud-config-(archive|jsonp).*")
                || text.startsWith("\u001f\u008b")) {
            reader.missed(path, UNKNOWN_FORM);
        } else {
            layer(path, text);
        }
    }

    private void command(String path, String detail) {
        settings.add(new CloudInit.Setting(CloudInit.Kind.COMMANDS, Shown.path(path), detail));
    }

    /** What lies in these directories runs at the boot, whatever the data source says. */
    private void scripts() {
        for (var when : List.of("per-boot", "per-instance", "per-once", "vendor")) {
            for (var name : reader.names("/var/lib/cloud/scripts/" + when)) {
                command("/var/lib/cloud/scripts/" + when + "/" + name, "a script, " + when);
            }
        }
    }

    /** The kernel's command line can send cloud-init elsewhere. */
    private void commandLines(BootChain boot) {
        for (var line : boot.commandLines()) {
            for (var word : line.words()) {
                if (word.startsWith("cloud-config-url=")) {
                    command(line.path(), SERVER);
                } else if (word.startsWith("ds=nocloud")) {
                    Arrays.stream(word.split(";"))
                            .skip(1)
                            .map(SEED_FROM::matcher)
                            .filter(Matcher::find)
                            .forEach(from -> seedFrom(line.path(), from.group(1)));
                }
            }
        }
    }

    /** The data about a machine may say where its other data are. */
    private void about(String path, @Nullable Object data) {
        try {
            if ((data instanceof String text ? Yaml.parse(text) : data) instanceof Map<?, ?> map) {
                seedFrom(path, map.get("seedfrom"));
            }
        } catch (IOException e) {
            reader.missed(path, NO_YAML);
        }
    }

    /** User data from a server, or from a directory of the image (cloud-init, "NoCloud"). */
    private void seedFrom(String path, @Nullable Object from) {
        if (!(from instanceof String place)) {
            return;
        }
        if (place.matches("(https?|ftp):.*")) {
            command(path, SERVER);
        } else if (place.startsWith("/") || place.startsWith("file:///")) {
            if (++directories > MAX_DIRECTORIES) {
                reader.missed(path, "names more than %d directories".formatted(MAX_DIRECTORIES));
                return;
            }
            var directory = place.startsWith("/") ? place : place.substring("file://".length());
            SEED_FILES.forEach(name -> seed(directory + name));
        }
    }

    private void layer(String path) {
        var text = reader.text(path);
        if (text != null) {
            layer(path, text);
        }
    }

    private void layer(String path, String text) {
        if (text.isBlank()) {
            return;
        }
        try {
            switch (Yaml.parse(text)) {
                case Map<?, ?> map -> layers.add(new Layer(path, map));
                case String none when none.isEmpty() -> {} // a document without content
                default -> reader.missed(path, "holds no map of settings");
            }
        } catch (IOException e) {
            reader.missed(path, NO_YAML);
        }
    }

    /** What the first map says counts; maps that both have are joined. */
    private Map<String, Object> merge(Map<?, ?> first, Map<?, ?> second, int depth) {
        var all = new LinkedHashMap<String, Object>();
        first.forEach((key, value) -> all.put(String.valueOf(key), value));
        if ((merged += first.size() + second.size()) > MAX_MERGED || depth > MAX_DEPTH) {
            if (merged > MAX_MERGED) {
                reader.missed(MAIN, "more than %d values to join".formatted(MAX_MERGED));
            }
            return all;
        }
        second.forEach(
                (key, value) -> {
                    var name = String.valueOf(key);
                    var before = all.get(name);
                    if (before == null) {
                        all.put(name, value);
                    } else if (before instanceof Map<?, ?> one && value instanceof Map<?, ?> two) {
                        all.put(name, merge(one, two, depth + 1));
                    }
                });
        return all;
    }

    private void judge(Map<String, Object> config) {
        if (Yaml.isTrue(config.get("ssh_pwauth"))) {
            add(CloudInit.Kind.PASSWORD_LOGIN, "ssh_pwauth", "ssh_pwauth is true");
        }
        if (Yaml.isFalse(config.get("disable_root"))) {
            add(CloudInit.Kind.ROOT_LOGIN, "disable_root", "disable_root is false");
        }
        if (Yaml.isFalse(config.get("ssh_deletekeys"))) {
            add(CloudInit.Kind.KEEPS_HOST_KEYS, "ssh_deletekeys", "ssh_deletekeys is false");
        }
        if (isSet(config.get("password"))) {
            add(CloudInit.Kind.PASSWORD, "password", "a password for the default user");
        }
        if (config.get("chpasswd") instanceof Map<?, ?> change) {
            for (var line : lines(change.get("list"))) {
                password("chpasswd", line.substring(0, Math.max(0, line.indexOf(':'))), line);
            }
            if (change.get("users") instanceof List<?> users) {
                for (var user : users) {
                    if (user instanceof Map<?, ?> map && isSet(map.get("password"))) {
                        password("chpasswd", text(map.get("name")), text(map.get("password")));
                    }
                }
            }
        }
        if (!texts(config.get("ssh_authorized_keys")).isEmpty()) {
            add(CloudInit.Kind.AUTHORIZED_KEY, "ssh_authorized_keys", "keys for the default user");
        }
        if (config.get("ssh_keys") instanceof Map<?, ?> keys && !keys.isEmpty()) {
            add(CloudInit.Kind.HOST_KEY, "ssh_keys", "host keys in the configuration");
        }
        if (config.get("system_info") instanceof Map<?, ?> system
                && system.get("default_user") instanceof Map<?, ?> user) {
            user(user, "system_info", false);
        }
        var users = config.get("users");
        for (var user : users instanceof List<?> list ? list : List.of()) {
            if (user instanceof Map<?, ?> map) {
                user(map, "users", true);
            } else if (user instanceof String name && !name.isEmpty() && !name.equals("default")) {
                add(CloudInit.Kind.USER, "users", "user " + Shown.text(name));
            }
        }
        for (var key : List.of("runcmd", "bootcmd")) {
            if (config.get(key) instanceof List<?> list && !list.isEmpty()) {
                add(CloudInit.Kind.COMMANDS, key, "%s has %d commands".formatted(key, list.size()));
            }
        }
    }

    private void user(Map<?, ?> user, String key, boolean extra) {
        var name = text(user.get("name"));
        if (extra && !name.isEmpty()) {
            add(CloudInit.Kind.USER, key, "user " + Shown.text(name));
        }
        for (var field : List.of("plain_text_passwd", "hashed_passwd", "passwd")) {
            if (isSet(user.get(field))) {
                password(key, name, text(user.get(field)));
            }
        }
        if (mayBecomeRoot(user)) {
            add(
                    CloudInit.Kind.ROOT_USER,
                    key,
                    "user %s may become root".formatted(Shown.text(name)));
        }
        for (var field : List.of("ssh_authorized_keys", "ssh-authorized-keys")) {
            if (!texts(user.get(field)).isEmpty()) {
                add(CloudInit.Kind.AUTHORIZED_KEY, key, "keys for user " + Shown.text(name));
            }
        }
    }

    private static boolean mayBecomeRoot(Map<?, ?> user) {
        boolean sudo =
                lines(user.get("sudo")).stream().anyMatch(rule -> !rule.equalsIgnoreCase("false"))
                        || !lines(user.get("doas")).isEmpty();
        boolean member =
                texts(user.get("groups")).stream()
                        .flatMap(groups -> Arrays.stream(groups.split("[, ]+", -1)))
                        .anyMatch(Group::leadsToRoot);
        return sudo || member;
    }

    /** {@code *}, {@code !} and words that mean a random password fit no log-in known before. */
    private void password(String key, String account, String value) {
        var secret = value.substring(value.indexOf(':') + 1).strip();
        boolean none =
                secret.startsWith("!")
                        || secret.startsWith("*")
                        || secret.equals("RANDOM")
                        || secret.equals("R");
        if (!none) {
            add(
                    CloudInit.Kind.PASSWORD,
                    key,
                    account.isEmpty() ? "a password" : "a password for " + Shown.text(account));
        }
    }

    private void add(CloudInit.Kind kind, String key, String detail) {
        settings.add(new CloudInit.Setting(kind, Shown.path(placeOf(key)), detail));
    }

    private String placeOf(String key) {
        for (var layer : layers) {
            if (layer.values.containsKey(key)) {
                return layer.path;
            }
        }
        return MAIN;
    }

    private String disabledBy(Services services, BootChain boot) {
        if (reader.kind("/etc/cloud/cloud-init.disabled") != null) {
            return "/etc/cloud/cloud-init.disabled";
        }
        for (var line : boot.commandLines()) {
            if (line.words().contains("cloud-init=disabled")) {
                return "the kernel command line in " + line.path();
            }
        }
        for (var name :
                List.of(
                        "cloud-init.target",
                        "cloud-init-local.service",
                        "cloud-init.service",
                        "cloud-init-main.service",
                        "cloud-config.service")) {
            if (services.masks(name)) {
                return name + " is masked";
            }
        }
        return "";
    }

    private static boolean isSet(@Nullable Object value) {
        return value instanceof String text && !text.isEmpty();
    }

    private static String text(@Nullable Object value) {
        return value instanceof String text ? text : "";
    }

    private static List<String> lines(@Nullable Object value) {
        return value instanceof String text
                ? ConfigReader.linesOf(text).stream().filter(each -> !each.isBlank()).toList()
                : texts(value);
    }

    private static List<String> texts(@Nullable Object value) {
        if (value instanceof String text) {
            return text.isEmpty() ? List.of() : List.of(text);
        }
        var texts = new ArrayList<String>();
        if (value instanceof List<?> list) {
            for (var each : list) {
                if (each instanceof String text) {
                    texts.add(Shown.text(text));
                }
            }
        }
        return texts;
    }
}
