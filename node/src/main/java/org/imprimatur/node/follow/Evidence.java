package org.imprimatur.node.follow;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Sha256;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what proves a source's fault, for people: a directory per case, named by the ledger, the
 * kind of fault and a digest of what was served, so that the same case is kept once. A source that
 * goes on inventing new faults fills no disk.
 */
final class Evidence {

    private static final Logger LOG = LoggerFactory.getLogger(Evidence.class);
    private static final int MOST_CASES = 64;

    private final Path directory;

    Evidence(Path directory) {
        this.directory = directory;
    }

    void keep(Origin origin, SourceFault fault, Instant at) {
        var digest =
                Sha256.of(
                        fault.offered()
                                .or(fault::entry)
                                .orElseGet(() -> fault.explanation().getBytes(UTF_8)));
        Path home =
                directory.resolve(Sha256.of(origin.text().getBytes(UTF_8)).hex().substring(0, 16));
        Path place = home.resolve(fault.kind().wire() + "-" + digest.hex().substring(0, 16));
        try {
            if (Files.exists(place) || cases(home) >= MOST_CASES) {
                return;
            }
            Files.createDirectories(place);
            Files.writeString(
                    place.resolve("explanation.txt"),
                    "ledger %s%nfound at %s%n%s%n".formatted(origin, at, fault.explanation()));
            if (fault.seen().isPresent()) {
                Files.write(place.resolve("seen.note"), fault.seen().get().bytes());
            }
            if (fault.offered().isPresent()) {
                Files.write(place.resolve("offered.note"), fault.offered().get());
            }
            if (fault.entry().isPresent()) {
                Files.write(place.resolve("entry"), fault.entry().get());
            }
            LOG.warn("evidence against {} is kept in {}", origin, place);
        } catch (IOException e) {
            LOG.error("cannot keep evidence against {} in {}", origin, place, e);
        }
    }

    private static long cases(Path home) throws IOException {
        if (!Files.isDirectory(home)) {
            return 0;
        }
        try (var list = Files.list(home)) {
            return list.count();
        }
    }
}
