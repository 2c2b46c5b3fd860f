package org.imprimatur.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every container with one thing wrong, and refused for that thing. */
class ContainerRefusalTest {

    private static final Duration SOON = Duration.ofSeconds(10);

    /** A bad image: its name says what is wrong. */
    private record Bad(
            String name, Class<? extends ImageException> kind, String saying, byte[] image) {
        @Override
        public String toString() {
            return name;
        }
    }

    private interface Change {
        void make(ByteBuffer image);
    }

    private static byte[] changed(String fixture, ByteOrder order, Change change) {
        byte[] bytes = Fixtures.bytes("containers/" + fixture + ".gz");
        change.make(ByteBuffer.wrap(bytes).order(order));
        return bytes;
    }

    private static Bad corrupt(String name, String saying, byte[] image) {
        return new Bad(name, CorruptImageException.class, saying, image);
    }

    private static Bad unsupported(String name, String saying, byte[] image) {
        return new Bad(name, UnsupportedImageException.class, saying, image);
    }

    private static byte[] half(String fixture) {
        byte[] bytes = Fixtures.bytes("containers/" + fixture + ".gz");
        return Arrays.copyOf(bytes, bytes.length / 2 & -512);
    }

    // ------------------------------------------------------------------------------- qcow2

    private static byte[] qcow2(String fixture, Change change) {
        return changed(fixture + ".qcow2", ByteOrder.BIG_ENDIAN, change);
    }

    private static byte[] zerosInVersion2() {
        byte[] bytes = Fixtures.bytes("mini-clean.v2-4k.qcow2.gz");
        var image = ByteBuffer.wrap(bytes);
        int table = (int) image.getLong((int) image.getLong(40));
        image.putLong(table, image.getLong(table) | 1);
        return bytes;
    }

    static Stream<Bad> qcow2() {
        return Stream.of(
                unsupported(
                        "unknown-compression",
                        "compression type 7",
                        qcow2("zstd-64k", image -> image.put(104, (byte) 7))),
                corrupt(
                        "compression-not-announced",
                        "features say zlib",
                        qcow2("zstd-64k", image -> image.putLong(72, 0))),
                corrupt(
                        "zstd-that-is-deflate",
                        "damaged",
                        qcow2("zlib-512", image -> image.putLong(72, 8).put(104, (byte) 1))),
                corrupt("zeros-in-version-2", "version 2 does not have", zerosInVersion2()),
                corrupt("zstd-cut-off", "outside", half("zstd-64k.qcow2")),
                corrupt(
                        "extended-with-small-clusters",
                        "2^12",
                        qcow2("zstd-4k", image -> image.putLong(72, 8 | 16))));
    }

    // -------------------------------------------------------------------------------- vmdk

    private static byte[] vmdk(String fixture, Change change) {
        return changed(fixture + ".vmdk", ByteOrder.LITTLE_ENDIAN, change);
    }

    private static int directory(ByteBuffer image) {
        return (int) image.getLong(56) * 512;
    }

    private static int table(ByteBuffer image) {
        return image.getInt(directory(image)) * 512;
    }

    private static int firstGrain(ByteBuffer image) {
        return image.getInt(table(image)) * 512;
    }

    private static byte[] descriptor(String from, String to) {
        return vmdk(
                "sparse",
                image -> {
                    byte[] text = new byte[20 * 512];
                    image.get(512, text);
                    String old = new String(text, java.nio.charset.StandardCharsets.ISO_8859_1);
                    String changed = old.stripTrailing().replace(from, to);
                    assertThat(changed).isNotEqualTo(old);
                    image.put(
                            512, Arrays.copyOf(Ovas.utf8(changed.replace("\0", "")), text.length));
                });
    }

    private static byte[] alone(String type, String... lines) {
        return Ovas.utf8(
                "# Disk DescriptorFile\nversion=1\nCID=1\nparentCID=ffffffff\ncreateType=\"%s\"\n%s\n"
                        .formatted(type, String.join("\n", lines)));
    }

    private static byte[] beginning(String magic) {
        return Arrays.copyOf(Ovas.utf8(magic), 4096);
    }

