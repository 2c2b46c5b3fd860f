package org.imprimatur.inspect;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.imprimatur.disk.Note;
import org.imprimatur.disk.Unread;
import org.imprimatur.inspect.facts.Facts;
import org.imprimatur.inspect.rules.Finding;
import org.imprimatur.inspect.rules.Severity;

/**
 * The outcome of an inspection.
 *
 * @param tool name and version of the program
 * @param profile name and version of the set of rules
 * @param profileDigest SHA-256 of what that profile decides, in lower-case hex
 * @param at the moment that the inspection is for
 * @param image the image file
 * @param digests its digests, empty texts where they were not asked for
 * @param facts what stands on the disk
 * @param findings what the rules object to, the heaviest first
 * @param unread the places that were not read, in order
 * @param notes what else is worth knowing of the image, though it was read
 * @param durations how long each stage took; the only part that differs from run to run
 */
public record Report(
        String tool,
        String profile,
        String profileDigest,
        Instant at,
        Image image,
        Digests digests,
        Facts facts,
        List<Finding> findings,
        List<Unread> unread,
        List<Note> notes,
        Map<Stage, Duration> durations) {

    /** Whether the image may be endorsed as it is. */
    public enum Verdict {
        PASS,
        FAIL
    }

    /** Whether every part of the image was read. */
    public enum Completeness {
        COMPLETE,
        INCOMPLETE
    }

    /**
     * The file and the disk in it.
     *
     * @param format {@code raw}, {@code qcow2}
     * @param fileBytes size of the file
     * @param virtualBytes size of the disk that a guest sees
     */
    public record Image(String format, long fileBytes, long virtualBytes) {}

    /**
     * Digests in lower-case hex; empty texts where they were not computed.
     *
     * @param sha512 of the file
     * @param contentRoot root of the content tree, equal across file formats
     */
    public record Digests(String sha512, String contentRoot) {}

    /** Copies the collections, and puts the unread places in order. */
    public Report {
        findings = List.copyOf(findings);
        unread = sorted(unread);
        notes = List.copyOf(notes);
        durations = Map.copyOf(durations);
    }

    /** {@code FAIL} if anything blocks. */
    public Verdict verdict() {
        return hasFindings(Severity.BLOCK) ? Verdict.FAIL : Verdict.PASS;
    }

    /** {@code INCOMPLETE} if there is any place that was not read. */
    public Completeness completeness() {
        return unread.isEmpty() ? Completeness.COMPLETE : Completeness.INCOMPLETE;
    }

    /** True if there is a finding of this severity or a heavier one. */
    public boolean hasFindings(Severity threshold) {
        return findings.stream().anyMatch(finding -> finding.severity().atLeast(threshold));
    }

    /** The findings of this severity. */
    public List<Finding> findings(Severity severity) {
        return findings.stream().filter(finding -> finding.severity() == severity).toList();
    }

    private static List<Unread> sorted(List<Unread> unread) {
        var set = new TreeSet<>(Comparator.comparing(Unread::where).thenComparing(Unread::reason));
        set.addAll(unread);
        return List.copyOf(set);
    }
}
