package org.imprimatur.trust;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A file among good trust anchors. What is wrong with it is told, and harms nobody but its own
 * authority. The first byte chooses what its name says that it is.
 */
public final class AnchorFileFuzz {

    private static final TrialAuthority AUTHORITY = Samples.authority();
    private static final byte[] ALICE = Certificates.der(AUTHORITY.issue("Alice").certificate());
    private static final String HASH =
            Namespaces.hashes(AUTHORITY.certificate().getSubjectX500Principal()).getFirst();
    private static final List<String> NAMES =
            List.of(
                    "other.pem",
                    "other.crl",
                    HASH + ".r1",
                    HASH + ".namespaces",
                    HASH + ".signing_policy",
                    "00000000.namespaces",
                    "00000000.signing_policy",
                    "00000000.r0");

    /** Files of an authority that this one is not: they never stand in Alice's way. */
    private static final int FIRST_OF_OTHERS = 5;

    private static final Path DIRECTORY = anchors();

    private AnchorFileFuzz() {}

    private static Path anchors() {
        try {
            var directory = Files.createTempDirectory("anchors");
            AUTHORITY.writeAnchors(directory);
            // What is named last goes first.
            directory.toFile().deleteOnExit();
            try (var files = Files.list(directory)) {
                files.forEach(file -> file.toFile().deleteOnExit());
            }
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One good file of each kind. */
    public static Stream<byte[]> seeds() throws IOException {
        var seeds = new ArrayList<byte[]>();
        try (var files = Files.list(DIRECTORY)) {
            for (var file : files.sorted().toList()) {
                seeds.add(named(0, Files.readAllBytes(file)));
                seeds.add(named(2, Files.readAllBytes(file)));
            }
        }
        var name = SlashName.of(AUTHORITY.certificate().getSubjectX500Principal());
        for (int i : new int[] {3, 5}) {
            seeds.add(
                    named(
                            i,
                            "TO Issuer \"%s\" \\\n  PERMIT Subject \"/O=Imprimatur trials/.*\"\n"
                                    .formatted(name)
                                    .getBytes(StandardCharsets.UTF_8)));
            seeds.add(
                    named(
                            i + 1,
                            "access_id_CA X509 '%s'\npos_rights globus CA:sign\ncond_subjects globus '\"/O=*\"'\n"
                                    .formatted(name)
                                    .getBytes(StandardCharsets.UTF_8)));
        }
        return seeds.stream();
    }

    private static byte[] named(int which, byte[] content) {
        byte[] all = new byte[content.length + 1];
        all[0] = (byte) which;
        System.arraycopy(content, 0, all, 1, content.length);
        return all;
    }

    /** Ends with anchors, and what could not be used of them. */
    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        if (input.length == 0) {
            return;
        }
        int which = Byte.toUnsignedInt(input[0]) % NAMES.size();
        var file = DIRECTORY.resolve(NAMES.get(which));
        var before =
                Files.exists(file)
                        ? Optional.of(Files.readAllBytes(file))
                        : Optional.<byte[]>empty();
        Files.write(file, Arrays.copyOfRange(input, 1, input.length));
        try {
            var anchors = TrustAnchors.directory(DIRECTORY, CrlMode.IF_PRESENT);
            for (var problem : anchors.problems()) {
                if (problem.explanation().isBlank()) {
                    throw new AssertionError("no explanation of " + problem.file());
                }
            }
            var verdict = anchors.judge(List.of(ALICE), Samples.NOW);
            if (which >= FIRST_OF_OTHERS
                    && which < NAMES.size() - 1
                    && !(verdict instanceof ChainVerdict.Valid)) {
                throw new AssertionError("another authority's file refuses " + verdict);
            }
        } finally {
            restore(file, before);
        }
    }

    /** The authority has a file of one of the names, which the next input finds as it was. */
    private static void restore(Path file, Optional<byte[]> content) throws IOException {
        if (content.isPresent()) {
            Files.write(file, content.get());
        } else {
            Files.delete(file);
        }
    }
}
