package org.imprimatur.inspect.facts.config;

import java.util.List;

/**
 * How a system is told to join a network, before anybody else tells it more.
 *
 * @param hostName of hostname(5); empty if there is none
 * @param connections in the order of their files
 * @param resolver of resolv.conf(5)
 * @param hosts of hosts(5)
 */
public record Network(
        String hostName, List<Connection> connections, Resolver resolver, List<Host> hosts) {

    /** Of an image without an installed system. */
    static final Network NONE =
            new Network("", List.of(), new Resolver("", List.of(), List.of()), List.of());

    /** Copies the lists. */
    public Network {
        connections = List.copyOf(connections);
        hosts = List.copyOf(hosts);
    }

    /** Whose files these are. */
    public enum Source {
        IFUPDOWN,
        NETPLAN,
        NETWORK_MANAGER,
        NETWORKD,
        /** Files {@code ifcfg-*} of Red Hat and SUSE. */
        IFCFG
    }

    /** Where addresses of one kind come from. */
    public enum Method {
        /** Nothing is said. */
        UNSET,
        DHCP,
        STATIC,
        /** From the routers of the network, or whatever there is. */
        AUTO,
        LOOPBACK,
        LINK_LOCAL,
        DISABLED
    }

    /**
     * One configured connection. All texts are for display.
     *
     * @param interfaces the name of one, a pattern of names, or how it is told else
     * @param automatic whether it comes up by itself
     * @param addresses static ones, with the length of the prefix or the mask
     */
    public record Connection(
            String path,
            Source source,
            String interfaces,
            boolean automatic,
            Method ipv4,
            Method ipv6,
            List<String> addresses,
            List<String> gateways,
            List<String> nameServers,
            List<String> searchDomains) {

        /** Copies the lists. */
        public Connection {
            addresses = List.copyOf(addresses);
            gateways = List.copyOf(gateways);
            nameServers = List.copyOf(nameServers);
            searchDomains = List.copyOf(searchDomains);
        }
    }

    /**
     * Who is asked for names.
     *
     * @param link where resolv.conf leads; empty if it is no link, or is not there
     */
    public record Resolver(String link, List<String> nameServers, List<String> searchDomains) {

        /** Copies the lists. */
        public Resolver {
            nameServers = List.copyOf(nameServers);
            searchDomains = List.copyOf(searchDomains);
        }
    }

    /** Names that an address has without anybody being asked. */
    public record Host(String address, List<String> names) {

        /** Copies the list. */
        public Host {
            names = List.copyOf(names);
        }
    }
}
