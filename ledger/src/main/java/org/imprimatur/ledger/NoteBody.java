package org.imprimatur.ledger;

import java.util.ArrayList;
import java.util.List;

/**
 * The common shape of proof files and witness requests: head lines, an empty line, and a checkpoint
 * note as it is.
 *
 * @param lines the head lines, without line feeds
 * @param note what follows the empty line
 */
record NoteBody(List<String> lines, SignedNote note) {

    /** The longest file: a note, 63 hashes, and room for what the format adds. */
    static final int MAX_BYTES = 2 * SignedNote.MAX_BYTES;

    private static final int MAX_LINES = 3 + InclusionProof.MAX_HASHES;

    static NoteBody parse(byte[] bytes, String what) {
        if (bytes.length > MAX_BYTES) {
            throw new MalformedInput(
                    "%s has at most %d bytes, not %d".formatted(what, MAX_BYTES, bytes.length));
        }
        var text = StrictText.utf8(bytes, what);
        var lines = new ArrayList<String>();
        int at = 0;
        while (true) {
            int end = text.indexOf('\n', at);
            if (end < 0 || lines.size() > MAX_LINES) {
                throw new MalformedInput(
                        what + " has no empty line before its checkpoint, or too late");
            }
            if (end == at) {
                var note = text.substring(end + 1);
                return new NoteBody(lines, SignedNote.parse(StrictText.utf8(note, what)));
            }
            lines.add(text.substring(at, end));
            at = end + 1;
        }
    }

    static List<Hash> hashes(List<String> lines) {
        return lines.stream().map(Hash::parseBase64).toList();
    }

    byte[] bytes() {
        var text = new StringBuilder();
        lines.forEach(line -> text.append(line).append('\n'));
        return StrictText.utf8(text.append('\n').append(note).toString(), "file");
    }
}
