package org.imprimatur.inspect.rules;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.imprimatur.inspect.facts.Facts;
import org.imprimatur.inspect.facts.Leftover;
import org.imprimatur.inspect.facts.PrivilegedFile;
import org.imprimatur.inspect.facts.config.CloudInit;
import org.imprimatur.inspect.facts.config.Firewall;
import org.imprimatur.inspect.facts.config.Listener;
import org.imprimatur.inspect.facts.config.PamStack;
import org.imprimatur.inspect.facts.config.Place;
import org.imprimatur.inspect.packages.FileOwnership;
import org.imprimatur.inspect.versions.VersionOrder;
import org.jspecify.annotations.Nullable;

/** The functions of the rules about how a system is configured. */
final class SystemRules {

    private static final String SERVICES = "/etc/systemd/system";

    /** Programs whose makers, or whoever has an account with them, get in from outside. */
    private static final Set<String> REMOTE_ACCESS =
            Set.of(
                    "teamviewerd",
                    "anydesk",
                    "rustdesk",
                    "ngrok",
                    "cloudflared",
                    "tailscaled",
                    "zerotier-one",
                    "netbird",
                    "frpc",
                    "autossh",
                    "shellinabox",
                    "shellinaboxd",
                    "ttyd",
                    "wetty",
                    "amazon-ssm-agent",
                    "tmate",
                    "gsocket",
                    "chrome-remote-desktop",
                    "openvpn-client@",
                    "openvpn",
                    "webmin",
                    "meshagent",
                    "xmrig");

    /** Programs that make a machine do what a server elsewhere says. */
    private static final Set<String> MANAGEMENT =
            Set.of("puppet", "puppet-agent", "salt-minion", "chef-client", "cfengine3", "rundeckd");

    /** Programs that ask somebody for work. */
    private static final Set<String> WORKLOAD =
            Set.of(
                    "condor",
                    "htcondor",
                    "pbs_mom",
                    "torque-mom",
                    "slurmd",
                    "sge_execd",
                    "gridengine-exec",
                    "lsfd",
                    "boinc",
                    "boinc-client",
                    "gitlab-runner",
                    "buildkite-agent",
                    "jenkins-agent",
                    "jenkins-slave",
                    "concourse-worker",
                    "drone-runner",
                    "woodpecker-agent",
                    "kubelet",
                    "k3s-agent",
                    "nomad",
                    "xmrig",
                    "dirac-pilot",
                    "dirac",
                    "vcycle",
                    "arc-arex",
                    "cvmfs-pilot",
                    "glidein",
                    "forgejo-runner",
                    "act_runner",
                    "teamcity-agent",
                    "bamboo-agent");

    private static final Pattern RUNNER = Pattern.compile("(actions\\.runner\\.|.*pilot-?start).*");

    /** Shells that are handed to the network. */
    private static final Pattern BACKDOOR =
            Pattern.compile(
                    "/dev/(tcp|udp)/[^/ ]+/\\d+"
                            + "|\\b(nc|ncat|netcat)\\b[^\\n|;]{0,200}\\s(-[a-z]*[ec]\\s|--exec|--sh-exec)"
                            + "|\\bsocat\\b[^\\n;]{0,200}\\b(EXEC|SYSTEM|exec|system):"
                            + "|\\bssh\\b[^\\n;]{0,200}\\s-[a-zA-Z]*R[\\s:0-9]");

    private static final Map<String, String> EXTENSIONS =
            Map.of(
                    "qcow2", "qcow2", "vmdk", "vmdk", "vdi", "vdi", "vhd", "vhd", "vhdx", "vhdx",
                    "ova", "ova", "raw", "raw");

    private static final int SHOWN_PATHS = 1;
    private static final int SHOWN_CLOSED = 20;

    private SystemRules() {}

    // ---- ways in

    static List<Objection> automaticLogin(Facts facts) {
        return places(facts.configuration().access().automatic());
    }

    static List<Objection> remoteAgent(Facts facts) {
        return running(facts, REMOTE_ACCESS, null);
    }

    static List<Objection> doas(Facts facts) {
        return places(facts.configuration().access().doas());
    }

    static List<Objection> polkit(Facts facts) {
        return places(facts.configuration().access().polkit());
    }

    static List<Objection> trusted(Facts facts) {
        return places(facts.configuration().access().trusted());
    }

