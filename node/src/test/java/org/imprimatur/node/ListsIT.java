package org.imprimatur.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.imprimatur.node.ListTrial.BIOMED;
import static org.imprimatur.node.ListTrial.CLIMATE;
import static org.imprimatur.node.ListTrial.SECRET;
import static org.imprimatur.node.ListTrial.TEAMS;
import static org.imprimatur.node.ListTrial.json;
import static org.imprimatur.node.ListTrial.token;
import static org.imprimatur.node.SubmissionIT.problem;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.logging.StreamHandler;
import org.imprimatur.exchange.hepix.ImageList;
import org.imprimatur.exchange.hepix.ImageVerdict;
import org.imprimatur.exchange.hepix.ListPath;
import org.imprimatur.exchange.hepix.ListVerifier;
import org.imprimatur.exchange.hepix.ListVerifier.Expected;
import org.imprimatur.register.Clause;
import org.imprimatur.register.Role;
import org.imprimatur.register.Statement.Acceptance;
import org.imprimatur.register.Statement.Appointment;
import org.imprimatur.register.Statement.Block;
import org.imprimatur.register.Statement.Dismissal;
import org.imprimatur.register.Team;
import org.imprimatur.register.Terms;
import org.imprimatur.trust.TrialAuthority;
import org.imprimatur.trust.TrialAuthority.KeyKind;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Image lists as a node serves and takes them. */
class ListsIT {

    private static final String BIOMED_LIST = "/store/vo/biomed/image.list";
    private static final String CLIMATE_LIST = "/store/vo/climate/image.list";
    private static final String SECRET_LIST = "/store/vo/secret/image.list";
    private static final String TEAMS_LIST = "/store/vo/teams/image.list";

    private static ListTrial lists;

    @BeforeAll
    static void start(@TempDir Path directory) {
        lists = new ListTrial(directory);
    }

    @AfterAll
    static void stop() {
        lists.close();
    }

    private static ListVerifier.Verdict verdict(byte[] message, Optional<ImageList> previous) {
        return new ListVerifier(
                        lists.trial.authority.anchors(),
                        false,
                        new Expected(
                                Optional.of(
                                        "/O=Imprimatur trials/OU=for trials only/CN=Robot"
                                                + " Catalogue"),
                                Optional.empty(),
                                () -> previous,
                                Optional.empty()))
                .verify(message, lists.clock.instant());
    }

    private static long listed(ImageList list, UUID guid) {
        return list.images().stream()
                .filter(one -> one.text("ad:base_mpuri").orElse("").contains("/" + guid + ":"))
                .count();
    }

    @Test
    @Clause({"END-4.4", "EGI-5.4"})
    void theNodeSignsTheListOfAVoOutOfItsLedger() {
        var guid = UUID.randomUUID();
        var id = lists.endorse(BIOMED, guid, "1.0", "tag-" + guid);

        var message = lists.message(BIOMED_LIST);

        var verdict = verdict(message, Optional.empty());
        assertThat(verdict.refusals()).isEmpty();
        assertThat(verdict.images())
                .isNotEmpty()
                .allMatch(ImageVerdict::usable)
                .allMatch(one -> one.warnings().isEmpty());
        var list = verdict.list().orElseThrow();
        assertThat(listed(list, guid)).isOne();
        var image =
                list.images().stream()
                        .filter(
                                one ->
                                        one.text("imprimatur:endorsement")
                                                .equals(Optional.of(id.hex())))
                        .findFirst()
                        .orElseThrow();
        // Who really endorsed it stays within reach, with the signature.
        var bundle = image.text("imprimatur:bundle").orElseThrow();
        assertThat(bundle).startsWith(ListTrial.URL + "/");
        Trial.expect(200, lists.get(bundle.substring(ListTrial.URL.length())));
        // And all that is known of the image, too.
        var mpuri = image.text("ad:mpuri").orElseThrow().substring(ListTrial.URL.length());
        assertThat(json(Trial.expect(200, lists.get(mpuri + "json"))).path("identifier").asText())
                .isEqualTo(image.text("dc:identifier").orElseThrow());
    }

