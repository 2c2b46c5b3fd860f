package org.imprimatur.inspect.facts.config;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.Glob;
import org.imprimatur.inspect.facts.GuestFiles;
import org.imprimatur.inspect.facts.Shown;
import org.imprimatur.inspect.versions.VersionOrder;
import org.jspecify.annotations.Nullable;

/**
 * Which kernel starts if nobody chooses: the default entry of the menu that the boot loader shows,
 * as GRUB, extlinux and systemd-boot choose it.
 */
final class BootMenu {

    private static final List<String> GRUB = List.of("/boot/grub2", "/boot/grub");
    private static final List<String> EXTLINUX =
            List.of(
                    "/boot/extlinux/extlinux.conf",
                    "/boot/extlinux.conf",
                    "/boot/syslinux/syslinux.cfg",
                    "/extlinux.conf");
    private static final List<String> LOADERS =
            List.of("/boot/loader", "/efi/loader", "/boot/efi/loader");

    /** Where the directory that a loader calls the root may be mounted. */
    private static final List<String> ROOTS = List.of("", "/boot", "/efi", "/boot/efi");

    /**
     * A line of a menu, or a menu in it.
     *
     * @param path of the file with the kernel's line
     * @param kernel as the loader names it; empty if the entry starts something else
     */
    private record Entry(String path, String id, String title, String kernel, List<Entry> below) {

        boolean is(String name) {
            return id.equals(name) || title.equals(name);
        }
    }

    private final ConfigReader reader;

    private BootMenu(ConfigReader reader) {
        this.reader = reader;
    }

    /** What starts; null if no loader is configured, or if it is not a kernel of Linux. */
    static BootChain.@Nullable Start start(ConfigReader reader) {
        var menu = new BootMenu(reader);
        for (var directory : GRUB) {
            var start = menu.start(menu.new Grub(directory).chosen());
            if (start != null) {
                return start;
            }
        }
        for (var path : EXTLINUX) {
            var start = menu.start(menu.extlinux(path));
            if (start != null) {
                return start;
            }
        }
        for (var directory : LOADERS) {
            var start = menu.start(menu.systemdBoot(directory));
            if (start != null) {
                return start;
            }
        }
        return null;
    }

    private BootChain.@Nullable Start start(@Nullable Entry entry) {
        if (entry == null || entry.kernel.isEmpty() || entry.kernel.contains("$")) {
            return null;
        }
        var file = file(entry.kernel);
        var name = file == null ? entry.kernel : file;
        var link = file == null ? null : reader.link(file);
        if (link != null) {
            name = link;
        }
        return new BootChain.Start(
                Shown.path(entry.path),
                Shown.text(entry.title.isEmpty() ? entry.id : entry.title),
                Shown.path(file == null ? entry.kernel : file),
                Shown.text(version(name)),
                file != null);
    }

    /** Where the system sees a kernel that a loader names; null if there is none. */
    private @Nullable String file(String kernel) {
        var plain = kernel.startsWith("/") ? kernel : "/" + kernel;
        for (var path : List.of(plain, "/boot" + plain.substring(plain.lastIndexOf('/')))) {
            for (var root : ROOTS) {
                if (reader.kind(root + path) == GuestFiles.Kind.FILE) {
                    return root + path;
                }
            }
        }
        return null;
    }

    /** Of {@code vmlinuz-VERSION}, or of {@code VERSION/linux} as kernel-install(8) names it. */
    static String version(String path) {
        int slash = path.lastIndexOf('/');
        var name = path.substring(slash + 1);
        int dash = name.indexOf('-');
        if (name.startsWith("vmlinu") && dash > 0) {
            return name.substring(dash + 1);
        }
        return name.equals("linux") && slash > 0
                ? path.substring(path.lastIndexOf('/', slash - 1) + 1, slash)
                : "";
    }

    // ---- entries of the boot loader specification

    private List<Entry> entries(String directory, Comparator<Map<String, String>> order) {
        var all = new ArrayList<Map<String, String>>();
        for (var file : reader.names(directory)) {
            if (file.endsWith(".conf")) {
                var keys = new HashMap<String, String>();
                for (var line : reader.lines(directory + "/" + file)) {
                    var parts = line.strip().split("[ \t]+", 2);
                    if (parts.length == 2 && !parts[0].startsWith("#")) {
                        keys.putIfAbsent(parts[0], parts[1].strip());
                    }
                }
                keys.put("file", file.substring(0, file.length() - ".conf".length()));
                all.add(keys);
            }
        }
        all.sort(order);
        return all.stream()
                .map(
                        keys ->
                                new Entry(
                                        directory + "/" + keys.get("file") + ".conf",
                                        key(keys, "file"),
                                        key(keys, "title"),
                                        key(keys, "linux").replaceFirst("^\\(\\$root\\)", ""),
                                        List.of()))
                .toList();
    }

