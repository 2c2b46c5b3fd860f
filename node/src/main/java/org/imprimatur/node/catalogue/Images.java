package org.imprimatur.node.catalogue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.imprimatur.node.store.Database;
import org.imprimatur.register.EndorsementState;
import org.imprimatur.register.Guid;
import org.imprimatur.register.Recorded;
import org.imprimatur.register.Register;
import org.imprimatur.register.Statement.Endorsement;

/** The endorsed images: the table finds and pages, the register says what stands. */
public final class Images {

    /** One endorsement, how it stands, and what came after it. */
    public record Image(
            Recorded<Endorsement> entry, EndorsementState state, ImageJson.Later later) {

        private static Image of(Register register, Recorded<Endorsement> entry, Instant at) {
            return new Image(
                    entry, stateOf(register, entry, at), ImageJson.Later.of(register, entry, at));
        }
    }

    private final Database database;
    private final LedgerState state;

    /** The images of this ledger. */
    public Images(Database database, LedgerState state) {
        this.database = database;
        this.state = state;
    }

    /** The newest endorsements, at most {@code limit}. */
    public List<Image> newest(int limit, Instant at) {
        return newest(
                new ImageTable.Filter(
                        Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty()),
                Long.MAX_VALUE,
                limit,
                at);
    }

    List<Image> newest(ImageTable.Filter filter, long before, int limit, Instant at) {
        var indexes = database.read(db -> new ImageTable(db).newest(filter, before, limit));
        return state.ask(
                register -> {
                    var found = new ArrayList<Image>();
                    for (long index : indexes) {
                        // A row may be committed a moment before the readers' register has it.
                        register.statement(index)
                                .flatMap(entry -> register.endorsement(entry.id()))
                                .ifPresent(entry -> found.add(Image.of(register, entry, at)));
                    }
                    return found;
                });
    }

    /** All endorsements of an image, newest first. */
    public List<Image> of(Guid guid, Instant at) {
        return state.ask(
                register ->
                        register.endorsements(guid).reversed().stream()
                                .map(entry -> Image.of(register, entry, at))
                                .toList());
    }

    private static EndorsementState stateOf(
            Register register, Recorded<Endorsement> entry, Instant at) {
        var lapse = register.lapse(entry.id(), at).orElse(null);
        boolean blocked = !register.blocks(entry.statement().image()).isEmpty();
        if (blocked && lapse != Register.Lapse.REVOKED) {
            return EndorsementState.BLOCKED;
        }
        return switch (lapse) {
            case null -> EndorsementState.ENDORSED;
            case REVOKED -> EndorsementState.REVOKED;
            case SUSPENDED -> EndorsementState.SUSPENDED;
            case ROLE_ENDED, DISPUTED -> EndorsementState.LAPSED;
            case ENDED -> EndorsementState.ENDED;
            case WAIVER_EXPIRED -> EndorsementState.WAIVER_EXPIRED;
            case CONTRIBUTOR_NOT_ENDORSED -> EndorsementState.CONTRIBUTOR_NOT_ENDORSED;
        };
    }
}
