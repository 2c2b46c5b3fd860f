package org.imprimatur.inspect.facts.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.Glob;
import org.imprimatur.inspect.facts.GuestFiles;
import org.imprimatur.inspect.facts.Shown;

/** Reads journald.conf(5), rsyslog.conf(5), audit rules, clocks and automatic updates. */
final class LoggingReader {

    private static final List<String> CLOCKS =
            List.of(
                    "systemd-timesyncd",
                    "chrony",
                    "chronyd",
                    "ntp",
                    "ntpd",
                    "ntpsec",
                    "openntpd",
                    "busybox-ntpd");
    private static final List<String> FORWARDERS =
            List.of(
                    "/usr/sbin/rsyslogd",
                    "/sbin/rsyslogd",
                    "/usr/bin/rsyslogd",
                    "/usr/sbin/syslog-ng",
                    "/usr/bin/syslog-ng",
                    "/usr/sbin/syslogd",
                    "/sbin/syslogd",
                    "/usr/lib/systemd/systemd-journal-upload",
                    "/lib/systemd/systemd-journal-upload",
                    "/usr/bin/vector",
                    "/usr/bin/fluent-bit",
                    "/opt/fluent-bit/bin/fluent-bit",
                    "/usr/bin/filebeat",
                    "/usr/share/filebeat/bin/filebeat",
                    "/usr/bin/promtail",
                    "/usr/sbin/nxlog");
    private static final int MAX_FILES = 200;

    /** Where systemd's own configuration is, the nearest first. */
    private static final List<String> SYSTEMD =
            List.of("/etc/systemd", "/usr/local/lib/systemd", "/usr/lib/systemd", "/lib/systemd");

    private final ConfigReader reader;
    private final Services services;
    private final BootChain boot;
    private final List<String> keeps = new ArrayList<>();
    private final List<String> logins = new ArrayList<>();
    private final List<Place> hindrances = new ArrayList<>();
    private int files;

    private LoggingReader(ConfigReader reader, Services services, BootChain boot) {
        this.reader = reader;
        this.services = services;
        this.boot = boot;
    }

    static Logging read(ConfigReader reader, Services services, BootChain boot) {
        var logging = new LoggingReader(reader, services, boot);
        logging.journal();
        logging.syslog();
        logging.audit();
        var clocks = CLOCKS.stream().filter(each -> services.runsAny(List.of(each))).toList();
        return new Logging(
                logging.keeps,
                logging.logins,
                logging.hindrances,
                logging.forwarders(),
                clocks,
                logging.updates());
    }

    private void journal() {
        if (!boot.init().startsWith("systemd")) {
            return;
        }
        var file = merged("journald.conf");
        var storage = file.last("Journal.Storage").toLowerCase(Locale.ROOT);
        boolean kept =
                storage.equals("persistent")
                        || (storage.isEmpty() || storage.equals("auto"))
                                && reader.kind("/var/log/journal") == GuestFiles.Kind.DIRECTORY;
        if (services.masks("systemd-journald.service")) {
            hindrances.add(new Place("/etc/systemd/system", "systemd-journald.service is masked"));
        } else if (storage.equals("none")) {
            hindrances.add(new Place("/etc/systemd/journald.conf", "Storage is none"));
        } else if (kept) {
            keeps.add("journald");
            logins.add("journald");
        }
        if (file.last("Journal.ReadKMsg").equals("no") && storage.equals("none")) {
            hindrances.add(new Place("/etc/systemd/journald.conf", "ReadKMsg is no"));
        }
    }

    /** A configuration file of systemd with its drop-ins, the nearest directory first. */
    private UnitFile merged(String name) {
        var file = new UnitFile();
        for (var directory : SYSTEMD) {
            var text = reader.text(directory + "/" + name);
            if (text != null) {
                file.add(text);
                break;
            }
        }
        var dropIns = new TreeMap<String, String>();
        for (var directory : SYSTEMD) {
            for (var each : reader.names(directory + "/" + name + ".d")) {
                if (each.endsWith(".conf")) {
                    dropIns.putIfAbsent(each, directory + "/" + name + ".d/" + each);
                }
            }
        }
        for (var path : dropIns.values()) {
            var text = reader.text(path);
            if (text != null) {
                file.add(text);
            }
        }
        return file;
    }

    private void syslog() {
        if (services.runsAny(List.of("rsyslog", "rsyslogd"))) {
            boolean[] kept = new boolean[2];
            rsyslog("/etc/rsyslog.conf", 0, kept);
            if (kept[0]) {
                keeps.add("rsyslog");
            }
            if (kept[1]) {
                logins.add("rsyslog");
            }
        }
        for (var name : List.of("syslog-ng", "syslog", "sysklogd", "metalog")) {
            if (services.runsAny(List.of(name)) && !keeps.contains("rsyslog")) {
                keeps.add(name);
                logins.add(name);
            }
        }
        for (var name :
                List.of(
                        "rsyslog.service",
                        "syslog-ng.service",
                        "auditd.service",
                        "syslog.socket")) {
            if (services.masks(name)) {
                hindrances.add(new Place("/etc/systemd/system/" + name, "is masked"));
            }
        }
    }

