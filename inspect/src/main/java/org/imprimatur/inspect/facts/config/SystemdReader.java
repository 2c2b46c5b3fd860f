package org.imprimatur.inspect.facts.config;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.Glob;
import org.imprimatur.inspect.facts.GuestFiles;
import org.imprimatur.inspect.facts.Shown;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates the units of systemd without running it (systemd.unit(5), systemctl(1)): what the boot
 * reaches from the default target, and what is masked.
 */
final class SystemdReader {

    private static final String CONFIG = "/etc/systemd/system";

    /** The boot starts with an empty /run, so what an image has there does not count. */
    private static final List<String> LOAD_PATH =
            List.of(
                    "/etc/systemd/system.control",
                    CONFIG,
                    "/usr/local/lib/systemd/system",
                    "/usr/lib/systemd/system");

    private static final int MAX_UNITS = 20_000;
    private static final int MAX_ALIASES = 8;
    private static final List<String> PULLS =
            List.of("Unit.Wants", "Unit.Requires", "Unit.BindsTo", "Unit.Upholds");

    private final ConfigReader reader;
    private final List<String> loadPath;

    /** What was asked of the image before: the same places are asked for with each unit. */
    private final Map<String, Set<String>> names = new HashMap<>();

    private final Map<String, Optional<String>> links = new HashMap<>();
    private final Map<String, Located> places = new HashMap<>();
    private final Map<String, UnitFile> files = new HashMap<>();
    private final Map<String, Set<String>> firstBoot = new HashMap<>();
    private @Nullable List<PresetLine> presets;
    private @Nullable Set<String> sysv;

    private record PresetLine(boolean enable, String pattern) {}

    /** A unit's own name behind aliases, and its file; an empty path where there is none. */
    private record Located(String name, String path, boolean masked, boolean linked) {}

    SystemdReader(ConfigReader reader) {
        this.reader = reader;
        var path = new ArrayList<>(LOAD_PATH);
        if (reader.link("/lib") == null) {
            path.add("/lib/systemd/system");
        }
        this.loadPath = path;
    }

    /**
     * Every unit that runs by itself, and every masked one, by name.
     *
     * @param target what to boot into; empty for the system's default
     * @param generated units that generators would add to the boot
     */
    Map<String, Unit> read(String target, List<String> generated) {
        if (isFirstBoot()) {
            presetAll();
        }
        var starts = new LinkedHashMap<String, Unit.Start>();
        var queue = new ArrayDeque<String>();
        reach(target.isEmpty() ? "default.target" : target, Unit.Start.BOOT, starts, queue);
        for (var root : List.of("sysinit.target", "basic.target")) {
            reach(root, Unit.Start.BOOT, starts, queue);
        }
        generated.forEach(each -> reach(each, Unit.Start.BOOT, starts, queue));
        for (var name : sysvServices()) {
            if (locate(name + ".service").path.isEmpty()) {
                starts.putIfAbsent(name + ".service", Unit.Start.BOOT);
            }
        }
        for (String name = queue.poll(); name != null; name = queue.poll()) {
            var start = starts.getOrDefault(name, Unit.Start.NEVER);
            var file = file(name);
            for (var pulled : pulls(name, file)) {
                reach(pulled, start, starts, queue);
            }
            for (var triggered : triggers(name, file)) {
                reach(triggered, Unit.Start.TRIGGER, starts, queue);
            }
            if (starts.size() > MAX_UNITS) {
                reader.missed(CONFIG, "more than %d units start".formatted(MAX_UNITS));
                break;
            }
        }
        var units = new TreeMap<String, Unit>();
        starts.forEach((name, start) -> units.put(name, unit(name, start)));
        for (var directory : loadPath) {
            for (var name : names(directory)) {
                if (!units.containsKey(name) && isUnit(name)) {
                    var link = link(directory + "/" + name);
                    boolean mask = "/dev/null".equals(link);
                    if (mask && locate(name).masked) {
                        units.put(name, unit(name, Unit.Start.NEVER));
                    }
                }
            }
        }
        return units;
    }

