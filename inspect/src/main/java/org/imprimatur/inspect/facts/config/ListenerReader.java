package org.imprimatur.inspect.facts.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.Glob;
import org.imprimatur.inspect.facts.Shown;

/** Sockets of systemd, and what known servers listen on by their own configuration. */
final class ListenerReader {

    /** A server that is known: its unit, and where it listens if nothing else is said. */
    private record Server(String stem, String protocol, int port, Listener.Kind kind) {}

    private static final List<Server> SERVERS =
            List.of(
                    new Server("ssh", "tcp", 22, Listener.Kind.SSH),
                    new Server("sshd", "tcp", 22, Listener.Kind.SSH),
                    new Server("dropbear", "tcp", 22, Listener.Kind.SSH),
                    new Server("postfix", "tcp", 25, Listener.Kind.MAIL),
                    new Server("exim4", "tcp", 25, Listener.Kind.MAIL),
                    new Server("exim", "tcp", 25, Listener.Kind.MAIL),
                    new Server("sendmail", "tcp", 25, Listener.Kind.MAIL),
                    new Server("opensmtpd", "tcp", 25, Listener.Kind.MAIL),
                    new Server("dovecot", "tcp", 143, Listener.Kind.MAIL),
                    new Server("mysql", "tcp", 3306, Listener.Kind.DATABASE),
                    new Server("mysqld", "tcp", 3306, Listener.Kind.DATABASE),
                    new Server("mariadb", "tcp", 3306, Listener.Kind.DATABASE),
                    new Server("postgresql", "tcp", 5432, Listener.Kind.DATABASE),
                    new Server("mongod", "tcp", 27017, Listener.Kind.DATABASE),
                    new Server("mongodb", "tcp", 27017, Listener.Kind.DATABASE),
                    new Server("redis", "tcp", 6379, Listener.Kind.DATABASE),
                    new Server("redis-server", "tcp", 6379, Listener.Kind.DATABASE),
                    new Server("memcached", "tcp", 11211, Listener.Kind.DATABASE),
                    new Server("elasticsearch", "tcp", 9200, Listener.Kind.DATABASE),
                    new Server("couchdb", "tcp", 5984, Listener.Kind.DATABASE),
                    new Server("telnetd", "tcp", 23, Listener.Kind.CLEAR_TEXT),
                    new Server("inetutils-telnetd", "tcp", 23, Listener.Kind.CLEAR_TEXT),
                    new Server("vsftpd", "tcp", 21, Listener.Kind.CLEAR_TEXT),
                    new Server("proftpd", "tcp", 21, Listener.Kind.CLEAR_TEXT),
                    new Server("pure-ftpd", "tcp", 21, Listener.Kind.CLEAR_TEXT),
                    new Server("tftpd-hpa", "udp", 69, Listener.Kind.CLEAR_TEXT),
                    new Server("rsh", "tcp", 514, Listener.Kind.CLEAR_TEXT),
                    new Server("xrdp", "tcp", 3389, Listener.Kind.DESKTOP),
                    new Server("vncserver", "tcp", 5900, Listener.Kind.DESKTOP),
                    new Server("x11vnc", "tcp", 5900, Listener.Kind.DESKTOP),
                    new Server("tigervncserver", "tcp", 5900, Listener.Kind.DESKTOP),
                    new Server("cups", "tcp", 631, Listener.Kind.PRINTING),
                    new Server("rpcbind", "tcp", 111, Listener.Kind.FILES),
                    new Server("nfs-server", "tcp", 2049, Listener.Kind.FILES),
                    new Server("nfs-kernel-server", "tcp", 2049, Listener.Kind.FILES),
                    new Server("smbd", "tcp", 445, Listener.Kind.FILES),
                    new Server("smb", "tcp", 445, Listener.Kind.FILES),
                    new Server("rsync", "tcp", 873, Listener.Kind.FILES),
                    new Server("avahi-daemon", "udp", 5353, Listener.Kind.REFLECTOR),
                    new Server("snmpd", "udp", 161, Listener.Kind.REFLECTOR),
                    new Server("bind9", "udp", 53, Listener.Kind.REFLECTOR),
                    new Server("named", "udp", 53, Listener.Kind.REFLECTOR),
                    new Server("dnsmasq", "udp", 53, Listener.Kind.REFLECTOR),
                    new Server("unbound", "udp", 53, Listener.Kind.REFLECTOR),
                    new Server("ntp", "udp", 123, Listener.Kind.REFLECTOR),
                    new Server("ntpd", "udp", 123, Listener.Kind.REFLECTOR),
                    new Server("apache2", "tcp", 80, Listener.Kind.OTHER),
                    new Server("httpd", "tcp", 80, Listener.Kind.OTHER),
                    new Server("nginx", "tcp", 80, Listener.Kind.OTHER),
                    new Server("docker", "tcp", 2375, Listener.Kind.OTHER),
                    new Server("cockpit", "tcp", 9090, Listener.Kind.OTHER),
                    new Server("webmin", "tcp", 10000, Listener.Kind.OTHER));

