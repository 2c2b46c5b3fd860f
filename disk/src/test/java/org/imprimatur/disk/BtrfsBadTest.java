package org.imprimatur.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A good btrfs with one thing wrong each, refused for that thing. */
class BtrfsBadTest {

    private static final int SUPERBLOCK = 64 << 10;
    private static final int NODE = 4096;
    private static final long FILES = 5;
    private static final byte[] GOOD = Fixtures.bytes("btrfs-old.raw.gz");

    /** The image, and where things are in it. */
    private static final class Image {

        private final byte[] bytes;
        private final ByteBuffer numbers;

        Image(byte[] good) {
            this.bytes = good.clone();
            this.numbers = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        }

        Image superblock(int at, long number) {
            numbers.putLong(SUPERBLOCK + at, number);
            return this;
        }

        /** Changes the nodes of a tree that have this level, the newest of each place. */
        Image nodes(long tree, int level, Consumer<Integer> change) {
            int changed = 0;
            for (int at = 1 << 20; at + NODE <= bytes.length; at += NODE) {
                boolean node =
                        Arrays.equals(
                                bytes, at + 32, at + 48, bytes, SUPERBLOCK + 32, SUPERBLOCK + 48);
                if (node && numbers.getLong(at + 88) == tree && bytes[at + 100] == level) {
                    change.accept(at);
                    changed++;
                }
            }
            assertThat(changed).isPositive();
            return this;
        }

        /** Changes every item with this type and object (0 for any): its place, its content. */
        Image items(long tree, long object, int type, ItemChange change) {
            int[] changed = new int[1];
            nodes(
                    tree,
                    0,
                    node -> {
                        for (int i = 0; i < numbers.getInt(node + 96); i++) {
                            int item = node + 101 + 25 * i;
                            if ((bytes[item + 8] & 0xff) == type
                                    && (object == 0 || numbers.getLong(item) == object)) {
                                change.change(item, node + 101 + numbers.getInt(item + 17));
                                changed[0]++;
                            }
                        }
                    });
            assertThat(changed[0]).isPositive();
            return this;
        }

        /** Changes the content of every item that places a part of a file on the disk. */
        Image regular(Consumer<Integer> change) {
            return items(
                    FILES,
                    0,
                    108,
                    (_, at) -> {
                        if (bytes[at + 20] == 1 && numbers.getLong(at + 21) != 0) {
                            change.accept(at);
                        }
                    });
        }

        /** Says that one sector is a packed one. */
        void packed(int at, int method) {
            bytes[at + 16] = (byte) method;
            numbers.putLong(at + 8, 4096);
            numbers.putLong(at + 29, 4096);
            numbers.putLong(at + 37, 0);
            numbers.putLong(at + 45, 4096);
        }

