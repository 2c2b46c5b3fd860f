package org.imprimatur.node.catalogue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.imprimatur.node.http.Answer;
import org.imprimatur.node.http.Json;
import org.imprimatur.node.http.Problem;
import org.imprimatur.node.http.ProblemException;
import org.imprimatur.node.http.Request;
import org.imprimatur.register.Guid;
import org.imprimatur.register.Owner;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.Tag;
import org.imprimatur.register.Version;

/** {@code /api/v1/images}: what is endorsed here, and its whole history. */
public final class ImageRoutes {

    private static final int MOST = 200;

    private final Images images;
    private final Ledger ledger;
    private final Attachments attachments;
    private final InstantSource clock;

    /** Routes to the images of this ledger. */
    public ImageRoutes(Images images, Ledger ledger, Attachments attachments, InstantSource clock) {
        this.images = images;
        this.ledger = ledger;
        this.attachments = attachments;
        this.clock = clock;
    }

    /** A page of endorsements, newest first. */
    public Answer list(Request request) {
        request.checkQuery("tag", "owner", "digest", "guid", "after", "limit");
        var filter =
                new ImageTable.Filter(
                        request.query("tag", Tag::new),
                        request.query("owner", Owner::parse),
                        request.query("digest", Sha512::parse),
                        request.query("guid", Guid::parse));
        long before = request.query("after", Long::parseUnsignedLong).orElse(Long.MAX_VALUE);
        int limit = request.query("limit", ImageRoutes::limit).orElse(50);
        var page = images.newest(filter, before, limit + 1, clock.instant());
        var json = Json.object();
        var list = json.putArray("images");
        page.stream().limit(limit).forEach(image -> list.add(json(image)));
        json.put(
                "next",
                page.size() > limit ? Long.toString(page.get(limit - 1).entry().index()) : null);
        return Answer.json(200, json);
    }

    private static int limit(String text) {
        int limit = Integer.parseInt(text);
        if (limit < 1 || limit > MOST) {
            throw new IllegalArgumentException("it is not 1 to " + MOST);
        }
        return limit;
    }

    /** All versions of one image. */
    public Answer show(Request request) {
        request.checkQuery();
        var guid = request.parameter("guid", Guid::parse);
        var versions = images.of(guid, clock.instant());
        if (versions.isEmpty()) {
            throw unknown(guid);
        }
        var json =
                Json.object()
                        .put("guid", guid.toString())
                        .put("owner", versions.getFirst().entry().statement().owner().toString());
        var list = json.putArray("versions");
        versions.forEach(image -> list.add(json(image)));
        return Answer.json(200, json);
    }

    /** Every statement about one image, each with the bytes and the proof to check it. */
    public Answer history(Request request) {
        request.checkQuery();
        var guid = request.parameter("guid", Guid::parse);
        var head = ledger.state().head();
        var entries = ledger.state().ask(register -> register.history(guid));
        if (entries.isEmpty()) {
            throw unknown(guid);
        }
        var json = Json.object().put("guid", guid.toString());
        HistoryJson.write(json, ledger, head, entries);
        return Answer.json(200, json);
    }

    /** The SBOM of the newest endorsement of one version. */
    public Answer sbom(Request request) {
        request.checkQuery();
        var guid = request.parameter("guid", Guid::parse);
        var version = request.parameter("version", Version::new);
        var endorsements = ledger.state().ask(register -> register.endorsements(guid, version));
        if (endorsements.isEmpty()) {
            throw unknown(guid);
        }
        var digest = endorsements.getLast().statement().inspection().sbom();
        return new Answer.FileContent(
                attachments
                        .find(digest)
                        .orElseThrow(
                                () ->
                                        new ProblemException(
                                                Problem.notFound(
                                                        "the endorsement names the SBOM "
                                                                + digest
                                                                + ", which was not uploaded"))),
                "application/vnd.cyclonedx+json; version=1.6",
                Map.of("Cache-Control", "no-cache"));
    }

    private static ProblemException unknown(Guid guid) {
        return new ProblemException(Problem.notFound("no endorsement of the image " + guid));
    }

    private static ObjectNode json(Images.Image image) {
        var endorsement = image.entry().statement();
        var tag = endorsement.tag();
        var json =
                Json.object()
                        .put("guid", endorsement.guid().toString())
                        .put("version", endorsement.version().text())
                        .put("tag", tag == null ? null : tag.text())
                        .put("title", endorsement.title())
                        .put("owner", endorsement.owner().toString())
                        .put("digest", endorsement.image().toString())
                        .put("file", endorsement.fileName())
                        .put("endorsement", image.entry().id().hex())
                        .put("index", image.entry().index())
                        .put("admittedAt", image.entry().admittedAt().toString())
                        .put("generatedAt", endorsement.generatedAt().toString())
                        .put("state", image.state().wire());
        json.putObject("endorser")
                .put("subject", endorsement.signer().subject())
                .put("issuer", endorsement.signer().issuer());
        json.putObject("disk")
                .put("format", endorsement.disk().format())
                .put("fileBytes", endorsement.disk().fileBytes())
                .put("virtualBytes", endorsement.disk().virtualBytes())
                .put("contentRoot", endorsement.disk().contentRoot().hex());
        json.putObject("system")
                .put("name", endorsement.system().name())
                .put("version", endorsement.system().version())
                .put("architecture", endorsement.system().architecture())
                .put("packages", endorsement.system().packages());
        json.put("report", endorsement.inspection().report().toString());
        json.put("sbom", endorsement.inspection().sbom().toString());
        json.put("waivers", endorsement.waivers().size());
        var locations = json.putArray("locations");
        List.copyOf(endorsement.locations()).forEach(locations::add);
        ImageJson.write(json, endorsement, image.later());
        return json;
    }
}