    private static final Map<Integer, Listener.Kind> PORTS =
            Map.ofEntries(
                    Map.entry(19, Listener.Kind.REFLECTOR),
                    Map.entry(21, Listener.Kind.CLEAR_TEXT),
                    Map.entry(22, Listener.Kind.SSH),
                    Map.entry(23, Listener.Kind.CLEAR_TEXT),
                    Map.entry(25, Listener.Kind.MAIL),
                    Map.entry(53, Listener.Kind.REFLECTOR),
                    Map.entry(69, Listener.Kind.CLEAR_TEXT),
                    Map.entry(111, Listener.Kind.FILES),
                    Map.entry(123, Listener.Kind.REFLECTOR),
                    Map.entry(161, Listener.Kind.REFLECTOR),
                    Map.entry(512, Listener.Kind.CLEAR_TEXT),
                    Map.entry(513, Listener.Kind.CLEAR_TEXT),
                    Map.entry(514, Listener.Kind.CLEAR_TEXT),
                    Map.entry(631, Listener.Kind.PRINTING),
                    Map.entry(3306, Listener.Kind.DATABASE),
                    Map.entry(5432, Listener.Kind.DATABASE),
                    Map.entry(5900, Listener.Kind.DESKTOP),
                    Map.entry(6379, Listener.Kind.DATABASE));

    private static final Set<String> BY_CONFIGURATION = Set.of("docker", "rsync");

    private final ConfigReader reader;
    private final List<Listener> listeners = new ArrayList<>();

    private ListenerReader(ConfigReader reader) {
        this.reader = reader;
    }

    static List<Listener> read(ConfigReader reader, Services services) {
        var all = new ListenerReader(reader);
        for (var unit : services.running()) {
            for (var listen : unit.listens()) {
                all.socket(unit, listen);
            }
            for (var server : SERVERS) {
                boolean instance = unit.stem().startsWith(server.stem + "@");
                if (unit.name().endsWith(".service")
                        && unit.start() == Unit.Start.BOOT
                        && (unit.stem().equals(server.stem) || instance)) {
                    all.server(unit, server);
                }
            }
        }
        all.inetd(services);
        return all.listeners;
    }

    /** {@code 22}, {@code 0.0.0.0:80}, {@code [::]:80}; a path, {@code @name} or vsock is local. */
    private void socket(Unit unit, String listen) {
        var protocol = listen.substring(0, 3);
        var value = listen.substring(4).strip();
        if (value.startsWith("/")
                || value.startsWith("@")
                || value.startsWith("vsock")
                || value.startsWith("%")) {
            return;
        }
        int colon = value.lastIndexOf(':');
        var address = colon < 0 ? "*" : value.substring(0, colon);
        int port = number(value.substring(colon + 1));
        add(
                unit,
                protocol,
                address,
                port,
                unit.path(),
                PORTS.getOrDefault(port, Listener.Kind.OTHER));
    }

