package org.imprimatur.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.imprimatur.node.SiteTrial.codes;
import static org.imprimatur.node.SiteTrial.json;
import static org.imprimatur.node.Trial.expect;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.function.Predicate;
import org.imprimatur.node.SiteTrial.Endorsed;
import org.imprimatur.register.Clause;
import org.imprimatur.register.Sha512;
import org.imprimatur.register.Statement;
import org.imprimatur.register.UseClass;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A site's policy that is changed while the node runs, and what is permitted beside it. */
class SitePolicyIT {

    private static Trial trial;
    private static SiteTrial at;
    private static Node catalogue;
    private static Node site;
    private static JsonNode first;

    @BeforeAll
    static void start(@TempDir Path directory) {
        trial = new Trial(directory, "catalogue.example/policy");
        catalogue = trial.start();
        trial.prepare(catalogue);
        at = new SiteTrial(trial, Trial.uri(catalogue, ""), catalogue.charter(), "30s");
        site = at.start();
        at.prepare(site);
        first = policy(_ -> true).get("sitePolicy");
    }

    @AfterAll
    static void stop() {
        site.close();
        catalogue.close();
    }

    @BeforeEach
    void theFirstPolicy() {
        at.writeSite(at.siteYaml());
        policy(p -> p.get("faults").isEmpty() && p.get("sitePolicy").equals(first));
    }

    private static JsonNode policy(Predicate<JsonNode> wanted) {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        JsonNode last = null;
        while (System.nanoTime() < end) {
            last = json(expect(200, trial.get(site, "/api/v1/site/policy")));
            if (wanted.test(last)) {
                return last;
            }
            SiteTrial.pause();
        }
        throw new AssertionError("not in time: " + last);
    }

    /** Changes the class {@code trusted-payload}, and waits until that counts. */
    private static void put(String rules) {
        var before = policy(_ -> true).get("sitePolicy").asText();
        at.writeSite(
                at.siteYaml()
                        .replace(
                                "approval: none, obligations: [traceability]}",
                                rules + ", obligations: [traceability]}"));
        policy(p -> !p.get("sitePolicy").asText().equals(before));
    }

    private Endorsed endorsed(String content) throws IOException {
        byte[] image = content.repeat(100).getBytes(UTF_8);
        Files.write(trial.directory.resolve("files").resolve(content), image);
        var endorsed =
                at.endorse(catalogue, image, Trial.uri(catalogue, "/files/" + content).toString());
        at.await(site, endorsed, _ -> true);
        return endorsed;
    }

    private JsonNode decide(Endorsed endorsed) {
        return at.decide(site, endorsed.statement().image(), "trusted-payload");
    }

    @Test
    void aChangedPolicyCountsWithoutARestartAndOneWithFaultsNever() throws IOException {
        var endorsed = endorsed("changed");
        var before = decide(endorsed);
        assertThat(before.get("decision").asBoolean()).isTrue();

        put("approval: none, limits: {patched: 30d}");
        var second = decide(endorsed);
        assertThat(codes(second)).containsExactly("patches-too-old");
        assertThat(second.at("/context/sitePolicy")).isNotEqualTo(before.at("/context/sitePolicy"));

        at.writeSite(at.siteYaml().replace("max-staleness: 15m", "max-staleness: soon"));
        var bad = policy(p -> !p.get("faults").isEmpty());
        assertThat(bad.at("/faults/0/member").asText()).isEqualTo("max-staleness");
        assertThat(bad.at("/faults/0/line").asInt()).isEqualTo(4);
        assertThat(bad.get("sitePolicy")).isEqualTo(second.at("/context/sitePolicy"));
        assertThat(codes(decide(endorsed))).containsExactly("patches-too-old");
        assertThat(trial.get(site, "/metrics").body()).contains("imprimatur_site_file_faults 1");

        at.writeSite(at.siteYaml().replace("owner: \"site:alpha\"", "owner: \"site:beta\""));
        assertThat(policy(p -> p.at("/faults/0/fault").asText().contains("site:beta")).get("site"))
                .hasToString("\"site:alpha\"");

        at.writeSite(at.siteYaml());
        policy(p -> p.get("sitePolicy").equals(before.at("/context/sitePolicy")));
        assertThat(decide(endorsed).get("decision").asBoolean()).isTrue();
    }

    @Test
    void aFileThatWasAwayAndIsBackAsItWasHasNoFaults() throws IOException {
        Files.delete(trial.directory.resolve("site.yaml"));
        var away = policy(p -> !p.get("faults").isEmpty());
        assertThat(away.at("/faults/0/fault").asText()).isEqualTo("no such file");
        assertThat(away.get("sitePolicy")).isEqualTo(first);

        at.writeSite(at.siteYaml());

        assertThat(policy(p -> p.get("faults").isEmpty()).get("sitePolicy")).isEqualTo(first);
    }

    @Test
    @Clause({"WLCG-3", "WLCG-10"})
    void whatARuleApprovesIsFetchedAndPermittedAndWhatItNoLongerApprovesGoes() throws IOException {
        var endorsed = endorsed("rule");
        assertThat(at.await(site, endorsed, _ -> true).get("state").asText()).isEqualTo("eligible");

        put("approval: {mode: automatic}");
        at.await(site, endorsed, "available"::equals);
        assertThat(decide(endorsed).at("/context/reasons/0/text").asText()).contains("by rule");

        put("approval: {mode: automatic, limits: {patched: 1d}}");
        at.await(site, endorsed, "eligible"::equals);
        assertThat(codes(decide(endorsed))).containsExactly("not-approved");
    }

    @Test
    void whatIsOnlyAuditedIsPermittedWithWhatWouldHaveBeenDenied() throws IOException {
        var endorsed = endorsed("audited");
        var before = policy(_ -> true).get("sitePolicy").asText();
        at.writeSite(
                at.siteYaml().replace("approval: none", "approval: required")
                        + "checks: {not-approved: {level: audit, reason: \"first weeks\"}}\n");
        policy(p -> !p.get("sitePolicy").asText().equals(before));

        var decision = decide(endorsed);

        assertThat(decision.get("decision").asBoolean()).isTrue();
        assertThat(codes(decision)).containsExactly("permitted-by-audit");
        assertThat(decision.at("/context/audited/0/code").asText()).isEqualTo("not-approved");
    }

    @Test
    @Clause({"END-1", "EGI-1", "TVM-1"})
    void anApproverPermitsAnImageThatNobodyEndorsedForATime() {
        var image = Sha512.of("a rehearsal".getBytes(UTF_8));
        assertThat(codes(at.decide(site, image, "payload"))).containsExactly("image-unknown");
        var exception =
                new Statement.SiteException(
                        at.header(at.approver),
                        image,
                        SiteTrial.ALPHA,
                        UseClass.PAYLOAD,
                        at.clock.instant().plus(30, ChronoUnit.DAYS),
                        "a rehearsal");

        expect(201, at.submit(site, exception));

        var decision = at.decide(site, image, "payload");
        assertThat(decision.get("decision").asBoolean()).isTrue();
        assertThat(codes(decision)).containsExactly("permitted-by-exception");
        assertThat(decision.at("/context/obligations")).hasSize(3);
        assertThat(codes(at.decide(site, image, "trusted-payload")))
                .containsExactly("image-unknown");
    }
}
