package org.imprimatur.node.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.imprimatur.node.BadServer.good;
import static org.imprimatur.node.BadServer.head;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.imprimatur.node.BadServer;
import org.imprimatur.node.fetch.Fetch;
import org.imprimatur.node.transfer.Download.Outcome;
import org.imprimatur.register.DiskFacts;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Gathering one image from locations that give parts of it, all of it, or something else. */
class DownloadTest {

    private static final byte[] IMAGE = Trials.image(1_000_000, 7);

    @TempDir Path directory;
    private final BadServer server = new BadServer();
    private final Fetch fetch = new Fetch();

    @AfterEach
    void stop() {
        fetch.close();
        server.close();
    }

    private Means means() {
        return Trials.means(directory, fetch, OptionalLong.empty());
    }

    private Outcome download(String... locations) {
        return new Download(means(), Trials.file(IMAGE, locations), Optional::empty).run();
    }

    private static void isWhole(Outcome outcome) {
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.Whole.class,
                        whole -> assertThat(whole.file()).hasBinaryContent(IMAGE));
    }

    private static String why(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Failed.class);
        return ((Outcome.Failed) outcome).why();
    }

    /** Serves no parts of files: who asks for one gets the whole. */
    private static BadServer.Manners wholeOnly(byte[] bytes) {
        return (_, out) -> {
            head(out, "200 OK", "Content-Length: " + bytes.length);
            out.write(bytes);
        };
    }

    @Test
    void partsComeSeveralAtOnceButNotMoreThanAllowed() {
        var open = new AtomicInteger();
        var most = new AtomicInteger();
        var location =
                server.at(
                        "/parts",
                        (ask, out) -> {
                            most.accumulateAndGet(open.incrementAndGet(), Math::max);
                            Thread.sleep(20);
                            open.decrementAndGet();
                            good(IMAGE).answer(ask, out);
                        });

        isWhole(download(location));

        assertThat(server.asked).hasSize(16).contains("/parts bytes=0-65535");
        assertThat(server.asked).contains("/parts bytes=983040-999999").doesNotHaveDuplicates();
        assertThat(most.get()).isBetween(2, 4);
    }

    @Test
    void aServerWithoutPartsIsReadFromItsBeginning() {
        isWhole(download(server.at("/whole", wholeOnly(IMAGE))));

        assertThat(server.asked).hasSize(1);
    }

    @Test
    void whatAServerWithoutPartsAddsIsOnlyWhatIsMissing() throws IOException {
        byte[] first = IMAGE.clone();
        first[10] ^= 1;
        var broken =
                server.at(
                        "/broken",
                        (ask, out) -> {
                            if (ask.from() > 0) {
                                head(out, "404 Not Found");
                                return;
                            }
                            good(first).answer(ask, out);
                        });

        // The first part is of another file: what is there is not written again, and so found out.
        isWhole(download(broken, server.at("/whole", wholeOnly(IMAGE))));

        assertThat(server.asked.stream().filter(asked -> asked.startsWith("/whole"))).hasSize(2);
    }

    @Test
    void aConnectionThatBreaksOffCostsNoPartThatCame() {
        var times = new AtomicInteger();
        var location =
                server.at(
                        "/reset",
                        (ask, out) -> {
                            if (times.incrementAndGet() % 5 == 0) {
                                ask.socket().setSoLinger(true, 0);
                                return;
                            }
                            good(IMAGE).answer(ask, out);
                        });

        isWhole(download(location));

        assertThat(server.asked.size()).isLessThan(40);
    }

    @Test
    void everyLocationsFaultIsTold() {
        byte[] other = IMAGE.clone();
        other[999_999] ^= 1;

        var why =
                why(
                        download(
                                server.at("/gone", (_, out) -> head(out, "410 Gone")),
                                server.at("/other", good(other)),
                                server.at("/short", good(Trials.image(999_999, 1))),
                                "gopher://example.org/image"));

        assertThat(why)
                .contains("/gone answered 410")
                .contains("/other serves other bytes than those endorsed")
                .contains("'bytes 0-65535/999999' where 'bytes 0-65535/1000000' was expected")
                .contains("gopher://example.org/image is no address that this site asks");
    }

    @Test
    void aFileOfThisMachineIsRead() throws IOException {
        var file = Files.write(directory.resolve("source.raw"), IMAGE);

        isWhole(download(file.toUri().toString()));
    }

    @Test
    void aSlowSiteIsNoFaultOfTheServer() {
        var small = Trials.image(200_000, 3);
        var means = Trials.means(directory, fetch, OptionalLong.of(100_000));

        var outcome =
                new Download(
                                means,
                                Trials.file(small, server.at("/small", good(small))),
                                Optional::empty)
                        .run();

        assertThat(outcome).isInstanceOf(Outcome.Whole.class);
        assertThat(server.asked).hasSize(4);
    }

    @Test
    void withoutRoomNothingIsAskedFor() {
        var file = Trials.file(IMAGE, server.at("/image", good(IMAGE)));
        var disk = new DiskFacts("raw", 1L << 52, 1L << 52, file.disk().contentRoot());

        var outcome =
                new Download(
                                means(),
                                new ImageFile(file.digest(), disk, file.locations()),
                                Optional::empty)
                        .run();

        assertThat(why(outcome)).contains("bytes free").contains("more are needed");
        assertThat(server.asked).isEmpty();
    }

    @Test
    void anInterruptEndsItAndKeepsWhatIsThere() throws Exception {
        var held = new CountDownLatch(1);
        var location =
                server.at(
                        "/held",
                        (ask, out) -> {
                            if (held.getCount() > 0 && ask.from() >= 500_000) {
                                held.countDown();
                                Thread.sleep(60_000);
                            }
                            good(IMAGE).answer(ask, out);
                        });
        var outcome = new Outcome[1];
        var thread = Thread.ofVirtual().start(() -> outcome[0] = download(location));
        held.await();

        thread.interrupt();
        thread.join();

        assertThat(outcome[0]).isInstanceOf(Outcome.Stopped.class);
        server.asked.clear();
        isWhole(download(location));
        assertThat(server.asked.size()).isLessThan(12);
    }
}
