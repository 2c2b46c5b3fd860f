package org.imprimatur.node.transfer;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.imprimatur.node.config.Durations;
import org.imprimatur.node.config.Faults;
import org.imprimatur.node.config.YamlMember;

/**
 * How a site transfers.
 *
 * @param stall a download that brings next to nothing for so long is broken off
 * @param filesAllowed whether {@code file:} locations are read
 * @param connections at most so many at once
 * @param connectionsPerHost and so many to one host
 * @param verifyEvery a stored file is read again, whole, so long after it was verified
 * @param bandwidth bytes a second that all of them together bring; empty for no limit
 * @param s3 how {@code s3:} locations are asked
 * @param plainHttpRegistries OCI registries that are asked without TLS, as {@code HOST[:PORT]}
 */
public record TransferSettings(
        Duration stall,
        boolean filesAllowed,
        int connections,
        int connectionsPerHost,
        Duration verifyEvery,
        OptionalLong bandwidth,
        S3Access s3,
        List<String> plainHttpRegistries) {

    private static final TransferSettings USUAL =
            new TransferSettings(
                    Duration.ofSeconds(30),
                    false,
                    8,
                    4,
                    Duration.ofDays(30),
                    OptionalLong.empty(),
                    S3Access.USUAL,
                    List.of());

    private static final String COUNT = "a number from 1 to 256";
    private static final String RATE = "bytes a second, for example 500K, 20M or 1G";
    private static final Pattern RATE_FORM = Pattern.compile("([1-9][0-9]{0,8})([KMG]?)");

    /** Slower than this, a transfer would look like one that has stalled. */
    private static final long SLOWEST = 64 << 10;

    /** Copies the list. */
    public TransferSettings {
        plainHttpRegistries = List.copyOf(plainHttpRegistries);
    }

    /**
     * Reads the member {@code transfer} of a site.
     *
     * @throws org.imprimatur.node.config.BadConfiguration with every fault in it
     */
    public static TransferSettings read(Optional<YamlMember> member) {
        return member.map(TransferSettings::read).orElse(USUAL);
    }

    private static TransferSettings read(YamlMember member) {
        var faults = new Faults();
        faults.check(
                () ->
                        member.allowing(
                                "stall-after",
                                "allow-file-locations",
                                "connections",
                                "connections-per-host",
                                "verify-every",
                                "bandwidth",
                                "s3",
                                "plain-http-registries"));
        Function<YamlMember, Duration> duration = m -> m.as(Durations::parse, Durations.HINT);
        Function<YamlMember, Integer> count = m -> m.as(TransferSettings::count, COUNT);
        var stall =
                faults.read(() -> member.optional("stall-after").map(duration).orElse(USUAL.stall));
        var files =
                faults.read(
                        () ->
                                member.optional("allow-file-locations")
                                        .map(YamlMember::yes)
                                        .orElse(USUAL.filesAllowed));
        var connections =
                faults.read(
                        () -> member.optional("connections").map(count).orElse(USUAL.connections));
        var perHost =
                faults.read(
                        () ->
                                member.optional("connections-per-host")
                                        .map(count)
                                        .orElse(USUAL.connectionsPerHost));
        var verifyEvery =
                faults.read(
                        () ->
                                member.optional("verify-every")
                                        .map(duration)
                                        .orElse(USUAL.verifyEvery));
        var bandwidth =
                faults.read(
                        () ->
                                member.optional("bandwidth")
                                        .map(m -> m.as(TransferSettings::rate, RATE))
                                        .map(OptionalLong::of)
                                        .orElse(USUAL.bandwidth));
        var s3 = faults.read(() -> member.optional("s3").map(S3Access::read).orElse(USUAL.s3));
        var registries =
                faults.read(
                        () ->
                                member.optional("plain-http-registries")
                                        .map(m -> m.items().stream().map(YamlMember::text).toList())
                                        .orElse(USUAL.plainHttpRegistries));
        faults.complete();
        return new TransferSettings(
                stall.get(),
                files.get(),
                connections.get(),
                perHost.get(),
                verifyEvery.get(),
                bandwidth.get(),
                s3.get(),
                registries.get());
    }

    private static int count(String text) {
        int count = Integer.parseInt(text);
        if (count < 1 || count > 256) {
            throw new IllegalArgumentException("is " + count);
        }
        return count;
    }

    private static long rate(String text) {
        var form = RATE_FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException("is \"" + text + "\"");
        }
        long unit =
                switch (form.group(2)) {
                    case "K" -> 1_000L;
                    case "M" -> 1_000_000L;
                    case "G" -> 1_000_000_000L;
                    default -> 1L;
                };
        long rate = Long.parseLong(form.group(1)) * unit;
        if (rate < SLOWEST) {
            throw new IllegalArgumentException("is less than " + SLOWEST + " bytes a second");
        }
        return rate;
    }
}
