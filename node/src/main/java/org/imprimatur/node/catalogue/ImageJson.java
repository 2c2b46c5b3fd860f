package org.imprimatur.node.catalogue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import org.imprimatur.register.Contributor;
import org.imprimatur.register.Details;
import org.imprimatur.register.Generation;
import org.imprimatur.register.Lineage;
import org.imprimatur.register.Recorded;
import org.imprimatur.register.Register;
import org.imprimatur.register.Responsibility;
import org.imprimatur.register.Statement.Endorsement;
import org.imprimatur.register.Statement.Revocation;
import org.imprimatur.register.StatementId;
import org.jspecify.annotations.Nullable;

/**
 * What the JSON of a catalogue and of a site say alike of an endorsement: who answers for the image
 * and how long, what it was made of, what took its place ({@code docs/format.md}, "HTTP").
 */
public final class ImageJson {

    /**
     * What the register knows of an endorsement besides the endorsement.
     *
     * @param revocation null where it was not revoked
     * @param replacedBy the endorsement to use instead; null where there is none
     */
    public record Later(
            Responsibility responsibility,
            @Nullable Recorded<Revocation> revocation,
            @Nullable StatementId replacedBy) {

        /** What this register knows at a moment. */
        public static Later of(Register register, Recorded<Endorsement> entry, Instant at) {
            var revocation = register.revocation(entry.id()).orElse(null);
            return new Later(
                    Responsibility.of(entry, revocation == null ? null : revocation.admittedAt()),
                    revocation,
                    register.replacement(entry.id(), at).orElse(null));
        }
    }

    private ImageJson() {}

    /** Adds the members. */
    public static void write(ObjectNode json, Endorsement endorsement, Later later) {
        var answers = json.putObject("responsibility");
        answers.put("subject", later.responsibility().endorser().subject())
                .put("issuer", later.responsibility().endorser().issuer())
                .put("from", later.responsibility().from().toString());
        put(answers, "until", later.responsibility().until());
        lineage(json.putObject("lineage"), endorsement.lineage());
        details(json, endorsement.details());
        var revocation = later.revocation();
        if (revocation != null) {
            revocation(json.putObject("revocation"), revocation);
        }
        put(json, "replacedBy", later.replacedBy());
    }

    private static void lineage(ObjectNode json, Lineage lineage) {
        json.put("kind", lineage.kind().wire());
        if (lineage instanceof Lineage.Combined(var base, var configuration)) {
            json.put("base", base.toString());
            put(json, "configuration", configuration);
        }
    }

    private static void details(ObjectNode json, Details details) {
        var team = details.team();
        if (team != null) {
            var item = json.putObject("team").put("name", team.team().name());
            var individual = team.individual();
            if (individual != null) {
                item.putObject("individual")
                        .put("subject", individual.subject())
                        .put("issuer", individual.issuer());
            }
        }
        var contributors = details.contributors();
        if (contributors != null) {
            var list = json.putArray("contributors");
            for (Contributor one : contributors) {
                var item = list.addObject().put("name", one.name()).put("software", one.software());
                put(item, "contact", one.contact());
            }
        }
        if (!details.replaces().isEmpty()) {
            var list = json.putArray("replaces");
            details.replaces().forEach(id -> list.add(id.hex()));
        }
        put(json, "until", details.until());
        var generation = details.generation();
        if (generation != null) {
            generation(json.putObject("generation"), generation);
        }
        put(json, "patchedAt", details.patchedAt());
        if (!details.licences().isEmpty()) {
            var list = json.putArray("licences");
            for (var one : details.licences()) {
                var item = list.addObject().put("licence", one.licence());
                put(item, "path", one.path());
                item.put("statement", one.statement());
            }
        }
    }

    private static void generation(ObjectNode json, Generation generation) {
        json.put("tool", generation.tool()).put("version", generation.version());
        put(json, "package", generation.packageUrl());
        json.put("builder", generation.builder());
        var provenance = generation.provenance();
        if (provenance != null) {
            var item =
                    json.putObject("provenance")
                            .put("document", provenance.document().toString())
                            .put("buildType", provenance.buildType());
            put(item, "startedAt", provenance.startedAt());
            put(item, "finishedAt", provenance.finishedAt());
        }
    }

    private static void revocation(ObjectNode json, Recorded<Revocation> entry) {
        var statement = entry.statement();
        json.put("id", entry.id().hex())
                .put("index", entry.index())
                .put("admittedAt", entry.admittedAt().toString());
        json.putObject("signer")
                .put("subject", statement.signer().subject())
                .put("issuer", statement.signer().issuer());
        json.put("reason", statement.reason().wire());
        var urgency = statement.urgency();
        put(json, "urgency", urgency == null ? null : urgency.wire());
        json.put("explanation", statement.explanation());
        var advisories = json.putArray("advisories");
        statement.advisories().forEach(advisories::add);
        put(json, "replacement", statement.replacement());
    }

    private static void put(ObjectNode json, String name, @Nullable Object value) {
        if (value != null) {
            json.put(name, value.toString());
        }
    }
}
