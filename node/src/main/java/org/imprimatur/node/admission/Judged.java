package org.imprimatur.node.admission;

import java.time.Instant;
import org.imprimatur.register.Decision;
import org.imprimatur.register.Decisions;
import org.imprimatur.register.Decisions.Resolved;
import org.imprimatur.register.ImageName;
import org.imprimatur.register.Inquiry;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.SitePolicy;
import org.imprimatur.register.Standing;
import org.jspecify.annotations.Nullable;

/**
 * A question with its decision: a pure function of what is in view, the policy and the moment.
 *
 * @param image the file that was meant; null where the name is not that of one file
 */
record Judged(@Nullable Sha512 image, Decision decision) {

    /** The digest that was asked for, where it is that of another file of the same image. */
    static @Nullable Sha512 converted(Inquiry asked, @Nullable Sha512 image) {
        return asked.image() instanceof ImageName.ByDigest(var digest)
                        && image != null
                        && !digest.equals(image)
                ? digest
                : null;
    }

    /**
     * Decides.
     *
     * @param ofTheSite the image that is meant by what only the site knows: a name at a driver, or
     *     a digest that nothing in view mentions; else not looked at
     */
    static Judged of(
            Standing standing,
            SitePolicy policy,
            Inquiry asked,
            @Nullable Sha512 ofTheSite,
            Instant at) {
        var resolved =
                switch (asked.image()) {
                    case ImageName.ByDigest(var digest) ->
                            new Resolved.To(
                                    ofTheSite == null || standing.mentions(digest)
                                            ? digest
                                            : ofTheSite);
                    case ImageName.ByGuid name -> Decisions.resolve(standing, name);
                    case ImageName.AtDriver name ->
                            ofTheSite == null
                                    ? new Resolved.Not(
                                            "the site has no one image published as " + name)
                                    : new Resolved.To(ofTheSite);
                };
        return switch (resolved) {
            case Resolved.To(var digest) ->
                    new Judged(digest, Decisions.decide(standing, policy, asked.about(digest), at));
            case Resolved.Not not -> new Judged(null, Decisions.unresolved(standing, policy, not));
        };
    }
}
