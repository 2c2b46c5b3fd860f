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
import org.imprimatur.register.Owner;
import org.imprimatur.register.Person;
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
                                    "inclusion of entry " + last,
                                    true,
                                    "%d hashes lead from it to the checkpoint's root; admitted %s"
                                            .formatted(
                                                    proven.proof().hashes().size(),
                                                    entry.admittedAt())));
                    links.add(
                            new Link(
                                    "signature of entry " + last,
                                    true,
                                    "by %s, certified by %s up to the trusted %s, good when it was admitted"
                                            .formatted(
                                                    good.person().subject(),
                                                    good.person().issuer(),
                                                    good.chain()
                                                            .anchor()
                                                            .getSubjectX500Principal()
                                                            .getName())));
                    links.add(
                            new Link(
                                    "%s in entry %d"
                                            .formatted(good.statement().kind().wire(), last),
                                    true,
                                    "%s; admissible by what stands before it"
                                            .formatted(said(good.statement()))));
                    yield good;
                }
            };
        }

        private String said(Statement statement) {
            return switch (statement) {
                case Statement.Appointment one ->
                        "%s appoints %s to %s of %s"
                                .formatted(
                                        appointer(one.signer(), one.owner()),
                                        one.person().subject(),
                                        one.role(),
                                        one.owner());
                case Statement.Acceptance one ->
                        "%s accepts the policy %s".formatted(one.signer().subject(), one.policy());
                case Statement.Endorsement one ->
                        "%s endorses %s, version %s of %s, for %s"
                                .formatted(
                                        one.signer().subject(),
                                        one.image(),
                                        one.version(),
                                        one.guid(),
                                        one.owner());
                case Statement.Dismissal one ->
                        "%s dismisses %s from %s of %s"
                                .formatted(
                                        appointer(one.signer(), one.owner()),
                                        one.person().subject(),
                                        one.role(),
                                        one.owner());
                case Statement.Revocation _, Statement.SiteWord _ -> saidBy(statement);
                case Statement.Block _, Statement.Unblock _ -> saidBy(statement);
                case Statement.SiteException _ -> saidBy(statement);
                case Statement.Policy _, Statement.Practice _ -> saidBy(statement);
                case Statement.Suspension _, Statement.Reinstatement _ -> saidBy(statement);
            };
        }

        private static String saidBy(Statement statement) {
            return "a %s by %s".formatted(statement.kind().wire(), statement.signer().subject());
        }

        private String appointer(Person person, Owner owner) {
            boolean first =
                    charter.owners().stream()
                            .anyMatch(
                                    body ->
                                            body.owner().equals(owner)
                                                    && body.appointers().contains(person));
            return person.subject()
                    + (first ? ", first appointer by the charter," : ", appointer by statement,");
        }

        private boolean sameCheckpoint(VerifiedCheckpoint found) {
            var first = checkpoint;
            if (first == null) {
                checkpoint = found;
                links.add(
                        new Link("key", true, "the ledger's, from the charter: " + charter.key()));
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
