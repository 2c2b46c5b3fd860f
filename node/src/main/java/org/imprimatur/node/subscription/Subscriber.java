package org.imprimatur.node.subscription;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.imprimatur.exchange.hepix.ImageList;
import org.imprimatur.exchange.hepix.ListReason;
import org.imprimatur.exchange.hepix.ListVerifier;
import org.imprimatur.exchange.hepix.ListVerifier.Reason;
import org.imprimatur.exchange.hepix.ListVerifier.Verdict;
import org.imprimatur.node.fetch.Fetch;
import org.imprimatur.node.fetch.FetchFailed;
import org.imprimatur.node.follow.Alarms;
import org.imprimatur.node.follow.Bell;
import org.imprimatur.node.follow.Rounds;
import org.imprimatur.node.store.Database;
import org.imprimatur.node.subscription.SubscriptionTable.State;
import org.imprimatur.node.subscription.SubscriptionTable.Validators;
import org.imprimatur.register.FollowedList;
import org.imprimatur.register.ListedImages;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Sha256;
import org.imprimatur.trust.TrustAnchors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows one list, in a thread of its own, so that what is wrong with one never touches another.
 *
 * <p>A look ends in one of four ways. The list is good: what is new in it is taken, or it is
 * verified again. It could not be had, or is no list that can be taken: a problem, with which the
 * view grows stale. It is signed by somebody else, or is not what must follow: a fault, which
 * counts at once, and is an alarm; so is one that the site follows under another name. It is
 * elsewhere: that waits for consent. Only the first changes what the list is known to have.
 */
