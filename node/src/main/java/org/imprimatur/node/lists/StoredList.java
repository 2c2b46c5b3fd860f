package org.imprimatur.node.lists;

import java.time.Instant;
import org.imprimatur.register.Person;
import org.imprimatur.register.Sha256;

/**
 * The newest list at a path, as it is in the database.
 *
 * @param version its version, which only rises
 * @param signer who has signed it
 * @param byNode whether the node made it
 * @param content digest of what it says, without times and version
 * @param message as served
 */
@SuppressWarnings("ArrayRecordComponent")
record StoredList(
        String path,
        String version,
        Instant created,
        Instant expires,
        Person signer,
        boolean byNode,
        Sha256 content,
        byte[] message) {}