    @Test
    @Clause({"END-4.6", "TVM-3.3"})
    void theFirstListAfterARevocationNoLongerHasTheImage() {
        var guid = UUID.randomUUID();
        lists.endorse(BIOMED, guid, "1.0", null);
        var id = lists.endorse(BIOMED, guid, "2.0", null);
        var before = lists.list(BIOMED_LIST);
        assertThat(listed(before, guid)).isOne();

        lists.revoke(id);

        var message = lists.message(BIOMED_LIST);
        var verdict = verdict(message, Optional.of(before));
        assertThat(verdict.refusals()).as("a higher version").isEmpty();
        assertThat(listed(verdict.list().orElseThrow(), guid)).as("nor an older one").isZero();
        // The list before is refused by whoever holds the new one.
        assertThat(
                        new ListVerifier(
                                        lists.trial.authority.anchors(),
                                        false,
                                        new Expected(
                                                Optional.empty(),
                                                Optional.empty(),
                                                verdict::list,
                                                Optional.empty()))
                                .verify(
                                        lists.sign(
                                                before,
                                                lists.robot,
                                                Duration.ofDays(1),
                                                Optional.empty()),
                                        lists.clock.instant())
                                .refusals())
                .extracting(ListVerifier.Reason::code)
                .contains("version-lower");
    }

    @Test
    void theListsHaveAPageForPeople() {
        lists.endorse(BIOMED, UUID.randomUUID(), "1", null);
        lists.list(BIOMED_LIST);

        assertThat(lists.get("/lists").body())
                .contains(
                        "<a href=\"" + BIOMED_LIST + "\">",
                        "Robot Catalogue for the node",
                        SECRET_LIST + " (private: a token is needed)")
                .doesNotContain("<a href=\"" + SECRET_LIST);
    }

    @Test
    void aListThatHasNotChangedIsNotSignedAgain() {
        lists.endorse(BIOMED, UUID.randomUUID(), "1", null);
        var first = lists.message(BIOMED_LIST);
        lists.endorse(CLIMATE, UUID.randomUUID(), "1", null);

        assertThat(lists.message(BIOMED_LIST)).isEqualTo(first);

        lists.restart();
        assertThat(lists.message(BIOMED_LIST)).isEqualTo(first);
    }

    @Test
    void aNodeThatIsWithoutALedgerOfThatNameHasNoList() throws IOException {
        problem(404, "not-found", lists.get("/store/vo/nobody/image.list"));
        problem(404, "not-found", lists.get("/store/vappliance/nothing/image.list"));
        problem(404, "not-found", lists.get("/store/vo/%2e%2e/image.list"));
        problem(404, "not-found", lists.get("/store/other/biomed/image.list"));
        problem(404, "not-found", lists.get("/store/vo/image/x/json"));
        problem(404, "not-found", lists.get("/store/vm/image/" + UUID.randomUUID() + ":1/json"));
    }

    @Test
    void conditionalRequestsAreAnsweredShortly() {
        lists.endorse(BIOMED, UUID.randomUUID(), "1", null);
        var full = Trial.expect(200, lists.get(BIOMED_LIST + "?page=1"));
        var headers = full.headers();
        var tag = headers.firstValue("ETag").orElseThrow();
        var modified = headers.firstValue("Last-Modified").orElseThrow();

        assertThat(headers.firstValue("Content-Type")).contains("message/rfc822");
        assertThat(headers.firstValueAsLong("Content-Length")).hasValue(full.body().length());
        for (var condition :
                new String[][] {{"If-None-Match", tag}, {"If-Modified-Since", modified}}) {
            var answer = Trial.expect(304, lists.get(BIOMED_LIST, condition));
            assertThat(answer.body()).isEmpty();
            assertThat(answer.headers().firstValue("ETag")).contains(tag);
        }
        Trial.expect(200, lists.get(BIOMED_LIST, "If-None-Match", "\"other\""));
        var head = lists.trial.send(lists.trial.request(lists.node(), BIOMED_LIST).HEAD().build());
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(head.headers().firstValue("Content-Length"))
                .contains(Integer.toString(full.body().length()));
        assertThat(head.headers().firstValue("ETag")).contains(tag);
    }

