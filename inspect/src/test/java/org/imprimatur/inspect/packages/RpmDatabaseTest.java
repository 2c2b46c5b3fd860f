package org.imprimatur.inspect.packages;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.imprimatur.inspect.facts.ConfigReader;
import org.imprimatur.inspect.facts.FilesInMemory;
import org.junit.jupiter.api.Test;

/**
 * The databases beside this test were made by rpm 4.18 (SQLite) and by Berkeley DB 5.3 from the
 * headers that rpm wrote; what is expected is what {@code rpm -qa} told of them.
 */
class RpmDatabaseTest {

    private static final String SQLITE = "/var/lib/rpm/rpmdb.sqlite";
    private static final String NDB = "/usr/lib/sysimage/rpm/Packages.db";
    private static final String BDB = "/var/lib/rpm/Packages";

    private static final String[] TOLD = {
        "demo 2:1.4-3.el9 x86_64 demo 2:1.4-3.el9 [GPL-2.0-or-later AND MIT] Example Vendor"
                + " 2026-11-21T05:03:13Z",
        "demo-libs 2:1.5-3.el9 noarch demo 2:1.4-3.el9 [MIT] Example Vendor"
                + " 2026-11-21T05:03:13Z",
        "tiny 0.1-1 noarch tiny 0.1-1 [Public Domain]  2026-11-21T05:03:13Z"
    };

    private final FilesInMemory files = new FilesInMemory();
    private final ConfigReader reader = new ConfigReader(files);

    private List<String> installed() {
        return PackageDatabases.read(reader, true).installed().stream()
                .map(
                        each ->
                                String.join(
                                        " ",
                                        each.name(),
                                        each.version(),
                                        each.architecture(),
                                        each.source(),
                                        each.sourceVersion(),
                                        each.licences().toString(),
                                        each.maintainer(),
                                        String.valueOf(each.installedAt())))
                .toList();
    }

    private void with(String path, byte[] content) {
        files.with(path, Resources.text(content));
    }

    private void refused(String path, byte[] content, String reason) {
        with(path, content);

        PackageDatabases.read(reader, true);

        assertThat(reader.unread())
                .anySatisfy(
                        each -> {
                            assertThat(each.where()).isEqualTo(path);
                            assertThat(each.reason()).contains(reason);
                        });
    }

    @Test
    void aDatabaseThatTwoNamesLeadToCountsOnce() {
        with(SQLITE, Resources.bytes("rpm/rpmdb.sqlite.gz"));
        with("/usr/lib/sysimage/rpm/rpmdb.sqlite", Resources.bytes("rpm/rpmdb.sqlite.gz"));

        assertThat(installed()).containsExactly(TOLD);
    }

    @Test
    void anSqliteDatabaseGivesWhatRpmTells() {
        with(SQLITE, Resources.bytes("rpm/rpmdb.sqlite.gz"));

        assertThat(installed()).containsExactly(TOLD);
        assertThat(reader.unread()).isEmpty();
    }

    @Test
    void epochVersionAndReleaseAreApart() {
        with(SQLITE, Resources.bytes("rpm/rpmdb.sqlite.gz"));

        var demo = PackageDatabases.read(reader, false).installed().getFirst();

        assertThat(demo.epoch()).isEqualTo("2");
        assertThat(demo.upstreamVersion()).isEqualTo("1.4");
        assertThat(demo.release()).isEqualTo("3.el9");
    }

    @Test
    void berkeleyDatabasesOfBothByteOrdersGiveWhatRpmTells() {
        for (var order : List.of("le", "be")) {
            with(BDB, Resources.bytes("rpm/Packages-" + order + ".gz"));

            assertThat(installed()).as(order).containsExactly(TOLD);
        }
        assertThat(reader.unread()).isEmpty();
    }

    @Test
    void anNdbDatabaseGivesWhatRpmTells() {
        with(NDB, ndb(header(1), header(2), header(3)));

        assertThat(installed()).containsExactly(TOLD);
        assertThat(reader.unread()).isEmpty();
    }

