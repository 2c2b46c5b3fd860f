package org.imprimatur.register;

import java.time.Instant;
import java.util.List;
import org.imprimatur.register.People.Grant;
import org.imprimatur.register.Refusal.Code;
import org.imprimatur.register.Statement.Acceptance;
import org.imprimatur.register.Statement.Appointment;
import org.imprimatur.register.Statement.Approval;
import org.imprimatur.register.Statement.Block;
import org.imprimatur.register.Statement.Dismissal;
import org.imprimatur.register.Statement.Endorsement;
import org.imprimatur.register.Statement.Policy;
import org.imprimatur.register.Statement.Practice;
import org.imprimatur.register.Statement.Reinstatement;
import org.imprimatur.register.Statement.Revocation;
import org.imprimatur.register.Statement.SiteException;
import org.imprimatur.register.Statement.SiteWord;
import org.imprimatur.register.Statement.Suspension;
import org.imprimatur.register.Statement.Unblock;
import org.jspecify.annotations.Nullable;

/**
 * Which statements a ledger may admit next: the rules of {@code docs/format.md}, "Register rules",
 * as far as they are about images. Those about people are with {@link People}. They ask the
 * register, and change nothing.
 */
final class Admissibility {

    private final Register register;

    Admissibility(Register register) {
        this.register = register;
    }

    /** Why a statement may not be admitted at this moment; null when it may. */
    @Nullable Refusal refusal(Statement statement, Instant at) {
        var header = statement.header();
        if (!header.ledger().equals(register.charter().origin())) {
            return Refusal.of(
                    Code.WRONG_LEDGER,
                    "END-2.guid",
                    "a statement for the ledger '%s'".formatted(register.charter().origin()),
                    "one for '%s'".formatted(header.ledger()),
                    "Sign it again for this ledger, or send it to the ledger it names.");
        }
        if (header.issuedAt().isAfter(at.plus(Register.MAX_AHEAD))) {
            return Refusal.of(
                    Code.ISSUED_IN_FUTURE,
                    "TVM-3.3",
                    "an issuedAt not later than %s, five minutes from now"
                            .formatted(at.plus(Register.MAX_AHEAD)),
                    header.issuedAt().toString(),
                    "Set the signing machine's clock (timedatectl, chronyc tracking) and sign"
                            + " again.");
        }
        if (header.issuedAt().isBefore(at.minus(Register.MAX_AGE))) {
            return Refusal.of(
                    Code.ISSUED_TOO_LONG_AGO,
                    "TVM-3.3",
                    "an issuedAt not earlier than %s, seven days ago"
                            .formatted(at.minus(Register.MAX_AGE)),
                    header.issuedAt().toString(),
                    "Sign the statement again and submit it within seven days; check the clock.");
        }
        var suspended =
                register.people().refusalOfSuspended(statement.signer(), actsFor(statement));
        if (suspended != null) {
            return suspended;
        }
        return switch (statement) {
            case Appointment appointment -> register.people().refusal(appointment, at);
            case Dismissal dismissal -> register.people().refusal(dismissal, at);
            case Policy policy -> register.people().refusal(policy, at);
            case Acceptance acceptance -> register.people().refusal(acceptance, at);
            case Practice practice -> register.people().refusal(practice, at);
            case Suspension suspension -> register.people().refusal(suspension, at);
            case Reinstatement reinstatement -> register.people().refusal(reinstatement, at);
            case Endorsement endorsement -> refusal(endorsement, at);
            case Revocation revocation -> refusal(revocation, at);
            case SiteWord word -> refusal(word, at);
            case Block block -> register.people().refusalToBlock(block, block.owner(), at);
            case Unblock unblock -> refusal(unblock, at);
            case SiteException exception -> refusal(exception, at);
        };
    }

