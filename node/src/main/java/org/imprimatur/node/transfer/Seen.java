package org.imprimatur.node.transfer;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.imprimatur.node.driver.FileStamp;

/**
 * A file whose bytes were verified.
 *
 * @param stamp what it looked like then
 * @param verifiedAt when
 */
public record Seen(FileStamp stamp, Instant verifiedAt) {

    public Seen {
        verifiedAt = verifiedAt.truncatedTo(ChronoUnit.MICROS);
    }
}
