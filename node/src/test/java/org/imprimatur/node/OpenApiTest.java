package org.imprimatur.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;
import java.util.TreeSet;
import org.imprimatur.node.http.Routes;
import org.junit.jupiter.api.Test;

/** The description and the routes are the same, in both directions. */
class OpenApiTest {

    static Set<String> described() {
        try (var in = Node.class.getResourceAsStream("openapi.yaml")) {
            JsonNode paths = new YAMLMapper().readTree(in).get("paths");
            var all = new TreeSet<String>();
            paths.properties()
                    .forEach(
                            path ->
                                    path.getValue()
                                            .fieldNames()
                                            .forEachRemaining(
                                                    method -> {
                                                        if (Set.of("get", "post", "put")
                                                                .contains(method)) {
                                                            all.add(
                                                                    method.toUpperCase(
                                                                                    java.util.Locale
                                                                                            .ROOT)
                                                                            + " "
                                                                            + path.getKey());
                                                        }
                                                    }));
            return all;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Set<String> of(Routes routes) {
        var all = new TreeSet<String>();
        routes.all()
                .forEach(
                        route ->
                                all.add(
                                        route.method()
                                                + " "
                                                + route.template().replace("*}", "}")));
        return all;
    }

    @Test
    void theDescriptionIsNotEmptyAndNamesSubmission() {
        assertThat(described()).contains("POST /api/v1/statements", "GET /checkpoint");
    }
}
