package org.imprimatur.inspect.secrets;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.ar.ArArchiveEntry;
import org.apache.commons.compress.archivers.ar.ArArchiveOutputStream;
import org.apache.commons.compress.archivers.cpio.CpioArchiveEntry;
import org.apache.commons.compress.archivers.cpio.CpioArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.junit.jupiter.api.Test;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/** Archives with a secret in them, and archives made to hurt whoever opens them. */
class ArchiveSearchTest {

    private static final byte[] SECRET = bytes(Examples.ALL.getFirst().good());

    interface Wrapper {
        OutputStream around(OutputStream out) throws IOException;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    static byte[] packed(Wrapper wrapper, byte[] content) {
        var out = new ByteArrayOutputStream();
        try (var packing = wrapper.around(out)) {
            packing.write(content);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return out.toByteArray();
    }

    static byte[] gzip(byte[] content) {
        return packed(GZIPOutputStream::new, content);
    }

    static byte[] tar(String name, byte[] content) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(out)) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            for (var each : List.of("etc/motd", name)) {
                var body = each.equals(name) ? content : bytes("hello");
                var entry = new TarArchiveEntry(each);
                entry.setSize(body.length);
                tar.putArchiveEntry(entry);
                tar.write(body);
                tar.closeArchiveEntry();
            }
        }
        return out.toByteArray();
    }

    static byte[] zip(String name, byte[] content) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry("META-INF/"));
            zip.putNextEntry(new ZipEntry(name));
            zip.write(content);
        }
        return out.toByteArray();
    }

    static byte[] deb(String name, byte[] content) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var ar = new ArArchiveOutputStream(out)) {
            for (var part : List.of("debian-binary", "control.tar.gz", "data.tar.gz")) {
                var body =
                        switch (part) {
                            case "debian-binary" -> bytes("2.0\n");
                            case "data.tar.gz" -> gzip(tar(name, content));
                            default -> gzip(tar("control", bytes("Package: a\n")));
                        };
                ar.putArchiveEntry(new ArArchiveEntry(part, body.length));
                ar.write(body);
                ar.closeArchiveEntry();
            }
        }
        return out.toByteArray();
    }

    static byte[] cpio(String name, byte[] content) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var cpio = new CpioArchiveOutputStream(out)) {
            var entry = new CpioArchiveEntry(name, content.length);
            entry.setMode(CpioArchiveEntry.C_ISREG | 0600);
            cpio.putArchiveEntry(entry);
            cpio.write(content);
            cpio.closeArchiveEntry();
        }
        return out.toByteArray();
    }

    private static byte[] join(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        for (var part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static ArchiveSearch.Outcome run(byte[] archive, ArchiveSearch.Bounds bounds) {
        var search = new SecretSearch();
        search.begin("/root/a.gz");
        search.accept(0, archive, 0, archive.length);
        search.finish();
        var kind = search.archive().orElseThrow();
        return new ArchiveSearch(search, bounds)
                .run(kind, "/root/a.gz", new ByteArrayInputStream(archive));
    }

    private static ArchiveSearch.Outcome run(byte[] archive) {
        return run(archive, ArchiveSearch.Bounds.DEFAULT);
    }

    private static void assertSeen(byte[] archive, String name) {
        var outcome = run(archive);
        assertThat(outcome.fault()).isEmpty();
        assertThat(outcome.members()).extracting(ArchiveSearch.Member::name).containsExactly(name);
        assertThat(outcome.members().getFirst().seen())
                .extracting(Sighting::kind)
                .containsExactly(SecretKind.PRIVATE_KEY);
    }

    @Test
    void aSecretInEveryKindOfArchiveIsSeen() throws Exception {
        var name = "root/.ssh/id";
        assertSeen(tar(name, SECRET), name);
        assertSeen(zip(name, SECRET), name);
        assertSeen(deb(name, SECRET), name);
        assertSeen(cpio(name, SECRET), name);
        assertSeen(gzip(SECRET), "a");
        assertSeen(packed(BZip2CompressorOutputStream::new, SECRET), "a");
        assertSeen(packed(out -> new XZOutputStream(out, new LZMA2Options(1)), SECRET), "a");
        assertSeen(gzip(tar(name, SECRET)), name);
        assertSeen(packed(BZip2CompressorOutputStream::new, tar(name, SECRET)), name);
        assertSeen(gzip(cpio(name, SECRET)), name);
    }

    /** A netrc with a made-up password, by zstd(1). */
    private static final String ZSTD =
            "KLUv/QRY8QEAbWFjaGluZSBob3N0LmludmFsaWQgbG9naW4gbm9ib2R5IHBhc3N3b3JkIG1hZGUtdXAtZm9yLWEtdGVzdArCZNHf";

    @Test
    void aCompressedFileIsKnownByItsNameWithoutTheEnding() {
        var search = new SecretSearch();
        var outcome =
                new ArchiveSearch(search, ArchiveSearch.Bounds.DEFAULT)
                        .run(
                                ArchiveKind.ZSTD,
                                "/root/.netrc.zst",
                                new ByteArrayInputStream(Base64.getDecoder().decode(ZSTD)));

        assertThat(outcome.fault()).isEmpty();
        assertThat(outcome.members().getFirst().seen())
                .extracting(Sighting::name)
                .containsExactly("netrc password");
    }

    private static byte[] resource(String name) throws IOException {
        try (var in = ArchiveSearchTest.class.getResourceAsStream(name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        }
    }

    @Test
    void packagesOfRpmAreSearched() throws Exception {
        for (var name : List.of("gzip.rpm", "zstd.rpm")) {
            var outcome = run(resource(name));

            assertThat(outcome.fault()).isEmpty();
            assertThat(outcome.members())
                    .extracting(ArchiveSearch.Member::name)
                    .containsExactly("root/.netrc");
        }
        assertThat(run(resource("lzma.rpm")).fault()).contains("packed in a way that is not read");
        assertThat(run(Arrays.copyOf(resource("gzip.rpm"), 4000)).fault()).isNotEmpty();
    }

    @Test
    void lz4IsUnpacked() {
        var packed =
                "BCJNGGRApz4AAIBtYWNoaW5lIGhvc3QuaW52YWxpZCBsb2dpbiBub2JvZHkgcGFzc3dvcmQgbWFkZS11cC1mb3ItYS10ZXN0CgAAAAC6xpEC";
        var outcome =
                new ArchiveSearch(new SecretSearch(), ArchiveSearch.Bounds.DEFAULT)
                        .run(
                                ArchiveKind.LZ4,
                                "/root/.netrc.lz4",
                                new ByteArrayInputStream(Base64.getDecoder().decode(packed)));

        assertThat(outcome.fault()).isEmpty();
        assertThat(outcome.members()).hasSize(1);
    }

    @Test
    void lz4InItsFirstFormIsUnpacked() throws Exception {
        var archive =
                Base64.getDecoder()
                        .decode(
                                "AiFMGOoAAADwBzA3MDcwMTAwMjJDMDQ2MDAwMDQxRUQIAA8CAACaMzZCMDE2MUQxHAAqRkUQAA0CABQyEgApLgBwABA3GAAPcAAIHzJwACQQNVgAAAIAWnJvb3QAdAAQOBgAQDgxQTQIAA8CAAAaMXQAEzPcAA/kAA4UQ0wAAHQA9jkvLm5ldHJjAAAAbWFjaGluZSBob3N0LmludmFsaWQgbG9naW4gbm9ib2R5IHBhc3N3b3JkIG1hZGUtdXAtZm9yLWEtdGVzdAq8AA8CABILmAEPAgAWFEIqAL9UUkFJTEVSISEhAAEA/9BQAAAAAAA=");

        var outcome = run(archive);

        assertThat(outcome.fault()).isEmpty();
        assertThat(outcome.members())
                .extracting(ArchiveSearch.Member::name)
                .containsExactly("root/.netrc");
        assertThat(run(join(cpio("kernel/x", bytes("hello")), archive)).members()).hasSize(1);
        assertThat(run(Arrays.copyOf(archive, 200)).fault()).isNotEmpty();
        archive[7] = 0x7f;
        assertThat(run(archive).fault()).isNotEmpty();
    }

    @Test
    void whatNobodyLooksIntoIsSaidToBeClosed() throws Exception {
        var outcome = run(bytes("7z\u00bc\u00af\u0027\u001c and so on"));

        assertThat(outcome.closed()).isEqualTo("7z");
        assertThat(outcome.fault()).isEmpty();
        assertThat(run(tar("lib/a.rar", bytes("Rar!\u001a\u0007\0"))).nested()).isOne();
    }

    @Test
    void archivesOneBehindTheOtherAreAllSearched() throws Exception {
        var first = cpio("kernel/x", bytes("hello"));
        assertSeen(join(first, gzip(cpio("root/id", SECRET))), "root/id");
        assertSeen(join(gzip(bytes("hello\n")), gzip(SECRET)), "a");
    }

    @Test
    void filesInArchivesAreKnownByTheirNames() throws Exception {
        var netrc = bytes("machine a login b password kR7wq2mZ\n");

        assertThat(run(gzip(tar("root/.netrc", netrc))).members()).hasSize(1);
        assertThat(run(gzip(tar("root/netrc.txt", netrc))).members()).isEmpty();
    }

    @Test
    void anArchiveInAnArchiveIsCounted() throws Exception {
        var outcome = run(tar("lib/a.jar", zip("id", SECRET)));

        assertThat(outcome.nested()).isOne();
        assertThat(outcome.members()).isEmpty();
        assertThat(outcome.fault()).isEmpty();
    }

    @Test
    void aBombIsLeftWhereItGrowsTooMuch() throws Exception {
        var zeros = new byte[64 << 20];
        var bounds = new ArchiveSearch.Bounds(8L << 20, 1 << 20, 100, 100);

        for (var bomb :
                List.of(
                        gzip(zeros),
                        zip("a", zeros),
                        packed(BZip2CompressorOutputStream::new, Arrays.copyOf(zeros, 16 << 20)),
                        gzip(tar("a", zeros)))) {
            var outcome = run(bomb, bounds);
            assertThat(outcome.fault()).containsAnyOf("grows to more", "holds more than");
            assertThat(outcome.bytes()).isLessThan(9L << 20);
        }
    }

    @Test
    void whatWasSeenBeforeTheBoundCounts() throws Exception {
        var content = join(SECRET, new byte[16 << 20]);
        var outcome = run(gzip(content), new ArchiveSearch.Bounds(1 << 20, 1 << 20, 100, 100));

        assertThat(outcome.fault()).isNotEmpty();
        assertThat(outcome.members()).hasSize(1);
    }

    @Test
    void endlessMembersAreLeftWhereTheyAreTooMany() throws Exception {
        var header = Arrays.copyOf(tar("a", new byte[0]), 512);
        var many = new byte[512 * 1_000];
        for (int i = 0; i < many.length; i += 512) {
            System.arraycopy(header, 0, many, i, 512);
        }
        // the first member has five bytes of content, so that its block follows
        var outcome = run(many, new ArchiveSearch.Bounds(1L << 30, 1L << 20, 100, 100));

        assertThat(outcome.fault()).contains("100 members");
    }

    @Test
    void anEndlessHeaderIsNotHeldInMemory() throws Exception {
        var entry = new TarArchiveEntry("././@LongLink", TarArchiveEntry.LF_GNUTYPE_LONGNAME);
        entry.setSize(64 << 20);
        var header = new byte[512];
        entry.writeEntryHeader(header);
        var ar =
                "!<arch>\ndebian-binary   0           0     0     100644  4         `\n2.0\n"
                        + "//                                              999999999 `\n";
        var cpio =
                "070701"
                        + "00000001000081a4000000000000000000000001000000000000000000000000000000"
                        + "00000000000000007ffffff000000000";
        var zeros = new byte[64 << 20];

        assertThat(run(gzip(join(header, zeros))).fault()).contains("header of more than");
        assertThat(run(join(bytes(ar), Arrays.copyOf(zeros, 8 << 20))).fault()).isNotEmpty();
        assertThat(run(join(bytes(cpio), Arrays.copyOf(zeros, 8 << 20))).fault()).isNotEmpty();
    }

    @Test
    void aZipMemberPackedBySomethingThatIsMissingIsAFault() throws Exception {
        var zip = zip("a", SECRET);
        int second = 30 + "META-INF/".length();
        while (zip[second] != 'P' || zip[second + 2] != 3) {
            second++;
        }
        zip[second + 8] = 93;

        assertThat(run(zip).fault()).isNotEmpty();
    }

    @Test
    void aTruncatedArchiveIsAFaultAndNotSilent() throws Exception {
        var random = new Random(1);
        var noise = new byte[200_000];
        random.nextBytes(noise);
        for (var good :
                List.of(gzip(noise), zip("a", noise), gzip(tar("a", noise)), deb("a", noise))) {
            var cut = Arrays.copyOf(good, good.length / 2);
            assertThat(run(cut).fault()).isNotEmpty();
        }
    }

    @Test
    void anEncryptedMemberIsAFault() throws Exception {
        var zip = zip("a", SECRET);
        int entry = 30 + "META-INF/".length();
        // the general purpose flag of each local header after the first
        for (int i = entry; i < zip.length - 8; i++) {
            if (zip[i] == 'P' && zip[i + 1] == 'K' && zip[i + 2] == 3 && zip[i + 3] == 4) {
                zip[i + 6] |= 1;
            }
        }

        assertThat(run(zip).fault()).contains("encrypted");
    }

    @Test
    void damageEndsWithAResult() throws Exception {
        var random = new Random(9);
        var all = new ArrayList<byte[]>();
        all.add(tar("a", SECRET));
        all.add(zip("a", SECRET));
        all.add(deb("a", SECRET));
        all.add(cpio("a", SECRET));
        all.add(gzip(tar("a", SECRET)));
        all.add(packed(BZip2CompressorOutputStream::new, SECRET));
        all.add(packed(out -> new XZOutputStream(out, new LZMA2Options(0)), SECRET));
        var bounds = new ArchiveSearch.Bounds(1 << 22, 1 << 20, 100, 1_000);
        for (var good : all) {
            for (int i = 0; i < 150; i++) {
                var bad = good.clone();
                for (int k = 0; k <= i % 4; k++) {
                    bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
                }
                var kind = ArchiveKind.of(bad, bad.length);
                if (kind.isPresent()) {
                    run(bad, bounds);
                }
            }
        }
    }
}
