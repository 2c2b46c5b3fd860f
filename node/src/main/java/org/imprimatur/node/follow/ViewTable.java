package org.imprimatur.node.follow;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.imprimatur.exchange.CharterJson;
import org.imprimatur.node.http.Json;
import org.imprimatur.register.Charter;
import org.imprimatur.register.KnownFlaws;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Person;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.StrictJson;
import org.jdbi.v3.core.Handle;

/**
 * The tables {@code decision_view}, what was in view when something was decided, and {@code
 * charter}, the charters that it names; both by the digest of what they hold. Rows are added here,
 * and go when a ledger is forgotten; a view goes too when the decisions that rest on it are kept no
 * longer.
 */
public final class ViewTable {

    private static final int MAX_BYTES = 16 * 1024 * 1024;
    private static final int MAX_LEDGERS = 100_000;

    private final Handle db;

    /** In one transaction. */
    public ViewTable(Handle db) {
        this.db = db;
    }

    /**
     * Keeps it, and gives its digest.
     *
     * @param at when something is decided that rests on it
     */
    public Sha256 keep(Seen seen, Instant at) {
        var json = Json.object();
        var list = json.putArray("ledgers");
        for (var ledger : seen.ledgers()) {
            var item =
                    list.addObject()
                            .put("charter", digest(ledger.charter()).toString())
                            .put("size", ledger.size());
            if (ledger.verifiedAt() != null) {
                item.put("verifiedAt", ledger.verifiedAt().toString());
            }
            if (ledger.fault() != null) {
                item.put("fault", ledger.fault());
            }
        }
        if (!seen.lists().isEmpty()) {
            var lists = json.putArray("lists");
            seen.lists().forEach(one -> write(lists.addObject(), one));
        }
        var flaws = seen.flaws();
        Long revision = flaws == null ? null : Long.valueOf(flaws.revision());
        if (flaws != null) {
            json.putObject("flaws")
                    .put("revision", flaws.revision())
                    .put("feedAge", flaws.feedAge().toString());
        }
        byte[] text = Json.bytes(json);
        var digest = Sha256.of(text);
        use(digest, at);
        boolean added =
                db.createUpdate(
                                        """
                                        insert into decision_view (digest, text, flaws, used_at)
                                        values (:digest, :text, :flaws, :at) on conflict do nothing
                                        """)
                                .bind("digest", digest.bytes())
                                .bind("text", new String(text, StandardCharsets.UTF_8))
                                .bind("flaws", revision)
                                .bind("at", at)
                                .execute()
                        == 1;
        if (added) {
            seen.ledgers().forEach(ledger -> keep(ledger.charter()));
        }
        return digest;
    }

    /**
     * Notes that it is still used, once an hour at most. This comes first: one that is just being
     * taken away is waited for, and added again.
     */
    private void use(Sha256 digest, Instant at) {
        db.createUpdate(
                        """
                        update decision_view set used_at = :at
                         where digest = :digest and used_at < :at - interval '1 hour'
                        """)
                .bind("digest", digest.bytes())
                .bind("at", at)
                .execute();
    }

    private static void write(ObjectNode item, Seen.Listed list) {
        item.put("name", list.name().text())
                .put("owner", list.owner().toString())
                .put("subject", list.signer().subject())
                .put("issuer", list.signer().issuer())
                .put("state", list.state());
        if (list.verifiedAt() != null) {
            item.put("verifiedAt", list.verifiedAt().toString());
        }
        if (list.fault() != null) {
            item.put("fault", list.fault());
        }
    }

    private static Seen.Listed list(StrictJson.Members item) {
        return new Seen.Listed(
                item.value("name", Origin::new),
                item.value("owner", Owner::parse),
                new Person(item.text("subject"), item.text("issuer")),
                item.number("state"),
                item.has("verifiedAt") ? item.value("verifiedAt", Instant::parse) : null,
                item.optionalText("fault"));
    }

    private static KnownFlaws.AsOf flaws(StrictJson.Members item) {
        return new KnownFlaws.AsOf(item.number("revision"), item.value("feedAge", Duration::parse));
    }

    private void keep(Charter charter) {
        db.createUpdate(
                        """
                        insert into charter (digest, bytes) values (:digest, :bytes)
                        on conflict do nothing
                        """)
                .bind("digest", digest(charter).bytes())
                .bind("bytes", CharterJson.write(charter))
                .execute();
    }

    private static Sha256 digest(Charter charter) {
        return Sha256.of(CharterJson.write(charter));
    }

    /**
     * Forgets what was in view together with a ledger. It may have other entries when it is
     * followed again, and none of these decisions rested on them.
     */
    void forget(Origin ledger) {
        db.createUpdate(
                        """
                        delete from decision_view using charter
                         where convert_from(charter.bytes, 'UTF8')::json ->> 'origin' = :origin
                           and position(encode(charter.digest, 'hex') in text) > 0
                        """)
                .bind("origin", ledger.text())
                .execute();
    }

    /** What was in view. */
    public Optional<Seen> find(Sha256 digest) {
        return db.createQuery("select text from decision_view where digest = :digest")
                .bind("digest", digest.bytes())
                .mapTo(String.class)
                .findOne()
                .map(this::read);
    }

    private Seen read(String text) {
        var json = StrictJson.read(text.getBytes(StandardCharsets.UTF_8), MAX_BYTES);
        return new Seen(
                json.objects("ledgers", MAX_LEDGERS).stream()
                        .map(
                                item ->
                                        new Seen.Ledger(
                                                charter(item.value("charter", Sha256::parse)),
                                                item.number("size"),
                                                item.has("verifiedAt")
                                                        ? item.value("verifiedAt", Instant::parse)
                                                        : null,
                                                item.optionalText("fault")))
                        .toList(),
                json.has("lists")
                        ? json.objects("lists", MAX_LEDGERS).stream().map(ViewTable::list).toList()
                        : List.of(),
                json.has("flaws") ? flaws(json.object("flaws")) : null);
    }

    private Charter charter(Sha256 digest) {
        return CharterJson.read(
                db.createQuery("select bytes from charter where digest = :digest")
                        .bind("digest", digest.bytes())
                        .mapTo(byte[].class)
                        .one());
    }
}
