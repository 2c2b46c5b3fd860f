package org.imprimatur.node.subscription;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.imprimatur.register.Candidate.Software;
import org.imprimatur.register.Guid;
import org.imprimatur.register.ListedImage;
import org.imprimatur.register.ListedImage.Gone;
import org.imprimatur.register.ListedImages;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Person;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.StatementId;
import org.imprimatur.register.Version;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The tables {@code followed_list}, {@code list_state} and {@code listed_image}; the transaction is
 * the caller's. States and images are added, never changed but for their end, and never taken away.
 */
final class SubscriptionTable {

    private final Handle db;

    SubscriptionTable(Handle db) {
        this.db = db;
    }

    /**
     * How it stands with a list.
     *
     * @param states how many were taken
     * @param validators of the newest state; null for none
     */
    record Row(
            long states,
            @Nullable Instant verifiedAt,
            @Nullable String fault,
            @Nullable Validators validators) {}

    /**
     * With what the server named what it served.
     *
     * @param url from where it was had
     */
    record Validators(String url, @Nullable String etag, @Nullable String modified) {}

    /** A state that was taken. */
    record State(
            long number,
            UUID identifier,
            String version,
            Person signer,
            String contact,
            Instant expires,
            Instant takenAt) {}

    Optional<Row> find(Origin list) {
        return db.createQuery("select * from followed_list where name = :name")
                .bind("name", list.text())
                .map(
                        (row, _) -> {
                            var url = row.getString("url");
                            return new Row(
                                    row.getLong("states"),
                                    instant(row.getObject("verified_at", OffsetDateTime.class)),
                                    row.getString("fault"),
                                    url == null
                                            ? null
                                            : new Validators(
                                                    url,
                                                    row.getString("etag"),
                                                    row.getString("modified")));
                        })
                .findOne();
    }

    /**
     * Notes how it stands with so many states; what another node has noted of a later one stays.
     *
     * @param states how many were taken, which this does not change
     */
    void note(
            Origin list,
            long states,
            @Nullable Instant verifiedAt,
            @Nullable String fault,
            @Nullable Validators validators) {
        db.createUpdate(
                        """
                        insert into followed_list
                               (name, states, verified_at, fault, url, etag, modified)
                        values (:name, 0, :verifiedAt, :fault, :url, :etag, :modified)
                        on conflict (name) do update set verified_at = :verifiedAt,
                               fault = :fault, url = :url, etag = :etag, modified = :modified
                         where followed_list.states = :states
                        """)
                .bind("name", list.text())
                .bind("states", states)
                .bind("verifiedAt", verifiedAt)
                .bind("fault", fault)
                .bind("url", validators == null ? null : validators.url())
                .bind("etag", validators == null ? null : validators.etag())
                .bind("modified", validators == null ? null : validators.modified())
                .execute();
    }

    /**
     * Takes a state, after so many others.
     *
     * @return false where somebody else has taken one meanwhile
     */
    boolean take(
            Origin list,
            State state,
            byte[] message,
            ListedImages before,
            ListedImages after,
            Listing listing) {
        int moved =
                db.createUpdate(
                                """
                                update followed_list set states = :number
                                 where name = :name and states = :number - 1
                                """)
                        .bind("name", list.text())
                        .bind("number", state.number())
                        .execute();
        if (moved != 1) {
            return false;
        }
        db.createUpdate(
                        """
                        insert into list_state (list, number, identifier, version, subject, issuer,
                               contact, expires, taken_at, message)
                        values (:list, :number, :identifier, :version, :subject, :issuer,
                               :contact, :expires, :takenAt, :message)
                        """)
                .bind("list", list.text())
                .bind("number", state.number())
                .bind("identifier", state.identifier())
                .bind("version", state.version())
                .bind("subject", state.signer().subject())
                .bind("issuer", state.signer().issuer())
                .bind("contact", state.contact())
                .bind("expires", state.expires())
                .bind("takenAt", state.takenAt())
                .bind("message", message)
                .execute();
        var ended = new ArrayList<StatementId>();
        var begun = new ArrayList<ListedImage>();
        for (var image : after.all()) {
            var old = before.find(image.id()).orElse(null);
            if (image.equals(old)) {
                continue;
            }
            if (old != null && old.gone() == null) {
                ended.add(image.id());
            }
            if (listing.images().containsKey(image.id())) {
                begun.add(image);
            }
        }
        end(list, state.number(), ended);
        begin(list, state.number(), begun);
        return true;
    }

