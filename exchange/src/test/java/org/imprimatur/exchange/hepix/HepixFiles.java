package org.imprimatur.exchange.hepix;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.imprimatur.exchange.hepix.ListVerifier.Expected;
import org.imprimatur.trust.CrlMode;
import org.imprimatur.trust.TrustAnchors;

/** Lists that OpenSSL has signed, with the verdict that each must get. */
final class HepixFiles {

    /** The moment that all of them are about. */
    static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

    private static final Path DIRECTORY = Path.of("src/test/resources/hepix");

    private HepixFiles() {}

    /**
     * A row of the table.
     *
     * @param options those of the command, and the directory of anchors
     * @param images the reasons of the unusable images, in their order
     */
    record Case(
            String name, List<String> options, String verdict, String reason, List<String> images) {

        byte[] message() {
            return bytes(name + ".list");
        }

        Optional<String> option(String option) {
            return options.stream()
                    .filter(one -> one.startsWith(option + "="))
                    .map(one -> one.substring(option.length() + 1))
                    .findFirst();
        }

        ListVerifier verifier() {
            var directory = options.stream().filter(one -> one.startsWith("anchors-")).findFirst();
            return new ListVerifier(
                    anchors(
                            directory.orElse("anchors"),
                            options.contains("--require-crls")
                                    ? CrlMode.REQUIRE
                                    : CrlMode.IF_PRESENT),
                    options.contains("--legacy-sha1"),
                    new Expected(
                            option("--endorser"),
                            option("--issuer"),
                            () ->
                                    option("--previous")
                                            .map(held -> ImageList.readAny(bytes(held + ".list"))),
                            Optional.empty()));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        return new String(bytes("verdicts.tsv"), java.nio.charset.StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(
                        line -> {
                            var part = line.split("\t", -1);
                            return new Case(
                                    part[0],
                                    part[1].equals("-") ? List.of() : List.of(part[1].split("\\|")),
                                    part[2],
                                    part[3],
                                    part[4].equals("-") ? List.of() : List.of(part[4].split(",")));
                        });
    }

    static Case named(String name) {
        return cases().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
    }

    static TrustAnchors anchors(String name, CrlMode mode) {
        try {
            return TrustAnchors.directory(DIRECTORY.resolve(name), mode);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] bytes(String file) {
        try {
            return Files.readAllBytes(DIRECTORY.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
