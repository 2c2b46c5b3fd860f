package org.imprimatur.node.driver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.imprimatur.node.Trial;
import org.imprimatur.register.Candidate;
import org.imprimatur.register.DiskFacts;
import org.imprimatur.register.Recorded;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.Statement.Endorsement;
import org.imprimatur.register.StatementId;

/** Verified copies to publish, as a site's store would have them. */
final class SampleImage {

    private final Trial trial;

    SampleImage(Path directory) {
        trial = new Trial(directory, "catalogue.example/drivers");
    }

    /** An endorsed image with that content, and its file. */
    StoredImage of(byte[] content, String format) throws IOException {
        return of(content, format, content);
    }

    /** An endorsed image whose file has other bytes than those endorsed. */
    StoredImage of(byte[] endorsed, String format, byte[] stored) throws IOException {
        var template = trial.endorsement(trial.endorser, "a sample");
        var endorsement =
                new Endorsement(
                        template.header(),
                        template.fileName(),
                        Sha512.of(endorsed),
                        template.owner(),
                        template.guid(),
                        template.version(),
                        template.tag(),
                        template.title(),
                        template.generatedAt(),
                        new DiskFacts(
                                format,
                                endorsed.length,
                                Math.max(512, endorsed.length),
                                template.disk().contentRoot()),
                        template.system(),
                        template.policy(),
                        template.inspection(),
                        template.waivers(),
                        template.declaration(),
                        template.locations());
        var candidate =
                new Candidate.Endorsed(
                        trial.origin,
                        new Recorded<>(
                                7,
                                StatementId.of(endorsed),
                                endorsement,
                                Instant.parse("2026-03-01T12:00:00Z")));
        var name = ImageFileName.of(candidate);
        Path file = Files.createDirectories(trial.directory.resolve("store")).resolve(name.text());
        Files.write(file, stored);
        return StoredImage.of(file, candidate);
    }

    /** The publication that a table would have of an image. */
    static Publication publication(Mark mark, String driver, StoredImage image) {
        return Publication.begin(
                mark, driver, image.name(), image, Instant.parse("2026-03-01T12:00:00Z"));
    }
}
