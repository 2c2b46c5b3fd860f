package org.imprimatur.register;

import java.util.List;

/**
 * What a site makes of one endorsement in one class before anybody asks to run the image.
 *
 * @param approval how it stands with the site's approval
 * @param against what stands against running it, gravest first; {@code not-approved} among it where
 *     an approval is missing
 */
public record Prospect(Approval approval, List<Reason> against) {

    /** How it stands with the site's approval. */
    public enum Approval {
        /** Somebody approved it. */
        SIGNED,
        /** The rule of the class approves it. */
        BY_RULE,
        /** The class asks for none. */
        NOT_ASKED,
        /** It waits for somebody to approve it. */
        MISSING,
        /** Somebody refused it. */
        REFUSED
    }

    public Prospect {
        against = List.copyOf(against);
    }

    /** Whether an approval is all that is missing. */
    public boolean awaitsApproval() {
        return approval == Approval.MISSING
                && against.stream().allMatch(one -> one.code() == Reason.Code.NOT_APPROVED);
    }

    /** Whether it is approved without a signature, and nothing stands against it. */
    public boolean approvedByRule() {
        return approval == Approval.BY_RULE && against.isEmpty();
    }
}
