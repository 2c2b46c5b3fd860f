package org.imprimatur.node.lists;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.imprimatur.exchange.hepix.ListDraft;
import org.imprimatur.exchange.hepix.ListPath;
import org.imprimatur.exchange.hepix.Listed;
import org.imprimatur.node.http.Answer;
import org.imprimatur.node.http.Json;
import org.imprimatur.node.http.Problem;
import org.imprimatur.node.http.ProblemException;
import org.imprimatur.node.http.Request;
import org.imprimatur.register.Guid;
import org.imprimatur.register.Recorded;
import org.imprimatur.register.Register;
import org.imprimatur.register.Statement.Endorsement;

/**
 * {@code /store/vo/image} and {@code /store/vm/image}: the records that image lists point at, of an
 * image in a list and of the image itself, as JSON and XML.
 */
public final class RecordRoutes {

    private static final Pattern ID =
            Pattern.compile(
                    "([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}):([0-9]{1,15})(?::[0-9]{1,15})?");

    /** What is shown depends on the ledger, and on who asks. */
    private static final Map<String, String> HEADERS =
            Map.of("Cache-Control", "no-cache", "Vary", "Authorization");

    private final ImageLists lists;
    private final ListRoutes routes;

    /** An endorsement, and in which list it was looked up. */
    private record Found(
            Recorded<Endorsement> entry, Optional<ListPath> list, boolean stands, String address) {}

    /** Routes to the records of what these lists have. */
    RecordRoutes(ImageLists lists, ListRoutes routes) {
        this.lists = lists;
        this.routes = routes;
    }

    /** An image in a list, as JSON. */
    public Answer listedJson(Request request) {
        request.checkQuery();
        return json(record(request, listed(request)));
    }

    /** An image in a list, as XML. */
    public Answer listedXml(Request request) {
        request.checkQuery();
        return xml(record(request, listed(request)));
    }

    /** An image, as JSON. */
    public Answer baseJson(Request request) {
        request.checkQuery("strict");
        return json(record(request, base(request)));
    }

    /** An image, as XML. */
    public Answer baseXml(Request request) {
        request.checkQuery("strict");
        return xml(record(request, base(request)));
    }

    private static Answer json(ObjectNode record) {
        return new Answer.Content(200, "application/json", Json.bytes(record), HEADERS);
    }

    private static Answer xml(ObjectNode record) {
        var text = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        element("image", record, text);
        return new Answer.Content(
                200, "application/xml", text.append('\n').toString().getBytes(UTF_8), HEADERS);
    }

    private static void element(String name, JsonNode node, StringBuilder text) {
        text.append('<').append(name).append('>');
        if (node.isObject()) {
            node.properties().forEach(one -> element(one.getKey(), one.getValue(), text));
        } else if (node.isArray()) {
            node.forEach(one -> element("item", one, text));
        } else {
            node.asText()
                    .codePoints()
                    .forEach(
                            point -> {
                                switch (point) {
                                    case '<' -> text.append("&lt;");
                                    case '>' -> text.append("&gt;");
                                    case '&' -> text.append("&amp;");
                                    // XML has no way to say these.
                                    case 0xfffe, 0xffff -> text.append('\ufffd');
                                    default -> text.appendCodePoint(point);
                                }
                            });
        }
        text.append("</").append(name).append('>');
    }

    /** The endorsement that a list's own identifier and the index of the endorsement name. */
    private Found listed(Request request) {
        var id = ID.matcher(request.parameter("id"));
        if (!id.matches()) {
            throw none(request);
        }
        var wanted = UUID.fromString(id.group(1));
        return lists.ask(
                        register ->
                                endorsement(register, Long.parseLong(id.group(2)))
                                        .flatMap(
                                                entry ->
                                                        lists
                                                                .index()
                                                                .paths(entry.statement())
                                                                .stream()
                                                                .filter(
                                                                        path ->
                                                                                draft(path)
                                                                                        .identifier(
                                                                                                entry.statement()
                                                                                                        .guid())
                                                                                        .equals(
                                                                                                wanted))
                                                                .findFirst()
                                                                .map(
                                                                        path ->
                                                                                found(
                                                                                        register,
                                                                                        entry,
                                                                                        Optional.of(
                                                                                                path)))))
                .orElseThrow(() -> none(request));
    }