    /** For whom the signer acts; null where it is for themselves, or not known. */
    private @Nullable Owner actsFor(Statement statement) {
        return switch (statement) {
            case Appointment s -> s.owner();
            case Dismissal s -> s.owner();
            case Policy s -> s.owner();
            case Acceptance _ -> null;
            case Practice s -> s.owner();
            case Suspension s -> s.owner();
            case Reinstatement s -> s.owner();
            case Endorsement s -> s.owner();
            case Revocation s -> {
                yield register.endorsement(s.endorsement())
                        .map(entry -> entry.statement().owner())
                        .orElse(null);
            }
            case SiteWord s -> s.site();
            case Block s -> s.owner();
            case Unblock s -> s.owner();
            case SiteException s -> s.site();
        };
    }

    private @Nullable Refusal refusal(Endorsement statement, Instant at) {
        var owner = statement.owner();
        var signer = statement.signer();
        var unable =
                register.people().refusalAsEndorser(signer, owner, statement.details().team(), at);
        if (unable == null) {
            unable = register.people().refusalToEndorse(signer, statement.policy(), at);
        }
        if (unable != null) {
            return unable;
        }
        if (statement.lineage().kind() == Lineage.Kind.VO_CONFIGURATION
                && owner.kind() != Owner.Kind.VO) {
            return Refusal.of(
                    Code.KIND_NOT_FOR_OWNER,
                    "TVM-2.image",
                    "an owner vo:NAME for a VO configuration",
                    owner.toString(),
                    "Let an endorser of the VO endorse its configuration.");
        }
        var ofGuid = register.firstEndorsement(statement.guid()).orElse(null);
        if (ofGuid != null && !ofGuid.statement().owner().equals(owner)) {
            return Refusal.of(
                    Code.GUID_OF_ANOTHER_OWNER,
                    "END-2.guid",
                    "a GUID that is new or of %s".formatted(owner),
                    "%s, used by %s in entry %d"
                            .formatted(
                                    statement.guid(), ofGuid.statement().owner(), ofGuid.index()),
                    "Take a new GUID (uuidgen).");
        }
        var refusal = refusalOfRelease(statement);
        if (refusal != null) {
            return refusal;
        }
        var tag = statement.tag();
        if (tag != null) {
            var ofTag = register.endorsements(owner, tag).stream().findFirst().orElse(null);
            if (ofTag != null && !ofTag.statement().guid().equals(statement.guid())) {
                return Refusal.of(
                        Code.TAG_OF_ANOTHER_IMAGE,
                        "TVM-2.tag",
                        "a tag that is new or names %s".formatted(statement.guid()),
                        "'%s' of %s, which names %s since entry %d"
                                .formatted(tag, owner, ofTag.statement().guid(), ofTag.index()),
                        "Take another tag, or endorse this as a new version of that image.");
            }
        }
        var ofDetails = refusalOfDetails(statement, at);
        if (ofDetails != null) {
            return ofDetails;
        }
        var uncovered = statement.uncovered(at);
        if (uncovered != null) {
            boolean expired = statement.waivers().stream().anyMatch(w -> w.isFor(uncovered));
            return Refusal.of(
                    Code.FINDING_NOT_WAIVED,
                    "END-4.2.d",
                    "a waiver in force at %s for each blocking finding".formatted(at),
                    (expired ? "only an expired one for " : "none for ") + uncovered,
                    "Take the cause out of the image and inspect it again; or waive the finding"
                            + " with a reason and an expiry.");
        }
        return null;
    }

    private @Nullable Refusal refusalOfRelease(Endorsement statement) {
        for (var there : register.endorsements(statement.guid(), statement.version())) {
            boolean otherDigest = !there.statement().image().equals(statement.image());
            if (otherDigest || there.statement().signer().equals(statement.signer())) {
                return Refusal.of(
                        Code.VERSION_USED,
                        "END-2.guid",
                        otherDigest
                                ? "for %s version %s the digest %s"
                                        .formatted(
                                                statement.guid(),
                                                statement.version(),
                                                there.statement().image())
                                : "one endorsement of %s version %s by each endorser"
                                        .formatted(statement.guid(), statement.version()),
                        otherDigest
                                ? "%s; entry %d has the other"
                                        .formatted(statement.image(), there.index())
                                : "another by %s, entry %d%s"
                                        .formatted(
                                                there.statement().signer(),
                                                there.index(),
                                                register.revocation(there.id()).isPresent()
                                                        ? ", revoked since"
                                                        : ""),
                        "A version is never used again: endorse under a new version.");
            }
        }
        return null;
    }

