package org.imprimatur.node.catalogue;

import java.io.IOException;
import java.util.Map;
import org.imprimatur.node.http.Answer;
import org.imprimatur.node.http.Json;
import org.imprimatur.node.http.Problem;
import org.imprimatur.node.http.ProblemException;
import org.imprimatur.node.http.Request;
import org.imprimatur.register.Sha256;

/** {@code /api/v1/attachments}. */
public final class AttachmentRoutes {

    private final Attachments attachments;

    /** Routes to these. */
    public AttachmentRoutes(Attachments attachments) {
        this.attachments = attachments;
    }

    /** Takes one. */
    public Answer store(Request request) throws IOException {
        request.checkQuery();
        var digest = request.parameter("digest", Sha256::parse);
        try (var bytes = request.stream(Attachments.LARGEST)) {
            return switch (attachments.store(digest, bytes)) {
                case NEW -> Answer.json(201, Json.object().put("digest", digest.toString()));
                case KNOWN -> Answer.json(200, Json.object().put("digest", digest.toString()));
                case WRONG_DIGEST ->
                        throw new ProblemException(
                                Problem.malformed("the bytes do not have the digest " + digest));
                case FULL ->
                        throw new ProblemException(
                                Problem.unavailable(
                                        "attachments-full",
                                        "too many attachments wait for a statement that names them",
                                        600));
            };
        }
    }

    /** Gives one out; what a digest names never changes. */
    public Answer show(Request request) {
        request.checkQuery();
        var digest = request.parameter("digest", Sha256::parse);
        return new Answer.FileContent(
                attachments
                        .find(digest)
                        .orElseThrow(
                                () ->
                                        new ProblemException(
                                                Problem.notFound("no attachment " + digest))),
                "application/octet-stream",
                Map.of("Cache-Control", "public, max-age=31536000, immutable"));
    }
}
