package org.imprimatur.node.notice;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.imprimatur.register.Candidate;
import org.imprimatur.register.Person;
import org.imprimatur.register.Recorded;
import org.imprimatur.register.Register.Lapse;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Standing;
import org.imprimatur.register.Statement;
import org.imprimatur.register.StatementId;
import org.imprimatur.register.Urgency;

/**
 * Something that concerns images, and that those who answer for them are told: their endorsers, and
 * the contacts of their owners (PROC-contact).
 */
public sealed interface News {

    /** Names it: nobody is told twice of what has the same name. */
    String name();

    /** The kind, as figures and answers name it. */
    String kind();

    /** When it happened. */
    Instant at();

    /** The images that it concerns. */
    List<Candidate> images();

    /** Whether those who endorsed the images did it themselves. */
    default boolean isOwnAct() {
        return false;
    }

    /** What somebody has said in the node's own ledger. */
    sealed interface Act extends News {

        /** Their statement. */
        Recorded<? extends Statement> entry();

        /** Who said it, and needs not be told. */
        default Person by() {
            return entry().statement().signer();
        }

        @Override
        default boolean isOwnAct() {
            return !images().isEmpty()
                    && images().stream().allMatch(image -> image.signer().equals(by()));
        }

        @Override
        default String name() {
            return entry().id().hex();
        }

        @Override
        default String kind() {
            return entry().statement().kind().wire();
        }

        @Override
        default Instant at() {
            return entry().admittedAt();
        }
    }

    /**
     * A site does not run an image (WLCG-4).
     *
     * @param images the image; none while its catalogue is not in view
     */
    record Refused(Recorded<Statement.Refusal> entry, List<Candidate> images) implements Act {

        /** Copies the list. */
        public Refused {
            images = List.copyOf(images);
        }
    }

    /** An endorsement was taken back (END-4.6). */
    record Revoked(Recorded<Statement.Revocation> entry, List<Candidate> images) implements Act {

        /** Copies the list. */
        public Revoked {
            images = List.copyOf(images);
        }
    }

    /** A file must not run (END-4.9). */
    record Blocked(Recorded<Statement.Block> entry, List<Candidate> images) implements Act {

        /** Copies the list. */
        public Blocked {
            images = List.copyOf(images);
        }
    }

    /** An endorser may not act, and what they endorsed does not count meanwhile (EGI-C1). */
    record Suspended(Recorded<Statement.Suspension> entry, List<Candidate> images) implements Act {

        /** Copies the list. */
        public Suspended {
            images = List.copyOf(images);
        }
    }

    /**
     * Advisories became known for what is in an image (END-4.8).
     *
     * @param flaws those that are new, or graver than they were; whoever tells of them never tells
     *     of the same again
     */
    record Advised(Candidate image, List<Flaw> flaws, Instant at) implements News {

        static final String KIND = "advisories";

        /** Copies the list. */
        public Advised {
            flaws = List.copyOf(flaws);
        }

        @Override
        public String name() {
            var told = new TreeSet<String>();
            flaws.forEach(
                    flaw ->
                            told.add(
                                    "%s %s %s"
                                            .formatted(
                                                    flaw.id(),
                                                    flaw.packageName(),
                                                    flaw.urgency().wire())));
            return "%s:%s:%s"
                    .formatted(
                            KIND,
                            image.id().hex(),
                            Sha256.of(String.join("\n", told).getBytes(UTF_8))
                                    .hex()
                                    .substring(0, 32));
        }

        @Override
        public String kind() {
            return KIND;
        }

        @Override
        public List<Candidate> images() {
            return List.of(image);
        }

        /**
         * The image that advisories of this name are about.
         *
         * @return empty once its endorsement is over for good
         */
        static Optional<Candidate> image(Standing standing, String name, Instant now) {
            var endorsement = StatementId.parse(name.split(":", 3)[1]);
            return standing.candidate(standing.own().charter().origin(), endorsement)
                    .filter(lasting(standing, now));
        }
    }

    /**
     * An advisory for an installed package.
     *
     * @param id such as {@code CVE-2026-1234}
     * @param fixed the version to have instead; empty where there is none yet
     */
    record Flaw(String id, String packageName, String installed, String fixed, Urgency urgency) {}

    /** Whether a statement can be news of images at all. */
    static boolean isNews(Statement statement) {
        return switch (statement) {
            case Statement.Refusal _, Statement.Revocation _ -> true;
            case Statement.Block _, Statement.Suspension _ -> true;
            case Statement.Appointment _, Statement.Dismissal _ -> false;
            case Statement.Policy _, Statement.Acceptance _ -> false;
            case Statement.Practice _, Statement.Reinstatement _ -> false;
            case Statement.Endorsement _, Statement.Approval _ -> false;
            case Statement.Unblock _, Statement.SiteException _ -> false;
        };
    }

    /**
     * What a statement of the node's own ledger is news of.
     *
     * @return empty where it is none, or concerns no image in view
     */
    static Optional<News> of(Standing standing, Recorded<? extends Statement> entry) {
        var news = news(standing, entry);
        return news.filter(one -> one instanceof Refused || !one.images().isEmpty());
    }

    private static Optional<News> news(Standing standing, Recorded<? extends Statement> entry) {
        return switch (entry.statement()) {
            case Statement.Refusal word ->
                    Optional.of(
                            new Refused(
                                    of(entry, word),
                                    standing
                                            .candidate(word.catalogue(), word.endorsement())
                                            .stream()
                                            .toList()));
            case Statement.Revocation word ->
                    Optional.of(
                            new Revoked(
                                    of(entry, word),
                                    standing
                                            .candidate(word.header().ledger(), word.endorsement())
                                            .stream()
                                            .toList()));
            case Statement.Block word ->
                    Optional.of(
                            new Blocked(
                                    of(entry, word),
                                    standing.candidates(word.image())
                                            .filter(lasting(standing, entry.admittedAt()))
                                            .toList()));
            case Statement.Suspension word ->
                    Optional.of(
                            new Suspended(
                                    of(entry, word),
                                    standing.candidates()
                                            .filter(one -> one.signer().equals(word.person()))
                                            .filter(one -> word.reaches(one.owner()))
                                            .filter(lasting(standing, entry.admittedAt()))
                                            .toList()));
            case Statement.Appointment _, Statement.Dismissal _ -> Optional.empty();
            case Statement.Policy _, Statement.Acceptance _ -> Optional.empty();
            case Statement.Practice _, Statement.Reinstatement _ -> Optional.empty();
            case Statement.Endorsement _, Statement.Approval _ -> Optional.empty();
            case Statement.Unblock _, Statement.SiteException _ -> Optional.empty();
        };
    }

    private static <S extends Statement> Recorded<S> of(Recorded<?> entry, S statement) {
        return new Recorded<>(entry.index(), entry.id(), statement, entry.admittedAt());
    }

    /** What was over before concerns nobody. */
    private static Predicate<Candidate> lasting(Standing standing, Instant at) {
        return image ->
                switch (image) {
                    case Candidate.Endorsed(var catalogue, var entry) ->
                            standing.register(catalogue)
                                    .flatMap(register -> register.lapse(entry.id(), at))
                                    .filter(Lapse::isForGood)
                                    .isEmpty();
                    case Candidate.Listed(_, _, _, var entry) ->
                            entry.gone() == null && !entry.ended(at);
                };
    }
}
