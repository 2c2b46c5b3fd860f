package org.imprimatur.exchange.hepix;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.imprimatur.register.Guid;
import org.imprimatur.register.Recorded;
import org.imprimatur.register.Statement.Appointment;
import org.imprimatur.register.Statement.Endorsement;
import org.imprimatur.register.Version;

/**
 * An endorsement as it goes into a list.
 *
 * @param entry the endorsement in its ledger
 * @param endorser how its signer was appointed to endorse
 * @param address from where the file can be had by http or https
 */
public record Listed(Recorded<Endorsement> entry, Appointment endorser, String address) {

    /** What lists have always written for "never". */
    private static final Instant NEVER = Instant.parse("2499-12-31T22:00:00Z");

    /**
     * When the endorsement ends by itself, at its planned end or with a waiver that it needs; or
     * never.
     */
    public static Instant expires(Endorsement endorsement) {
        var end = endorsement.details().until();
        if (end == null || end.isAfter(NEVER)) {
            end = NEVER;
        }
        for (var finding : endorsement.inspection().blocking()) {
            var waived =
                    endorsement.waivers().stream()
                            .filter(waiver -> waiver.isFor(finding))
                            .map(waiver -> waiver.expires())
                            .max(Instant::compareTo);
            if (waived.isPresent() && waived.get().isBefore(end)) {
                end = waived.get();
            }
        }
        return end.truncatedTo(ChronoUnit.SECONDS);
    }

    /**
     * Whether a list can have the endorsement at a moment: its end has not come, and its file is
     * not larger than readers take.
     */
    public static boolean fits(Endorsement endorsement, Instant at) {
        return expires(endorsement).isAfter(at)
                && endorsement.disk().fileBytes() <= ImageJudge.MAX_SIZE;
    }

    /** The addresses by http and https that an endorsement names, those with TLS first. */
    public static List<String> addresses(Endorsement endorsement) {
        var addresses = new ArrayList<String>();
        for (var scheme : List.of("https:", "http:")) {
            endorsement.locations().stream()
                    .filter(one -> one.startsWith(scheme))
                    .filter(
                            one ->
                                    ImageJudge.httpAddress(one)
                                            .filter(uri -> uri.getRawUserInfo() == null)
                                            .isPresent())
                    .forEach(addresses::add);
        }
        return addresses;
    }

    /**
     * The endorsements that a list has: of each image the highest version that was ever endorsed,
     * as long as an endorsement of it stands, and never an older one. So versions in a list do not
     * go down, whatever is revoked.
     *
     * @param all every endorsement of the images in question, oldest first, revoked or not
     * @param stands whether one counts now and is one that the list is to have
     * @return in the order in which the images were first endorsed
     */
    public static List<Recorded<Endorsement>> chosen(
            Iterable<Recorded<Endorsement>> all, Predicate<Recorded<Endorsement>> stands) {
        return chosen(all, one -> one.statement().guid(), one -> one.statement().version(), stands);
    }

    /** The same, where endorsements are known by something else than themselves. */
    public static <T> List<T> chosen(
            Iterable<T> all,
            Function<T, Guid> guid,
            Function<T, Version> version,
            Predicate<T> stands) {
        var highest = new LinkedHashMap<Guid, List<T>>();
        for (var one : all) {
            var same = highest.computeIfAbsent(guid.apply(one), _ -> new ArrayList<>(1));
            if (same.isEmpty()) {
                same.add(one);
                continue;
            }
            var before = version.apply(same.getFirst());
            var now = version.apply(one);
            // Of two spellings of one version the first stays: a version must not change.
            if (now.equals(before)) {
                same.add(one);
            } else if (ListVersion.compare(now.text(), before.text()) > 0) {
                same.clear();
                same.add(one);
            }
        }
        var chosen = new ArrayList<T>(highest.size());
        for (var same : highest.values()) {
            same.reversed().stream().filter(stands).findFirst().ifPresent(chosen::add);
        }
        return chosen;
    }
}
