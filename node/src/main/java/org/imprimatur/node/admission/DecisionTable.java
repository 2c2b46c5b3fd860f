package org.imprimatur.node.admission;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.imprimatur.node.http.Json;
import org.imprimatur.register.DecisionRequest;
import org.imprimatur.register.Reason;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.UseClass;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** The table {@code decision}: every decision as it was given. Rows are only added. */
final class DecisionTable {

    private final Handle db;

    DecisionTable(Handle db) {
        this.db = db;
    }

    /** Adds decisions; one that is there already changes nothing. */
    void add(List<Given> decisions) {
        var batch =
                db.prepareBatch(
                        """
                        insert into decision (id, at, permitted, image, class, action, operator,
                                              consumer, host, contextualisation, reasons, audited,
                                              obligations, positions, policy)
                        values (:id, :at, :permitted, :image, :class, :action, :operator,
                                :consumer, :host, :contextualisation, :reasons, :audited,
                                :obligations, :positions, :policy)
                        on conflict (id) do nothing
                        """);
        for (Given given : decisions) {
            var request = given.request();
            var decision = given.decision();
            batch.bind("id", given.id())
                    .bind("at", OffsetDateTime.ofInstant(given.at(), ZoneOffset.UTC))
                    .bind("permitted", decision.permitted())
                    .bind("image", request.image().bytes())
                    .bind("class", request.useClass().wire())
                    .bind("action", request.action().wire())
                    .bind("operator", request.operator())
                    .bind("consumer", request.consumer())
                    .bind("host", request.host())
                    .bind("contextualisation", bytes(request.contextualisation()))
                    .bind("reasons", text(DecisionJson.reasons(decision.reasons())))
                    .bind("audited", text(decision.audited()))
                    .bind("obligations", text(DecisionJson.obligations(decision)))
                    .bind("positions", text(DecisionJson.positions(decision)))
                    .bind("policy", decision.policyDigest().bytes())
                    .add();
        }
        batch.execute();
    }

    /** A decision by its id. */
    Optional<Decided> find(UUID id) {
        return db.createQuery(
                        """
                        select at, permitted, image, class, action, operator, consumer, host,
                               contextualisation
                          from decision where id = :id
                        """)
                .bind("id", id)
                .map(
                        (row, _) ->
                                new Decided(
                                        row.getObject("at", OffsetDateTime.class).toInstant(),
                                        row.getBoolean("permitted"),
                                        new DecisionRequest(
                                                Sha512.ofBytes(row.getBytes("image")),
                                                UseClass.parse(row.getString("class")),
                                                DecisionRequest.Action.parse(
                                                        row.getString("action")),
                                                row.getString("operator"),
                                                row.getString("consumer"),
                                                row.getString("host"),
                                                digest(row.getBytes("contextualisation")))))
                .findOne();
    }

    private static @Nullable Sha256 digest(byte @Nullable [] bytes) {
        return bytes == null ? null : Sha256.ofBytes(bytes);
    }

    private static byte @Nullable [] bytes(@Nullable Sha256 digest) {
        return digest == null ? null : digest.bytes();
    }

    /** Nothing, for the many decisions that let nothing pass. */
    private static @Nullable String text(List<Reason> audited) {
        return audited.isEmpty() ? null : text(DecisionJson.reasons(audited));
    }

    private static String text(JsonNode json) {
        return new String(Json.bytes(json), StandardCharsets.UTF_8);
    }
}
