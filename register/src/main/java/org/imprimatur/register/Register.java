package org.imprimatur.register;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.imprimatur.register.People.Grant;
import org.imprimatur.register.Statement.AboutImage;
import org.imprimatur.register.Statement.Acceptance;
import org.imprimatur.register.Statement.Appointment;
import org.imprimatur.register.Statement.Block;
import org.imprimatur.register.Statement.Dismissal;
import org.imprimatur.register.Statement.Endorsement;
import org.imprimatur.register.Statement.Policy;
import org.imprimatur.register.Statement.Practice;
import org.imprimatur.register.Statement.Reinstatement;
import org.imprimatur.register.Statement.Revocation;
import org.imprimatur.register.Statement.SiteException;
import org.imprimatur.register.Statement.SiteWord;
import org.imprimatur.register.Statement.Suspension;
import org.imprimatur.register.Statement.Unblock;
import org.jspecify.annotations.Nullable;

/**
 * Who may do what, and what is endorsed: the state that results from applying one ledger's
 * statements in order. It depends on the charter, the statements, their indexes and admission
 * times, and on nothing else, so that whoever replays the ledger has the same register.
 *
 * <p>The rules are those of {@code docs/format.md}, "Register rules". A register trusts that each
 * statement was signed by the signer it names: that is for {@code trust} to verify first.
 *
 * <p>Not thread-safe. Whoever owns a register guards it: one writer at a time, and no reader while
 * {@link #apply} runs; the queries and {@link #judge} change nothing and may run side by side. What
 * queries return are copies or immutable values, safe to keep.
 */
public final class Register {

    /** How far {@code issuedAt} may lie after the admission. */
    public static final Duration MAX_AHEAD = Duration.ofMinutes(5);

    /** How far {@code issuedAt} may lie before the admission. */
    public static final Duration MAX_AGE = Duration.ofDays(7);

    /** How long an exception may last from its admission. */
    public static final Duration LONGEST_EXCEPTION = Duration.ofDays(90);

    private record OwnerTag(Owner owner, Tag tag) {}

    private record Release(Guid guid, Version version) {}

    private record SiteAnd(Owner site, Origin catalogue, StatementId endorsement) {}

    private final Charter charter;
    private final boolean sparse;
    private final boolean infrastructure;
    private final People people;
    private final Admissibility admissibility;

    private long next;
    private Instant lastAdmission = Instant.MIN;

    private final Map<StatementId, Recorded<?>> byId = new HashMap<>();
    private final Map<Long, Recorded<?>> byIndex = new HashMap<>();

    /** What each entry directly rests on: role, acceptance, endorsement. Lower indexes only. */
    private final Map<Long, List<Long>> rests = new HashMap<>();

    private final Map<StatementId, Recorded<Endorsement>> endorsements = new LinkedHashMap<>();
    private final Map<StatementId, Recorded<Revocation>> revocations = new HashMap<>();
    private final Map<Sha512, List<Recorded<Endorsement>>> byDigest = new HashMap<>();
    private final Map<Guid, List<Recorded<Endorsement>>> byGuid = new HashMap<>();
    private final Map<Release, List<Recorded<Endorsement>>> byRelease = new HashMap<>();
    private final Map<OwnerTag, List<Recorded<Endorsement>>> byTag = new HashMap<>();

    /** The endorsements that name this one in {@code replaces}, oldest first. */
    private final Map<StatementId, List<Recorded<Endorsement>>> replacedBy = new HashMap<>();

    /** What is about a person, by the person's digest. */
    private final Map<Sha256, List<Recorded<?>>> aboutPerson = new HashMap<>();

    private final Map<SiteAnd, Recorded<? extends SiteWord>> words = new HashMap<>();
    private final Map<StatementId, Recorded<Block>> blocks = new HashMap<>();
    private final Map<Sha512, Set<StatementId>> blocksByDigest = new HashMap<>();
    private final Map<Sha512, List<Recorded<SiteException>>> exceptions = new HashMap<>();
    private final Map<Sha512, List<Recorded<? extends AboutImage>>> aboutDigest = new HashMap<>();

    /** Entries that this reader does not rely on, though the ledger admitted them as it should. */
    private final Set<Long> disputed = new HashSet<>();