    @Test
    void aTreeOfManySmallPagesAndLongChainsIsWalkedWhole() {
        with(SQLITE, Resources.bytes("rpm/small-pages.sqlite.gz"));
        var count = new int[1];

        assertThat(installed()).hasSize(2);
        assertThat(reader.unread()).isEmpty();
        try {
            SqliteStore.walk(
                    Content.of(Resources.bytes("rpm/small-pages.sqlite.gz")),
                    null,
                    _ -> count[0]++);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        assertThat(count[0]).isEqualTo(121);
    }

    /** In the log package 3 was taken out and came again as 9, and package 1 once more as 10. */
    @Test
    void theCommittedFramesOfAWriteAheadLogCount() throws Exception {
        var numbers = new int[1];

        SqliteStore.walk(
                Content.of(Resources.bytes("rpm/wal.sqlite.gz")),
                Content.of(Resources.bytes("rpm/wal.sqlite-wal.gz")),
                _ -> numbers[0]++);

        assertThat(numbers[0]).isEqualTo(4);
    }

    @Test
    void aFrameWithAWrongChecksumAndAllAfterItDoNotCount() throws Exception {
        var wal = Resources.bytes("rpm/wal.sqlite-wal.gz");
        wal[32 + 24 + 100] ^= 1;
        var numbers = new int[1];

        SqliteStore.walk(
                Content.of(Resources.bytes("rpm/wal.sqlite.gz")),
                Content.of(wal),
                _ -> numbers[0]++);

        assertThat(numbers[0]).isEqualTo(3);
    }

    @Test
    void aPageThatNoFileCouldHoldIsReported() throws Exception {
        var bytes = Resources.bytes("rpm/small-pages.sqlite.gz");
        int page = 0;
        while (page == 0 || bytes[page] != 5) {
            page += 512;
        }
        ByteBuffer.wrap(bytes).putInt(page + 8, 0x80000001);

        refused(SQLITE, bytes, "again or outside");
    }

    @Test
    void aHotJournalIsReported() {
        with(SQLITE, Resources.bytes("rpm/rpmdb.sqlite.gz"));
        var journal = new byte[1024];
        ByteBuffer.wrap(journal).putLong(0xd9d505f920a163d7L);
        with(SQLITE + "-journal", journal);

        PackageDatabases.read(reader, false);

        assertThat(reader.unread().getFirst().reason()).contains("not rolled back");
    }

    @Test
    void filesHaveOwnersDigestsAndFlags() {
        with(SQLITE, Resources.bytes("rpm/rpmdb.sqlite.gz"));

        var owned = PackageDatabases.read(reader, true).files();

        assertThat(owned.claim("/usr/bin/demo"))
                .satisfies(
                        claim -> {
                            assertThat(claim.owner()).isEqualTo("demo");
                            assertThat(claim.configuration()).isFalse();
                            // sha256sum of "echo demo" and a line feed
                            assertThat(claim.digest())
                                    .hasToString(
                                            "514e1a509a5d2f74c51efaf30a234b8bde391ac08a76ebff51658656465a61bc");
                        });
        assertThat(owned.claim("/etc/demo.conf").configuration()).isTrue();
        assertThat(owned.claim("/var/log/demo.log").digest()).isNull();
        assertThat(owned.claim("/usr/share/demo/299.txt").owner()).isEqualTo("demo-libs");
    }

    @Test
    void aDatabaseThatIsCutOffIsReported() {
        refused(SQLITE, Arrays.copyOf(Resources.bytes("rpm/rpmdb.sqlite.gz"), 40_000), "page");
        refused(BDB, Arrays.copyOf(Resources.bytes("rpm/Packages-le.gz"), 30_000), "last page");
        refused(NDB, Arrays.copyOf(ndb(header(1)), 4200), "points to");
    }

    @Test
    void whatIsNoDatabaseIsReported() {
        refused(SQLITE, new byte[5000], "SQLite");
        refused(BDB, new byte[6000], "Berkeley");
        refused(NDB, new byte[7000], "NDB");
    }

    @Test
    void anSqliteTreeThatBitesItsTailIsReported() {
        var bytes = Resources.bytes("rpm/small-pages.sqlite.gz");
        int page = 0;
        while (page == 0 || bytes[page] != 5) {
            page += 512;
        }
        // the rightmost child of an inner page is the page itself
        ByteBuffer.wrap(bytes).putInt(page + 8, page / 512 + 1);

        refused(SQLITE, bytes, "again or outside");
    }

    @Test
    void aBerkeleyChainThatBitesItsTailIsReported() {
        var bytes = Resources.bytes("rpm/Packages-le.gz");
        var numbers = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int page = 4096; page < bytes.length; page += 4096) {
            if (bytes[page + 25] == 7 && numbers.getInt(page + 16) != 0) {
                numbers.putInt(page + 16, page / 4096);
                break;
            }
        }

        refused(BDB, bytes, "again or outside");
    }

