package org.imprimatur.node.lists;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.imprimatur.exchange.hepix.ImageList;
import org.imprimatur.exchange.hepix.ImageVerdict;
import org.imprimatur.exchange.hepix.ListDraft;
import org.imprimatur.exchange.hepix.ListPath;
import org.imprimatur.exchange.hepix.ListReason;
import org.imprimatur.exchange.hepix.ListVerifier;
import org.imprimatur.exchange.hepix.ListVerifier.Expected;
import org.imprimatur.exchange.hepix.ListVerifier.Reason;
import org.imprimatur.exchange.hepix.ListWriter;
import org.imprimatur.exchange.hepix.Listed;
import org.imprimatur.node.catalogue.LedgerState;
import org.imprimatur.node.http.Answer;
import org.imprimatur.node.http.Body;
import org.imprimatur.node.http.Problem;
import org.imprimatur.node.http.ProblemException;
import org.imprimatur.node.store.Database;
import org.imprimatur.register.Charter;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Person;
import org.imprimatur.register.Recorded;
import org.imprimatur.register.Register;
import org.imprimatur.register.Role;
import org.imprimatur.register.Sha256;
import org.imprimatur.register.Statement.Appointment;
import org.imprimatur.register.Statement.Endorsement;
import org.imprimatur.register.StatementId;
import org.imprimatur.trust.SigningKey;
import org.imprimatur.trust.TrustAnchors;
import org.imprimatur.trust.UnusableKey;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The image lists of a node.
 *
 * <p>A list is looked at when it is asked for, and again when the ledger has grown since: so the
 * first answer after a revocation no longer has the image. A list of the node's own is then signed
 * anew; one that an endorser has signed is held back until there is a new one, since to give it out
 * would be to go on saying what was taken back.
 */
public final class ImageLists {

    private static final Logger LOG = LoggerFactory.getLogger(ImageLists.class);

    /** What depends on the time, and what other nodes of the database do, is seen after this. */
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(10);

    /** No endorser's list is valid for longer. */
    static final Duration LONGEST = Duration.ofDays(60);

    private static final int MOST_TOLD = 5;

    private static final Set<String> CONFLICTS =
            Set.of(
                    ListReason.OTHER_LIST.label(),
                    ListReason.VERSION_LOWER.label(),
                    ListReason.SAME_VERSION_CHANGED.label());

    /** A list to give out, with the header fields by which a subscriber knows it again. */
    record Served(StoredList list, Body body, String tag, String modified) {

        static Served of(StoredList list) {
            return new Served(
                    list,
                    Body.kept(list.message()),
                    "\"" + Sha256.of(list.message()).hex().substring(0, 32) + "\"",
                    Answer.httpTime(list.created()));
        }
    }

    /**
     * What the list at a path has to say now.
     *
     * @param size of the ledger that this follows from
     */
    private record Choice(long size, ListIndex.Subject subject, List<Listed> images) {}

    /** What was found when a list was last looked at. */
    private record Looked(
            long size, Instant until, @Nullable Served served, @Nullable Problem problem) {}

    /** What came of bringing a list. */
    record Published(StoredList list, boolean fresh) {}

    private final ListSettings settings;
    private final Charter charter;
    private final LedgerState state;
    private final Database database;
    private final TrustAnchors anchors;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final ListIndex index = new ListIndex();
    private final Map<ListPath, Slot> slots = new ConcurrentHashMap<>();

    // One list is judged at a time: the largest are some megabytes of work.
    private final Object publishing = new Object();

    /** The lists that these settings tell of. */
    public ImageLists(
            ListSettings settings,
            Charter charter,
            LedgerState state,
            Database database,
            TrustAnchors anchors,
            InstantSource clock,
            RandomGenerator random) {
        this.settings = settings;
        this.charter = charter;
        this.state = state;
        this.database = database;
        this.anchors = anchors;
        this.clock = clock;
        this.random = random;
    }

    ListSettings settings() {
        return settings;
    }

    Charter charter() {
        return charter;
    }

    ListIndex index() {
        state.ask(
                register -> {
                    index.catchUp(register);
                    return register.size();
                });
        return index;
    }

    /** Asks the register, with the index at the same entry. */
    <T> T ask(Function<Register, T> question) {
        return state.ask(
                register -> {
                    index.catchUp(register);
                    return question.apply(register);
                });
    }

