package org.imprimatur.node.catalogue;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Map;
import org.imprimatur.exchange.CharterJson;
import org.imprimatur.ledger.EntryBundle;
import org.imprimatur.ledger.MalformedInput;
import org.imprimatur.ledger.Tile;
import org.imprimatur.ledger.TilePath;
import org.imprimatur.node.http.Answer;
import org.imprimatur.node.http.Body;
import org.imprimatur.node.http.Problem;
import org.imprimatur.node.http.ProblemException;
import org.imprimatur.node.http.Request;

/** The ledger as C2SP tlog-tiles has it, its charter, and the policy document. */
public final class LedgerRoutes {

    private static final Map<String, String> KEPT_FOR_EVER =
            Map.of("Cache-Control", "public, max-age=31536000, immutable");

    private final Ledger ledger;
    private final Cosignatures cosignatures;
    private final byte[] policy;
    private final byte[] charter;

    /**
     * Routes to this ledger.
     *
     * @param cosignatures what witnesses have said of its checkpoints
     * @param policy the policy document
     */
    public LedgerRoutes(Ledger ledger, Cosignatures cosignatures, byte[] policy) {
        this.ledger = ledger;
        this.cosignatures = cosignatures;
        this.policy = policy.clone();
        this.charter = CharterJson.write(ledger.charter());
    }

    /** The charter. */
    public Answer charter(Request request) {
        request.checkQuery();
        return new Answer.Content(
                200, "application/json", charter, Map.of("Cache-Control", "no-cache"));
    }

    /** The policy document, byte for byte. */
    public Answer policy(Request request) {
        request.checkQuery();
        return Answer.bytes("application/octet-stream", policy);
    }

    /**
     * The newest checkpoint with the cosignatures that it has so far, or the newest one with at
     * least so many.
     */
    public Answer checkpoint(Request request) {
        request.checkQuery("cosignatures");
        var wanted = request.query("cosignatures", LedgerRoutes::count);
        var note =
                wanted.isEmpty()
                        ? cosignatures.shown(ledger.state().head().checkpoint())
                        : cosignatures
                                .newest(wanted.get())
                                .orElseThrow(
                                        () ->
                                                new ProblemException(
                                                        Problem.notFound(
                                                                "no checkpoint has so many cosignatures")));
        return Answer.bytes("text/plain; charset=utf-8", note.toString().getBytes(UTF_8))
                .with("Cache-Control", "no-cache");
    }

    static int count(String text) {
        int count = Integer.parseInt(text);
        if (count < 1 || count > Cosignatures.MOST) {
            throw new IllegalArgumentException("not 1 to " + Cosignatures.MOST);
        }
        return count;
    }

    /** A tile or an entry bundle: immutable, so it may be kept for ever. */
    public Answer tile(Request request) {
        request.checkQuery();
        TilePath path;
        try {
            path = TilePath.parse("tile/" + request.parameter("path"));
        } catch (MalformedInput e) {
            throw new ProblemException(Problem.notFound(String.valueOf(e.getMessage())));
        }
        long size = ledger.state().head().size();
        var body =
                switch (path) {
                    case Tile tile -> {
                        check(tile, Tile.hashesAt(tile.level(), size));
                        yield Body.of(ledger.tiles().read(tile));
                    }
                    case EntryBundle bundle -> {
                        check(bundle, size);
                        yield ledger.bundle(bundle);
                    }
                };
        return new Answer.Content(200, "application/octet-stream", body, KEPT_FOR_EVER);
    }

    private static void check(TilePath path, long available) {
        if (path.index() * Tile.FULL + path.width() > available) {
            throw new ProblemException(
                    Problem.notFound(path.path() + " is beyond the ledger's checkpoint"));
        }
    }
}