    static Stream<Bad> vmdk() {
        return Stream.of(
                unsupported(
                        "flat-descriptor",
                        "FLAT '/etc/shadow'",
                        alone("monolithicFlat", "RW 100 FLAT \"/etc/shadow\" 0")),
                unsupported(
                        "device-descriptor",
                        "VMFSRDM '/dev/sda'",
                        alone("fullDevice", "RW 100 VMFSRDM \"/dev/sda\"")),
                unsupported(
                        "delta-descriptor",
                        "parentCID 12345678",
                        Ovas.utf8("# Disk DescriptorFile\nparentCID=12345678\n")),
                unsupported("cowd", "COWD", beginning("COWD")),
                unsupported(
                        "sesparse",
                        "SESPARSE",
                        ByteBuffer.allocate(4096)
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .putLong(0, 0xcafebabeL)
                                .array()),
                unsupported(
                        "delta",
                        "half of the disk",
                        descriptor("parentCID=ffffffff", "parentCID=00000001")),
                unsupported(
                        "parent-hint",
                        "half of the disk",
                        descriptor("version=1", "version=1\nparentFileNameHint=\"/base.vmdk\"")),
                unsupported(
                        "two-extents",
                        "2 files",
                        descriptor("# The Disk", "RW 7 SPARSE \"b.vmdk\"\n# The Disk")),
                unsupported("flat-extent", "names 1 files", descriptor("SPARSE", "FLAT")),
                unsupported(
                        "split",
                        "twoGbMaxExtentSparse",
                        descriptor("monolithicSparse", "twoGbMaxExtentSparse")),
                corrupt("other-capacity", "by its descriptor", descriptor("RW 10248", "RW 99999")),
                corrupt(
                        "value-twice",
                        "'parentcid' twice",
                        descriptor("version=1", "version=1\nparentCID=ffffffff")),
                unsupported(
                        "no-descriptor",
                        "without descriptor",
                        vmdk("sparse", image -> image.putLong(28, 0))),
                corrupt(
                        "descriptor-huge",
                        "sectors, not 1 to 2048",
                        vmdk("sparse", image -> image.putLong(36, 1L << 40))),
                corrupt(
                        "sent-as-text",
                        "line ends",
                        vmdk("sparse", image -> image.put(75, (byte) '\n'))),
                unsupported(
                        "version", "VMDK version 9", vmdk("sparse", image -> image.putInt(4, 9))),
                unsupported(
                        "unknown-flag",
                        "0x80",
                        vmdk("sparse", image -> image.putInt(8, image.getInt(8) | 0x80))),
                unsupported(
                        "unknown-compression",
                        "compression 2",
                        vmdk("stream", image -> image.putShort(77, (short) 2))),
                unsupported(
                        "compressed-without-markers",
                        "no markers",
                        vmdk("stream", image -> image.putInt(8, 0x10003))),
                unsupported(
                        "over-the-limit",
                        "larger than the limit",
                        vmdk("sparse", image -> image.putLong(12, 1L << 50))),
                corrupt(
                        "no-capacity",
                        "a disk of 0 bytes",
                        vmdk("sparse", image -> image.putLong(12, 0))),
                corrupt(
                        "grain-size",
                        "not a power of two",
                        vmdk("sparse", image -> image.putLong(20, 1L << 40))),
                corrupt(
                        "table-entries",
                        "tables of 4294967295",
                        vmdk("sparse", image -> image.putInt(44, -1))),
                corrupt(
                        "directory-outside",
                        "outside",
                        vmdk("sparse", image -> image.putLong(56, 1L << 40))),
                corrupt(
                        "directory-names-itself",
                        "loop or overlap",
                        vmdk(
                                "sparse",
                                image -> image.putInt(directory(image), directory(image) / 512))),
                corrupt(
                        "table-names-itself",
                        "loop or overlap",
                        vmdk("sparse", image -> image.putInt(table(image), table(image) / 512))),
                corrupt(
                        "grain-twice",
                        "loop or overlap",
                        vmdk(
                                "sparse",
                                image ->
                                        image.putInt(
                                                table(image) + 4, image.getInt(table(image))))),
                corrupt(
                        "grain-outside",
                        "outside",
                        vmdk("sparse", image -> image.putInt(table(image), 0x7fffffff))),
                corrupt("cut-off", "outside", half("sparse.vmdk")),
                corrupt(
                        "grain-of-another-place",
                        "marked as sector 77",
                        vmdk("stream", image -> image.putLong(firstGrain(image), 77))),
                corrupt(
                        "grain-huge",
                        "compressed bytes",
                        vmdk("stream", image -> image.putInt(firstGrain(image) + 8, -1))),
                corrupt(
                        "grain-damaged",
                        "damaged",
                        vmdk(
                                "stream",
                                image -> image.putLong(firstGrain(image) + 12, 0x5555555555L))),
                corrupt(
                        "grain-checksum",
                        "damaged",
                        vmdk(
                                "stream",
                                image -> {
                                    int grain = firstGrain(image);
                                    int end = grain + 12 + image.getInt(grain + 8);
                                    image.put(end - 1, (byte) (image.get(end - 1) ^ 1));
                                })),
                corrupt("no-footer", "no footer", half("stream-footer.vmdk")),
                corrupt(
                        "footer-of-another-disk",
                        "header and footer",
                        vmdk(
                                "stream-footer",
                                image -> image.putLong(image.capacity() - 1024 + 20, 64))),
                corrupt(
                        "footer-without-directory",
                        "at sector 18446744073709551615",
                        vmdk(
                                "stream-footer",
                                image -> image.putLong(image.capacity() - 1024 + 56, -1))));
    }

