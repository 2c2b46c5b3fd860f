package org.imprimatur.node.watch;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.imprimatur.node.catalogue.LedgerState;
import org.imprimatur.node.follow.Follows;
import org.imprimatur.register.Guid;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Recorded;
import org.imprimatur.register.Register;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Standing;
import org.imprimatur.register.Statement.Endorsement;
import org.imprimatur.register.Version;

/** The endorsements that count, of the node's own ledger and of those that it follows. */
public final class Live {

    private final LedgerState own;
    private final Follows follows;

    /** Those in view of a node. */
    public Live(LedgerState own, Follows follows) {
        this.own = own;
        this.follows = follows;
    }

    /**
     * An endorsement that counts.
     *
     * @param ledger where it is
     */
    public record Image(Origin ledger, Recorded<Endorsement> entry) {

        /** The digest of its bill of materials. */
        public Sha256 sbom() {
            return entry.statement().inspection().sbom();
        }
    }

    /** All of them, ledger after ledger, the oldest first. */
    List<Image> all(Instant at) {
        return ask(
                register -> {
                    var found = new ArrayList<Image>();
                    for (var entry : register.endorsements()) {
                        if (register.counts(entry.id(), at)) {
                            found.add(new Image(register.charter().origin(), entry));
                        }
                    }
                    return found;
                });
    }

    /** Those of one version of an image. */
    List<Image> of(Guid guid, Version version, Instant at) {
        return ask(
                register ->
                        register.endorsements(guid, version).stream()
                                .filter(entry -> register.counts(entry.id(), at))
                                .map(entry -> new Image(register.charter().origin(), entry))
                                .toList());
    }

    private List<Image> ask(Function<Register, List<Image>> question) {
        return own.ask(
                register ->
                        follows.ask(
                                followed ->
                                        Stream.concat(
                                                        Stream.of(register),
                                                        followed.stream()
                                                                .map(Standing.Followed::register))
                                                .flatMap(one -> question.apply(one).stream())
                                                .toList()));
    }
}
