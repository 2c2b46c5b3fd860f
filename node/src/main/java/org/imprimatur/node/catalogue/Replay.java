package org.imprimatur.node.catalogue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.imprimatur.exchange.LedgerEntry;
import org.imprimatur.ledger.Frontier;
import org.imprimatur.ledger.Growth;
import org.imprimatur.ledger.Hash;
import org.imprimatur.ledger.SignedNote;
import org.imprimatur.register.Charter;
import org.imprimatur.register.Recorded;
import org.imprimatur.register.Register;
import org.imprimatur.register.Statement;
import org.imprimatur.register.StatementId;
import org.imprimatur.register.StatementJson;
import org.imprimatur.trust.Envelope;

/** A register and a tree's edge that go through a ledger together. Belongs to one thread. */
final class Replay {

    private final Register register;
    private Frontier frontier = Frontier.EMPTY;
    private Instant last = Instant.EPOCH;

    Replay(Charter charter) {
        register = new Register(charter);
    }

    Register register() {
        return register;
    }

    Frontier frontier() {
        return frontier;
    }

    /** When the newest entry was admitted. */
    Instant last() {
        return last;
    }

    /**
     * Takes the entries that the tables hold beyond this one's, up to the checkpoint, and compares
     * the root.
     *
     * @return the entries taken
     * @throws LedgerFault when they are not what the checkpoint says, or not admissible
     */
    List<Recorded<?>> catchUp(EntryTable entries, LedgerState.Head head) {
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
        var signed = org.imprimatur.ledger.Checkpoint.parse(note.text());
        if (signed.size() != size || !signed.head().equals(frontier.head())) {
            throw new LedgerFault(
                    "the database's %d entries have the root %s, and its checkpoint says %s for %d: the entries were changed, or some are lost; restore the database from a good copy"
                            .formatted(
                                    frontier.size(),
                                    frontier.root().hex(),
                                    signed.root().hex(),
                                    signed.size()));
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
        last = entry.admittedAt();
    }

    /** A new statement that was judged admissible, not yet in the tables. */
    void append(Recorded<?> entry) {
        register.apply(entry.index(), entry.id(), entry.statement(), entry.admittedAt());
        last = entry.admittedAt();
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