    Instant now() {
        return clock.instant();
    }

    // ---- Giving out ---------------------------------------------------------------------------

    /** The owners whose images may be in the list and whose lists need a token. */
    Set<Owner> secluded(ListPath path) {
        if (settings.secluded().isEmpty()) {
            return Set.of();
        }
        return ask(
                register ->
                        index.subject(path).stream()
                                .flatMap(
                                        subject ->
                                                subject.owner().isPresent()
                                                        ? subject.owner().stream()
                                                        : subject.images().stream()
                                                                .flatMap(
                                                                        guid ->
                                                                                register
                                                                                        .endorsements(
                                                                                                guid)
                                                                                        .stream())
                                                                .map(
                                                                        one ->
                                                                                one.statement()
                                                                                        .owner()))
                                .filter(settings.secluded()::contains)
                                .collect(Collectors.toSet()));
    }

    /**
     * The list at a path as it is now.
     *
     * @throws ProblemException 404 where there is none, 503 where there is none to be given out
     */
    Served get(ListPath path) {
        var slot = slots.get(path);
        if (slot == null) {
            if (index().subject(path).isEmpty()) {
                throw none(path);
            }
            slot = slots.computeIfAbsent(path, Slot::new);
        }
        var looked = slot.look();
        if (looked.served() == null) {
            throw looked.problem() == null ? none(path) : new ProblemException(looked.problem());
        }
        return looked.served();
    }

    private static ProblemException none(ListPath path) {
        return new ProblemException(Problem.notFound("no list at " + path));
    }

    /** The place of one list. */
    private final class Slot {

        private final ListPath path;
        private volatile @Nullable Looked looked;

        // Guarded by this: the newest list and what follows from it.
        private @Nullable StoredList newest;
        private List<Listed> images = List.of();
        private List<StatementId> named = List.of();
        private @Nullable Sha256 content;

        Slot(ListPath path) {
            this.path = path;
        }

        Looked look() {
            var last = looked;
            if (last != null
                    && last.size() == state.head().size()
                    && now().isBefore(last.until())) {
                return last;
            }
            return again();
        }

        private synchronized Looked again() {
            var last = looked;
            var now = now();
            if (last != null && last.size() == state.head().size() && now.isBefore(last.until())) {
                return last;
            }
            var choice = choice(path, now).orElseThrow(() -> none(path));
            Looked found;
            try {
                read();
                var list = isByNode(choice) ? issued(choice, now) : brought(now);
                found = new Looked(choice.size(), now.plus(LOOK_AGAIN), served(list, last), null);
            } catch (ProblemException e) {
                found = new Looked(choice.size(), now.plus(LOOK_AGAIN), null, e.problem());
            }
            looked = found;
            return found;
        }

        private Served served(StoredList list, @Nullable Looked last) {
            if (last != null && last.served() != null && last.served().list().equals(list)) {
                return last.served();
            }
            return Served.of(list);
        }

        /** Takes the newest list from the database, where that is another. */
        private void read() {
            var before = newest;
            var other =
                    database.<@Nullable StoredList>read(
                            db -> {
                                var table = new ImageListTable(db);
                                var version = table.version(path.path());
                                boolean same =
                                        before != null
                                                && version.equals(Optional.of(before.version()));
                                return same ? before : table.find(path.path()).orElse(null);
                            });
            if (!Objects.equals(other, before)) {
                take(other);
            }
        }

        private void take(@Nullable StoredList list) {
            newest = list;
            named = List.of();
            if (list != null && !list.byNode()) {
                named = ListDraft.endorsements(ImageList.readAny(list.message()));
            }
        }

        /** An endorser's list, as long as all that it names stands. */
        private StoredList brought(Instant now) {
            var list = newest;
            if (list == null || list.byNode()) {
                throw none(path);
            }
            var gone =
                    ask(
                            register ->
                                    named.stream()
                                            .filter(id -> !stands(register, id, now))
                                            .findFirst());
            if (gone.isPresent()) {
                throw new ProblemException(
                        Problem.unavailable(
                                        "list-outdated",
                                        "version %s of the list names the endorsement %s, which does not count any more"
                                                .formatted(list.version(), gone.get().hex()),
                                        300)
                                .advising(
                                        "Its endorser has to publish it anew: imprimatur list"
                                                + " publish."));
            }
            return list;
        }