    @Test
    void anApplianceHasAListOfItsOwnByTagAndByGuid() {
        var guid = UUID.randomUUID();
        lists.endorse(BIOMED, guid, "1.0", "app-" + guid);
        lists.endorse(BIOMED, guid, "1.1", "app-" + guid);

        var byTag = lists.list("/store/vappliance/app-" + guid + "/image.list");
        var byGuid = lists.list("/store/vappliance/" + guid + "/image.list");

        assertThat(byTag.images()).hasSize(1);
        assertThat(byTag.images().getFirst().text("hv:version")).hasValue("1.1");
        assertThat(byGuid.images()).hasSize(1);
        // Subscribers take one UUID in two lists for an attack.
        assertThat(byTag.images().getFirst().text("dc:identifier"))
                .isNotEqualTo(byGuid.images().getFirst().text("dc:identifier"));
        assertThat(byTag.text("dc:identifier")).isNotEqualTo(byGuid.text("dc:identifier"));
    }

    @Test
    void aSecludedListIsGivenToHoldersOfItsTokenOnly() throws IOException {
        lists.endorse(SECRET, UUID.randomUUID(), "1", "secret-1");
        var tokens = ListConfig.tokens(lists.config());
        var random = new SecureRandom();
        var good = tokens.create("site-a", Set.of(SECRET), random, Instant.now());
        var other = tokens.create("site-b", Set.of(BIOMED), random, Instant.now());

        var refused = lists.get(SECRET_LIST);
        problem(401, "token-needed", refused);
        assertThat(refused.headers().firstValue("WWW-Authenticate"))
                .contains("Basic realm=\"image lists\"");
        problem(401, "token-needed", lists.get(SECRET_LIST, token(good + "x")));
        problem(401, "token-needed", lists.get(SECRET_LIST, "Authorization", "Bearer " + good));
        problem(403, "token-of-others", lists.get(SECRET_LIST, token(other)));
        problem(401, "token-needed", lists.get("/store/vappliance/secret-1/image.list"));

        var given = Trial.expect(200, lists.get(SECRET_LIST, token(good)));
        assertThat(given.headers().firstValue("Cache-Control")).contains("private, no-cache");
        Trial.expect(200, lists.get("/store/vappliance/secret-1/image.list", token(good)));
        Trial.expect(200, lists.get(BIOMED_LIST));

        assertThat(tokens.revoke("site-a")).isTrue();
        problem(401, "token-needed", lists.get(SECRET_LIST, token(good)));
    }

    @Test
    void aTokenIsNeitherKeptNorLogged() throws IOException {
        var log = new StringWriter();
        var handler =
                new StreamHandler() {
                    @Override
                    public synchronized void publish(java.util.logging.LogRecord line) {
                        log.write(new SimpleFormatter().format(line));
                    }
                };
        handler.setLevel(Level.ALL);
        var logger = Logger.getLogger("");
        var ours = Logger.getLogger("org.imprimatur");
        ours.setLevel(Level.ALL);
        logger.addHandler(handler);
        var tokens = ListConfig.tokens(lists.config());
        var token = tokens.create("watched", Set.of(SECRET), new SecureRandom(), Instant.now());
        try {
            lists.get(SECRET_LIST, token(token));
            lists.get(SECRET_LIST, token(token + "x"));
            lists.get("/store/vo/nobody/image.list", token(token));
        } finally {
            logger.removeHandler(handler);
            ours.setLevel(null);
        }

        var file = lists.trial.directory.resolve("data/list-tokens");
        assertThat(Files.readString(file)).contains("watched").doesNotContain(token);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(log.toString())
                .doesNotContain(token)
                .doesNotContain(token(token)[1].substring(6));
        assertThat(lists.get("/metrics").body()).doesNotContain(token);
    }

