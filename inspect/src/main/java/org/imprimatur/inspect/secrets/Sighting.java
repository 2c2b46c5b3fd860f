package org.imprimatur.inspect.secrets;

import java.util.Comparator;
import org.imprimatur.inspect.keys.PrivateKey;
import org.jspecify.annotations.Nullable;

/**
 * Something secret that was seen in content: what it is and where it begins, not the secret.
 *
 * @param offset of its first byte, or of the name before it, from the beginning of the content
 * @param name for people: {@code GitHub token}; of a key its description
 * @param key the key, if it is one, else null
 */
public record Sighting(long offset, SecretKind kind, String name, @Nullable PrivateKey key) {

    static final Comparator<Sighting> ORDER =
            Comparator.comparingLong(Sighting::offset)
                    .thenComparing(Sighting::kind)
                    .thenComparing(Sighting::name);

    /** Refuses a key without its description, and anything else with one. */
    public Sighting {
        if (offset < 0 || name.isBlank() || (kind == SecretKind.PRIVATE_KEY) != (key != null)) {
            throw new IllegalArgumentException("%s '%s' at %d".formatted(kind, name, offset));
        }
    }

    static Sighting of(long offset, PrivateKey key) {
        return new Sighting(offset, SecretKind.PRIVATE_KEY, key.description(), key);
    }

    static Sighting of(long offset, SecretKind kind, String name) {
        return new Sighting(offset, kind, name, null);
    }
}