    private final List<Lifted<Block>> liftedBlocks = new ArrayList<>();
    private final List<Lifted<Suspension>> liftedSuspensions = new ArrayList<>();

    /** What stopped somebody or something, until the entry {@code by}. */
    private record Lifted<S extends Statement>(Recorded<S> act, long by) {}

    /** An empty register, for a whole ledger: every index from 0 on must come. */
    public Register(Charter charter) {
        this(charter, false);
    }

    private Register(Charter charter, boolean sparse) {
        this.charter = charter;
        this.sparse = sparse;
        this.people = new People(charter);
        this.admissibility = new Admissibility(this);
        this.infrastructure =
                charter.owners().stream()
                        .anyMatch(body -> body.owner().kind() == Owner.Kind.INFRASTRUCTURE);
    }

    /**
     * An empty register that takes a selection of a ledger's statements, in rising order of index:
     * for bundles. What it says is true of that selection only.
     */
    public static Register sparse(Charter charter) {
        return new Register(charter, true);
    }

    public Charter charter() {
        return charter;
    }

    /** Whether an infrastructure, whose blocks reach every image, speaks in this ledger. */
    public boolean namesInfrastructure() {
        return infrastructure;
    }

    /** Whether only a selection of the ledger's statements is here. */
    boolean isSparse() {
        return sparse;
    }

    /** Who holds which role, has accepted what, and is suspended. */
    People people() {
        return people;
    }

    /** The index that comes next: for a whole ledger the number of statements applied. */
    public long size() {
        return next;
    }

    // ---- Admission ----------------------------------------------------------------------------

    /** Whether the statement may be admitted at this moment. Changes nothing. */
    public Judgement judge(StatementId id, Statement statement, Instant admittedAt) {
        var same = byId.get(id);
        if (same != null) {
            return new Judgement.Duplicate(same.index());
        }
        var refusal = admissibility.refusal(statement, admittedAt);
        return refusal == null ? new Judgement.Admissible() : new Judgement.Refused(refusal);
    }

    /**
     * Takes a statement into the register.
     *
     * @param index its place in the ledger: {@link #size()}, or in a sparse register not below it
     * @throws IllegalArgumentException when the index or the admission time goes backwards or
     *     leaves a gap
     * @throws IllegalStateException when {@link #judge} does not find it admissible; the register
     *     is then unchanged
     */
    public void apply(long index, StatementId id, Statement statement, Instant admittedAt) {
        if (index < next || (!sparse && index != next)) {
            throw new IllegalArgumentException(
                    "entry %d where entry %d is next".formatted(index, next));
        }
        if (admittedAt.isBefore(lastAdmission)) {
            throw new IllegalArgumentException(
                    "entry %d admitted at %s, before its predecessor at %s"
                            .formatted(index, admittedAt, lastAdmission));
        }
        switch (judge(id, statement, admittedAt)) {
            case Judgement.Admissible _ -> enter(index, id, statement, admittedAt);
            case Judgement.Duplicate(long at) ->
                    throw new IllegalStateException(
                            "entry %d repeats the statement of entry %d".formatted(index, at));
            case Judgement.Refused(Refusal refusal) ->
                    throw new IllegalStateException(
                            "entry %d is inadmissible: %s".formatted(index, refusal.explanation()));
        }
        next = index + 1;
        lastAdmission = admittedAt;
    }

    /** When the newest entry was admitted; far in the past while there is none. */
    Instant newestAdmission() {
        return lastAdmission;
    }

    private static SiteAnd key(SiteWord word) {
        return new SiteAnd(word.site(), word.catalogue(), word.endorsement());
    }

    // ---- Application --------------------------------------------------------------------------