    private static String key(Map<String, String> keys, String name) {
        return keys.getOrDefault(name, "");
    }

    private static Comparator<Map<String, String>> newestBy(String name) {
        return Comparator.comparing((Map<String, String> keys) -> key(keys, name), VersionOrder.RPM)
                .reversed();
    }

    /** loader.conf(5); what is remembered in the firmware is not in an image. */
    private @Nullable Entry systemdBoot(String directory) {
        var pattern = "";
        for (var line : reader.lines(directory + "/loader.conf")) {
            var parts = line.strip().split("[ \t]+", 2);
            if (parts.length == 2 && parts[0].equals("default")) {
                pattern = parts[1].strip();
            }
        }
        Comparator<Map<String, String>> keyed =
                Comparator.comparing(keys -> key(keys, "sort-key").isEmpty());
        var order =
                keyed.thenComparing(keys -> key(keys, "sort-key"))
                        .thenComparing(newestBy("version"))
                        .thenComparing(newestBy("file"));
        var entries = entries(directory + "/entries", order);
        for (var each : entries) {
            if (Glob.matches(pattern, each.id) || Glob.matches(pattern, each.id + ".conf")) {
                return each;
            }
        }
        return entries.isEmpty() ? null : entries.getFirst();
    }

    // ---- extlinux and syslinux

    private @Nullable Entry extlinux(String path) {
        var wanted = "";
        var marked = "";
        var label = "";
        var kernels = new HashMap<String, String>();
        var first = "";
        for (var line : reader.lines(path)) {
            var word = line.strip().split("[ \t]+", 3);
            switch (word[0].toLowerCase(Locale.ROOT)) {
                case "default", "ontimeout" -> wanted = word.length > 1 ? word[1] : "";
                case "label" -> {
                    label = word.length > 1 ? word[1] : "";
                    first = first.isEmpty() ? label : first;
                }
                case "menu" -> {
                    if (word.length > 1 && word[1].equalsIgnoreCase("default")) {
                        marked = label;
                    }
                }
                case "kernel", "linux" -> {
                    if (word.length > 1 && !label.isEmpty()) {
                        kernels.putIfAbsent(label, word[1]);
                    }
                }
                default -> {
                    // says nothing about which kernel starts
                }
            }
        }
        // The name of a menu program is no label; it starts the marked entry, or the first.
        var chosen = !marked.isEmpty() ? marked : kernels.containsKey(wanted) ? wanted : first;
        var kernel = kernels.get(chosen);
        if (kernel == null) {
            return null;
        }
        var directory = path.substring(0, path.lastIndexOf('/'));
        var absolute = kernel.startsWith("/") ? kernel : directory + "/" + kernel;
        return new Entry(path, chosen, "", normal(absolute), List.of());
    }

    /** Without {@code ..}, which extlinux's own entries have. */
    private static String normal(String path) {
        var parts = new ArrayDeque<String>();
        for (var part : path.split("/+")) {
            if (part.equals("..")) {
                parts.pollLast();
            } else if (!part.isEmpty() && !part.equals(".")) {
                parts.addLast(part);
            }
        }
        return "/" + String.join("/", parts);
    }

    // ---- GRUB

    /** Its script, of which only menus and the assignments that choose from them matter. */
    private final class Grub {

        private final String directory;
        private final Map<String, String> environment = new HashMap<>();
        private final List<Entry> top = new ArrayList<>();
        private final ArrayDeque<Block> open = new ArrayDeque<>();
        private String chosen = "";

        /**
         * What stands between braces.
         *
         * @param entries of the menu that it is; null for an entry or a function
         */
        private final class Block {
            private final String title;
            private final String id;
            private final @Nullable List<Entry> entries;
            private final boolean entry;
            private String kernel = "";

            Block(String title, String id, @Nullable List<Entry> entries, boolean entry) {
                this.title = title;
                this.id = id;
                this.entries = entries;
                this.entry = entry;
            }
        }

        Grub(String directory) {
            this.directory = directory;
        }

        @Nullable Entry chosen() {
            for (var line : reader.lines(directory + "/grubenv")) {
                int equals = line.indexOf('=');
                if (equals > 0 && !line.startsWith("#")) {
                    environment.put(line.substring(0, equals), line.substring(equals + 1));
                }
            }
            read(directory + "/grub.cfg");
            if (top.isEmpty()) {
                return null;
            }
            return find(top, chosen);
        }