        private StoredList issued(Choice choice, Instant now) {
            var key = settings.key().orElseThrow();
            var draft = draft(path, choice);
            if (content == null || !choice.images().equals(images)) {
                content = draft.fingerprint(choice.images());
                images = choice.images();
            }
            var list = newest;
            var wanted = content;
            if (list != null && holds(list, key, wanted, now)) {
                return list;
            }
            var made =
                    database.write(
                            db -> {
                                var table = new ImageListTable(db);
                                table.lock(path.path());
                                var stored = table.find(path.path());
                                if (stored.isPresent() && holds(stored.get(), key, wanted, now)) {
                                    return stored.get(); // another node was faster
                                }
                                var next = sign(draft, choice, key, wanted, stored, now);
                                table.put(next);
                                return next;
                            });
            take(made);
            LOG.info(
                    "{} is signed as version {}, with {} images",
                    path,
                    made.version(),
                    choice.images().size());
            return made;
        }

        private StoredList sign(
                ListDraft draft,
                Choice choice,
                SigningKey key,
                Sha256 wanted,
                Optional<StoredList> stored,
                Instant now) {
            try {
                key.certificate().checkValidity(Date.from(now));
                var writer =
                        new ListWriter(
                                now,
                                now.plus(settings.lifetime()),
                                Optional.empty(),
                                stored.map(one -> ImageList.readAny(one.message())));
                byte[] message = writer.sign(draft.of(choice.images()), key, random);
                return stored(
                        path, ImageList.readAny(message), key.person(), true, wanted, message);
            } catch (MalformedInput | UnusableKey | CertificateException e) {
                LOG.error("{} cannot be signed: {}", path, e.getMessage());
                throw new ProblemException(
                        Problem.unavailable(
                                "list-not-signed",
                                "the node cannot sign this list just now, and its log says why",
                                300));
            }
        }
    }

    /** Whether a list of the node's own may still be given out as it is. */
    private boolean holds(StoredList list, SigningKey key, Sha256 content, Instant now) {
        return list.byNode()
                && list.signer().equals(key.person())
                && list.content().equals(content)
                && now.isBefore(list.expires().minus(settings.lifetime().dividedBy(4)));
    }

    private boolean isByNode(Choice choice) {
        return choice.subject().owner().filter(settings::signs).isPresent();
    }

    private static StoredList stored(
            ListPath path,
            ImageList list,
            Person signer,
            boolean byNode,
            Sha256 content,
            byte[] message) {
        return new StoredList(
                path.path(),
                list.text("hv:version").orElseThrow(),
                Instant.parse(list.text("dc:date:created").orElseThrow()),
                Instant.parse(list.text("dc:date:expires").orElseThrow()),
                signer,
                byNode,
                content,
                message);
    }

    private ListDraft draft(ListPath path, Choice choice) {
        var subject = choice.subject();
        var vo =
                subject.owner()
                        .or(
                                () ->
                                        choice.images().stream()
                                                .findFirst()
                                                .map(one -> one.entry().statement().owner()))
                        .map(Owner::name)
                        .orElse("none");
        return new ListDraft(
                settings.url(),
                path,
                charter.origin(),
                subject.title(),
                vo,
                settings.creator(),
                settings.email());
    }

    // ---- What a list has ----------------------------------------------------------------------

    private Optional<Choice> choice(ListPath path, Instant at) {
        return ask(
                register ->
                        index.subject(path)
                                .map(
                                        subject ->
                                                new Choice(
                                                        register.size(),
                                                        subject,
                                                        chosen(register, path, subject, at))));
    }

    private List<Listed> chosen(
            Register register, ListPath path, ListIndex.Subject subject, Instant at) {
        var all = new ArrayList<Recorded<Endorsement>>();
        subject.images().forEach(guid -> all.addAll(register.endorsements(guid)));
        var ready = new HashMap<StatementId, Listed>();
        return Listed.chosen(
                        all,
                        entry -> {
                            boolean may =
                                    (path.kind() != ListPath.Kind.PERSON
                                                    || path.equals(
                                                            ListPath.of(
                                                                    entry.statement().signer())))
                                            && stands(register, entry.id(), at);
                            var listed = may ? listed(register, entry) : Optional.<Listed>empty();
                            listed.ifPresent(one -> ready.put(entry.id(), one));
                            return listed.isPresent();
                        })
                .stream()
                .flatMap(entry -> Optional.ofNullable(ready.get(entry.id())).stream())
                .toList();
    }

