package org.imprimatur.node.transfer;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.imprimatur.register.Candidate;
import org.imprimatur.register.Decisions;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Prospect;
import org.imprimatur.register.Register;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.SitePolicy;
import org.imprimatur.register.Standing;
import org.imprimatur.register.Statement.Approval;

/**
 * A candidate that a site has approved, by a word or by a rule, and that stands: what its store is
 * to hold.
 */
public record Approved(Candidate candidate) {

    /** The ledger, or the list, that it is in. */
    public Origin catalogue() {
        return candidate.catalogue();
    }

    /** All of them. */
    public static List<Approved> all(Standing standing, SitePolicy policy, Instant at) {
        return standing.candidates()
                .filter(candidate -> stands(standing, policy, candidate, at))
                .map(Approved::new)
                .toList();
    }

    private static boolean stands(
            Standing standing, SitePolicy policy, Candidate candidate, Instant at) {
        var site = policy.site();
        var word = standing.own().word(site, candidate.catalogue(), candidate.id());
        if (word.isEmpty()) {
            return byRule(standing, policy, candidate, at);
        }
        return word.get().statement() instanceof Approval approval
                && approval.image().equals(candidate.image())
                && standing.counts(site, candidate, at)
                && blocks(standing, site, candidate.image()).isEmpty();
    }

    /** Whether the rule of a class approves it, and nothing stands against running it there. */
    public static boolean byRule(
            Standing standing, SitePolicy policy, Candidate candidate, Instant at) {
        return policy.approvesByRule()
                && Decisions.prospects(standing, policy, candidate, at).values().stream()
                        .anyMatch(Prospect::approvedByRule);
    }

    /**
     * Whether a candidate's ledger or list is followed, and is not in view as far as the candidate.
     */
    static boolean undetermined(Standing standing, TransferKey key) {
        return standing.followed().stream()
                        .map(Standing.Followed::register)
                        .anyMatch(
                                register ->
                                        register.charter().origin().equals(key.catalogue())
                                                && register.endorsement(key.endorsement())
                                                        .isEmpty())
                || standing.list(key.catalogue())
                        .filter(list -> list.find(key.endorsement()).isEmpty())
                        .isPresent();
    }

    /** Blocks in force that reach this site, each in a sentence. */
    public static List<String> blocks(Standing standing, Owner site, Sha512 image) {
        var seen = new HashSet<String>();
        for (var register : registers(standing)) {
            for (var block : register.blocks(image)) {
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
