package org.imprimatur.inspect.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.imprimatur.inspect.facts.Facts;
import org.imprimatur.inspect.facts.Leftover;
import org.imprimatur.inspect.facts.config.CloudInit;
import org.imprimatur.inspect.facts.config.Listener;

/** The rules about how a system is configured. */
final class SystemRuleCatalogue {

    private static final List<String> ACCESS = List.of("END-4.2.d", "EGI-5.2.d", "TVM-3.7.6");
    private static final List<String> CREDENTIALS = List.of("END-4.2.d2", "EGI-5.2.e");
    private static final List<String> ROOT = List.of("TVM-3.7.7");
    private static final List<String> CONFIDENTIAL = List.of("END-4.2.c", "EGI-5.2.c");
    private static final List<String> PATCHED = List.of("TVM-3.7.2", "END-4.2.b", "EGI-5.2.b");
    private static final List<String> LOGGED = List.of("TVM-3.7.3");
    private static final List<String> WORKLOAD = List.of("TVM-3.7.4");
    private static final List<String> CONSTRAINED = List.of("TVM-3.7.5", "WLCG-9");
    private static final List<String> OBEYS = List.of("TVM-3.7.8", "END-4.2.e", "EGI-5.2.f");
    private static final List<String> BLOCKING = List.of("TVM-3.7.9", "END-4.2.f", "EGI-5.2.g");
    private static final List<String> CONFIGURED = List.of("PROC-A2", "PROC-A3");

    private static final List<Rule> RULES = new ArrayList<>();