    @Test
    void theRecordOfASecludedImageHidesWhereItIs() throws IOException {
        var guid = UUID.randomUUID();
        lists.endorse(SECRET, guid, "1", null);
        var token =
                ListConfig.tokens(lists.config())
                        .create("records", Set.of(SECRET), new SecureRandom(), Instant.now());
        var image =
                lists.list(SECRET_LIST, token(token)).images().stream()
                        .filter(one -> one.text("ad:base_mpuri").orElse("").contains("" + guid))
                        .findFirst()
                        .orElseThrow();
        var path = image.text("ad:base_mpuri").orElseThrow().substring(ListTrial.URL.length());

        var shut = json(Trial.expect(200, lists.get(path + "json")));
        var open = json(Trial.expect(200, lists.get(path + "json", token(token))));

        assertThat(shut.path("url").asText("x")).isEmpty();
        assertThat(shut.path("size").asText("x")).isEmpty();
        assertThat(shut.at("/checksum/value").asText("x")).isEmpty();
        assertThat(open.path("url").asText()).isEqualTo(image.text("hv:uri").orElseThrow());
        assertThat(open.at("/checksum/value").asText())
                .isEqualTo(image.text("sl:checksum:sha512").orElseThrow());
    }

    @Test
    void theRecordOfAnImageIsThatOfItsNewestGoodVersionUnlessInsistedOn() {
        var guid = UUID.randomUUID();
        lists.endorse(BIOMED, guid, "1.0", null);
        var second = lists.endorse(BIOMED, guid, "2.0", null);
        var entry = json(lists.get("/api/v1/images/" + guid)).path("versions").get(1);
        var path = "/store/vm/image/" + guid + ":" + entry.path("index").asText();

        assertThat(json(lists.get(path + "/json")).path("version").asText()).isEqualTo("2.0");
        assertThat(json(lists.get(path + "/json")).path("hypervisor").asText()).isEqualTo("KVM");
        assertThat(json(lists.get(path + "/json?strict")).path("version").asText())
                .isEqualTo("1.0");
        var xml = lists.get(path + "/xml");
        assertThat(xml.headers().firstValue("Content-Type")).contains("application/xml");
        assertThat(xml.body()).contains("<version>2.0</version>", "<hash>sha512</hash>");
        lists.revoke(second);
        assertThat(json(lists.get(path + "/json")).path("version").asText()).isEqualTo("1.0");
    }

    @Test
    void aBlockThatReachesEverywhereTakesAnImageOut() {
        var guid = UUID.randomUUID();
        var id = lists.endorse(BIOMED, guid, "1.0", null);
        var officer = lists.trial.authority.issue("Olga Officer " + guid);
        var trial = lists.trial;
        lists.submit(
                trial.appointment(trial.appointer, Role.SECURITY_OFFICER, officer.person()),
                trial.appointer);
        lists.submit(trial.acceptance(officer), officer);
        assertThat(listed(lists.list(BIOMED_LIST), guid)).isOne();

        var image =
                json(lists.get("/api/v1/images/" + guid)).path("versions").get(0).path("digest");
        lists.submit(
                new Block(
                        trial.header(officer),
                        org.imprimatur.register.Sha512.parse(image.asText()),
                        BIOMED,
                        "it must not run"),
                officer);

        assertThat(id).isNotNull();
        assertThat(listed(lists.list(BIOMED_LIST), guid)).isZero();
    }

    // ---- Lists that endorsers bring -----------------------------------------------------------

