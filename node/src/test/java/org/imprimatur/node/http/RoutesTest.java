package org.imprimatur.node.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RoutesTest {

    private final Routes routes =
            new Routes()
                    .get("/", _ -> Answer.text("text/plain", "start"))
                    .get("/images", _ -> Answer.text("text/plain", "all"))
                    .get("/images/{guid}", _ -> Answer.text("text/plain", "one"))
                    .put("/images/{guid}", _ -> Answer.text("text/plain", "put"))
                    .get("/images/latest", _ -> Answer.text("text/plain", "never"))
                    .get("/images/{guid}/versions/{version}", _ -> Answer.text("text/plain", "v"))
                    .get("/by-{name}", _ -> Answer.text("text/plain", "by"))
                    .get("/tile/{path*}", _ -> Answer.text("text/plain", "tile"));

    @Test
    void segmentsInBracesTakeOneSegmentEach() {
        var found = routes.find("GET", "/images/a/versions/2");

        assertThat(found.route().template()).isEqualTo("/images/{guid}/versions/{version}");
        assertThat(found.parameters()).isEqualTo(Map.of("guid", "a", "version", "2"));
    }

    @Test
    void aStarTakesAllThatIsLeft() {
        assertThat(routes.find("GET", "/tile/0/x001/000").parameters())
                .isEqualTo(Map.of("path", "0/x001/000"));
        assertThat(routes.find("GET", "/tile/").parameters()).isEqualTo(Map.of("path", ""));
    }

    @Test
    void aPrefixStandsBeforeWhatIsTaken() {
        assertThat(routes.find("GET", "/by-ann").parameters()).isEqualTo(Map.of("name", "ann"));
        assertThatThrownBy(() -> routes.find("GET", "/by-")).hasMessageContaining("no such path");
    }

    @Test
    void theFirstRouteThatMatchesAnswersAndHeadIsAGet() {
        assertThat(routes.find("HEAD", "/images/latest").route().template())
                .isEqualTo("/images/{guid}");
        assertThat(routes.find("PUT", "/images/latest").route().method()).isEqualTo("PUT");
        assertThat(routes.find("GET", "/").parameters()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/image", "/images/", "/images/a/versions", "//", "/tile"})
    void whatNoTemplateMatchesIsNotFound(String path) {
        assertThatThrownBy(() -> routes.find("GET", path))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        e -> assertThat(e.problem().status()).isEqualTo(404));
    }

    @Test
    void anotherMethodIsToldWhichThePathTakes() {
        assertThatThrownBy(() -> routes.find("POST", "/images/a"))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        e -> {
                            assertThat(e.problem().status()).isEqualTo(405);
                            assertThat(e.problem().detail()).contains("GET, PUT");
                        });
    }
}