final class Subscriber implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Subscriber.class);
    private static final Duration FIRST_RETRY = Duration.ofSeconds(5);
    private static final Duration WITHIN = Duration.ofMinutes(2);
    private static final int LARGEST_TOKEN = 4096;
    private static final int LONGEST = 1000;

    private static final String IF_NONE_MATCH = "If-None-Match";
    private static final String IF_MODIFIED_SINCE = "If-Modified-Since";
    private static final Set<String> CONDITIONS = Set.of(IF_NONE_MATCH, IF_MODIFIED_SINCE);

    /** What the list's signer answers for, or somebody else has forged. */
    private static final Set<String> FAULTS =
            Set.of(
                    ListReason.VERSION_LOWER.label(),
                    ListReason.SAME_VERSION_CHANGED.label(),
                    ListReason.OTHER_LIST.label(),
                    ListReason.UNEXPECTED_ENDORSER.label());

    /** What belongs to another list that the site follows. */
    private static final String IDENTIFIER_TAKEN = "identifier-taken";

    private static final String IMAGE_OF_ANOTHER_LIST = "image-of-another-list";

    /** What says nothing of who has signed. */
    private static final Set<String> NO_SIGNATURE =
            Set.of(ListReason.NOT_SIGNED.label(), ListReason.SIGNATURE_UNREADABLE.label());

    /**
     * How it stands with the list.
     *
     * @param version of the list that is held; empty for none
     * @param problem why nothing newer could be had or taken; null for nothing
     * @param movedTo where the list is now, if somebody consents; null where it has not moved
     * @param since how long the fault, the problem or the move lasts, as far as this node has seen
     *     since its start; null where there is none
     * @param unusable images of the list that cannot be used, and why
     */
    record Status(
            FollowedList list,
            String version,
            @Nullable String problem,
            @Nullable URI movedTo,
            @Nullable Instant since,
            List<String> unusable) {}

    private final Subscription subscription;
    private final Fetch fetch;
    private final TrustAnchors anchors;
    private final Database database;
    private final Alarms alarms;
    private final Claims claims;
    private final InstantSource clock;
    private final Bell changed;
    private final Bell wake = new Bell();
    private final Rounds rounds;
    private volatile Status status;
    private volatile @Nullable State first;

    // Owned by the thread.
    private List<State> states;
    private byte @Nullable [] message;
    private @Nullable ImageList held;
    private @Nullable Validators validators;

    Subscriber(
            Subscription subscription,
            Fetch fetch,
            TrustAnchors anchors,
            Database database,
            Alarms alarms,
            Claims claims,
            InstantSource clock,
            RandomGenerator random,
            Bell changed) {
        this.subscription = subscription;
        this.fetch = fetch;
        this.anchors = anchors;
        this.database = database;
        this.alarms = alarms;
        this.claims = claims;
        this.clock = clock;
        this.changed = changed;
        this.states = List.of();
        this.status = restored();
        this.rounds =
                new Rounds(
                        "list " + subscription.name(),
                        FIRST_RETRY,
                        subscription.poll(),
                        wake,
                        random,
                        this::lookSafely);
    }

    /** Begins to follow, once it is known which other lists are followed. */
    void begin() {
        rounds.begin();
    }

    Subscription subscription() {
        return subscription;
    }

    String name() {
        return subscription.name();
    }

    Status status() {
        return status;
    }

    /** The first state that was ever taken; empty for none. */
    Optional<State> first() {
        return Optional.ofNullable(first);
    }

    boolean closed() {
        return rounds.closed();
    }

    /** Looks now. */
    void look() {
        wake.ring();
    }

    // ---- The store ----------------------------------------------------------------------------

    /** Where the last run, or another node on the same database, has left it. */
    private Status restored() {
        var name = subscription.catalogue();
        return database.read(
                db -> {
                    var table = new SubscriptionTable(db);
                    var row = table.find(name).orElse(null);
                    if (row == null || row.states() == 0) {
                        validators = null;
                        return status(
                                List.of(),
                                ListedImages.NONE,
                                row == null ? null : row.verifiedAt(),
                                row == null ? null : row.fault());
                    }
                    states = table.states(name, row.states());
                    first = states.getFirst();
                    message = table.message(name, row.states());
                    held = ImageList.readAny(message);
                    validators = row.validators();
                    return status(
                            states,
                            table.images(name, states),
                            row.verifiedAt(),
                            row.fault() == null ? otherSigner(states.getLast()) : row.fault());
                });
    }

    /** The state that is held may be by somebody whom the site expects no more. */
    private @Nullable String otherSigner(State state) {
        return state.signer().equals(subscription.signer())
                ? null
                : "what is held of it is signed by %s, not %s"
                        .formatted(state.signer(), subscription.signer());
    }

    private Status status(
            List<State> taken,
            ListedImages images,
            @Nullable Instant verifiedAt,
            @Nullable String fault) {
        var last = taken.isEmpty() ? null : taken.getLast();
        var list =
                new FollowedList(
                        subscription.catalogue(),
                        subscription.owner(),
                        last == null ? subscription.signer() : last.signer(),
                        taken.size(),
                        last == null ? "" : last.contact(),
                        last == null ? null : last.expires(),
                        verifiedAt,
                        fault,
                        images);
        return new Status(
                list,
                last == null ? "" : last.version(),
                null,
                null,
                fault == null ? null : now(),
                List.of());
    }

    private Instant now() {
        // As the database keeps it.
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    /** Of several nodes on one database each goes on from what any has taken. */
    private void goOn() {
        long stored =
                database.read(
                        db ->
                                new SubscriptionTable(db)
                                        .find(subscription.catalogue())
                                        .map(SubscriptionTable.Row::states)
                                        .orElse(0L));
        if (stored > states.size()) {
            status = restored();
            changed.ring();
        }
    }

    // ---- Looking ------------------------------------------------------------------------------

    /** True when the list is as it should be. */
    private boolean lookSafely() {
        try {
            goOn();
            refreshAnchors();
            lookAtList();
        } catch (FetchFailed e) {
            if (!rounds.closed()) {
                problem(e.explanation());
                judgeHeld();
            }
        } catch (RuntimeException e) {
            if (!rounds.closed()) {
                LOG.error("following {} failed", subscription.catalogue(), e);
                problem("the site failed; its log says why");
            }
        }
        var now = status;
        return now.list().fault() == null && now.problem() == null;
    }

    private void refreshAnchors() {
        try {
            anchors.refresh();
        } catch (IOException e) {
            LOG.warn("cannot read the anchors for {} again: {}", subscription.name(), e.toString());
        }
    }

    private void lookAtList() throws FetchFailed {
        var url = subscription.url();
        var headers = headers();
        var heard = fetch.ask(url, headers, ImageList.MAX_BYTES, WITHIN);
        switch (heard.status()) {
            case 200 -> {
                var served =
                        new Validators(
                                url.toString(),
                                heard.headers().firstValue("ETag").orElse(null),
                                heard.headers().firstValue("Last-Modified").orElse(null));
                judge(heard.bytes(), served);
            }
            case 304 -> {
                if (message == null || CONDITIONS.stream().noneMatch(headers::containsKey)) {
                    throw new FetchFailed(url + " says that nothing has changed since nothing");
                }
                judge(message, validators);
            }
            case 301, 308 -> {
                movedTo(
                        "has moved for good",
                        heard.headers().firstValue("Location").orElse(""),
                        "");
                judgeHeld();
            }
            case 401, 403 ->
                    throw new FetchFailed(
                            "%s answered %d: %s"
                                    .formatted(
                                            url,
                                            heard.status(),
                                            subscription.token().isPresent()
                                                    ? "the token is not, or no longer, one for this list"
                                                    : "the list needs a token (token: FILE)"));
            default -> throw new FetchFailed(url + " answered " + heard.status());
        }
    }

    private Map<String, String> headers() throws FetchFailed {
        var headers = new HashMap<String, String>();
        headers.put("Accept", "*/*");
        var known = validators;
        if (known != null && known.url().equals(subscription.url().toString())) {
            if (known.etag() != null) {
                headers.put(IF_NONE_MATCH, known.etag());
            }
            if (known.modified() != null) {
                headers.put(IF_MODIFIED_SINCE, known.modified());
            }
        }
        if (subscription.token().isPresent()) {
            headers.put("Authorization", authorization(subscription.token().get()));
        }
        return headers;
    }

    /** Sent without being asked for, with the token as the name, as catalogues expect it. */
    private static String authorization(Path file) throws FetchFailed {
        try {
            if (Files.size(file) > LARGEST_TOKEN) {
                throw new FetchFailed(file + " is too long for a token");
            }
            var token = Files.readString(file).strip();
            return "Basic "
                    + Base64.getEncoder()
                            .encodeToString((token + ":x-oauth-basic").getBytes(UTF_8));
        } catch (FetchFailed e) {
            throw e;
        } catch (IOException e) {
            throw new FetchFailed("the token in %s cannot be read".formatted(file));
        }
    }

    // ---- Judging ------------------------------------------------------------------------------

    private Verdict verdict(byte[] bytes, Instant at) {
        return new ListVerifier(
                        anchors,
                        subscription.legacySha1(),
                        new ListVerifier.Expected(
                                Optional.empty(),
                                Optional.empty(),
                                () -> Optional.ofNullable(held),
                                Optional.empty()))
                .verify(bytes, at);
    }

    private void judge(byte[] served, @Nullable Validators from) {
        var at = now();
        Verdict verdict;
        try {
            verdict = verdict(served, at);
        } catch (MalformedInput e) {
            problem("what is served is no list: " + e.explanation());
            judgeHeld();
            return;
        }
        var fault = fault(verdict);
        if (fault != null) {
            alarm(fault, served, at);
            return;
        }
        if (!verdict.accepted()) {
            problem("the list cannot be taken: " + told(verdict.refusals()));
            judgeHeld();
            return;
        }
        var says = verdict.list().flatMap(list -> list.text("hv:uri")).orElse("");
        if (!same(says, subscription.knownAs())) {
            movedTo(
                    "says that it is elsewhere",
                    says,
                    ", or \"known-as: %s\" where %s is its mirror"
                            .formatted(says, subscription.url()));
            judgeHeld();
            return;
        }
        // Of two lists with one identifier that are had at the same moment, one is first.
        synchronized (claims) {
            var taken = taken(verdict);
            if (taken == null) {
                take(verdict, served, from, at);
            } else {
                alarm(taken, served, at);
            }
        }
    }

    /** A list that is followed under another name already; null for none. */
    private @Nullable Reason taken(Verdict verdict) {
        var identifier =
                UUID.fromString(
                        verdict.list().flatMap(list -> list.text("dc:identifier")).orElseThrow());
        return claims.holder(identifier, this)
                .map(
                        other ->
                                new Reason(
                                        IDENTIFIER_TAKEN,
                                        "the list %s is followed as %s already"
                                                .formatted(identifier, other)))
                .orElse(null);
    }

    /** That nothing new is there does not make what is held any better: its signer may be lost. */
    private void judgeHeld() {
        var bytes = message;
        if (bytes == null) {
            return;
        }
        var at = now();
        var fault = fault(verdict(bytes, at));
        if (fault != null) {
            alarm(fault, bytes, at);
        }
    }

    /** What nobody but a forger or a careless signer brings about; null for nothing. */
    private @Nullable Reason fault(Verdict verdict) {
        if (verdict.signer().isEmpty()) {
            return verdict.refusals().stream()
                    .filter(one -> !NO_SIGNATURE.contains(one.code()))
                    .findFirst()
                    .orElse(null);
        }
        var signer = verdict.signer().get().person();
        if (!signer.equals(subscription.signer())) {
            return new Reason(
                    ListReason.UNEXPECTED_ENDORSER.label(),
                    "it is signed by %s, not %s".formatted(signer, subscription.signer()));
        }
        return verdict.refusals().stream()
                .filter(one -> FAULTS.contains(one.code()))
                .findFirst()
                .orElse(null);
    }

    private static String told(List<Reason> reasons) {
        return reasons.stream().map(Reason::explanation).limit(5).collect(Collectors.joining("; "));
    }

    private static boolean same(String text, URI url) {
        try {
            return normal(URI.create(text)).equals(normal(url));
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    /** Case of scheme and host, and a port that goes without saying, are no difference. */
    private static String normal(URI url) {
        var scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
        boolean usual = url.getPort() == (scheme.equals("https") ? 443 : 80);
        return "%s://%s%s%s%s"
                .formatted(
                        scheme,
                        String.valueOf(url.getHost()).toLowerCase(Locale.ROOT),
                        url.getPort() < 0 || usual ? "" : ":" + url.getPort(),
                        String.valueOf(url.getRawPath()),
                        url.getRawQuery() == null ? "" : "?" + url.getRawQuery());
    }

    // ---- What comes of it ---------------------------------------------------------------------

    private void take(Verdict verdict, byte[] served, @Nullable Validators from, Instant at) {
        var before = status;
        var known = before.list().images();
        var images = known;
        long number = states.size() + (verdict.unchanged() ? 0L : 1L);
        var listing = Listing.of(verdict, number, at, known, guid -> claims.holder(guid, this));
        if (verdict.unchanged()) {
            store(db -> db.note(subscription.catalogue(), states.size(), at, null, from));
        } else {
            var state =
                    new State(
                            number,
                            listing.identifier(),
                            listing.version(),
                            listing.signer(),
                            listing.contact(),
                            listing.expires(),
                            at);
            var after = listing.after(known, at);
            store(
                    db -> {
                        db.note(subscription.catalogue(), states.size(), at, null, from);
                        if (!db.take(
                                subscription.catalogue(), state, served, known, after, listing)) {
                            throw new IllegalStateException(
                                    "another node has taken a state meanwhile");
                        }
                    });
            states = Stream.concat(states.stream(), Stream.of(state)).toList();
            first = states.getFirst();
            message = served;
            held = verdict.list().orElseThrow();
            images = after;
            LOG.info(
                    "{} is in version {}, with {} images",
                    subscription.catalogue(),
                    listing.version(),
                    listing.images().size());
        }
        validators = from;
        var fresh = status(states, images, at, null);
        tellOfOthers(listing, served, at);
        status = new Status(fresh.list(), fresh.version(), null, null, null, listing.unusable());
        if (!verdict.unchanged() || before.list().fault() != null) {
            changed.ring();
        }
    }

    /** Its other images count; but whoever lists what is another's may want to be taken for it. */
    private void tellOfOthers(Listing listing, byte[] served, Instant at) {
        if (listing.ofOthers().isEmpty()) {
            return;
        }
        var explanation = cut(String.join("; ", listing.ofOthers()));
        raise(IMAGE_OF_ANOTHER_LIST, explanation, null, served, at, explanation);
    }

    private void problem(String explanation) {
        var before = status;
        if (before.problem() == null) {
            LOG.warn("{}: {}", subscription.catalogue(), explanation);
        }
        status =
                new Status(
                        before.list(),
                        before.version(),
                        cut(explanation),
                        null,
                        before.since() == null ? now() : before.since(),
                        before.unusable());
    }

    /** Only an administrator follows a list elsewhere. */
    private void movedTo(String how, String where, String otherwise) {
        URI address;
        try {
            address = subscription.url().resolve(where);
        } catch (IllegalArgumentException _) {
            problem("the list %s, to what is no address".formatted(how));
            return;
        }
        problem(
                "the list %s: %s. Nothing is taken from it before you consent: write \"url: %s\" in the site's file%s"
                        .formatted(how, address, address, otherwise));
        var before = status;
        status =
                new Status(
                        before.list(),
                        before.version(),
                        before.problem(),
                        address,
                        before.since(),
                        before.unusable());
    }

    private void alarm(Reason fault, byte[] served, Instant at) {
        var explanation = cut("%s (%s)".formatted(fault.explanation(), fault.code()));
        raise(fault.code(), explanation, message, served, at, Sha256.of(served).toString());
        var before = status;
        if (explanation.equals(before.list().fault())) {
            return;
        }
        LOG.warn("{} is at fault: {}", subscription.catalogue(), explanation);
        store(
                db ->
                        db.note(
                                subscription.catalogue(),
                                states.size(),
                                before.list().verifiedAt(),
                                explanation,
                                null));
        validators = null;
        var faulty =
                status(states, before.list().images(), before.list().verifiedAt(), explanation);
        status =
                new Status(
                        faulty.list(),
                        faulty.version(),
                        before.problem(),
                        before.movedTo(),
                        at,
                        before.unusable());
        changed.ring();
    }

    private void raise(
            String kind,
            String explanation,
            byte @Nullable [] before,
            byte[] served,
            Instant at,
            String mark) {
        alarms.raise(
                subscription.catalogue(),
                () ->
                        new ListEvidence(subscription, kind, at, explanation, before, served, mark)
                                .asCase());
    }

    private static String cut(String text) {
        return Listing.cut(text, LONGEST);
    }

    /** What cannot be stored any more must not be seen either: decisions may rest on it. */
    private void store(Consumer<SubscriptionTable> work) {
        boolean stored =
                rounds.store(() -> database.change(db -> work.accept(new SubscriptionTable(db))));
        if (!stored) {
            throw new IllegalStateException(subscription.catalogue() + " is followed no more");
        }
    }

    @Override
    public void close() {
        rounds.close();
    }
}
