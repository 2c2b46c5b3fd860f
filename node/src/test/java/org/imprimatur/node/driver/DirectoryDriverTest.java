package org.imprimatur.node.driver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.imprimatur.node.driver.Driver.Held;
import org.imprimatur.node.driver.Driver.Use;
import org.imprimatur.register.Clause;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryDriverTest {

    private static final byte[] CONTENT = "the disk\n".repeat(1000).getBytes(UTF_8);

    private final Random random = new Random(1);
    private final Mark mark = Mark.random(random);
    private Path pool;
    private SampleImage sample;
    private StoredImage image;
    private Driver driver;

    @BeforeEach
    void prepare(@TempDir Path directory) throws IOException {
        pool = Files.createDirectory(directory.resolve("pool"));
        sample = new SampleImage(directory);
        image = sample.of(CONTENT, "raw");
        driver = driver(false);
    }

    private Driver driver(boolean linked) {
        return new DirectoryDriver(
                new DirectoryDriver.Settings("pool", pool, linked, Optional.empty()));
    }

    private Path offered() {
        return pool.resolve(image.name().text());
    }

    private Publication publication() {
        return SampleImage.publication(mark, "pool", image);
    }

    private Use use() throws DriverException {
        var held = driver.held(List.of(publication()));
        return held.isEmpty() ? null : held.getFirst().use();
    }

    @Test
    @Clause("WLCG-8")
    void anImageIsOfferedAsItWasVerifiedAndReadOnly() throws IOException {
        var id = driver.publish(mark, image);

        assertThat(id).isEqualTo(offered().toString());
        assertThat(offered()).hasBinaryContent(CONTENT);
        assertThat(Files.getPosixFilePermissions(offered())).hasSize(3);
        assertThat(Files.isSameFile(offered(), image.file())).isFalse();
        assertThat(driver.held(List.of(publication())))
                .containsExactly(new Held(mark, id, Use.OFFERED));
    }

    @Test
    void publishingAgainChangesNothing() throws IOException {
        driver.publish(mark, image);
        var before = Files.readAttributes(offered(), "unix:ino,ctime");

        driver.publish(mark, image);

        assertThat(Files.readAttributes(offered(), "unix:ino,ctime")).isEqualTo(before);
    }

    @Test
    void aLinkTakesNoSpace() throws IOException {
        driver(true).publish(mark, image);

        assertThat(Files.isSameFile(offered(), image.file())).isTrue();
    }

    @Test
    void aCopyOfOtherBytesIsNeverOffered() throws IOException {
        byte[] rotten = CONTENT.clone();
        rotten[500] ^= 1;
        image = sample.of(CONTENT, "raw", rotten);

        assertThatThrownBy(() -> driver.publish(mark, image))
                .isInstanceOf(DriverException.class)
                .hasMessageContaining("was expected");
        assertThat(offered()).doesNotExist();
    }

    @Test
    void aFileOfSomebodyElseIsNeitherReplacedNorDeleted() throws IOException {
        Files.writeString(offered(), "mine");

        assertThatThrownBy(() -> driver.publish(mark, image))
                .isInstanceOf(DriverException.class)
                .hasMessageContaining("is not ours");
        driver.withdraw(publication());

        assertThat(offered()).hasContent("mine");
        assertThat(driver.held(List.of(publication()))).isEmpty();
    }

    @Test
    void evenAFileOfTheSameBytesIsLeftToWhomItBelongs() throws IOException {
        Files.write(offered(), CONTENT);

        driver.withdraw(publication());

        assertThat(offered()).hasBinaryContent(CONTENT);
    }

    @Test
    void whatIsWithdrawnIsGone() throws IOException {
        driver.publish(mark, image);

        assertThat(driver.withdraw(publication())).isTrue();
        assertThat(driver.withdraw(publication())).as("and again").isTrue();

        assertThat(offered()).doesNotExist();
        try (var left = Files.list(pool.resolve(".imprimatur"))) {
            assertThat(left).isEmpty();
        }
        assertThat(image.file()).hasBinaryContent(CONTENT);
    }

    @Test
    void anAttemptThatDiedWhileCopyingIsReplaced() throws IOException {
        Files.createDirectory(pool.resolve(".imprimatur"));
        Files.writeString(pool.resolve(".imprimatur").resolve(mark + ".part"), "half of");

        driver.publish(mark, image);

        assertThat(offered()).hasBinaryContent(CONTENT);
    }

    @Test
    void anAttemptThatDiedBeforeItWasOfferedIsReplaced() throws IOException {
        Files.createDirectory(pool.resolve(".imprimatur"));
        Files.write(pool.resolve(".imprimatur").resolve(mark.toString()), CONTENT);
        assertThat(use()).isEqualTo(Use.BROKEN);

        driver.publish(mark, image);

        assertThat(use()).isEqualTo(Use.OFFERED);
    }

    @Test
    void aFileThatWasExchangedIsNoLongerOurs() throws IOException {
        driver.publish(mark, image);
        Files.delete(offered());
        Files.writeString(offered(), "another");

        assertThat(use()).isEqualTo(Use.BROKEN);
        driver.withdraw(publication());

        assertThat(offered()).hasContent("another");
    }

    @Test
    void anInterruptBreaksItOffAndOffersNothing() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> driver.publish(mark, image)).isInstanceOf(DriverException.class);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(offered()).doesNotExist();
    }

    @Test
    void aPoolWithoutLibvirtEndsNoMachine() {
        assertThatThrownBy(() -> driver.terminate("vm1", "wn1"))
                .isInstanceOf(DriverException.class)
                .hasMessageContaining("has no \"libvirt\"");
    }

    private DirectoryDriver ending(String libvirt) {
        return new DirectoryDriver(
                new DirectoryDriver.Settings("pool", pool, false, Optional.of(libvirt)));
    }

    @Test
    void aMachineThatOneLibvirtDoesNotKnowMayRunOnAnotherHost() {
        assumeThat(System.getenv("PATH").split(":"))
                .as("the places of virsh")
                .anyMatch(place -> Files.isExecutable(Path.of(place, "virsh")));

        assertThatThrownBy(() -> ending("test:///default").terminate("unknown", "wn1"))
                .isInstanceOf(DriverException.class)
                .hasMessageContaining("may run on another host");
    }

    @Test
    void whatIsNoNameOfAHostGoesIntoNoAddress() {
        for (var host : List.of("", "-", "wn1/system?command=reboot#", "a b", "wn1.", "wn1\n")) {
            assertThatThrownBy(() -> ending("qemu+ssh://{host}/system").terminate("vm1", host))
                    .as(host)
                    .isInstanceOf(DriverException.class)
                    .hasMessageContaining("no name of a host");
        }
    }
}