    /** Sets [0] if anything is kept or sent, [1] if log-ins are. */
    private void rsyslog(String path, int depth, boolean[] kept) {
        if (depth > 8 || ++files > MAX_FILES) {
            reader.missed(path, "includes too many files, perhaps itself");
            return;
        }
        for (var line : reader.lines(path)) {
            var text = line.strip();
            if (text.isEmpty() || text.startsWith("#")) {
                continue;
            }
            if (text.startsWith("$IncludeConfig") || text.startsWith("include(")) {
                var name = text.replaceAll(".*(?:\\$IncludeConfig\\s+|file=\")([^\"\\s]+).*", "$1");
                if (name.startsWith("/")) {
                    Glob.expand(reader, name).forEach(each -> rsyslog(each, depth + 1, kept));
                }
                continue;
            }
            if (text.startsWith("*.*") || text.startsWith("action(")) {
                kept[0] = true;
                kept[1] = true;
            }
            var part = text.split("[ \t]+", 2);
            boolean target = part.length == 2 && part[1].matches("-?/[^ ].*|@.*|action\\(.*");
            if (target && part[0].matches("[a-zA-Z*,;.!=0-9_]+\\.[a-zA-Z*,;.!=0-9_]+")) {
                kept[0] = true;
                for (var selector : part[0].split(";", -1)) {
                    int dot = selector.indexOf('.');
                    var facilities =
                            List.of(
                                    (dot < 0 ? selector : selector.substring(0, dot))
                                            .split(",", -1));
                    boolean named =
                            facilities.contains("auth")
                                    || facilities.contains("authpriv")
                                    || facilities.contains("*");
                    if (named && !selector.endsWith(".none")) {
                        kept[1] = true;
                    }
                }
            }
        }
    }

    private void audit() {
        if (services.runsAny(List.of("auditd"))) {
            keeps.add("auditd");
            logins.add("auditd");
        }
        var paths = new ArrayList<String>(List.of("/etc/audit/audit.rules"));
        for (var name : reader.names("/etc/audit/rules.d")) {
            if (name.endsWith(".rules")) {
                paths.add("/etc/audit/rules.d/" + name);
            }
        }
        for (var path : paths) {
            for (var line : reader.lines(path)) {
                var text = line.strip();
                if (text.matches("-e\\s+0(\\s.*)?")
                        || text.matches("-a\\s+(task,never|never,task)(\\s.*)?")) {
                    hindrances.add(
                            new Place(
                                    Shown.path(path),
                                    "auditing is turned off: " + Shown.text(text)));
                }
            }
        }
        for (var each : boot.commandLines()) {
            if (each.words().contains("audit=0")) {
                hindrances.add(new Place(each.path(), "the kernel is started with audit=0"));
            }
        }
    }

    private List<String> forwarders() {
        var names = new ArrayList<String>();
        for (var path : FORWARDERS) {
            var name = path.substring(path.lastIndexOf('/') + 1);
            if (reader.kind(path) == GuestFiles.Kind.FILE && !names.contains(name)) {
                names.add(name);
            }
        }
        return names;
    }

    private List<String> updates() {
        var updates = new ArrayList<String>();
        var apt = new TreeMap<String, String>();
        for (var name : reader.names("/etc/apt/apt.conf.d")) {
            apt("/etc/apt/apt.conf.d/" + name, apt);
        }
        apt("/etc/apt/apt.conf", apt);
        var unattended = apt.getOrDefault("apt::periodic::unattended-upgrade", "0");
        if (!unattended.equals("0")
                && (services.runsAny(List.of("apt-daily-upgrade", "cron", "anacron")))
                && reader.kind("/usr/bin/unattended-upgrade") == GuestFiles.Kind.FILE) {
            updates.add("unattended-upgrades");
        }
        for (var name :
                List.of(
                        "dnf-automatic-install",
                        "dnf5-automatic",
                        "yum-cron",
                        "transactional-update")) {
            if (services.runsAny(List.of(name))) {
                updates.add(name);
            }
        }
        var automatic = FirewallReader.assignments(reader, "/etc/dnf/automatic.conf");
        if (services.runsAny(List.of("dnf-automatic"))
                && Yaml.isTrue(automatic.getOrDefault("apply_updates", "no"))) {
            updates.add("dnf-automatic");
        }
        return updates;
    }

    private void apt(String path, TreeMap<String, String> values) {
        for (var line : reader.lines(path)) {
            var text = line.strip();
            if (!text.startsWith("//") && !text.startsWith("#")) {
                var part = text.split("[ \t]+", 2);
                if (part.length == 2 && part[0].contains("::")) {
                    values.put(
                            part[0].toLowerCase(Locale.ROOT),
                            part[1].replace("\"", "").replace(";", "").strip());
                }
            }
        }
    }
}
