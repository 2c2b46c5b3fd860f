package org.imprimatur.node.instance;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.imprimatur.register.DecisionRequest;
import org.imprimatur.register.Decisions;
import org.imprimatur.register.Reason;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.SitePolicy;
import org.imprimatur.register.Standing;
import org.imprimatur.register.UseClass;
import org.jspecify.annotations.Nullable;

/**
 * What it depends on whether something that runs may go on. Instances that agree in it share one
 * verdict.
 *
 * @param converted the file that it runs from, where the site made it of the image; else null
 * @param host null where no condition looks at it
 * @param contextualisation null likewise
 */
record Run(
        Sha512 image,
        @Nullable Sha512 converted,
        UseClass useClass,
        String operator,
        List<String> consumers,
        @Nullable String host,
        @Nullable Sha256 contextualisation) {

    /** Objections that say that something is not there. */
    private static final Set<Reason.Code> ABSENCES =
            EnumSet.of(
                    Reason.Code.IMAGE_UNKNOWN,
                    Reason.Code.ENDORSEMENT_LAPSED,
                    Reason.Code.ENDORSEMENT_DISPUTED,
                    Reason.Code.CONTRIBUTOR_NOT_ENDORSED,
                    Reason.Code.TOO_FEW_ENDORSERS,
                    Reason.Code.NOT_APPROVED);

    Run {
        consumers = List.copyOf(consumers);
    }

    static Run of(Instance instance) {
        return new Run(
                instance.image(),
                instance.converted(),
                instance.useClass(),
                instance.operator(),
                instance.report().consumers(),
                instance.report().host(),
                instance.report().contextualisation());
    }

    /**
     * What is left of it where it does not matter who asks: nobody whom it names is suspended, and
     * no condition looks at the question. All that agree in that share one verdict, too.
     */
    Run whoeverAsks(Standing standing, SitePolicy policy) {
        boolean matters =
                policy.looksAtRequest(useClass)
                        || standing.suspends(operator)
                        || consumers.stream().anyMatch(standing::suspends);
        return matters ? this : new Run(image, converted, useClass, "", List.of(), null, null);
    }

    /** Asks anew, as if somebody asked for each consumer whether it may go on. */
    Verdict verdict(Standing standing, SitePolicy policy, Instant at) {
        var reasons = new ArrayList<Reason>(0);
        if (consumers.isEmpty()) {
            ask(standing, policy, null, at, reasons);
        }
        for (var consumer : consumers) {
            ask(standing, policy, consumer, at, reasons);
        }
        if (reasons.isEmpty()) {
            return new Verdict.Passes();
        }
        boolean unseen = standing.followed().stream().anyMatch(one -> one.verifiedAt() == null);
        return unseen && reasons.stream().allMatch(one -> ABSENCES.contains(one.code()))
                ? new Verdict.Unknown()
                : new Verdict.Fails(reasons.stream().distinct().toList());
    }

    private void ask(
            Standing standing,
            SitePolicy policy,
            @Nullable String consumer,
            Instant at,
            List<Reason> reasons) {
        var request =
                new DecisionRequest(
                        image,
                        converted,
                        useClass,
                        DecisionRequest.Action.CONTINUE,
                        operator,
                        consumer,
                        host,
                        contextualisation);
        var decision = Decisions.decide(standing, policy, request, at);
        if (!decision.permitted()) {
            reasons.addAll(decision.reasons());
        }
    }
}
