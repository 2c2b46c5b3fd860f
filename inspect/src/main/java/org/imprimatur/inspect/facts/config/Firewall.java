package org.imprimatur.inspect.facts.config;

/**
 * A set of packet filter rules.
 *
 * @param kind {@code nftables}, {@code iptables}, {@code firewalld}, {@code ufw}
 * @param path where the rules stand, for display
 * @param loaded true if the boot loads it
 * @param filters4 true if it keeps unasked packets of IPv4 out
 * @param filters6 the same for IPv6
 * @param constrains true if it keeps the machine's own packets in
 */
public record Firewall(
        String kind,
        String path,
        boolean loaded,
        boolean filters4,
        boolean filters6,
        boolean constrains) {}
