package org.imprimatur.inspect;

import java.time.Instant;
import org.imprimatur.disk.Limits;
import org.imprimatur.inspect.advisories.AdvisoryStore;
import org.imprimatur.inspect.facts.GenerationTool;
import org.imprimatur.inspect.rules.Profile;
import org.jspecify.annotations.Nullable;

/**
 * How to inspect.
 *
 * @param tool name and version of the program, for the report: {@code imprimatur 0.1.0}
 * @param profile which rules run, and how much each weighs
 * @param at the moment that the report is for
 * @param limits how much an image may ask of its reader
 * @param threads how many threads work; from 2 on the file is digested beside everything else
 * @param digest whether to compute the digest of the file and the content root
 * @param scan whether to search the content of every file, and to count what free space holds.
 *     Without it nobody can say that there is no key, so the inspection is not complete
 * @param unallocated whether to search free space for keys too: those of deleted files
 * @param advisories what is known of missing patches; null to ask nobody
 * @param generation what the image was made with, as far as anybody asked and was told
 */
public record Options(
        String tool,
        Profile profile,
        Instant at,
        Limits limits,
        int threads,
        boolean digest,
        boolean scan,
        boolean unallocated,
        @Nullable AdvisoryStore advisories,
        GenerationTool generation) {

    /** Refuses an empty tool name and less than one thread. */
    public Options {
        if (tool.isBlank() || threads < 1) {
            throw new IllegalArgumentException("a tool with a name, and one thread or more");
        }
    }

    /** Everything, under the profile {@code egi/1}, on all processors. */
    public static Options full(String tool, Instant at) {
        return new Options(
                tool,
                Profile.EGI_1,
                at,
                Limits.DEFAULT,
                Runtime.getRuntime().availableProcessors(),
                true,
                true,
                false,
                null,
                GenerationTool.NOT_ASKED);
    }

    /** Facts, packages and rules alone: fast, and never complete. */
    public Options quick() {
        return new Options(
                tool, profile, at, limits, threads, false, false, false, advisories, generation);
    }

    /** The same without the digest of the file and the content root. */
    public Options withoutDigests() {
        return new Options(
                tool,
                profile,
                at,
                limits,
                threads,
                false,
                scan,
                unallocated,
                advisories,
                generation);
    }

    /** The same, and free space is searched for keys too. */
    public Options withUnallocated() {
        return new Options(
                tool, profile, at, limits, threads, digest, scan, true, advisories, generation);
    }

    /** The same, and packages are matched against what this store knows. */
    public Options withAdvisories(AdvisoryStore store) {
        return new Options(
                tool, profile, at, limits, threads, digest, scan, unallocated, store, generation);
    }

    /** The same, and the rules judge what the image was made with. */
    public Options withGeneration(GenerationTool told) {
        return new Options(
                tool, profile, at, limits, threads, digest, scan, unallocated, advisories, told);
    }
}
