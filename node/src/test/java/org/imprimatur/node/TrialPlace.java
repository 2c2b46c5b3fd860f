package org.imprimatur.node;

import static org.imprimatur.node.Eventually.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * A directory in which a program of the site's own keeps what is published. The program notes what
 * it is asked for, takes mail too, and holds on before and after a step for as long as it is told.
 */
final class TrialPlace {

    private static final String PROGRAM =
            """
            #!/bin/bash
            set -eu
            cd "$(dirname "$0")"
            step() {
                if [ -e "hold-$1" ]; then
                    touch "at-$1"
                    while [ -e "hold-$1" ]; do sleep 0.02; done
                fi
            }
            case ${IMPRIMATUR_OPERATION:-mail} in
            mail) cat > /dev/null; echo mail >> asked ;;
            publish)
                echo "publish $IMPRIMATUR_DIGEST $IMPRIMATUR_ENDORSED $IMPRIMATUR_FORMAT" >> asked
                step before-publish
                cp "$IMPRIMATUR_FILE" "image-$IMPRIMATUR_MARK"
                step after-publish
                echo "{\\"id\\": \\"$IMPRIMATUR_MARK\\"}" ;;
            list)
                sep=; echo '{"images": ['
                for f in image-*; do
                    [ -e "$f" ] || continue
                    echo "$sep{\\"mark\\": \\"${f#image-}\\", \\"id\\": \\"${f#image-}\\", \\"state\\": \\"offered\\"}"
                    sep=,
                done
                echo ']}' ;;
            withdraw)
                echo "withdraw $IMPRIMATUR_MARK" >> asked
                step before-withdraw
                rm -f "image-$IMPRIMATUR_MARK"
                step after-withdraw ;;
            terminate) echo "terminate $IMPRIMATUR_INSTANCE" >> asked ;;
            *) exit 1 ;;
            esac
            """;

    private final Path directory;

    TrialPlace(Path directory) throws IOException {
        this.directory = Files.createDirectory(directory);
        Files.writeString(program(), PROGRAM);
        Files.setPosixFilePermissions(program(), PosixFilePermissions.fromString("rwx------"));
    }

    Path program() {
        return directory.resolve("program");
    }

    /** The lines that begin with this, of what the program was asked for. */
    List<String> asked(String what) {
        var file = directory.resolve("asked");
        try {
            return Files.exists(file)
                    ? Files.readAllLines(file).stream().filter(l -> l.startsWith(what)).toList()
                    : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<Path> images() throws IOException {
        try (var all = Files.list(directory)) {
            return all.filter(p -> p.getFileName().toString().startsWith("image-")).toList();
        }
    }

    /** From now on the program holds on at that step, as {@code before-publish}. */
    void hold(String step) throws IOException {
        forget(step);
        Files.createFile(directory.resolve("hold-" + step));
    }

    void go(String step) throws IOException {
        Files.deleteIfExists(directory.resolve("hold-" + step));
    }

    /** Forgets that the step was reached. */
    void forget(String step) throws IOException {
        Files.deleteIfExists(directory.resolve("at-" + step));
    }

    boolean reached(String step) {
        return Files.exists(directory.resolve("at-" + step));
    }

    void awaitStep(String step) {
        await(() -> reached(step));
    }
}