        private void read(String path) {
            for (var line : reader.lines(path)) {
                var text = line.strip();
                if (text.startsWith("menuentry ") || text.startsWith("submenu ")) {
                    begin(text);
                } else if (text.startsWith("function ") && text.endsWith("{")) {
                    open.push(new Block("", "", null, false));
                } else if (text.equals("}")) {
                    end(path);
                } else if (text.startsWith("set default=")) {
                    choose(text.substring("set default=".length()));
                } else if (text.equals("blscfg") && open.isEmpty()) {
                    top.addAll(entries("/boot/loader/entries", newestBy("file")));
                } else if (text.startsWith("source ") && text.endsWith("/custom.cfg")) {
                    read(directory, path);
                } else {
                    kernel(text);
                }
            }
            open.clear();
        }

        /** What the makers of a system add by hand; it includes nothing itself. */
        private void read(String where, String from) {
            if (from.endsWith("/grub.cfg")) {
                read(where + "/custom.cfg");
            }
        }

        private void begin(String text) {
            boolean menu = text.startsWith("submenu ");
            var words = words(text);
            var id = "";
            for (int i = 2; i + 1 < words.size(); i++) {
                if (words.get(i).equals("--id") || words.get(i).equals("$menuentry_id_option")) {
                    id = words.get(i + 1);
                }
            }
            open.push(
                    new Block(
                            words.size() > 1 ? words.get(1) : "",
                            id,
                            menu ? new ArrayList<>() : null,
                            !menu));
        }

        private void end(String path) {
            var block = open.poll();
            if (block == null || !block.entry && block.entries == null) {
                return;
            }
            var entry =
                    new Entry(
                            path,
                            block.id,
                            block.title,
                            block.kernel,
                            block.entries == null ? List.of() : block.entries);
            var around = open.peek();
            if (around == null) {
                top.add(entry);
            } else if (around.entries != null) {
                around.entries.add(entry);
            }
        }

        private void kernel(String text) {
            var block = open.peek();
            if (block != null && block.entry && block.kernel.isEmpty()) {
                var words = words(text);
                if (words.size() > 1 && words.getFirst().matches("linux(16|efi)?")) {
                    block.kernel = words.get(1).replaceFirst("^\\([^)]*\\)", "");
                }
            }
        }

        /** The choice for one boot alone counts if it is set. */
        private void choose(String value) {
            var plain = words(value).isEmpty() ? "" : words(value).getFirst();
            var name =
                    plain.startsWith("${") && plain.endsWith("}")
                            ? plain.substring(2, plain.length() - 1)
                            : plain.startsWith("$") ? plain.substring(1) : "";
            boolean once = name.equals("next_entry");
            if (once && environment.getOrDefault(name, "").isEmpty()) {
                return;
            }
            if (!once && !environment.getOrDefault("next_entry", "").isEmpty()) {
                return;
            }
            chosen = name.isEmpty() ? plain : environment.getOrDefault(name, "");
        }

        /** By number, id or title, below each other with {@code >} between; else the first. */
        private @Nullable Entry find(List<Entry> menu, String name) {
            var level = menu;
            Entry found = null;
            for (var part : name.split("(?<!>)>(?!>)", 16)) {
                var wanted = part.replace(">>", ">");
                found = at(level, wanted);
                if (found == null || found.below.isEmpty()) {
                    break;
                }
                level = found.below;
            }
            if (found == null) {
                found = menu.getFirst();
            }
            for (int depth = 0; !found.below.isEmpty() && depth < 16; depth++) {
                found = found.below.getFirst();
            }
            return found;
        }

        private static @Nullable Entry at(List<Entry> menu, String wanted) {
            if (wanted.matches("[0-9]{1,6}")) {
                int number = Integer.parseInt(wanted);
                return number < menu.size() ? menu.get(number) : null;
            }
            Predicate<Entry> is = each -> each.is(wanted);
            return wanted.isEmpty() ? null : menu.stream().filter(is).findFirst().orElse(null);
        }
    }

    /** Words of a shell, with quotes taken off; a brace that begins a block ends them. */
    private static List<String> words(String text) {
        var words = new ArrayList<String>();
        var word = new StringBuilder();
        boolean begun = false;
        char quote = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quote == 0 && (c == '\'' || c == '"')) {
                quote = c;
                begun = true;
            } else if (c == quote) {
                quote = 0;
            } else if (c == '\\' && quote != '\'' && i + 1 < text.length()) {
                word.append(text.charAt(++i));
                begun = true;
            } else if (quote == 0 && (c == ' ' || c == '\t')) {
                if (begun) {
                    words.add(word.toString());
                }
                word.setLength(0);
                begun = false;
            } else {
                word.append(c);
                begun = true;
            }
        }
        if (begun) {
            words.add(word.toString());
        }
        return words;
    }
}
