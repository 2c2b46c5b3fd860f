package org.imprimatur.node.catalogue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.imprimatur.node.store.Database;
import org.imprimatur.register.Guid;
import org.imprimatur.register.Recorded;
import org.imprimatur.register.Register;
import org.imprimatur.register.Statement.Endorsement;

/** The endorsed images: the table finds and pages, the register says what stands. */
public final class Images {

    /** How an endorsement stands at a moment. */
    public enum State {
        /** It counts, and nobody blocks the image. */
        ENDORSED("endorsed"),
        /** The endorsement was revoked. */
        REVOKED("revoked"),
        /** Somebody who may has blocked the image. */
        BLOCKED("blocked"),
        /** The endorser is suspended. */
        SUSPENDED("suspended"),
        /** The endorser does not hold the role any more. */
        LAPSED("lapsed"),
        /** Its planned end has come. */
        ENDED("ended"),
        /** A waiver that the endorsement needs has expired. */
        WAIVER_EXPIRED("waiver-expired"),
        /** A part of the image is not endorsed any more, where the charter asks for that. */
        CONTRIBUTOR_NOT_ENDORSED("contributor-not-endorsed");

        private final String wire;

        State(String wire) {
            this.wire = wire;
        }

        /** The name in the API and on pages. */
        public String wire() {
            return wire;
        }
    }

    /** One endorsement, how it stands, and what came after it. */
    public record Image(Recorded<Endorsement> entry, State state, ImageJson.Later later) {

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

    private static State stateOf(Register register, Recorded<Endorsement> entry, Instant at) {
        var lapse = register.lapse(entry.id(), at).orElse(null);
        boolean blocked = !register.blocks(entry.statement().image()).isEmpty();
        if (blocked && lapse != Register.Lapse.REVOKED) {
            return State.BLOCKED;
        }
        return switch (lapse) {
            case null -> State.ENDORSED;
            case REVOKED -> State.REVOKED;
            case SUSPENDED -> State.SUSPENDED;
            case ROLE_ENDED -> State.LAPSED;
            case ENDED -> State.ENDED;
            case WAIVER_EXPIRED -> State.WAIVER_EXPIRED;
            case CONTRIBUTOR_NOT_ENDORSED -> State.CONTRIBUTOR_NOT_ENDORSED;
        };
    }
}
