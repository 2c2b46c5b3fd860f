package org.imprimatur.exchange;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.imprimatur.exchange.BundleVerifier.Link;
import org.imprimatur.ledger.MerkleMap;
import org.imprimatur.ledger.NoteVerifier;
import org.imprimatur.ledger.VerifiedCheckpoint;
import org.imprimatur.register.Charter;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.StatusKey;
import org.imprimatur.register.StatusLine;
import org.imprimatur.register.StatusLine.Endorsed;
import org.imprimatur.register.StatusRecords;
import org.jspecify.annotations.Nullable;

/**
 * Verifies status proofs off line, link by link, against a charter that the reader has from
 * elsewhere ({@code docs/format.md}, "Status map").
 */
public final class StatusVerifier {

    private final Charter charter;
    private final NoteVerifier ledger;
    private final List<NoteVerifier> witnesses;

    /**
     * For proofs of this charter's ledger.
     *
     * @param witnesses keys of known cosigners, whose cosignatures are checked where present
     * @throws MalformedInput when the charter's key is not the key of its ledger
     */
    public StatusVerifier(Charter charter, Collection<NoteVerifier> witnesses) {
        this.charter = charter;
        this.ledger = CharterJson.ledgerKey(charter);
        this.witnesses = List.copyOf(witnesses);
    }

    /** What came of it, with every link that was checked, in order. */
    public sealed interface Outcome {

        List<Link> links();

        /**
         * Every record is the whole record at the checkpoint's size.
         *
         * @param records those that the answer needs; what is not among them has no lines
         */
        record Proven(
                VerifiedCheckpoint checkpoint,
                StatusRoot root,
                StatusRecords records,
                List<Link> links)
                implements Outcome {

            public Proven {
                links = List.copyOf(links);
            }
        }

        /** The last link does not hold. */
        record NotProven(List<Link> links) implements Outcome {

            public NotProven {
                links = List.copyOf(links);
            }

            /** What does not hold, and what was found instead. */
            public Link broken() {
                return links.getLast();
            }
        }
    }

    /** Verifies a proof. */
    public Outcome verify(StatusProof proof) {
        return new Check().run(proof);
    }

    /**
     * The records that must be known: those asked for, the file of each endorsement in the record
     * of an image, the parts of each file, and the signer of each endorsement in the record of a
     * file.
     */
    static Set<StatusKey> needed(
            Collection<StatusKey> asked, Function<StatusKey, List<StatusLine>> lines) {
        var needed = new LinkedHashSet<>(asked);
        var files = new LinkedHashSet<StatusKey>();
        for (var key : asked) {
            for (var line : lines.apply(key)) {
                // In the record of a file this is the file itself.
                if (line.act() instanceof Endorsed endorsed) {
                    files.add(StatusKey.of(endorsed.image()));
                }
            }
        }
        for (var file : List.copyOf(files)) {
            for (var line : lines.apply(file)) {
                // A part has no parts of its own.
                if (line.act() instanceof Endorsed endorsed) {
                    endorsed.lineage().parts().forEach(p -> files.add(StatusKey.of(p.image())));
                }
            }
        }
        needed.addAll(files);
        for (var file : files) {
            for (var line : lines.apply(file)) {
                if (line.act() instanceof Endorsed) {
                    needed.add(StatusKey.of(line.signer()));
                }
            }
        }
        return needed;
    }

    /** One verification: the first thing that does not hold ends it. */
    private final class Check {

        private final List<Link> links = new ArrayList<>();

        Outcome run(StatusProof proof) {
            var checkpoint = checkpoint(proof);
            var root = checkpoint == null ? null : root(checkpoint, proof);
            if (checkpoint == null || root == null) {
                return new Outcome.NotProven(links);
            }
            var records = records(proof, checkpoint.size(), root.newest());
            if (records == null || !complete(proof, records)) {
                return new Outcome.NotProven(links);
            }
            return new Outcome.Proven(checkpoint, root, new StatusRecords(charter, records), links);
        }

        private @Nullable VerifiedCheckpoint checkpoint(StatusProof proof) {
            return switch (VerifiedCheckpoint.check(proof.checkpoint(), ledger, witnesses)) {
                case VerifiedCheckpoint.Check.BadSignature bad ->
                        broken("checkpoint", bad.explanation());
                case VerifiedCheckpoint.Check.WrongOrigin wrong ->
                        broken("checkpoint", wrong.explanation());
                case VerifiedCheckpoint.Check.NotACheckpoint not ->
                        broken("checkpoint", not.explanation());
                case VerifiedCheckpoint.Check.Good(var checkpoint) -> {
                    good(
                            "checkpoint",
                            "%s of %d entries, signed by the charter's key"
                                    .formatted(checkpoint.origin(), checkpoint.size()));
                    yield checkpoint;
                }
            };
        }

