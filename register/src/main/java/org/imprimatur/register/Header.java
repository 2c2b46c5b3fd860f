package org.imprimatur.register;

import java.time.Instant;

/**
 * What every statement begins with.
 *
 * @param ledger the one ledger that the statement is meant for
 * @param signer the person who signs
 * @param issuedAt the signer's clock, cut to microseconds
 * @param nonce makes two equal acts two statements
 */
public record Header(Origin ledger, Person signer, Instant issuedAt, Nonce nonce) {

    public Header {
        issuedAt = Text.instant("issuedAt", issuedAt);
    }
}
