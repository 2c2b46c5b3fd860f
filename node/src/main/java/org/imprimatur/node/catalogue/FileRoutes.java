package org.imprimatur.node.catalogue;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.imprimatur.node.http.Answer;
import org.imprimatur.node.http.Problem;
import org.imprimatur.node.http.ProblemException;
import org.imprimatur.node.http.Request;

/** {@code /files}: the image files that this node offers, from one directory, without links. */
public final class FileRoutes {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+-]{0,254}");

    private final Optional<Path> directory;

    /** Files of this directory; none without one. */
    public FileRoutes(Optional<Path> directory) {
        this.directory = directory;
    }

    /** One file, or a range of it. */
    public Answer show(Request request) {
        request.checkQuery();
        String name = request.parameter("name");
        Path file =
                directory
                        .filter(_ -> NAME.matcher(name).matches())
                        .map(parent -> parent.resolve(name))
                        .filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS))
                        .orElseThrow(() -> new ProblemException(Problem.notFound("no such file")));
        return new Answer.FileContent(file, "application/octet-stream", Map.of());
    }
}
