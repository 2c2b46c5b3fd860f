package org.imprimatur.exchange;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.imprimatur.ledger.Hash;
import org.imprimatur.ledger.NoteVerifier;
import org.imprimatur.ledger.ProofFile;
import org.imprimatur.ledger.SignedNote;
import org.imprimatur.ledger.VerifiedCheckpoint;
import org.imprimatur.ledger.WitnessQuorum;
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

    /** The name of the link that tells who has cosigned the checkpoint. */
    public static final String WITNESSES = "witnesses";

    private final Charter charter;
    private final NoteVerifier ledger;
    private final Optional<WitnessQuorum> witnesses;
    private final StatementVerifier statements;

    /**
     * For bundles of this charter's ledger, cosigned by so many witnesses as the charter asks for.
     *
     * @throws MalformedInput when the charter's key is not the key of its ledger, or its witnesses
     *     cannot be
     */
    public BundleVerifier(Charter charter, TrustAnchors anchors) {
        this.charter = charter;
        this.ledger = CharterJson.ledgerKey(charter);
        // A bundle says what was: how old its cosignatures are is no question.
        this.witnesses = CharterJson.quorum(charter, Duration.ZERO);
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
        private long last = -1;
        private Instant admitted = Instant.MIN;

        Outcome run(Bundle bundle) {
            var checkpoint = checkpoint(bundle.entry().proof().note());
            if (checkpoint == null || !cosigned(checkpoint)) {
                return new Outcome.Refused(links);
            }
            for (var support : bundle.support()) {
                if (apply(support, checkpoint) == null) {
                    return new Outcome.Refused(links);
                }
            }
            var entry = apply(bundle.entry(), checkpoint);
            if (entry == null) {
                return new Outcome.Refused(links);
            }
            var endorsement = register.endorsement(entry.id());
            if (endorsement.isEmpty()) {
                broken("kind", "the bundle's entry is no endorsement");
                return new Outcome.Refused(links);
            }
            return new Outcome.Verified(endorsement.get(), checkpoint, register, links);
        }

        /** The checkpoint of the whole bundle, with the cosignatures that it carries. */
        private @Nullable VerifiedCheckpoint checkpoint(SignedNote note) {
            links.add(new Link("key", true, "the ledger's, from the charter: " + charter.key()));
            var known = witnesses.map(WitnessQuorum::witnesses).orElse(List.of());
            return switch (VerifiedCheckpoint.check(note, ledger, known)) {
                case VerifiedCheckpoint.Check.BadSignature bad ->
                        broken("checkpoint", bad.explanation());
                case VerifiedCheckpoint.Check.WrongOrigin wrong ->
                        broken("checkpoint", wrong.explanation());
                case VerifiedCheckpoint.Check.NotACheckpoint not ->
                        broken("checkpoint", not.explanation());
                case VerifiedCheckpoint.Check.Good(var good) -> {
                    links.add(
                            new Link(
                                    "checkpoint",
                                    true,
                                    "%s of %d entries, signed by the charter's key"
                                            .formatted(good.origin(), good.size())));
                    yield good;
                }
            };
        }

        private boolean cosigned(VerifiedCheckpoint checkpoint) {
            if (witnesses.isEmpty()) {
                return true;
            }
            var judged = witnesses.get().judgeKept(checkpoint);
            links.add(
                    switch (judged) {
                        case WitnessQuorum.Outcome.TooFew few ->
                                new Link(WITNESSES, false, few.explanation());
                        case WitnessQuorum.Outcome.Met _ ->
                                new Link(
                                        WITNESSES,
                                        true,
                                        "%d asked for; cosigned by %s"
                                                .formatted(
                                                        witnesses.get().threshold(),
                                                        cosigners(checkpoint)));
                    });
            return judged instanceof WitnessQuorum.Outcome.Met;
        }

        private static String cosigners(VerifiedCheckpoint checkpoint) {
            return checkpoint.signatures().stream()
                    .flatMap(
                            one ->
                                    one.time().stream()
                                            .map(time -> one.key().name() + " at " + time))
                    .collect(Collectors.joining(", "));
        }

        /**
         * The statement, if it is proven, signed and admissible; else null, with the link that
         * broke.
         */
        private StatementVerifier.@Nullable Verified apply(
                Bundle.Proven proven, VerifiedCheckpoint checkpoint) {
            var entry = proven.entry();
            switch (proven.proof().check(Hash.ofLeaf(entry.bytes()), ledger)) {
                case ProofFile.Check.NotProven not -> {
                    return broken("proof", not.explanation());
                }
                case ProofFile.Check.Proven good -> {
                    if (!good.checkpoint().checkpoint().equals(checkpoint.checkpoint())) {
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

        private <T> @Nullable T broken(String what, String found) {
            links.add(new Link(what, false, found));
            return null;
        }
    }
}
