package org.imprimatur.ledger;

import java.util.Arrays;
import java.util.List;

/**
 * What a ledger says about itself: its name, its size and its root (C2SP tlog-checkpoint). Nothing
 * about it is verified; see {@link VerifiedCheckpoint}.
 *
 * @param origin the ledger's name
 * @param head size and root
 * @param extensions further lines, which a ledger gives its own meaning
 */
public record Checkpoint(String origin, TreeHead head, List<String> extensions) {

    private static final int MAX_EXTENSIONS = 16;

    /**
     * @throws MalformedInput if origin or an extension is empty or has control characters, or there
     *     are more than 16 extensions
     */
    public Checkpoint {
        checkLine("origin", origin);
        if (extensions.size() > MAX_EXTENSIONS) {
            throw new MalformedInput(
                    "a checkpoint has at most 16 extension lines, not " + extensions.size());
        }
        extensions = List.copyOf(extensions);
        extensions.forEach(line -> checkLine("extension line", line));
    }

    /** A checkpoint without extension lines. */
    public Checkpoint(String origin, TreeHead head) {
        this(origin, head, List.of());
    }

    private static void checkLine(String what, String line) {
        if (line.isEmpty() || line.chars().anyMatch(c -> c < 0x20)) {
            throw new MalformedInput(
                    "%s of a checkpoint is empty or has control characters: %s"
                            .formatted(what, MalformedInput.quoted(line)));
        }
    }

    /**
     * Reads the text of a checkpoint note.
     *
     * @throws MalformedInput if it is anything else
     */
    public static Checkpoint parse(String text) {
        if (text.length() > SignedNote.MAX_BYTES || !text.endsWith("\n")) {
            throw new MalformedInput(
                    "not a checkpoint (origin, size, root, each on a line): "
                            + MalformedInput.quoted(text));
        }
        var lines = Arrays.asList(text.substring(0, text.length() - 1).split("\n", -1));
        if (lines.size() < 3) {
            throw new MalformedInput(
                    "a checkpoint has at least 3 lines (origin, size, root): "
                            + MalformedInput.quoted(text));
        }
        var head =
                new TreeHead(
                        StrictText.decimal(lines.get(1), "size of a checkpoint"),
                        Hash.parseBase64(lines.get(2)));
        return new Checkpoint(lines.getFirst(), head, lines.subList(3, lines.size()));
    }

    /** Number of entries. */
    public long size() {
        return head.size();
    }

    /** Merkle root over them. */
    public Hash root() {
        return head.root();
    }

    /** The text that is signed. */
    public String text() {
        var text = new StringBuilder();
        text.append(origin).append('\n').append(size()).append('\n');
        text.append(root().base64()).append('\n');
        extensions.forEach(line -> text.append(line).append('\n'));
        return text.toString();
    }

    /**
     * Signs with the ledger's key.
     *
     * @throws MalformedInput if the key's name is not the origin
     */
    public SignedNote sign(NoteSigner ledger) {
        if (!ledger.name().equals(origin)) {
            throw new MalformedInput(
                    "the key of %s cannot sign a checkpoint of %s"
                            .formatted(
                                    MalformedInput.quoted(ledger.name()),
                                    MalformedInput.quoted(origin)));
        }
        return SignedNote.sign(text(), ledger);
    }
}
