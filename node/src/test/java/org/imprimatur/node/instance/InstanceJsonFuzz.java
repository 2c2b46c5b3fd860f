package org.imprimatur.node.instance;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.stream.Stream;
import org.imprimatur.register.MalformedInput;

/** What hosts tell of machines. */
public final class InstanceJsonFuzz {

    private InstanceJsonFuzz() {}

    /** A registration, and a moment. */
    public static Stream<byte[]> seeds() {
        return Stream.of(
                        """
                        {"id": "00000000-0000-4000-8000-000000000001",
                         "decision": "00000000-0000-4000-8000-000000000002",
                         "host": "wn1", "machine": "m", "contextualisation": "sha256:%s",
                         "consumers": ["CN=Carl"]}
                        """
                                .formatted("0a".repeat(32)),
                        "{\"at\": \"2026-11-21T12:00:00Z\"}")
                .map(text -> text.getBytes(UTF_8));
    }

    /** Ends with what is told, or with MalformedInput. */
    public static void fuzzerTestOneInput(byte[] input) {
        try {
            InstanceJson.report(input);
        } catch (MalformedInput e) {
            check(e);
        }
        try {
            InstanceJson.moment(input);
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
