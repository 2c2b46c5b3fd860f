package org.imprimatur.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FactsJsonTest {

    @TempDir private Path temporary;

    private String document(String name) throws IOException {
        var out = new StringWriter();
        FactsJson.write(Fixtures.inspect(name, temporary), out);
        return out.toString();
    }

    @Test
    void theDocumentKeepsToItsSchemaAndIsTheSameEachTime() throws Exception {
        var root = Path.of(System.getProperty("imprimatur.root", ".."));
        var published = root.resolve("docs/schemas/image-facts-v1.schema.json");
        var schema =
                SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                        .getSchema(Files.readString(published));
        for (var name : new String[] {"mini-faulty.v3-zlib.qcow2", "xfs-dirty.raw.gz"}) {
            var document = document(name);

            assertThat(schema.validate(document, InputFormat.JSON)).as(name).isEmpty();
            assertThat(document(name)).isEqualTo(document);
        }
        assertThat(schema.validate("{\"accounts\": 1}", InputFormat.JSON)).isNotEmpty();
    }

    @Test
    void itTellsWhatStandsThereAndNoSecret() throws Exception {
        var document = document("mini-faulty.v3-zlib.qcow2");

        assertThat(document)
                .contains("\"name\" : \"builder\"", "\"keyword\" : \"passwordauthentication\"")
                .contains("/etc/sudoers.d/90-builder", "/root/backup.pem", "\"usable (")
                .doesNotContain("PRIVATE KEY", "$6$", "$y$");
    }
}
