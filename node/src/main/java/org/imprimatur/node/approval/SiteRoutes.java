package org.imprimatur.node.approval;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.Predicate;
import org.imprimatur.node.catalogue.ImageJson;
import org.imprimatur.node.driver.DirectoryStore;
import org.imprimatur.node.follow.Follows;
import org.imprimatur.node.follow.SiteView;
import org.imprimatur.node.http.Answer;
import org.imprimatur.node.http.Json;
import org.imprimatur.node.http.Request;
import org.imprimatur.node.transfer.Approved;
import org.imprimatur.node.transfer.Transfer;
import org.imprimatur.node.transfer.TransferKey;
import org.imprimatur.node.transfer.Transfers;
import org.imprimatur.register.Guid;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Recorded;
import org.imprimatur.register.Register;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.SitePolicy;
import org.imprimatur.register.Standing;
import org.imprimatur.register.Statement;
import org.imprimatur.register.Statement.Endorsement;
import org.imprimatur.register.StatementId;
import org.imprimatur.register.Tag;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/site/…}: what a site knows of images and of the ledgers that it follows. */
public final class SiteRoutes {

    private static final int MOST = 1000;

    private final SiteView view;
    private final Follows follows;
    private final Transfers transfers;
    private final DirectoryStore store;
    private final Notices notices;
    private final InstantSource clock;

    /** Routes to one site. */
    public SiteRoutes(
            SiteView view,
            Follows follows,
            Transfers transfers,
            DirectoryStore store,
            Notices notices,
            InstantSource clock) {
        this.view = view;
        this.follows = follows;
        this.transfers = transfers;
        this.store = store;
        this.notices = notices;
        this.clock = clock;
    }

    /**
     * What the site makes of one endorsement.
     *
     * @param why one sentence; null where the state says all
     * @param refusal the site's word, where it is that; else null
     */
    private record State(
            String wire,
            @Nullable String why,
            @Nullable Recorded<? extends Statement.SiteWord> refusal) {

        State(String wire, @Nullable String why) {
            this(wire, why, null);
        }
    }

    private record Item(
            Origin catalogue,
            Recorded<Endorsement> endorsement,
            State state,
            ImageJson.Later later) {}

    /** The endorsed images, newest first, at most 1000 of a state or of all. */
    public Answer images(Request request) {
        request.checkQuery("state", "guid", "digest", "owner", "tag", "endorsement");
        var state = request.query("state", text -> text);
        var which = which(request);
        Instant now = clock.instant();
        var all =
                view.ask(
                        (standing, policy) -> {
                            var items = new ArrayList<Item>();
                            for (var register : Approved.registers(standing)) {
                                for (var endorsement : register.endorsements()) {
                                    if (!which.test(endorsement)) {
                                        continue;
                                    }
                                    var found = state(standing, policy, register, endorsement, now);
                                    if (state.isEmpty() || state.get().equals(found.wire())) {
                                        items.add(
                                                new Item(
                                                        register.charter().origin(),
                                                        endorsement,
                                                        found,
                                                        ImageJson.Later.of(
                                                                register, endorsement, now)));
                                    }
                                }
                            }
                            return items;
                        });
        all.sort(
                Comparator.comparing((Item item) -> item.endorsement().admittedAt())
                        .reversed()
                        .thenComparing(item -> item.endorsement().id().hex()));
        var json = Json.object();
        var list = json.putArray("images");
        var told = notices.all();
        all.stream()
                .limit(MOST)
                .forEach(
                        item -> {
                            var image = list.addObject();
                            write(image, item);
                            var refusal = item.state().refusal();
                            if (refusal != null) {
                                refusal(image, refusal, told.get(refusal.id()));
                            }
                        });
        return Answer.json(200, json);
    }

    private static Predicate<Recorded<Endorsement>> which(Request request) {
        Predicate<Recorded<Endorsement>> which =
                request.query("endorsement", StatementId::parse)
                        .<Predicate<Recorded<Endorsement>>>map(id -> one -> one.id().equals(id))
                        .orElse(one -> true);
        return which.and(said(request, "guid", Guid::parse, (guid, one) -> guid.equals(one.guid())))
                .and(
                        said(
                                request,
                                "digest",
                                Sha512::parse,
                                (image, one) -> image.equals(one.image())))
                .and(
                        said(
                                request,
                                "owner",
                                Owner::parse,
                                (owner, one) -> owner.equals(one.owner())))
                .and(said(request, "tag", Tag::new, (tag, one) -> tag.equals(one.tag())));
    }

    private static <T> Predicate<Recorded<Endorsement>> said(
            Request request,
            String member,
            Function<String, T> reader,
            BiPredicate<T, Endorsement> says) {
        return request.query(member, reader)
                .<Predicate<Recorded<Endorsement>>>map(
                        wanted -> one -> says.test(wanted, one.statement()))
                .orElse(one -> true);
    }