    private Unit unit(String name, Unit.Start start) {
        var located = locate(name);
        var file = file(name);
        var commands = new ArrayList<String>();
        for (var key :
                List.of("Service.ExecStartPre", "Service.ExecStart", "Service.ExecStartPost")) {
            for (var command : file.all(key)) {
                commands.add(expand(command, name));
            }
        }
        var listens = new ArrayList<String>();
        file.all("Socket.ListenStream").forEach(each -> listens.add("tcp " + each));
        file.all("Socket.ListenDatagram").forEach(each -> listens.add("udp " + each));
        return new Unit(
                Shown.text(name),
                Shown.path(
                        !located.path.isEmpty()
                                ? located.path
                                : "/etc/init.d/" + name.replace(".service", "")),
                located.path.isEmpty() && start != Unit.Start.NEVER
                        ? Unit.State.GENERATED
                        : state(name),
                start,
                commands,
                listens,
                file.all("Service.Environment"),
                file.all("Service.EnvironmentFile"));
    }

    /** The specifiers that matter in commands: the instance, plain and unescaped. */
    private static String expand(String command, String name) {
        int at = name.indexOf('@');
        int dot = name.lastIndexOf('.');
        var instance = at >= 0 && dot > at ? name.substring(at + 1, dot) : "";
        return command.replace("%i", instance).replace("%I", instance.replace('-', '/'));
    }

    private void reach(
            String asked,
            Unit.Start start,
            Map<String, Unit.Start> starts,
            ArrayDeque<String> queue) {
        if (!isUnit(asked)) {
            return;
        }
        var located = locate(asked);
        if (located.masked || located.path.isEmpty()) {
            return;
        }
        var before = starts.get(located.name);
        if (before == null || before == Unit.Start.TRIGGER && start == Unit.Start.BOOT) {
            starts.put(located.name, start);
            queue.add(located.name);
        }
    }

    private Set<String> pulls(String name, UnitFile file) {
        var pulled = new LinkedHashSet<String>();
        for (var key : PULLS) {
            pulled.addAll(file.words(key));
        }
        pulled.addAll(file.words("Service.Sockets"));
        var hidden = new TreeSet<String>();
        var own = new ArrayList<String>(List.of(name));
        var template = template(name);
        if (template != null) {
            own.add(template);
        }
        if (name.endsWith(".target") && locate("default.target").name.equals(name)) {
            own.add("default.target");
        }
        for (var each : own) {
            for (var kind : List.of(".wants", ".requires", ".upholds")) {
                for (var directory : loadPath) {
                    if (!names(directory).contains(each + kind)) {
                        continue;
                    }
                    for (var entry : names(directory + "/" + each + kind)) {
                        var link = link(directory + "/" + each + kind + "/" + entry);
                        if (link != null && link.equals("/dev/null")) {
                            hidden.add(entry);
                        } else if (!hidden.contains(entry) && isUnit(entry)) {
                            pulled.add(entry);
                        }
                    }
                }
            }
            pulled.addAll(firstBoot.getOrDefault(each, Set.of()));
        }
        return pulled;
    }

    private List<String> triggers(String name, UnitFile file) {
        int dot = name.lastIndexOf('.');
        var stem = name.substring(0, dot);
        return switch (name.substring(dot + 1)) {
            case "timer" -> List.of(or(file.last("Timer.Unit"), stem + ".service"));
            case "path" -> List.of(or(file.last("Path.Unit"), stem + ".service"));
            case "socket" -> {
                boolean each =
                        List.of("yes", "true", "1", "on").contains(file.last("Socket.Accept"));
                yield List.of(
                        or(file.last("Socket.Service"), stem + (each ? "@.service" : ".service")));
            }
            default -> List.of();
        };
    }

    private static String or(String value, String otherwise) {
        return value.isEmpty() ? otherwise : value;
    }

    /** The word that {@code systemctl is-enabled} would print. */
    Unit.State state(String name) {
        var located = locate(name);
        if (located.masked) {
            return Unit.State.MASKED;
        }
        if (located.path.isEmpty()) {
            return sysvServices().contains(name.replace(".service", ""))
                    ? Unit.State.ENABLED
                    : Unit.State.NOT_FOUND;
        }
        if (!located.name.equals(name)) {
            return Unit.State.ALIAS;
        }
        var file = file(name);
        if (isLinkedIn(CONFIG, name, file)) {
            return Unit.State.ENABLED;
        }
        if (located.linked) {
            return Unit.State.LINKED;
        }
        boolean installable =
                !file.words("Install.WantedBy").isEmpty()
                        || !file.words("Install.RequiredBy").isEmpty()
                        || !file.words("Install.UpheldBy").isEmpty()
                        || !file.words("Install.Alias").isEmpty();
        return installable
                ? Unit.State.DISABLED
                : file.words("Install.Also").isEmpty() ? Unit.State.STATIC : Unit.State.INDIRECT;
    }

