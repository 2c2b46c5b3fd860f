package org.imprimatur.inspect.facts.config;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.FilesInMemory;
import org.imprimatur.inspect.facts.OsRelease;

/** Any text in each place that the configuration of a system has. */
public final class SystemFilesFuzz {

    private SystemFilesFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        var text = new String(input, StandardCharsets.ISO_8859_1);
        var files = new FilesInMemory().linked("/sbin/init", "/usr/lib/systemd/systemd");
        for (var path :
                List.of(
                        "/boot/grub/grub.cfg",
                        "/boot/grub/grubenv",
                        "/boot/loader/entries/a.conf",
                        "/boot/loader/loader.conf",
                        "/boot/extlinux.conf",
                        "/etc/network/interfaces",
                        "/etc/NetworkManager/system-connections/a",
                        "/etc/systemd/network/a.network",
                        "/etc/sysconfig/network-scripts/ifcfg-a",
                        "/etc/resolv.conf",
                        "/etc/hosts",
                        "/etc/crontab",
                        "/etc/anacrontab",
                        "/etc/nftables.conf",
                        "/etc/iptables/rules.v4",
                        "/etc/rsyslog.conf",
                        "/etc/systemd/journald.conf",
                        "/etc/doas.conf",
                        "/etc/polkit-1/rules.d/a.rules",
                        "/etc/polkit-1/localauthority/50-local.d/a.pkla",
                        "/etc/fstab",
                        "/etc/inittab",
                        "/etc/netplan/a.yaml",
                        "/etc/hosts.deny",
                        "/etc/xinetd.d/telnet",
                        "/etc/default/grub",
                        "/bin/true")) {
            files.with(path, text);
        }
        ConfigurationReader.read(new ConfigReader(files), OsRelease.parse(text));
    }
}
