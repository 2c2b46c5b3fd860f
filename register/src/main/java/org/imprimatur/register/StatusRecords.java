package org.imprimatur.register;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.imprimatur.register.StatusLine.Blocked;
import org.imprimatur.register.StatusLine.Endorsed;
import org.imprimatur.register.StatusLine.InRole;
import org.imprimatur.register.StatusLine.Revoked;
import org.imprimatur.register.StatusLine.Unblocked;

/**
 * Records of the status map, and what follows from them ({@code docs/format.md}, "Status map").
 * Says the same as the {@link Register} does of the same statements, from the few lines that matter
 * to the images in question; that the lines are complete is for others to prove.
 *
 * @param records each without gaps, in the order of the ledger; a record that is not in the map has
 *     no lines
 */
public record StatusRecords(Map<StatusKey, List<StatusLine>> records) {

    public StatusRecords {
        var copy = new LinkedHashMap<StatusKey, List<StatusLine>>();
        records.forEach((key, lines) -> copy.put(key, List.copyOf(lines)));
        records = java.util.Collections.unmodifiableMap(copy);
    }

    /**
     * How an endorsement stands.
     *
     * @param line the endorsement's own; its act is {@link #endorsed}
     * @param because the lines that decide; none for an endorsement that counts or whose waiver has
     *     expired
     */
    public record Status(
            StatusLine line, Endorsed endorsed, EndorsementState state, List<StatusLine> because) {

        public Status {
            because = List.copyOf(because);
        }
    }

    /** The lines of a record; none where it is not in the map. */
    public List<StatusLine> lines(StatusKey key) {
        return records.getOrDefault(key, List.of());
    }

    /** Every endorsement in a record of an image or a file, and how it stands; oldest first. */
    public List<Status> status(StatusKey asked, Instant at) {
        var found = new ArrayList<Status>();
        for (var line : lines(asked)) {
            if (line.act() instanceof Endorsed endorsed) {
                found.add(status(line, endorsed, at));
            }
        }
        return List.copyOf(found);
    }

    private Status status(StatusLine line, Endorsed endorsed, Instant at) {
        var revocations =
                lines(StatusKey.of(endorsed.image())).stream()
                        .filter(
                                other ->
                                        other.act() instanceof Revoked revoked
                                                && revoked.endorsement().equals(line.id()))
                        .toList();
        if (!revocations.isEmpty()) {
            return new Status(line, endorsed, EndorsementState.REVOKED, revocations);
        }
        var blocks = blocks(endorsed.image());
        if (!blocks.isEmpty()) {
            return new Status(line, endorsed, EndorsementState.BLOCKED, blocks);
        }
        var last = lastAboutRole(line.signer(), endorsed.owner());
        if (last.isEmpty() || !held(last.getFirst())) {
            return new Status(line, endorsed, EndorsementState.LAPSED, last);
        }
        var until = endorsed.until();
        return new Status(
                line,
                endorsed,
                until == null || at.isBefore(until)
                        ? EndorsementState.ENDORSED
                        : EndorsementState.WAIVER_EXPIRED,
                List.of());
    }

    /** The blocks of a file that are in force, oldest first. */
    public List<StatusLine> blocks(Sha512 image) {
        var inForce = new LinkedHashMap<StatementId, StatusLine>();
        for (var line : lines(StatusKey.of(image))) {
            switch (line.act()) {
                case Blocked _ -> inForce.put(line.id(), line);
                case Unblocked unblocked -> inForce.remove(unblocked.block());
                case Endorsed _, Revoked _, StatusLine.SiteSaid _ -> {}
                case InRole _, StatusLine.Accepted _ -> {}
            }
        }
        return List.copyOf(inForce.values());
    }

    /** The last line about a person's role of endorser for an owner, or none. */
    private List<StatusLine> lastAboutRole(Person person, Owner owner) {
        return lines(StatusKey.of(person)).reversed().stream()
                .filter(
                        line ->
                                line.act() instanceof InRole in
                                        && in.role() == Role.ENDORSER
                                        && in.owner().equals(owner))
                .limit(1)
                .toList();
    }

    private static boolean held(StatusLine line) {
        return line.act() instanceof InRole(boolean held, _, _, _) && held;
    }
}
