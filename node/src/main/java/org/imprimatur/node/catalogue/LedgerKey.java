package org.imprimatur.node.catalogue;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.imprimatur.ledger.MalformedInput;
import org.imprimatur.ledger.NoteSigner;
import org.imprimatur.node.store.SecretFile;
import org.imprimatur.node.store.StoreException;
import org.imprimatur.register.Origin;

/** The ledger's key in its file, which only the node's user may read. */
final class LedgerKey {

    private LedgerKey() {}

    /** Reads the key; makes it where there is none. */
    static NoteSigner open(Path file, Origin origin, SecureRandom random) {
        try {
            var key =
                    NoteSigner.parse(
                            SecretFile.readOrMake(
                                    file,
                                    () ->
                                            NoteSigner.generate(origin.text(), random)
                                                    .privateKeyText()));
            if (!key.name().equals(origin.text())) {
                throw new LedgerFault(
                        "the key in %s is of the ledger %s, and this node is %s: correct \"name\", or use another data directory"
                                .formatted(file, key.name(), origin));
            }
            return key;
        } catch (MalformedInput e) {
            throw new LedgerFault(file + ": " + e.getMessage());
        } catch (IOException e) {
            throw new StoreException("cannot use the ledger's key " + file + ": " + e, e);
        }
    }
}
