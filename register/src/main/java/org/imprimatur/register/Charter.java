package org.imprimatur.register;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a reader must know, from a source it trusts, before it believes a ledger.
 *
 * @param key C2SP verifier key of the ledger; its name is the origin
 * @param policy the policy that whoever acts here must have accepted
 * @param owners the bodies whose statements this ledger takes, each once
 * @param contributors what endorsements must say of additional software; null for nothing
 * @param witnesses who must have cosigned a checkpoint before it is followed; null for nobody
 */
public record Charter(
        Origin origin,
        String key,
        PolicyRef policy,
        List<Body> owners,
        @Nullable Contributors contributors,
        @Nullable Witnesses witnesses) {

    /**
     * Whose word is asked for besides the ledger's.
     *
     * @param threshold so many of them must have cosigned
     * @param keys C2SP verifier keys
     */
    public record Witnesses(int threshold, List<String> keys) {

        public Witnesses {
            keys = Text.atMost("keys", keys, 32);
            keys.forEach(key -> Text.line("keys", key, 1, 512));
            if (threshold < 1 || threshold > keys.size()) {
                throw new MalformedInput(
                        "threshold",
                        "1 to the number of keys, %d".formatted(keys.size()),
                        String.valueOf(threshold));
            }
        }
    }

    /**
     * What endorsements must say of those who contributed to an image (TVM-4.v1, TVM-4.v2).
     *
     * @param since what was admitted before is not judged by it; null for the ledger's beginning
     */
    public record Contributors(ContributorRule rule, @Nullable Instant since) {

        public Contributors {
            since = since == null ? null : Text.instant("since", since);
        }

        /** Whether it holds for what is admitted at this moment. */
        boolean binds(Instant admittedAt) {
            return since == null || !admittedAt.isBefore(since);
        }
    }

    /**
     * An appointing body and its first appointers, who hold the role {@code appointer} from the
     * start and cannot be dismissed by statement (TVM-2.model).
     */
    public record Body(Owner owner, List<Person> appointers) {

        public Body {
            appointers = Text.atMost("appointers", appointers, 64);
            if (appointers.isEmpty()) {
                throw new MalformedInput("appointers", "at least one first appointer", "none");
            }
            if (new HashSet<>(appointers).size() != appointers.size()) {
                throw new MalformedInput("appointers", "each person once", "one twice");
            }
        }
    }

    /** A charter that asks nothing of contributors. */
    public Charter(Origin origin, String key, PolicyRef policy, List<Body> owners) {
        this(origin, key, policy, owners, null, null);
    }

    /** A charter that asks for no witnesses. */
    public Charter(
            Origin origin,
            String key,
            PolicyRef policy,
            List<Body> owners,
            @Nullable Contributors contributors) {
        this(origin, key, policy, owners, contributors, null);
    }

    public Charter {
        Text.line("key", key, 1, 512);
        if (!key.startsWith(origin.text() + "+")) {
            throw new MalformedInput(
                    "key",
                    "a verifier key that begins with the origin, '%s+'".formatted(origin),
                    MalformedInput.quoted(key));
        }
        owners = Text.atMost("owners", owners, 1024);
        var seen = new HashSet<Owner>();
        for (var body : owners) {
            if (!seen.add(body.owner())) {
                throw new MalformedInput("owners", "each owner once", body.owner() + " twice");
            }
        }
    }

    /** The same charter for a reader who asks for other witnesses; null for none. */
    public Charter asking(@Nullable Witnesses others) {
        return new Charter(origin, key, policy, owners, contributors, others);
    }
}
