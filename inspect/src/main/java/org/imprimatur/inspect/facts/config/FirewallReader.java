package org.imprimatur.inspect.facts.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.Glob;
import org.imprimatur.inspect.facts.GuestFiles;

/** Reads the rule sets that nftables, iptables, firewalld and ufw load at boot. */
final class FirewallReader {

    private static final int MAX_DEPTH = 8;
    private static final int MAX_FILES = 200;
    private static final Pattern BLANK = Pattern.compile("\\s+");

    private final ConfigReader reader;
    private final Services services;
    private int files;

    private FirewallReader(ConfigReader reader, Services services) {
        this.reader = reader;
        this.services = services;
    }

    static List<Firewall> read(ConfigReader reader, Services services) {
        var firewall = new FirewallReader(reader, services);
        var all = new ArrayList<Firewall>();
        firewall.nftables(all);
        firewall.iptables(all);
        firewall.firewalld(all);
        firewall.ufw(all);
        return all;
    }

    private void nftables(List<Firewall> all) {
        boolean runs = services.runsAny(List.of("nftables"));
        for (var path :
                List.of(
                        "/etc/nftables.conf",
                        "/etc/sysconfig/nftables.conf",
                        "/etc/nftables.nft")) {
            var words = new ArrayList<String>();
            nftWords(path, 0, words);
            if (!words.isEmpty()) {
                all.add(nft(path, runs, words));
            }
        }
    }

    private void nftWords(String path, int depth, List<String> words) {
        if (depth > MAX_DEPTH || ++files > MAX_FILES) {
            reader.missed(path, "includes too many files, perhaps itself");
            return;
        }
        for (var line : reader.lines(path)) {
            int comment = line.indexOf('#');
            var text = (comment < 0 ? line : line.substring(0, comment)).strip();
            if (text.startsWith("include ")) {
                var name = text.substring(8).replace("\"", "").replace("'", "").replace(";", "");
                var absolute = name.strip().startsWith("/") ? name.strip() : "/etc/" + name.strip();
                Glob.expand(reader, absolute).forEach(each -> nftWords(each, depth + 1, words));
                continue;
            }
            for (var word :
                    BLANK.split(
                            text.replace("{", " { ").replace("}", " } ").replace(";", " ; "), -1)) {
                if (!word.isEmpty()) {
                    words.add(word);
                }
            }
        }
    }

    /**
     * Base chains: {@code table FAMILY NAME { chain NAME { type filter hook HOOK … policy P; …}}}.
     */
    private static Firewall nft(String path, boolean runs, List<String> words) {
        boolean filters4 = false;
        boolean filters6 = false;
        boolean constrains = false;
        var family = "ip";
        var hook = "";
        boolean drops = false;
        int depth = 0;
        for (int i = 0; i < words.size(); i++) {
            var word = words.get(i);
            var next = i + 1 < words.size() ? words.get(i + 1) : "";
            if (word.equals("table") && depth == 0) {
                family =
                        List.of("ip", "ip6", "inet", "netdev", "bridge", "arp").contains(next)
                                ? next
                                : "ip";
            } else if (word.equals("chain") && depth == 1) {
                hook = "";
                drops = false;
            } else if (word.equals("hook")) {
                hook = next;
            } else if (word.equals("{")) {
                depth++;
            } else if (depth == 2
                    && (word.equals("policy") && next.equals("drop")
                            || (word.equals("drop") || word.equals("reject"))
                                    && (i > 0 && List.of(";", "}", "{").contains(words.get(i - 1))
                                            || i > 1 && words.get(i - 1).equals("counter")))) {
                drops = true;
            } else if (word.equals("}")) {
                depth = Math.max(0, depth - 1);
                if (depth == 1 && drops) {
                    boolean four = family.equals("ip") || family.equals("inet");
                    boolean six = family.equals("ip6") || family.equals("inet");
                    filters4 |= hook.equals("input") && four;
                    filters6 |= hook.equals("input") && six;
                    constrains |= hook.equals("output");
                    drops = false;
                }
            }
        }
        return new Firewall("nftables", path, runs, filters4, filters6, constrains);
    }

    private void iptables(List<Firewall> all) {
        boolean debian = services.runsAny(List.of("netfilter-persistent", "iptables-persistent"));
        iptables("/etc/iptables/rules.v4", "/etc/iptables/rules.v6", debian, debian, all);
        iptables(
                "/etc/sysconfig/iptables",
                "/etc/sysconfig/ip6tables",
                services.runsAny(List.of("iptables")),
                services.runsAny(List.of("ip6tables")),
                all);
        iptables(
                "/etc/iptables/iptables.rules",
                "/etc/iptables/ip6tables.rules",
                services.runsAny(List.of("iptables")),
                services.runsAny(List.of("ip6tables")),
                all);
    }

