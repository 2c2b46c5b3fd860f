package org.imprimatur.node.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.imprimatur.node.config.BadConfiguration;
import org.imprimatur.node.config.YamlMember;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetentionTest {

    @TempDir private Path directory;

    @Test
    void whatIsNotNamedIsKeptForEver() throws IOException {
        assertThat(read("{}").decisions()).isEmpty();
        assertThat(read("{retention: {instances: 400d}}").decisions()).isEmpty();
        assertThat(read("{retention: {instances: 400d}}").instances())
                .contains(Duration.ofDays(400));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{retention: {decisions: 89d}}",
                "{retention: {decisions: 2h}}",
                "{retention: {decisions: for ever}}",
                "{retention: {decision: 400d}}",
                "{retention: 400d}"
            })
    void whatIsTooShortOrUnknownIsRefused(String site) {
        assertThatThrownBy(() -> read(site)).isInstanceOf(BadConfiguration.class);
    }

    private Retention read(String site) throws IOException {
        var file = Files.writeString(directory.resolve("site.yaml"), site);
        return Retention.read(YamlMember.read(file).optional("retention"));
    }
}