    static List<Objection> managementAgent(Facts facts) {
        return running(facts, MANAGEMENT, null);
    }

    static List<Objection> workloadAgent(Facts facts) {
        return running(facts, WORKLOAD, RUNNER);
    }

    private static List<Objection> running(
            Facts facts, Set<String> stems, @Nullable Pattern pattern) {
        var objections = new ArrayList<Objection>();
        for (var unit : facts.configuration().services().running()) {
            int at = unit.stem().indexOf('@');
            var stem = at < 0 ? unit.stem() : unit.stem().substring(0, at);
            boolean named =
                    stems.contains(stem)
                            || stems.contains(stem + "@")
                            || pattern != null && pattern.matcher(unit.stem()).matches();
            if (named && !unit.name().endsWith(".target")) {
                objections.add(new Objection(unit.path(), unit.name() + " starts by itself"));
            }
        }
        return objections;
    }

    static List<Objection> backdoor(Facts facts) {
        return commands(
                facts,
                text -> BACKDOOR.matcher(text).find(),
                "hands a shell or a door to the network");
    }

    static List<Objection> fetchedWork(Facts facts) {
        return commands(facts, FetchedCode::isIn, "runs what it fetches");
    }

    /** Says where, never what: commands may hold secrets. */
    private static List<Objection> commands(Facts facts, Predicate<String> bad, String what) {
        var objections = new ArrayList<Objection>();
        for (var unit : facts.configuration().services().running()) {
            if (unit.commands().stream().anyMatch(bad)) {
                objections.add(new Objection(unit.path(), unit.name() + " " + what));
            }
        }
        for (var job : facts.configuration().services().jobs()) {
            if (bad.test(job.command())) {
                objections.add(
                        new Objection(
                                job.path(),
                                job.line() == 0 ? what : "line %d %s".formatted(job.line(), what)));
            }
        }
        return objections;
    }

    static List<Objection> personalJobs(Facts facts) {
        return facts.configuration().services().jobs().stream()
                .filter(job -> job.personal())
                .map(
                        job ->
                                new Objection(
                                        job.path(),
                                        job.line() == 0
                                                ? "a job"
                                                : "line %d".formatted(job.line())))
                .toList();
    }

    static List<Objection> pamLetsAnybodyIn(Facts facts) {
        return pam(facts, "auth", "says yes to everybody, whatever its modules find");
    }

    static List<Objection> pamAsksNobody(Facts facts) {
        return pam(facts, "account", "says yes even where an account is locked or expired");
    }

    private static List<Objection> pam(Facts facts, String type, String what) {
        return facts.configuration().access().pam().stream()
                .filter(each -> each.type().equals(type) && each.letsAnybodyPass())
                .filter(SystemRules::matters)
                .map(each -> new Objection(each.path(), "%s: %s".formatted(each.service(), what)))
                .toList();
    }

    /** Services that log people in; greeters of desktops run as users of their own. */
    private static boolean matters(PamStack stack) {
        return switch (stack.service()) {
            case "sshd",
                    "login",
                    "remote",
                    "su",
                    "su-l",
                    "sudo",
                    "sudo-i",
                    "other",
                    "common-auth",
                    "common-account",
                    "system-auth",
                    "password-auth",
                    "system-login",
                    "base-auth",
                    "polkit-1",
                    "gdm-password",
                    "lightdm",
                    "sddm",
                    "xrdp-sesman",
                    "cockpit",
                    "vsftpd" ->
                    true;
            default -> false;
        };
    }

    static List<Objection> emptyPasswordsByPam(Facts facts) {
        return facts.configuration().access().pam().stream()
                .filter(each -> each.type().equals("auth") && each.allowsEmptyPasswords())
                .filter(each -> each.service().equals("login") || each.service().equals("sshd"))
                .map(each -> new Objection(each.path(), "pam_unix has nullok"))
                .toList();
    }

    static List<Objection> cachedLogins(Facts facts) {
        return places(facts.configuration().access().cachedLogins());
    }

    static List<Objection> sshdWithoutPam(Facts facts) {
        return Rules.sshd(facts, "usepam", value -> !value.equals("yes"));
    }

    static List<Objection> mountPasswords(Facts facts) {
        return places(facts.configuration().access().remoteFiles());
    }