    private void iptables(
            String four, String six, boolean runs4, boolean runs6, List<Firewall> all) {
        var rules4 = iptables(four);
        var rules6 = iptables(six);
        if (!rules4.isEmpty() || !rules6.isEmpty()) {
            all.add(
                    new Firewall(
                            "iptables",
                            rules4.isEmpty() ? six : four,
                            runs4 || runs6,
                            runs4 && drops(rules4, "INPUT"),
                            runs6 && drops(rules6, "INPUT"),
                            drops(rules4, "OUTPUT") || drops(rules6, "OUTPUT")));
        }
    }

    /** The lines of the filter table as iptables-save(8) writes them. */
    private List<String> iptables(String path) {
        var lines = new ArrayList<String>();
        var table = "filter";
        for (var line : reader.lines(path)) {
            var text = line.strip();
            if (text.startsWith("*")) {
                table = text.substring(1);
            } else if (table.equals("filter") && !text.isEmpty() && !text.startsWith("#")) {
                lines.add(text);
            }
        }
        return lines;
    }

    private static boolean drops(List<String> rules, String chain) {
        for (var rule : rules) {
            var word = BLANK.split(rule, -1);
            boolean policy =
                    word.length > 1
                            && word[0].equals(":" + chain)
                            && (word[1].equals("DROP") || word[1].equals("REJECT"));
            // a rule without any condition that ends the chain
            boolean last =
                    word.length > 3
                            && word[0].equals("-A")
                            && word[1].equals(chain)
                            && word[2].equals("-j")
                            && (word[3].equals("DROP") || word[3].equals("REJECT"));
            if (policy || last) {
                return true;
            }
        }
        return false;
    }

    private void firewalld(List<Firewall> all) {
        var config = reader.text("/etc/firewalld/firewalld.conf");
        boolean runs = services.runsAny(List.of("firewalld"));
        if (config == null && !runs) {
            return;
        }
        var zone =
                assignments("/etc/firewalld/firewalld.conf").getOrDefault("DefaultZone", "public");
        var target = "default";
        for (var path :
                List.of(
                        "/etc/firewalld/zones/" + zone + ".xml",
                        "/usr/lib/firewalld/zones/" + zone + ".xml")) {
            if (reader.kind(path) == GuestFiles.Kind.FILE) {
                var text = reader.text(path);
                target = text != null && text.contains("target=\"ACCEPT\"") ? "ACCEPT" : "default";
                break;
            }
        }
        boolean filters = !target.equals("ACCEPT") && !zone.equals("trusted");
        all.add(
                new Firewall(
                        "firewalld",
                        "/etc/firewalld/firewalld.conf",
                        runs,
                        filters,
                        filters,
                        false));
    }

    private void ufw(List<Firewall> all) {
        if (reader.kind("/etc/ufw/ufw.conf") != GuestFiles.Kind.FILE) {
            return;
        }
        boolean on = isYes(assignments("/etc/ufw/ufw.conf").getOrDefault("ENABLED", "no"));
        var defaults = assignments("/etc/default/ufw");
        boolean drops = !defaults.getOrDefault("DEFAULT_INPUT_POLICY", "DROP").equals("ACCEPT");
        boolean six = isYes(defaults.getOrDefault("IPV6", "yes"));
        boolean out = !defaults.getOrDefault("DEFAULT_OUTPUT_POLICY", "ACCEPT").equals("ACCEPT");
        all.add(
                new Firewall(
                        "ufw",
                        "/etc/ufw/ufw.conf",
                        on && services.runsAny(List.of("ufw")),
                        drops,
                        drops && six,
                        out));
    }

    private Map<String, String> assignments(String path) {
        return assignments(reader, path);
    }

    /** Shell-like assignments; the last of a name counts. */
    static Map<String, String> assignments(ConfigReader reader, String path) {
        var values = new TreeMap<String, String>();
        for (var line : reader.lines(path)) {
            int equals = line.indexOf('=');
            if (equals > 0 && !line.strip().startsWith("#")) {
                values.put(
                        line.substring(0, equals).replaceFirst("^\\s*(export\\s+)?", "").strip(),
                        line.substring(equals + 1).strip().replace("\"", "").replace("'", ""));
            }
        }
        return values;
    }

    private static boolean isYes(String value) {
        return value.toLowerCase(Locale.ROOT).equals("yes");
    }
}
