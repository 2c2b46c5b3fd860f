package org.imprimatur.node.witness;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.imprimatur.ledger.Cosigner;
import org.imprimatur.ledger.MalformedInput;
import org.imprimatur.node.config.BadConfiguration;
import org.imprimatur.node.store.SecretFile;
import org.imprimatur.node.store.StoreException;

/** The witness's key in its file, apart from the ledger's. */
final class WitnessKey {

    private WitnessKey() {}

    /** Reads the key; makes it where there is none. */
    static Cosigner open(Path file, String name, SecureRandom random) {
        try {
            var key =
                    Cosigner.parse(
                            SecretFile.readOrMake(
                                    file, () -> Cosigner.generate(name, random).privateKeyText()));
            if (!key.verifier().name().equals(name)) {
                throw new BadConfiguration(
                        "the key in %s is of the witness %s, and the configuration says %s: correct \"witness.name\", or move the file away for a new key"
                                .formatted(file, key.verifier().name(), name));
            }
            return key;
        } catch (MalformedInput e) {
            throw new BadConfiguration(file + ": " + e.explanation());
        } catch (IOException e) {
            throw new StoreException("cannot use the witness's key " + file + ": " + e, e);
        }
    }
}
