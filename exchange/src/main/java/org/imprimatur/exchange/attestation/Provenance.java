package org.imprimatur.exchange.attestation;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What SLSA provenance says of how something was built, versions 0.1, 0.2 and 1. As its author
 * wrote it: nothing here is checked against anything.
 *
 * @param builder who has built it
 * @param buildType by which kind of build
 * @param materials what it was made from, at most {@value #SHOWN}
 * @param allMaterials how many there are
 */
public record Provenance(
        Optional<String> builder,
        Optional<String> buildType,
        List<String> materials,
        int allMaterials) {

    private static final int SHOWN = 64;
    private static final int MAX_TEXT = 1024;
    private static final String TYPE = "https://slsa.dev/provenance/";

    public Provenance {
        materials = List.copyOf(materials);
    }

    /** Of a statement; empty when that is about something else. */
    public static Optional<Provenance> of(InTotoStatement statement) {
        var predicate = statement.predicate();
        return switch (statement.predicateType()) {
            case TYPE + "v1" ->
                    Optional.of(
                            provenance(
                                    predicate.path("runDetails").path("builder").path("id"),
                                    predicate.path("buildDefinition").path("buildType"),
                                    predicate
                                            .path("buildDefinition")
                                            .path("resolvedDependencies")));
            case TYPE + "v0.2" ->
                    Optional.of(
                            provenance(
                                    predicate.path("builder").path("id"),
                                    predicate.path("buildType"),
                                    predicate.path("materials")));
            case TYPE + "v0.1" ->
                    Optional.of(
                            provenance(
                                    predicate.path("builder").path("id"),
                                    predicate.path("recipe").path("type"),
                                    predicate.path("materials")));
            default -> Optional.empty();
        };
    }

    private static Provenance provenance(JsonNode builder, JsonNode type, JsonNode materials) {
        var shown = new ArrayList<String>();
        for (var material : materials) {
            if (shown.size() < SHOWN) {
                text(material.path("uri")).ifPresent(shown::add);
            }
        }
        return new Provenance(text(builder), text(type), shown, materials.size());
    }

    private static Optional<String> text(JsonNode node) {
        return node.isTextual()
                ? Optional.of(
                        node.textValue()
                                .substring(0, Math.min(MAX_TEXT, node.textValue().length())))
                : Optional.empty();
    }
}
