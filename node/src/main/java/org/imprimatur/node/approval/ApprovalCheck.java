package org.imprimatur.node.approval;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.imprimatur.node.catalogue.SubmissionCheck;
import org.imprimatur.node.follow.Follows;
import org.imprimatur.node.subscription.Subscriptions;
import org.imprimatur.register.FollowedList;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Refusal;
import org.imprimatur.register.Register;
import org.imprimatur.register.Standing;
import org.imprimatur.register.Statement;

/**
 * Whether what a site's word names stands in the ledger or list that it names, as this site has
 * verified it: nobody approves by a slip of the pen what does not exist.
 */
public final class ApprovalCheck implements SubmissionCheck {

    private final Follows follows;
    private final Subscriptions subscriptions;

    /** Asks the followed ledgers and lists, and the node's own ledger. */
    public ApprovalCheck(Follows follows, Subscriptions subscriptions) {
        this.follows = follows;
        this.subscriptions = subscriptions;
    }

    @Override
    public Optional<Refusal> check(Statement statement, Register own, Instant at) {
        if (!(statement instanceof Statement.SiteWord word)) {
            return Optional.empty();
        }
        if (word.catalogue().equals(own.charter().origin())) {
            return check(word, own, at);
        }
        var list = subscriptions.list(word.catalogue());
        return list.isPresent()
                ? check(word, list.get(), at)
                : follows.ask(
                        followed ->
                                followed.stream()
                                        .map(Standing.Followed::register)
                                        .filter(r -> isOf(r, word.catalogue()))
                                        .findFirst()
                                        .map(register -> check(word, register, at))
                                        .orElseGet(() -> Optional.of(notFollowed(word))));
    }

    private static Optional<Refusal> check(Statement.SiteWord word, FollowedList list, Instant at) {
        var entry = list.images().find(word.endorsement()).orElse(null);
        if (entry == null) {
            return Optional.of(
                    unknown(
                            "the id of an image in %s, of which %d are known here"
                                    .formatted(word.catalogue(), list.images().all().size()),
                            word.endorsement().hex() + ", which is none"));
        }
        if (!entry.image().equals(word.image())) {
            return Optional.of(
                    unknown(entry.image() + ", which is listed under it", word.image().toString()));
        }
        var gone = entry.gone();
        return switch (word) {
            case Statement.Approval _ when gone != null || entry.ended(at) ->
                    Optional.of(
                            new Refusal(
                                    Refusal.Code.ENDORSEMENT_NOT_IN_FORCE,
                                    List.of("WLCG-3", "WLCG-12"),
                                    "an image that the list has",
                                    gone == null
                                            ? "one that ended at " + entry.until()
                                            : "one that version %s of it no longer has"
                                                    .formatted(gone.version()),
                                    "Wait until the list has the image again, and approve that."));
            case Statement.Approval _, Statement.Refusal _ -> Optional.empty();
        };
    }

    private static boolean isOf(Register register, Origin origin) {
        return register.charter().origin().equals(origin);
    }

    private static Optional<Refusal> check(Statement.SiteWord word, Register register, Instant at) {
        var endorsement = register.endorsement(word.endorsement()).orElse(null);
        if (endorsement == null) {
            return Optional.of(
                    unknown(
                            "the id of an endorsement in %s, which has %d entries here"
                                    .formatted(word.catalogue(), register.size()),
                            word.endorsement().hex() + ", which is none"));
        }
        if (!endorsement.statement().image().equals(word.image())) {
            return Optional.of(
                    unknown(
                            endorsement.statement().image() + ", which it endorses",
                            word.image().toString()));
        }
        return switch (word) {
            case Statement.Approval _ when !register.counts(word.endorsement(), at) ->
                    Optional.of(
                            new Refusal(
                                    Refusal.Code.ENDORSEMENT_NOT_IN_FORCE,
                                    List.of("WLCG-3", "END-4.6"),
                                    "an endorsement that counts",
                                    why(register, word, at),
                                    "Wait for a new endorsement, and approve that."));
            case Statement.Approval _, Statement.Refusal _ -> Optional.empty();
        };
    }

    private static String why(Register register, Statement.SiteWord word, Instant at) {
        return register.revocation(word.endorsement())
                .map(
                        revoked ->
                                "one revoked by %s in entry %d"
                                        .formatted(
                                                revoked.statement().signer().subject(),
                                                revoked.index()))
                .orElse("one that has lapsed by " + at);
    }

    private static Refusal notFollowed(Statement.SiteWord word) {
        return unknown(
                "the origin of a ledger, or list:NAME of a list, that this site follows",
                "'%s'".formatted(word.catalogue()));
    }

    private static Refusal unknown(String expected, String found) {
        return new Refusal(
                Refusal.Code.UNKNOWN_ENDORSEMENT,
                List.of("WLCG-3"),
                expected,
                found,
                "Take catalogue, endorsement and digest from this site's list of images.");
    }
}
