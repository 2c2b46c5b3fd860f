package org.imprimatur.exchange;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.imprimatur.ledger.Hash;
import org.imprimatur.ledger.NoteVerifier;
import org.imprimatur.ledger.ProofFile;
import org.imprimatur.ledger.VerifiedCheckpoint;
import org.imprimatur.register.Charter;
import org.imprimatur.register.Judgement;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Recorded;
import org.imprimatur.register.Register;
import org.imprimatur.register.Statement;
import org.imprimatur.trust.StatementVerifier;
import org.imprimatur.trust.TrustAnchors;
import org.jspecify.annotations.Nullable;

/**
 * Verifies bundles off line, link by link, against a charter and trust anchors that the reader has
 * from elsewhere ({@code docs/format.md}, "Bundle").
 */
public final class BundleVerifier {

    private final Charter charter;
    private final NoteVerifier ledger;
    private final StatementVerifier statements;

    /**
     * For bundles of this charter's ledger.
     *
     * @throws MalformedInput when the charter's key is not the key of its ledger
     */
    public BundleVerifier(Charter charter, TrustAnchors anchors) {
        this.charter = charter;
        this.ledger = CharterJson.ledgerKey(charter);
        this.statements = new StatementVerifier(anchors);
    }

    /**
     * One thing that was checked.
     *
     * @param what what was checked
     * @param good whether it held
     * @param found what was found, for people
     */
    public record Link(String what, boolean good, String found) {}

    /** What came of it, with every link that was checked, in order. */
    public sealed interface Outcome {

        List<Link> links();

        /**
         * Everything holds, as of the checkpoint.
         *
         * @param endorsement the endorsement, with its place in the ledger
         * @param register of the bundle's statements alone
         */
        record Verified(
                Recorded<Statement.Endorsement> endorsement,
                VerifiedCheckpoint checkpoint,
                Register register,
                List<Link> links)
                implements Outcome {

            public Verified {
                links = List.copyOf(links);
            }
        }

        /** The last link does not hold. */
        record Refused(List<Link> links) implements Outcome {

            public Refused {
                links = List.copyOf(links);
            }

            /** What does not hold, and what was found instead. */
            public Link broken() {
                return links.getLast();
            }
        }
    }

    /** Verifies a bundle. */
    public Outcome verify(Bundle bundle) {
        return new Check().run(bundle);
    }

    /** One verification: the links so far, and the first thing that does not hold ends it. */
    private final class Check {

        private final List<Link> links = new ArrayList<>();
        private final Register register = Register.sparse(charter);
        private @Nullable VerifiedCheckpoint checkpoint;
        private long last = -1;
        private Instant admitted = Instant.MIN;

        Outcome run(Bundle bundle) {
            for (var support : bundle.support()) {
                if (apply(support) == null) {
                    return new Outcome.Refused(links);
                }
            }
            var entry = apply(bundle.entry());
            var proven = checkpoint;
            if (entry == null || proven == null) {
                return new Outcome.Refused(links);
            }
            var endorsement = register.endorsement(entry.id());
            if (endorsement.isEmpty()) {
                broken("kind", "the bundle's entry is no endorsement");
                return new Outcome.Refused(links);
            }
            return new Outcome.Verified(endorsement.get(), proven, register, links);
        }

        /**
         * The statement, if it is proven, signed and admissible; else null, with the link that
         * broke.
         */
        private StatementVerifier.@Nullable Verified apply(Bundle.Proven proven) {
            var entry = proven.entry();
            switch (proven.proof().check(Hash.ofLeaf(entry.bytes()), ledger)) {
                case ProofFile.Check.NotProven not -> {
                    return broken("proof", not.explanation());
                }
                case ProofFile.Check.Proven good -> {
                    if (!sameCheckpoint(good.checkpoint())) {
                        return broken("checkpoint", "two proofs are of different checkpoints");
                    }
                    if (good.index() <= last) {
                        return broken(
                                "order",
                                "entry %d stands behind entry %d".formatted(good.index(), last));
                    }
                    if (entry.admittedAt().isBefore(admitted)) {
                        return broken(
                                "order",
                                "entry %d was admitted at %s, before entry %d at %s"
                                        .formatted(
                                                good.index(), entry.admittedAt(), last, admitted));
                    }
                    last = good.index();
                    admitted = entry.admittedAt();
                }
            }
            return switch (statements.verify(entry.envelope(), entry.admittedAt())) {
                case StatementVerifier.NotVerified not ->
                        broken(
                                "signature of entry " + last,
                                not.explanation() + " [" + not.code() + "]");
                case StatementVerifier.Verified good -> {
                    var judgement = register.judge(good.id(), good.statement(), entry.admittedAt());
                    if (judgement instanceof Judgement.Refused(var refusal)) {
                        yield broken(
                                "entry " + last + " is admissible",
                                refusal.explanation() + " [" + refusal.code().wire() + "]");
                    }
                    if (judgement instanceof Judgement.Duplicate(long index)) {
                        yield broken(
                                "entry " + last + " is admissible",
                                "it repeats the statement of entry " + index);
                    }
                    register.apply(last, good.id(), good.statement(), entry.admittedAt());
                    links.add(
                            new Link(
                                    "entry %d, %s".formatted(last, good.statement().kind().wire()),
                                    true,
                                    "in the ledger, admitted %s; signed by %s, certified by %s"
                                            .formatted(
                                                    entry.admittedAt(),
                                                    good.person().subject(),
                                                    good.person().issuer())));
                    yield good;
                }
            };
        }

        private boolean sameCheckpoint(VerifiedCheckpoint found) {
            var first = checkpoint;
            if (first == null) {
                checkpoint = found;
                links.add(
                        new Link(
                                "checkpoint",
                                true,
                                "%s of %d entries, signed by the charter's key"
                                        .formatted(found.origin(), found.size())));
                return true;
            }
            return first.head().equals(found.head());
        }

        private StatementVerifier.@Nullable Verified broken(String what, String found) {
            links.add(new Link(what, false, found));
            return null;
        }
    }
}
