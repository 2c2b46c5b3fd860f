package org.imprimatur.node.watch;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.imprimatur.inspect.advisories.Urgency;
import org.imprimatur.node.follow.PastViews;
import org.imprimatur.register.KnownFlaws;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Standing;

/** What is known of flaws, as decisions ask for it: now, and as it was known before. */
public final class DecisionFlaws implements Supplier<KnownFlaws>, PastViews.PastFlaws {

    private final OpenFlaws flaws;
    private final Optional<Duration> staleAfter;

    /**
     * For one node.
     *
     * @param watching empty where advisories are not watched now
     */
    public DecisionFlaws(OpenFlaws flaws, Optional<WatchSettings> watching) {
        this.flaws = flaws;
        this.staleAfter = watching.map(WatchSettings::staleAfter);
    }

    /** Whether advisories are watched now. */
    public boolean watched() {
        return staleAfter.isPresent();
    }

    @Override
    public KnownFlaws get() {
        return staleAfter
                .<KnownFlaws>map(age -> new AtRevision(flaws.now(), age))
                .orElse(KnownFlaws.NOT_WATCHED);
    }

    @Override
    public KnownFlaws asOf(KnownFlaws.AsOf seen) {
        return new AtRevision(flaws.at(seen.revision()), seen.feedAge());
    }

    private record AtRevision(OpenFlaws.View view, Duration feedAge) implements KnownFlaws {

        @Override
        public AsOf asOf() {
            return new AsOf(view.revision(), feedAge);
        }

        @Override
        public Optional<Flaw> oldest(Sha256 sbom, org.imprimatur.register.Urgency atLeast) {
            return view.of(sbom)
                    .oldestPatchable(counting(atLeast))
                    .map(
                            flaw ->
                                    new Flaw(
                                            flaw.id(),
                                            flaw.name(),
                                            flaw.installed(),
                                            flaw.fixed(),
                                            flaw.countedAs(),
                                            Objects.requireNonNull(flaw.patchSince())));
        }

        /** The least of those that count as at least that. */
        private static Urgency counting(org.imprimatur.register.Urgency atLeast) {
            return switch (atLeast) {
                case CRITICAL -> Urgency.CRITICAL;
                case HIGH -> Urgency.HIGH;
                case MODERATE -> Urgency.MODERATE;
                case LOW -> Urgency.UNKNOWN;
            };
        }

        @Override
        public Optional<String> doubt(Sha256 sbom, Instant at) {
            if (!view.fault().isEmpty()) {
                return Optional.of(view.fault());
            }
            var known = view.of(sbom);
            if (!known.obstacle().isEmpty()) {
                return Optional.of(known.obstacle());
            }
            var published = view.published(known);
            if (published.isEmpty()) {
                return Optional.of("no feed of advisories speaks of its packages");
            }
            return Standing.fresh(published.get(), feedAge, at)
                    ? Optional.empty()
                    : Optional.of(
                            "the oldest feed that speaks of its packages is of %s, %s"
                                    .formatted(
                                            published.get(),
                                            published.get().isAfter(at)
                                                    ? "which is still to come by this node's clock"
                                                    : "and may be %s old"
                                                            .formatted(told(feedAge))));
        }

        private static String told(Duration time) {
            return time.toDays() > 0 && time.equals(Duration.ofDays(time.toDays()))
                    ? time.toDays() + " days"
                    : time.toString();
        }
    }
}
