package org.imprimatur.inspect.facts;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.imprimatur.inspect.advisories.AdvisoryStore;
import org.imprimatur.inspect.advisories.Patches;
import org.imprimatur.inspect.packages.PackageUrls;

/** The program that an image was made with. No image says it; whoever endorses does. */
public sealed interface GenerationTool {

    /** Nobody asked. */
    GenerationTool NOT_ASKED = new NotAsked();

    /** Asked, and nothing was said. */
    GenerationTool NOT_TOLD = new NotTold();

    /** See {@link #NOT_ASKED}. */
    record NotAsked() implements GenerationTool {}

    /** See {@link #NOT_TOLD}. */
    record NotTold() implements GenerationTool {}

    /**
     * What was said, and what feeds know of it.
     *
     * @param packageUrl by which advisories know it; empty for none
     * @param patches what the feeds say that speak of its world of packages
     */
    record Told(String name, String version, String packageUrl, Patches patches)
            implements GenerationTool {

        /** Before any feed is asked. */
        public Told(String name, String version, String packageUrl) {
            this(name, version, packageUrl, Patches.UNKNOWN);
        }
    }

    /** The same, with what a store says at this moment. */
    default GenerationTool matched(AdvisoryStore store, Instant at) throws IOException {
        if (!(this instanceof Told told)) {
            return this;
        }
        var named = PackageUrls.parse(told.packageUrl(), told.version());
        if (named.isEmpty()) {
            return this;
        }
        var patches = Patches.of(named.get().os(), List.of(named.get().installed()), store, at);
        return new Told(told.name(), told.version(), told.packageUrl(), patches);
    }
}
