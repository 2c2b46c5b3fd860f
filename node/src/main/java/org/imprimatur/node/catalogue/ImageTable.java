package org.imprimatur.node.catalogue;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.imprimatur.register.Guid;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Recorded;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.Statement.Endorsement;
import org.imprimatur.register.Tag;
import org.jdbi.v3.core.Handle;

/** The {@code image} table: endorsed images, for lists that filter and page. */
final class ImageTable {

    /** What a list may be narrowed to. */
    record Filter(
            Optional<Tag> tag,
            Optional<Owner> owner,
            Optional<Sha512> digest,
            Optional<Guid> guid) {}

    private final Handle db;

    ImageTable(Handle db) {
        this.db = db;
    }

    void add(List<Recorded<Endorsement>> endorsements) {
        var batch =
                db.prepareBatch(
                        """
                        insert into image (index, endorsement, guid, version, tag, owner, digest)
                        values (:index, :endorsement, :guid, :version, :tag, :owner, :digest)
                        """);
        for (var entry : endorsements) {
            Endorsement endorsement = entry.statement();
            Tag tag = endorsement.tag();
            batch.bind("index", entry.index())
                    .bind("endorsement", entry.id().sha256().bytes())
                    .bind("guid", endorsement.guid().uuid())
                    .bind("version", endorsement.version().text())
                    .bind("tag", tag == null ? null : tag.text())
                    .bind("owner", endorsement.owner().toString())
                    .bind("digest", endorsement.image().bytes())
                    .add();
        }
        batch.execute();
    }

    /** Indexes of endorsements below {@code before}, newest first, at most {@code limit}. */
    List<Long> newest(Filter filter, long before, int limit) {
        return db.createQuery(
                        """
                        select index from image
                         where index < :before
                           and (cast(:tag as text) is null or tag = cast(:tag as text))
                           and (cast(:owner as text) is null or owner = cast(:owner as text))
                           and (cast(:digest as bytea) is null or digest = cast(:digest as bytea))
                           and (cast(:guid as uuid) is null or guid = cast(:guid as uuid))
                         order by index desc
                         limit :limit
                        """)
                .bind("before", before)
                .bind("tag", filter.tag().map(Tag::text).orElse(null))
                .bind("owner", filter.owner().map(Owner::toString).orElse(null))
                .bind("digest", filter.digest().map(Sha512::bytes).orElse(null))
                .bindByType("guid", filter.guid().map(Guid::uuid).orElse(null), UUID.class)
                .bind("limit", limit)
                .mapTo(Long.class)
                .list();
    }
}