        /** All with right checksums. */
        BlockDevice sealed() {
            try {
                return new SealedBtrfs(new MemoryDevice(bytes));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    private interface ItemChange {
        void change(int item, int content);
    }

    private record Case(String name, Consumer<Image> change, String saying) {

        @Override
        public String toString() {
            return name;
        }
    }

    private static Case bad(String name, String saying, Consumer<Image> change) {
        return new Case(name, change, saying);
    }

    static Stream<Case> refusedAsAWhole() {
        return Stream.of(
                bad(
                        "unknown feature",
                        "0x8000000000000000",
                        i ->
                                i.superblock(
                                        188, i.numbers.getLong(SUPERBLOCK + 188) | Long.MIN_VALUE)),
                bad("zoned", "zoned", i -> i.superblock(188, 0x1000)),
                bad(
                        "extent tree v2",
                        "second form of the extent tree",
                        i -> i.superblock(188, 0x2000)),
                bad("stripe tree", "RAID stripe tree", i -> i.superblock(188, 0x4000)),
                bad("dump", "dump of metadata", i -> i.superblock(56, 1L << 34)),
                bad("two devices", "over 2 devices", i -> i.superblock(136, 2)),
                bad("unknown checksum", "type 9", i -> i.bytes[SUPERBLOCK + 196] = 9),
                bad(
                        "huge node",
                        "nodes of 1073741824",
                        i -> i.numbers.putInt(SUPERBLOCK + 148, 1 << 30)),
                bad("odd sector", "sectors of 4097", i -> i.numbers.putInt(SUPERBLOCK + 144, 4097)),
                bad("beyond the device", "on a device of", i -> i.superblock(209, 1L << 60)),
                bad(
                        "huge system chunks",
                        "system chunks",
                        i -> i.numbers.putInt(SUPERBLOCK + 160, -1)),
                bad("torn system chunk", "no chunk", i -> i.numbers.putInt(SUPERBLOCK + 160, 40)),
                bad(
                        "system chunk without stripes",
                        "0 stripes",
                        i -> i.numbers.putShort(SUPERBLOCK + 811 + 17 + 44, (short) 0)),
                bad(
                        "system chunk outside",
                        "outside",
                        i -> i.numbers.putLong(SUPERBLOCK + 811 + 17 + 48 + 8, 1L << 50)),
                bad(
                        "RAID0 over two stripes",
                        "RAID0",
                        i -> {
                            i.numbers.putLong(SUPERBLOCK + 811 + 17 + 24, 0xa);
                            i.numbers.putShort(SUPERBLOCK + 811 + 17 + 44, (short) 2);
                            i.numbers.putInt(SUPERBLOCK + 160, 17 + 48 + 64);
                        }),
                bad("RAID5", "RAID5", i -> i.numbers.putLong(SUPERBLOCK + 811 + 17 + 24, 0x82)),
                bad(
                        "copy on another device",
                        "no copy on this device",
                        i -> i.numbers.putLong(SUPERBLOCK + 811 + 17 + 48, 7)),
                bad("root in no chunk", "no chunk", i -> i.superblock(80, 1L << 55)),
                bad("deep root", "200 levels", i -> i.bytes[SUPERBLOCK + 198] = (byte) 200),
                bad("root of another level", "of level", i -> i.bytes[SUPERBLOCK + 198] += 1),
                bad("old root", "of generation", i -> i.superblock(72, 1)),
                bad(
                        "overlapping chunks",
                        "overlaps",
                        i ->
                                i.items(
                                        3,
                                        256,
                                        228,
                                        (_, at) ->
                                                i.numbers.putLong(
                                                        at, i.numbers.getLong(at) + 4096))),
                bad(
                        "second device in the tree",
                        "second device",
                        i -> i.items(3, 1, 216, (item, _) -> i.numbers.putLong(item + 9, 2))),
                bad(
                        "no top level",
                        "without its top level",
                        i -> i.items(1, 5, 132, (item, _) -> i.bytes[item + 8] = (byte) 133)));
    }

    @ParameterizedTest
    @MethodSource
    void refusedAsAWhole(Case bad) {
        var image = new Image(GOOD);
        bad.change().accept(image);
        assertThatThrownBy(() -> BtrfsFileSystem.open(image.sealed(), Limits.DEFAULT))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining(bad.saying());
    }

    static Stream<Case> unreadInPart() {
        return Stream.of(
                bad(
                        "node of another place",
                        "belongs elsewhere",
                        i -> i.nodes(FILES, 0, node -> i.numbers.putLong(node + 48, 4096))),
                bad(
                        "loop",
                        "is of level",
                        i ->
                                i.nodes(
                                        FILES,
                                        1,
                                        node ->
                                                i.numbers.putLong(
                                                        node + 101 + 17,
                                                        i.numbers.getLong(node + 48)))),
                bad(
                        "too many items",
                        "4294967295 entries",
                        i -> i.nodes(FILES, 0, node -> i.numbers.putInt(node + 96, -1))),
                bad(
                        "no items",
                        "is empty",
                        i -> i.nodes(FILES, 0, node -> i.numbers.putInt(node + 96, 0))),
                bad(
                        "item outside its node",
                        "has an item of",
                        i -> i.nodes(FILES, 0, node -> i.numbers.putInt(node + 101 + 17, 1 << 30))),
                bad(
                        "keys out of order",
                        "out of order",
                        i -> i.nodes(FILES, 0, node -> i.numbers.putLong(node + 101 + 25, 1))),
                bad(
                        "keys beyond those of the parent",
                        "does not begin with the key",
                        i -> i.nodes(FILES, 0, node -> i.bytes[node + 101 + 9] ^= 1)),
                bad(
                        "keys beyond the next node",
                        "has keys beyond",
                        i ->
                                i.nodes(
                                        FILES,
                                        0,
                                        node ->
                                                i.numbers.putLong(
                                                        node
                                                                + 101
                                                                + 25
                                                                        * (i.numbers.getInt(
                                                                                        node + 96)
                                                                                - 1),
                                                        -1))),
                bad(
                        "short inode",
                        "has 9 bytes, not 160",
                        i -> i.items(FILES, 260, 1, (item, _) -> i.numbers.putInt(item + 21, 9))),
                bad(
                        "negative size",
                        "bytes and",
                        i -> i.items(FILES, 260, 1, (_, at) -> i.numbers.putLong(at + 16, -1))),
                bad(
                        "no type",
                        "names no type",
                        i -> i.items(FILES, 260, 1, (_, at) -> i.numbers.putInt(at + 52, 0))),
                bad(
                        "time beyond all",
                        "seconds from 1970",
                        i ->
                                i.items(
                                        FILES,
                                        260,
                                        1,
                                        (_, at) -> i.numbers.putLong(at + 136, Long.MAX_VALUE))),
                bad(
                        "too many nanoseconds",
                        "4294967295 nanoseconds",
                        i -> i.items(FILES, 260, 1, (_, at) -> i.numbers.putInt(at + 144, -1))),
                bad(
                        "long name",
                        "an entry of btrfs with a name of 65535",
                        i ->
                                i.items(
                                        FILES,
                                        0,
                                        96,
                                        (_, at) -> i.numbers.putShort(at + 27, (short) -1))),
                bad(
                        "name with a slash",
                        "slash",
                        i -> i.items(FILES, 0, 96, (_, at) -> i.bytes[at + 30] = '/')),
                bad(
                        "hidden from the hash",
                        "not found by its hash",
                        i -> i.items(FILES, 0, 84, (_, at) -> i.bytes[at + 30] ^= 1)),
                bad(
                        "entry for no inode",
                        "leads to an item of type 77",
                        i -> i.items(FILES, 0, 96, (_, at) -> i.bytes[at + 8] = 77)),
                bad(
                        "huge inode number",
                        "numbers below 2^40",
                        i -> i.items(FILES, 0, 96, (_, at) -> i.numbers.putLong(at, 1L << 50))),
                bad(
                        "encrypted",
                        "encrypted",
                        i -> i.items(FILES, 0, 108, (_, at) -> i.bytes[at + 17] = 1)),
                bad(
                        "unknown compression",
                        "by method 9",
                        i -> i.items(FILES, 0, 108, (_, at) -> i.bytes[at + 16] = 9)),
                bad(
                        "unknown kind of extent",
                        "type 7",
                        i -> i.items(FILES, 0, 108, (_, at) -> i.bytes[at + 20] = 7)),
                bad(
                        "bomb",
                        "extent of 1099511627776 bytes",
                        i ->
                                i.regular(
                                        at -> {
                                            i.bytes[at + 16] = 1;
                                            i.numbers.putLong(at + 8, 1L << 40);
                                            i.numbers.putLong(at + 45, 1L << 40);
                                        })),
                bad(
                        "extent longer than stored",
                        "of an extent of",
                        i -> i.regular(at -> i.numbers.putLong(at + 45, 1L << 40))),
                bad(
                        "extent of no length",
                        "extent of 0 bytes",
                        i -> i.regular(at -> i.numbers.putLong(at + 45, 0))),
                bad(
                        "extent outside its chunk",
                        "no chunk",
                        i -> i.regular(at -> i.numbers.putLong(at + 21, 1L << 50))),
                bad("not what is packed by zlib", "damaged", i -> i.regular(at -> i.packed(at, 1))),
                bad("not what is packed by LZO", "damaged", i -> i.regular(at -> i.packed(at, 2))),
                bad("not what is packed by zstd", "damaged", i -> i.regular(at -> i.packed(at, 3))),
                bad(
                        "overlapping extents",
                        "overlap",
                        i ->
                                i.items(
                                        FILES,
                                        0,
                                        108,
                                        (item, at) -> {
                                            if (i.bytes[at + 20] != 0
                                                    && i.numbers.getLong(item + 9) > 0) {
                                                i.numbers.putLong(
                                                        item + 9,
                                                        i.numbers.getLong(item + 9) - 4096);
                                            }
                                        })),
                bad(
                        "no checksums",
                        "has no checksum",
                        i -> i.items(7, 0, 128, (item, _) -> i.numbers.putLong(item, -11))),
                bad(
                        "wrong checksums",
                        "does not have its checksum",
                        i -> i.items(7, 0, 128, (_, at) -> i.bytes[at] ^= 1)));
    }

    @ParameterizedTest
    @MethodSource
    void unreadInPart(Case bad) throws IOException {
        var image = new Image(GOOD);
        bad.change().accept(image);
        assertThat(unread(image.sealed()).toString()).contains(bad.saying());
    }

    @Test
    void aChecksumThatIsWrongIsFound() throws IOException {
        var image = new Image(GOOD);
        image.nodes(FILES, 0, node -> image.bytes[node + 4000] ^= 1);

        assertThat(unread(new MemoryDevice(image.bytes)).toString())
                .contains("does not have the checksum that it says");
    }

    @Test
    void dataThatIsWrongCostsOnlyItsFile() throws IOException {
        var image = new Image(GOOD);
        byte[] text = "line 5000\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        int at = 0;
        for (int i = 1 << 20; i + text.length < image.bytes.length && at == 0; i++) {
            at = Arrays.equals(image.bytes, i, i + text.length, text, 0, text.length) ? i : 0;
        }
        image.bytes[at] ^= 1;

        assertThat(unread(new MemoryDevice(image.bytes)))
                .allSatisfy(
                        each -> {
                            assertThat(each.where()).matches("/shapes/(plain-100000|reflink)");
                            assertThat(each.reason()).contains("does not have its checksum");
                        })
                .isNotEmpty();
    }

    @Test
    void aSecondCopyOfMetadataStandsInForTheFirst() throws IOException {
        byte[] bytes = Fixtures.bytes("btrfs-subvolumes.raw.gz");
        var seen = new ArrayList<Long>();
        for (int at = 1 << 20; at + 4096 <= bytes.length; at += 4096) {
            long address = Bytes.i64le(bytes, at + 48);
            if (Arrays.equals(bytes, at + 32, at + 48, bytes, SUPERBLOCK + 32, SUPERBLOCK + 48)
                    && at != 64 << 20
                    && !seen.contains(address)) {
                seen.add(address);
                bytes[at + 200] ^= 1;
            }
        }

        assertThat(seen).hasSizeGreaterThan(5);
        assertThat(unread(new MemoryDevice(bytes))).isEmpty();
    }

    @Test
    void aCopyOfTheSuperblockStandsInForTheFirstAndThisIsAFault() throws IOException {
        byte[] bytes = Fixtures.bytes("btrfs-subvolumes.raw.gz");
        bytes[SUPERBLOCK + 80] ^= 1;

        assertThat(unread(new MemoryDevice(bytes)))
                .singleElement()
                .satisfies(each -> assertThat(each.reason()).contains("a copy was used"));
    }

    @Test
    void aDamagedCopyOfTheSuperblockIsANote() throws IOException {
        byte[] bytes = Fixtures.bytes("btrfs-subvolumes.raw.gz");
        bytes[(64 << 20) + 80] ^= 1;
        var device = new MemoryDevice(bytes);

        assertThat(BtrfsFileSystem.open(device, Limits.DEFAULT).notes())
                .singleElement()
                .satisfies(each -> assertThat(each.text()).contains("checksum"));
        assertThat(unread(device)).isEmpty();
    }

    @Test
    void aSubvolumeThatNoPathReachesIsAFault() throws IOException {
        var image = new SubvolumeImage();
        for (Map.Entry<String, String> each :
                Map.of("reference", "no path leads to it", "deleted", "deletion was begun")
                        .entrySet()) {
            byte[] bytes = image.without(each.getKey());
            assertThat(unread(SubvolumeImage.sealed(bytes)).toString()).contains(each.getValue());
        }
    }

    /** The image with subvolumes, with nodes of 16 KiB. */
    private static final class SubvolumeImage {

        private final byte[] good = Fixtures.bytes("btrfs-subvolumes.raw.gz");

        byte[] without(String what) {
            byte[] bytes = good.clone();
            var numbers = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            for (int at = 1 << 20; at + 16384 <= bytes.length; at += 4096) {
                if (!Arrays.equals(bytes, at + 32, at + 48, bytes, SUPERBLOCK + 32, SUPERBLOCK + 48)
                        || numbers.getLong(at + 88) != 1) {
                    continue;
                }
                for (int i = 0; i < numbers.getInt(at + 96); i++) {
                    int item = at + 101 + 25 * i;
                    int content = at + 101 + numbers.getInt(item + 17);
                    if (what.equals("reference") && (bytes[item + 8] & 0xff) == 156) {
                        numbers.putLong(content, 100_000);
                    }
                    if (what.equals("deleted")
                            && (bytes[item + 8] & 0xff) == 132
                            && numbers.getLong(item) == 257) {
                        numbers.putInt(content + 216, 0);
                    }
                }
            }
            return bytes;
        }

        static BlockDevice sealed(byte[] bytes) throws IOException {
            return new SealedBtrfs(new MemoryDevice(bytes));
        }
    }

    private static List<Unread> unread(BlockDevice device) throws IOException {
        FileSystem fileSystem = BtrfsFileSystem.open(device, Limits.DEFAULT);
        var unread = new ArrayList<>(fileSystem.faults());
        unread.addAll(
                new FileTree(fileSystem, device.size(), Limits.DEFAULT)
                        .walk(
                                (path, inode, _) -> {
                                    try {
                                        if (inode.isRegular()) {
                                            fileSystem.read(inode, (_, _, _, _) -> {});
                                        }
                                        fileSystem.attributes(inode);
                                    } catch (ImageException e) {
                                        unread.add(new Unread(path.toString(), e.explanation()));
                                    }
                                }));
        return unread;
    }
}