    private void enter(long index, StatementId id, Statement statement, Instant at) {
        var basis = new ArrayList<Long>(3);
        Recorded<?> entry =
                switch (statement) {
                    case Appointment s ->
                            people.enterAppointment(recorded(index, id, s, at), basis);
                    case Dismissal s -> people.enterDismissal(recorded(index, id, s, at), basis);
                    case Policy s -> people.enterPolicy(recorded(index, id, s, at), basis);
                    case Acceptance s -> people.enterAcceptance(recorded(index, id, s, at), basis);
                    case Practice s -> people.enterPractice(recorded(index, id, s, at), basis);
                    case Suspension s -> people.enterSuspension(recorded(index, id, s, at), basis);
                    case Reinstatement s -> enterReinstatement(recorded(index, id, s, at), basis);
                    case Endorsement s -> enterEndorsement(recorded(index, id, s, at), basis);
                    case Revocation s -> enterRevocation(recorded(index, id, s, at), basis);
                    case SiteWord s -> enterWord(recorded(index, id, s, at), basis);
                    case Block s -> enterBlock(recorded(index, id, s, at), basis);
                    case Unblock s -> enterUnblock(recorded(index, id, s, at), basis);
                    case SiteException s -> enterException(recorded(index, id, s, at), basis);
                };
        byId.put(id, entry);
        byIndex.put(index, entry);
        var person = personOf(statement);
        if (person != null) {
            add(aboutPerson, person.digest(), entry);
        }
        rests.put(index, List.copyOf(basis));
    }

    /** The person whose standing a statement is about; null where it is about none. */
    private static @Nullable Person personOf(Statement statement) {
        return switch (statement) {
            case Appointment s -> s.person();
            case Dismissal s -> s.person();
            case Suspension s -> s.person();
            case Reinstatement s -> s.person();
            case Acceptance s -> s.signer();
            case Practice s -> s.signer();
            case Policy _, AboutImage _ -> null;
        };
    }

    private static <S extends Statement> Recorded<S> recorded(
            long index, StatementId id, S statement, Instant at) {
        return new Recorded<>(index, id, statement, at);
    }

    private Recorded<?> enterEndorsement(Recorded<Endorsement> entry, List<Long> basis) {
        var statement = entry.statement();
        var signer = statement.signer();
        people.restOnEndorser(
                basis, signer, statement.owner(), statement.details().team(), entry.admittedAt());
        people.restOnPolicy(basis, signer, statement.policy());
        var asked = charter.contributors();
        if (asked != null
                && asked.rule() == ContributorRule.EACH
                && asked.binds(entry.admittedAt())) {
            for (var part : statement.lineage().parts()) {
                ruledStanding(part, entry.admittedAt())
                        .ifPresent(there -> basis.add(there.index()));
            }
        }
        for (var replaced : statement.details().replaces()) {
            add(replacedBy, replaced, entry);
        }
        endorsements.put(entry.id(), entry);
        add(byDigest, statement.image(), entry);
        add(byGuid, statement.guid(), entry);
        add(byRelease, new Release(statement.guid(), statement.version()), entry);
        var tag = statement.tag();
        if (tag != null) {
            add(byTag, new OwnerTag(statement.owner(), tag), entry);
        }
        add(aboutDigest, statement.image(), entry);
        return entry;
    }

    private Recorded<?> enterRevocation(Recorded<Revocation> entry, List<Long> basis) {
        var statement = entry.statement();
        var endorsement = endorsements.get(statement.endorsement());
        if (endorsement != null) {
            basis.add(endorsement.index());
            var owner = endorsement.statement().owner();
            if (!statement.signer().equals(endorsement.statement().signer())) {
                var officer = new Grant(owner, Role.SECURITY_OFFICER, statement.signer());
                people.restOnRole(
                        basis,
                        people.holds(officer, entry.admittedAt())
                                ? officer
                                : new Grant(owner, Role.APPOINTER, statement.signer()),
                        entry.admittedAt());
            }
        }
        revocations.put(statement.endorsement(), entry);
        add(aboutDigest, statement.image(), entry);
        return entry;
    }

    private Recorded<?> enterWord(Recorded<? extends SiteWord> entry, List<Long> basis) {
        var statement = entry.statement();
        people.restOnApprover(basis, statement.signer(), statement.site(), entry.admittedAt());
        words.put(key(statement), entry);
        add(aboutDigest, statement.image(), entry);
        return entry;
    }

    private Recorded<?> enterBlock(Recorded<Block> entry, List<Long> basis) {
        var statement = entry.statement();
        people.restOnBlockingRole(basis, statement.owner(), statement.signer(), entry.admittedAt());
        blocks.put(entry.id(), entry);
        blocksByDigest
                .computeIfAbsent(statement.image(), _ -> new LinkedHashSet<>())
                .add(entry.id());
        add(aboutDigest, statement.image(), entry);
        return entry;
    }