        private @Nullable StatusRoot root(VerifiedCheckpoint checkpoint, StatusProof proof) {
            try {
                var root = StatusRoot.of(checkpoint.checkpoint());
                if (root.isEmpty()) {
                    return broken(
                            "status root",
                            "this checkpoint has none, so that it proves no status: the ledger is of a time or a software without status maps");
                }
                if (!proof.map().root().equals(root.get().root())) {
                    return broken(
                            "status root",
                            "the checkpoint has %s, and the map in this proof %s"
                                    .formatted(root.get().root(), proof.map().root()));
                }
                good(
                        "status root",
                        "the map is the one that the checkpoint names; newest entry admitted %s"
                                .formatted(root.get().newest()));
                return root.get();
            } catch (MalformedInput e) {
                return broken("status root", e.explanation());
            }
        }

        private @Nullable Map<StatusKey, List<StatusLine>> records(
                StatusProof proof, long size, Instant newest) {
            var records = new LinkedHashMap<StatusKey, List<StatusLine>>();
            for (var record : proof.records()) {
                var lines = lines(record, size, newest);
                if (lines == null) {
                    return null;
                }
                if (records.put(record.key(), lines) != null) {
                    return broken("record " + record.key(), "it is there twice");
                }
            }
            return records;
        }

        private @Nullable List<StatusLine> lines(
                StatusProof.Record record, long size, Instant newest) {
            var lines = new ArrayList<StatusLine>();
            long last = -1;
            Instant admitted = Instant.MIN;
            for (var text : record.lines()) {
                String wrong;
                try {
                    var line = StatusLine.parse(text);
                    wrong = wrong(record.key(), line, last, admitted, size, newest);
                    lines.add(line);
                    last = line.index();
                    admitted = line.admittedAt();
                } catch (MalformedInput e) {
                    wrong = e.explanation();
                }
                if (wrong != null) {
                    return broken(
                            "record " + record.key(), "line %d: %s".formatted(lines.size(), wrong));
                }
            }
            return lines;
        }

        private static @Nullable String wrong(
                StatusKey key,
                StatusLine line,
                long last,
                Instant admitted,
                long size,
                Instant newest) {
            if (!line.keys().contains(key)) {
                return "it belongs to another record";
            }
            if (line.index() <= last) {
                return "entry %d stands behind entry %d".formatted(line.index(), last);
            }
            if (line.index() >= size) {
                return "entry %d of a ledger of %d".formatted(line.index(), size);
            }
            if (line.admittedAt().isBefore(admitted)) {
                return "admitted at %s, before the entry ahead of it".formatted(line.admittedAt());
            }
            if (line.admittedAt().isAfter(newest)) {
                return "admitted at %s, after the newest entry".formatted(line.admittedAt());
            }
            return null;
        }

        private boolean complete(StatusProof proof, Map<StatusKey, List<StatusLine>> records) {
            var needed = needed(proof.asked(), key -> records.getOrDefault(key, List.of()));
            var left = new LinkedHashSet<>(records.keySet());
            for (var key : needed) {
                left.remove(key);
                var lines = records.get(key);
                boolean good =
                        switch (proof.map().find(StatusMap.place(key))) {
                            case MerkleMap.Found.Present(var digest) when lines == null ->
                                    no(key, "it is in the map and not in this proof");
                            case MerkleMap.Found.Present(var digest) ->
                                    digest.equals(digest(lines))
                                            || no(
                                                    key,
                                                    "these are not the lines that the map has a digest of");
                            case MerkleMap.Found.Absent _ ->
                                    lines == null
                                            || no(key, "it is in this proof and not in the map");
                            case MerkleMap.Found.Pruned _ ->
                                    no(
                                            key,
                                            "the map was pruned where it stands: nothing is proven");
                        };
                if (!good) {
                    return false;
                }
                good(
                        "record " + key,
                        lines == null
                                ? "there is none: nothing was ever said of it"
                                : "%d statement%s, and no other"
                                        .formatted(lines.size(), lines.size() == 1 ? "" : "s"));
            }
            return left.isEmpty()
                    || no(left.iterator().next(), "nobody asked for it: it proves nothing here");
        }

        private static org.imprimatur.ledger.Hash digest(List<StatusLine> lines) {
            return MerkleMap.digest(lines.stream().map(StatusLine::bytes).toList());
        }

        private boolean no(StatusKey key, String found) {
            broken("record " + key, found);
            return false;
        }

        private void good(String what, String found) {
            links.add(new Link(what, true, found));
        }

        private <T> @Nullable T broken(String what, String found) {
            links.add(new Link(what, false, found));
            return null;
        }
    }
}