    /**
     * The endorsement that GUID and index name; unless that is insisted on, the newest version that
     * is good.
     */
    private Found base(Request request) {
        var id = ID.matcher(request.parameter("id"));
        if (!id.matches()) {
            throw none(request);
        }
        boolean strict = request.asks("strict");
        var guid = Guid.parse(id.group(1));
        long index = Long.parseLong(id.group(2));
        return lists.ask(
                        register -> {
                            var exact =
                                    endorsement(register, index)
                                            .filter(one -> one.statement().guid().equals(guid));
                            if (exact.isEmpty() || strict) {
                                return exact.map(one -> found(register, one, Optional.empty()));
                            }
                            var now = lists.now();
                            return Listed.chosen(
                                            register.endorsements(guid),
                                            one -> ImageLists.stands(register, one.id(), now))
                                    .stream()
                                    .findFirst()
                                    .or(() -> exact)
                                    .map(one -> found(register, one, Optional.empty()));
                        })
                .orElseThrow(() -> none(request));
    }

    private static ProblemException none(Request request) {
        return new ProblemException(
                Problem.notFound("no image " + request.parameter("id") + " in any list"));
    }

    private static Optional<Recorded<Endorsement>> endorsement(Register register, long index) {
        return register.statement(index).flatMap(entry -> register.endorsement(entry.id()));
    }

    private Found found(Register register, Recorded<Endorsement> entry, Optional<ListPath> list) {
        return new Found(
                entry,
                list,
                ImageLists.stands(register, entry.id(), lists.now()),
                lists.listed(register, entry).map(Listed::address).orElse(""));
    }

    private ListDraft draft(ListPath path) {
        return new ListDraft(
                lists.settings().url(), path, lists.charter().origin(), "", "", "", "");
    }

    private ObjectNode record(Request request, Found found) {
        var entry = found.entry();
        var endorsement = entry.statement();
        boolean open = routes.opens(request, endorsement.owner());
        var node = lists.settings().url();
        var list = found.list().orElseGet(() -> ListPath.of(endorsement.owner()));
        var listed = draft(list).identifier(endorsement.guid());
        var json =
                Json.object()
                        .put("id", entry.index())
                        .put(
                                "identifier",
                                found.list().isPresent()
                                        ? listed.toString()
                                        : endorsement.guid().toString())
                        .put("version", endorsement.version().text())
                        .put("title", endorsement.title())
                        .put("url", open ? found.address() : "")
                        .put("size", open ? Long.toString(endorsement.disk().fileBytes()) : "");
        json.putObject("checksum")
                .put("hash", "sha512")
                .put("value", open ? endorsement.image().hex() : "");
        json.put("arch", endorsement.system().architecture())
                .put(
                        "os",
                        (endorsement.system().name() + " " + endorsement.system().version())
                                .strip())
                .put("format", endorsement.disk().format())
                .put("hypervisor", ListDraft.hypervisor(endorsement.disk().format()))
                .put("published", found.stands())
                .put("archived", !found.stands());
        var appliance =
                json.putObject("vappliance")
                        .put("version", endorsement.version().text())
                        .put("createdon", entry.admittedAt().toString())
                        .put("expireson", Listed.expires(endorsement).toString());
        lists.ask(register -> register.revocation(entry.id()))
                .ifPresent(
                        revocation ->
                                appliance.put("archivedon", revocation.admittedAt().toString()));
        json.put("mpuri", "%s/store/vo/image/%s:%d/".formatted(node, listed, entry.index()))
                .put(
                        "basempuri",
                        "%s/store/vm/image/%s:%d:%d/"
                                .formatted(
                                        node,
                                        endorsement.guid(),
                                        entry.index(),
                                        entry.admittedAt().getEpochSecond()))
                .put("bundle", "%s/api/v1/statements/%s/bundle".formatted(node, entry.id().hex()));
        json.putObject("vo")
                .put("name", endorsement.owner().name())
                .put("voimagelist", list.identifier(lists.charter().origin()).toString())
                .put("voimage", listed.toString());
        return json;
    }
}