    private Recorded<?> enterReinstatement(Recorded<Reinstatement> entry, List<Long> basis) {
        var ended = people.suspensions().find(entry.statement().suspension());
        if (ended != null) {
            liftedSuspensions.add(new Lifted<>(ended, entry.index()));
        }
        return people.enterReinstatement(entry, basis);
    }

    private Recorded<?> enterUnblock(Recorded<Unblock> entry, List<Long> basis) {
        var statement = entry.statement();
        people.restOnBlockingRole(basis, statement.owner(), statement.signer(), entry.admittedAt());
        var block = blocks.remove(statement.block());
        if (block != null) {
            basis.add(block.index());
            liftedBlocks.add(new Lifted<>(block, entry.index()));
        }
        blocksByDigest.computeIfPresent(
                statement.image(),
                (_, ids) -> {
                    ids.remove(statement.block());
                    return ids.isEmpty() ? null : ids;
                });
        add(aboutDigest, statement.image(), entry);
        return entry;
    }

    private Recorded<?> enterException(Recorded<SiteException> entry, List<Long> basis) {
        var statement = entry.statement();
        people.restOnApprover(basis, statement.signer(), statement.site(), entry.admittedAt());
        add(exceptions, statement.image(), entry);
        add(aboutDigest, statement.image(), entry);
        return entry;
    }

    private static <K, V> void add(Map<K, List<V>> map, K key, V value) {
        map.computeIfAbsent(key, _ -> new ArrayList<>(2)).add(value);
    }

    // ---- Disputes -----------------------------------------------------------------------------

    /**
     * Marks an applied entry that the ledger could admit and that this reader cannot rely on. The
     * rules of admission go on as if nothing were: they are the ledger's. But what the entry, or
     * whatever rests on it, would permit does not count here; what it takes away stays taken away.
     *
     * @throws IllegalArgumentException when there is no such entry
     */
    public void dispute(long index) {
        if (!byIndex.containsKey(index)) {
            throw new IllegalArgumentException("no entry %d to dispute".formatted(index));
        }
        disputed.add(index);
    }

    /** How many entries are disputed themselves. */
    public int disputed() {
        return disputed.size();
    }

    /** Whether an entry, or something that it rests on, is disputed. */
    private boolean restsOnDispute(long index) {
        var entry = disputed.isEmpty() ? null : byIndex.get(index);
        return entry != null
                && (disputed.contains(index)
                        || support(entry.id()).stream().anyMatch(disputed::contains));
    }

    /** What is in force, and what only disputed entries have lifted. */
    private <S extends Statement> List<Recorded<S>> withHeld(
            List<Recorded<S>> inForce, List<Lifted<S>> lifted, Predicate<S> wanted) {
        if (disputed.isEmpty()) {
            return inForce;
        }
        return Stream.concat(
                        inForce.stream(),
                        lifted.stream()
                                .filter(one -> wanted.test(one.act().statement()))
                                .filter(one -> restsOnDispute(one.by()))
                                .map(Lifted::act))
                .sorted(Comparator.comparingLong(Recorded::index))
                .toList();
    }

    // ---- Queries: statements and people -------------------------------------------------------

    /** A statement by its id. */
    public Optional<Recorded<? extends Statement>> statement(StatementId id) {
        return Optional.ofNullable(byId.get(id));
    }

    /** A statement by its index. */
    public Optional<Recorded<? extends Statement>> statement(long index) {
        return Optional.ofNullable(byIndex.get(index));
    }

    /**
     * Whether the person holds the role for the owner at this moment, by appointment or by the
     * charter, and in their own name.
     */
    public boolean holds(Person person, Role role, Owner owner, Instant at) {
        return people.holds(new Grant(owner, role, person), at);
    }

    /**
     * Whether what the person signs at this moment is signed by an endorser of the owner: in their
     * own name, or in a team's with a key that nobody shares, so that it stands who acted.
     */
    public boolean isEndorser(Person person, Owner owner, Instant at) {
        return holds(person, Role.ENDORSER, owner, at)
                || appointments(person).stream()
                        .map(Recorded::statement)
                        .filter(one -> one.role() == Role.ENDORSER && one.owner().equals(owner))
                        .anyMatch(one -> one.terms().covers(at) && !one.terms().sharedKey());
    }

