package org.imprimatur.inspect.facts.config;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.Glob;
import org.imprimatur.inspect.facts.GuestFiles;
import org.imprimatur.inspect.facts.Shown;
import org.imprimatur.inspect.facts.config.Network.Connection;
import org.imprimatur.inspect.facts.config.Network.Method;
import org.imprimatur.inspect.facts.config.Network.Source;
import org.jspecify.annotations.Nullable;

/**
 * Reads how a system joins a network: interfaces(5), netplan(5), nm-settings-keyfile(5),
 * systemd.network(5) of {@code /etc}, and files {@code ifcfg-*}; and whom it asks for names.
 */
final class ConnectionReader {

    private static final int MAX_CONNECTIONS = 1_000;
    private static final int MAX_TEXTS = 100;
    private static final int MAX_HOSTS = 10_000;
    private static final int MAX_SOURCES = 100;

    private final ConfigReader reader;
    private final Map<String, Draft> drafts = new LinkedHashMap<>();

    private ConnectionReader(ConfigReader reader) {
        this.reader = reader;
    }

    static Network read(ConfigReader reader) {
        return new ConnectionReader(reader).read();
    }

    private Network read() {
        ifupdown("/etc/network/interfaces", new LinkedHashSet<>());
        for (var path : files("/etc/netplan/*.yaml")) {
            netplan(path);
        }
        for (var path : files("/etc/NetworkManager/system-connections/*")) {
            networkManager(path);
        }
        for (var path : files("/etc/systemd/network/*.network")) {
            networkd(path);
        }
        for (var pattern :
                List.of(
                        "/etc/sysconfig/network-scripts/ifcfg-*",
                        "/etc/sysconfig/network/ifcfg-*")) {
            for (var path : files(pattern)) {
                ifcfg(path);
            }
        }
        return new Network(
                hostName(),
                drafts.values().stream().map(Draft::connection).toList(),
                resolver(),
                hosts());
    }

    private List<String> files(String pattern) {
        return Glob.expand(reader, pattern).stream()
                .filter(path -> reader.kind(path) == GuestFiles.Kind.FILE)
                .toList();
    }

    /** What is known of a connection until now. */
    private static final class Draft {
        private final String path;
        private final Source source;
        private final String interfaces;
        private boolean automatic;
        private Method ipv4 = Method.UNSET;
        private Method ipv6 = Method.UNSET;
        private final Set<String> addresses = new LinkedHashSet<>();
        private final Set<String> gateways = new LinkedHashSet<>();
        private final Set<String> nameServers = new LinkedHashSet<>();
        private final Set<String> searchDomains = new LinkedHashSet<>();

        Draft(String path, Source source, String interfaces) {
            this.path = Shown.path(path);
            this.source = source;
            this.interfaces = Shown.text(interfaces);
        }

        /** An address makes its kind static, unless something else was said. */
        void address(String address) {
            if (add(addresses, address)) {
                boolean six = address.indexOf(':') >= 0;
                ipv4 = !six && ipv4 == Method.UNSET ? Method.STATIC : ipv4;
                ipv6 = six && ipv6 == Method.UNSET ? Method.STATIC : ipv6;
            }
        }

        Connection connection() {
            return new Connection(
                    path,
                    source,
                    interfaces,
                    automatic,
                    ipv4,
                    ipv6,
                    List.copyOf(addresses),
                    List.copyOf(gateways),
                    List.copyOf(nameServers),
                    List.copyOf(searchDomains));
        }
    }

    private static boolean add(Set<String> texts, String text) {
        var plain = text.strip();
        return !plain.isEmpty() && texts.size() < MAX_TEXTS && texts.add(Shown.text(plain));
    }

    private static void addAll(Set<String> texts, String list) {
        for (var each : list.split("[ \t,;]+")) {
            add(texts, each);
        }
    }

    private Draft draft(String key, String path, Source source, String interfaces) {
        var known = drafts.get(key);
        if (known == null) {
            known = new Draft(path, source, interfaces);
            if (drafts.size() < MAX_CONNECTIONS) {
                drafts.put(key, known);
            } else {
                reader.missed(path, "more than %d connections".formatted(MAX_CONNECTIONS));
            }
        }
        return known;
    }

    // ---- interfaces(5)