    private void server(Unit unit, Server server) {
        var addresses =
                switch (server.kind) {
                    case MAIL -> mail(server.stem);
                    case DATABASE -> database(server.stem);
                    case PRINTING -> printing();
                    case REFLECTOR -> reflector(server.stem);
                    case SSH, CLEAR_TEXT, DESKTOP, FILES, OTHER ->
                            BY_CONFIGURATION.contains(server.stem)
                                    ? byConfiguration(server.stem, unit)
                                    : List.of("*");
                };
        for (var address : new TreeSet<>(addresses)) {
            add(unit, server.protocol, address, server.port, unit.path(), server.kind);
        }
    }

    private List<String> mail(String stem) {
        if (stem.equals("postfix")) {
            var values = FirewallReader.assignments(reader, "/etc/postfix/main.cf");
            return switch (values.getOrDefault("inet_interfaces", "all")) {
                case "loopback-only", "localhost" -> List.of("127.0.0.1");
                case "all" -> List.of("*");
                default -> words(values.getOrDefault("inet_interfaces", "all").replace(',', ' '));
            };
        }
        if (stem.startsWith("exim")) {
            var values = FirewallReader.assignments(reader, "/etc/exim4/update-exim4.conf.conf");
            var interfaces = values.getOrDefault("dc_local_interfaces", "");
            return interfaces.isBlank() ? List.of("*") : words(interfaces.replace(';', ' '));
        }
        return List.of("*");
    }

    private List<String> database(String stem) {
        return switch (stem) {
            case "mysql", "mysqld", "mariadb" ->
                    setting(
                            List.of(
                                    "/etc/my.cnf",
                                    "/etc/mysql/my.cnf",
                                    "/etc/my.cnf.d/*.cnf",
                                    "/etc/mysql/*.d/*.cnf"),
                            "bind-address",
                            "bind_address",
                            "*");
            case "postgresql" ->
                    setting(
                            List.of(
                                    "/etc/postgresql/*/*/postgresql.conf",
                                    "/var/lib/pgsql/data/postgresql.conf"),
                            "listen_addresses",
                            "listen_addresses",
                            "localhost");
            case "redis", "redis-server" ->
                    setting(
                            List.of(
                                    "/etc/redis/redis.conf",
                                    "/etc/redis.conf",
                                    "/etc/redis/*.conf"),
                            "bind",
                            "bind",
                            "*");
            case "mongod", "mongodb" ->
                    setting(
                            List.of("/etc/mongod.conf", "/etc/mongodb.conf"),
                            "bindIp",
                            "bind_ip",
                            "127.0.0.1");
            case "memcached" -> setting(List.of("/etc/memcached.conf"), "-l", "-l", "*");
            case "elasticsearch" ->
                    setting(
                            List.of("/etc/elasticsearch/elasticsearch.yml"),
                            "network.host",
                            "network.host",
                            "127.0.0.1");
            default -> List.of("127.0.0.1");
        };
    }

    private List<String> printing() {
        var addresses = new ArrayList<String>();
        for (var line : reader.lines("/etc/cups/cupsd.conf")) {
            var word = line.strip().split("[ \t]+", 2);
            if (word.length == 2
                    && (word[0].equalsIgnoreCase("Listen") || word[0].equalsIgnoreCase("Port"))) {
                int colon = word[1].lastIndexOf(':');
                if (!word[1].startsWith("/")) {
                    addresses.add(colon < 0 ? "*" : word[1].substring(0, colon));
                }
            }
        }
        return addresses;
    }

    private List<String> reflector(String stem) {
        if (stem.equals("snmpd")) {
            var set =
                    setting(
                            List.of("/etc/snmp/snmpd.conf"),
                            "agentAddress",
                            "agentaddress",
                            "127.0.0.1");
            return set.stream().map(each -> each.replaceFirst("^(udp6?|tcp6?):", "")).toList();
        }
        if (stem.startsWith("ntp")) {
            // without "restrict default ... noquery" everybody may ask
            for (var line : reader.lines("/etc/ntp.conf")) {
                if (line.strip().startsWith("restrict")
                        && line.contains("default")
                        && (line.contains("noquery") || line.contains("ignore"))) {
                    return List.of("127.0.0.1");
                }
            }
        }
        return List.of("*");
    }

