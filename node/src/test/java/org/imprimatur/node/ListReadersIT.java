package org.imprimatur.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.imprimatur.node.ListTrial.BIOMED;
import static org.imprimatur.node.ListTrial.CLIMATE;
import static org.imprimatur.node.ListTrial.SECRET;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.imprimatur.exchange.hepix.ListPath;
import org.imprimatur.node.ListReaders.Fetched;
import org.imprimatur.node.ListReaders.NotTaken;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a node serves goes the way that subscribers' programs read it. */
class ListReadersIT {

    private static final String CA = "/O=Imprimatur trials/OU=for trials only/CN=Trial CA";
    private static final String ROBOT =
            "/O=Imprimatur trials/OU=for trials only/CN=Robot Catalogue";
    private static final String ERIN = "/O=Imprimatur trials/OU=for trials only/CN=Erin Endorser";

    @TempDir static Path directory;
    private static ListTrial lists;
    private static String token;

    @BeforeAll
    static void start() throws IOException {
        lists = new ListTrial(directory);
        for (var owner : Set.of(BIOMED, SECRET)) {
            lists.endorse(owner, UUID.randomUUID(), "1.0", "first-" + owner.name());
            lists.endorse(owner, UUID.randomUUID(), "2026.11", null);
        }
        var own = lists.endorse(CLIMATE, UUID.randomUUID(), "3", null);
        var message =
                lists.sign(
                        lists.draft(ListPath.of(CLIMATE), own),
                        lists.trial.endorser,
                        Duration.ofDays(28),
                        Optional.empty());
        Trial.expect(201, lists.put(ListPath.of(CLIMATE).path(), message));
        token =
                ListConfig.tokens(lists.config())
                        .create("site", Set.of(SECRET), new SecureRandom(), Instant.now());
    }

    @AfterAll
    static void stop() {
        lists.close();
    }

    private static Fetched fetch(String path, String... credentials) {
        return ListReaders.fetch(Trial.uri(lists.node(), path), credentials);
    }

    private static Path anchors() {
        return directory.resolve("anchors");
    }

    private static Path work(String reader) {
        return directory.resolve("work-" + reader);
    }

    private static void everybodyTakes(Fetched list, String dn, int images) {
        assertThat(ListReaders.vmcatcher(list, anchors(), work("vmcatcher"), dn, CA, ""))
                .hasSize(images);
        assertThat(ListReaders.atrope(list, anchors(), work("atrope"), dn, CA)).hasSize(images);
        assertThat(ListReaders.cloudkeeper(list, anchors(), work("cloudkeeper"))).hasSize(images);
    }

    @Test
    void everyReaderTakesWhatTheNodeSigned() {
        everybodyTakes(fetch("/store/vo/biomed/image.list"), ROBOT, 2);
        everybodyTakes(fetch("/store/vappliance/first-biomed/image.list"), ROBOT, 1);
    }

    @Test
    void everyReaderTakesWhatAnEndorserSigned() {
        everybodyTakes(fetch("/store/vo/climate/image.list"), ERIN, 1);
    }

    @Test
    void everyReaderTakesAPrivateListWithItsToken() {
        everybodyTakes(fetch("/store/vo/secret/image.list", token, "x-oauth-basic"), ROBOT, 2);
        assertThat(fetch("/store/vo/secret/image.list").status()).isEqualTo(401);
        assertThat(fetch("/store/vo/secret/image.list", token, "other").status()).isEqualTo(401);
        assertThat(fetch("/store/vo/secret/image.list", "other", "x-oauth-basic").status())
                .isEqualTo(401);
    }

    @Test
    void aRevokedImageLeavesEveryReader() {
        var id = lists.endorse(BIOMED, UUID.randomUUID(), "1", null);
        everybodyTakes(fetch("/store/vo/biomed/image.list"), ROBOT, 3);

        lists.revoke(id);

        everybodyTakes(fetch("/store/vo/biomed/image.list"), ROBOT, 2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sl:osname", "An image of", "2026.11", "qcow2"})
    void noReaderTakesWhatWasAltered(String text) {
        var good = fetch("/store/vo/biomed/image.list");
        var altered =
                new Fetched(
                        200,
                        new String(good.body(), StandardCharsets.UTF_8)
                                .replace(text, text.substring(1) + "x")
                                .getBytes(StandardCharsets.UTF_8));

        assertThatThrownBy(
                        () -> ListReaders.vmcatcher(altered, anchors(), work("1"), ROBOT, CA, ""))
                .isInstanceOf(NotTaken.class);
        assertThatThrownBy(() -> ListReaders.atrope(altered, anchors(), work("2"), ROBOT, CA))
                .isInstanceOf(NotTaken.class);
        assertThatThrownBy(() -> ListReaders.cloudkeeper(altered, anchors(), work("3")))
                .isInstanceOf(NotTaken.class);
    }
}
