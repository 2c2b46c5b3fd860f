package org.imprimatur.node.admission;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.stream.Stream;
import org.imprimatur.register.MalformedInput;

/** Questions of hypervisors, one and many. */
public final class QuestionFuzz {

    private static final String ONE =
            """
            {"subject": {"type": "operator", "id": "CN=Olga", "properties": {"a": 1}},
             "action": {"name": "instantiate"},
             "resource": {"type": "image", "id": "sha512:%s"},
             "context": {"class": "payload", "host": "wn1", "consumer": "CN=Carl",
                         "contextualisation": "sha256:%s"}}
            """
                    .formatted("0a".repeat(64), "0b".repeat(32));

    private QuestionFuzz() {}

    /** A question about a digest, and a batch about other names. */
    public static Stream<byte[]> seeds() {
        return Stream.of(
                        ONE,
                        """
                        {"action": {"name": "continue"}, "subject": {"type": "operator", "id": "o"},
                         "context": {"class": "infrastructure"},
                         "options": {"evaluations_semantic": "deny_on_first_deny"},
                         "evaluations": [
                          {"resource": {"type": "image", "id": "driver:pool/a.raw"}},
                          {"resource": {"type": "image",
                                        "id": "00000000-0000-4000-8000-000000000001@1.0"}}]}
                        """)
                .map(text -> text.getBytes(UTF_8));
    }

    /** Ends with questions, or with MalformedInput. */
    public static void fuzzerTestOneInput(byte[] input) {
        try {
            DecisionJson.question(DecisionJson.inquiry(input));
        } catch (MalformedInput e) {
            check(e);
        }
        try {
            if (DecisionJson.batch(input).questions().size() > DecisionJson.MAX_BATCH) {
                throw new AssertionError("more questions than may be");
            }
        } catch (MalformedInput e) {
            check(e);
        }
    }

    private static void check(MalformedInput refused) {
        if (refused.explanation().isBlank()) {
            throw new AssertionError("no explanation", refused);
        }
    }
}
