package org.imprimatur.node.transfer;

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

class TransferSettingsTest {

    private static TransferSettings read(String yaml) {
        return TransferSettings.read(YamlMember.parse("site.yaml", yaml).optional("transfer"));
    }

    @Test
    void whatIsNotSaidHasADefault() {
        var settings = read("{store: x}");

        assertThat(settings.stall()).isEqualTo(Duration.ofSeconds(30));
        assertThat(settings.filesAllowed()).isFalse();
        assertThat(settings.connections()).isEqualTo(8);
        assertThat(settings.connectionsPerHost()).isEqualTo(4);
        assertThat(settings.bandwidth()).isEmpty();
    }

    @Test
    void limitsAreRead() {
        var settings = read("transfer: {connections: 3, connections-per-host: 2, bandwidth: 20M}");

        assertThat(settings.connections()).isEqualTo(3);
        assertThat(settings.connectionsPerHost()).isEqualTo(2);
        assertThat(settings.bandwidth()).hasValue(20_000_000);
    }

    @Test
    void whatCannotBeMeantIsRefusedWithItsPlace() {
        assertThatThrownBy(() -> read("transfer:\n  bandwidth: 1K"))
                .isInstanceOf(BadConfiguration.class)
                .hasMessageContaining("site.yaml:2")
                .hasMessageContaining("bytes a second");
        assertThatThrownBy(() -> read("transfer: {connections: 0}"))
                .hasMessageContaining("a number from 1 to 256");
        assertThatThrownBy(() -> read("transfer: {conections: 3}"))
                .hasMessageContaining("is not known here");
        assertThatThrownBy(() -> read("transfer: {bandwidth: 9999999999G}"))
                .hasMessageContaining("bandwidth");
    }

    @Test
    void credentialsAreReadFromAFileAndNeverShown(@TempDir Path directory) throws IOException {
        var file =
                Files.writeString(
                        directory.resolve("credentials"),
                        "[default]\naws_access_key_id = KEY\naws_secret_access_key=SECRET\n");

        var s3 =
                read("transfer: {s3: {endpoint: \"https://s3.example\", credentials: \"%s\"}}"
                                .formatted(file))
                        .s3();

        assertThat(s3.credentials()).contains(new S3Access.Credentials("KEY", "SECRET"));
        assertThat(s3.toString()).doesNotContain("SECRET");
        Files.writeString(file, "aws_secret_access_key=SECRET\n");
        assertThatThrownBy(
                        () ->
                                read(
                                        "transfer: {s3: {credentials: \"%s\", endpoint: ftp}}"
                                                .formatted(file)))
                .hasMessageContaining("without a key")
                .hasMessageContaining("a URL without a path")
                .hasMessageNotContaining("SECRET");
    }
}
