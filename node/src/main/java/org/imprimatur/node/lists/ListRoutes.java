package org.imprimatur.node.lists;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.imprimatur.exchange.hepix.ImageList;
import org.imprimatur.exchange.hepix.ListPath;
import org.imprimatur.node.http.Answer;
import org.imprimatur.node.http.HttpServer;
import org.imprimatur.node.http.Json;
import org.imprimatur.node.http.Problem;
import org.imprimatur.node.http.ProblemException;
import org.imprimatur.node.http.Request;
import org.imprimatur.register.MalformedInput;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Person;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code /store}: image lists, and {@code /api/v1/lists}, which says what there is. */
public final class ListRoutes {

    private static final Logger LOG = LoggerFactory.getLogger(ListRoutes.class);

    /** The list is a message with header fields of its own. */
    private static final String TYPE = "message/rfc822";

    private final ImageLists lists;
    private final ListTokens tokens;
    private final RecordRoutes records;

    /** Routes to these lists. */
    public ListRoutes(ImageLists lists) {
        this.lists = lists;
        this.tokens = new ListTokens(lists.settings().tokens());
        this.records = new RecordRoutes(lists, this);
    }

    /** The records that lists point at. */
    public RecordRoutes records() {
        return records;
    }

    /** The list at {@code /store/KIND/NAME/image.list}. */
    public Answer list(Request request) {
        // Subscribers drop a query or send none; whatever it says, the list is the same.
        var path = path(request);
        var secluded = lists.secluded(path);
        authorise(request, secluded);
        var served = lists.get(path);
        var headers = new LinkedHashMap<String, String>();
        headers.put("ETag", served.tag());
        headers.put("Last-Modified", served.modified());
        headers.put("Cache-Control", secluded.isEmpty() ? "no-cache" : "private, no-cache");
        if (!secluded.isEmpty()) {
            headers.put("Vary", "Authorization");
        }
        return new Answer.Content(200, TYPE, served.body(), headers);
    }

    /** Takes a list that an endorser has signed, at the path where it is to be served. */
    public Answer publish(Request request) throws IOException {
        request.checkQuery();
        request.checkType(TYPE, "application/octet-stream");
        var path = path(request);
        byte[] message = request.body((int) Math.min(ImageList.MAX_BYTES, HttpServer.LARGEST_BODY));
        var published = lists.publish(path, message);
        return Answer.json(published.fresh() ? 201 : 200, json(published.list()))
                .with("Location", path.path());
    }

    private static ListPath path(Request request) {
        try {
            return ListPath.parse(request.parameter("kind"), request.parameter("name"));
        } catch (MalformedInput e) {
            throw new ProblemException(Problem.notFound("no such list: " + e.explanation()));
        }
    }

    /** Every list that this node has, or could have of its owners. */
    public Answer all(Request request) {
        request.checkQuery();
        var json =
                Json.object()
                        .put("url", lists.settings().url())
                        .put("ledger", lists.charter().origin().text());
        var list = json.putArray("lists");
        lists.all()
                .forEach(
                        (path, stored) -> {
                            var item = stored.map(this::json).orElseGet(() -> named(path));
                            list.add(item.put("signedBy", signedBy(path)));
                        });
        return Answer.json(200, json);
    }

    /**
     * What is told of a list, for pages.
     *
     * @param signedBy {@code node} or {@code endorser}
     * @param secluded whether a token is needed
     * @param made empty for one that was never made
     */
    public record Known(String path, String signedBy, boolean secluded, Optional<Made> made) {}

    /** What is told of a list that was made. */
    public record Made(String version, Person signer, Instant created, Instant expires) {}

    /** Every list that this node has, or could have of its owners. */
    public List<Known> known() {
        var known = new ArrayList<Known>();
        lists.all()
                .forEach(
                        (path, stored) ->
                                known.add(
                                        new Known(
                                                path,
                                                signedBy(path),
                                                !lists.secluded(parsed(path)).isEmpty(),
                                                stored.map(
                                                        list ->
                                                                new Made(
                                                                        list.version(),
                                                                        list.signer(),
                                                                        list.created(),
                                                                        list.expires())))));
        return known;
    }

    private static ListPath parsed(String path) {
        var parts = path.split("/", -1);
        return ListPath.parse(parts[2], parts[3]);
    }

    private String signedBy(String path) {
        var subject = lists.index().subject(parsed(path));
        return subject.flatMap(ListIndex.Subject::owner).filter(lists.settings()::signs).isPresent()
                ? "node"
                : "endorser";
    }

    private ObjectNode named(String path) {
        return Json.object().put("path", path).put("url", lists.settings().url() + path);
    }

    private ObjectNode json(StoredList list) {
        var json = named(list.path());
        json.put("version", list.version())
                .put("created", list.created().toString())
                .put("expires", list.expires().toString());
        json.putObject("signer")
                .put("subject", list.signer().subject())
                .put("issuer", list.signer().issuer());
        return json;
    }

    /**
     * Lets through who may see the lists of these owners.
     *
     * @throws ProblemException 401 without a token that is known, 403 with one of other owners
     */
    void authorise(Request request, Set<Owner> owners) {
        if (owners.isEmpty()) {
            return;
        }
        try {
            var token =
                    request.header("Authorization").flatMap(ListTokens::secret).stream()
                            .flatMap(secret -> known(secret).stream())
                            .findFirst()
                            .orElseThrow(
                                    () ->
                                            new ProblemException(
                                                    Problem.unauthenticated(
                                                            "send a token as the name and"
                                                                    + " x-oauth-basic as the"
                                                                    + " password")));
            if (!token.owners().containsAll(owners)) {
                throw new ProblemException(
                        Problem.notAccepted(
                                "token-of-others",
                                "the token does not open the lists of this owner"));
            }
        } catch (MalformedInput e) {
            LOG.error("the tokens cannot be read: {}", e.explanation());
            throw unreadable();
        }
    }

    private Optional<ListTokens.Token> known(String secret) {
        try {
            return tokens.find(secret);
        } catch (IOException e) {
            LOG.error("the tokens cannot be read: {}", e.toString());
            throw unreadable();
        }
    }

    private static ProblemException unreadable() {
        return new ProblemException(
                Problem.unavailable("tokens-unreadable", "the node cannot read its tokens", 60));
    }

    /** Whether who asks may see what is secluded of this owner; never an error. */
    boolean opens(Request request, Owner owner) {
        if (!lists.settings().secluded().contains(owner)) {
            return true;
        }
        try {
            authorise(request, Set.of(owner));
            return true;
        } catch (ProblemException _) {
            return false;
        }
    }
}
