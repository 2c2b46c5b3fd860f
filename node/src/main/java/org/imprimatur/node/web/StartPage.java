package org.imprimatur.node.web;

import java.util.List;

/**
 * What the start page shows; every member is plain text that the template escapes.
 *
 * @param advisories how many images have known flaws; empty where nobody watches
 */
public record StartPage(
        String origin,
        long size,
        String root,
        List<ImageRow> images,
        List<EntryRow> entries,
        String advisories,
        List<AlarmRow> alarms) {

    /** Something that was found against a ledger. */
    public record AlarmRow(
            String id, String origin, String kind, String when, String explanation) {}

    /**
     * One endorsed image.
     *
     * @param until empty where no end is known
     * @param revocation why it was revoked; empty where it was not
     * @param replacedBy the endorsement to use instead; empty for none
     */
    public record ImageRow(
            String title,
            String owner,
            String name,
            String version,
            String state,
            String endorser,
            String digest,
            String guid,
            String kind,
            String from,
            String until,
            String revocation,
            String replacedBy) {}

    /** One entry of the ledger. */
    public record EntryRow(long index, String kind, String who, String when) {}

    public StartPage {
        images = List.copyOf(images);
        entries = List.copyOf(entries);
        alarms = List.copyOf(alarms);
    }
}
