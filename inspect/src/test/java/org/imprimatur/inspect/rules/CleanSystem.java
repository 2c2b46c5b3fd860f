package org.imprimatur.inspect.rules;

import org.imprimatur.inspect.facts.FilesInMemory;

/** How a system is configured that nothing can be said against. */
final class CleanSystem {

    static final String UNITS = "/usr/lib/systemd/system/";

    private CleanSystem() {}

    /** Adds the files; those that are changed later take their place. */
    static FilesInMemory files() {
        var files =
                new FilesInMemory()
                        .linked("/sbin/init", "/usr/lib/systemd/systemd")
                        .linked("/lib", "/usr/lib")
                        .with("/usr/lib/systemd/systemd", "\u007fELF")
                        .with("/usr/sbin/rsyslogd", "\u007fELF")
                        .with("/usr/bin/cloud-init", "#!/usr/bin/python3\n")
                        .with("/usr/bin/unattended-upgrade", "#!/usr/bin/python3\n")
                        .with(
                                "/usr/lib/systemd/system-generators/cloud-init-generator",
                                "#!/bin/sh\n")
                        .with("/etc/cloud/cloud.cfg", "users: [default]\ndisable_root: true\n")
                        .with("/etc/cloud/cloud.cfg.d/90.cfg", "datasource_list: [ OpenStack ]\n")
                        .with(
                                "/etc/apt/apt.conf.d/20auto",
                                "APT::Periodic::Unattended-Upgrade \"1\";\n")
                        .with("/etc/rsyslog.conf", "auth,authpriv.*\t/var/log/auth.log\n")
                        .with(
                                "/etc/nftables.conf",
                                """
                                flush ruleset
                                table inet filter {
                                    chain input {
                                        type filter hook input priority 0; policy drop;
                                        ct state established,related accept
                                        tcp dport 22 accept
                                    }
                                    chain output { type filter hook output priority 0; policy accept; }
                                }
                                """)
                        .with(
                                "/etc/pam.d/common-auth",
                                """
                                auth [success=1 default=ignore] pam_unix.so
                                auth requisite pam_deny.so
                                auth required pam_permit.so
                                auth optional pam_cap.so
                                """)
                        .with(
                                "/etc/pam.d/common-account",
                                """
                                account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so
                                account requisite pam_deny.so
                                account required pam_permit.so
                                """)
                        .with(
                                "/etc/pam.d/sshd",
                                "@include common-auth\naccount required pam_nologin.so\n"
                                        + "@include common-account\n")
                        .with(UNITS + "multi-user.target", "[Unit]\nRequires=basic.target\n")
                        .with(
                                UNITS + "basic.target",
                                "[Unit]\nRequires=sysinit.target\nWants=sockets.target timers.target\n")
                        .with(UNITS + "sysinit.target", "[Unit]\n")
                        .with(UNITS + "sockets.target", "[Unit]\n")
                        .with(UNITS + "timers.target", "[Unit]\n")
                        .with(UNITS + "cloud-init.target", "[Unit]\n")
                        .with(UNITS + "apt-daily-upgrade.timer", "[Timer]\nOnCalendar=daily\n")
                        .with(
                                UNITS + "apt-daily-upgrade.service",
                                "[Service]\nExecStart=/bin/apt\n")
                        .linked(UNITS + "default.target", UNITS + "multi-user.target")
                        .linked(
                                "/etc/systemd/system/timers.target.wants/apt-daily-upgrade.timer",
                                UNITS + "apt-daily-upgrade.timer");
        for (var name : new String[] {"ssh", "rsyslog", "chrony", "nftables"}) {
            enabled(files, name + ".service", "[Service]\nExecStart=/usr/sbin/" + name + "\n");
        }
        return files.with("/etc/machine-id", "");
    }

    /** Adds a unit that the boot starts. */
    static void enabled(FilesInMemory files, String name, String text) {
        files.with(UNITS + name, text + "[Install]\nWantedBy=multi-user.target\n")
                .linked("/etc/systemd/system/multi-user.target.wants/" + name, UNITS + name);
    }
}