    private void ifupdown(String path, Set<String> seen) {
        if (seen.size() >= MAX_SOURCES || !seen.add(path)) {
            return;
        }
        Draft here = null;
        boolean six = false;
        var mask = "";
        for (var line : joined(reader.lines(path))) {
            var word = line.strip().split("[ \t]+");
            if (word[0].startsWith("#") || word[0].isEmpty()) {
                continue;
            }
            var value = word.length > 1 ? word[1] : "";
            switch (word[0]) {
                case "source", "source-directory" -> {
                    var pattern = value.startsWith("/") ? value : "/etc/network/" + value;
                    for (var file : files(word[0].equals("source") ? pattern : pattern + "/*")) {
                        ifupdown(file, seen);
                    }
                    here = null;
                }
                case "auto", "allow-auto", "allow-hotplug" -> {
                    for (var name : Arrays.asList(word).subList(1, word.length)) {
                        draft("if " + name, path, Source.IFUPDOWN, name).automatic = true;
                    }
                    here = null;
                }
                case "iface" -> {
                    here = draft("if " + value, path, Source.IFUPDOWN, value);
                    six = word.length > 2 && word[2].equals("inet6");
                    mask = "";
                    var method =
                            switch (word.length > 3 ? word[3] : "") {
                                case "dhcp" -> Method.DHCP;
                                case "static" -> Method.STATIC;
                                case "auto" -> Method.AUTO;
                                case "loopback" -> Method.LOOPBACK;
                                case "manual" -> Method.DISABLED;
                                default -> Method.UNSET;
                            };
                    if (six) {
                        here.ipv6 = method;
                    } else {
                        here.ipv4 = method;
                    }
                }
                case "mapping" -> here = null;
                default -> {
                    if (here != null) {
                        mask = word[0].equals("netmask") ? value : mask;
                        option(here, word[0], line.strip().substring(word[0].length()));
                        if (word[0].equals("netmask")) {
                            masked(here, mask, six);
                        }
                    }
                }
            }
        }
    }

    private static void option(Draft draft, String name, String value) {
        switch (name) {
            case "address" -> draft.address(value.strip());
            case "gateway" -> add(draft.gateways, value);
            case "dns-nameservers", "dns-nameserver" -> addAll(draft.nameServers, value);
            case "dns-search", "dns-domain" -> addAll(draft.searchDomains, value);
            default -> {
                // says nothing about addresses
            }
        }
    }

    /** The mask belongs to the address before it, of the same kind. */
    private static void masked(Draft draft, String mask, boolean six) {
        var last = "";
        for (var each : draft.addresses) {
            if (each.indexOf(':') >= 0 == six) {
                last = each;
            }
        }
        if (!last.isEmpty() && last.indexOf('/') < 0) {
            draft.addresses.remove(last);
            add(draft.addresses, last + "/" + mask);
        }
    }

    /** Lines that end in a backslash go on in the next. */
    private static List<String> joined(List<String> lines) {
        var all = new ArrayList<String>();
        var begun = new StringBuilder();
        for (var line : lines) {
            if (line.endsWith("\\") && begun.length() < 1 << 16) {
                begun.append(line, 0, line.length() - 1);
            } else {
                all.add(begun.append(line).toString());
                begun.setLength(0);
            }
        }
        return all;
    }

    // ---- netplan(5)

    private void netplan(String path) {
        var text = reader.text(path);
        if (text == null) {
            return;
        }
        Object document;
        try {
            document = Yaml.parse(text);
        } catch (IOException e) {
            reader.missed(path, "is no YAML that can be read");
            return;
        }
        for (var kind : map(map(document).get("network")).values()) {
            for (var device : map(kind).entrySet()) {
                if (device.getValue() instanceof Map<?, ?> settings) {
                    netplan(path, String.valueOf(device.getKey()), settings);
                }
            }
        }
    }

    private void netplan(String path, String id, Map<?, ?> settings) {
        var match = map(settings.get("match"));
        var name = match.get("name") instanceof String pattern ? pattern : id;
        var draft = draft("netplan " + id, path, Source.NETPLAN, name);
        draft.automatic = !"manual".equals(settings.get("activation-mode"));
        if (settings.containsKey("dhcp4")) {
            draft.ipv4 = Yaml.isTrue(settings.get("dhcp4")) ? Method.DHCP : Method.UNSET;
        }
        if (settings.containsKey("dhcp6")) {
            draft.ipv6 = Yaml.isTrue(settings.get("dhcp6")) ? Method.DHCP : Method.UNSET;
        }
        for (var address : list(settings.get("addresses"))) {
            draft.address(
                    address instanceof Map<?, ?> with && !with.isEmpty()
                            ? String.valueOf(with.keySet().iterator().next())
                            : String.valueOf(address));
        }
        for (var gateway : List.of("gateway4", "gateway6")) {
            if (settings.get(gateway) instanceof String address) {
                add(draft.gateways, address);
            }
        }
        for (var route : list(settings.get("routes"))) {
            var to = String.valueOf(map(route).get("to"));
            if (Set.of("default", "0.0.0.0/0", "::/0", "0/0").contains(to)
                    && map(route).get("via") instanceof String via) {
                add(draft.gateways, via);
            }
        }
        var servers = map(settings.get("nameservers"));
        list(servers.get("addresses")).forEach(each -> add(draft.nameServers, text(each)));
        list(servers.get("search")).forEach(each -> add(draft.searchDomains, text(each)));
    }

