package org.imprimatur.inspect.rules;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Where profiles come from: those that are shipped, and files. */
public final class Profiles {

    /** The names of the profiles that are shipped, the default first. */
    public static final List<String> SHIPPED = List.of("egi", "jspg-2010", "site-worker", "strict");

    private Profiles() {}

    /** The shipped profile of this name, with or without its version; empty if there is none. */
    public static Optional<Profile> shipped(String name) {
        int slash = name.indexOf('/');
        var alone = slash < 0 ? name : name.substring(0, slash);
        if (!SHIPPED.contains(alone)) {
            return Optional.empty();
        }
        var profile = alone.equals("egi") ? Profile.EGI_1 : read(alone);
        return slash < 0 || profile.id().equals(name) ? Optional.of(profile) : Optional.empty();
    }

    /** Reads a shipped profile, as its text stands. */
    static Profile read(String name) {
        return new ProfileReader("profile " + name, null).read(text(name), 0);
    }

    /** The text of a shipped profile, with its comments, as an example for one's own. */
    public static String text(String name) {
        if (!SHIPPED.contains(name)) {
            throw new IllegalArgumentException("no profile '%s' is shipped".formatted(name));
        }
        try (var in = Profiles.class.getResourceAsStream("profiles/" + name + ".yaml")) {
            if (in == null) {
                throw new IllegalStateException("the jar lacks the profile " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The profile in a file, with the profiles that it extends.
     *
     * @throws InvalidProfile with every fault that was found
     * @throws IOException if the file cannot be read
     */
    public static Profile read(Path file) throws IOException {
        return ProfileReader.ofFile(file).read(content(file), 0);
    }

    /** Whether a name is that of a file: it ends as YAML files do. */
    public static boolean isFileName(String name) {
        return name.endsWith(".yaml") || name.endsWith(".yml");
    }

    /** The text of a file; never more than a profile may have. */
    static String content(Path file) throws IOException {
        byte[] bytes;
        try (var in = Files.newInputStream(file)) {
            bytes = in.readNBytes(StrictYaml.MAX_TEXT + 1);
        }
        if (bytes.length > StrictYaml.MAX_TEXT) {
            throw new InvalidProfile(
                    List.of(
                            new ProfileFault(
                                    file.toString(),
                                    1,
                                    "more than %d bytes".formatted(StrictYaml.MAX_TEXT))));
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new InvalidProfile(
                    List.of(new ProfileFault(file.toString(), 1, "is not UTF-8 text")));
        }
    }
}
