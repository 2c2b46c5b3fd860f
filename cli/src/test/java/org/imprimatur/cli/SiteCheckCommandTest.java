package org.imprimatur.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SiteCheckCommandTest {

    private static final String GOOD =
            """
            owner: "site:HERE"
            store: store
            classes:
              infrastructure: {trust: ["vo:biomed"]}
            """;

    @TempDir private Path directory;

    private Path file(String text) throws IOException {
        return Files.writeString(directory.resolve("site.yaml"), text);
    }

    @Test
    void aGoodFileIsValidAndItsDigestIsShown() throws IOException {
        var ran = Ran.of("site", "check", file(GOOD).toString());

        assertThat(ran.status()).isEqualTo(ExitCode.DONE.status());
        assertThat(ran.out()).contains("site:HERE: valid", "infrastructure", "sha256 ");
    }

    @Test
    void aLimitThatNeedsAdvisoriesOfTheNodeIsToldOf() throws IOException {
        var limited = GOOD.replace("\"]}", "\"], limits: {advisory: {after: 7d, urgency: low}}}");
        var ran = Ran.of("site", "check", file(limited).toString());
        assertThat(ran.status()).isEqualTo(ExitCode.DONE.status());
        assertThat(ran.out()).contains("note: limits.advisory counts revocations, and known flaws");
        assertThat(Ran.of("site", "check", file(GOOD).toString()).out()).doesNotContain("note:");
    }

    @Test
    void everyFaultIsOneLineWithPlaceAndRemedy() throws IOException {
        var file = file(GOOD.replace("store: store", "stoer: store").replace("HERE", "!"));

        var ran = Ran.of("site", "check", file.toString());

        assertThat(ran.status()).isEqualTo(ExitCode.USAGE.status());
        assertThat(ran.out().lines())
                .hasSize(3)
                .allMatch(line -> line.startsWith(file + ":"))
                .anyMatch(line -> line.contains(":1: \"owner\""))
                .anyMatch(line -> line.contains(":2: \"stoer\" is not known here; one of owner"))
                .anyMatch(line -> line.contains("has no member \"store\""));
    }

    @Test
    void theFaultsAreAlsoJson() throws IOException {
        var bad = file(GOOD.replace("[\"vo:biomed\"]", "[x, y]"));

        var ran = Ran.of("site", "check", bad.toString(), "--output", "json");

        assertThat(ran.status()).isEqualTo(ExitCode.USAGE.status());
        var faults = new JsonMapper().readTree(ran.out()).get("faults");
        assertThat(faults).hasSize(2);
        assertThat(faults.get(1).get("file").asText()).isEqualTo(bad.toString());
        assertThat(faults.get(1).get("line").asInt()).isEqualTo(4);
        assertThat(faults.get(1).get("member").asText())
                .isEqualTo("classes.infrastructure.trust[1]");
        assertThat(faults.get(1).get("hint").asText()).isNotEmpty();
    }

    @Test
    void whatIsNoYamlAndWhatIsNotThereIsToldToo() throws IOException {
        var broken = Ran.of("site", "check", file("owner: [").toString());
        assertThat(broken.status()).isEqualTo(ExitCode.USAGE.status());
        assertThat(broken.out()).contains("not YAML");

        var none = Ran.of("site", "check", directory.resolve("none.yaml").toString());
        assertThat(none.status()).isEqualTo(ExitCode.USAGE.status());
        assertThat(none.out()).contains("no such file");

        assertThat(Ran.of("site").status()).isEqualTo(ExitCode.USAGE.status());
    }
}