    // --------------------------------------------------------------------------------- vhd

    private static byte[] vhd(String fixture, Change change) throws IOException {
        byte[] bad = changed(fixture + ".vhd", ByteOrder.BIG_ENDIAN, change);
        return resealed(bad);
    }

    private static byte[] resealed(byte[] bad) throws IOException {
        return Fixtures.content(ResealedDevice.of(new MemoryDevice(bad)));
    }

    private static int header(ByteBuffer image) {
        return (int) image.getLong(16);
    }

    private static int blocks(ByteBuffer image) {
        return (int) image.getLong(header(image) + 16);
    }

    static Stream<Bad> vhd() throws IOException {
        return Stream.of(
                unsupported(
                        "differencing",
                        "half of the disk",
                        vhd("dynamic", image -> image.putInt(60, 4))),
                unsupported("type", "VHD type 5", vhd("dynamic", image -> image.putInt(60, 5))),
                unsupported(
                        "version",
                        "VHD version 2.0",
                        vhd("dynamic", image -> image.putInt(12, 2 << 16))),
                unsupported(
                        "over-the-limit",
                        "larger than the limit",
                        vhd("dynamic", image -> image.putLong(48, 1L << 50))),
                corrupt(
                        "no-size",
                        "a disk of 0 bytes",
                        vhd("dynamic", image -> image.putLong(48, 0))),
                corrupt(
                        "footer-checksum",
                        "checksum of the VHD footer",
                        changed(
                                "dynamic.vhd",
                                ByteOrder.BIG_ENDIAN,
                                image -> image.put(image.capacity() - 500, (byte) 99))),
                corrupt(
                        "fixed-footer-checksum",
                        "checksum of the VHD footer",
                        changed(
                                "fixed.vhd",
                                ByteOrder.BIG_ENDIAN,
                                image -> image.putLong(image.capacity() - 512 + 48, 512))),
                corrupt(
                        "fixed-larger-than-file",
                        "before the footer",
                        vhd(
                                "fixed",
                                image -> image.putLong(image.capacity() - 512 + 48, 1L << 40))),
                corrupt(
                        "header-checksum",
                        "checksum of the VHD dynamic header",
                        changed(
                                "dynamic.vhd",
                                ByteOrder.BIG_ENDIAN,
                                image -> image.putInt(header(image) + 28, 4))),
                corrupt(
                        "copy-differs",
                        "differ",
                        changed(
                                "dynamic.vhd",
                                ByteOrder.BIG_ENDIAN,
                                image -> image.putInt(100, 1))),
                corrupt("cut-off", "cut off", half("dynamic.vhd")),
                corrupt(
                        "no-header",
                        "no dynamic VHD header",
                        vhd("dynamic", image -> image.putLong(16, 2048))),
                corrupt(
                        "header-outside",
                        "outside",
                        vhd("dynamic", image -> image.putLong(16, 1L << 60))),
                corrupt(
                        "block-size",
                        "VHD blocks of 3",
                        vhd("dynamic", image -> image.putInt(header(image) + 32, 3))),
                corrupt(
                        "table-too-small",
                        "a VHD table of 1 blocks",
                        vhd("dynamic", image -> image.putInt(header(image) + 28, 1))),
                corrupt(
                        "table-outside",
                        "outside",
                        vhd("dynamic", image -> image.putLong(header(image) + 16, 1L << 50))),
                corrupt(
                        "table-names-itself",
                        "loop or overlap",
                        vhd("dynamic", image -> image.putInt(blocks(image), blocks(image) / 512))),
                corrupt(
                        "block-twice",
                        "loop or overlap",
                        vhd(
                                "dynamic",
                                image ->
                                        image.putInt(
                                                blocks(image) + 4, image.getInt(blocks(image))))),
                corrupt(
                        "block-outside",
                        "outside",
                        vhd("dynamic", image -> image.putInt(blocks(image), 0x7fffffff))),
                corrupt(
                        "data-that-was-never-written",
                        "nothing was written",
                        vhd(
                                "dynamic",
                                image -> image.put(image.getInt(blocks(image)) * 512, (byte) 0))));
    }

