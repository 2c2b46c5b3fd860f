package org.imprimatur.node.catalogue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.imprimatur.exchange.LedgerEntry;
import org.imprimatur.exchange.StatusMap;
import org.imprimatur.exchange.StatusRoot;
import org.imprimatur.ledger.Checkpoint;
import org.imprimatur.ledger.Frontier;
import org.imprimatur.ledger.Growth;
import org.imprimatur.ledger.Hash;
import org.imprimatur.ledger.NoteSigner;
import org.imprimatur.ledger.SignedNote;
import org.imprimatur.register.Charter;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Recorded;
import org.imprimatur.register.Register;
import org.imprimatur.register.Statement;
import org.imprimatur.register.StatementId;
import org.imprimatur.register.StatementJson;
import org.imprimatur.trust.Envelope;

/**
 * A register, a tree's edge and a status map that go through a ledger together. Belongs to one
 * thread.
 */
final class Replay {

    private final Register register;
    private Frontier frontier = Frontier.EMPTY;
    private StatusMap status = StatusMap.EMPTY;

    Replay(Charter charter) {
        register = new Register(charter);
    }

    Register register() {
        return register;
    }

    Frontier frontier() {
        return frontier;
    }

    StatusMap status() {
        return status;
    }

    /** When the newest entry was admitted. */
    Instant last() {
        return status.newest();
    }

    /** Size and checkpoint, with what was replayed up to there. */
    LedgerState.Head head(SignedNote checkpoint) {
        return new LedgerState.Head(frontier.size(), checkpoint, status);
    }

    /** The checkpoint of what was replayed. */
    SignedNote sign(Origin origin, NoteSigner key) {
        return status.checkpoint(origin, frontier.head()).sign(key);
    }

    /**
     * Takes the entries that the tables hold beyond this one's, up to the checkpoint, and compares
     * the roots.
     *
     * @return the entries taken
     * @throws LedgerFault when they are not what the checkpoint says, or not admissible
     */
    List<Recorded<?>> catchUp(EntryTable entries, HeadTable.Row head) {
        var taken = new ArrayList<Recorded<?>>();
        var leaves = new ArrayList<Hash>();
        entries.each(
                frontier.size(),
                head.size(),
                bytes -> {
                    taken.add(read(register.size(), bytes));
                    leaves.add(Hash.ofLeaf(bytes));
                    var entry = taken.getLast();
                    admit(entry);
                });
        frontier = frontier.append(leaves);
        check(head.size(), head.checkpoint());
        return taken;
    }

    private void check(long size, SignedNote note) {
        var signed = Checkpoint.parse(note.text());
        if (signed.size() != size || !signed.head().equals(frontier.head())) {
            throw new LedgerFault(
                    "the database's %d entries have the root %s, and its checkpoint says %s for %d: the entries were changed, or some are lost; restore the database from a good copy"
                            .formatted(
                                    frontier.size(),
                                    frontier.root().hex(),
                                    signed.root().hex(),
                                    signed.size()));
        }
        var root = StatusRoot.of(signed);
        if (root.isPresent() && !root.get().equals(status.root())) {
            throw new LedgerFault(
                    "the database's %d entries have the status root '%s', and its checkpoint says '%s': this node has signed what its entries do not say, and must sign no more"
                            .formatted(size, status.root().line(), root.get().line()));
        }
    }

    private void admit(Recorded<?> entry) {
        try {
            register.apply(entry.index(), entry.id(), entry.statement(), entry.admittedAt());
        } catch (IllegalStateException | IllegalArgumentException e) {
            throw new LedgerFault(
                    "this node's configuration does not admit what its ledger holds (%s): the charter is part of a ledger; put \"owners\" and \"policy\" back as they were, or begin a new ledger"
                            .formatted(e.getMessage()));
        }
        status = status.with(entry);
    }

    /** A new statement that was judged admissible, not yet in the tables. */
    void append(Recorded<?> entry) {
        register.apply(entry.index(), entry.id(), entry.statement(), entry.admittedAt());
        status = status.with(entry);
    }

    Growth grow(List<Hash> leaves) {
        var growth = frontier.grow(leaves);
        frontier = growth.after();
        return growth;
    }

    private static Recorded<?> read(long index, byte[] bytes) {
        try {
            var entry = LedgerEntry.parse(bytes);
            byte[] payload = Envelope.parse(entry.envelope()).payload();
            return new Recorded<Statement>(
                    index,
                    StatementId.of(payload),
                    StatementJson.parse(payload),
                    entry.admittedAt());
        } catch (RuntimeException e) {
            throw new LedgerFault(
                    "entry %d in the database is not a ledger entry: %s"
                            .formatted(index, e.getMessage()));
        }
    }
}
