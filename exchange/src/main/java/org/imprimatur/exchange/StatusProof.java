package org.imprimatur.exchange;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.imprimatur.ledger.MerkleMap;
import org.imprimatur.ledger.SignedNote;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.StatusKey;
import org.imprimatur.register.StatusLine;
import org.imprimatur.register.StrictJson;
import org.imprimatur.register.StrictJson.Members;

/**
 * Every statement that decides how some images stand at one size of a ledger, and the proof that
 * there is no other, in one file that verifies off line ({@code docs/format.md}, "Status map").
 * Reading one believes nothing of it: that is for {@link StatusVerifier}.
 *
 * @param asked images and image files, each once
 * @param checkpoint of the ledger at that size
 * @param map pruned to the records that the answer needs
 * @param records those of them that exist
 */
public record StatusProof(
        List<StatusKey> asked, SignedNote checkpoint, MerkleMap map, List<Record> records) {

    /** The media type, which also stands in the file. */
    public static final String MEDIA_TYPE = "application/vnd.imprimatur.status.v1+json";

    /** No proof is larger. */
    public static final int MAX_BYTES = 8 * 1024 * 1024;

    /** The most images and files that one proof is about. */
    public static final int MAX_ASKED = 64;

    private static final int MAX_RECORDS = 16_384;
    private static final int MAX_LINES = 65_536;

    /**
     * A record of the status map.
     *
     * @param lines without their line feeds
     */
    public record Record(StatusKey key, List<String> lines) {

        public Record {
            lines = List.copyOf(lines);
        }
    }

    public StatusProof {
        asked = List.copyOf(asked);
        records = List.copyOf(records);
        if (asked.isEmpty() || asked.size() > MAX_ASKED) {
            throw new MalformedInput(
                    "asked", "1 to %d keys".formatted(MAX_ASKED), asked.size() + " keys");
        }
        if (new HashSet<>(asked).size() != asked.size()) {
            throw new MalformedInput("asked", "each key once", "one twice");
        }
    }

    /**
     * Answers a question.
     *
     * @param map of the ledger at the checkpoint's size
     * @param lines the record with a key, as it was at that size
     */
    public static StatusProof of(
            List<StatusKey> asked,
            SignedNote checkpoint,
            StatusMap map,
            Function<StatusKey, List<StatusLine>> lines) {
        var known = new HashMap<StatusKey, List<StatusLine>>();
        var needed = StatusVerifier.needed(asked, key -> known.computeIfAbsent(key, lines));
        var records = new ArrayList<Record>();
        for (var key : needed) {
            var record = known.computeIfAbsent(key, lines);
            if (!record.isEmpty()) {
                records.add(new Record(key, record.stream().map(StatusLine::text).toList()));
            }
        }
        var pruned = map.map().prune(needed.stream().map(StatusMap::place).toList());
        return new StatusProof(asked, checkpoint, pruned, records);
    }

    /**
     * Reads a proof.
     *
     * @throws MalformedInput with the member that is wrong
     */
    public static StatusProof read(byte[] json) {
        var in = StrictJson.read(json, MAX_BYTES);
        var type = in.text("mediaType");
        if (!type.equals(MEDIA_TYPE)) {
            throw new MalformedInput("mediaType", MEDIA_TYPE, MalformedInput.quoted(type));
        }
        var asked = new ArrayList<StatusKey>();
        for (var key : in.texts("asked", MAX_ASKED)) {
            asked.add(in(("asked[%d]").formatted(asked.size()), () -> StatusKey.parseAsked(key)));
        }
        var checkpoint = in.value("checkpoint", StatusProof::note);
        var map = in.value("map", StatusProof::map);
        var records = new ArrayList<Record>();
        int lines = 0;
        for (var record : in.objects("records", MAX_RECORDS)) {
            records.add(record(record));
            lines += records.getLast().lines().size();
            if (lines > MAX_LINES) {
                throw new MalformedInput(
                        "records", "at most %d lines in all".formatted(MAX_LINES), "more");
            }
        }
        in.end();
        return new StatusProof(asked, checkpoint, map, records);
    }

    private static Record record(Members in) {
        var key = in.value("key", StatusKey::new);
        var lines = in.texts("lines", MAX_LINES);
        in.end();
        return new Record(key, lines);
    }

    private static SignedNote note(String text) {
        return of("a signed note", () -> SignedNote.parse(text.getBytes(UTF_8)));
    }

    private static MerkleMap map(String base64) {
        try {
            var bytes = Base64.getDecoder().decode(base64);
            // Java decodes without padding too, and lets bits hide in the last digit.
            if (!Base64.getEncoder().encodeToString(bytes).equals(base64)) {
                throw new MalformedInput(
                        "", "base64 with padding and without spare bits", "another spelling");
            }
            return of("a pruned map", () -> MerkleMap.parse(bytes));
        } catch (IllegalArgumentException e) {
            throw new MalformedInput("", "base64 of a pruned map", MalformedInput.quoted(base64));
        }
    }

    private static <T> T of(String expected, java.util.function.Supplier<T> parse) {
        try {
            return parse.get();
        } catch (org.imprimatur.ledger.MalformedInput e) {
            throw new MalformedInput("", expected, e.explanation());
        }
    }

    private static <T> T in(String member, java.util.function.Supplier<T> parse) {
        try {
            return parse.get();
        } catch (MalformedInput e) {
            throw e.in(member);
        }
    }

    /** The same with a checkpoint of the same text that more have signed. */
    public StatusProof with(UnaryOperator<SignedNote> signatures) {
        return new StatusProof(asked, signatures.apply(checkpoint), map, records);
    }

    /** Writes the proof. */
    public byte[] write() {
        var json = JsonNodeFactory.instance.objectNode().put("mediaType", MEDIA_TYPE);
        var keys = json.putArray("asked");
        asked.forEach(key -> keys.add(key.text()));
        json.put("checkpoint", new String(checkpoint.bytes(), UTF_8));
        json.put("map", Base64.getEncoder().encodeToString(map.bytes()));
        var list = json.putArray("records");
        for (var record : records) {
            var lines = list.addObject().put("key", record.key().text()).putArray("lines");
            record.lines().forEach(lines::add);
        }
        return CharterJson.bytes(json);
    }
}
