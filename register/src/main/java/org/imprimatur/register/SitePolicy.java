package org.imprimatur.register;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.imprimatur.register.Enforcement.Level;
import org.jspecify.annotations.Nullable;

/**
 * What a site asks of an image before it runs. A class that is not in the map is run by nobody.
 *
 * @param site the site, an owner {@code site:NAME}
 * @param classes the rules of each use-case class that the site serves
 * @param checks the checks that are not simply enforced
 * @param staleness how old the site's view of what it follows may be when a start is decided
 * @param digest SHA-256 of the policy's file as it was given, for the record
 */
public record SitePolicy(
        Owner site,
        Map<UseClass, ClassPolicy> classes,
        Map<Reason.Code, Enforcement> checks,
        Staleness staleness,
        Sha256 digest) {

    /**
     * The rules of one class.
     *
     * @param trusted owners whose endorsements the site relies on; not asked for in the class
     *     {@code payload}
     * @param named the people whose endorsements the site relies on; empty for all endorsers of
     *     these owners
     * @param approving how endorsements are approved (WLCG-3)
     * @param limits bounds on the image
     * @param contributors what is asked of those who contributed to an image (TVM-4); null for
     *     nothing
     * @param endorsers how many must have endorsed the same file; null where one is enough
     * @param conditions of the site's own
     * @param obligations what a permit carries, besides what the class itself brings
     */
    public record ClassPolicy(
            Set<Owner> trusted,
            Set<Person> named,
            Approving approving,
            Limits limits,
            @Nullable ContributorRule contributors,
            @Nullable Endorsers endorsers,
            List<Condition> conditions,
            List<Obligation> obligations) {

        /** Rules that ask for trusted owners and, if wanted, for signed approvals. */
        public ClassPolicy(
                Set<Owner> trusted, boolean approvalRequired, List<Obligation> obligations) {
            this(
                    trusted,
                    Set.of(),
                    approvalRequired
                            ? new Approving.Required(Approving.Versions.ASK)
                            : new Approving.None(),
                    Limits.NONE,
                    null,
                    null,
                    List.of(),
                    obligations);
        }

        public ClassPolicy {
            trusted = Set.copyOf(trusted);
            named = Set.copyOf(named);
            conditions = Conditions.of(conditions);
            obligations = List.copyOf(obligations);
        }
    }

    /**
     * Several endorsers of one image.
     *
     * @param atLeast how many different people, 2 to 16
     * @param of the owners for which they endorse; an endorsement for another owner is not counted
     */
    public record Endorsers(int atLeast, Set<Owner> of) {

        public Endorsers {
            Text.range("atLeast", atLeast, 2, 16);
            of = Set.copyOf(of);
            if (of.isEmpty()) {
                throw new MalformedInput("of", "at least one owner", "none");
            }
        }
    }

    /**
     * Bounds on an image, as its endorsement and the ledgers in view describe it; null where there
     * is none.
     *
     * @param worst the gravest finding that the inspection may have had
     * @param age since the image file was made
     * @param patched since which every security patch may be missing (END-4.2.b)
     * @param advisory how long it may run with a hole that is known
     */
    public record Limits(
            @Nullable Worst worst,
            @Nullable Duration age,
            @Nullable Duration patched,
            @Nullable AdvisoryLimit advisory) {

        /** No bounds. */
        public static final Limits NONE = new Limits(null, null, null, null);

        public Limits {
            positive("age", age);
            positive("patched", patched);
        }

        private static void positive(String member, @Nullable Duration time) {
            if (time != null && (time.isNegative() || time.isZero())) {
                throw new MalformedInput(member, "a positive time", time.toString());
            }
        }
    }

    /**
     * How long an image may run with a hole that is known: one for which somebody took back an
     * endorsement of the same file, or of a part of it, as vulnerable or compromised; or a flaw in
     * what it has installed, for which there is a patch.
     *
     * @param urgency of flaws the mildest that counts
     */
    public record AdvisoryLimit(Duration after, Urgency urgency) {

        /** What counts where nothing is said. */
        public static final Urgency USUAL = Urgency.HIGH;

        public AdvisoryLimit {
            if (after.isNegative()) {
                throw new MalformedInput("after", "no negative time", after.toString());
            }
        }
    }

    /** The gravest finding that is accepted. An endorsement lists those that would block. */
    public enum Worst {
        /** Findings that block, each with a waiver; but every part of the disk was read. */
        BLOCK("block"),
        /** None that would block, waived or not. */
        WARN("warn");

        private final String wire;

        Worst(String wire) {
            this.wire = wire;
        }

        /** The name in formats. */
        public String wire() {
            return wire;
        }

        /** Reads the name in formats. */
        public static Worst parse(String text) {
            return WireName.find(values(), Worst::wire, text, () -> "block or warn");
        }
    }

    /** A policy that enforces every check, and takes everything that it follows alike. */
    public SitePolicy(
            Owner site, Map<UseClass, ClassPolicy> classes, Duration maxStaleness, Sha256 digest) {
        this(site, classes, Map.of(), Staleness.of(maxStaleness), digest);
    }

    public SitePolicy {
        Text.site(site);
        classes = Map.copyOf(classes);
        checks = Map.copyOf(checks);
        checks.forEach(
                (code, enforcement) -> {
                    if (enforcement.level().compareTo(code.mildest()) > 0) {
                        throw new MalformedInput(
                                "checks",
                                code + " at least as strict as " + code.mildest().wire(),
                                enforcement.level().wire());
                    }
                });
    }

    /** How a check is taken. */
    public Enforcement check(Reason.Code code) {
        return checks.getOrDefault(code, Enforcement.STRICT);
    }

    /**
     * Whether a condition of that class looks at the question: who asks, and where it is to run.
     */
    public boolean looksAtRequest(UseClass useClass) {
        var rules = classes.get(useClass);
        return rules != null && rules.conditions().stream().anyMatch(Condition::looksAtRequest);
    }

    /** Whether any class approves endorsements without somebody's signature. */
    public boolean approvesByRule() {
        return classes.values().stream()
                .anyMatch(
                        rules ->
                                switch (rules.approving()) {
                                    case Approving.Required(var versions) ->
                                            versions == Approving.Versions.SAME_ENDORSER;
                                    case Approving.Automatic _ -> true;
                                    case Approving.None _ -> false;
                                });
    }

    /** Whether any class, or a rule that approves in it, limits how long holes may be known. */
    public boolean limitsAdvisories() {
        return classes.values().stream()
                .anyMatch(
                        rules ->
                                rules.limits().advisory() != null
                                        || rules.approving() instanceof Approving.Automatic rule
                                                && rule.limits().advisory() != null);
    }

    /** Whether any check is audited, so that a permit may have to say what it lets pass. */
    boolean audits() {
        return checks.values().stream().anyMatch(one -> one.level() == Level.AUDIT);
    }
}