    /** The appointments of a person that no dismissal has ended, whatever their terms. */
    public List<Recorded<Appointment>> appointments(Person person) {
        return people.appointments(person);
    }

    /** The appointments by an owner that no dismissal has ended, whatever their terms. */
    public List<Recorded<Appointment>> appointments(Owner owner) {
        return people.appointments(owner);
    }

    /**
     * The addresses at which an owner is told of what concerns its images (PROC-contact): of those
     * who hold {@link Role#CONTACT} and are not suspended, each once.
     */
    public List<String> contacts(Owner owner, Instant at) {
        var newest = new LinkedHashMap<Person, String>();
        for (var entry : appointments(owner)) {
            var one = entry.statement();
            if (one.role() == Role.CONTACT
                    && one.terms().covers(at)
                    && !isSuspended(one.person(), owner)) {
                newest.put(one.person(), one.contact());
            }
        }
        return newest.values().stream().distinct().toList();
    }

    /** The person's acceptance of the policy of the charter's name, in the newest version. */
    public Optional<Recorded<Acceptance>> acceptance(Person person) {
        return people.policies().acceptance(person);
    }

    /** What a person has accepted, oldest first. */
    public List<Recorded<Acceptance>> acceptances(Person person) {
        return people.policies().acceptances(person);
    }

    /**
     * Why this person may not act in this role at this moment for want of an acceptance
     * (EGI-2.endorser, EGI-4.6); empty where they may.
     */
    public Optional<Refusal> missingAcceptance(Person person, Role role, Instant at) {
        return role == Role.CONTACT
                ? Optional.empty()
                : Optional.ofNullable(people.policies().refusalToAct(person, role, at));
    }

    /**
     * Those who have accepted a policy here and are meant by this name when a VM is started: by the
     * subject of a certificate, in any of its forms. Several where authorities share a subject.
     */
    public List<Person> acceptors(String name) {
        return people.policies().acceptors(name);
    }

    /** Every version of every policy: the charter's first, each in its order. */
    public List<PolicyVersion> policies() {
        return people.policies().all();
    }

    /** A policy by the digest of its document. */
    public Optional<PolicyVersion> policy(Sha256 document) {
        return people.policies().find(document);
    }

    /**
     * Every statement about a person, oldest first: appointments, dismissals, suspensions and
     * reinstatements of them, and what they accepted and published.
     *
     * @param digest of the person
     */
    public List<Recorded<?>> historyOfPerson(Sha256 digest) {
        return List.copyOf(aboutPerson.getOrDefault(digest, List.of()));
    }

    /** Every practice statement, oldest first (END-4.3). */
    public List<Recorded<Practice>> practices() {
        return people.practices();
    }

    /** Every suspension in force, oldest first. */
    public List<Recorded<Suspension>> suspensions() {
        return withHeld(people.suspensions().all(), liftedSuspensions, _ -> true);
    }

    /** The suspensions in force of a person, oldest first. */
    public List<Recorded<Suspension>> suspensions(Person person) {
        return withHeld(
                people.suspensions().of(person),
                liftedSuspensions,
                suspension -> suspension.person().equals(person));
    }

    /** Whether a suspension in this ledger reaches what the person does for this owner. */
    public boolean isSuspended(Person person, Owner owner) {
        return suspensions(person).stream().anyMatch(entry -> entry.statement().reaches(owner));
    }

    /** The suspensions in force of whoever is meant by this name when a VM is started. */
    public List<Recorded<Suspension>> suspensionsOfOperator(String name) {
        return withHeld(
                people.suspensions().ofOperator(name),
                liftedSuspensions,
                suspension -> Suspensions.isMeant(suspension, name));
    }

    /** All acceptances, oldest first. */
    public List<Recorded<Acceptance>> acceptances() {
        return people.policies().acceptances();
    }

    // ---- Queries: images ----------------------------------------------------------------------

    /** An endorsement by its id, revoked or not. */
    public Optional<Recorded<Endorsement>> endorsement(StatementId id) {
        return Optional.ofNullable(endorsements.get(id));
    }

