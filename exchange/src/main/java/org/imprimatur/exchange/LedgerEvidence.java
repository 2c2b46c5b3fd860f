package org.imprimatur.exchange;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.imprimatur.exchange.BundleVerifier.Link;
import org.imprimatur.ledger.Checkpoint;
import org.imprimatur.ledger.ConsistencyProof;
import org.imprimatur.ledger.ForkProof;
import org.imprimatur.ledger.Hash;
import org.imprimatur.ledger.InclusionProof;
import org.imprimatur.ledger.NoteCheck;
import org.imprimatur.ledger.NoteVerifier;
import org.imprimatur.ledger.SignedNote;
import org.imprimatur.ledger.VerifiedCheckpoint;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.StrictJson;
import org.imprimatur.register.StrictJson.Members;
import org.jspecify.annotations.Nullable;

/**
 * What was found against a ledger, in one file ({@code docs/format.md}, "Evidence"): enough for
 * anybody to judge without asking the finder, or the ledger, as far as it can be judged at all.
 *
 * @param kind what the finder takes it for, such as {@code split-view}
 * @param ledger the ledger's key; its name is the origin
 * @param witnesses keys of witnesses whose cosignatures the notes carry
 * @param foundAt the finder's clock
 * @param explanation the finder's words
 * @param seen a checkpoint that was believed before; null for none
 * @param served what was served then, whatever it is; null where only {@code seen} counts
 * @param fork proof that the one does not continue the other; null for none
 * @param entry an entry of the tree of {@code seen}; null for none
 */