    private void end(Origin list, long number, List<StatementId> images) {
        if (images.isEmpty()) {
            return;
        }
        var batch =
                db.prepareBatch(
                        """
                        update listed_image set to_state = :number
                         where list = :list and id = :id and to_state is null
                        """);
        for (var id : images) {
            batch.bind("list", list.text())
                    .bind("number", number)
                    .bind("id", id.sha256().bytes())
                    .add();
        }
        batch.execute();
    }

    private void begin(Origin list, long number, List<ListedImage> images) {
        if (images.isEmpty()) {
            return;
        }
        var batch =
                db.prepareBatch(
                        """
                        insert into listed_image (list, id, from_state, guid, version, digest,
                               title, format, bytes, hypervisor, system, system_version,
                               architecture, location, until)
                        values (:list, :id, :number, :guid, :version, :digest,
                               :title, :format, :bytes, :hypervisor, :system, :systemVersion,
                               :architecture, :location, :until)
                        """);
        for (var image : images) {
            batch.bind("list", list.text())
                    .bind("id", image.id().sha256().bytes())
                    .bind("number", number)
                    .bind("guid", image.guid().uuid())
                    .bind("version", image.version().text())
                    .bind("digest", image.image().bytes())
                    .bind("title", image.title())
                    .bind("format", image.format())
                    .bind("bytes", image.fileBytes())
                    .bind("hypervisor", image.hypervisor())
                    .bind("system", image.software().name())
                    .bind("systemVersion", image.software().version())
                    .bind("architecture", image.software().architecture())
                    .bind("location", image.location())
                    .bind("until", image.until())
                    .add();
        }
        batch.execute();
    }

    /** The first states of a list, as many as asked for, in order, without their messages. */
    List<State> states(Origin list, long upTo) {
        return db.createQuery(
                        """
                        select number, identifier, version, subject, issuer, contact, expires,
                               taken_at
                          from list_state where list = :list and number <= :upTo order by number
                        """)
                .bind("list", list.text())
                .bind("upTo", upTo)
                .map(
                        (row, _) ->
                                new State(
                                        row.getLong("number"),
                                        row.getObject("identifier", UUID.class),
                                        row.getString("version"),
                                        new Person(
                                                row.getString("subject"), row.getString("issuer")),
                                        row.getString("contact"),
                                        row.getObject("expires", OffsetDateTime.class).toInstant(),
                                        row.getObject("taken_at", OffsetDateTime.class)
                                                .toInstant()))
                .list();
    }

    /** The message of a state. */
    byte[] message(Origin list, long number) {
        return db.createQuery(
                        "select message from list_state where list = :list and number = :number")
                .bind("list", list.text())
                .bind("number", number)
                .mapTo(byte[].class)
                .one();
    }

    /** What was known of the images when the last of these states had been taken. */
    ListedImages images(Origin list, List<State> states) {
        var images = new LinkedHashMap<StatementId, ListedImage>();
        long upTo = states.size();
        db.createQuery(
                        """
                        select * from listed_image where list = :list and from_state <= :upTo
                         order by from_state, guid, id
                        """)
                .bind("list", list.text())
                .bind("upTo", upTo)
                .map(
                        (row, _) -> {
                            var id = new StatementId(Sha256.ofBytes(row.getBytes("id")));
                            var first = images.get(id);
                            long from = first == null ? row.getLong("from_state") : first.from();
                            long to = row.getLong("to_state");
                            boolean gone = !row.wasNull() && to <= upTo;
                            var until = row.getObject("until", OffsetDateTime.class);
                            var begun = states.get((int) from - 1);
                            return new ListedImage(
                                    id,
                                    new Guid(row.getObject("guid", UUID.class)),
                                    new Version(row.getString("version")),
                                    Sha512.ofBytes(row.getBytes("digest")),
                                    row.getString("title"),
                                    row.getString("format"),
                                    row.getLong("bytes"),
                                    row.getString("hypervisor"),
                                    new Software(
                                            row.getString("system"),
                                            row.getString("system_version"),
                                            row.getString("architecture")),
                                    row.getString("location"),
                                    instant(until),
                                    from,
                                    begun.takenAt(),
                                    begun.signer(),
                                    gone ? gone(states.get((int) to - 1)) : null);
                        })
                .forEach(image -> images.put(image.id(), image));
        return new ListedImages(List.copyOf(images.values()));
    }

    private static Gone gone(State state) {
        return new Gone(state.version(), state.takenAt());
    }

    private static @Nullable Instant instant(@Nullable OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }
}