    static List<Objection> setuid(Facts facts) {
        return privileged(facts, PrivilegedFile::isSetuid, "runs as root for everybody");
    }

    static List<Objection> worldWritable(Facts facts) {
        return privileged(facts, PrivilegedFile::isWorldWritable, "can be written by everybody");
    }

    static List<Objection> capabilities(Facts facts) {
        return facts.privilegedFiles().stream()
                .filter(each -> !each.capabilities().isEmpty())
                .map(
                        each ->
                                new Objection(
                                        each.path(),
                                        "gives %s to everybody"
                                                .formatted(String.join(", ", each.capabilities()))))
                .toList();
    }

    private static List<Objection> privileged(
            Facts facts, Predicate<PrivilegedFile> which, String what) {
        return facts.privilegedFiles().stream()
                .filter(which)
                .map(
                        each ->
                                new Objection(
                                        each.path(),
                                        "mode %04o: %s".formatted(each.mode() & 07777, what)))
                .toList();
    }

    // ---- contextualisation

    static List<Objection> cloud(Facts facts, CloudInit.Kind kind) {
        return facts.configuration().cloudInit().settings().stream()
                .filter(each -> each.kind() == kind)
                .map(each -> new Objection(each.path(), each.detail()))
                .toList();
    }

    static List<Objection> noContextualisation(Facts facts) {
        var cloud = facts.configuration().cloudInit();
        if (!facts.hasSystem() || cloud.contextualises()) {
            return List.of();
        }
        return List.of(
                cloud.installed()
                        ? new Objection("/etc/cloud", "cloud-init is off: " + cloud.disabledBy())
                        : new Objection("", "neither cloud-init nor another agent is installed"));
    }

    static List<Objection> anyDataSource(Facts facts) {
        var cloud = facts.configuration().cloudInit();
        return cloud.installed() && cloud.dataSources().isEmpty()
                ? List.of(new Objection("/etc/cloud/cloud.cfg", "datasource_list is not set"))
                : List.of();
    }

    // ---- the network

    static List<Objection> networkIdentity(Facts facts) {
        return places(facts.configuration().identity());
    }

    static List<Objection> constrained(Facts facts) {
        var objections = new ArrayList<>(places(facts.configuration().constraints()));
        for (var each : facts.configuration().firewalls()) {
            if (each.loaded() && each.constrains()) {
                objections.add(
                        new Objection(
                                each.path(), each.kind() + " keeps the machine's own packets in"));
            }
        }
        return objections;
    }

    static List<Objection> noFirewall(Facts facts) {
        var loaded = facts.configuration().firewalls().stream().filter(Firewall::loaded).toList();
        boolean four = loaded.stream().anyMatch(Firewall::filters4);
        boolean six = loaded.stream().anyMatch(Firewall::filters6);
        if (!facts.hasSystem() || four && six) {
            return List.of();
        }
        return List.of(
                new Objection(
                        "",
                        four
                                ? "the rules that are loaded at boot leave IPv6 open"
                                : six
                                        ? "the rules that are loaded at boot leave IPv4 open"
                                        : "no rules that keep anything out are loaded at boot"));
    }

    static List<Objection> listeners(Facts facts, Collection<Listener.Kind> kinds) {
        return facts.configuration().listeners().stream()
                .filter(each -> each.isOpen() && kinds.contains(each.kind()))
                .map(
                        each ->
                                new Objection(
                                        each.path(),
                                        "%s listens on %s port %d (%s)"
                                                .formatted(
                                                        each.unit(),
                                                        each.address().equals("*")
                                                                ? "every address,"
                                                                : each.address() + ",",
                                                        each.port(),
                                                        each.protocol())))
                .toList();
    }

    // ---- what is written down

    static List<Objection> noLog(Facts facts) {
        return facts.hasSystem() && facts.configuration().logging().keeps().isEmpty()
                ? List.of(new Objection(SERVICES, "nothing that runs keeps a log beyond a boot"))
                : List.of();
    }

    static List<Objection> loginsNotLogged(Facts facts) {
        var logging = facts.configuration().logging();
        return !logging.keeps().isEmpty() && logging.keepsLogins().isEmpty()
                ? List.of(
                        new Objection(
                                "/etc/rsyslog.conf",
                                "no rule keeps the facilities auth and authpriv"))
                : List.of();
    }