public record LedgerEvidence(
        String kind,
        NoteVerifier ledger,
        List<NoteVerifier> witnesses,
        Instant foundAt,
        String explanation,
        @Nullable SignedNote seen,
        @Nullable Served served,
        @Nullable ForkProof fork,
        @Nullable Entry entry) {

    /** No file is larger. */
    public static final int MAX_BYTES = 512 * 1024;

    /** The media type of the file. */
    public static final String MEDIA_TYPE = "application/vnd.imprimatur.ledger-evidence.v1+json";

    private static final String FORMAT = "https://imprimatur.org/ledger-evidence/v1";
    private static final Pattern KIND = Pattern.compile("[a-z-]{1,32}");
    private static final int MAX_EXPLANATION = 4000;
    private static final int MAX_WITNESSES = 32;

    /** What was served, byte for byte. */
    public static final class Served {

        private final byte[] bytes;

        /** Copies the bytes. */
        public Served(byte[] bytes) {
            this.bytes = bytes.clone();
        }

        /** A copy of them. */
        public byte[] bytes() {
            return bytes.clone();
        }

        /** As a signed note, if they are one. */
        public Optional<SignedNote> note() {
            try {
                return Optional.of(SignedNote.parse(bytes));
            } catch (org.imprimatur.ledger.MalformedInput e) {
                return Optional.empty();
            }
        }
    }

    /**
     * An entry, and its path in the tree of a checkpoint.
     *
     * @param hashes inclusion proof
     */
    public record Entry(long index, byte[] bytes, List<Hash> hashes) {

        /** Copies bytes and hashes. */
        public Entry {
            bytes = bytes.clone();
            hashes = List.copyOf(hashes);
        }

        @Override
        public byte[] bytes() {
            return bytes.clone();
        }
    }

    /** Checks kind and explanation, copies the list, and drops what is below a microsecond. */
    public LedgerEvidence {
        if (!KIND.matcher(kind).matches()) {
            throw new MalformedInput("kind", "letters a to z and '-', at most 32", "another text");
        }
        if (explanation.isBlank() || explanation.length() > MAX_EXPLANATION) {
            throw new MalformedInput("explanation", "1 to 4000 characters", "another length");
        }
        witnesses = List.copyOf(witnesses);
        foundAt = foundAt.truncatedTo(ChronoUnit.MICROS);
    }

    // ---- As a file ---------------------------------------------------------------------------

    /** Writes the file: always the same bytes for the same evidence. */
    public byte[] write() {
        var json = JsonNodeFactory.instance.objectNode();
        json.put("format", FORMAT)
                .put("kind", kind)
                .put("ledger", ledger.toString())
                .put("foundAt", foundAt.toString())
                .put("explanation", explanation);
        var keys = json.putArray("witnesses");
        witnesses.forEach(witness -> keys.add(witness.toString()));
        if (seen != null) {
            json.put("seen", seen.toString());
        }
        if (served != null) {
            var note = served.note();
            if (note.isPresent()) {
                json.put("offered", note.get().toString());
            } else {
                json.put("served", Base64.getEncoder().encodeToString(served.bytes()));
            }
        }
        if (fork != null) {
            var object = json.putObject("fork").put("prefix", fork.prefix().base64());
            var hashes = object.putArray("hashes");
            fork.hashes().forEach(hash -> hashes.add(hash.base64()));
        }
        if (entry != null) {
            var object =
                    json.putObject("entry")
                            .put("index", entry.index())
                            .put("bytes", Base64.getEncoder().encodeToString(entry.bytes()));
            var hashes = object.putArray("hashes");
            entry.hashes().forEach(hash -> hashes.add(hash.base64()));
        }
        return CharterJson.bytes(json);
    }

    /**
     * Reads a file. Nothing in it is verified: see {@link #judge()}.
     *
     * @throws MalformedInput with the member that is wrong
     */
    public static LedgerEvidence read(byte[] json) {
        var in = StrictJson.read(json, MAX_BYTES);
        if (!in.text("format").equals(FORMAT)) {
            throw new MalformedInput("format", FORMAT, "another text");
        }
        var kind = in.text("kind");
        var ledger = in.value("ledger", LedgerEvidence::key);
        var foundAt = in.instant("foundAt");
        var explanation = in.text("explanation");
        var witnesses = new ArrayList<NoteVerifier>();
        for (var text : in.texts("witnesses", MAX_WITNESSES)) {
            witnesses.add(key(text));
        }
        var seen = in.has("seen") ? in.value("seen", LedgerEvidence::note) : null;
        Served served = null;
        if (in.has("offered")) {
            served = new Served(in.value("offered", LedgerEvidence::note).bytes());
        } else if (in.has("served")) {
            served = new Served(in.value("served", LedgerEvidence::base64));
        }
        var fork = in.has("fork") ? fork(in.object("fork")) : null;
        var entry = in.has("entry") ? entry(in.object("entry")) : null;
        in.end();
        var read = served;
        return in.build(
                () ->
                        new LedgerEvidence(
                                kind,
                                ledger,
                                witnesses,
                                foundAt,
                                explanation,
                                seen,
                                read,
                                fork,
                                entry));
    }

    private static ForkProof fork(Members in) {
        var prefix = in.value("prefix", LedgerEvidence::hash);
        var hashes = hashes(in);
        in.end();
        return new ForkProof(prefix, hashes);
    }

    private static Entry entry(Members in) {
        long index = in.number("index");
        var bytes = in.value("bytes", LedgerEvidence::base64);
        var hashes = hashes(in);
        in.end();
        return new Entry(index, bytes, hashes);
    }

    private static List<Hash> hashes(Members in) {
        var hashes = new ArrayList<Hash>();
        for (var text : in.texts("hashes", ConsistencyProof.MAX_HASHES)) {
            hashes.add(hash(text));
        }
        return hashes;
    }

    private static NoteVerifier key(String text) {
        return of("a C2SP verifier key", text, NoteVerifier::parse);
    }

    private static SignedNote note(String text) {
        return of("a signed note", text, note -> SignedNote.parse(note.getBytes(UTF_8)));
    }

    private static Hash hash(String text) {
        return of("a hash in base64", text, Hash::parseBase64);
    }

    private static <T> T of(String expected, String text, Function<String, T> parser) {
        try {
            return parser.apply(text);
        } catch (org.imprimatur.ledger.MalformedInput e) {
            throw new MalformedInput("", expected, e.explanation());
        }
    }

    private static byte[] base64(String text) {
        try {
            byte[] bytes = Base64.getDecoder().decode(text);
            if (Base64.getEncoder().encodeToString(bytes).equals(text)) {
                return bytes;
            }
        } catch (IllegalArgumentException e) {
            throw new MalformedInput("", "base64", "another text");
        }
        throw new MalformedInput("", "base64 with padding", "another text");
    }

    // ---- What it proves ----------------------------------------------------------------------

    /** How far the file speaks for itself. */
    public enum Verdict {
        /** The ledger's key is convicted by its own signatures, whoever found them. */
        PROVEN,
        /** The signatures hold; that they accuse the ledger is the finder's word. */
        SHOWN,
        /** Nothing in the file is the ledger's. */
        NOTHING
    }

    /**
     * What came of looking at the file.
     *
     * @param links everything that was checked, in order
     * @param meaning what it proves, and what it does not, in one sentence
     */
    public record Judgement(Verdict verdict, List<Link> links, String meaning) {

        /** Copies the list. */
        public Judgement {
            links = List.copyOf(links);
        }
    }

    /** Judges the file by nothing but itself. Whether the key is the ledger's, a charter tells. */
    public Judgement judge() {
        var links = new ArrayList<Link>();
        var before = seen == null ? null : checked("believed before", seen, links);
        var after = offered(links);
        if (before != null && after != null) {
            var compared = compared(before, after, links);
            if (compared != null) {
                return new Judgement(Verdict.PROVEN, links, compared);
            }
        }
        var misused = misused(links);
        if (misused != null) {
            return new Judgement(Verdict.PROVEN, links, misused);
        }
        if (entry != null && before != null) {
            return heldEntry(entry, before, links);
        }
        if (before != null && after != null && after.size() < before.size()) {
            return new Judgement(
                    Verdict.SHOWN,
                    links,
                    "the ledger signed %d entries and %d entries; that the smaller was served after the larger is the word of the finder"
                            .formatted(before.size(), after.size()));
        }
        if (before != null || after != null) {
            return new Judgement(
                    Verdict.SHOWN,
                    links,
                    "the ledger signed what is here; what was served besides, and when, is the word of the finder");
        }
        return new Judgement(
                Verdict.NOTHING,
                links,
                "nothing here is signed by the ledger: whoever answered in its name served it");
    }

    private @Nullable VerifiedCheckpoint offered(List<Link> links) {
        if (served == null) {
            return null;
        }
        var note = served.note();
        if (note.isEmpty()) {
            links.add(new Link("served", false, "what was served is no signed note"));
            return null;
        }
        return checked("offered", note.get(), links);
    }

    private @Nullable VerifiedCheckpoint checked(String what, SignedNote note, List<Link> links) {
        return switch (VerifiedCheckpoint.check(note, ledger, witnesses)) {
            case VerifiedCheckpoint.Check.Good(var checkpoint) -> {
                links.add(
                        new Link(
                                what,
                                true,
                                "%s has signed %d entries with the root %s%s"
                                        .formatted(
                                                checkpoint.origin(),
                                                checkpoint.size(),
                                                checkpoint.head().root().base64(),
                                                cosigned(checkpoint))));
                yield checkpoint;
            }
            case VerifiedCheckpoint.Check.BadSignature bad ->
                    failed(what, bad.explanation(), links);
            case VerifiedCheckpoint.Check.WrongOrigin wrong ->
                    failed(what, wrong.explanation(), links);
            case VerifiedCheckpoint.Check.NotACheckpoint not ->
                    failed(what, not.explanation(), links);
        };
    }

    private static @Nullable VerifiedCheckpoint failed(
            String what, String explanation, List<Link> links) {
        links.add(new Link(what, false, explanation));
        return null;
    }

    private static String cosigned(VerifiedCheckpoint checkpoint) {
        var text = new StringBuilder();
        checkpoint
                .signatures()
                .forEach(
                        signature ->
                                signature
                                        .time()
                                        .ifPresent(
                                                time ->
                                                        text.append("; ")
                                                                .append(signature.key().name())
                                                                .append(" cosigned it at ")
                                                                .append(time)));
        return text.toString();
    }

    /** What two checkpoints of the ledger prove against it; null for nothing. */
    private @Nullable String compared(
            VerifiedCheckpoint before, VerifiedCheckpoint after, List<Link> links) {
        var smaller = before.size() <= after.size() ? before.head() : after.head();
        var larger = before.size() <= after.size() ? after.head() : before.head();
        if (smaller.size() == larger.size() && !smaller.equals(larger)) {
            links.add(new Link("contradiction", true, "two roots for the size " + smaller.size()));
            return "the ledger signed two different trees of %d entries: it showed two histories"
                    .formatted(smaller.size());
        }
        if (fork == null) {
            return null;
        }
        boolean convicts = fork.convicts(smaller, larger);
        links.add(
                new Link(
                        "contradiction",
                        convicts,
                        convicts
                                ? "the first %d entries of the larger tree have the root %s"
                                        .formatted(smaller.size(), fork.prefix().base64())
                                : "the proof of a fork does not lead to the larger tree, or to no other beginning"));
        return convicts
                ? "the ledger signed %d entries that do not continue the %d that it signed as well: it showed two histories"
                        .formatted(larger.size(), smaller.size())
                : null;
    }

    /** What the ledger's key signed that it must not; null for nothing. */
    private @Nullable String misused(List<Link> links) {
        if (served == null || served.note().isEmpty()) {
            return null;
        }
        var note = served.note().get();
        if (!(note.check(List.of(ledger)) instanceof NoteCheck.Verified)) {
            return null;
        }
        String origin;
        try {
            origin = Checkpoint.parse(note.text()).origin();
        } catch (org.imprimatur.ledger.MalformedInput e) {
            links.add(new Link("misuse", true, "a text that is no checkpoint: " + e.explanation()));
            return "the ledger's key signed something else than a checkpoint";
        }
        if (origin.equals(ledger.name())) {
            return null;
        }
        links.add(new Link("misuse", true, "a checkpoint of another ledger"));
        return "the ledger's key signed a checkpoint with another origin";
    }

    private static Judgement heldEntry(
            Entry entry, VerifiedCheckpoint checkpoint, List<Link> links) {
        boolean held;
        try {
            held =
                    new InclusionProof(entry.index(), checkpoint.size(), entry.hashes())
                            .proves(Hash.ofLeaf(entry.bytes()), checkpoint.head());
        } catch (org.imprimatur.ledger.MalformedInput e) {
            held = false;
        }
        links.add(
                new Link(
                        "entry",
                        held,
                        held
                                ? "entry %d, %d bytes, is in that tree"
                                        .formatted(entry.index(), entry.bytes().length)
                                : "entry %d is not proven to be in that tree"
                                        .formatted(entry.index())));
        return new Judgement(
                Verdict.SHOWN,
                links,
                held
                        ? "the ledger holds this entry; that its rules do not admit it, charter, anchors and the entries before it tell"
                        : "the ledger signed what is here; that it served this entry is the word of the finder");
    }
}
