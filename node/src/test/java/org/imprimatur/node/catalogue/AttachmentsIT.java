package org.imprimatur.node.catalogue;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;
import org.imprimatur.node.Trial;
import org.imprimatur.node.catalogue.Attachments.Stored;
import org.imprimatur.node.store.DataDirectory;
import org.imprimatur.node.store.Database;
import org.imprimatur.register.Sha256;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttachmentsIT {

    private static DataDirectory data;
    private static Database database;
    private static Attachments attachments;

    @BeforeAll
    static void start(@TempDir Path directory) {
        data = DataDirectory.open(directory.resolve("data"));
        database = Database.open(Optional.empty(), data, Trial.PROGRAMS, new SecureRandom());
        attachments =
                new Attachments(database, directory.resolve("attachments"), InstantSource.system());
    }

    @AfterAll
    static void stop() {
        attachments.close();
        database.close();
        data.close();
    }

    private static byte[] kept(String text) throws IOException {
        byte[] bytes = text.getBytes(UTF_8);
        assertThat(attachments.keep(Sha256.of(bytes), bytes)).isTrue();
        return bytes;
    }

    private static Path file(byte[] bytes) {
        return attachments.find(Sha256.of(bytes)).orElseThrow();
    }

    private static void isMended(byte[] bytes) throws IOException {
        assertThat(attachments.keep(Sha256.of(bytes), bytes)).isTrue();
        assertThat(file(bytes)).hasBinaryContent(bytes);
    }

    @Test
    void whatIsKeptAgainMendsAFileThatIsGone() throws IOException {
        byte[] bytes = kept("one that is deleted");
        Files.delete(file(bytes));

        assertThat(attachments.find(Sha256.of(bytes))).isEmpty();
        isMended(bytes);
    }

    @Test
    void whatIsKeptAgainMendsAFileThatIsCutOff() throws IOException {
        byte[] bytes = kept("one that is cut off");
        Files.write(file(bytes), new byte[0]);

        assertThat(attachments.find(Sha256.of(bytes))).isEmpty();
        isMended(bytes);
    }

    @Test
    void whatIsKeptAgainMendsAFileWithOtherContent() throws IOException {
        byte[] bytes = kept("one that is other");
        Files.write(file(bytes), new byte[bytes.length]);

        isMended(bytes);
    }

    @Test
    void anUploadMendsAFileThatIsGone() throws IOException {
        byte[] bytes = kept("one that is uploaded again");
        var digest = Sha256.of(bytes);
        assertThat(attachments.store(digest, new ByteArrayInputStream(bytes)))
                .isEqualTo(Stored.KNOWN);
        Files.delete(file(bytes));

        assertThat(attachments.store(digest, new ByteArrayInputStream(bytes)))
                .isEqualTo(Stored.NEW);
        assertThat(file(bytes)).hasBinaryContent(bytes);
    }

    @Test
    void bytesOfAnotherDigestAreNotKept() throws IOException {
        byte[] bytes = kept("the right ones");

        assertThat(attachments.keep(Sha256.of(bytes), "others".getBytes(UTF_8))).isFalse();
        assertThat(file(bytes)).hasBinaryContent(bytes);
    }
}
