package org.imprimatur.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.imprimatur.exchange.StatusVerifier.Outcome.Proven;
import org.imprimatur.register.StatusKey;
import org.imprimatur.register.StatusLine;
import org.imprimatur.register.StatusRecords.Status;

/** How a proven status is told, to people and to programs. */
final class StatusAnswer {

    private StatusAnswer() {}

    /** The moment as of which something is known, at least. */
    static Instant knownAsOf(Proven proven) {
        var newest = proven.root().newest();
        return proven.checkpoint()
                .cosignedAt()
                .filter(cosigned -> cosigned.isAfter(newest))
                .orElse(newest);
    }

    /** "tree size 7 of …; newest entry of …, cosigned …: 3 min before …". */
    static String knowledge(Proven proven, Instant moment) {
        var checkpoint = proven.checkpoint();
        return "tree size %d of %s; newest entry admitted %s%s; known as of %s before %s"
                .formatted(
                        checkpoint.size(),
                        checkpoint.origin(),
                        proven.root().newest(),
                        checkpoint
                                .cosignedAt()
                                .map(time -> ", cosigned " + time)
                                .orElse(", cosigned by no witness that was named"),
                        age(knownAsOf(proven), moment),
                        moment);
    }

    private static String age(Instant known, Instant moment) {
        var age = Duration.between(known, moment);
        if (age.isNegative()) {
            return "0 s";
        }
        if (age.toDays() >= 2) {
            return age.toDays() + " days";
        }
        return age.toHours() >= 2
                ? age.toHours() + " h"
                : age.toMinutes() >= 2 ? age.toMinutes() + " min" : age.toSeconds() + " s";
    }

    static void put(ObjectNode document, Proven proven, Instant moment) {
        document.put("ledger", proven.checkpoint().origin())
                .put("treeSize", proven.checkpoint().size())
                .put("newestEntryAt", proven.root().newest().toString())
                .put("knownAsOf", knownAsOf(proven).toString())
                .put("at", moment.toString());
        proven.checkpoint()
                .cosignedAt()
                .ifPresent(time -> document.put("cosignedAt", time.toString()));
    }

    static ObjectNode json(StatusKey key, List<Status> status) {
        var json = Output.object().put("asked", key.text());
        var list = json.putArray("endorsements");
        for (var one : status) {
            var endorsed = one.endorsed();
            var endorsement =
                    list.addObject()
                            .put("endorsement", one.line().id().hex())
                            .put("index", one.line().index())
                            .put("admittedAt", one.line().admittedAt().toString())
                            .put("guid", endorsed.guid().toString())
                            .put("version", endorsed.version().text())
                            .put("image", endorsed.image().toString())
                            .put("owner", endorsed.owner().toString())
                            .put("endorser", one.line().signer().subject())
                            .put("state", one.state().wire());
            var because = endorsement.putArray("because");
            for (var line : one.because()) {
                because.addObject()
                        .put("index", line.index())
                        .put("id", line.id().hex())
                        .put("kind", line.act().kind().wire())
                        .put("admittedAt", line.admittedAt().toString())
                        .put("signer", line.signer().subject());
            }
        }
        return json;
    }

    static List<String> lines(StatusKey key, List<Status> status) {
        var lines = new ArrayList<String>();
        if (status.isEmpty()) {
            lines.add(key + ": never endorsed");
        }
        for (var one : status) {
            lines.add(
                    "%s  version %s  %s: by %s for %s, entry %d of %s"
                            .formatted(
                                    one.endorsed().guid(),
                                    one.endorsed().version(),
                                    one.state().wire(),
                                    one.line().signer().subject(),
                                    one.endorsed().owner(),
                                    one.line().index(),
                                    one.line().admittedAt()));
            one.because().forEach(line -> lines.add("        " + why(line)));
        }
        return lines;
    }

    /** One line of the ledger that decides. */
    static String why(StatusLine line) {
        return "%s%s by %s, entry %d of %s, statement %s"
                .formatted(
                        line.act().kind().wire(),
                        line.act() instanceof StatusLine.Revoked revoked
                                ? " (" + revoked.reason().wire() + ")"
                                : "",
                        line.signer().subject(),
                        line.index(),
                        line.admittedAt(),
                        line.id());
    }
}
