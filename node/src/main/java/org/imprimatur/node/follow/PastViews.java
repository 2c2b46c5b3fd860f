package org.imprimatur.node.follow;

import java.util.ArrayList;
import java.util.List;
import org.imprimatur.exchange.LedgerEntry;
import org.imprimatur.node.catalogue.EntryTable;
import org.imprimatur.node.store.Database;
import org.imprimatur.register.FollowedList;
import org.imprimatur.register.KnownFlaws;
import org.imprimatur.register.Register;
import org.imprimatur.register.Standing;
import org.imprimatur.register.StatementId;
import org.imprimatur.register.StatementJson;
import org.imprimatur.trust.Envelope;
import org.jdbi.v3.core.Handle;

/**
 * What was in view before, built again from the entries that are kept. They are read one after the
 * other; the registers take as much memory as those in use.
 */
public final class PastViews {

    /** The lists as they were. */
    public interface PastLists {

        /** One of them. */
        FollowedList list(Seen.Listed seen) throws NotKept;
    }

    /** What was known of flaws. */
    public interface PastFlaws {

        /** One state of knowledge. */
        KnownFlaws asOf(KnownFlaws.AsOf seen);
    }

    private final Database database;
    private final PastLists lists;
    private final PastFlaws flaws;

    /** The views of one site. */
    public PastViews(Database database, PastLists lists, PastFlaws flaws) {
        this.database = database;
        this.lists = lists;
        this.flaws = flaws;
    }

    /** The entries of a ledger, or the states of a list, are not kept as far as they were seen. */
    public static final class NotKept extends Exception {

        private static final long serialVersionUID = 1;

        /** Which. */
        public NotKept(String explanation) {
            super(explanation);
        }

        /** Which, for people. */
        public String explanation() {
            return String.valueOf(getMessage());
        }
    }

    /** The registers as they were, nobody else's to change. */
    public Standing standing(Seen seen) throws NotKept {
        var registers = database.read(db -> registers(db, seen));
        var followed = new ArrayList<Standing.Followed>();
        for (int i = 0; i < registers.size(); i++) {
            var ledger = seen.ledgers().get(i);
            var register = registers.get(i);
            if (register.size() != ledger.size()) {
                throw new NotKept(
                        "of the ledger '%s' %d entries were in view, and %d are kept"
                                .formatted(
                                        ledger.charter().origin(), ledger.size(), register.size()));
            }
            if (i > 0) {
                followed.add(new Standing.Followed(register, ledger.verifiedAt(), ledger.fault()));
            }
        }
        var past = new ArrayList<FollowedList>();
        for (var list : seen.lists()) {
            past.add(lists.list(list));
        }
        return new Standing(
                registers.getFirst(),
                followed,
                past,
                seen.flaws() == null ? KnownFlaws.NOT_WATCHED : flaws.asOf(seen.flaws()));
    }

    private static List<Register> registers(Handle db, Seen seen) {
        var registers = new ArrayList<Register>();
        for (var ledger : seen.ledgers()) {
            var register = new Register(ledger.charter());
            if (registers.isEmpty()) {
                new EntryTable(db).each(0, ledger.size(), bytes -> apply(register, bytes));
            } else {
                new FollowTable(db)
                        .each(
                                ledger.charter().origin(),
                                ledger.size(),
                                entry -> {
                                    apply(register, entry.bytes());
                                    if (entry.dispute() != null) {
                                        register.dispute(register.size() - 1);
                                    }
                                });
            }
            registers.add(register);
        }
        return registers;
    }

    private static void apply(Register register, byte[] bytes) {
        var entry = LedgerEntry.parse(bytes);
        byte[] payload = Envelope.parse(entry.envelope()).payload();
        register.apply(
                register.size(),
                StatementId.of(payload),
                StatementJson.parse(payload),
                entry.admittedAt());
    }
}
