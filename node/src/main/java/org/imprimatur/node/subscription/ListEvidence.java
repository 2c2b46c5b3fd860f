package org.imprimatur.node.subscription;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.imprimatur.node.follow.Alarms;
import org.imprimatur.node.http.Json;
import org.imprimatur.register.Sha256;
import org.jspecify.annotations.Nullable;

/**
 * What shows that a list is at fault: the message that is held, and the one that was served. Both
 * are as they were signed, so that anybody can judge them again.
 *
 * @param kind the code of what was found
 * @param held null where none is
 * @param mark what makes it another case than others of its kind
 */
@SuppressWarnings("ArrayRecordComponent")
record ListEvidence(
        Subscription of,
        String kind,
        Instant foundAt,
        String explanation,
        byte @Nullable [] held,
        byte[] served,
        String mark) {

    private static final int MOST = 1 << 20;

    Alarms.Case asCase() {
        var json =
                Json.object()
                        .put("format", "imprimatur-list-evidence/v1")
                        .put("list", of.catalogue().text())
                        .put("url", of.url().toString())
                        .put("kind", kind)
                        .put("foundAt", foundAt.toString())
                        .put("explanation", explanation);
        var files = new HashMap<String, byte[]>();
        if (held != null && held.length <= MOST) {
            json.put("held", Base64.getEncoder().encodeToString(held));
            files.put("held.list", held);
        }
        if (served.length <= MOST) {
            json.put("served", Base64.getEncoder().encodeToString(served));
            files.put("served.list", served);
        }
        json.put("servedDigest", Sha256.of(served).toString());
        return new Alarms.Case(
                of.catalogue(),
                kind,
                foundAt,
                explanation,
                (of.catalogue().text() + "\n" + mark).getBytes(UTF_8),
                Json.bytes(json),
                Map.copyOf(files));
    }
}