    private State state(
            Standing standing,
            SitePolicy policy,
            Register register,
            Recorded<Endorsement> entry,
            Instant now) {
        var revocation = register.revocation(entry.id()).orElse(null);
        if (revocation != null) {
            return new State(
                    "revoked",
                    "revoked by %s as %s: %s"
                            .formatted(
                                    revocation.statement().signer().subject(),
                                    revocation.statement().reason().wire(),
                                    revocation.statement().explanation()));
        }
        var blocks = Approved.blocks(standing, policy.site(), entry);
        if (!blocks.isEmpty()) {
            return new State("blocked", String.join("; ", blocks));
        }
        var lapse = register.lapse(entry.id(), now);
        if (lapse.isPresent()) {
            return new State("withdrawn", why(lapse.get()));
        }
        var word =
                standing.own()
                        .word(policy.site(), register.charter().origin(), entry.id())
                        .orElse(null);
        return switch (word == null ? null : word.statement()) {
            case null ->
                    Approved.byRule(standing, policy, register, entry, now)
                            ? approved(register, entry)
                            : new State("eligible", null);
            case Statement.Refusal refusal ->
                    new State(
                            "refused",
                            "refused by %s: %s"
                                    .formatted(refusal.signer().subject(), refusal.explanation()),
                            word);
            case Statement.Approval _ -> approved(register, entry);
        };
    }

    private static String why(Register.Lapse lapse) {
        return switch (lapse) {
            case REVOKED -> "it was revoked";
            case SUSPENDED -> "its endorser is suspended";
            case ROLE_ENDED -> "its endorser no longer holds the role";
            case DISPUTED ->
                    "it, or what it rests on, was signed with a certificate that had been revoked"
                            + " by then, as its authority says";
            case ENDED -> "its planned end has come";
            case WAIVER_EXPIRED -> "a waiver that it needs has expired";
            case CONTRIBUTOR_NOT_ENDORSED -> "a part of the image is not endorsed any more";
        };
    }

    private State approved(Register register, Recorded<Endorsement> entry) {
        var transfer =
                transfers
                        .find(new TransferKey(register.charter().origin(), entry.id()))
                        .orElse(null);
        if (transfer == null) {
            return new State("approved", null);
        }
        return switch (transfer.state()) {
            case TRANSFERRING -> new State("transferring", null);
            case AVAILABLE -> new State("available", null);
            case FAILED -> new State("failed", transfer.why());
            // It stands again; the next review fetches it.
            case WITHDRAWN -> new State("approved", null);
        };
    }

    /** What every list of a site says of an endorsement. */
    static void describe(ObjectNode json, Origin catalogue, Recorded<Endorsement> endorsement) {
        var statement = endorsement.statement();
        json.put("catalogue", catalogue.text())
                .put("endorsement", endorsement.id().hex())
                .put("digest", statement.image().toString())
                .put("fileName", statement.fileName())
                .put("owner", statement.owner().toString())
                .put("guid", statement.guid().toString())
                .put("version", statement.version().text());
        var tag = statement.tag();
        if (tag != null) {
            json.put("tag", tag.text());
        }
        json.put("title", statement.title());
        json.putObject("endorser")
                .put("subject", statement.signer().subject())
                .put("issuer", statement.signer().issuer());
        json.put("endorsedAt", endorsement.admittedAt().toString());
    }

    private static void refusal(
            ObjectNode image,
            Recorded<? extends Statement.SiteWord> word,
            NoticeTable.@Nullable Row notice) {
        var signer = word.statement().signer();
        var json =
                image.putObject("refusal")
                        .put("id", word.id().hex())
                        .put("index", word.index())
                        .put("admittedAt", word.admittedAt().toString());
        json.putObject("signer").put("subject", signer.subject()).put("issuer", signer.issuer());
        if (word.statement() instanceof Statement.Refusal refusal) {
            json.put("explanation", refusal.explanation());
        }
        if (notice != null) {
            var told =
                    json.putObject("notice")
                            .put("state", notice.state())
                            .put("changedAt", notice.changedAt().toString());
            if (!notice.recipient().isEmpty()) {
                told.put("recipient", notice.recipient());
            }
            if (!notice.why().isEmpty()) {
                told.put("why", notice.why());
            }
        }
    }

    private void write(ObjectNode json, Item item) {
        describe(json, item.catalogue(), item.endorsement());
        json.put("state", item.state().wire());
        ImageJson.write(json, item.endorsement().statement(), item.later());
        if (item.state().why() != null) {
            json.put("why", item.state().why());
        }
        if (item.state().wire().equals("available")) {
            transfers
                    .find(new TransferKey(item.catalogue(), item.endorsement().id()))
                    .filter(transfer -> transfer.state() == Transfer.State.AVAILABLE)
                    .ifPresent(
                            transfer -> json.put("path", store.path(transfer.name()).toString()));
        }
    }

    /** The followed ledgers. */
    public Answer sources(Request request) {
        request.checkQuery();
        Instant now = clock.instant();
        var json = Json.object();
        var list = json.putArray("sources");
        for (var source : follows.sources()) {
            var item =
                    list.addObject()
                            .put("origin", source.source().origin().text())
                            .put("url", source.source().url().toString())
                            .put("size", source.size());
            if (source.verifiedAt() != null) {
                item.put("verifiedAt", source.verifiedAt().toString());
            }
            if (source.disputed() > 0) {
                item.put("disputed", source.disputed());
            }
            item.put("state", state(source, now));
            if (source.fault() != null) {
                item.put("fault", source.fault());
            }
            if (source.problem() != null) {
                item.put("problem", source.problem());
            }
            if (source.since() != null) {
                item.put("since", source.since().toString());
            }
        }
        return Answer.json(200, json);
    }

    private String state(Follows.Status source, Instant now) {
        var verifiedAt = source.verifiedAt();
        if (source.fault() != null) {
            return "faulty";
        }
        if (verifiedAt == null) {
            return "never";
        }
        boolean old = Duration.between(verifiedAt, now).compareTo(view.policy().maxStaleness()) > 0;
        return old ? "stale" : "fresh";
    }
}
