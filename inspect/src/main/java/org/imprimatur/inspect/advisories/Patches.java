package org.imprimatur.inspect.advisories;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.imprimatur.inspect.facts.OsRelease;
import org.imprimatur.inspect.packages.InstalledPackage;
import org.imprimatur.inspect.packages.InstalledSystem;

/**
 * How well patched an image is, as far as the feeds at hand can say.
 *
 * @param asked whether any feed was asked
 * @param system whether any feed speaks of the distribution's packages
 * @param feeds those that speak of packages of the image
 * @param age of the content of the oldest of them, at the moment the inspection is for
 * @param flaws known flaws of installed packages, in order of package and id
 * @param pending packages that the repositories have newer, in order of name
 */
public record Patches(
        boolean asked,
        boolean system,
        Duration age,
        List<FeedState> feeds,
        List<Flaw> flaws,
        List<PendingUpdate> pending) {

    /** Nothing was asked, so nothing is known. */
    public static final Patches UNKNOWN =
            new Patches(false, false, Duration.ZERO, List.of(), List.of(), List.of());

    /**
     * A known flaw of an installed package.
     *
     * @param id of the flaw, {@code CVE-…} where it has one
     * @param packages the installed packages that have it, of one source package and version
     * @param name the package that the advisory names
     * @param version the installed version of that
     * @param fixed the version with the patch; empty where there is none yet
     */
    public record Flaw(
            String id,
            Urgency urgency,
            List<InstalledPackage> packages,
            String name,
            String version,
            String fixed) {

        /** Copies the list. */
        public Flaw {
            packages = List.copyOf(packages);
        }
    }

    /**
     * A package that is not the newest.
     *
     * @param security whether the newer one comes from a repository of security updates
     */
    public record PendingUpdate(InstalledPackage installed, String newest, boolean security) {}

    /** Copies the lists. */
    public Patches {
        feeds = List.copyOf(feeds);
        flaws = List.copyOf(flaws);
        pending = List.copyOf(pending);
    }

    /** What the store says at this moment of these packages of this system. */
    public static Patches of(
            OsRelease os, List<InstalledPackage> packages, AdvisoryStore store, Instant at)
            throws IOException {
        var one = new InstalledSystem(os, packages);
        var outcome = Matching.of(List.of(one), store, at).getFirst();
        if (outcome instanceof Matching.Matched(Patches patches)) {
            return patches;
        }
        throw outcome instanceof Matching.NotMatched(MalformedFeed fault)
                ? fault
                : new IOException("the image " + Matching.TooMuch.FAULT);
    }
}
