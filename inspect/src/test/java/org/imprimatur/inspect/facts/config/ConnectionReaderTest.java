package org.imprimatur.inspect.facts.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.FilesInMemory;
import org.imprimatur.inspect.facts.config.Network.Connection;
import org.imprimatur.inspect.facts.config.Network.Method;
import org.imprimatur.inspect.facts.config.Network.Source;
import org.junit.jupiter.api.Test;

/** The network's configuration as each program's manual shows it. */
class ConnectionReaderTest {

    private final FilesInMemory files = new FilesInMemory();
    private final ConfigReader reader = new ConfigReader(files);

    private Network read() {
        return ConnectionReader.read(reader);
    }

    private static Connection connection(
            String path, Source source, String interfaces, Method ipv4, Method ipv6) {
        return new Connection(
                path,
                source,
                interfaces,
                true,
                ipv4,
                ipv6,
                List.of(),
                List.of(),
                List.of(),
                List.of());
    }

    @Test
    void interfacesOfDebian() {
        files.with(
                        "/etc/network/interfaces",
                        """
                        # comment
                        source interfaces.d/*
                        source /etc/network/interfaces
                        auto lo eth0
                        iface lo inet loopback
                        iface eth0 inet static
                            address 192.0.2.10
                            netmask 255.255.255.0
                            gateway 192.0.2.1
                            dns-nameservers 192.0.2.2 \\
                                192.0.2.3
                            dns-search example.org
                        iface eth0 inet6 static
                            address 2001:db8::10/64
                        """)
                .with("/etc/network/interfaces.d/more", "iface eth1 inet dhcp\n");

        assertThat(read().connections())
                .containsExactly(
                        new Connection(
                                "/etc/network/interfaces.d/more",
                                Source.IFUPDOWN,
                                "eth1",
                                false,
                                Method.DHCP,
                                Method.UNSET,
                                List.of(),
                                List.of(),
                                List.of(),
                                List.of()),
                        connection(
                                "/etc/network/interfaces",
                                Source.IFUPDOWN,
                                "lo",
                                Method.LOOPBACK,
                                Method.UNSET),
                        new Connection(
                                "/etc/network/interfaces",
                                Source.IFUPDOWN,
                                "eth0",
                                true,
                                Method.STATIC,
                                Method.STATIC,
                                List.of("192.0.2.10/255.255.255.0", "2001:db8::10/64"),
                                List.of("192.0.2.1"),
                                List.of("192.0.2.2", "192.0.2.3"),
                                List.of("example.org")));
    }

    @Test
    void netplanWithALaterFileOverAnEarlierOne() {
        files.with(
                        "/etc/netplan/01-all.yaml",
                        """
                        network:
                          version: 2
                          renderer: networkd
                          ethernets:
                            all:
                              match: {name: "e*"}
                              dhcp4: true
                            fixed:
                              addresses:
                                - 192.0.2.10/24
                                - "2001:db8::10/64": {label: x}
                              routes:
                                - {to: default, via: 192.0.2.1}
                                - {to: 10.0.0.0/8, via: 192.0.2.9}
                              nameservers: {addresses: [192.0.2.2], search: [example.org]}
                        """)
                .with(
                        "/etc/netplan/02-more.yaml",
                        "network:\n  ethernets:\n    all: {dhcp4: false, dhcp6: true}\n");

        assertThat(read().connections())
                .containsExactly(
                        connection(
                                "/etc/netplan/01-all.yaml",
                                Source.NETPLAN,
                                "e*",
                                Method.UNSET,
                                Method.DHCP),
                        new Connection(
                                "/etc/netplan/01-all.yaml",
                                Source.NETPLAN,
                                "fixed",
                                true,
                                Method.STATIC,
                                Method.STATIC,
                                List.of("192.0.2.10/24", "2001:db8::10/64"),
                                List.of("192.0.2.1"),
                                List.of("192.0.2.2"),
                                List.of("example.org")));

        files.with("/etc/netplan/03-bad.yaml", "network: [");
        read();
        assertThat(reader.unread()).hasSize(1);
    }

