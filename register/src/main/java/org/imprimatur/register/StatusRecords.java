package org.imprimatur.register;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.imprimatur.register.StatusLine.Blocked;
import org.imprimatur.register.StatusLine.Endorsed;
import org.imprimatur.register.StatusLine.InRole;
import org.imprimatur.register.StatusLine.Reinstated;
import org.imprimatur.register.StatusLine.Revoked;
import org.imprimatur.register.StatusLine.Suspended;
import org.imprimatur.register.StatusLine.Unblocked;
import org.jspecify.annotations.Nullable;

/**
 * Records of the status map, and what follows from them ({@code docs/format.md}, "Status map").
 * Says the same as the {@link Register} does of the same statements, from the few lines that matter
 * to the images in question; that the lines are complete is for others to prove.
 *
 * @param charter of the ledger
 * @param records each without gaps, in the order of the ledger; a record that is not in the map has
 *     no lines
 */
public record StatusRecords(Charter charter, Map<StatusKey, List<StatusLine>> records) {

    public StatusRecords {
        var copy = new LinkedHashMap<StatusKey, List<StatusLine>>();
        records.forEach((key, lines) -> copy.put(key, List.copyOf(lines)));
        records = java.util.Collections.unmodifiableMap(copy);
    }

    /**
     * How an endorsement stands.
     *
     * @param line the endorsement's own; its act is {@link #endorsed}
     * @param because the lines that decide; none where the endorsement's own line does
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
        var blocks = blocks(endorsed.image());
        var lapse = lapse(line, endorsed, at);
        return lapse.state() != EndorsementState.REVOKED && !blocks.isEmpty()
                ? new Status(line, endorsed, EndorsementState.BLOCKED, blocks)
                : lapse;
    }

    /** How the endorsement stands, whoever blocks the file. */
    private Status lapse(StatusLine line, Endorsed endorsed, Instant at) {
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
        var suspensions = suspensions(line.signer(), endorsed.owner());
        if (!suspensions.isEmpty()) {
            return new Status(line, endorsed, EndorsementState.SUSPENDED, suspensions);
        }
        var role = aboutRole(line.signer(), endorsed);
        if (role.stream().noneMatch(one -> one.act() instanceof InRole in && holds(in, at))) {
            return new Status(
                    line,
                    endorsed,
                    EndorsementState.LAPSED,
                    role.isEmpty() ? role : List.of(role.getLast()));
        }
        var state = EndorsementState.ENDORSED;
        if (reached(endorsed.until(), at)) {
            state = EndorsementState.ENDED;
        } else if (reached(endorsed.waivedUntil(), at)) {
            state = EndorsementState.WAIVER_EXPIRED;
        } else if (partsMatter(line) && !partsCount(endorsed, at)) {
            state = EndorsementState.CONTRIBUTOR_NOT_ENDORSED;
        }
        return new Status(line, endorsed, state, List.of());
    }

    private static boolean reached(@Nullable Instant end, Instant at) {
        return end != null && !at.isBefore(end);
    }

    private boolean partsMatter(StatusLine line) {
        var asked = charter.contributors();
        return asked != null
                && asked.rule() == ContributorRule.EACH
                && asked.binds(line.admittedAt());
    }

    /** A part has no parts of its own, so this ends. */
    private boolean partsCount(Endorsed endorsed, Instant at) {
        for (var part : endorsed.lineage().parts()) {
            boolean counts = false;
            for (var line : lines(StatusKey.of(part.image()))) {
                counts |=
                        line.act() instanceof Endorsed other
                                && other.lineage().kind() == part.kind()
                                && lapse(line, other, at).state() == EndorsementState.ENDORSED;
            }
            if (!counts) {
                return false;
            }
        }
        return true;
    }

    /** The blocks of a file that are in force, oldest first. */
    public List<StatusLine> blocks(Sha512 image) {
        var inForce = new LinkedHashMap<StatementId, StatusLine>();
        for (var line : lines(StatusKey.of(image))) {
            switch (line.act()) {
                case Blocked _ -> inForce.put(line.id(), line);
                case Unblocked unblocked -> inForce.remove(unblocked.block());
                case Endorsed _, Revoked _, StatusLine.SiteSaid _, StatusLine.Excepted _ -> {}
                case InRole _, StatusLine.Accepted _, StatusLine.Introduced _ -> {}
                case StatusLine.Practised _, Suspended _, Reinstated _ -> {}
            }
        }
        return List.copyOf(inForce.values());
    }

    /** The suspensions in force of a person that reach what is done for this owner. */
    private List<StatusLine> suspensions(Person person, Owner owner) {
        var inForce = new LinkedHashMap<StatementId, StatusLine>();
        for (var line : lines(StatusKey.of(person))) {
            if (line.act() instanceof Suspended suspended
                    && (suspended.owner().kind() == Owner.Kind.INFRASTRUCTURE
                            || suspended.owner().equals(owner))) {
                inForce.put(line.id(), line);
            } else if (line.act() instanceof Reinstated reinstated) {
                inForce.remove(reinstated.suspension());
            }
        }
        return List.copyOf(inForce.values());
    }

    /**
     * The lines that decide whether a person is the endorser that an endorsement needs: the last
     * dismissal, if there is one, and the appointments after it.
     */
    private List<StatusLine> aboutRole(Person person, Endorsed endorsed) {
        var deciding = new ArrayList<StatusLine>();
        for (var line : lines(StatusKey.of(person))) {
            if (line.act() instanceof InRole in
                    && in.role() == Role.ENDORSER
                    && in.owner().equals(endorsed.owner())
                    && Objects.equals(in.team(), endorsed.team())) {
                if (!in.held()) {
                    deciding.clear();
                }
                deciding.add(line);
            }
        }
        return List.copyOf(deciding);
    }

    private static boolean holds(InRole in, Instant at) {
        return in.held() && in.covers(at);
    }
}
