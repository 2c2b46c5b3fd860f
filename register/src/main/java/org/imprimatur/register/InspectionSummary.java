package org.imprimatur.register;

import java.util.List;

/**
 * What an endorsement says of the inspection it rests on.
 *
 * @param tool name and version of the tool
 * @param profile name and version of the set of rules
 * @param report digest of the inspection report
 * @param sbom digest of the CycloneDX document
 * @param blocking each finding of severity {@code block}; an incomplete inspection has at least one
 *     of the rule {@link BlockingFinding#INCOMPLETE}, a complete one none
 */
public record InspectionSummary(
        String tool,
        String profile,
        Completeness completeness,
        Sha256 report,
        Sha256 sbom,
        List<BlockingFinding> blocking) {

    /** Whether every part of the disk could be read. */
    public enum Completeness {
        COMPLETE,
        INCOMPLETE;

        static Completeness parse(String text) {
            return switch (text) {
                case "COMPLETE" -> COMPLETE;
                case "INCOMPLETE" -> INCOMPLETE;
                // A text is not a closed set.
                default -> throw MalformedInput.value("COMPLETE or INCOMPLETE", text);
            };
        }
    }

    public InspectionSummary {
        Text.line("tool", tool, 1, 128);
        Text.line("profile", profile, 1, 128);
        blocking = Text.atMost("blocking", blocking, 256);
        boolean unread =
                blocking.stream().anyMatch(f -> f.rule().equals(BlockingFinding.INCOMPLETE));
        if (unread != (completeness == Completeness.INCOMPLETE)) {
            throw new MalformedInput(
                    "blocking",
                    unread
                            ? "no finding inspection.incomplete in a COMPLETE inspection"
                            : "a finding inspection.incomplete for each place that an INCOMPLETE"
                                    + " inspection did not read",
                    unread ? "one" : "none");
        }
    }
}