    static List<Objection> loggingHindered(Facts facts) {
        return places(facts.configuration().logging().hindrances());
    }

    static List<Objection> noForwarder(Facts facts) {
        return facts.hasSystem() && facts.configuration().logging().forwarders().isEmpty()
                ? List.of(new Objection("", "no program is installed that can send logs"))
                : List.of();
    }

    static List<Objection> noClock(Facts facts) {
        return facts.hasSystem() && facts.configuration().logging().time().isEmpty()
                ? List.of(new Objection(SERVICES, "nothing that runs sets the clock"))
                : List.of();
    }

    static List<Objection> noUpdates(Facts facts) {
        return facts.hasSystem() && facts.configuration().logging().updates().isEmpty()
                ? List.of(new Objection("", "nothing installs security updates by itself"))
                : List.of();
    }

    // ---- the operating system and the disk

    static List<Objection> endOfLife(Facts facts) {
        var support = facts.configuration().support();
        if (support == null
                || support.ends() == null
                || !support.ends().isBefore(facts.image().day())) {
            return List.of();
        }
        return List.of(
                new Objection(
                        "/etc/os-release",
                        "%s has had no security updates since %s (%s)"
                                .formatted(
                                        facts.os().prettyName(),
                                        support.ends(),
                                        support.source())));
    }

    static List<Objection> endOfLifeIsNear(Facts facts, Parameters limits) {
        var support = facts.configuration().support();
        if (support == null
                || support.ends() == null
                || support.ends().isBefore(facts.image().day())) {
            return List.of();
        }
        boolean near =
                support.ends()
                        .isBefore(
                                facts.image()
                                        .day()
                                        .plusDays(limits.of(Parameter.END_OF_LIFE_NOTICE)));
        return near
                ? List.of(
                        new Objection(
                                "/etc/os-release",
                                "security updates end on %s (%s)"
                                        .formatted(support.ends(), support.source())))
                : List.of();
    }

    static List<Objection> supportUnknown(Facts facts) {
        return facts.hasSystem() && facts.configuration().support() == null
                ? List.of(
                        new Objection(
                                "/etc/os-release",
                                "it is not known how long %s is mended"
                                        .formatted(facts.os().prettyName())))
                : List.of();
    }

    /** Versions are compared by the numbers they begin with: flavours have no order. */
    static List<Objection> defaultKernel(Facts facts) {
        var boot = facts.configuration().boot();
        var start = boot.start();
        if (start == null) {
            return List.of();
        }
        if (!start.exists()) {
            return List.of(
                    new Objection(
                            start.path(),
                            "the entry '%s' starts %s, which is not there"
                                    .formatted(start.entry(), start.kernel())));
        }
        Comparator<String> order =
                (one, other) -> VersionOrder.RPM.compare(numbers(one), numbers(other));
        var newest = boot.kernels().stream().max(order).orElse("");
        return numbers(start.version()).isEmpty() || order.compare(start.version(), newest) >= 0
                ? List.of()
                : List.of(
                        new Objection(
                                start.path(),
                                "the entry '%s' starts %s, and %s is installed"
                                        .formatted(start.entry(), start.version(), newest)));
    }

    private static String numbers(String version) {
        int end = 0;
        while (end < version.length() && "0123456789.-_".indexOf(version.charAt(end)) >= 0) {
            end++;
        }
        return version.substring(0, end).replace('-', '.');
    }

    static List<Objection> severalKernels(Facts facts) {
        var kernels = facts.configuration().boot().kernels();
        return kernels.size() > 1
                ? List.of(new Objection("/boot", String.join(", ", kernels)))
                : List.of();
    }

    static List<Objection> swap(Facts facts) {
        var objections = new ArrayList<>(places(facts.configuration().layout().swap()));
        if (facts.image().swapVolumes() > 0) {
            objections.add(
                    new Objection(
                            "", "%d partitions for swap".formatted(facts.image().swapVolumes())));
        }
        return objections;
    }

    static List<Objection> separateBoot(Facts facts) {
        return facts.configuration().layout().separateBoot()
                ? List.of(new Objection("/etc/fstab", "/boot is a file system of its own"))
                : List.of();
    }

