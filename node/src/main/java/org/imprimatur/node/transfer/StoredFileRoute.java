package org.imprimatur.node.transfer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.imprimatur.node.driver.Conversions;
import org.imprimatur.node.driver.DirectoryStore;
import org.imprimatur.node.driver.ImageFileName;
import org.imprimatur.node.http.Answer;
import org.imprimatur.node.http.Json;
import org.imprimatur.node.http.Problem;
import org.imprimatur.node.http.ProblemException;
import org.imprimatur.node.http.Request;

/**
 * {@code GET /api/v1/site/files/NAME}: which image a file of the store is, and by what it is known
 * again, so that a hypervisor that uses the file need not read all of it at each start.
 */
public final class StoredFileRoute {

    private final Transfers transfers;
    private final DirectoryStore store;
    private final Conversions conversions;

    /** The route to one store. */
    public StoredFileRoute(Transfers transfers, DirectoryStore store, Conversions conversions) {
        this.transfers = transfers;
        this.store = store;
        this.conversions = conversions;
    }

    /** What the store knows of a file that it offers, or that was made of one. */
    public Answer show(Request request) throws IOException {
        request.checkQuery();
        var name = request.parameter("name", ImageFileName::new);
        var found =
                transfers
                        .verified(name)
                        .map(image -> new Conversions.Verified(store.path(name), image))
                        .or(() -> conversions.verified(name))
                        .orElseThrow(
                                () ->
                                        new ProblemException(
                                                Problem.notFound(
                                                        "the store offers no verified file named "
                                                                + name)));
        var path = found.file();
        var attributes =
                Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        return Answer.json(
                200,
                Json.object()
                        .put("name", name.text())
                        .put("digest", found.digest().toString())
                        .put("path", path.toString())
                        .put("bytes", attributes.size())
                        .put("modifiedAt", attributes.lastModifiedTime().toInstant().toString())
                        .put(
                                "inode",
                                (long)
                                        Files.getAttribute(
                                                path, "unix:ino", LinkOption.NOFOLLOW_LINKS)));
    }
}