    private static String text(Object value) {
        return value instanceof String text ? text : "";
    }

    private static Map<?, ?> map(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? map : Map.of();
    }

    private static List<?> list(@Nullable Object value) {
        return value instanceof List<?> list ? list : List.of();
    }

    // ---- nm-settings-keyfile(5)

    private void networkManager(String path) {
        var file = new UnitFile();
        var text = reader.text(path);
        file.add(text == null ? "" : text);
        if (file.values().keySet().stream().noneMatch(key -> key.startsWith("connection."))) {
            return;
        }
        var name = file.last("connection.interface-name");
        var id = file.last("connection.id");
        var draft = draft("nm " + path, path, Source.NETWORK_MANAGER, name.isEmpty() ? id : name);
        draft.automatic = !file.last("connection.autoconnect").equals("false");
        draft.ipv4 = managed(file, "ipv4", draft);
        draft.ipv6 = managed(file, "ipv6", draft);
    }

    private static Method managed(UnitFile file, String section, Draft draft) {
        for (var setting : file.values().entrySet()) {
            if (setting.getKey().matches(section + "\\.address(es)?[0-9]*")) {
                var parts = setting.getValue().getLast().split("[,;]", 3);
                draft.address(parts[0]);
                if (parts.length > 1) {
                    add(draft.gateways, parts[1]);
                }
            }
        }
        add(draft.gateways, file.last(section + ".gateway"));
        addAll(draft.nameServers, file.last(section + ".dns"));
        addAll(draft.searchDomains, file.last(section + ".dns-search"));
        return switch (file.last(section + ".method")) {
            case "auto" -> section.equals("ipv4") ? Method.DHCP : Method.AUTO;
            case "dhcp" -> Method.DHCP;
            case "manual", "shared" -> Method.STATIC;
            case "disabled", "ignore" -> Method.DISABLED;
            case "link-local" -> Method.LINK_LOCAL;
            default -> Method.UNSET;
        };
    }

    // ---- systemd.network(5)

    private void networkd(String path) {
        var file = new UnitFile();
        var text = reader.text(path);
        file.add(text == null ? "" : text);
        for (var more : files(path + ".d/*.conf")) {
            var added = reader.text(more);
            file.add(added == null ? "" : added);
        }
        if (file.values().isEmpty()) {
            return;
        }
        var name = file.last("Match.Name");
        var draft =
                draft(
                        "networkd " + path,
                        path,
                        Source.NETWORKD,
                        name.isEmpty() ? "type " + file.last("Match.Type") : name);
        draft.automatic = !file.last("Link.ActivationPolicy").equals("manual");
        var dhcp = file.last("Network.DHCP").toLowerCase(Locale.ROOT);
        if (Yaml.isTrue(dhcp) || dhcp.equals("both") || dhcp.equals("ipv4") || dhcp.equals("v4")) {
            draft.ipv4 = Method.DHCP;
        }
        if (Yaml.isTrue(dhcp) || dhcp.equals("both") || dhcp.equals("ipv6") || dhcp.equals("v6")) {
            draft.ipv6 = Method.DHCP;
        } else if (Yaml.isTrue(file.last("Network.IPv6AcceptRA"))) {
            draft.ipv6 = Method.AUTO;
        }
        for (var key : List.of("Network.Address", "Address.Address")) {
            file.all(key).forEach(draft::address);
        }
        for (var key : List.of("Network.Gateway", "Route.Gateway")) {
            file.all(key).forEach(each -> add(draft.gateways, each));
        }
        file.words("Network.DNS").forEach(each -> add(draft.nameServers, each));
        file.words("Network.Domains").forEach(each -> add(draft.searchDomains, each));
    }

    // ---- ifcfg

