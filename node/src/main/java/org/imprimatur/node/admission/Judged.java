package org.imprimatur.node.admission;

import java.time.Instant;
import org.imprimatur.node.driver.PublishedImages.Meant;
import org.imprimatur.register.Decision;
import org.imprimatur.register.Decisions;
import org.imprimatur.register.Decisions.Resolved;
import org.imprimatur.register.ImageName;
import org.imprimatur.register.Inquiry;
import org.imprimatur.register.SitePolicy;
import org.imprimatur.register.Standing;
import org.jspecify.annotations.Nullable;

/**
 * A question with its decision: a pure function of what is in view, the policy and the moment.
 *
 * @param meant what the name means; null where that is not one image
 */
record Judged(@Nullable Meant meant, Decision decision) {

    /**
     * Decides.
     *
     * @param ofTheSite what is meant by what only the site knows: a name at a driver, or a digest
     *     that nothing in view is about; else not looked at
     */
    static Judged of(
            Standing standing,
            SitePolicy policy,
            Inquiry asked,
            @Nullable Meant ofTheSite,
            Instant at) {
        return switch (asked.image()) {
            case ImageName.ByDigest(var digest) -> {
                var itself = new Meant(digest, null);
                yield about(ofTheSite == null ? itself : ofTheSite, standing, policy, asked, at);
            }
            case ImageName.AtDriver name ->
                    ofTheSite == null
                            ? nothing(
                                    "the site has no one image published as " + name,
                                    standing,
                                    policy)
                            : about(ofTheSite, standing, policy, asked, at);
            case ImageName.ByGuid name ->
                    switch (Decisions.resolve(standing, name)) {
                        case Resolved.To(var digest) ->
                                about(new Meant(digest, null), standing, policy, asked, at);
                        case Resolved.Not(var why) -> nothing(why, standing, policy);
                    };
        };
    }

    private static Judged nothing(String why, Standing standing, SitePolicy policy) {
        return new Judged(null, Decisions.unresolved(standing, policy, new Resolved.Not(why)));
    }

    /** A file that was made of an image may be an image of its own, too. */
    private static Judged about(
            Meant name, Standing standing, SitePolicy policy, Inquiry asked, Instant at) {
        var converted = name.converted();
        var meant =
                converted != null && standing.knows(converted) ? new Meant(converted, null) : name;
        return new Judged(
                meant,
                Decisions.decide(
                        standing, policy, asked.about(meant.image(), meant.converted()), at));
    }
}
