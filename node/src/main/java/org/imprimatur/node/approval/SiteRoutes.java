package org.imprimatur.node.approval;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
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
import org.imprimatur.node.notice.Notices;
import org.imprimatur.node.subscription.Subscriptions;
import org.imprimatur.node.transfer.Approved;
import org.imprimatur.node.transfer.Transfer;
import org.imprimatur.node.transfer.TransferKey;
import org.imprimatur.node.transfer.Transfers;
import org.imprimatur.register.Candidate;
import org.imprimatur.register.Guid;
import org.imprimatur.register.ListedImage;
import org.imprimatur.register.Origin;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Recorded;
import org.imprimatur.register.Register;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.SitePolicy;
import org.imprimatur.register.Standing;
import org.imprimatur.register.Statement;
import org.imprimatur.register.StatementId;
import org.imprimatur.register.Tag;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/site/…}: what a site knows of images and of the ledgers that it follows. */
public final class SiteRoutes {

    private static final int MOST = 1000;

    private final SiteView view;
    private final Follows follows;
    private final Subscriptions subscriptions;
    private final Transfers transfers;
    private final DirectoryStore store;
    private final Notices notices;
    private final InstantSource clock;

    /** Routes to one site. */
    public SiteRoutes(
            SiteView view,
            Follows follows,
            Subscriptions subscriptions,
            Transfers transfers,
            DirectoryStore store,
            Notices notices,
            InstantSource clock) {
        this.view = view;
        this.follows = follows;
        this.subscriptions = subscriptions;
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

    /**
     * One line.
     *
     * @param later what became of its endorsement; null for an image of a list
     */
    private record Item(Candidate candidate, State state, ImageJson.@Nullable Later later) {}

    /** The endorsed and the listed images, newest first, at most 1000 of a state or of all. */
    public Answer images(Request request) {
        request.checkQuery("state", "guid", "digest", "owner", "tag", "endorsement");
        var state = request.query("state", text -> text);
        var which = which(request);
        Instant now = clock.instant();
        var all =
                view.ask(
                        (standing, policy) -> {
                            var items = new ArrayList<Item>();
                            standing.candidates()
                                    .filter(which)
                                    .forEach(
                                            one -> {
                                                var found = state(standing, policy, one, now);
                                                if (state.isEmpty()
                                                        || state.get().equals(found.wire())) {
                                                    items.add(
                                                            new Item(
                                                                    one,
                                                                    found,
                                                                    later(standing, one, now)));
                                                }
                                            });
                            return items;
                        });
        all.sort(
                Comparator.comparing((Item item) -> item.candidate().since())
                        .reversed()
                        .thenComparing(item -> item.candidate().id().hex()));
        var json = Json.object();
        var list = json.putArray("images");
        var told = notices.ofRefusals();
        all.stream()
                .limit(MOST)
                .forEach(
                        item -> {
                            var image = list.addObject();
                            write(image, item);
                            var refusal = item.state().refusal();
                            if (refusal != null) {
                                refusal(image, refusal, told.getOrDefault(refusal.id(), List.of()));
                            }
                        });
        return Answer.json(200, json);
    }

    private static Predicate<Candidate> which(Request request) {
        Predicate<Candidate> which =
                request.query("endorsement", StatementId::parse)
                        .<Predicate<Candidate>>map(id -> one -> one.id().equals(id))
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

    private static <T> Predicate<Candidate> said(
            Request request,
            String member,
            Function<String, T> reader,
            BiPredicate<T, Candidate> says) {
        return request.query(member, reader)
                .<Predicate<Candidate>>map(wanted -> one -> says.test(wanted, one))
                .orElse(one -> true);
    }

    private State state(Standing standing, SitePolicy policy, Candidate candidate, Instant now) {
        var revoked = revoked(standing, candidate);
        if (revoked != null) {
            return new State("revoked", revoked);
        }
        var site = policy.site();
        var blocks = Approved.blocks(standing, site, candidate.image());
        if (!blocks.isEmpty()) {
            return new State("blocked", String.join("; ", blocks));
        }
        if (!standing.counts(site, candidate, now)) {
            return new State("withdrawn", why(standing, candidate, now));
        }
        var word = standing.own().word(site, candidate.catalogue(), candidate.id()).orElse(null);
        return switch (word == null ? null : word.statement()) {
            case null ->
                    Approved.byRule(standing, policy, candidate, now)
                            ? approved(candidate)
                            : new State("eligible", null);
            case Statement.Refusal refusal ->
                    new State(
                            "refused",
                            "refused by %s: %s"
                                    .formatted(refusal.signer().subject(), refusal.explanation()),
                            word);
            case Statement.Approval _ -> approved(candidate);
        };
    }

    /** Who took it back, and why; null where nobody did. */
    private static @Nullable String revoked(Standing standing, Candidate candidate) {
        return switch (candidate) {
            case Candidate.Endorsed endorsed ->
                    standing.register(endorsed.catalogue())
                            .flatMap(register -> register.revocation(endorsed.id()))
                            .map(
                                    revocation ->
                                            "revoked by %s as %s: %s"
                                                    .formatted(
                                                            revocation
                                                                    .statement()
                                                                    .signer()
                                                                    .subject(),
                                                            revocation.statement().reason().wire(),
                                                            revocation.statement().explanation()))
                            .orElse(null);
            case Candidate.Listed(_, _, _, var entry) -> {
                var gone = entry.gone();
                yield gone == null
                        ? null
                        : "version %s of the list, taken at %s, has it no more"
                                .formatted(gone.version(), gone.at());
            }
        };
    }

    private static String why(Standing standing, Candidate candidate, Instant now) {
        return switch (candidate) {
            case Candidate.Endorsed endorsed ->
                    standing.register(endorsed.catalogue())
                            .flatMap(register -> register.lapse(endorsed.id(), now))
                            .map(SiteRoutes::why)
                            .orElse("it does not count");
            case Candidate.Listed(_, _, _, var entry) ->
                    entry.ended(now)
                            ? "its planned end has come"
                            : "whoever signs the list is suspended";
        };
    }

    /** What became of an endorsement; null for an image of a list, which tells nothing. */
    static ImageJson.@Nullable Later later(Standing standing, Candidate candidate, Instant now) {
        return switch (candidate) {
            case Candidate.Endorsed(var origin, var entry) ->
                    standing.register(origin)
                            .map(register -> ImageJson.Later.of(register, entry, now))
                            .orElse(null);
            case Candidate.Listed _ -> null;
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

    private State approved(Candidate candidate) {
        var transfer =
                transfers.find(new TransferKey(candidate.catalogue(), candidate.id())).orElse(null);
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

    /** What every list of a site says of an image. */
    static void describe(ObjectNode json, Candidate candidate, ImageJson.@Nullable Later later) {
        json.put("catalogue", candidate.catalogue().text())
                .put("endorsement", candidate.id().hex())
                .put("digest", candidate.image().toString());
        if (candidate instanceof Candidate.Endorsed(_, var entry)) {
            json.put("fileName", entry.statement().fileName());
        }
        json.put("owner", candidate.owner().toString())
                .put("guid", candidate.guid().toString())
                .put("version", candidate.version().text());
        var tag = candidate.tag();
        if (tag != null) {
            json.put("tag", tag.text());
        }
        json.put("title", candidate.title());
        json.putObject("endorser")
                .put("subject", candidate.signer().subject())
                .put("issuer", candidate.signer().issuer());
        json.put("endorsedAt", candidate.since().toString());
        switch (candidate) {
            case Candidate.Endorsed(_, var entry) -> {
                if (later != null) {
                    ImageJson.write(json, entry.statement(), later);
                }
            }
            case Candidate.Listed(_, _, _, var entry) -> listed(json.putObject("listed"), entry);
        }
    }

    private static void listed(ObjectNode json, ListedImage entry) {
        json.put("format", entry.format())
                .put("bytes", entry.fileBytes())
                .put("hypervisor", entry.hypervisor())
                .put("system", entry.software().name())
                .put("systemVersion", entry.software().version())
                .put("architecture", entry.software().architecture())
                .put("location", entry.location());
        if (entry.until() != null) {
            json.put("until", entry.until().toString());
        }
    }

    private static void refusal(
            ObjectNode image,
            Recorded<? extends Statement.SiteWord> word,
            List<Notices.Notice> notices) {
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
        var told = json.putArray("notices");
        for (var notice : notices) {
            var one =
                    told.addObject()
                            .put("state", notice.state())
                            .put("changedAt", notice.changedAt().toString());
            if (!notice.recipient().isEmpty()) {
                one.put("recipient", notice.recipient());
            }
            if (!notice.why().isEmpty()) {
                one.put("why", notice.why());
            }
        }
    }

    private void write(ObjectNode json, Item item) {
        describe(json, item.candidate(), item.later());
        json.put("state", item.state().wire());
        if (item.state().why() != null) {
            json.put("why", item.state().why());
        }
        if (item.state().wire().equals("available")) {
            transfers
                    .find(new TransferKey(item.candidate().catalogue(), item.candidate().id()))
                    .filter(transfer -> transfer.state() == Transfer.State.AVAILABLE)
                    .ifPresent(
                            transfer -> json.put("path", store.path(transfer.name()).toString()));
        }
    }

    /** The followed ledgers and lists. */
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
        var lists = json.putArray("lists");
        subscriptions.statuses().forEach(one -> write(lists.addObject(), one, now));
        return Answer.json(200, json);
    }

    private void write(ObjectNode item, Subscriptions.Status one, Instant now) {
        var list = one.list();
        item.put("name", list.name().text())
                .put("url", one.url().toString())
                .put("owner", list.owner().toString());
        item.putObject("signer")
                .put("subject", list.signer().subject())
                .put("issuer", list.signer().issuer());
        item.put("states", list.state());
        if (!one.version().isEmpty()) {
            item.put("version", one.version()).put("images", one.images());
        }
        put(item, "expires", list.expires());
        put(item, "verifiedAt", list.verifiedAt());
        item.put("state", state(one, now));
        put(item, "fault", list.fault());
        put(item, "problem", one.problem());
        put(item, "movedTo", one.movedTo());
        put(item, "since", one.since());
        if (!one.unusable().isEmpty()) {
            var unusable = item.putArray("unusable");
            one.unusable().forEach(unusable::add);
        }
    }

    private static void put(ObjectNode item, String member, @Nullable Object value) {
        if (value != null) {
            item.put(member, value.toString());
        }
    }

    private String state(Subscriptions.Status one, Instant now) {
        var list = one.list();
        if (list.fault() != null) {
            return "faulty";
        }
        if (one.movedTo() != null) {
            return "moved";
        }
        if (list.expires() != null && !now.isBefore(list.expires())) {
            return "expired";
        }
        return age(list.name(), list.verifiedAt(), now);
    }

    private String state(Follows.Status source, Instant now) {
        return source.fault() != null
                ? "faulty"
                : age(source.source().origin(), source.verifiedAt(), now);
    }

    private String age(Origin name, @Nullable Instant verifiedAt, Instant now) {
        if (verifiedAt == null) {
            return "never";
        }
        return Standing.fresh(verifiedAt, view.policy().staleness().of(name), now)
                ? "fresh"
                : "stale";
    }
}
