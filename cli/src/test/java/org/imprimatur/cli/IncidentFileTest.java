package org.imprimatur.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.zip.ZipFile;
import org.imprimatur.cli.IncidentFile.Finding;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file for those who respond to an incident, whatever it is made of. */
class IncidentFileTest {

    private static final int MOST = IncidentFile.MOST_LINES;

    @TempDir private Path directory;
    private final IncidentFile file =
            new IncidentFile("vo:biomed/mini", Instant.parse("2026-11-22T00:00:00Z"));

    private String written(String name) throws IOException {
        var target = directory.resolve("incident.zip");
        file.write(target);
        try (var zip = new ZipFile(target.toFile())) {
            return new String(zip.getInputStream(zip.getEntry(name)).readAllBytes(), UTF_8);
        }
    }

    private JsonNode contents() throws IOException {
        return new ObjectMapper().readTree(written("incident.json"));
    }

    @Test
    void ofManyLinesTheFirstAreThereAndHowManyThereAreBesides() throws IOException {
        for (int i = 0; i < MOST + 7; i++) {
            file.say("line %d", i);
            file.missing("part " + i, "a node", "it has none");
            file.wrong("word " + i, "a node", "it says another");
        }

        assertThat(file.summary()).hasSize(MOST + 1).contains("line 0", "… and 7 lines more");
        assertThat(file.absent()).hasSize(MOST + 1).last().asString().contains("7 things more");
        assertThat(file.bad()).hasSize(MOST + 1).last().asString().contains("7 things more");
        var contents = contents();
        for (var member : List.of("summary", "missing", "wrong")) {
            assertThat(contents.path(member)).as(member).hasSize(MOST + 1);
        }
    }

    @Test
    void asManyLinesAsThereMayBeAreAllThere() {
        for (int i = 0; i < MOST; i++) {
            file.say("line %d", i);
        }

        assertThat(file.summary()).hasSize(MOST).last().isEqualTo("line " + (MOST - 1));
    }

    @Test
    void whatContradictsItselfIsWrongThoughEachPartIsGood() throws IOException {
        file.add("a.json", "a part", "a node", "{}".getBytes(UTF_8), Finding.good("it is good"));
        file.wrong("the version of x", "a node", "1 was signed, and 2 is told");

        assertThat(file.bad())
                .containsExactly("the version of x (a node): 1 was signed, and 2 is told");
        assertThat(contents().at("/wrong/0/what").asText()).isEqualTo("the version of x");
        assertThat(written("README.txt")).contains("WRONG: do not rely on these", "1 was signed");
    }

    @Test
    void ofTwoPartsOfOneNameTheSecondIsNamedAndTheFileIsWhole() throws IOException {
        file.add("a.json", "a part", "one", "1".getBytes(UTF_8), Finding.NONE);
        file.add("a.json", "another", "two", "2".getBytes(UTF_8), Finding.NONE);

        assertThat(written("a.json")).isEqualTo("1");
        assertThat(file.absent())
                .containsExactly("another (two): the file has another part that is called a.json");
    }
}
