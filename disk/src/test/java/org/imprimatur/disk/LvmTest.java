package org.imprimatur.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.imprimatur.disk.VolumeContent.EmptyContent;
import org.imprimatur.disk.VolumeContent.FileSystemContent;
import org.imprimatur.disk.VolumeContent.MemberContent;
import org.imprimatur.disk.VolumeContent.UnreadContent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Disks made by LVM's own tools, and disks that they would not make. */
class LvmTest {

    private static final String LINEAR = LvmDisk.logical("root", LvmDisk.linear(0, 2, "pv0", 3));

    private static DiskImage open(byte[] disk) throws IOException {
        return DiskImage.open(new MemoryDevice(disk), Limits.DEFAULT);
    }

    private static Volume volume(DiskImage image, String id) {
        return image.volumes().stream()
                .filter(each -> each.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private static String reason(DiskImage image, String id) {
        return ((UnreadContent) volume(image, id).content()).reason();
    }

    @ParameterizedTest
    @CsvSource({
        "lvm.raw.gz, vg0/root, lvm.root.files.tsv",
        "lvm.raw.gz, vg0/data-striped, lvm.data-striped.files.tsv",
        "lvm-whole-disk.raw.gz, vg1/whole, lvm.whole.files.tsv",
    })
    void theFilesInALogicalVolumeAreThoseThatWerePutThere(String name, String id, String listing)
            throws IOException {
        try (DiskImage image = Fixtures.open(name)) {
            Volume volume = volume(image, id);
            var fileSystem = ((FileSystemContent) volume.content()).fileSystem();
            var tree = new FileTree(fileSystem, volume.size(), Limits.DEFAULT);

            Fixtures.Told told = Fixtures.tell(fileSystem, tree);

            assertThat(image.unread()).isEmpty();
            assertThat(told.unread()).isEmpty();
            assertThat(told.lines().stream().filter(each -> !each.startsWith("/lost+found")))
                    .isEqualTo(Fixtures.oracle(Fixtures.ROOT.resolve(listing)));
        }
    }

    @Test
    void partitionsSayWhatTheyArePartOf() throws IOException {
        try (DiskImage image = Fixtures.open("lvm.raw.gz")) {
            assertThat(image.volumes().stream().map(Volume::id))
                    .containsExactly("p1", "p2", "vg0/root", "vg0/data-striped", "vg0/swap");
            assertThat(volume(image, "p1").content())
                    .isEqualTo(new MemberContent("LVM physical volume of vg0"));
            assertThat(volume(image, "vg0/root").type()).isEqualTo("logical volume");
            assertThat(volume(image, "vg0/swap").content())
                    .isEqualTo(new EmptyContent("unused swap space"));
            assertThat(image.outsidePartitions()).isEmpty();
        }
        try (DiskImage image = Fixtures.open("lvm-whole-disk.raw.gz")) {
            assertThat(image.volumes().stream().map(Volume::id))
                    .containsExactly("disk", "vg1/whole");
            assertThat(image.outsidePartitions()).isEmpty();
        }
    }

    @Test
    void whatIsLeftInExtentsThatNobodyUsesIsFreeSpace() throws IOException {
        try (DiskImage image = Fixtures.open("lvm.raw.gz")) {
            var found = new StringBuilder();
            long total = 0;
            for (FreeSpace space : image.freeSpace()) {
                if (space.kind() == FreeSpace.Kind.VOLUME_GROUP) {
                    total +=
                            space.read(
                                    (_, buffer, from, length) ->
                                            found.append(
                                                    new String(
                                                            buffer,
                                                            from,
                                                            length,
                                                            StandardCharsets.ISO_8859_1)));
                }
            }
            assertThat(found.toString()).contains("left over from a volume that is gone");
            // 40 extents less 7, 6 and 2, and what lies behind the last extent of each.
            assertThat(total).isGreaterThanOrEqualTo(23 * (256 << 10)).isLessThan(27 * (256 << 10));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "type = \"thin\" thin_pool = \"pool\" device_id = 1 | of the type thin",
                "type = \"raid1\" raids = [ \"a\", \"b\" ] | of the type raid1",
                "type = \"cache+CACHE_USES_CACHEVOL\" | of the type cache",
                "type = \"vdo\" | of the type vdo",
                "type = \"mirror\" mirrors = [ \"pv0\", 0 ] | of the type mirror",
                "type = \"snapshot\" origin = \"root\" cow_store = \"cow\" | of the type snapshot",
                "type = \"error\" | of the type error",
                "type = \"striped\" stripes = [ \"pv0\", 9 ] | which 'pv0' does not have",
                "type = \"striped\" stripes = [ \"pv0\", -1 ] | which 'pv0' does not have",
                "type = \"striped\" stripes = [ \"pv7\", 0 ] | which 'pv7' does not have",
                "type = \"striped\" stripes = [ \"pv0\" ] | on a list of 0 stripes",
                "type = \"striped\" stripes = [ ] | on a list of 0 stripes",
                "type = \"striped\" stripes = [ \"pv0\", 0, \"pv0\", 5 ] | 'stripe_size' is missing",
                "type = \"striped\" stripe_size = 3 stripes = [ \"pv0\", 0, \"pv0\", 5 ] | stripes of 1536",
                "stripes = [ \"pv0\", 0 ] | 'type' is missing",
            })
    void whatIsNotRunsOfExtentsIsNamedAndNotRead(String segment, String saying) throws IOException {
        String text =
                LvmDisk.group(
                        1,
                        LvmDisk.logical("odd", LvmDisk.segment(0, 2, segment.replace(" ", "\n")))
                                + LINEAR);
        try (DiskImage image = open(LvmDisk.volume("1", text))) {
            assertThat(reason(image, "vg/odd")).contains(saying);
            assertThat(volume(image, "vg/root").content()).isEqualTo(new EmptyContent("all zeros"));
        }
    }

    @Test
    void aHiddenVolumeAndOneWithGapsAreNotRead() throws IOException {
        String hidden = LINEAR.replace(", \"VISIBLE\"", "").replace("root", "pool_tdata");
        String gap = LvmDisk.logical("gap", LvmDisk.linear(1, 1, "pv0", 0));
        String none = LvmDisk.logical("none", "");
        byte[] disk = LvmDisk.volume("1", LvmDisk.group(1, hidden + gap + none));
        try (DiskImage image = open(disk)) {
            assertThat(reason(image, "vg/pool_tdata")).contains("hidden part");
            assertThat(reason(image, "vg/gap")).contains("go on at extent 1, not 0");
            assertThat(reason(image, "vg/none")).contains("without any extent");
        }
    }

    @Test
    void aVolumeOnAPhysicalVolumeThatIsNotThereIsNotRead() throws IOException {
        String physicals =
                LvmDisk.physical("pv0", "1".repeat(32), "")
                        + LvmDisk.physical("pv1", "2222-" + "2".repeat(28), "");
        String text =
                LvmDisk.group(
                        1,
                        LINEAR + LvmDisk.logical("gone", LvmDisk.linear(0, 1, "pv1", 0)),
                        physicals);
        try (DiskImage image = open(LvmDisk.volume("1", text))) {
            assertThat(image.unread().toString()).contains("pv1 is not in this image");
            assertThat(reason(image, "vg/gone")).contains("pv1, which cannot be used");
            assertThat(volume(image, "vg/root").content()).isInstanceOf(EmptyContent.class);
        }
    }

    @Test
    void aPhysicalVolumeThatWasMissingBeforeIsNotUsed() throws IOException {
        String text =
                LvmDisk.group(1, LINEAR, LvmDisk.physical("pv0", "1".repeat(32), "\"MISSING\""));
        try (DiskImage image = open(LvmDisk.volume("1", text))) {
            assertThat(image.unread().toString()).contains("was missing when it was last changed");
            assertThat(reason(image, "vg/root")).contains("cannot be used");
        }
    }

    @Test
    void extentsThatAreGivenTwiceMakeTheGroupUnreadable() throws IOException {
        String twice = LINEAR + LvmDisk.logical("b", LvmDisk.linear(0, 1, "pv0", 4));
        try (DiskImage image = open(LvmDisk.volume("1", LvmDisk.group(1, twice)))) {
            assertThat(image.unread().toString()).contains("extent 4 of pv0 belongs to two");
            assertThat(image.volumes()).hasSize(1);
        }
    }

    @Test
    void aTextThatGoesOnBehindTheHeaderOfItsAreaIsReadWhole() throws IOException {
        byte[] disk = LvmDisk.volume("1", LvmDisk.group(1, LINEAR), LvmDisk.AREA_SIZE - 100);
        try (DiskImage image = open(disk)) {
            assertThat(image.unread()).isEmpty();
            assertThat(volume(image, "vg/root").size()).isEqualTo(2 * LvmDisk.EXTENT);
        }
    }

    @Test
    void bytesOfTheDiskStandWhereTheSegmentsSay() throws IOException {
        String text =
                LvmDisk.group(
                        1,
                        LvmDisk.logical(
                                "mixed",
                                LvmDisk.linear(0, 1, "pv0", 7)
                                        + LvmDisk.segment(
                                                1,
                                                4,
                                                "type=\"striped\" stripe_size=8"
                                                        + " stripes=[\"pv0\",4,\"pv0\",1]")));
        byte[] disk = LvmDisk.volume("1", text);
        byte[] noise = new byte[10 * LvmDisk.EXTENT];
        new Random(1).nextBytes(noise);
        System.arraycopy(noise, 0, disk, LvmDisk.DATA, noise.length);
        byte[] expected = new byte[5 * LvmDisk.EXTENT];
        System.arraycopy(noise, 7 * LvmDisk.EXTENT, expected, 0, LvmDisk.EXTENT);
        for (int i = 0; i < 4 * LvmDisk.EXTENT / 4096; i++) {
            int column = i % 2 == 0 ? 4 : 1;
            System.arraycopy(
                    noise,
                    column * LvmDisk.EXTENT + i / 2 * 4096,
                    expected,
                    LvmDisk.EXTENT + i * 4096,
                    4096);
        }
        try (DiskImage image = open(disk)) {
            BlockDevice device = volume(image, "vg/mixed").device();

            assertThat(Fixtures.content(device)).isEqualTo(expected);
            byte[] part = new byte[9000];
            device.read(63_000, part, 0, part.length);
            assertThat(part).isEqualTo(Arrays.copyOfRange(expected, 63_000, 72_000));
        }
    }

    @Test
    void holesOfThePhysicalVolumesAreHolesOfTheStripes() throws IOException {
        // Two columns of four stripes of 10 bytes; data only in bytes 10 to 14 of the second.
        var sparse = new Pieces(40, List.of(new long[] {10, 15}));
        var empty = new Pieces(40, List.of());
        var device =
                new StripedDevice(
                        List.of(
                                new StripedDevice.Run(0, List.of(empty), 0),
                                new StripedDevice.Run(40, List.of(empty, sparse), 10)));

        assertThat(device.size()).isEqualTo(120);
        assertThat(device.nextData(0)).isEqualTo(70);
        assertThat(device.nextHole(0)).isEqualTo(0);
        assertThat(device.nextData(72)).isEqualTo(72);
        assertThat(device.nextHole(72)).isEqualTo(75);
        assertThat(device.nextData(75)).isEqualTo(120);
        assertThat(device.nextHole(39)).isEqualTo(39);
        assertThatThrownBy(() -> device.read(119, new byte[2], 0, 2))
                .isInstanceOf(CorruptImageException.class);
    }

    /** Data in some places, holes elsewhere. */
    private record Pieces(long size, List<long[]> data) implements BlockDevice {
        @Override
        public void read(long offset, byte[] into, int at, int length) {
            Arrays.fill(into, at, at + length, (byte) 1);
        }

        @Override
        public long nextData(long offset) {
            return data.stream()
                    .filter(each -> each[1] > offset)
                    .mapToLong(each -> Math.max(offset, each[0]))
                    .findFirst()
                    .orElse(size);
        }

        @Override
        public long nextHole(long offset) {
            return data.stream()
                    .filter(each -> each[0] <= offset && offset < each[1])
                    .mapToLong(each -> each[1])
                    .findFirst()
                    .orElse(offset);
        }

        @Override
        public void close() {
            // Nothing to release.
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "521 | 1 | in sector 257",
                "545 | 1 | checksum of the LVM label",
                "533 | 4 | at byte 1056",
                "543 | 1 | 'LVM2 001'",
            })
    void aLabelThatIsWrongLeavesTheVolumeUnread(int at, int flip, String saying)
            throws IOException {
        byte[] disk = LvmDisk.volume("1", LvmDisk.group(1, LINEAR));
        disk[at] ^= (byte) flip;
        if (at == 533) {
            ByteBuffer.wrap(disk)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(528, LvmCrc.of(disk, 532, 1024));
        }
        try (DiskImage image = open(disk)) {
            assertThat(reason(image, "disk")).contains(saying);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "4200 | checksum of its header",
                "4700 | checksum of its text",
            })
    void metadataThatIsDamagedIsUnread(int at, String saying) throws IOException {
        byte[] disk = LvmDisk.volume("1", LvmDisk.group(1, LINEAR));
        disk[at] ^= 1;
        try (DiskImage image = open(disk)) {
            assertThat(image.unread().toString()).contains(saying);
            assertThat(volume(image, "disk").content())
                    .isEqualTo(new MemberContent("LVM physical volume of no volume group"));
        }
    }

    @Test
    void theHighestNumberCountsAndTheDisagreementIsTold() throws IOException {
        String physicals =
                LvmDisk.physical("pv0", "1".repeat(32), "")
                        + LvmDisk.physical("pv1", "2".repeat(32), "");
        String old = LvmDisk.group(7, LINEAR, physicals);
        String next = LvmDisk.group(8, LINEAR.replace("root", "renamed"), physicals);
        for (boolean newestFirst : new boolean[] {true, false}) {
            byte[] one = LvmDisk.volume("1", newestFirst ? next : old);
            byte[] two = LvmDisk.volume("2", newestFirst ? old : next);
            try (DiskImage image = open(Mbrs.disk(one, two))) {
                assertThat(image.unread()).isEmpty();
                assertThat(image.notes().toString()).contains("texts of the numbers");
                assertThat(image.volumes().getLast().id()).isEqualTo("vg/renamed");
            }
        }
        String other = LvmDisk.group(8, LINEAR, physicals);
        try (DiskImage image =
                open(Mbrs.disk(LvmDisk.volume("1", next), LvmDisk.volume("2", other)))) {
            assertThat(image.unread().toString()).contains("two different texts");
        }
    }

    @Test
    void twoVolumesOfOneIdentityAreNotTakenForOne() throws IOException {
        byte[] one = LvmDisk.volume("1", LvmDisk.group(1, LINEAR));
        try (DiskImage image = open(Mbrs.disk(one, one))) {
            assertThat(reason(image, "p2")).contains("the same identity as p1");
        }
    }

    @Test
    void aPhysicalVolumeInALogicalOneIsNamedAndNotRead() throws IOException {
        byte[] disk = LvmDisk.volume("1", LvmDisk.group(1, LINEAR));
        byte[] inner = Arrays.copyOf(disk, 1024);
        System.arraycopy(inner, 0, disk, LvmDisk.DATA + 3 * LvmDisk.EXTENT, 1024);
        try (DiskImage image = open(disk)) {
            assertThat(reason(image, "vg/root"))
                    .contains("an LVM physical volume inside a logical volume");
        }
    }

    /** A disk of partitions, one behind the other from 64 KiB on. */
    private static final class Mbrs {
        static byte[] disk(byte[] one, byte[] two) {
            byte[] disk = new byte[65536 + one.length + two.length];
            System.arraycopy(one, 0, disk, 65536, one.length);
            System.arraycopy(two, 0, disk, 65536 + one.length, two.length);
            var numbers = ByteBuffer.wrap(disk).order(ByteOrder.LITTLE_ENDIAN);
            entry(numbers, 446, 65536, one.length);
            entry(numbers, 462, 65536 + one.length, two.length);
            numbers.putShort(510, (short) 0xaa55);
            return disk;
        }

        private static void entry(ByteBuffer disk, int at, int offset, int size) {
            disk.put(at + 4, (byte) 0x8e);
            disk.putInt(at + 8, offset / 512);
            disk.putInt(at + 12, size / 512);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a { | ends inside a section",
                "a } | has neither",
                "} | closes a brace too many",
                "a = | has neither a name nor a value",
                "a = [ 1 2 ] | a list without an end",
                "a = [ 1, | has neither",
                "a = \"x | ends inside a text",
                "a = 1 a = 2 | a name twice",
                "a {b {c {d {e {f {g {h {i {}}}}}}}}} | more than 8 deep",
            })
    void aTextThatIsNoMetadataIsRefused(String text, String saying) {
        assertThatThrownBy(() -> LvmText.parse(text.getBytes(StandardCharsets.US_ASCII)))
                .isInstanceOf(CorruptImageException.class)
                .hasMessageContaining(saying);
    }
}
