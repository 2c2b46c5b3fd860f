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

    /**
     * Decides.
     *
     * @param atDriver the file that the driver has under the name, where it is a driver's; else not
     *     looked at
     */
    static Judged of(
            Standing standing,
            SitePolicy policy,
            Inquiry asked,
            @Nullable Sha512 atDriver,
            Instant at) {
        var resolved =
                switch (asked.image()) {
                    case ImageName.ByDigest(var digest) -> new Resolved.To(digest);
                    case ImageName.ByGuid name -> Decisions.resolve(standing, name);
                    case ImageName.AtDriver name ->
                            atDriver == null
                                    ? new Resolved.Not(
                                            "the site has no one image published as " + name)
                                    : new Resolved.To(atDriver);
                };
        return switch (resolved) {
            case Resolved.To(var digest) ->
                    new Judged(digest, Decisions.decide(standing, policy, asked.about(digest), at));
            case Resolved.Not not -> new Judged(null, Decisions.unresolved(standing, policy, not));
        };
    }
}
