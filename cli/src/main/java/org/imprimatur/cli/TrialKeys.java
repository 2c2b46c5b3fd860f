package org.imprimatur.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.imprimatur.register.Person;
import org.imprimatur.trust.TrialAuthority;
import org.imprimatur.trust.TrialAuthority.KeyKind;

/**
 * A directory of keys for trials, under its own authority. Apart from the command, whose class is
 * looked into at every start of the program, since making certificates needs large libraries.
 */
final class TrialKeys {

    private TrialKeys() {}

    /** A person's new key and certificate. */
    record Made(Person person, Path certificate, Path key) {}

    /** Makes keys for these names; the authority too, where there is none yet. */
    static List<Made> make(Path directory, String kind, List<String> names) throws IOException {
        var keyKind = keyKind(kind);
        // All names are looked at before any file is written.
        var stems = names.stream().map(TrialKeys::stem).toList();
        var authority = authority(directory);
        var keys = names.stream().map(name -> issue(authority, name, keyKind)).toList();
        List<Made> made = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            var key = keys.get(i);
            var stem = stems.get(i);
            TrialAuthority.write(key, directory, stem);
            made.add(
                    new Made(
                            key.person(),
                            directory.resolve(stem + ".pem"),
                            directory.resolve(stem + "-key.pem")));
        }
        return made;
    }

    /** What the files of a person are called. */
    private static String stem(String name) {
        var stem =
                name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
        if (stem.isEmpty() || stem.length() > 64) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "the name '%s' cannot name a file; expected 1 to 64 characters, with a letter from a to z or a digit"
                            .formatted(name));
        }
        return stem;
    }

    private static org.imprimatur.trust.SigningKey issue(
            TrialAuthority authority, String name, KeyKind kind) {
        try {
            return authority.issue(name, kind);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        }
    }

    private static KeyKind keyKind(String text) {
        for (var kind : KeyKind.values()) {
            if (kind.name().equals(text.toUpperCase(Locale.ROOT).replace('-', '_'))) {
                return kind;
            }
        }
        throw new CommandFailure(
                ExitCode.USAGE,
                "'%s' is not rsa-2048, rsa-3072, rsa-4096, ec-p256, ec-p384 or ed25519"
                        .formatted(text));
    }

    private static TrialAuthority authority(Path directory) throws IOException {
        var home = directory.resolve("authority");
        if (Files.exists(home)) {
            return TrialAuthority.read(home, At.CLOCK, new SecureRandom());
        }
        var authority =
                TrialAuthority.create("Trial CA", KeyKind.EC_P256, At.CLOCK, new SecureRandom());
        authority.writeTo(home);
        authority.writeAnchors(directory.resolve("anchors"));
        return authority;
    }
}
