package org.imprimatur.node.watch;

import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.imprimatur.node.follow.Ledgers;
import org.imprimatur.register.Guid;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Recorded;
import org.imprimatur.register.Register;
import org.imprimatur.register.Register.Lapse;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Statement.Endorsement;
import org.imprimatur.register.Version;

/**
 * The endorsements of the node's own ledger and of those that it follows.
 *
 * @param ledgers those in view of the node
 */
public record Live(Ledgers ledgers) {

    /**
     * An endorsement.
     *
     * @param ledger where it is
     */
    public record Image(Origin ledger, Recorded<Endorsement> entry) {

        /** The digest of its bill of materials. */
        public Sha256 sbom() {
            return entry.statement().inspection().sbom();
        }
    }

    /** All that count, ledger after ledger, the oldest first. */
    List<Image> counting(Instant at) {
        return ask(register -> all(register).filter(entry -> register.counts(entry.id(), at)));
    }

    /**
     * All that count or may count again, such as those of an endorser who is suspended: when they
     * do, no moment passes in which their flaws are not known.
     */
    List<Image> lasting(Instant at) {
        return ask(
                register ->
                        all(register)
                                .filter(
                                        entry ->
                                                register.lapse(entry.id(), at)
                                                        .filter(Lapse::isForGood)
                                                        .isEmpty()));
    }

    /** Those of one version of an image that count. */
    List<Image> of(Guid guid, Version version, Instant at) {
        return ask(
                register ->
                        register.endorsements(guid, version).stream()
                                .filter(entry -> register.counts(entry.id(), at)));
    }

    private static Stream<Recorded<Endorsement>> all(Register register) {
        return StreamSupport.stream(register.endorsements().spliterator(), false);
    }

    private List<Image> ask(Function<Register, Stream<Recorded<Endorsement>>> question) {
        return ledgers.ask(
                standing ->
                        standing.registers()
                                .flatMap(
                                        register ->
                                                question.apply(register)
                                                        .map(entry -> image(register, entry)))
                                .toList());
    }

    private static Image image(Register register, Recorded<Endorsement> entry) {
        return new Image(register.charter().origin(), entry);
    }
}
