package org.imprimatur.inspect.keys;

import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** A public key of SSH: its type and the fingerprint that ssh-keygen prints. */
public record SshPublicKey(String type, String fingerprint) {

    private static final int MAX_LINE = 64 << 10;

    /**
     * Reads one line of an authorized_keys file (sshd(8)): options perhaps, type, base64, comment.
     * Null for an empty line, a comment, or anything the server would skip as well.
     */
    public static @Nullable SshPublicKey ofAuthorizedKeysLine(String line) {
        var text = line.strip();
        if (text.isEmpty() || text.startsWith("#") || text.length() > MAX_LINE) {
            return null;
        }
        var key = typed(text);
        return key != null ? key : typed(text.substring(endOfOptions(text)).strip());
    }

    private static @Nullable SshPublicKey typed(String text) {
        int space = blank(text);
        if (space < 0) {
            return null;
        }
        var type = text.substring(0, space);
        var rest = text.substring(space).strip();
        int end = blank(rest);
        byte[] blob;
        try {
            blob = Base64.getDecoder().decode(end < 0 ? rest : rest.substring(0, end));
        } catch (IllegalArgumentException _) {
            return null; // not base64, so not a key
        }
        // The blob repeats the type; the server insists on it too.
        return new SshWire(blob, 0).name().equals(type)
                ? new SshPublicKey(type, SshWire.fingerprint(blob))
                : null;
    }

    /** Options end at the first blank outside quotes. */
    private static int endOfOptions(String text) {
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' && i + 1 < text.length() && text.charAt(i + 1) == '"') {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (!quoted && (c == ' ' || c == '\t')) {
                return i;
            }
        }
        return text.length();
    }

    private static int blank(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == ' ' || text.charAt(i) == '\t') {
                return i;
            }
        }
        return -1;
    }
}