    static {
        add(
                "access.automatic-login",
                "Somebody is logged in without being asked",
                ACCESS,
                "Whoever reaches a console has the account.",
                "Take --autologin, the shell or the desktop's automatic log-in out of the configuration.",
                SystemRules::automaticLogin);
        add(
                "access.backdoor",
                "A job or service gives the network a shell or a way in",
                ACCESS,
                "Whoever is at the other end has access to every copy of the image.",
                "Remove the job or service, and find out who put it there.",
                SystemRules::backdoor);
        add(
                "access.cached-login",
                "Log-ins are remembered beyond their withdrawal",
                BLOCKING,
                "A user who is blocked at the central service still gets in.",
                "Set cache_credentials to false in sssd.conf.",
                SystemRules::cachedLogins);
        add(
                "access.doas",
                "doas lets a user act as another without a password",
                both(ACCESS, ROOT),
                "Whoever has the account has root.",
                "Take nopass out of doas.conf, or remove the rule.",
                SystemRules::doas);
        add(
                "access.polkit",
                "polkit lets somebody do what is root's without a password",
                both(ACCESS, ROOT),
                "Whoever has the account has root, or the part of it that the rule gives.",
                "Remove the rule, or let it answer with AUTH_ADMIN (auth_admin in a .pkla file).",
                SystemRules::polkit);
        add(
                "access.trusted-host",
                "A file lets users of other machines or realms in",
                ACCESS,
                "Who gets in is decided elsewhere, and no key or password of the image tells of it.",
                "Delete hosts.equiv, .rhosts, .shosts and .k5login; they come by contextualisation.",
                SystemRules::trusted);
        add(
                "access.management-agent",
                "A management agent takes orders from elsewhere",
                both(ACCESS, OBEYS),
                "Whoever runs its server rules every copy of the image.",
                "Disable it; the site adds its own by contextualisation.",
                SystemRules::managementAgent);
        add(
                "access.remote-agent",
                "A program for remote access starts by itself",
                ACCESS,
                "It opens a way in that goes past the accounts and the site's firewall.",
                "Disable or remove it.",
                SystemRules::remoteAgent);
        add(
                "boot.default-kernel",
                "The boot loader starts another kernel than the newest",
                both(PATCHED, CONFIGURED),
                "Faults of the kernel that were mended are back, or the image does not start.",
                "Remove old kernels, set GRUB_DEFAULT=0, and make the menu anew: update-grub,"
                        + " grub2-mkconfig or grubby --set-default.",
                SystemRules::defaultKernel);
        add(
                "boot.several-kernels",
                "More than one kernel is installed",
                CONFIGURED,
                "Old kernels are not mended, and take space.",
                "Remove all but the newest.",
                SystemRules::severalKernels);
        add(
                "cloud.any-source",
                "cloud-init asks every data source it knows",
                CONFIGURED,
                "A source that nobody meant to use can tell a copy what to do.",
                "Set datasource_list to the sources of the clouds the image is for.",
                SystemRules::anyDataSource);
        add(
                "cloud.authorized-key",
                "cloud-init is told a key that every copy accepts",
                both(ACCESS, CREDENTIALS),
                "Whoever has the private key has access to every copy of the image.",
                "Remove the key; keys come from the data source.",
                facts -> SystemRules.cloud(facts, CloudInit.Kind.AUTHORIZED_KEY));
        add(
                "cloud.commands",
                "cloud-init is told commands to run",
                CONFIGURED,
                "They run as root in every copy.",
                "See that they are meant to be there.",
                facts -> SystemRules.cloud(facts, CloudInit.Kind.COMMANDS));
        add(
                "cloud.host-key",
                "cloud-init is told host keys",
                CREDENTIALS,
                "All copies share one identity.",
                "Remove ssh_keys.",
                facts -> SystemRules.cloud(facts, CloudInit.Kind.HOST_KEY));
        add(
                "cloud.keeps-host-keys",
                "cloud-init is told to keep host keys",
                CREDENTIALS,
                "Copies share the keys of the machine they were made from.",
                "Remove ssh_deletekeys, or set it to true.",
                facts -> SystemRules.cloud(facts, CloudInit.Kind.KEEPS_HOST_KEYS));
        add(
                "cloud.none",
                "Nothing tells a copy who it is at its boot",
                OBEYS,
                "Keys, names and what the site asks for come by contextualisation.",
                "Install and enable cloud-init or the agent of the cloud.",
                SystemRules::noContextualisation);
        add(
                "cloud.password",
                "cloud-init is told a password",
                both(ACCESS, CREDENTIALS),
                "Every copy has the password, and everybody who has the image can read it.",
                "Remove it; users come from the data source.",
                facts -> SystemRules.cloud(facts, CloudInit.Kind.PASSWORD));
        add(
                "cloud.password-login",
                "cloud-init makes the SSH server accept passwords",
                ACCESS,
                "It changes the server's configuration at the first boot.",
                "Set ssh_pwauth: false.",
                facts -> SystemRules.cloud(facts, CloudInit.Kind.PASSWORD_LOGIN));
        add(
                "cloud.root-login",
                "cloud-init lets root log in",
                both(ACCESS, ROOT),
                "Acts of root cannot be traced to a person.",
                "Set disable_root: true.",
                facts -> SystemRules.cloud(facts, CloudInit.Kind.ROOT_LOGIN));
        add(
                "cloud.root-user",
                "cloud-init gives its user root",
                ROOT,
                "Users and VOs are not to be root; whoever gets the account is.",
                "Take sudo, and groups such as sudo and docker, from the user in cloud.cfg.",
                facts -> SystemRules.cloud(facts, CloudInit.Kind.ROOT_USER));
        add(
                "cloud.user",
                "cloud-init is told to make a user",
                ACCESS,
                "Users come from the data source; one of the image is its maker's way in.",
                "Leave only 'default' in users.",
                facts -> SystemRules.cloud(facts, CloudInit.Kind.USER));
        addWithLimits(
                "disk.deleted-data",
                "What was deleted can still be read",
                CONFIDENTIAL,
                "Free space still holds what the image's makers took out.",
                "Fill free space with zeros: fstrim, or virt-sparsify, before the image is made.",
                SystemRules::deletedData);
        add(
                "disk.format-name",
                "The image is not of the format that its name says",
                CONFIGURED,
                "Sites that go by the name fail, or read a format that was chosen to harm them.",
                "Name the file for what it is, or convert it.",
                SystemRules::formatAndName);
        addWithLimits(
                "disk.large",
                "The disk is larger than images should be",
                CONFIGURED,
                "Every site copies and keeps it.",
                "Make the disk small; it grows at the first boot.",
                SystemRules::largeDisk);
        add(
                "disk.logical-volumes",
                "The system lies in logical volumes",
                CONFIGURED,
                "Sites cannot grow it at the first boot.",
                "Use one partition.",
                SystemRules::logicalVolumes);
        addWithLimits(
                "disk.package-cache",
                "Fetched packages were left behind",
                CONFIGURED,
                "They make the image large and serve nothing.",
                "Run apt-get clean, dnf clean all or what the system has for it.",
                SystemRules::packageCache);
        add(
                "disk.separate-boot",
                "/boot is a file system of its own",
                CONFIGURED,
                "Sites that read or start the kernel from outside expect one partition.",
                "Use one partition for the system.",
                SystemRules::separateBoot);
        add(
                "disk.several-partitions",
                "The system lies in more than one file system",
                CONFIGURED,
                "Sites cannot grow it at the first boot, and each part can run full by itself.",
                "Use one partition for the system.",
                SystemRules::severalPartitions);
        add(
                "disk.swap",
                "The image has swap space",
                both(CONFIGURED, CONFIDENTIAL),
                "It may hold memory of the machine the image was made on, and wears the site's storage.",
                "Remove it; a site that wants swap adds it.",
                SystemRules::swap);
        add(
                "disk.unclean-journal",
                "A file system was in use when the image was made",
                CONFIGURED,
                "What its journal still held may not be all that was being written, and programs"
                        + " that do not replay it see other files.",
                "Shut the machine down before the image is made; else unmount, or run e2fsck -p"
                        + " (mount and unmount XFS) on the disk.",
                SystemRules::uncleanJournals);
        add(
                "disk.uncompressed",
                "The image file is not compressed",
                CONFIGURED,
                "Every site fetches and keeps more bytes than it has to.",
                "Convert it: qemu-img convert -c -O qcow2.",
                SystemRules::uncompressed);
        addWithLimits(
                "disk.unpackaged-data",
                "Much data is in the image that no package ships",
                CONFIGURED,
                "Every site copies and keeps it, and a change of it needs a new image.",
                "Take it from where it belongs when a copy starts, or make packages of it.",
                (facts, limits) -> SystemRules.unpackagedData(facts.files(), limits));
        add(
                "file.capability",
                "A program has powers of root for everybody, as no package ships it",
                ROOT,
                "It is a way to root that no update mends, and that its mode does not show.",
                "Remove it, or take the capabilities away: setcap -r.",
                SystemRules::capabilities);
        add(
                "file.setuid",
                "A program runs as root for everybody, as no package ships it",
                ROOT,
                "It is a way to root that no update mends.",
                "Remove it, or take the bit away: chmod u-s.",
                SystemRules::setuid);
        add(
                "file.world-writable",
                "A file of the system can be written by everybody",
                ROOT,
                "Any user can change what others, and root, run or read.",
                "chmod o-w.",
                SystemRules::worldWritable);
        add(
                "identity.network",
                "The network's configuration is that of one machine",
                both(CONFIDENTIAL, CONFIGURED),
                "Copies take its name or address, or come up without a network.",
                "Remove names, hardware addresses and name servers; they come by contextualisation.",
                SystemRules::networkIdentity);
        add(
                "leftover.build-cache",
                "Tools of the image's makers left files",
                CONFIDENTIAL,
                "They tell of people and machines that have nothing to do with the image.",
                "Delete them.",
                facts -> SystemRules.leftovers(facts, Leftover.Kind.BUILD_CACHE));
        add(
                "leftover.dump",
                "A dump of memory or of a database is in the image",
                CONFIDENTIAL,
                "It holds whatever the program held: passwords, keys, the data of people.",
                "Delete it.",
                facts -> SystemRules.leftovers(facts, Leftover.Kind.DUMP));
        add(
                "leftover.installer",
                "What an installer wrote or was told is in the image",
                CONFIDENTIAL,
                "It may hold the root password and the addresses of internal machines.",
                "Delete it.",
                facts -> SystemRules.leftovers(facts, Leftover.Kind.INSTALLER));
        add(
                "leftover.job",
                "A person's planned job is in the image",
                both(CONFIGURED, WORKLOAD),
                "It runs in every copy of the image.",
                "Remove it, or put it into /etc/cron.d where it is seen.",
                SystemRules::personalJobs);
        add(
                "leftover.log",
                "Logs of an earlier boot are in the image",
                CONFIDENTIAL,
                "They tell of people and machines that have nothing to do with the image.",
                "Empty them.",
                facts -> SystemRules.leftovers(facts, Leftover.Kind.LOG));
        add(
                "leftover.temporary",
                "Temporary files are in the image",
                CONFIDENTIAL,
                "Nobody knows what they hold.",
                "Delete them.",
                facts -> SystemRules.leftovers(facts, Leftover.Kind.TEMPORARY));
        add(
                "logging.hindered",
                "Something keeps logs from being kept",
                both(LOGGED, OBEYS),
                "What happened on a copy cannot be told afterwards.",
                "Remove the setting, or unmask the service.",
                SystemRules::loggingHindered);
        add(
                "logging.logins",
                "Log-ins are not logged",
                LOGGED,
                "Who was on a copy cannot be told afterwards.",
                "Keep the facilities auth and authpriv in rsyslog.conf.",
                SystemRules::loginsNotLogged);
        add(
                "logging.no-remote",
                "No program is there that could send logs to the site",
                OBEYS,
                "A site that keeps the logs of its machines gets none of this one.",
                "Install rsyslog, syslog-ng or systemd-journal-remote; where to is contextualisation.",
                SystemRules::noForwarder);
        add(
                "logging.none",
                "No log is kept beyond a boot",
                LOGGED,
                "What happened on a copy cannot be told afterwards.",
                "Install and enable rsyslog, or set Storage=persistent in journald.conf.",
                SystemRules::noLog);
        add(
                "logging.time",
                "Nothing sets the clock",
                LOGGED,
                "Logs of different machines cannot be put together.",
                "Enable chrony or systemd-timesyncd.",
                SystemRules::noClock);
        add(
                "mount.password",
                "A remote file system is mounted with a password",
                CREDENTIALS,
                "Whoever has the image has the password.",
                "Take the line out of /etc/fstab.",
                SystemRules::mountPasswords);
        add(
                "network.clear-text",
                "A service listens that sends passwords in clear text",
                CONFIGURED,
                "Passwords and data can be read on the way.",
                "Disable telnet, FTP, rsh and the like.",
                facts -> SystemRules.listeners(facts, Set.of(Listener.Kind.CLEAR_TEXT)));
        add(
                "network.constrained",
                "The image may reach less than a worker node may",
                CONSTRAINED,
                "Work that runs elsewhere fails here.",
                "Remove output filters, dead routes, proxies and ALL: ALL from hosts.deny.",
                SystemRules::constrained);
        add(
                "network.database",
                "A database listens to other machines",
                CONFIGURED,
                "Databases without a password are found within minutes.",
                "Bind it to 127.0.0.1.",
                facts -> SystemRules.listeners(facts, Set.of(Listener.Kind.DATABASE)));
        add(
                "network.desktop",
                "A desktop can be reached from other machines",
                CONFIGURED,
                "Its password can be guessed, and it is often not encrypted.",
                "Disable it; use it through SSH.",
                facts -> SystemRules.listeners(facts, Set.of(Listener.Kind.DESKTOP)));
        add(
                "network.mail",
                "A mail server listens",
                CONFIGURED,
                "It is used to send other people's mail.",
                "Disable it, or set inet_interfaces to loopback-only.",
                facts -> SystemRules.listeners(facts, Set.of(Listener.Kind.MAIL)));
        add(
                "network.no-firewall",
                "No firewall is loaded at boot",
                CONFIGURED,
                "A service that is started by mistake is open to everybody.",
                "Enable nftables, firewalld or ufw with a minimal rule set for IPv4 and IPv6.",
                SystemRules::noFirewall);
        add(
                "network.reflector",
                "A service listens that can be used to flood others",
                CONFIGURED,
                "DNS, NTP, SNMP and the like answer to forged addresses.",
                "Disable it, or bind it to 127.0.0.1.",
                facts -> SystemRules.listeners(facts, Set.of(Listener.Kind.REFLECTOR)));
        add(
                "network.unneeded",
                "A service listens that images do not need",
                CONFIGURED,
                "Each open door must be watched.",
                "Disable file sharing, printing and rpcbind.",
                facts ->
                        SystemRules.listeners(
                                facts, Set.of(Listener.Kind.FILES, Listener.Kind.PRINTING)));
        add(
                "os.end-of-life",
                "The operating system gets no security updates any more",
                PATCHED,
                "Faults that are found are not mended.",
                "Move to a release that its vendor supports.",
                SystemRules::endOfLife);
        addWithLimits(
                "os.end-of-life-near",
                "Security updates of the operating system end soon",
                PATCHED,
                "The image will have to be withdrawn then.",
                "Plan to move to a newer release.",
                SystemRules::endOfLifeIsNear);
        add(
                "os.support-unknown",
                "It is not known how long the operating system is supported",
                PATCHED,
                "Nobody can say whether faults that are found are mended.",
                "See to it by hand.",
                SystemRules::supportUnknown);
        add(
                "pam.account-bypass",
                "PAM lets locked accounts in",
                BLOCKING,
                "A user whom the site blocks still gets in.",
                "Remove pam_permit from the account stack, or put pam_unix before it as required.",
                SystemRules::pamAsksNobody);
        add(
                "pam.empty-passwords",
                "PAM accepts empty passwords",
                CONFIGURED,
                "An account without a password is open to everybody.",
                "Take nullok away from pam_unix.",
                SystemRules::emptyPasswordsByPam);
        add(
                "pam.no-check",
                "PAM lets everybody in",
                both(ACCESS, BLOCKING),
                "No password or key is asked for.",
                "Remove pam_permit from the auth stack, or put pam_unix before it as required.",
                SystemRules::pamLetsAnybodyIn);
        add(
                "secret.closed-file",
                "A file that may hold others is of a kind that is not looked into",
                both(CREDENTIALS, CONFIDENTIAL),
                "Nobody can say what is in it.",
                "Remove it, or pack it as tar, zip, cpio, gzip, xz, bzip2, zstd or lz4.",
                SystemRules::closedFiles);
        add(
                "sshd.no-pam",
                "The SSH server does not ask PAM",
                BLOCKING,
                "What the site sets in PAM to block a user has no effect.",
                "Set UsePAM yes.",
                SystemRules::sshdWithoutPam);
        add(
                "update.manual",
                "Security updates are not installed by themselves",
                CONFIGURED,
                "A copy that runs for long gets old.",
                "Enable unattended-upgrades or dnf-automatic.",
                SystemRules::noUpdates);
        add(
                "workload.agent",
                "A program that asks for work starts by itself",
                WORKLOAD,
                "An image must not be set up to obtain a workload; the site or the user decides that.",
                "Disable it; it is started by contextualisation.",
                SystemRules::workloadAgent);
        add(
                "workload.fetch",
                "A job or service runs what it fetches",
                both(WORKLOAD, ACCESS),
                "What runs in a copy is decided elsewhere, after the endorsement.",
                "Remove it, or take what it fetches into the image.",
                SystemRules::fetchedWork);
    }

    private SystemRuleCatalogue() {}

    static List<Rule> rules() {
        return List.copyOf(RULES);
    }

    private static void add(
            String id,
            String title,
            List<String> clauses,
            String rationale,
            String remedy,
            Function<Facts, List<Objection>> check) {
        RULES.add(
                new Rule(id, title, clauses, rationale, remedy, (facts, _) -> check.apply(facts)));
    }

    /** A rule that compares with limits of the profile. */
    private static void addWithLimits(
            String id,
            String title,
            List<String> clauses,
            String rationale,
            String remedy,
            Rule.Check check) {
        RULES.add(new Rule(id, title, clauses, rationale, remedy, check));
    }

    private static List<String> both(List<String> first, List<String> second) {
        var all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }
}