    private @Nullable Refusal refusalOfDetails(Endorsement statement, Instant at) {
        var until = statement.details().until();
        if (until != null && statement.details().ended(at)) {
            return Refusal.of(
                    Code.ALREADY_ENDED,
                    "TVM-3.3",
                    "an end after %s".formatted(at),
                    until.toString(),
                    "Take a later end, or leave it out.");
        }
        for (var replaced : statement.details().replaces()) {
            var there = register.endorsement(replaced).orElse(null);
            // A bundle has no room for all that came before an image.
            if (!register.isSparse()
                    && (there == null || !there.statement().owner().equals(statement.owner()))) {
                return Refusal.of(
                        Code.UNKNOWN_ENDORSEMENT,
                        "END-4.6",
                        "in replaces the ids of endorsements of %s in this ledger"
                                .formatted(statement.owner()),
                        there == null
                                ? replaced.hex()
                                : "%s, which is of %s"
                                        .formatted(replaced.hex(), there.statement().owner()),
                        "Look the replaced endorsement up and name its id.");
            }
        }
        var asked = register.charter().contributors();
        if (asked == null || !asked.binds(at)) {
            return null;
        }
        return switch (asked.rule()) {
            case IDENTIFIED -> refusalOfUnnamed(statement);
            case EACH -> refusalOfUnendorsed(statement, at);
        };
    }

    private static @Nullable Refusal refusalOfUnnamed(Endorsement statement) {
        if (statement.identifiesContributors()) {
            return null;
        }
        return Refusal.of(
                Code.CONTRIBUTORS_NOT_IDENTIFIED,
                "TVM-4.v1",
                statement.details().contributors() == null
                        ? "the providers of additional software in contributors, an empty list"
                                + " where there are none"
                        : "at least one provider of the VO configuration in contributors",
                "none",
                "Name each provider and what comes from there, and sign again.");
    }

    private @Nullable Refusal refusalOfUnendorsed(Endorsement statement, Instant at) {
        for (var part : statement.lineage().parts()) {
            if (register.ruledStanding(part, at).isEmpty()) {
                return new Refusal(
                        Code.CONTRIBUTOR_NOT_ENDORSED,
                        List.of("TVM-2.a", "TVM-4.v2"),
                        "an endorsement of %s as %s that counts"
                                .formatted(part.image(), part.kind()),
                        register.endorsements(part.image()).isEmpty()
                                ? "none in this ledger"
                                : "none that counts, or of another kind",
                        "Let whoever answers for that part endorse it in this ledger first.");
            }
        }
        return null;
    }

    private @Nullable Refusal refusal(Revocation statement, Instant at) {
        var there = register.endorsement(statement.endorsement()).orElse(null);
        if (there == null || !there.statement().image().equals(statement.image())) {
            return Refusal.of(
                    Code.UNKNOWN_ENDORSEMENT,
                    "END-4.6",
                    there == null
                            ? "the id of an endorsement in the ledger '%s'"
                                    .formatted(register.charter().origin())
                            : "%s, the image of that endorsement"
                                    .formatted(there.statement().image()),
                    there == null ? statement.endorsement().hex() : statement.image().toString(),
                    "Look the endorsement up by the image's digest and name its id.");
        }
        var revoked = register.revocation(there.id()).orElse(null);
        if (revoked != null) {
            return Refusal.of(
                    Code.ALREADY_REVOKED,
                    "END-4.6",
                    "an endorsement that is not revoked",
                    "one revoked by %s in entry %d"
                            .formatted(revoked.statement().signer(), revoked.index()),
                    "Nothing is left to do: a revocation is for good.");
        }
        var owner = there.statement().owner();
        var signer = statement.signer();
        if (!signer.equals(there.statement().signer())
                && !register.people().holds(new Grant(owner, Role.SECURITY_OFFICER, signer), at)
                && !register.people().holds(new Grant(owner, Role.APPOINTER, signer), at)) {
            return Refusal.of(
                    Code.NOT_ENTITLED_TO_REVOKE,
                    "END-4.6",
                    "the endorser %s, or a security-officer or appointer of %s"
                            .formatted(there.statement().signer(), owner),
                    register.people().holding(signer, at),
                    "Tell the owner's security contact; an infrastructure, VO or site can block"
                            + " the image meanwhile.");
        }
        return refusalOfReplacement(statement);
    }

