package org.imprimatur.exchange;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Base64;
import java.util.List;
import org.imprimatur.ledger.ProofFile;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.StrictJson;
import org.imprimatur.register.StrictJson.Members;

/**
 * An endorsement with all that it rests on, in one file that verifies off line ({@code
 * docs/format.md}, "Bundle"). Reading one believes nothing of it: that is for {@link
 * BundleVerifier}.
 *
 * @param entry the endorsement
 * @param support the statements that it rests on, in the order of the ledger
 */
public record Bundle(Proven entry, List<Proven> support) {

    /** The media type, which also stands in the file. */
    public static final String MEDIA_TYPE = "application/vnd.imprimatur.bundle.v1+json";

    /** No bundle is larger. */
    public static final int MAX_BYTES = 8 * 1024 * 1024;

    /** The most statements that an endorsement may rest on. */
    public static final int MAX_SUPPORT = 64;

    /** A ledger entry, and the proof that it is in the ledger. */
    public record Proven(LedgerEntry entry, ProofFile proof) {}

    public Bundle {
        support = List.copyOf(support);
        if (support.size() > MAX_SUPPORT) {
            throw new MalformedInput(
                    "support",
                    "at most %d statements".formatted(MAX_SUPPORT),
                    support.size() + " statements");
        }
    }

    /**
     * Reads a bundle.
     *
     * @throws MalformedInput with the member that is wrong
     */
    public static Bundle read(byte[] json) {
        var in = StrictJson.read(json, MAX_BYTES);
        var type = in.text("mediaType");
        if (!type.equals(MEDIA_TYPE)) {
            throw new MalformedInput("mediaType", MEDIA_TYPE, MalformedInput.quoted(type));
        }
        var entry = proven(in.object("entry"));
        var support = in.objects("support", MAX_SUPPORT).stream().map(Bundle::proven).toList();
        in.end();
        return new Bundle(entry, support);
    }

    private static Proven proven(Members in) {
        var entry = in.value("bytes", Bundle::entry);
        var proof = in.value("proof", Bundle::proof);
        in.end();
        return new Proven(entry, proof);
    }

    private static LedgerEntry entry(String base64) {
        try {
            var bytes = Base64.getDecoder().decode(base64);
            // Java decodes without padding too, and lets bits hide in the last digit.
            if (!Base64.getEncoder().encodeToString(bytes).equals(base64)) {
                throw new MalformedInput(
                        "", "base64 with padding and without spare bits", "another spelling");
            }
            return LedgerEntry.parse(bytes);
        } catch (IllegalArgumentException e) {
            throw new MalformedInput(
                    "", "base64 of a ledger entry", String.valueOf(e.getMessage()));
        }
    }

    private static ProofFile proof(String text) {
        try {
            return ProofFile.parse(text);
        } catch (org.imprimatur.ledger.MalformedInput e) {
            throw new MalformedInput("", "a proof as C2SP tlog-proof has it", e.explanation());
        }
    }

    /** Writes the bundle. */
    public byte[] write() {
        var json = JsonNodeFactory.instance.objectNode().put("mediaType", MEDIA_TYPE);
        json.set("entry", json(entry));
        var list = json.putArray("support");
        support.forEach(one -> list.add(json(one)));
        return CharterJson.bytes(json);
    }

    private static ObjectNode json(Proven proven) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("bytes", Base64.getEncoder().encodeToString(proven.entry().bytes()))
                .put("proof", proven.proof().toString());
    }
}
