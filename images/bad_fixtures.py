#!/usr/bin/env python3
"""Makes the bad images: small good ones with exactly one thing wrong each. fixtures/bad/README.md says what.

Usage: bad_fixtures.py WORK OUT           called by build-fixtures.sh
       bad_fixtures.py --mbr FILE LBA N   writes an MBR with one Linux partition of N sectors at LBA
"""

import gzip
import os
import shutil
import struct
import subprocess
import sys
import zlib
from pathlib import Path

BLOCK = 4096
KIB = 1024
UUID = "6b0e3c1a-2d2f-4c56-9a0f-0d6a5d1b7f05"


def run(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout


class Bytes:
    """The bytes of an image, with numbers written and read at places."""

    def __init__(self, data: bytes):
        self.data = bytearray(data)

    def get(self, form: str, at: int) -> int:
        return struct.unpack_from(form, self.data, at)[0]

    def put(self, form: str, at: int, *values) -> None:
        struct.pack_into(form, self.data, at, *values)


# ---------------------------------------------------------------------------------------------------- partitions


def mbr(lba: int, sectors: int, kind: int = 0x83) -> bytes:
    sector = bytearray(512)
    struct.pack_into("<B3sB3sII", sector, 446, 0x80, b"\xfe\xff\xff", kind, b"\xfe\xff\xff", lba, sectors)
    sector[510:512] = b"\x55\xaa"
    return bytes(sector)


def gpt_headers(image: Bytes):
    """Where the two headers begin."""
    return (512, image.get("<Q", 512 + 32) * 512)


def seal_gpt(image: Bytes, at: int) -> None:
    image.put("<I", at + 16, 0)
    image.put("<I", at + 16, zlib.crc32(bytes(image.data[at : at + 92])))


def bad_partitions(good: bytes, work: Path, out) -> None:
    disk = work / "gpt.raw"
    disk.write_bytes(bytes(2 << 20))
    run("sgdisk", "-o", "-U", UUID, str(disk))
    run("sgdisk", "-a", "1", "-n", "1:64:2111", "-t", "1:8304", "-c", "1:root", "-u", "1:" + UUID, str(disk))
    content = bytearray(disk.read_bytes())
    content[64 * 512 : 64 * 512 + len(good)] = good
    base = bytes(content)

    image = Bytes(base)
    for at in gpt_headers(image):
        image.put("<I", at + 16, image.get("<I", at + 16) ^ 0xFFFFFFFF)
    out("gpt-crc-wrong", image)

    image = Bytes(base)
    image.put("<I", 512 + 16, image.get("<I", 512 + 16) ^ 0xFFFFFFFF)
    out("gpt-first-header-wrong", image)

    image = Bytes(base)
    for at in gpt_headers(image):
        image.put("<I", at + 80, 0xFFFFFFFF)
        seal_gpt(image, at)
    out("gpt-entries-huge", image)

    image = Bytes(base)
    for at in gpt_headers(image):
        table = image.get("<Q", at + 72) * 512
        image.put("<Q", table + 40, 1 << 40)
        table_size = image.get("<I", at + 80) * image.get("<I", at + 84)
        image.put("<I", at + 88, zlib.crc32(bytes(image.data[table : table + table_size])))
        seal_gpt(image, at)
    out("gpt-partition-outside-disk", image)

    image = Bytes(mbr(64, 2048, 0x05) + bytes((2 << 20) - 512))
    extended = 64 * 512
    image.data[extended : extended + 512] = mbr(8, 128)
    # Its second entry is the next extended record, counted from the first one: itself.
    image.put("<B3sB3sII", extended + 446 + 16, 0, b"\xfe\xff\xff", 0x05, b"\xfe\xff\xff", 0, 2048)
    out("mbr-extended-loop", image)


# ---------------------------------------------------------------------------------------------------------- ext4


class Ext4:
    """A small ext4 without checksums, so that what is wrong is found by its own check."""

    SUPER = 1024

    def __init__(self, image: bytes):
        self.image = Bytes(image)

    def inode(self, path: str, raw: Path) -> int:
        """The offset of the inode of a path, as debugfs knows it."""
        text = run("debugfs", "-R", f"imap {path}", str(raw))
        block = int(text.split("located at block ")[1].split(",")[0])
        return block * BLOCK + int(text.split("offset ")[1].split()[0], 16)

    def number(self, path: str, raw: Path) -> int:
        return int(run("debugfs", "-R", f"stat {path}", str(raw)).split("Inode: ")[1].split()[0])

    def first_block(self, path: str, raw: Path) -> int:
        return int(run("debugfs", "-R", f"blocks {path}", str(raw)).split()[0])


def small_tree(root: Path) -> None:
    (root / "etc").mkdir(parents=True)
    (root / "etc/os-release").write_text('ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n')
    (root / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/bash\n")
    (root / "etc/shadow").write_text("root:!*:20254:0:99999:7:::\n")
    (root / "var/lib/dpkg").mkdir(parents=True)
    (root / "var/lib/dpkg/status").write_text(
        "Package: base-files\nStatus: install ok installed\nArchitecture: amd64\nVersion: 12.4+deb12u11\n\n"
    )
    (root / "data/inner").mkdir(parents=True)
    (root / "data/inner/file").write_text("inside\n")
    (root / "data/victim").write_bytes(b"0123456789abcdef" * 1024)
    (root / "lost+found").mkdir()
    os.chmod(root / "lost+found", 0o700)
    for path in [root, *root.rglob("*")]:
        os.utime(path, (1750000000, 1750000000))


def make_ext4(root: Path, raw: Path, kib: int, features: str) -> Ext4:
    raw.write_bytes(bytes(kib * KIB))
    run("mke2fs", "-q", "-F", "-t", "ext4", "-b", str(BLOCK), "-N", "64", "-m", "0", "-U", UUID, "-O",
        "^metadata_csum,^64bit,^resize_inode," + features, "-E", "hash_seed=" + UUID, "-d", str(root), str(raw))
    run("e2fsck", "-fn", str(raw))
    return Ext4(raw.read_bytes())


def bad_ext4(good: bytes, raw: Path, root: Path, work: Path, out) -> None:
    fs = Ext4(good)
    sb = Ext4.SUPER
    victim = fs.inode("/data/victim", raw)
    block = fs.first_block("/data/victim", raw)
    tree = victim + 40
    data_block = fs.first_block("/data", raw) * BLOCK

    def case(name: str, change) -> None:
        image = Bytes(good)
        change(image)
        out(name, image)

    def header(image, at, entries, most, depth):
        image.put("<HHHHI", at, 0xF30A, entries, most, depth, 0)

    def index(image, at, target):
        image.put("<IIHH", at, 0, target, 0, 0)

    def extent_loop(image):
        header(image, tree, 1, 4, 1)
        index(image, tree + 12, block)
        header(image, block * BLOCK, 1, 340, 1)
        index(image, block * BLOCK + 12, block)

    def extent_deep(image):
        header(image, tree, 1, 4, 6)
        index(image, tree + 12, block)
        header(image, block * BLOCK, 1, 340, 5)
        index(image, block * BLOCK + 12, block)

    def incompat(image, bit):
        image.put("<I", sb + 96, image.get("<I", sb + 96) | bit)

    def entries(image, at):
        """Offsets of the directory entries in a block, by name."""
        found, end = {}, at + BLOCK
        while at < end:
            inode, length, name_length = struct.unpack_from("<IHB", image.data, at)
            if inode:
                found[bytes(image.data[at + 8 : at + 8 + name_length]).decode()] = at
            at += length
        return found

    def rec_len_zero(image):
        image.put("<H", entries(image, data_block)["victim"] + 4, 0)

    def directory_loop(image):
        # "inner" becomes the directory that it is in.
        image.put("<I", entries(image, data_block)["inner"], fs.number("/data", raw))

    def encrypted(image):
        incompat(image, 0x10000)
        at = fs.inode("/data", raw)
        image.put("<I", at + 32, image.get("<I", at + 32) | 0x800)

    def beyond_disk(image):
        # One extent of 30,000 blocks and a size to match, on a disk of 256.
        image.put("<H", tree + 12 + 4, 30000)
        size = 30000 * BLOCK
        image.put("<I", victim + 4, size & 0xFFFFFFFF)
        image.put("<I", victim + 108, size >> 32)

    def huge_sparse(image):
        image.put("<I", victim + 4, 0)
        image.put("<I", victim + 108, 1 << 11)

    case("ext4-extent-loop", extent_loop)
    case("ext4-extent-depth-too-deep", extent_deep)
    case("ext4-impossible-block-size", lambda image: image.put("<I", sb + 24, 30))
    case("ext4-impossible-inode-count", lambda image: image.put("<I", sb, 0xFFFFFFFF))
    case("ext4-inodes-per-group-zero", lambda image: image.put("<I", sb + 40, 0))
    case("ext4-directory-rec-len-zero", rec_len_zero)
    case("ext4-directory-loop", directory_loop)
    case("ext4-unknown-incompat", lambda image: incompat(image, 0x40000000))
    case("ext4-encrypted-feature", encrypted)
    case("ext4-file-larger-than-disk", beyond_disk)
    case("ext4-huge-sparse-file", huge_sparse)
    out("ext4-truncated", Bytes(good[: len(good) // 2]))

    journalled = work / "journal.raw"
    make_ext4(root, journalled, 8192, "has_journal")
    image = Bytes(journalled.read_bytes())
    incompat(image, 0x4)
    out("ext4-needs-recovery", image)

    loops = work / "loops"
    shutil.copytree(root, loops)
    (loops / "data/loop-a").symlink_to("loop-b")
    (loops / "data/loop-b").symlink_to("loop-a")
    (loops / "data/up").symlink_to("..")
    (loops / "etc/sudoers").symlink_to("/data/loop-a")
    raw_loops = work / "loops.raw"
    make_ext4(loops, raw_loops, 1024, "^has_journal")
    out("ext4-symlink-loop", Bytes(raw_loops.read_bytes()))


# --------------------------------------------------------------------------------------------------------- qcow2


def bad_qcow2(raw: Path, work: Path, write) -> None:
    path = work / "good.qcow2"
    run("qemu-img", "convert", "-f", "raw", "-O", "qcow2", "-o", "cluster_size=4096,lazy_refcounts=off", str(raw), str(path))
    good = path.read_bytes()
    packed = work / "packed.qcow2"
    run("qemu-img", "convert", "-c", "-f", "raw", "-O", "qcow2", "-o", "cluster_size=4096", str(raw), str(packed))
    copied = 1 << 63
    offset_mask = 0x00FFFFFFFFFFFE00

    def l1_offset(image) -> int:
        return image.get(">Q", 40)

    def first_l2(image) -> int:
        return image.get(">Q", l1_offset(image)) & offset_mask

    def case(name: str, change, base: bytes = good) -> None:
        image = Bytes(base)
        change(image)
        write(name + ".qcow2", bytes(image.data))

    def backing(image):
        name = b"/etc/passwd"
        image.data[2048 : 2048 + len(name)] = name
        image.put(">QI", 8, 2048, len(name))

    def external(image):
        image.put(">Q", 72, image.get(">Q", 72) | 4)
        name = b"other.raw"
        length = image.get(">I", 100)
        image.put(">II16s", length, 0x44415441, len(name), name)
        image.put(">II", length + 24, 0, 0)

    def garbage_deflate(image):
        for i in range(512):
            entry = image.get(">Q", first_l2(image) + 8 * i)
            if entry & (1 << 62):
                at = entry & ((1 << (62 - (12 - 8))) - 1)
                image.data[at : at + 16] = b"\xff" * 16
                return
        raise ValueError("no compressed cluster")

    case("qcow2-backing-file", backing)
    case("qcow2-external-data-file", external)
    case("qcow2-encrypted", lambda image: image.put(">I", 32, 2))
    write("qcow2-truncated.qcow2", good[: len(good) // 2])
    case("qcow2-l1-outside-file", lambda image: image.put(">Q", 40, 1 << 40))
    case("qcow2-l1-loop", lambda image: image.put(">Q", l1_offset(image), l1_offset(image) | copied))
    case("qcow2-l2-loop", lambda image: image.put(">Q", first_l2(image), first_l2(image) | copied))
    case("qcow2-unknown-feature", lambda image: image.put(">Q", 72, image.get(">Q", 72) | (1 << 62)))
    case("qcow2-huge-l1", lambda image: image.put(">I", 36, 0xFFFFFFFF))
    case("qcow2-huge-disk", lambda image: image.put(">Q", 24, 1 << 62))
    case("qcow2-cluster-bits", lambda image: image.put(">I", 20, 63))
    case("qcow2-data-outside-file", lambda image: image.put(">Q", first_l2(image), (1 << 40) | copied))
    case("qcow2-deflate-garbage", garbage_deflate, packed.read_bytes())


def main() -> int:
    if len(sys.argv) == 5 and sys.argv[1] == "--mbr":
        with open(sys.argv[2], "r+b") as file:
            file.write(mbr(int(sys.argv[3]), int(sys.argv[4])))
        return 0
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    work, target = Path(sys.argv[1]) / "bad", Path(sys.argv[2])
    work.mkdir()
    root = work / "root"
    small_tree(root)
    raw = work / "good.raw"
    make_ext4(root, raw, 1024, "^has_journal")
    good = raw.read_bytes()

    def write(name: str, data: bytes) -> None:
        (target / name).write_bytes(data)

    def out(name: str, image: Bytes) -> None:
        write(name + ".raw.gz", gzip.compress(bytes(image.data), 9, mtime=0))

    # The image all others were made from: what a reader refuses in them, it accepts here.
    out("good", Bytes(good))
    bad_partitions(good, work, out)
    bad_ext4(good, raw, root, work, out)
    bad_qcow2(raw, work, write)
    return 0


if __name__ == "__main__":
    sys.exit(main())