    // -------------------------------------------------------------------------------- vhdx

    private static byte[] vhdx(Change change) throws IOException {
        return resealed(changed("dynamic.vhdx", ByteOrder.LITTLE_ENDIAN, change));
    }

    private static int find(ByteBuffer image, int from, String id) {
        UUID wanted = UUID.fromString(id);
        for (int at = from; at < from + (64 << 10); at += 16) {
            if (Bytes.guid(image.array(), at).equals(wanted)) {
                return at;
            }
        }
        throw new AssertionError(id);
    }

    /** The entry of a region in the first of the two tables. */
    private static int region(ByteBuffer image, String id) {
        return find(image, 192 << 10, id);
    }

    private static int bat(ByteBuffer image) {
        return (int) image.getLong(region(image, "2dc27766-f623-4200-9d64-115e9bfd4a08") + 16);
    }

    private static int metadata(ByteBuffer image) {
        return (int) image.getLong(region(image, "8b7ca206-4790-4b9a-b8fe-575f050f886e") + 16);
    }

    private static int item(ByteBuffer image, String id) {
        return metadata(image) + image.getInt(find(image, metadata(image), id) + 16);
    }

    private static final String PARAMETERS = "caa16737-fa36-4d43-b3b6-33f0aa44e76b";
    private static final String SIZE = "2fa54224-cd1b-4876-b211-5dbed83bf4b8";
    private static final String SECTOR = "8141bf1d-a96f-4709-ba47-f233a8faab5f";