    /** Whether an endorsement counts, and nobody whose word reaches everywhere blocks the file. */
    static boolean stands(Register register, StatementId id, Instant at) {
        return register.counts(id, at)
                && register.endorsement(id)
                        .filter(entry -> Listed.fits(entry.statement(), at))
                        .filter(
                                entry ->
                                        register.blocks(entry.statement().image()).stream()
                                                .allMatch(
                                                        block ->
                                                                block.statement().owner().kind()
                                                                        == Owner.Kind.SITE))
                        .isPresent();
    }

    /** An endorsement that stands as an entry, where its file can be fetched. */
    Optional<Listed> listed(Register register, Recorded<Endorsement> entry) {
        var endorsement = entry.statement();
        return addresses(endorsement)
                .findFirst()
                .flatMap(
                        address ->
                                appointment(register, endorsement)
                                        .map(
                                                appointment ->
                                                        new Listed(entry, appointment, address)));
    }

    private static Optional<Appointment> appointment(Register register, Endorsement endorsement) {
        return register.appointments(endorsement.signer()).stream()
                .map(Recorded::statement)
                .filter(
                        one ->
                                one.role() == Role.ENDORSER
                                        && one.owner().equals(endorsement.owner()))
                .findFirst();
    }

    private Stream<String> addresses(Endorsement endorsement) {
        return Stream.concat(
                Listed.addresses(endorsement).stream(),
                Stream.of(endorsement)
                        .filter(this::isOffered)
                        .map(one -> settings.url() + "/files/" + one.fileName()));
    }

    /** Whether the node itself has a file of that name and length to offer. */
    private boolean isOffered(Endorsement endorsement) {
        if (settings.files().isEmpty()
                || !endorsement.fileName().matches("[A-Za-z0-9][A-Za-z0-9._-]{0,254}")) {
            return false;
        }
        Path file = settings.files().get().resolve(endorsement.fileName());
        try {
            return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                    && Files.size(file) == endorsement.disk().fileBytes();
        } catch (IOException _) {
            return false; // gone in between: it is not offered
        }
    }

    /** The paths of all owners, and of every other list that there is. */
    Map<String, Optional<StoredList>> all() {
        var all = new TreeMap<String, Optional<StoredList>>();
        index().owners().forEach(owner -> all.put(ListPath.of(owner).path(), Optional.empty()));
        database.read(db -> new ImageListTable(db).all())
                .forEach(list -> all.put(list.path(), Optional.of(list)));
        return all;
    }

    // ---- Taking in ----------------------------------------------------------------------------

    /**
     * Takes a list that an endorser has signed.
     *
     * @throws ProblemException when it is not taken, with every reason
     */
    Published publish(ListPath path, byte[] message) {
        synchronized (publishing) {
            var now = now();
            var choice = choice(path, now).orElseThrow(() -> none(path));
            if (isByNode(choice)) {
                throw refused(
                        409,
                        "list-of-the-node",
                        "the node signs the list at %s itself".formatted(path),
                        "Publish your own list, under /store/person/.");
            }
            var stored = database.read(db -> new ImageListTable(db).find(path.path()));
            var verdict = verdict(path, message, stored, now);
            var signer = verdict.signer().orElseThrow().person();
            // Whoever may not publish here is told so, whatever is wrong with the list.
            entitled(path, choice, signer, stored, now);
            refuse(verdict.refusals());
            var list = verdict.list().orElseThrow();
            if (verdict.unchanged() && stored.isPresent()) {
                return new Published(stored.get(), false);
            }
            checkContent(path, choice, verdict, now);
            var next = stored(path, list, signer, false, Sha256.of(message), message);
            database.change(
                    db -> {
                        var table = new ImageListTable(db);
                        table.lock(path.path());
                        if (!table.version(path.path()).equals(stored.map(StoredList::version))) {
                            throw refused(
                                    409,
                                    "version-lower",
                                    "another list was published at the same moment",
                                    "Publish again.");
                        }
                        table.put(next);
                    });
            slots.remove(path);
            LOG.info("{} is published as version {} by {}", path, next.version(), signer);
            return new Published(next, true);
        }
    }