    /** Every endorsement, revoked or not, oldest first; a view that lives with the register. */
    public Iterable<Recorded<Endorsement>> endorsements() {
        return Collections.unmodifiableCollection(endorsements.values());
    }

    /** The endorsements of an image file, revoked or not, oldest first. */
    public List<Recorded<Endorsement>> endorsements(Sha512 image) {
        return List.copyOf(byDigest.getOrDefault(image, List.of()));
    }

    /** The endorsements of all versions of an image, revoked or not, oldest first. */
    public List<Recorded<Endorsement>> endorsements(Guid guid) {
        return List.copyOf(byGuid.getOrDefault(guid, List.of()));
    }

    /** The first endorsement of any version of an image. */
    Optional<Recorded<Endorsement>> firstEndorsement(Guid guid) {
        return Optional.ofNullable(byGuid.get(guid)).map(List::getFirst);
    }

    /** The endorsements of one version of an image, revoked or not, oldest first. */
    public List<Recorded<Endorsement>> endorsements(Guid guid, Version version) {
        return List.copyOf(byRelease.getOrDefault(new Release(guid, version), List.of()));
    }

    /** The endorsements that ever had this tag of this owner, oldest first: the tag's history. */
    public List<Recorded<Endorsement>> endorsements(Owner owner, Tag tag) {
        return List.copyOf(byTag.getOrDefault(new OwnerTag(owner, tag), List.of()));
    }

    /** What a tag names now: the newest endorsement under it that counts (TVM-2.tag). */
    public Optional<Recorded<Endorsement>> resolve(Owner owner, Tag tag, Instant at) {
        return endorsements(owner, tag).reversed().stream()
                .filter(entry -> counts(entry, at))
                .findFirst();
    }

    /** The revocation of an endorsement. */
    public Optional<Recorded<Revocation>> revocation(StatementId endorsement) {
        return Optional.ofNullable(revocations.get(endorsement));
    }

    /** Why an endorsement does not count; the order is that in which they are told. */
    public enum Lapse {
        /** It was revoked. */
        REVOKED,
        /** The endorser is suspended. */
        SUSPENDED,
        /** The endorser does not hold the role any more. */
        ROLE_ENDED,
        /** It, or what it rests on, is disputed by this reader. */
        DISPUTED,
        /** The planned end has come. */
        ENDED,
        /** A waiver that it needs has expired. */
        WAIVER_EXPIRED,
        /** The charter asks for endorsed parts, and one of the image's is not endorsed any more. */
        CONTRIBUTOR_NOT_ENDORSED;

        /** Whether what has lapsed so never counts again, whatever else is said. */
        public boolean isForGood() {
            return this == REVOKED || this == ENDED;
        }
    }

    /**
     * Whether an endorsement counts at this moment: it is in this ledger and not revoked, its
     * endorser holds the role and is not suspended, its planned end has not come, each blocking
     * finding is waived still, and its parts are endorsed where the charter asks for that.
     */
    public boolean counts(StatementId endorsement, Instant at) {
        var entry = endorsements.get(endorsement);
        return entry != null && counts(entry, at);
    }

    private boolean counts(Recorded<Endorsement> entry, Instant at) {
        return lapse(entry, at) == null;
    }

    /** The first reason why an endorsement of this ledger does not count; empty when it counts. */
    public Optional<Lapse> lapse(StatementId endorsement, Instant at) {
        var entry = endorsements.get(endorsement);
        return entry == null ? Optional.empty() : Optional.ofNullable(lapse(entry, at));
    }

    private @Nullable Lapse lapse(Recorded<Endorsement> entry, Instant at) {
        var ruled = ruledLapse(entry, at);
        if (ruled != null || disputed.isEmpty()) {
            return ruled;
        }
        if (endorserSuspended(entry.statement())) {
            return Lapse.SUSPENDED;
        }
        if (disputes(entry.statement(), at)) {
            return Lapse.DISPUTED;
        }
        return missingPart(entry, at).isPresent() ? Lapse.CONTRIBUTOR_NOT_ENDORSED : null;
    }

