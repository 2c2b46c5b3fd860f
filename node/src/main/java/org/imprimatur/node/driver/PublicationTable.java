package org.imprimatur.node.driver;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.StatementId;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jspecify.annotations.Nullable;

/** The {@code publication} table; the transaction is the caller's. */
final class PublicationTable {

    private static final String COLUMNS =
            """
            select mark, driver, file_name, digest, catalogue, endorsement, state, why, driver_id,
                   converted, attempts, retry_at, changed_at
              from publication
            """;

    private final Handle db;

    PublicationTable(Handle db) {
        this.db = db;
    }

    /** Those of a driver that may be there, and those that were removed after that time. */
    List<Publication> ofDriver(String driver, Instant removedAfter) {
        return db.createQuery(
                        COLUMNS
                                + """
                                 where driver = :driver
                                   and (state <> 'removed' or changed_at > :after)
                                 order by changed_at, mark
                                """)
                .bind("driver", driver)
                .bind("after", removedAfter)
                .map((row, _) -> publication(row))
                .list();
    }

    /** The newest, of one driver or state where these are asked for. */
    List<Publication> newest(@Nullable String driver, @Nullable String state, int most) {
        return db.createQuery(
                        COLUMNS
                                + """
                                 where (:driver::text is null or driver = :driver)
                                   and (:state::text is null or state = :state)
                                 order by changed_at desc, mark limit :most
                                """)
                .bind("driver", driver)
                .bind("state", state)
                .bind("most", most)
                .map((row, _) -> publication(row))
                .list();
    }

    /** How many images may be offered by each driver that there ever was. */
    Map<String, Long> offered() {
        return db.createQuery(
                        """
                        select driver, count(*) as offered from publication
                         where state not in ('withdrawn', 'removed') group by driver
                        """)
                .reduceRows(
                        new TreeMap<>(),
                        (all, row) -> {
                            all.put(
                                    row.getColumn("driver", String.class),
                                    row.getColumn("offered", Long.class));
                            return all;
                        });
    }

    /** What a driver has under that id of its own; empty where it is not exactly one image. */
    Optional<PublishedImages.Meant> at(String driver, String driverId) {
        var found =
                db.createQuery(
                                """
                                select distinct on (digest) digest, converted from publication
                                 where driver = :driver and driver_id = :driverId
                                   and state <> 'removed'
                                 order by digest, state = 'published' desc, changed_at desc limit 2
                                """)
                        .bind("driver", driver)
                        .bind("driverId", driverId)
                        .map(
                                (row, _) ->
                                        new PublishedImages.Meant(
                                                Sha512.ofBytes(row.getBytes("digest")),
                                                sha512(row.getBytes("converted"))))
                        .list();
        return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
    }

    /**
     * The endorsed image that a file was made of; of several, which have the same disk then, one
     * that is published now.
     */
    Optional<Sha512> madeOf(Sha512 file) {
        return db.createQuery(
                        """
                        select digest from publication where converted = :file
                         order by state = 'published' desc, changed_at desc, mark limit 1
                        """)
                .bind("file", file.bytes())
                .mapTo(byte[].class)
                .findOne()
                .map(Sha512::ofBytes);
    }

    /** Every file that was ever made of an image. */
    Set<Sha512> made() {
        return db.createQuery(
                        "select distinct converted from publication where converted is not null")
                .mapTo(byte[].class)
                .map(Sha512::ofBytes)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Whether a file was made of that image, and proven to hold its disk. */
    boolean isMadeOf(Sha512 file, Sha512 image) {
        return db.createQuery(
                        """
                        select exists (select from publication
                                        where converted = :file and digest = :image)
                        """)
                .bind("file", file.bytes())
                .bind("image", image.bytes())
                .mapTo(boolean.class)
                .one();
    }

    /** Those whose file is in use, or about to be, in any driver's pool. */
    List<Publication> current() {
        return db.createQuery(
                        COLUMNS
                                + """
                                 where state in ('publishing', 'published', 'failed')
                                """)
                .map((row, _) -> publication(row))
                .list();
    }

    /** Notes a new one; false when the file is already at the driver. */
    boolean begin(Publication publication) {
        return bound(
                                db.createUpdate(
                                        """
                                        insert into publication
                                               (mark, driver, file_name, digest, catalogue,
                                                endorsement, state, why, driver_id, attempts,
                                                retry_at, changed_at)
                                        values (:mark, :driver, :fileName, :digest, :catalogue,
                                                :endorsement, :state, :why, :driverId, :attempts,
                                                :retryAt, :changedAt)
                                        on conflict do nothing
                                        """),
                                publication)
                        .execute()
                == 1;
    }

    /** Notes which file is made for one; false when it is no longer in the state that it was in. */
    boolean made(Publication publication, Sha512 converted) {
        return db.createUpdate(
                                """
                                update publication set converted = :converted
                                 where mark = :mark and state = :state
                                """)
                        .bind("converted", converted.bytes())
                        .bind("mark", publication.mark().uuid())
                        .bind("state", publication.state().wire())
                        .execute()
                == 1;
    }

    /** Notes what became of one; false when it is no longer in the state that it was in. */
    boolean move(Publication.State from, Publication to) {
        return bound(
                                db.createUpdate(
                                        """
                                        update publication
                                           set catalogue = :catalogue, endorsement = :endorsement,
                                               state = :state, why = :why, driver_id = :driverId,
                                               attempts = :attempts, retry_at = :retryAt,
                                               changed_at = :changedAt
                                         where mark = :mark and state = :from
                                        """),
                                to)
                        .bind("from", from.wire())
                        .execute()
                == 1;
    }

    private static <S extends SqlStatement<S>> S bound(S statement, Publication publication) {
        return statement
                .bind("mark", publication.mark().uuid())
                .bind("driver", publication.driver())
                .bind("fileName", publication.name().text())
                .bind("digest", publication.digest().bytes())
                .bind("catalogue", publication.catalogue().text())
                .bind("endorsement", publication.endorsement().sha256().bytes())
                .bind("state", publication.state().wire())
                .bind("why", publication.why())
                .bind("driverId", publication.driverId())
                .bind("attempts", publication.attempts())
                .bind("retryAt", publication.retryAt())
                .bind("changedAt", publication.changedAt());
    }

    private static Publication publication(ResultSet row) throws SQLException {
        return new Publication(
                new Mark(row.getObject("mark", UUID.class)),
                row.getString("driver"),
                new ImageFileName(row.getString("file_name")),
                Sha512.ofBytes(row.getBytes("digest")),
                new Origin(row.getString("catalogue")),
                new StatementId(Sha256.ofBytes(row.getBytes("endorsement"))),
                Publication.State.parse(row.getString("state")),
                row.getString("why"),
                row.getString("driver_id"),
                sha512(row.getBytes("converted")),
                row.getInt("attempts"),
                instant(row, "retry_at"),
                row.getObject("changed_at", OffsetDateTime.class).toInstant());
    }

    private static @Nullable Sha512 sha512(byte @Nullable [] bytes) {
        return bytes == null ? null : Sha512.ofBytes(bytes);
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        var at = row.getObject(column, OffsetDateTime.class);
        return at == null ? null : at.toInstant();
    }
}