    @Test
    void connectionsOfNetworkManager() {
        files.with(
                        "/etc/NetworkManager/system-connections/office.nmconnection",
                        """
                        [connection]
                        id=office
                        type=ethernet
                        autoconnect=false
                        [ipv4]
                        method=manual
                        address1=192.0.2.10/24,192.0.2.1
                        dns=192.0.2.2;192.0.2.3;
                        dns-search=example.org;
                        [ipv6]
                        method=ignore
                        """)
                .with("/etc/NetworkManager/system-connections/notes", "nothing\n");

        assertThat(read().connections())
                .containsExactly(
                        new Connection(
                                "/etc/NetworkManager/system-connections/office.nmconnection",
                                Source.NETWORK_MANAGER,
                                "office",
                                false,
                                Method.STATIC,
                                Method.DISABLED,
                                List.of("192.0.2.10/24"),
                                List.of("192.0.2.1"),
                                List.of("192.0.2.2", "192.0.2.3"),
                                List.of("example.org")));
    }

    @Test
    void networksOfSystemdWithDropIns() {
        files.with(
                        "/etc/systemd/network/10-wan.network",
                        """
                        [Match]
                        Name=en* eth0
                        [Network]
                        DHCP=ipv4
                        IPv6AcceptRA=yes
                        DNS=192.0.2.2 192.0.2.3
                        """)
                .with(
                        "/etc/systemd/network/10-wan.network.d/a.conf",
                        "[Network]\nDHCP=no\n[Address]\nAddress=192.0.2.10/24\n"
                                + "[Route]\nGateway=192.0.2.1\n");

        assertThat(read().connections())
                .containsExactly(
                        new Connection(
                                "/etc/systemd/network/10-wan.network",
                                Source.NETWORKD,
                                "en* eth0",
                                true,
                                Method.STATIC,
                                Method.AUTO,
                                List.of("192.0.2.10/24"),
                                List.of("192.0.2.1"),
                                List.of("192.0.2.2", "192.0.2.3"),
                                List.of()));
    }

    @Test
    void ifcfgOfRedHatAndOfSuse() {
        files.with(
                        "/etc/sysconfig/network-scripts/ifcfg-eth0",
                        """
                        DEVICE="eth0"
                        BOOTPROTO=none
                        ONBOOT=no
                        IPADDR=192.0.2.10
                        PREFIX=24
                        GATEWAY=192.0.2.1
                        DNS1=192.0.2.2
                        DOMAIN=example.org
                        IPV6INIT=no
                        """)
                .with(
                        "/etc/sysconfig/network/ifcfg-eth1",
                        "BOOTPROTO='dhcp'\nSTARTMODE='auto'\nIPADDR=''\n");

        assertThat(read().connections())
                .containsExactly(
                        new Connection(
                                "/etc/sysconfig/network-scripts/ifcfg-eth0",
                                Source.IFCFG,
                                "eth0",
                                false,
                                Method.STATIC,
                                Method.DISABLED,
                                List.of("192.0.2.10/24"),
                                List.of("192.0.2.1"),
                                List.of("192.0.2.2"),
                                List.of("example.org")),
                        connection(
                                "/etc/sysconfig/network/ifcfg-eth1",
                                Source.IFCFG,
                                "eth1",
                                Method.DHCP,
                                Method.UNSET));
    }

    @Test
    void whoIsAskedForNamesAndWhoIsNot() {
        files.with("/etc/hostname", "node7.example.org\n")
                .with("/run/resolv.conf", "nameserver 192.0.2.2\nsearch a.example b.example\n")
                .linked("/etc/resolv.conf", "/run/resolv.conf")
                .with("/etc/systemd/resolved.conf.d/x.conf", "[Resolve]\nDNS=192.0.2.9\n")
                .with("/etc/hosts", "127.0.0.1 localhost # me\n192.0.2.1\tgw  gw.example.org\n#\n");
        var network = read();

        assertThat(network.hostName()).isEqualTo("node7.example.org");
        assertThat(network.resolver())
                .isEqualTo(
                        new Network.Resolver(
                                "/run/resolv.conf",
                                List.of("192.0.2.2", "192.0.2.9"),
                                List.of("a.example", "b.example")));
        assertThat(network.hosts())
                .containsExactly(
                        new Network.Host("127.0.0.1", List.of("localhost")),
                        new Network.Host("192.0.2.1", List.of("gw", "gw.example.org")));
    }
}