    private List<String> byConfiguration(String stem, Unit unit) {
        if (stem.equals("docker")) {
            boolean open =
                    unit.commands().stream()
                            .anyMatch(
                                    each ->
                                            each.contains("tcp://")
                                                    && !each.contains("tcp://127."));
            var daemon = reader.text("/etc/docker/daemon.json");
            return open
                            || daemon != null
                                    && daemon.contains("tcp://")
                                    && !daemon.contains("tcp://127.")
                    ? List.of("*")
                    : List.of();
        }
        return reader.text("/etc/rsyncd.conf") != null ? List.of("*") : List.of();
    }

    /** The last line with the name in any of the files, or what holds without one. */
    private List<String> setting(
            List<String> patterns, String name, String other, String otherwise) {
        var value = otherwise;
        for (var pattern : patterns) {
            for (var path : Glob.expand(reader, pattern)) {
                for (var line : reader.lines(path)) {
                    var text = line.strip();
                    for (var each : List.of(name, other)) {
                        if (text.startsWith(each) && text.length() > each.length()) {
                            char after = text.charAt(each.length());
                            if (after == ' ' || after == '=' || after == ':' || after == '\t') {
                                var set =
                                        text.substring(each.length()).replaceFirst("^[\\s=:]+", "");
                                int comment = set.indexOf('#');
                                value = comment < 0 ? set : set.substring(0, comment);
                            }
                        }
                    }
                }
            }
        }
        return words(value.replace(',', ' ').replace("'", " ").replace("\"", " "));
    }

    /** Lines of inetd.conf(5), and xinetd services that are not disabled. */
    private void inetd(Services services) {
        if (services.runsAny(List.of("inetd", "openbsd-inetd", "inetutils-inetd"))) {
            for (var line : reader.lines("/etc/inetd.conf")) {
                var word = words(line);
                if (word.size() > 5 && !word.getFirst().startsWith("#")) {
                    named(word.getFirst(), "/etc/inetd.conf");
                }
            }
        }
        if (services.runsAny(List.of("xinetd"))) {
            for (var name : reader.names("/etc/xinetd.d")) {
                var path = "/etc/xinetd.d/" + name;
                var values = new TreeMap<String, String>();
                for (var line : reader.lines(path)) {
                    int equals = line.indexOf('=');
                    if (equals > 0) {
                        values.put(
                                line.substring(0, equals).strip(),
                                line.substring(equals + 1).strip());
                    }
                }
                if (!values.isEmpty() && !values.getOrDefault("disable", "no").equals("yes")) {
                    named(name, path);
                }
            }
        }
    }

    private void named(String service, String path) {
        int port =
                switch (service) {
                    case "telnet" -> 23;
                    case "ftp" -> 21;
                    case "tftp" -> 69;
                    case "shell", "rsh" -> 514;
                    case "login", "rlogin" -> 513;
                    case "exec", "rexec" -> 512;
                    case "chargen" -> 19;
                    default -> 0;
                };
        listeners.add(
                new Listener(
                        "tcp",
                        "*",
                        port,
                        Shown.text(service),
                        Shown.path(path),
                        PORTS.getOrDefault(port, Listener.Kind.OTHER)));
    }

    private void add(
            Unit unit, String protocol, String address, int port, String path, Listener.Kind kind) {
        listeners.add(new Listener(protocol, Shown.text(address), port, unit.name(), path, kind));
    }

    private static int number(String text) {
        try {
            return text.length() > 5 ? 0 : Integer.parseInt(text);
        } catch (NumberFormatException _) {
            return 0;
        }
    }

    private static List<String> words(String text) {
        var words = new ArrayList<String>();
        for (var word : text.strip().split("\\s+", -1)) {
            if (!word.isEmpty()) {
                words.add(word);
            }
        }
        return words;
    }
}