    static Stream<Bad> vhdx() throws IOException {
        return Stream.of(
                corrupt(
                        "header-checksums",
                        "neither VHDX header",
                        changed(
                                "dynamic.vhdx",
                                ByteOrder.LITTLE_ENDIAN,
                                image -> {
                                    image.put((64 << 10) + 100, (byte) 1);
                                    image.put((128 << 10) + 100, (byte) 1);
                                })),
                corrupt(
                        "region-checksums",
                        "neither VHDX region table",
                        changed(
                                "dynamic.vhdx",
                                ByteOrder.LITTLE_ENDIAN,
                                image -> {
                                    image.put((192 << 10) + 1000, (byte) 1);
                                    image.put((256 << 10) + 1000, (byte) 1);
                                })),
                unsupported(
                        "log-waits",
                        "waits for replay",
                        vhdx(
                                image -> {
                                    image.putLong((64 << 10) + 48, 1);
                                    image.putLong((128 << 10) + 48, 1);
                                })),
                unsupported(
                        "version",
                        "VHDX version 2",
                        vhdx(
                                image -> {
                                    image.putShort((64 << 10) + 66, (short) 2);
                                    image.putShort((128 << 10) + 66, (short) 2);
                                })),
                unsupported(
                        "unknown-region",
                        "unknown VHDX region",
                        vhdx(
                                image -> {
                                    int at = region(image, "2dc27766-f623-4200-9d64-115e9bfd4a08");
                                    image.putInt(at, 7).putInt(at + 28, 1);
                                })),
                corrupt(
                        "too-many-regions",
                        "4294967295 regions",
                        vhdx(image -> image.putInt((192 << 10) + 8, -1))),
                corrupt(
                        "region-outside",
                        "outside",
                        vhdx(
                                image ->
                                        image.putLong(
                                                region(
                                                                image,
                                                                "2dc27766-f623-4200-9d64-115e9bfd4a08")
                                                        + 16,
                                                1L << 50))),
                corrupt(
                        "regions-overlap",
                        "loop or overlap",
                        vhdx(
                                image ->
                                        image.putLong(
                                                region(
                                                                image,
                                                                "2dc27766-f623-4200-9d64-115e9bfd4a08")
                                                        + 16,
                                                512 << 10))),
                corrupt(
                        "no-metadata",
                        "no VHDX metadata table",
                        vhdx(image -> image.putLong(metadata(image), 0))),
                unsupported(
                        "unknown-metadata",
                        "unknown VHDX metadata",
                        vhdx(image -> image.putInt(find(image, metadata(image), SECTOR), 7))),
                corrupt(
                        "metadata-outside",
                        "outside",
                        vhdx(image -> image.putInt(find(image, metadata(image), SECTOR) + 16, -1))),
                unsupported(
                        "parent",
                        "half of the disk",
                        vhdx(image -> image.putInt(item(image, PARAMETERS) + 4, 2))),
                corrupt(
                        "block-size",
                        "VHDX blocks of 3",
                        vhdx(image -> image.putInt(item(image, PARAMETERS), 3))),
                corrupt(
                        "sector-size",
                        "sectors of 3",
                        vhdx(image -> image.putInt(item(image, SECTOR), 3))),
                corrupt(
                        "odd-size",
                        "with sectors of",
                        vhdx(image -> image.putLong(item(image, SIZE), 1000))),
                unsupported(
                        "over-the-limit",
                        "larger than the limit",
                        vhdx(image -> image.putLong(item(image, SIZE), 1L << 50))),
                corrupt(
                        "table-too-small",
                        "a VHDX table of",
                        vhdx(image -> image.putLong(item(image, SIZE), 1L << 42))),
                unsupported(
                        "block-partly-elsewhere",
                        "partly in another file",
                        vhdx(image -> image.putLong(bat(image), 7))),
                corrupt(
                        "block-state",
                        "unknown state 5",
                        vhdx(image -> image.putLong(bat(image), 5))),
                corrupt(
                        "block-twice",
                        "loop or overlap",
                        vhdx(image -> image.putLong(bat(image) + 8, image.getLong(bat(image))))),
                corrupt(
                        "block-in-the-headers",
                        "loop or overlap",
                        vhdx(image -> image.putLong(bat(image), 6))),
                corrupt(
                        "block-outside",
                        "outside",
                        vhdx(image -> image.putLong(bat(image), -1L << 20 | 6))),
                corrupt("cut-off", "outside", half("dynamic.vhdx")));
    }

    // --------------------------------------------------------------------------------- vdi

    private static byte[] vdi(Change change) {
        return changed("dynamic.vdi", ByteOrder.LITTLE_ENDIAN, change);
    }

    static Stream<Bad> vdi() {
        return Stream.of(
                unsupported("version", "VDI version 2.0", vdi(image -> image.putInt(68, 2 << 16))),
                unsupported("undo", "half of the disk", vdi(image -> image.putInt(76, 3))),
                unsupported("differences", "half of the disk", vdi(image -> image.putInt(76, 4))),
                unsupported("type", "VDI type 9", vdi(image -> image.putInt(76, 9))),
                unsupported("parent", "names a parent", vdi(image -> image.putLong(424, 1))),
                unsupported(
                        "over-the-limit",
                        "larger than the limit",
                        vdi(image -> image.putLong(368, 1L << 50))),
                corrupt("no-size", "a disk of 0 bytes", vdi(image -> image.putLong(368, 0))),
                corrupt("block-size", "VDI blocks of 3", vdi(image -> image.putInt(376, 3))),
                unsupported("extra", "before every block", vdi(image -> image.putInt(380, 512))),
                corrupt("map-too-small", "a VDI map of 1", vdi(image -> image.putInt(384, 1))),
                corrupt("map-huge", "outside", vdi(image -> image.putInt(384, -1))),
                corrupt("map-outside", "outside", vdi(image -> image.putInt(340, -512))),
                corrupt(
                        "block-twice",
                        "loop or overlap",
                        vdi(
                                image ->
                                        image.putInt(
                                                image.getInt(340) + 4,
                                                image.getInt(image.getInt(340))))),
                corrupt(
                        "block-is-the-map",
                        "loop or overlap",
                        vdi(image -> image.putInt(344, image.getInt(340)))),
                corrupt(
                        "block-outside",
                        "outside",
                        vdi(image -> image.putInt(image.getInt(340), 0x7fffffff))),
                corrupt("cut-off", "outside", half("dynamic.vdi")));
    }

