package org.imprimatur.node.transfer;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.imprimatur.node.driver.DirectoryStore;
import org.imprimatur.node.fetch.Fetch;
import org.imprimatur.register.DiskFacts;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Sha512;

/** Transfers without a node. */
final class Trials {

    static final long PIECE = 64 << 10;

    private Trials() {}

    static byte[] image(int bytes, int seed) {
        byte[] image = new byte[bytes];
        new Random(seed).nextBytes(image);
        return image;
    }

    static ImageFile file(byte[] image, String... locations) {
        return new ImageFile(
                Sha512.of(image),
                new DiskFacts("raw", image.length, image.length, Sha256.of(new byte[0])),
                List.of(locations));
    }

    static TransferSettings settings(S3Access s3, List<String> plainHttpRegistries) {
        return new TransferSettings(
                Duration.ofSeconds(1),
                true,
                8,
                4,
                Duration.ofDays(1),
                OptionalLong.empty(),
                s3,
                plainHttpRegistries);
    }

    static Means means(Path store, Fetch fetch, OptionalLong bandwidth) {
        var directory = DirectoryStore.open(store, new Random(1));
        return new Means(
                directory,
                new Space(directory),
                new Locations(
                        fetch, () -> settings(S3Access.USUAL, List.of()), InstantSource.system()),
                new Lanes(() -> 8, () -> 4),
                new Bandwidth(() -> bandwidth),
                PIECE);
    }
}