    /** Whether a link in the directory, or in what its units want, leads to the unit. */
    private boolean isLinkedIn(String directory, String name, UnitFile file) {
        var template = template(name);
        for (var entry : names(directory)) {
            if (entry.endsWith(".wants")
                    || entry.endsWith(".requires")
                    || entry.endsWith(".upholds")) {
                for (var wanted : names(directory + "/" + entry)) {
                    var link = link(directory + "/" + entry + "/" + wanted);
                    if (link != null
                            && (wanted.equals(name) || base(link).equals(name))
                            && !link.equals("/dev/null")) {
                        return true;
                    }
                    // a template counts as enabled where its default instance is
                    var instance = file.last("Install.DefaultInstance");
                    if (link != null
                            && !instance.isEmpty()
                            && name.contains("@.")
                            && wanted.equals(name.replace("@.", "@" + instance + "."))) {
                        return true;
                    }
                }
            } else if (!entry.equals(name) && file.words("Install.Alias").contains(entry)) {
                var link = link(directory + "/" + entry);
                if (link != null && base(link).equals(template == null ? name : template)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Follows aliases to the file that counts: that of the first directory that has the name. */
    private Located locate(String asked) {
        return places.computeIfAbsent(asked, this::follow);
    }

    private Located follow(String asked) {
        var name = asked;
        for (int i = 0; i < MAX_ALIASES; i++) {
            var found = first(name);
            if (found == null) {
                var template = template(name);
                found = template == null ? null : first(template);
            }
            if (found == null) {
                return new Located(name, "", false, false);
            }
            var link = link(found);
            if (link == null) {
                boolean empty =
                        reader.kind(found) == GuestFiles.Kind.FILE && reader.size(found) == 0;
                return new Located(name, found, empty, false);
            }
            if (link.equals("/dev/null")) {
                return new Located(name, found, true, false);
            }
            var target = base(link);
            if (target.equals(base(found)) || !isUnit(target)) {
                return new Located(name, reader.kind(found) == null ? "" : found, false, true);
            }
            name = instance(name, target);
        }
        reader.missed(CONFIG + "/" + asked, "is an alias of an alias of an alias without end");
        return new Located(asked, "", false, false);
    }

    /** An instance of an alias of a template is that instance of the template. */
    private static String instance(String name, String target) {
        int at = name.indexOf('@');
        int dot = name.lastIndexOf('.');
        return at > 0 && target.contains("@.")
                ? target.replace("@.", name.substring(at, dot) + ".")
                : target;
    }

    private @Nullable String first(String name) {
        for (var directory : loadPath) {
            if (names(directory).contains(name)) {
                return directory + "/" + name;
            }
        }
        return null;
    }

    /** {@code a@.service} of {@code a@b.service}; null if the unit is no instance. */
    private static @Nullable String template(String name) {
        int at = name.indexOf('@');
        int dot = name.lastIndexOf('.');
        return at > 0 && dot > at + 1 ? name.substring(0, at + 1) + name.substring(dot) : null;
    }

    private UnitFile file(String name) {
        var known = files.get(name);
        if (known != null) {
            return known;
        }
        var file = new UnitFile();
        var located = locate(name);
        if (!located.path.isEmpty() && !located.masked) {
            add(file, located.path);
            dropIns(name).forEach(path -> add(file, path));
        }
        files.put(name, file);
        return file;
    }

    private void add(UnitFile file, String path) {
        var text = reader.text(path);
        if (text != null) {
            file.add(text);
        }
    }

    /** In the order of file names; of two with one name the first directory's counts. */
    private Iterable<String> dropIns(String name) {
        int dot = name.lastIndexOf('.');
        var suffix = name.substring(dot);
        var owners = new ArrayList<String>(List.of(name));
        var template = template(name);
        if (template != null) {
            owners.add(template);
        }
        var whole = template == null ? name : template;
        var stem = whole.substring(0, whole.length() - suffix.length());
        for (int dash = stem.lastIndexOf('-'); dash > 0; dash = stem.lastIndexOf('-', dash - 1)) {
            owners.add(stem.substring(0, dash + 1) + suffix);
        }
        owners.add(suffix.substring(1));
        var byName = new TreeMap<String, String>();
        for (var directory : loadPath) {
            for (var owner : owners) {
                if (names(directory).contains(owner + ".d")) {
                    for (var entry : names(directory + "/" + owner + ".d")) {
                        if (entry.endsWith(".conf")) {
                            byName.putIfAbsent(entry, directory + "/" + owner + ".d/" + entry);
                        }
                    }
                }
            }
        }
        return byName.values();
    }

    private Set<String> names(String directory) {
        return names.computeIfAbsent(directory, each -> new LinkedHashSet<>(reader.names(each)));
    }

    private @Nullable String link(String path) {
        return links.computeIfAbsent(path, each -> Optional.ofNullable(reader.link(each)))
                .orElse(null);
    }

    // ---- the first boot of a copy: systemd.preset(5)

    /** At the first boot of a copy, systemd enables what presets name. */
    private boolean isFirstBoot() {
        var id = reader.text("/etc/machine-id");
        return id == null || id.strip().equals("uninitialized");
    }

    private void presetAll() {
        var seen = new TreeSet<String>();
        for (var directory : loadPath) {
            for (var name : names(directory)) {
                if (isUnit(name)
                        && seen.size() < MAX_UNITS
                        && seen.add(name)
                        && !locate(name).masked
                        && link(directory + "/" + name) == null
                        && isPresetEnabled(name)) {
                    var file = file(name);
                    var instance = file.last("Install.DefaultInstance");
                    var wanted =
                            name.contains("@.")
                                    ? instance.isEmpty()
                                            ? ""
                                            : name.replace("@.", "@" + instance + ".")
                                    : name;
                    if (wanted.isEmpty()) {
                        continue;
                    }
                    for (var key :
                            List.of("Install.WantedBy", "Install.RequiredBy", "Install.UpheldBy")) {
                        for (var wanting : file.words(key)) {
                            firstBoot
                                    .computeIfAbsent(wanting, _ -> new LinkedHashSet<>())
                                    .add(wanted);
                        }
                    }
                }
            }
        }
    }

    /** The first line that matches counts; what no line names is enabled. */
    boolean isPresetEnabled(String name) {
        if (presets == null) {
            presets = presetLines();
        }
        for (var line : presets) {
            if (Glob.matches(line.pattern, name)) {
                return line.enable;
            }
        }
        return true;
    }

    private List<PresetLine> presetLines() {
        var files = new TreeMap<String, String>();
        for (var directory :
                List.of(
                        "/etc/systemd/system-preset",
                        "/usr/local/lib/systemd/system-preset",
                        "/usr/lib/systemd/system-preset",
                        "/lib/systemd/system-preset")) {
            for (var name : reader.names(directory)) {
                if (name.endsWith(".preset")) {
                    files.putIfAbsent(name, directory + "/" + name);
                }
            }
        }
        var lines = new ArrayList<PresetLine>();
        for (var path : files.values()) {
            for (var line : reader.lines(path)) {
                var word = line.strip().split("[ \t]+", 3);
                if (word.length >= 2 && lines.size() < MAX_UNITS) {
                    if (word[0].equals("enable") || word[0].equals("disable")) {
                        lines.add(new PresetLine(word[0].equals("enable"), word[1]));
                    }
                }
            }
        }
        return lines;
    }

    /** Scripts of System V init that start in runlevels 2 to 5. */
    private Set<String> sysvServices() {
        if (sysv == null) {
            sysv = SysvReader.started(reader);
        }
        return sysv;
    }

    private static String base(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private static boolean isUnit(String name) {
        int dot = name.lastIndexOf('.');
        return dot > 0
                && switch (name.substring(dot + 1)) {
                    case "service",
                            "socket",
                            "target",
                            "timer",
                            "path",
                            "mount",
                            "automount",
                            "swap",
                            "slice",
                            "scope",
                            "device" ->
                            true;
                    default -> false;
                };
    }
}
