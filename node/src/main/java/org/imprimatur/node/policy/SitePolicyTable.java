package org.imprimatur.node.policy;

import java.time.Instant;
import java.util.Optional;
import org.imprimatur.register.Sha256;
import org.jdbi.v3.core.Handle;

/** The table {@code site_policy}: every policy that was ever in force. Rows are only added. */
public final class SitePolicyTable {

    private final Handle db;

    /** The table, in one transaction. */
    public SitePolicyTable(Handle db) {
        this.db = db;
    }

    /** Keeps a policy's text; one that is there already changes nothing. */
    void keep(Sha256 digest, String text, Instant at) {
        db.createUpdate(
                        """
                        insert into site_policy (digest, text, used_at) values (:digest, :text, :at)
                        on conflict (digest) do nothing
                        """)
                .bind("digest", digest.bytes())
                .bind("text", text)
                .bind("at", at)
                .execute();
    }

    /** The text of a policy, for {@link SiteRules#read}. */
    public Optional<String> find(Sha256 digest) {
        return db.createQuery("select text from site_policy where digest = :digest")
                .bind("digest", digest.bytes())
                .mapTo(String.class)
                .findOne();
    }
}