    // --------------------------------------------------------------------------------- ova

    private static byte[] ova(String files, String disks) {
        return Ovas.of("SHA256", Ovas.envelope(files, disks), "disk.vmdk", Ovas.VMDK);
    }

    private static byte[] href(String href) {
        return ova(Ovas.file(href), Ovas.disk("vmdk"));
    }

    private static byte[] xml(String descriptor) {
        return Ovas.of("SHA256", descriptor, "disk.vmdk", Ovas.VMDK);
    }

    private static byte[] manifest(String text) {
        return Ovas.tar(
                Map.of(
                        "a.ovf",
                        Ovas.utf8(Ovas.envelope(Ovas.file("disk.vmdk"), Ovas.disk("vmdk")))),
                Map.of("a.mf", Ovas.utf8(text)),
                Map.of("disk.vmdk", Ovas.VMDK));
    }

    private static byte[] member(String name, char type) {
        var out = new ByteArrayOutputStream();
        Ovas.member(out, name, type, new byte[0]);
        out.writeBytes(Ovas.withoutManifest());
        return out.toByteArray();
    }

    private static byte[] damaged(int at, int value) {
        byte[] bad = Ovas.good();
        bad[at] = (byte) value;
        return bad;
    }

    static Stream<Bad> ova() {
        String two = Ovas.file("disk.vmdk") + "<File ovf:id='g' ovf:href='b.vmdk'/>";
        String zeros = "0".repeat(64);
        return Stream.of(
                unsupported("url", "plain name", href("https://images.example/disk.vmdk")),
                unsupported("absolute", "plain name", href("/etc/shadow")),
                unsupported("dots", "plain name", href("../disk.vmdk")),
                unsupported("only-dots", "plain name", href("..")),
                unsupported("directory", "plain name", href("a/disk.vmdk")),
                unsupported("backslash", "plain name", href("..\\disk.vmdk")),
                unsupported("drive", "plain name", href("c:disk.vmdk")),
                corrupt("no-such-file", "no file 'gone.vmdk'", href("gone.vmdk")),
                unsupported(
                        "gzip",
                        "compressed by gzip",
                        ova(
                                "<File ovf:id='f' ovf:href='disk.vmdk' ovf:compression='gzip'/>",
                                Ovas.disk("vmdk"))),
                unsupported(
                        "chunks",
                        "several files",
                        ova(
                                "<File ovf:id='f' ovf:href='disk.vmdk' ovf:chunkSize='9'/>",
                                Ovas.disk("vmdk"))),
                corrupt(
                        "other-size",
                        "and 9 by the descriptor",
                        ova(
                                "<File ovf:id='f' ovf:href='disk.vmdk' ovf:size='9'/>",
                                Ovas.disk("vmdk"))),
                corrupt(
                        "not-the-format",
                        "by its content",
                        Ovas.of(
                                "SHA256",
                                Ovas.envelope(Ovas.file("disk.raw"), Ovas.disk("vmdk")),
                                "disk.raw",
                                new byte[4096])),
                unsupported(
                        "two-disks",
                        "2 disks (disk.vmdk, b.vmdk)",
                        ova(two, Ovas.disk("vmdk") + Ovas.disk("vmdk").replace("'f'", "'g'"))),
                unsupported("no-disk", "no disk", ova(Ovas.file("disk.vmdk"), "")),
                corrupt("no-file", "no such file", ova("", Ovas.disk("vmdk"))),
                unsupported(
                        "parent",
                        "has a parent",
                        ova(
                                Ovas.file("disk.vmdk"),
                                Ovas.disk("vmdk").replace("<Disk", "<Disk ovf:parentRef='p'"))),
                corrupt(
                        "one-identifier",
                        "one identifier",
                        ova(two.replace("'g'", "'f'"), Ovas.disk("vmdk"))),
                corrupt(
                        "document-type",
                        "DOCTYPE",
                        xml("<!DOCTYPE Envelope SYSTEM 'file:///etc/passwd'><Envelope/>")),
                corrupt(
                        "entities",
                        "DOCTYPE",
                        xml(
                                "<!DOCTYPE e [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><Envelope>&b;</Envelope>")),
                corrupt("no-xml", "cannot be read", xml("<Envelope")),
                corrupt("other-xml", "no Envelope", xml("<html/>")),
                corrupt("deep", "in each other", xml("<Envelope>" + "<a>".repeat(100_000))),
                corrupt(
                        "many-files",
                        "files and disks",
                        xml("<Envelope><DiskSection>" + "<Disk/>".repeat(300))),
                unsupported("huge-descriptor", "more than 1048576", xml(" ".repeat(1 << 21))),
                unsupported(
                        "no-descriptor",
                        "does not begin with an OVF",
                        Ovas.tar(Map.of("disk.vmdk", Ovas.VMDK))),
                unsupported(
                        "archive-inside",
                        "inside an OVA",
                        Ovas.of(
                                "SHA256",
                                Ovas.envelope(Ovas.file("b.ova"), Ovas.disk("raw")),
                                "b.ova",
                                Ovas.good())),
                corrupt("digest-line", "no digest", manifest("MD5(disk.vmdk)= 00\n")),
                corrupt(
                        "digest",
                        "does not have the SHA-256 digest",
                        manifest("SHA256(disk.vmdk)= " + zeros)),
                corrupt("digest-of-nothing", "not in it", manifest("SHA256(gone)= " + zeros)),
                corrupt(
                        "disk-without-digest",
                        "no digest of 'a.ovf'",
                        manifest("SHA1(disk.vmdk)= " + Ovas.digest("SHA1", Ovas.VMDK))),
                corrupt("empty-manifest", "no digest of", manifest("")),
                corrupt(
                        "digest-twice",
                        "named before",
                        manifest(
                                ("SHA1(disk.vmdk)= " + Ovas.digest("SHA1", Ovas.VMDK) + "\n")
                                        .repeat(2))),
                unsupported("link", "type '2'", member("a.ovf", '2')),
                unsupported("extended-header", "type 'x'", member("a.ovf", 'x')),
                unsupported("long-name", "type 'L'", member("a.ovf", 'L')),
                corrupt(
                        "name-twice",
                        "two files 'a.ovf'",
                        Ovas.tar(Map.of("a.ovf", new byte[9]), Map.of("a.ovf", new byte[9]))),
                corrupt("header-checksum", "damaged", damaged(3, 'x')),
                corrupt("cut-off", "outside", Arrays.copyOf(Ovas.good(), Ovas.good().length / 2)),
                corrupt(
                        "no-end",
                        "has no end",
                        Arrays.copyOf(Ovas.good(), Ovas.good().length - 1024)));
    }

