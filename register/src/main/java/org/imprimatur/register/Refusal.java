package org.imprimatur.register;

import java.util.List;

/**
 * Why a register does not admit a statement, for the person who signed it.
 *
 * @param clauses the policy clauses that the rule comes from
 * @param expected what the rule asks for
 * @param found what the register or the statement has instead
 * @param advice what to do next
 */
public record Refusal(
        Code code, List<String> clauses, String expected, String found, String advice) {

    public Refusal {
        clauses = List.copyOf(clauses);
    }

    static Refusal of(Code code, String clause, String expected, String found, String advice) {
        return new Refusal(code, List.of(clause), expected, found, advice);
    }

    /** One sentence with all of it. */
    public String explanation() {
        return code.title() + ": expected " + expected + ", found " + found + ". " + advice;
    }

    /** The rules, by the codes of {@code docs/format.md}; codes are added, never reused. */
    public enum Code {
        WRONG_LEDGER("wrong-ledger", "The statement is for another ledger", false),
        ISSUED_IN_FUTURE("issued-in-future", "The statement is dated in the future", false),
        ISSUED_TOO_LONG_AGO("issued-too-long-ago", "The statement is too old", false),
        SIGNER_SUSPENDED("signer-suspended", "The signer is suspended", true),
        UNKNOWN_OWNER("unknown-owner", "This ledger does not serve that owner", false),
        NOT_AN_APPOINTER("not-an-appointer", "The signer may not appoint here", false),
        ROLE_NOT_FOR_OWNER(
                "role-not-for-owner", "That owner does not appoint people to that role", false),
        ALREADY_APPOINTED("already-appointed", "The person holds that role already", true),
        NOT_APPOINTED("not-appointed", "The person does not hold that role", false),
        POLICY_NOT_OF_OWNER(
                "policy-not-of-owner", "That owner sets no policy in this ledger", false),
        POLICY_FOR_EVERY_ROLE(
                "policy-for-every-role", "The policy of the charter binds every role", false),
        POLICY_KNOWN("policy-known", "That policy is in force already", true),
        UNKNOWN_POLICY("unknown-policy", "The policy is not one of this ledger", false),
        POLICY_SUPERSEDED(
                "policy-superseded", "That version of the policy no longer suffices", false),
        ALREADY_ACCEPTED("already-accepted", "The signer has accepted the policy already", true),
        NOT_AN_ENDORSER("not-an-endorser", "The signer may not endorse for that owner", false),
        INDIVIDUAL_NOT_NAMED("individual-not-named", "A shared key does not say who acted", false),
        NOT_A_SHARED_KEY("not-a-shared-key", "The signer's key is theirs alone", false),
        NOT_IN_TEAM("not-in-team", "The signer does not act for that team", false),
        POLICY_NOT_ACCEPTED("policy-not-accepted", "The signer has not accepted the policy", false),
        ACCEPTANCE_TOO_OLD(
                "acceptance-too-old",
                "The signer has accepted only an older version of the policy",
                false),
        PRACTICE_VERSION_USED(
                "practice-version-used", "That version of the practice is published already", true),
        GUID_OF_ANOTHER_OWNER("guid-of-another-owner", "The GUID belongs to another owner", true),
        VERSION_USED("version-used", "That version of the image is endorsed already", true),
        TAG_OF_ANOTHER_IMAGE("tag-of-another-image", "The tag names another image", true),
        KIND_NOT_FOR_OWNER(
                "kind-not-for-owner", "That owner does not endorse images of that kind", false),
        ALREADY_ENDED("already-ended", "The endorsement would have ended already", false),
        CONTRIBUTORS_NOT_IDENTIFIED(
                "contributors-not-identified",
                "The providers of additional software are not named",
                false),
        CONTRIBUTOR_NOT_ENDORSED(
                "contributor-not-endorsed", "A part of the image is not endorsed", true),
        FINDING_NOT_WAIVED(
                "finding-not-waived", "A blocking finding is not covered by a waiver", false),
        UNKNOWN_ENDORSEMENT(
                "unknown-endorsement", "This ledger has no such endorsement of that image", false),
        ENDORSEMENT_NOT_IN_FORCE(
                "endorsement-not-in-force", "The endorsement does not count any more", true),
        ALREADY_REVOKED("already-revoked", "The endorsement is revoked already", true),
        NOT_ENTITLED_TO_REVOKE(
                "not-entitled-to-revoke", "The signer may not revoke that endorsement", false),
        NOT_A_SITE_APPROVER(
                "not-a-site-approver", "The signer may not approve for that site", false),
        ALREADY_APPROVED("already-approved", "The site has approved that already", true),
        ALREADY_REFUSED("already-refused", "The site has refused that already", true),
        NOT_A_SECURITY_OFFICER(
                "not-a-security-officer", "The signer may not block for that owner", false),
        EXCEPTION_NOT_BOUNDED(
                "exception-not-bounded",
                "The exception would be over already, or last too long",
                false),
        UNKNOWN_BLOCK("unknown-block", "There is no such block in force", true),
        FIRST_APPOINTER(
                "first-appointer", "The owner's own first appointers are not suspended", false),
        ALREADY_SUSPENDED("already-suspended", "The person is suspended already", true),
        UNKNOWN_SUSPENSION("unknown-suspension", "There is no such suspension in force", true),
        DOCUMENT_MISSING("document-missing", "The node does not have the document", false);

        private final String wire;
        private final String title;
        private final boolean conflict;

        Code(String wire, String title, boolean conflict) {
            this.wire = wire;
            this.title = title;
            this.conflict = conflict;
        }

        /** The name in formats, the end of the problem type. */
        public String wire() {
            return wire;
        }

        /** What is wrong, in one short sentence without a full stop. */
        public String title() {
            return title;
        }

        /** Whether only the register's present state is against it (HTTP 409, else 422). */
        public boolean conflict() {
            return conflict;
        }

        @Override
        public String toString() {
            return wire;
        }
    }
}
