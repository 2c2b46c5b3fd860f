package org.imprimatur.node.watch;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.imprimatur.inspect.MalformedSbom;
import org.imprimatur.inspect.SbomReader;
import org.imprimatur.inspect.packages.InstalledSystem;
import org.imprimatur.node.catalogue.Attachments;
import org.imprimatur.node.fetch.Fetch;
import org.imprimatur.node.fetch.FetchFailed;
import org.imprimatur.node.follow.Follows;
import org.imprimatur.node.store.StoreException;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Sha256;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bills of materials that endorsements name: from the node's own store of attachments, where
 * they are kept once they were fetched from a ledger that it follows.
 */
final class Sboms {

    private static final Logger LOG = LoggerFactory.getLogger(Sboms.class);
    private static final Duration WITHIN = Duration.ofSeconds(30);

    private final Attachments attachments;
    private final Follows follows;
    private final Fetch fetch;

    // Ledgers that did not answer in this round: the others do not wait for them again and again.
    private final Set<Origin> silent = new HashSet<>();

    Sboms(Attachments attachments, Follows follows, Fetch fetch) {
        this.attachments = attachments;
        this.follows = follows;
        this.fetch = fetch;
    }

    /** Whoever did not answer is asked again. */
    void begin() {
        silent.clear();
    }

    /**
     * What is installed on the images that name a bill of materials.
     *
     * @param ledgers that have endorsements which name it
     * @throws IOException with one sentence for people when that cannot be known now
     */
    InstalledSystem read(Sha256 sbom, Collection<Origin> ledgers) throws IOException {
        var here = attachments.find(sbom).filter(Files::isReadable);
        var read = here.isPresent() ? read(here.get(), sbom) : Optional.<InstalledSystem>empty();
        if (read.isPresent()) {
            return read.get();
        }
        return parsed(fetch(sbom, ledgers), sbom);
    }

    /** Empty where the copy on disk is not what it was. */
    private static Optional<InstalledSystem> read(Path file, Sha256 sbom) throws IOException {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (IOException e) {
            throw new IOException("its bill of materials cannot be read: " + e, e);
        }
        if (!Sha256.of(bytes).equals(sbom)) {
            LOG.error("{} is damaged: its digest is another", file);
            return Optional.empty();
        }
        return Optional.of(parsed(bytes, sbom));
    }

    private static InstalledSystem parsed(byte[] bytes, Sha256 sbom) throws IOException {
        try {
            return SbomReader.read(new ByteArrayInputStream(bytes));
        } catch (MalformedSbom e) {
            throw new IOException(
                    "its bill of materials %s cannot be read: %s".formatted(sbom, e.getMessage()),
                    e);
        } catch (RuntimeException e) {
            LOG.error("the bill of materials {} cannot be read", sbom, e);
            throw new IOException(
                    "its bill of materials %s cannot be read: see the log".formatted(sbom), e);
        }
    }

    private byte[] fetch(Sha256 sbom, Collection<Origin> ledgers) throws IOException {
        IOException last =
                new IOException(
                        "its bill of materials %s was not uploaded here, or is damaged on disk"
                                .formatted(sbom));
        for (var ledger : ledgers) {
            var source = follows.source(ledger);
            if (source.isEmpty()) {
                continue; // the own ledger
            }
            if (silent.contains(ledger)) {
                last = new IOException("%s did not answer".formatted(ledger));
                continue;
            }
            var uri = URI.create(source.get().url() + "/api/v1/attachments/" + sbom);
            try {
                byte[] bytes = fetch.bytes(uri, (int) Attachments.LARGEST, WITHIN);
                if (attachments.keep(sbom, bytes)) {
                    return bytes;
                }
                last = new IOException("%s answered with bytes of another digest".formatted(uri));
            } catch (FetchFailed e) {
                if (!e.answered()) {
                    silent.add(ledger);
                }
                last = new IOException("its bill of materials: " + e.explanation(), e);
            } catch (StoreException e) {
                throw new IOException("its bill of materials: " + e.getMessage(), e);
            }
        }
        throw last;
    }
}
