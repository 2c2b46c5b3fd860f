package org.imprimatur.inspect.context;

import static java.util.Map.entry;

import java.util.Map;
import java.util.Set;

/** What is known of programs by their names. */
final class Programs {

    /** Shells whose scripts are read here. */
    static final Set<String> SHELLS =
            Set.of("sh", "bash", "dash", "ash", "ksh", "mksh", "zsh", "rbash");

    /** Other languages, which are not. */
    static final Set<String> INTERPRETERS =
            Set.of(
                    "python",
                    "perl",
                    "ruby",
                    "node",
                    "nodejs",
                    "php",
                    "lua",
                    "tclsh",
                    "expect",
                    "csh",
                    "tcsh",
                    "fish",
                    "pwsh",
                    "java",
                    "guile",
                    "Rscript",
                    "make",
                    "gmake",
                    "ansible-playbook",
                    "ansible",
                    "puppet",
                    "salt-call",
                    "chef-solo",
                    "cloud-init",
                    "m4",
                    "gdb",
                    "ed",
                    "ex",
                    "vi",
                    "vim",
                    "parallel",
                    "at",
                    "batch");

    /**
     * Programs that run the command behind their options, with the letters of the options that take
     * a word. What is theirs before the command besides is in {@link #OPERANDS}.
     */
    static final Map<String, String> WRAPPERS =
            Map.ofEntries(
                    entry("sudo", "ugpCDhRrtTU"),
                    entry("doas", "uC"),
                    entry("env", "uC"),
                    entry("nice", "n"),
                    entry("ionice", "cnpPu"),
                    entry("chrt", "TPD"),
                    entry("taskset", ""),
                    entry("timeout", "ks"),
                    entry("nohup", ""),
                    entry("setsid", ""),
                    entry("exec", "a"),
                    entry("command", ""),
                    entry("builtin", ""),
                    entry("chroot", ""),
                    entry("stdbuf", "ioe"),
                    entry("flock", "wE"),
                    entry("unshare", "SG"),
                    entry("nsenter", "tSG"),
                    entry("systemd-run", "pupEtMH"),
                    entry("systemd-cat", "tp"),
                    entry("chronic", ""),
                    entry("time", "fo"),
                    entry("watch", "nq"),
                    entry("xargs", "ILnPsdEa"),
                    entry("busybox", ""),
                    entry("toybox", ""),
                    entry("setpriv", ""),
                    entry("runcon", "turl"),
                    entry("prlimit", "p"),
                    entry("strace", "oepsuEaPIbX"),
                    entry("setarch", ""),
                    entry("linux64", ""),
                    entry("start-stop-daemon", "pxnuagcrskNPI"));

    /** How many words of their own such programs have before the command. */
    static final Map<String, Integer> OPERANDS =
            Map.of("timeout", 1, "chroot", 1, "flock", 1, "chrt", 1, "taskset", 1, "setarch", 1);

    /** Managers of packages, and what they do that changes nothing. */
    static final Map<String, Set<String>> PACKAGES =
            Map.ofEntries(
                    entry("apt", Set.of("list", "search", "show", "policy", "depends", "help")),
                    entry("apt-get", Set.of("help", "check", "changelog", "indextargets")),
                    entry("apt-cache", Set.of("*")),
                    entry("aptitude", Set.of("search", "show", "versions", "why", "help")),
                    entry("yum", Set.of("list", "info", "search", "repolist", "provides")),
                    entry("dnf", Set.of("list", "info", "search", "repolist", "provides")),
                    entry("dnf5", Set.of("list", "info", "search", "repolist", "provides")),
                    entry("microdnf", Set.of("repolist", "repoquery")),
                    entry("tdnf", Set.of("list", "info", "search", "repolist")),
                    entry("zypper", Set.of("search", "se", "info", "if", "repos", "lr")),
                    entry("apk", Set.of("info", "list", "search", "policy", "version", "stats")),
                    entry("pip", Set.of("list", "show", "freeze", "check", "search")),
                    entry("pipx", Set.of("list")),
                    entry("conda", Set.of("list", "info", "search", "activate")),
                    entry("mamba", Set.of("list", "info", "search", "activate")),
                    entry("gem", Set.of("list", "search", "environment", "query")),
                    entry("npm", Set.of("list", "ls", "view", "search")),
                    entry("yarn", Set.of("list", "info", "why")),
                    entry("cargo", Set.of("metadata", "search", "tree")),
                    entry("go", Set.of("version", "env", "list")),
                    entry("snap", Set.of("list", "info", "find", "version")),
                    entry("flatpak", Set.of("list", "info", "search", "run")),
                    entry("rpm-ostree", Set.of("status")),
                    entry("ostree", Set.of("log", "show", "refs")),
                    entry("bootc", Set.of("status")),
                    entry("emerge", Set.of()),
                    entry("xbps-install", Set.of()),
                    entry("xbps-remove", Set.of()),
                    entry("opkg", Set.of("list", "info", "list-installed")),
                    entry("cpan", Set.of()),
                    entry("cpanm", Set.of()),
                    entry("easy_install", Set.of()),
                    entry("nix-env", Set.of()),
                    entry("unattended-upgrade", Set.of()),
                    entry("unattended-upgrades", Set.of()),
                    entry("do-release-upgrade", Set.of()),
                    entry("tasksel", Set.of()),
                    entry("fwupdmgr", Set.of("get-devices")),
                    entry("alien", Set.of()));

