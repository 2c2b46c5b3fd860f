package org.imprimatur.ledger;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * A text with signatures under it (C2SP signed-note).
 *
 * @param text the signed text, with the line feed at its end; may contain empty lines
 * @param signatures the signature lines as they came; nothing about them is verified
 */
public record SignedNote(String text, List<NoteSignature> signatures) {

    /** The longest note that is accepted, in bytes. */
    public static final int MAX_BYTES = 64 * 1024;

    /** The most signature lines that are accepted. */
    public static final int MAX_SIGNATURES = 64;

    /**
     * @throws MalformedInput if the text does not end with a line feed or has other control
     *     characters, if there is no signature or more than 64, or if the note is above 64 KiB
     */
    public SignedNote {
        checkText(text);
        if (signatures.isEmpty() || signatures.size() > MAX_SIGNATURES) {
            throw new MalformedInput("a note has 1 to 64 signatures, not " + signatures.size());
        }
        signatures = List.copyOf(signatures);
        checkSize(StrictText.utf8(format(text, signatures), "note").length);
    }

    static void checkText(String text) {
        if (!text.endsWith("\n")) {
            throw new MalformedInput(
                    "text of a note does not end with a line feed: " + MalformedInput.quoted(text));
        }
        if (text.chars().anyMatch(c -> c < 0x20 && c != '\n')) {
            throw new MalformedInput(
                    "text of a note has control characters: " + MalformedInput.quoted(text));
        }
    }

    private static void checkSize(int bytes) {
        if (bytes > MAX_BYTES) {
            throw new MalformedInput("a note has at most 65,536 bytes, not " + bytes);
        }
    }

    /**
     * Reads a note.
     *
     * @throws MalformedInput if the bytes are not exactly a note
     */
    public static SignedNote parse(byte[] bytes) {
        checkSize(bytes.length);
        var note = StrictText.utf8(bytes, "note");
        int gap = note.lastIndexOf("\n\n");
        if (gap < 0 || !note.endsWith("\n")) {
            throw new MalformedInput(
                    "not a note (a text, an empty line, signature lines): "
                            + MalformedInput.quoted(note));
        }
        var lines = note.substring(gap + 2).split("\n", -1);
        // The last element is the empty text behind the last line feed.
        if (lines.length < 2 || lines.length - 1 > MAX_SIGNATURES) {
            throw new MalformedInput("a note has 1 to 64 signatures, not " + (lines.length - 1));
        }
        var signatures =
                Arrays.stream(lines, 0, lines.length - 1).map(NoteSignature::parse).toList();
        return new SignedNote(note.substring(0, gap + 1), signatures);
    }

    /**
     * Signs a text.
     *
     * @throws MalformedInput if the text cannot be the text of a note
     */
    public static SignedNote sign(String text, NoteSigner signer) {
        return new SignedNote(text, List.of(signer.sign(text)));
    }

    /** The same note with one more signature line at its end. */
    public SignedNote with(NoteSignature signature) {
        var more = new ArrayList<>(signatures);
        more.add(signature);
        return new SignedNote(text, more);
    }

    /** The note as it is kept and sent. */
    public byte[] bytes() {
        return StrictText.utf8(toString(), "note");
    }

    /**
     * Checks every signature whose name and key id belong to one of these keys, and ignores all
     * others. One known key with a wrong signature makes the whole note worthless, for somebody has
     * tampered with it.
     */
    public NoteCheck check(Collection<NoteVerifier> keys) {
        var good = new ArrayList<VerifiedSignature>();
        for (var signature : signatures) {
            for (var key : keys) {
                if (!key.claims(signature)) {
                    continue;
                }
                var verified = key.verify(text, signature);
                if (verified.isEmpty()) {
                    return new NoteCheck.Rejected(
                            "the signature of " + signature + " does not verify");
                }
                good.add(verified.get());
            }
        }
        return good.isEmpty()
                ? new NoteCheck.Rejected("no known key has signed, only " + signatures)
                : new NoteCheck.Verified(text, good);
    }

    private static String format(String text, List<NoteSignature> signatures) {
        var note = new StringBuilder(text).append('\n');
        for (var signature : signatures) {
            note.append(signature.line()).append('\n');
        }
        return note.toString();
    }

    /** The note as it is kept and sent. */
    @Override
    public String toString() {
        return format(text, signatures);
    }
}