    private void ifcfg(String path) {
        var values = new HashMap<String, String>();
        for (var line : reader.lines(path)) {
            var text = line.strip();
            int equals = text.indexOf('=');
            if (equals > 0 && !text.startsWith("#")) {
                values.put(
                        text.substring(0, equals).strip(),
                        text.substring(equals + 1).replace("\"", "").replace("'", "").strip());
            }
        }
        var suffix = path.substring(path.lastIndexOf("/ifcfg-") + "/ifcfg-".length());
        var draft =
                draft("ifcfg " + path, path, Source.IFCFG, values.getOrDefault("DEVICE", suffix));
        var start = values.getOrDefault("STARTMODE", "").toLowerCase(Locale.ROOT);
        draft.automatic =
                !values.getOrDefault("ONBOOT", "yes").equalsIgnoreCase("no")
                        && !start.equals("manual")
                        && !start.equals("off");
        var protocol = values.getOrDefault("BOOTPROTO", "").toLowerCase(Locale.ROOT);
        switch (protocol) {
            case "dhcp", "dhcp4", "bootp" -> draft.ipv4 = Method.DHCP;
            case "static" -> draft.ipv4 = Method.STATIC;
            default -> {
                if (suffix.equals("lo")) {
                    draft.ipv4 = Method.LOOPBACK;
                }
            }
        }
        if (Yaml.isTrue(values.get("DHCPV6C")) || protocol.equals("dhcp6")) {
            draft.ipv6 = Method.DHCP;
        } else if (Yaml.isTrue(values.get("IPV6_AUTOCONF"))) {
            draft.ipv6 = Method.AUTO;
        } else if (Yaml.isFalse(values.get("IPV6INIT"))) {
            draft.ipv6 = Method.DISABLED;
        }
        for (var number : List.of("", "0", "1", "2", "3", "_0", "_1", "_2")) {
            var address = values.getOrDefault("IPADDR" + number, "");
            var length =
                    values.getOrDefault(
                            "PREFIX" + number,
                            values.getOrDefault(
                                    "PREFIXLEN" + number,
                                    values.getOrDefault("NETMASK" + number, "")));
            if (!address.isEmpty()) {
                draft.address(
                        address.contains("/") || length.isEmpty()
                                ? address
                                : address + "/" + length);
            }
        }
        for (var key : List.of("IPV6ADDR", "IPV6ADDR_SECONDARIES")) {
            Arrays.asList(values.getOrDefault(key, "").split("[ \t]+")).forEach(draft::address);
        }
        for (var key : List.of("GATEWAY", "IPV6_DEFAULTGW")) {
            add(draft.gateways, values.getOrDefault(key, ""));
        }
        for (var key : List.of("DNS1", "DNS2", "DNS3")) {
            add(draft.nameServers, values.getOrDefault(key, ""));
        }
        addAll(draft.searchDomains, values.getOrDefault("DOMAIN", ""));
    }

    // ---- names

    private String hostName() {
        for (var line : reader.lines("/etc/hostname")) {
            if (!line.isBlank() && !line.startsWith("#")) {
                return Shown.text(line.strip());
            }
        }
        return "";
    }

    private Network.Resolver resolver() {
        var link = reader.link("/etc/resolv.conf");
        var servers = new LinkedHashSet<String>();
        var domains = new LinkedHashSet<String>();
        for (var line : reader.lines("/etc/resolv.conf")) {
            var word = line.strip().split("[ \t]+", 2);
            if (word.length == 2) {
                switch (word[0]) {
                    case "nameserver" -> add(servers, word[1]);
                    case "search", "domain" -> addAll(domains, word[1]);
                    default -> {
                        // sortlist and options
                    }
                }
            }
        }
        var resolved = new UnitFile();
        for (var path : files("/etc/systemd/resolved.conf")) {
            var text = reader.text(path);
            resolved.add(text == null ? "" : text);
        }
        for (var path : files("/etc/systemd/resolved.conf.d/*.conf")) {
            var text = reader.text(path);
            resolved.add(text == null ? "" : text);
        }
        resolved.words("Resolve.DNS").forEach(each -> add(servers, each));
        resolved.words("Resolve.Domains").forEach(each -> add(domains, each));
        return new Network.Resolver(
                link == null ? "" : Shown.path(link), List.copyOf(servers), List.copyOf(domains));
    }

    private List<Network.Host> hosts() {
        var hosts = new ArrayList<Network.Host>();
        for (var line : reader.lines("/etc/hosts")) {
            int comment = line.indexOf('#');
            var word =
                    (comment < 0 ? line : line.substring(0, comment)).strip().split("[ \t]+", 100);
            if (word.length > 1 && hosts.size() < MAX_HOSTS) {
                hosts.add(
                        new Network.Host(
                                Shown.text(word[0]),
                                Arrays.stream(word).skip(1).map(Shown::text).toList()));
            }
        }
        return hosts;
    }
}
