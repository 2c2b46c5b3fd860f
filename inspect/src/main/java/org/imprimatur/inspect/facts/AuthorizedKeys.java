package org.imprimatur.inspect.facts;

import java.util.List;
import org.imprimatur.inspect.keys.SshPublicKey;

/** A file of public keys whose owners may log in. */
public record AuthorizedKeys(String path, List<SshPublicKey> keys) {

    private static final int MAX_KEYS = 1000;

    /** Copies the list. */
    public AuthorizedKeys {
        keys = List.copyOf(keys);
    }

    /** Reads the text of an authorized_keys file; what the server would skip is skipped. */
    public static AuthorizedKeys parse(String path, String text) {
        return new AuthorizedKeys(
                path,
                ConfigReader.linesOf(text).stream()
                        .map(SshPublicKey::ofAuthorizedKeysLine)
                        .<SshPublicKey>mapMulti(
                                (key, next) -> {
                                    if (key != null) {
                                        next.accept(key);
                                    }
                                })
                        .limit(MAX_KEYS)
                        .toList());
    }
}