    @Test
    void countsThatNoFileCouldHoldAreReportedBeforeMemoryIsTaken() {
        var header = header(1);
        ByteBuffer.wrap(header).putInt(0x7fffffff);
        refused(NDB, ndb(header), "entries");
        header = header(1);
        ByteBuffer.wrap(header).putInt(4, 0x7fffffff);
        refused(NDB, ndb(header), "entries");
        var ndb = ndb(header(1));
        ByteBuffer.wrap(ndb).order(ByteOrder.LITTLE_ENDIAN).putInt(12, 0x7fffffff);
        refused(NDB, ndb, "slots");
        ndb = ndb(header(1));
        ByteBuffer.wrap(ndb).order(ByteOrder.LITTLE_ENDIAN).putInt(4096 + 12, 0x7fffffff);
        refused(NDB, ndb, "no whole blob");
    }

    @Test
    void aKeyThatSignaturesAreVerifiedWithIsNoPackage() {
        with(NDB, ndb(named("gpg-pubkey"), named("kernel")));

        assertThat(PackageDatabases.read(reader, false).installed())
                .extracting(InstalledPackage::name)
                .containsExactly("kernel");
        assertThat(reader.unread()).isEmpty();
    }

    /** A header with nothing but a name. */
    static byte[] named(String name) {
        return ByteBuffer.allocate(8 + 16 + name.length() + 1)
                .putInt(1)
                .putInt(name.length() + 1)
                .putInt(1000)
                .putInt(6)
                .putInt(0)
                .putInt(1)
                .put(name.getBytes(StandardCharsets.US_ASCII))
                .array();
    }

    private static byte[] header(int number) {
        return Resources.bytes("rpm/header-" + number + ".bin");
    }

    /** One page of slots, then the blobs, as rpm's NDB writes them. */
    static byte[] ndb(byte[]... headers) {
        int size = 4096;
        for (var header : headers) {
            size += (header.length + 16 + 12 + 15) / 16 * 16;
        }
        var out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        out.put("RpmP".getBytes(StandardCharsets.US_ASCII)).putInt(0).putInt(1).putInt(1);
        int at = 4096;
        for (int i = 0; i < 254; i++) {
            out.position(32 + 16 * i);
            out.put("Slot".getBytes(StandardCharsets.US_ASCII));
            if (i < headers.length) {
                int blocks = (headers[i].length + 16 + 12 + 15) / 16;
                out.putInt(i + 1).putInt(at / 16).putInt(blocks);
                out.position(at);
                out.put("BlbS".getBytes(StandardCharsets.US_ASCII));
                out.putInt(i + 1).putInt(1).putInt(headers[i].length).put(headers[i]);
                at += 16 * blocks;
                out.putInt(at - 8, headers[i].length);
                out.position(at - 4);
                out.put("BlbE".getBytes(StandardCharsets.US_ASCII));
            }
        }
        return out.array();
    }
}
