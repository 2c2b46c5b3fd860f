package org.imprimatur.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.imprimatur.inspect.rules.WaiverRules;
import org.imprimatur.register.BlockingFinding;
import org.imprimatur.register.Waiver;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The findings that an endorser takes on, with a reason and for a time. */
final class WaiverOptions {

    private static final Duration LIFE = Duration.ofDays(90);

    @Option(
            names = "--waive",
            paramLabel = "RULE[@PATH]=REASON",
            description =
                    "Endorse in spite of this finding, for the reason given, signed with the"
                            + " endorsement; may be repeated.")
    private Map<String, String> waived = Map.of();

    @Option(
            names = "--waive-all",
            paramLabel = "REASON",
            description = "Endorse in spite of every blocking finding, each named in a waiver.")
    private @Nullable String all;

    @Option(
            names = "--waive-until",
            paramLabel = "INSTANT",
            description =
                    "When the waivers expire (default: in 90 days, or sooner if the profile says so).")
    private @Nullable Instant until;

    /**
     * Refuses what the profile does not allow, before any work is done.
     *
     * @throws CommandFailure with what it allows
     */
    void check(WaiverRules allowed, Instant now) {
        var expires = expires(allowed, now);
        var validity = Duration.between(now, expires);
        for (var waiver : named(expires)) {
            allowed.refusal(waiver.rule(), waiver.reason(), validity)
                    .ifPresent(WaiverOptions::refuse);
        }
        var reason = all;
        if (reason != null) {
            allowed.refusal("all", reason, validity).ifPresent(WaiverOptions::refuse);
        }
    }

    /** One for each that is named; with --waive-all, for each finding that may be waived. */
    List<Waiver> waivers(List<BlockingFinding> blocking, WaiverRules allowed, Instant now) {
        var expires = expires(allowed, now);
        List<Waiver> waivers = new ArrayList<>(named(expires));
        var reason = all;
        if (reason != null) {
            var rules = new LinkedHashSet<String>();
            blocking.forEach(finding -> rules.add(finding.rule()));
            rules.removeAll(allowed.never());
            rules.forEach(rule -> waivers.add(new Waiver(rule, null, reason, expires)));
        }
        return List.copyOf(waivers);
    }

    private Instant expires(WaiverRules allowed, Instant now) {
        if (until != null) {
            return until;
        }
        return now.plus(LIFE.compareTo(allowed.longest()) < 0 ? LIFE : allowed.longest());
    }

    private List<Waiver> named(Instant expires) {
        List<Waiver> waivers = new ArrayList<>();
        waived.forEach(
                (finding, reason) -> {
                    int at = finding.indexOf('@');
                    var rule = at < 0 ? finding : finding.substring(0, at);
                    var path = at < 0 ? null : finding.substring(at + 1);
                    waivers.add(new Waiver(rule, path, reason, expires));
                });
        return waivers;
    }

    private static void refuse(String refusal) {
        throw new CommandFailure(ExitCode.USAGE, "by the profile, " + refusal);
    }
}