    /** By what the ledger admitted alone: its rules know no disputes. */
    private @Nullable Lapse ruledLapse(Recorded<Endorsement> entry, Instant at) {
        var statement = entry.statement();
        if (revocations.containsKey(entry.id())) {
            return Lapse.REVOKED;
        }
        if (people.suspensions().of(statement.signer()).stream()
                .anyMatch(one -> one.statement().reaches(statement.owner()))) {
            return Lapse.SUSPENDED;
        }
        if (!endorserHolds(statement, at)) {
            return Lapse.ROLE_ENDED;
        }
        if (entry.statement().details().ended(at)) {
            return Lapse.ENDED;
        }
        if (entry.statement().uncovered(at) != null) {
            return Lapse.WAIVER_EXPIRED;
        }
        return missingPart(entry, part -> ruledStanding(part, at)).isPresent()
                ? Lapse.CONTRIBUTOR_NOT_ENDORSED
                : null;
    }

    /** The first part of an image that the charter wants to be endorsed and that is not. */
    Optional<Lineage.Part> missingPart(Recorded<Endorsement> entry, Instant at) {
        return missingPart(entry, part -> standing(part, at));
    }

    private Optional<Lineage.Part> missingPart(
            Recorded<Endorsement> entry,
            Function<Lineage.Part, Optional<Recorded<Endorsement>>> standing) {
        var asked = charter.contributors();
        if (asked == null
                || asked.rule() != ContributorRule.EACH
                || !asked.binds(entry.admittedAt())) {
            return Optional.empty();
        }
        return entry.statement().lineage().parts().stream()
                .filter(part -> standing.apply(part).isEmpty())
                .findFirst();
    }

    /** The newest endorsement of a part, as the kind that it is, that counts. */
    private Optional<Recorded<Endorsement>> standing(Lineage.Part part, Instant at) {
        return standing(part, entry -> counts(entry, at));
    }

    /** The same by what the ledger admitted alone. */
    Optional<Recorded<Endorsement>> ruledStanding(Lineage.Part part, Instant at) {
        return standing(part, entry -> ruledLapse(entry, at) == null);
    }

    private Optional<Recorded<Endorsement>> standing(
            Lineage.Part part, Predicate<Recorded<Endorsement>> counts) {
        // A part has no parts of its own, so this ends.
        return byDigest.getOrDefault(part.image(), List.of()).reversed().stream()
                .filter(entry -> entry.statement().lineage().kind() == part.kind())
                .filter(counts)
                .findFirst();
    }

    /**
     * What to use in place of an endorsement: what its revocation names, else the newest that names
     * it as replaced and counts.
     */
    public Optional<StatementId> replacement(StatementId endorsement, Instant at) {
        var revoked = revocations.get(endorsement);
        if (revoked != null && revoked.statement().replacement() != null) {
            return Optional.ofNullable(revoked.statement().replacement());
        }
        return replacedBy.getOrDefault(endorsement, List.of()).reversed().stream()
                .filter(entry -> counts(entry, at))
                .map(Recorded::id)
                .findFirst();
    }

    /** Whether the endorser holds the role at this moment, as the ledger has it. */
    boolean endorserHolds(Endorsement endorsement, Instant at) {
        return people.holds(grant(endorsement), at);
    }

    /** Whether an endorsement, or all by which its endorser holds the role, is disputed. */
    boolean disputes(Endorsement endorsement, Instant at) {
        return !disputed.isEmpty() && !undisputed(endorsement, grant(endorsement), at);
    }

    private static Grant grant(Endorsement endorsement) {
        var act = endorsement.details().team();
        return new Grant(
                endorsement.owner(),
                Role.ENDORSER,
                endorsement.signer(),
                act == null ? null : act.team());
    }

    private boolean undisputed(Endorsement endorsement, Grant grant, Instant at) {
        return (people.isFirst(grant)
                        || people.allStanding(grant, at).stream()
                                .anyMatch(one -> !restsOnDispute(one.index())))
                && byDigest.getOrDefault(endorsement.image(), List.of()).stream()
                        .filter(entry -> entry.statement().equals(endorsement))
                        .noneMatch(entry -> restsOnDispute(entry.index()));
    }

    /** The suspensions in force of whoever made an endorsement, whatever they reach. */
    List<Recorded<Suspension>> suspensions(Endorsement endorsement) {
        return suspensions(endorsement.signer());
    }

