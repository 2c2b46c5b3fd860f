package org.imprimatur.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.imprimatur.node.Trial.expect;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.imprimatur.node.SiteTrial.Endorsed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills a site with SIGKILL while its driver publishes, and while it withdraws. */
class PublicationKillIT {

    /** A place that holds on where it is told to: before and after it does what it is asked for. */
    private static final String PLACE =
            """
            #!/bin/bash
            set -eu
            cd "$1"
            step() {
                if [ -e "hold-$1" ]; then
                    touch "at-$1"
                    while [ -e "hold-$1" ]; do sleep 0.02; done
                fi
            }
            case $IMPRIMATUR_OPERATION in
            publish)
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
                step before-withdraw
                rm -f "image-$IMPRIMATUR_MARK"
                step after-withdraw ;;
            esac
            """;

    private Path place;
    private SiteTrial at;

    @Test
    void whatAKilledSiteHadBegunIsEndedByTheNextRunAtEveryStep(@TempDir Path directory)
            throws Exception {
        place = Files.createDirectory(directory.resolve("place"));
        Path program = Files.writeString(directory.resolve("program"), PLACE);
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        var trial = new Trial(directory, "catalogue.example/kill-publication");
        try (var catalogue = trial.start()) {
            trial.prepare(catalogue);
            at = new SiteTrial(trial, Trial.uri(catalogue, ""), catalogue.charter(), "30s");
            at.drivers =
                    """
                    drivers:
                      - {name: place, kind: exec, program: ["%s", "%s"]}
                    """
                            .formatted(program, place);
            byte[] image = "the disk".getBytes(UTF_8);
            Files.write(directory.resolve("files/image"), image);
            Endorsed endorsed;
            hold("before-publish");
            try (var site = at.start()) {
                at.prepare(site);
                endorsed =
                        at.endorse(
                                catalogue, image, Trial.uri(catalogue, "/files/image").toString());
                at.approve(site, endorsed);
                reached("before-publish");
            }
            assertThat(images()).isEmpty();

            hold("after-publish");
            killed(directory, "before-publish");
            killed(directory, "after-publish");
            go("before-publish");
            go("after-publish");
            try (var site = at.start()) {
                await(site, trial, "published");
                assertThat(images()).as("one, however often it was begun").hasSize(1);

                hold("before-withdraw");
                expect(
                        201,
                        trial.post(
                                catalogue,
                                trial.sign(
                                        trial.revocation(
                                                trial.endorser,
                                                endorsed.statement(),
                                                endorsed.id()),
                                        trial.endorser)));
                reached("before-withdraw");
            }
            hold("after-withdraw");
            killed(directory, "before-withdraw");
            go("before-withdraw");
            killed(directory, "after-withdraw");
            go("after-withdraw");
            try (var site = at.start()) {
                await(site, trial, "removed");
                assertThat(images()).isEmpty();
            }
        }
    }

    private void hold(String step) throws Exception {
        Files.deleteIfExists(place.resolve("at-" + step));
        Files.createFile(place.resolve("hold-" + step));
    }

    private void go(String step) throws Exception {
        Files.deleteIfExists(place.resolve("hold-" + step));
    }

    private void reached(String step) throws Exception {
        long end = System.nanoTime() + 60_000_000_000L;
        while (!Files.exists(place.resolve("at-" + step))) {
            assertThat(System.nanoTime()).as(step + " is reached in time").isLessThan(end);
            Thread.sleep(10);
        }
    }

    /** A site in a process of its own, which is killed when its driver has come to that step. */
    private void killed(Path directory, String step) throws Exception {
        Files.deleteIfExists(place.resolve("at-" + step));
        at.writeSite(at.siteYaml());
        Files.writeString(directory.resolve("site-node.yaml"), at.yaml());
        var process = SiteKillIT.process(directory);
        try {
            if (step.startsWith("after")) {
                go("before" + step.substring("after".length()));
            }
            reached(step);
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private List<Path> images() throws Exception {
        try (var all = Files.list(place)) {
            return all.filter(p -> p.getFileName().toString().startsWith("image-")).toList();
        }
    }

    private static void await(Node site, Trial trial, String state) {
        long end = System.nanoTime() + 60_000_000_000L;
        while (true) {
            var all = SiteTrial.json(trial.get(site, "/api/v1/site/publications"));
            var states = all.get("publications").findValuesAsText("state");
            if (states.equals(List.of(state))) {
                return;
            }
            assertThat(System.nanoTime()).as(all.toString()).isLessThan(end);
            SiteTrial.pause();
        }
    }
}