    @Test
    @Clause("TVM-4.5")
    void anEndorserPublishesAListThatIsServedAsItWasSigned() throws IOException {
        var first = lists.endorse(CLIMATE, UUID.randomUUID(), "1", null);
        var second = lists.endorse(CLIMATE, UUID.randomUUID(), "1", null);
        var path = ListPath.of(CLIMATE);
        var held = held(CLIMATE_LIST);
        var message =
                lists.sign(
                        lists.draft(path, first, second),
                        lists.trial.endorser,
                        Duration.ofDays(28),
                        held);

        var answer = lists.put(CLIMATE_LIST, message);

        assertThat(json(Trial.expect(201, answer)).path("url").asText())
                .isEqualTo(ListTrial.URL + CLIMATE_LIST);
        assertThat(lists.message(CLIMATE_LIST)).isEqualTo(message);
        Trial.expect(200, lists.put(CLIMATE_LIST, message));
        assertThat(json(lists.get("/api/v1/lists")).path("lists").findValuesAsText("path"))
                .contains(CLIMATE_LIST, BIOMED_LIST, SECRET_LIST);

        // Replayed, lower, or with other content: refused.
        var list = ImageList.readAny(message);
        var next =
                lists.sign(
                        lists.draft(path, first),
                        lists.trial.endorser,
                        Duration.ofDays(28),
                        Optional.of(list));
        Trial.expect(201, lists.put(CLIMATE_LIST, next));
        problem(409, "version-lower", lists.put(CLIMATE_LIST, message));

        // What is revoked is not served any more, and not taken again.
        lists.revoke(first);
        problem(503, "list-outdated", lists.get(CLIMATE_LIST));
        var again =
                lists.sign(
                        lists.draft(path, first, second),
                        lists.trial.endorser,
                        Duration.ofDays(28),
                        Optional.of(ImageList.readAny(next)));
        problem(422, "image-not-endorsed", lists.put(CLIMATE_LIST, again));
        var last =
                lists.sign(
                        lists.draft(path, second),
                        lists.trial.endorser,
                        Duration.ofDays(28),
                        Optional.of(ImageList.readAny(next)));
        Trial.expect(201, lists.put(CLIMATE_LIST, last));
        assertThat(lists.message(CLIMATE_LIST)).isEqualTo(last);
        lists.restart();
        assertThat(lists.message(CLIMATE_LIST)).isEqualTo(last);
    }

    private static Optional<ImageList> held(String path) {
        var answer = lists.get(path);
        return answer.statusCode() == 200
                ? Optional.of(ImageList.readAny(answer.body().getBytes(StandardCharsets.UTF_8)))
                : Optional.empty();
    }

    @Test
    void aListOfSomebodyElseOrOfTheNodeIsNotReplaced() throws IOException {
        var trial = lists.trial;
        var empty = lists.draft(ListPath.of(CLIMATE));
        var stranger = lists.sign(empty, trial.stranger, Duration.ofDays(1), Optional.empty());
        problem(403, "not-an-endorser", lists.put(CLIMATE_LIST, stranger));
        var outsider =
                TrialAuthority.create(
                                "Other CA",
                                KeyKind.EC_P256,
                                InstantSource.system(),
                                new SecureRandom())
                        .issue("Mallory");
        problem(
                403,
                "unknown-issuer",
                lists.put(
                        CLIMATE_LIST,
                        lists.sign(empty, outsider, Duration.ofDays(1), Optional.empty())));
        problem(
                409,
                "list-of-the-node",
                lists.put(
                        BIOMED_LIST,
                        lists.sign(
                                lists.draft(ListPath.of(BIOMED)),
                                trial.endorser,
                                Duration.ofDays(1),
                                Optional.empty())));

        if (lists.get(CLIMATE_LIST).statusCode() == 404) {
            var first = lists.sign(empty, trial.endorser, Duration.ofDays(1), Optional.empty());
            Trial.expect(201, lists.put(CLIMATE_LIST, first));
        }
        var second = trial.authority.issue("Sven Second");
        lists.appoint(CLIMATE, second);
        lists.submit(trial.acceptance(second), second);
        var hijacked =
                lists.sign(
                        lists.draft(ListPath.of(CLIMATE)),
                        second,
                        Duration.ofDays(1),
                        Optional.of(lists.list(CLIMATE_LIST)));
        problem(409, "list-of-another-endorser", lists.put(CLIMATE_LIST, hijacked));
        lists.submit(
                new Dismissal(
                        trial.header(trial.appointer),
                        CLIMATE,
                        Role.ENDORSER,
                        second.person(),
                        "the test is over"),
                trial.appointer);
    }