    @ParameterizedTest
    @MethodSource({"qcow2", "vmdk", "vhd", "vhdx", "vdi", "ova"})
    void isRefusedForWhatIsWrong(Bad bad) {
        assertThatThrownBy(
                        () ->
                                Assertions.assertTimeoutPreemptively(
                                        SOON, () -> ReadDisk.of(new MemoryDevice(bad.image()))))
                .isInstanceOf(bad.kind())
                .hasMessageContaining(bad.saying());
    }

    // ------------------------------------------------------------------- read, with a note

    private static List<String> notes(byte[] image) throws IOException {
        return Container.open(new MemoryDevice(image), Limits.DEFAULT).notes().stream()
                .map(Note::text)
                .toList();
    }

    @Test
    void everyKindOfManifestIsVerified() throws IOException {
        for (String algorithm : List.of("SHA1", "SHA256", "SHA512")) {
            byte[] good =
                    Ovas.of(
                            algorithm,
                            Ovas.envelope(Ovas.file("disk.vmdk"), Ovas.disk("vmdk")),
                            "disk.vmdk",
                            Ovas.VMDK);
            assertThat(notes(good)).containsExactly("the disk is 'disk.vmdk', vmdk");
        }
        assertThat(notes(Ovas.withoutManifest()).toString()).contains("no manifest");
    }

    @Test
    void anotherFormatMayBeInAnOva() throws IOException {
        byte[] qcow2 = Fixtures.bytes("containers/zstd-4k.qcow2.gz");
        byte[] ova =
                Ovas.of(
                        "SHA512",
                        Ovas.envelope(Ovas.file("d.qcow2"), Ovas.disk("qcow2")),
                        "d.qcow2",
                        qcow2);
        try (DiskImage image = DiskImage.open(new MemoryDevice(ova), Limits.DEFAULT)) {
            assertThat(image.format()).isEqualTo("ova");
            assertThat(Fixtures.content(image.disk()))
                    .isEqualTo(Fixtures.bytes("containers/disk.raw.gz"));
        }
    }