    /** Programs that change the kernel, what it loads, or how libraries are found. */
    static final Set<String> KERNEL =
            Set.of(
                    "modprobe",
                    "insmod",
                    "rmmod",
                    "kexec",
                    "depmod",
                    "dkms",
                    "grubby",
                    "update-grub",
                    "update-grub2",
                    "update-initramfs",
                    "mkinitramfs",
                    "mkinitcpio",
                    "mkinitrd",
                    "dracut",
                    "kernel-install",
                    "installkernel",
                    "new-kernel-pkg",
                    "bootctl",
                    "efibootmgr",
                    "ldconfig",
                    "kpatch",
                    "livepatch",
                    "kmod",
                    "lilo",
                    "extlinux",
                    "zipl");

    /** Programs that change which programs there are. */
    static final Set<String> IMAGE =
            Set.of(
                    "update-alternatives",
                    "alternatives",
                    "dpkg-divert",
                    "dpkg-statoverride",
                    "chattr",
                    "fsfreeze",
                    "wipefs",
                    "sfdisk",
                    "sgdisk",
                    "parted",
                    "fdisk",
                    "blkdiscard");

    /** Programs that change accounts. */
    static final Set<String> ACCOUNTS =
            Set.of(
                    "useradd",
                    "adduser",
                    "usermod",
                    "userdel",
                    "deluser",
                    "newusers",
                    "chpasswd",
                    "passwd",
                    "groupadd",
                    "addgroup",
                    "groupmod",
                    "groupdel",
                    "delgroup",
                    "gpasswd",
                    "chgpasswd",
                    "vipw",
                    "vigr",
                    "chage",
                    "chsh",
                    "homectl",
                    "pwconv",
                    "pwunconv",
                    "ssh-copy-id");

    /** Programs that speak to other machines. */
    static final Set<String> NETWORK =
            Set.of(
                    "curl",
                    "wget",
                    "aria2c",
                    "fetch",
                    "lynx",
                    "ssh",
                    "scp",
                    "sftp",
                    "ftp",
                    "lftp",
                    "nc",
                    "ncat",
                    "netcat",
                    "telnet",
                    "socat",
                    "ping",
                    "ping6",
                    "traceroute",
                    "tracepath",
                    "dig",
                    "nslookup",
                    "host",
                    "ntpdate",
                    "sntp",
                    "smbclient",
                    "globus-url-copy",
                    "xrdcp",
                    "gfal-copy",
                    "ldapsearch",
                    "kinit",
                    "nsupdate",
                    "showmount",
                    "mount.nfs",
                    "mount.nfs4",
                    "mount.cifs",
                    "ansible-pull",
                    "cvmfs_talk",
                    "http",
                    "httpie");

    /** Services that log, or by which a site sees and controls a machine. */
    static final Set<String> WATCHING =
            Set.of(
                    "rsyslog",
                    "rsyslogd",
                    "syslog",
                    "syslogd",
                    "syslog-ng",
                    "systemd-journald",
                    "journald",
                    "systemd-journal-upload",
                    "systemd-journal-remote",
                    "auditd",
                    "audit",
                    "sysstat",
                    "acct",
                    "psacct",
                    "atop",
                    "collectd",
                    "telegraf",
                    "nrpe",
                    "nagios-nrpe-server",
                    "nagios",
                    "icinga2",
                    "zabbix-agent",
                    "zabbix-agent2",
                    "node_exporter",
                    "prometheus-node-exporter",
                    "gmond",
                    "ganglia-monitor",
                    "munin-node",
                    "netdata",
                    "snmpd",
                    "osqueryd",
                    "falcon-sensor",
                    "wazuh-agent",
                    "ossec",
                    "ossec-hids",
                    "filebeat",
                    "auditbeat",
                    "metricbeat",
                    "fluentd",
                    "fluent-bit",
                    "td-agent",
                    "promtail",
                    "pakiti",
                    "pakiti-client",
                    "aide",
                    "samhain",
                    "fail2ban",
                    "firewalld",
                    "nftables",
                    "iptables",
                    "ip6tables",
                    "ufw",
                    "apparmor",
                    "selinux");

    private Programs() {}

    /** {@code python3.12} is {@code python}, {@code pip3} is {@code pip}. */
    static String family(String name) {
        int end = name.length();
        while (end > 0
                && (Character.isDigit(name.charAt(end - 1)) || name.charAt(end - 1) == '.')) {
            end--;
        }
        var stem = name.substring(0, end);
        return INTERPRETERS.contains(stem) || stem.equals("pip") ? stem : name;
    }
}