    static List<Objection> logicalVolumes(Facts facts) {
        var objections = new ArrayList<>(places(facts.configuration().layout().logicalVolumes()));
        if (objections.isEmpty() && facts.image().logicalVolumes()) {
            objections.add(new Objection("", "a partition for logical volumes"));
        }
        return objections;
    }

    static List<Objection> severalPartitions(Facts facts) {
        return places(facts.configuration().layout().separateFileSystems());
    }

    /** A file that is hardly smaller than its data is not compressed; small ones hurt nobody. */
    static List<Objection> uncompressed(Facts facts) {
        var image = facts.image();
        return image.dataBytes() >= 64L << 20
                        && image.fileBytes() >= image.dataBytes() - image.dataBytes() / 20
                ? List.of(
                        new Objection(
                                "",
                                "%d bytes of data take %d bytes"
                                        .formatted(image.dataBytes(), image.fileBytes())))
                : List.of();
    }

    static List<Objection> unpackagedData(FileOwnership files, Parameters limits) {
        return files.unownedBytes() > limits.of(Parameter.MAX_UNPACKAGED)
                ? List.of(
                        new Objection(
                                files.largestUnowned().path(),
                                "%d bytes in files that belong to no package, %d of them here"
                                        .formatted(
                                                files.unownedBytes(),
                                                files.largestUnowned().bytes())))
                : List.of();
    }

    static List<Objection> largeDisk(Facts facts, Parameters limits) {
        return facts.image().virtualBytes() > limits.of(Parameter.MAX_DISK)
                ? List.of(
                        new Objection(
                                "",
                                "a disk of %d bytes, more than %d"
                                        .formatted(
                                                facts.image().virtualBytes(),
                                                limits.of(Parameter.MAX_DISK))))
                : List.of();
    }

    static List<Objection> packageCache(Facts facts, Parameters limits) {
        return facts.image().cacheBytes() > limits.of(Parameter.MAX_CACHE)
                ? List.of(
                        new Objection(
                                "/var/cache",
                                "%d bytes fetched by package managers"
                                        .formatted(facts.image().cacheBytes())))
                : List.of();
    }

    static List<Objection> formatAndName(Facts facts) {
        var name = facts.image().name();
        var extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        var format = EXTENSIONS.get(extension);
        var found = facts.image().format().toLowerCase(Locale.ROOT);
        return format == null || found.isEmpty() || found.startsWith(format)
                ? List.of()
                : List.of(
                        new Objection(
                                "",
                                "the file is called .%s, and is %s".formatted(extension, found)));
    }

    static List<Objection> uncleanJournals(Facts facts) {
        return places(facts.image().uncleanJournals());
    }

    static List<Objection> deletedData(Facts facts, Parameters limits) {
        return facts.freeSpace().stream()
                .filter(each -> each.usedBytes() > limits.of(Parameter.MAX_DELETED))
                .map(
                        each ->
                                new Objection(
                                        each.volume(),
                                        "%d bytes of free space are not zero"
                                                .formatted(each.usedBytes())))
                .toList();
    }

    /** The first files by themselves, all others in one. */
    static List<Objection> closedFiles(Facts facts) {
        var files = facts.closedFiles();
        int more = files.size() - SHOWN_CLOSED;
        return IntStream.range(0, Math.min(files.size(), SHOWN_CLOSED))
                .mapToObj(
                        i -> {
                            var file = files.get(i);
                            var rest =
                                    more > 0 && i == SHOWN_CLOSED - 1
                                            ? ", and %d more files".formatted(more)
                                            : "";
                            return new Objection(file.path(), file.detail() + rest);
                        })
                .toList();
    }

    // ---- what was left behind

    /** One objection for many files: each of them alone tells little. */
    static List<Objection> leftovers(Facts facts, Leftover.Kind kind) {
        var found = facts.leftovers().stream().filter(each -> each.kind() == kind).toList();
        if (found.isEmpty()) {
            return List.of();
        }
        var first = found.getFirst();
        int more = found.size() - SHOWN_PATHS;
        return List.of(
                new Objection(
                        first.path(),
                        more == 0
                                ? first.detail()
                                : "%s, and %d more files".formatted(first.detail(), more)));
    }

    private static List<Objection> places(List<Place> places) {
        return places.stream().map(each -> new Objection(each.path(), each.detail())).toList();
    }
}