    private ListVerifier.Verdict verdict(
            ListPath path, byte[] message, Optional<StoredList> stored, Instant now) {
        var held = stored.map(one -> ImageList.readAny(one.message()));
        var expected =
                new Expected(
                        Optional.empty(),
                        Optional.empty(),
                        () -> held,
                        Optional.of(settings.url() + path.path()));
        ListVerifier.Verdict verdict;
        try {
            verdict = new ListVerifier(anchors, false, expected).verify(message, now);
        } catch (MalformedInput e) {
            throw new ProblemException(Problem.malformed(e.explanation()));
        }
        if (verdict.signer().isEmpty()) {
            var reason = verdict.refusals().getFirst();
            throw new ProblemException(Problem.notAccepted(reason.code(), reason.explanation()));
        }
        return verdict;
    }

    private void entitled(
            ListPath path, Choice choice, Person signer, Optional<StoredList> stored, Instant now) {
        var owner = choice.subject().owner();
        boolean entitled =
                owner.isPresent()
                        ? mayEndorse(signer, owner.get(), now)
                        : path.equals(ListPath.of(signer));
        if (!entitled) {
            throw refused(
                    403,
                    "not-an-endorser",
                    "%s is none who may publish %s".formatted(signer, path),
                    owner.isPresent()
                            ? "Endorsers of %s who have accepted the policy may."
                                    .formatted(owner.get())
                            : "Publish under /store/person/%s/.".formatted(signer.digest().hex()));
        }
        // Subscribers know a list by its signer: nobody takes it from one who keeps it up.
        if (owner.isPresent()
                && stored.isPresent()
                && !stored.get().byNode()
                && !stored.get().signer().equals(signer)
                && stored.get().expires().isAfter(now)
                && mayEndorse(stored.get().signer(), owner.get(), now)) {
            throw refused(
                    409,
                    "list-of-another-endorser",
                    "the list at %s is that of %s until %s"
                            .formatted(path, stored.get().signer(), stored.get().expires()),
                    "Publish your own list, under /store/person/%s/."
                            .formatted(signer.digest().hex()));
        }
    }

    private boolean mayEndorse(Person person, Owner owner, Instant at) {
        return ask(
                register ->
                        register.isEndorser(person, owner, at)
                                && !register.isSuspended(person, owner)
                                && register.missingAcceptance(person, Role.ENDORSER, at).isEmpty());
    }

    private void checkContent(
            ListPath path, Choice choice, ListVerifier.Verdict verdict, Instant now) {
        var list = verdict.list().orElseThrow();
        var reasons = new ArrayList<Reason>();
        var byId = new HashMap<StatementId, Listed>();
        choice.images().forEach(one -> byId.put(one.entry().id(), one));
        reasons.addAll(
                draft(path, choice)
                        .objections(
                                list,
                                id -> Optional.ofNullable(byId.get(id)),
                                one -> addresses(one.entry().statement()).toList()));
        verdict.images().stream()
                .map(ImageVerdict::objections)
                .flatMap(List::stream)
                .forEach(reasons::add);
        reasons.addAll(ListWriter.objections(list, now));
        var expires = Instant.parse(list.text("dc:date:expires").orElseThrow());
        if (expires.isAfter(now.plus(LONGEST))) {
            reasons.add(
                    new Reason(
                            "list-valid-too-long",
                            "valid until %s; expected at most %d days"
                                    .formatted(expires, LONGEST.toDays())));
        }
        refuse(reasons);
    }

    private static void refuse(List<Reason> reasons) {
        if (reasons.isEmpty()) {
            return;
        }
        var code = reasons.getFirst().code();
        throw refused(
                CONFLICTS.contains(code) ? 409 : 422,
                code,
                reasons.stream()
                        .limit(MOST_TOLD)
                        .map(Reason::explanation)
                        .collect(Collectors.joining("; ")),
                "Make the list anew from the ledger: imprimatur list publish.");
    }

    private static ProblemException refused(int status, String code, String detail, String advice) {
        return new ProblemException(
                new Problem(
                        status,
                        code,
                        "The list is not taken",
                        detail,
                        List.of("TVM-3.3"),
                        null,
                        null,
                        advice,
                        0));
    }
}