    @Test
    void whoEndorsesForATeamOnlyPublishesTheOwnersListUnlessTheKeyIsShared() throws IOException {
        var trial = lists.trial;
        var member = trial.authority.issue("Mia Member", KeyKind.EC_P256);
        var robot = trial.authority.issue("Robot Builders", KeyKind.EC_P256);
        for (var one : List.of(member, robot)) {
            lists.submit(
                    new Appointment(
                            trial.header(trial.appointer),
                            TEAMS,
                            Role.ENDORSER,
                            one.person(),
                            "Builders",
                            "security@example.org",
                            "what the builders endorse",
                            new Terms(null, null, new Team("builders"), one == robot)),
                    trial.appointer);
            lists.submit(new Acceptance(trial.header(one), trial.policy), one);
        }
        var id = lists.endorse(TEAMS, UUID.randomUUID(), "1", null);
        var draft = lists.draft(ListPath.of(TEAMS), id);

        var shared = lists.sign(draft, robot, Duration.ofDays(1), Optional.empty());
        problem(403, "not-an-endorser", lists.put(TEAMS_LIST, shared));
        var own = lists.sign(draft, member, Duration.ofDays(1), Optional.empty());
        Trial.expect(201, lists.put(TEAMS_LIST, own));
    }

    @Test
    void anEndorserHasAListOfTheirOwn() throws IOException {
        var trial = lists.trial;
        var paula = trial.authority.issue("Paula");
        lists.appoint(BIOMED, paula);
        lists.submit(trial.acceptance(paula), paula);
        var id =
                lists.submit(lists.endorsement(BIOMED, UUID.randomUUID(), "1", null, paula), paula);
        var foreign = lists.endorse(BIOMED, UUID.randomUUID(), "1", null);
        var path = ListPath.of(paula.person());
        var message =
                lists.sign(lists.draft(path, id), paula, Duration.ofDays(2), Optional.empty());

        problem(404, "not-found", lists.get(path.path()));
        Trial.expect(201, lists.put(path.path(), message));

        assertThat(lists.list(path.path()).images()).hasSize(1);
        problem(
                422,
                "image-not-endorsed",
                lists.put(
                        path.path(),
                        lists.sign(
                                lists.draft(path, id, foreign),
                                paula,
                                Duration.ofDays(2),
                                Optional.of(ImageList.readAny(message)))));
        problem(
                422,
                "list-valid-too-long",
                lists.put(
                        path.path(),
                        lists.sign(
                                lists.draft(path, id),
                                paula,
                                Duration.ofDays(100),
                                Optional.of(ImageList.readAny(message)))));
        problem(400, "malformed", lists.put(path.path(), new byte[] {1, 2, 3}));
        problem(
                403,
                "digest-mismatch",
                lists.put(
                        path.path(),
                        new String(message, StandardCharsets.UTF_8)
                                .replace("An image of", "My image of")
                                .getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void theNodeRenewsItsListBeforeItExpires(@TempDir Path directory) {
        try (var own = new ListTrial(directory)) {
            own.endorse(BIOMED, UUID.randomUUID(), "1", null);
            var first = own.list(BIOMED_LIST);

            own.clock.forward(Duration.ofMinutes(80));
            assertThat(own.list(BIOMED_LIST).text("hv:version"))
                    .isEqualTo(first.text("hv:version"));
            own.clock.forward(Duration.ofMinutes(11));
            var second = own.list(BIOMED_LIST);

            assertThat(second.text("hv:version").orElseThrow())
                    .isGreaterThan(first.text("hv:version").orElseThrow());
            assertThat(second.images()).hasSize(1);
        }
    }
}
