package org.imprimatur.node.driver;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.imprimatur.node.Trial;
import org.imprimatur.node.store.DataDirectory;
import org.imprimatur.node.store.Database;
import org.imprimatur.register.Candidate;
import org.imprimatur.register.Guid;
import org.imprimatur.register.ListedImage;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Person;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.Version;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of images of which nothing says what disk is in them. */
class ListedConversionIT {

    private static final Instant SINCE = Instant.parse("2026-03-01T12:00:00Z");

    private static StoredImage listed(DirectoryStore store, byte[] disk) {
        var guid = new Guid(UUID.randomUUID());
        var version = new Version("1");
        var digest = Sha512.of(disk);
        var candidate =
                new Candidate.Listed(
                        new Origin("list:biomed"),
                        Owner.parse("vo:biomed"),
                        new Person("CN=Robot", "CN=CA"),
                        new ListedImage(
                                ListedImage.id(UUID.randomUUID(), guid, version, digest),
                                guid,
                                version,
                                digest,
                                "a disk",
                                "raw",
                                disk.length,
                                "kvm",
                                new Candidate.Software("Debian", "13", "x86_64"),
                                "https://images.example/disk.raw",
                                null,
                                1,
                                SINCE,
                                new Person("CN=Robot", "CN=CA"),
                                null));
        return StoredImage.of(store.path(ImageFileName.of(candidate)), candidate);
    }

    @Test
    void aDiskThatNeedsAnotherFileIsNotOffered(@TempDir Path directory) throws Exception {
        var store = DirectoryStore.open(directory.resolve("store"), new Random(1));
        byte[] whole = new byte[64 << 10];
        byte[] overlay = whole.clone();
        var named = "/etc/shadow".getBytes(US_ASCII);
        ByteBuffer.wrap(overlay)
                .put(new byte[] {'Q', 'F', 'I', (byte) 0xfb})
                .putInt(2) // version
                .putLong(1024) // where the name of the backing file is
                .putInt(named.length)
                .putInt(16) // clusters of 64 KiB
                .putLong(64 << 10) // the disk's size
                .put(1024, named);
        var good = listed(store, whole);
        Files.write(good.file(), whole);
        assertThat(good.selfContained()).isSameAs(good);

        var bad = listed(store, overlay);
        Files.write(bad.file(), overlay);
        assertThatThrownBy(bad::selfContained)
                .isInstanceOf(DriverException.class)
                .hasMessageContaining("nobody has inspected it")
                .hasMessageContaining("backing file");
    }

    @Test
    void aFileThatIsNoLongerTheListedOneIsNotConverted(@TempDir Path directory) throws Exception {
        byte[] disk = new byte[256 << 10];
        new Random(1).nextBytes(disk);
        try (var data = DataDirectory.open(directory.resolve("data"));
                var database =
                        Database.open(Optional.empty(), data, Trial.PROGRAMS, new SecureRandom())) {
            var store = DirectoryStore.open(directory.resolve("store"), new Random(2));
            try (var conversions =
                    new Conversions(
                            store, () -> Duration.ofDays(1), database, InstantSource.system())) {
                var good = listed(store, disk);
                Files.write(good.file(), disk);
                assertThat(conversions.in(good, "qcow2").isConverted()).isTrue();

                disk[disk.length / 2] ^= 1;
                var image = listed(store, disk);
                disk[disk.length / 2] ^= 1;
                Files.write(image.file(), disk);
                assertThatThrownBy(() -> conversions.in(image, "qcow2"))
                        .isInstanceOf(DriverException.class)
                        .hasMessageContaining("no longer the listed one");
                assertThat(store.converted(image.image(), "qcow2")).doesNotExist();
            }
        }
    }
}
