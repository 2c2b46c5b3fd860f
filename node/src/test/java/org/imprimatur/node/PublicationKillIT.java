package org.imprimatur.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.imprimatur.node.SiteTrial.Endorsed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills a site with SIGKILL while its driver publishes, and while it withdraws. */
class PublicationKillIT {

    private TrialPlace place;
    private SiteTrial at;

    @Test
    void whatAKilledSiteHadBegunIsEndedByTheNextRunAtEveryStep(@TempDir Path directory)
            throws Exception {
        place = new TrialPlace(directory.resolve("place"));
        var trial = new Trial(directory, "catalogue.example/kill-publication");
        try (var catalogue = trial.start()) {
            trial.prepare(catalogue);
            at = new SiteTrial(trial, Trial.uri(catalogue, ""), catalogue.charter(), "30s");
            at.drivers =
                    """
                    drivers:
                      - {name: place, kind: exec, program: ["%s"]}
                    """
                            .formatted(place.program());
            byte[] image = "the disk".getBytes(UTF_8);
            Files.write(directory.resolve("files/image"), image);
            Endorsed endorsed;
            place.hold("before-publish");
            try (var site = at.start()) {
                at.prepare(site);
                endorsed =
                        at.endorse(
                                catalogue, image, Trial.uri(catalogue, "/files/image").toString());
                at.approve(site, endorsed);
                place.awaitStep("before-publish");
            }
            assertThat(place.images()).isEmpty();

            place.hold("after-publish");
            killed(directory, "before-publish");
            killed(directory, "after-publish");
            place.go("before-publish");
            place.go("after-publish");
            try (var site = at.start()) {
                at.awaitPublication(site, "place", endorsed, "published");
                assertThat(place.images()).as("one, however often it was begun").hasSize(1);

                place.hold("before-withdraw");
                at.revoke(catalogue, endorsed);
                place.awaitStep("before-withdraw");
            }
            place.hold("after-withdraw");
            killed(directory, "before-withdraw");
            place.go("before-withdraw");
            killed(directory, "after-withdraw");
            place.go("after-withdraw");
            try (var site = at.start()) {
                at.awaitPublication(site, "place", endorsed, "removed");
                assertThat(place.images()).isEmpty();
            }
        }
    }

    /** A site in a process of its own, which is killed when its driver has come to that step. */
    private void killed(Path directory, String step) throws Exception {
        place.forget(step);
        at.writeSite(at.siteYaml());
        Files.writeString(directory.resolve("site-node.yaml"), at.yaml());
        var process = SiteKillIT.process(directory);
        try {
            if (step.startsWith("after")) {
                place.go("before" + step.substring("after".length()));
            }
            place.awaitStep(step);
        } finally {
            process.destroyForcibly().waitFor();
        }
    }
}