    private @Nullable Refusal refusalOfReplacement(Revocation statement) {
        var replacement = statement.replacement();
        // A bundle has no room for what came in an image's place.
        if (replacement == null || register.isSparse()) {
            return null;
        }
        if (register.endorsement(replacement).isEmpty()) {
            return Refusal.of(
                    Code.UNKNOWN_ENDORSEMENT,
                    "END-4.6",
                    "in replacement the id of an endorsement in the ledger '%s'"
                            .formatted(register.charter().origin()),
                    replacement.hex(),
                    "Endorse the replacement first, or revoke without naming one.");
        }
        if (replacement.equals(statement.endorsement())
                || register.revocation(replacement).isPresent()) {
            return Refusal.of(
                    Code.ENDORSEMENT_NOT_IN_FORCE,
                    "END-4.6",
                    "a replacement that is another endorsement and not revoked",
                    replacement.equals(statement.endorsement())
                            ? "the revoked endorsement itself"
                            : "one that is revoked",
                    "Name an endorsement that sites may use instead, or none.");
        }
        return null;
    }

    private @Nullable Refusal refusal(SiteWord statement, Instant at) {
        var unable = register.people().refusalAsApprover(statement.signer(), statement.site(), at);
        if (unable != null) {
            return unable;
        }
        var last =
                register.word(statement.site(), statement.catalogue(), statement.endorsement())
                        .orElse(null);
        if (last == null || last.statement().kind() != statement.kind()) {
            return null;
        }
        return Refusal.of(
                switch (last.statement()) {
                    case Approval _ -> Code.ALREADY_APPROVED;
                    case Statement.Refusal _ -> Code.ALREADY_REFUSED;
                },
                "WLCG-3",
                "another last word of %s on that endorsement".formatted(statement.site()),
                "the same by %s in entry %d".formatted(last.statement().signer(), last.index()),
                "Nothing is left to do.");
    }

    private @Nullable Refusal refusal(Unblock statement, Instant at) {
        var refusal = register.people().refusalToBlock(statement, statement.owner(), at);
        if (refusal != null) {
            return refusal;
        }
        var there = register.block(statement.block()).orElse(null);
        if (there == null
                || !there.statement().owner().equals(statement.owner())
                || !there.statement().image().equals(statement.image())) {
            return Refusal.of(
                    Code.UNKNOWN_BLOCK,
                    "END-4.9",
                    "the id of a block in force, of %s and of that image"
                            .formatted(statement.owner()),
                    statement.block().hex()
                            + (there == null
                                    ? ", which is not in force"
                                    : ", a block of %s for %s"
                                            .formatted(
                                                    there.statement().owner(),
                                                    there.statement().image())),
                    "Look up the blocks of the image; a block is lifted by the owner that made"
                            + " it.");
        }
        return null;
    }

    private @Nullable Refusal refusal(SiteException statement, Instant at) {
        var unable = register.people().refusalAsApprover(statement.signer(), statement.site(), at);
        if (unable != null) {
            return unable;
        }
        var latest = at.plus(Register.LONGEST_EXCEPTION);
        if (statement.holds(at) && !statement.until().isAfter(latest)) {
            return null;
        }
        return Refusal.of(
                Code.EXCEPTION_NOT_BOUNDED,
                "END-1",
                "an end after %s and not after %s, in %d days"
                        .formatted(at, latest, Register.LONGEST_EXCEPTION.toDays()),
                statement.until().toString(),
                "Take an end within these; before it comes, the exception can be made again.");
    }
}
