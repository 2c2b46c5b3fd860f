package org.imprimatur.node.transfer;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.imprimatur.register.Decisions;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Prospect;
import org.imprimatur.register.Recorded;
import org.imprimatur.register.Register;
import org.imprimatur.register.SitePolicy;
import org.imprimatur.register.Standing;
import org.imprimatur.register.Statement.Approval;
import org.imprimatur.register.Statement.Endorsement;

/**
 * An endorsement that a site has approved, by a word or by a rule, and that stands: what its store
 * is to hold.
 *
 * @param catalogue the ledger that it is in
 */
public record Approved(Origin catalogue, Recorded<Endorsement> endorsement) {

    /** All of them. */
    public static List<Approved> all(Standing standing, SitePolicy policy, Instant at) {
        var approved = new ArrayList<Approved>();
        for (var register : registers(standing)) {
            for (var endorsement : register.endorsements()) {
                if (stands(standing, policy, register, endorsement, at)) {
                    approved.add(new Approved(register.charter().origin(), endorsement));
                }
            }
        }
        return approved;
    }

    private static boolean stands(
            Standing standing,
            SitePolicy policy,
            Register register,
            Recorded<Endorsement> endorsement,
            Instant at) {
        var site = policy.site();
        var word = standing.own().word(site, register.charter().origin(), endorsement.id());
        if (word.isEmpty()) {
            return byRule(standing, policy, register, endorsement, at);
        }
        return word.get().statement() instanceof Approval approval
                && approval.image().equals(endorsement.statement().image())
                && register.counts(endorsement.id(), at)
                && blocks(standing, site, endorsement).isEmpty();
    }

    /** Whether the rule of a class approves it, and nothing stands against running it there. */
    public static boolean byRule(
            Standing standing,
            SitePolicy policy,
            Register register,
            Recorded<Endorsement> endorsement,
            Instant at) {
        return policy.approvesByRule()
                && Decisions.prospects(standing, policy, register, endorsement, at)
                        .values()
                        .stream()
                        .anyMatch(Prospect::approvedByRule);
    }

    /**
     * Whether an endorsement's ledger is followed, and is not in view as far as the endorsement.
     */
    static boolean undetermined(Standing standing, TransferKey key) {
        return standing.followed().stream()
                .map(Standing.Followed::register)
                .anyMatch(
                        register ->
                                register.charter().origin().equals(key.catalogue())
                                        && register.endorsement(key.endorsement()).isEmpty());
    }

    /** Blocks in force that reach this site, each in a sentence. */
    public static List<String> blocks(
            Standing standing, Owner site, Recorded<Endorsement> endorsement) {
        var seen = new HashSet<String>();
        for (var register : registers(standing)) {
            for (var block : register.blocks(endorsement.statement().image())) {
                var owner = block.statement().owner();
                if (owner.kind() != Owner.Kind.SITE || owner.equals(site)) {
                    seen.add(
                            "blocked by %s for %s: %s"
                                    .formatted(
                                            block.statement().signer().subject(),
                                            owner,
                                            block.statement().explanation()));
                }
            }
        }
        return List.copyOf(seen);
    }

    /** The site's own register, then those it follows. */
    public static List<Register> registers(Standing standing) {
        var registers = new ArrayList<Register>();
        registers.add(standing.own());
        standing.followed().forEach(followed -> registers.add(followed.register()));
        return registers;
    }
}