    /** Whether an endorsement does not count because of a suspension in this ledger. */
    public boolean endorserSuspended(Endorsement endorsement) {
        return isSuspended(endorsement.signer(), endorsement.owner());
    }

    /** From when to when the endorser answers for the image (END-4.10). */
    public Optional<Responsibility> responsibility(StatementId endorsement) {
        return endorsement(endorsement)
                .map(
                        entry -> {
                            var revoked = revocations.get(endorsement);
                            return Responsibility.of(
                                    entry, revoked == null ? null : revoked.admittedAt());
                        });
    }

    /** The blocks of an image that no unblock has lifted, oldest first. */
    public List<Recorded<Block>> blocks(Sha512 image) {
        var inForce =
                blocksByDigest.getOrDefault(image, Set.of()).stream()
                        .flatMap(id -> Optional.ofNullable(blocks.get(id)).stream())
                        .toList();
        return withHeld(inForce, liftedBlocks, block -> block.image().equals(image));
    }

    /** A block that no unblock has lifted. */
    Optional<Recorded<Block>> block(StatementId id) {
        return Optional.ofNullable(blocks.get(id));
    }

    /** A site's last word on an endorsement of some catalogue: approval or refusal. */
    public Optional<Recorded<? extends SiteWord>> word(
            Owner site, Origin catalogue, StatementId endorsement) {
        return Optional.ofNullable(words.get(new SiteAnd(site, catalogue, endorsement)));
    }

    /** The exceptions that sites made for an image file, over or not, oldest first. */
    public List<Recorded<SiteException>> exceptions(Sha512 image) {
        return List.copyOf(exceptions.getOrDefault(image, List.of()));
    }

    /** Every statement about an image file, oldest first. */
    public List<Recorded<? extends AboutImage>> history(Sha512 image) {
        return List.copyOf(aboutDigest.getOrDefault(image, List.of()));
    }

    /**
     * Every statement about an image in all its versions, oldest first (END-4.5): its endorsements,
     * what names one of them, and the blocks of their files.
     */
    public List<Recorded<? extends AboutImage>> history(Guid guid) {
        var own = new HashSet<StatementId>();
        var found = new TreeMap<Long, Recorded<? extends AboutImage>>();
        byGuid.getOrDefault(guid, List.of()).forEach(entry -> own.add(entry.id()));
        for (var endorsed : byGuid.getOrDefault(guid, List.of())) {
            for (var entry : aboutDigest.getOrDefault(endorsed.statement().image(), List.of())) {
                boolean about =
                        switch (entry.statement()) {
                            case Endorsement _ -> own.contains(entry.id());
                            case Revocation s -> own.contains(s.endorsement());
                            case SiteWord s -> own.contains(s.endorsement());
                            case Block _, Unblock _, SiteException _ -> true;
                        };
                if (about) {
                    found.put(entry.index(), entry);
                }
            }
        }
        return List.copyOf(found.values());
    }

    // ---- Support ------------------------------------------------------------------------------

    /**
     * The indexes of the statements that a statement rests on, rising, without its own: the
     * appointments that lead from a first appointer to its signer, the signer's acceptance, and
     * what it names. A {@link #sparse} register admits them in this order, and then the statement.
     */
    public List<Long> support(StatementId id) {
        var entry = byId.get(id);
        if (entry == null) {
            return List.of();
        }
        var found = new TreeSet<Long>();
        var appointments = new HashMap<Grant, TreeSet<Long>>();
        var open = new ArrayDeque<>(rests.getOrDefault(entry.index(), List.of()));
        while (!open.isEmpty()) {
            var index = open.remove();
            if (!found.add(index)) {
                continue;
            }
            open.addAll(rests.getOrDefault(index, List.of()));
            if (byIndex.get(index) instanceof Recorded<?>(_, _, Appointment appointment, _)) {
                // Two appointments of one person to one role need the dismissal between them.
                var same =
                        appointments.computeIfAbsent(Grant.of(appointment), _ -> new TreeSet<>());
                same.add(index);
                for (var earlier : same.headSet(same.last())) {
                    var dismissal = people.end(earlier);
                    if (dismissal != null && same.higher(dismissal.index()) != null) {
                        open.add(dismissal.index());
                    }
                }
            }
        }
        return List.copyOf(found);
    }
}