    @Test
    void otherFilesOfAnOvaAreTold() throws IOException {
        byte[] ova =
                Ovas.tar(
                        Map.of(
                                "a.ovf",
                                Ovas.utf8(
                                        Ovas.envelope(Ovas.file("disk.vmdk"), Ovas.disk("vmdk")))),
                        Map.of("disk.vmdk", Ovas.VMDK),
                        Map.of("a.cert", new byte[7]),
                        Map.of("a.nvram", new byte[2048]));
        assertThat(notes(ova))
                .contains(
                        "the signature 'a.cert' was not verified",
                        "the file 'a.nvram' of 2048 bytes is not part of the disk and was not read");
        assertThat(unread(ova)).isEmpty();
    }

    /** A site may attach them all; what nobody looked into is not endorsed in silence. */
    @Test
    void otherImagesInAnOvaAreUnread() throws IOException {
        byte[] sector = new byte[512];
        sector[510] = 0x55;
        sector[511] = (byte) 0xaa;
        byte[] ova =
                Ovas.tar(
                        Map.of(
                                "a.ovf",
                                Ovas.utf8(
                                        Ovas.envelope(Ovas.file("disk.vmdk"), Ovas.disk("vmdk")))),
                        Map.of("disk.vmdk", Ovas.VMDK),
                        Map.of("hidden.iso", new byte[2048]),
                        Map.of("OTHER.RAW", new byte[1]),
                        Map.of("notes.txt", sector),
                        Map.of("second", Ovas.VMDK),
                        Map.of("readme.txt", new byte[4096]));
        assertThat(unread(ova))
                .containsExactly(
                        "ova: the file 'hidden.iso' of 2048 bytes is not part of the disk and was not read",
                        "ova: the file 'OTHER.RAW' of 1 bytes is not part of the disk and was not read",
                        "ova: the file 'notes.txt' of 512 bytes is not part of the disk and was not read",
                        "ova: the file 'second' of %d bytes is not part of the disk and was not read"
                                .formatted(Ovas.VMDK.length));
    }

    private static List<String> unread(byte[] image) throws IOException {
        return Container.open(new MemoryDevice(image), Limits.DEFAULT).unread().stream()
                .map(Unread::toString)
                .toList();
    }

    @Test
    void bytesThatBelongToNothingAreTold() throws IOException {
        for (String name :
                List.of(
                        "zlib-512.qcow2",
                        "plain-2m.qcow2",
                        "sparse.vmdk",
                        "stream.vmdk",
                        "dynamic.vhdx",
                        "dynamic.vdi")) {
            byte[] good = Fixtures.bytes("containers/" + name + ".gz");
            byte[] more = Arrays.copyOf(good, good.length + (16 << 20));
            more[more.length - 5] = 'x';
            assertThat(notes(more).toString())
                    .contains("belong to nothing")
                    .contains("at offset " + (more.length - 5));
        }
    }

    @Test
    void aSecondDirectoryThatDiffersIsTold() throws IOException {
        byte[] bad =
                vmdk(
                        "sparse",
                        image ->
                                image.putInt(image.getInt((int) image.getLong(48) * 512) * 512, 0));
        assertThat(notes(bad).toString()).contains("second copy of the tables differs");
    }

    @Test
    void oneDamagedVhdxHeaderOrTableIsTold() throws IOException {
        byte[] bad =
                changed(
                        "dynamic.vhdx",
                        ByteOrder.LITTLE_ENDIAN,
                        image ->
                                image.put((64 << 10) + 100, (byte) 1)
                                        .put((192 << 10) + 999, (byte) 1));
        assertThat(notes(bad).toString())
                .contains("one of the two headers")
                .contains("one of the two region tables");
    }

    @Test
    void aSmallerLimitHoldsForEveryFormat() throws IOException {
        var limits = new Limits(1 << 20, 256, 256, 1000, 1 << 14);
        for (String name : ContainerTest.names().toList()) {
            assertThatThrownBy(() -> Container.open(new MemoryDevice(Fixtures.bytes(name)), limits))
                    .as(name)
                    .isInstanceOf(UnsupportedImageException.class)
                    .hasMessageContaining("larger than the limit");
        }
    }
}
