package org.imprimatur.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.imprimatur.register.Sha512;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConvertCommandTest {

    private static final JsonMapper JSON = new JsonMapper();

    @TempDir private Path work;
    private Path raw;
    private String qcow2;

    @BeforeEach
    void disk() throws IOException {
        byte[] disk = new byte[1 << 20];
        disk[300_000] = 1;
        raw = Files.write(work.resolve("disk.raw"), disk);
        qcow2 = work.resolve("disk.qcow2").toString();
    }

    @Test
    void aDiskGoesIntoTheFormatOfTheNameAndBack() throws IOException {
        var there = Ran.of("convert", raw.toString(), qcow2, "-o", "json");
        var back = work.resolve("back.img");
        var home = Ran.of("convert", qcow2, back.toString());

        assertThat(there.status()).isZero();
        var told = JSON.readTree(there.out());
        assertThat(told.path("format").asText()).isEqualTo("qcow2");
        assertThat(told.path("diskSize").asLong()).isEqualTo(1 << 20);
        assertThat(told.path("sha512").asText())
                .isEqualTo(Sha512.of(Files.readAllBytes(Path.of(qcow2))).hex());
        assertThat(home.status()).isZero();
        assertThat(home.out())
                .contains("raw, 1,048,576 bytes")
                .contains(told.path("contentRoot").asText());
        assertThat(Files.mismatch(raw, back)).isEqualTo(-1);
    }

    @Test
    void anotherDiskThanTheExpectedOneIsRefused() {
        var ran = Ran.of("convert", raw.toString(), qcow2, "--content-root", "0".repeat(64));

        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.err()).contains("content root").contains("not " + "0".repeat(64));
        assertThat(Path.of(qcow2)).doesNotExist();
    }

    @Test
    void aFileThatIsThereAFormatThatIsNotWrittenAndWhatIsNoImageAreToldApart() throws IOException {
        var there = Ran.of("convert", raw.toString(), raw.toString());
        var vmdk = Ran.of("convert", raw.toString(), work.resolve("disk.vmdk").toString());
        var empty = Files.createFile(work.resolve("empty"));

        assertThat(there.status()).isEqualTo(2);
        assertThat(there.err()).contains("is there already");
        assertThat(vmdk.status()).isEqualTo(2);
        assertThat(vmdk.err()).contains("--format raw or --format qcow2");
        assertThat(Ran.of("convert", empty.toString(), qcow2).status()).isEqualTo(3);
    }
}
