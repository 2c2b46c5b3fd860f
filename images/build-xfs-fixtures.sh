#!/bin/bash
# Makes the small XFS images in fixtures/ that unit tests read. See README.md beside this file.
# The kernel must mount XFS: needs root and loop devices. Version 4, which new kernels refuse, is made by guestfish.
# With --v4 only these. Needs acl, xfsprogs, python3, libguestfs-tools.
set -Eeuo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PATH=$PATH:/usr/sbin:/sbin
export LC_ALL=C.UTF-8 TZ=UTC
# mkfs.xfs makes nothing smaller than 300 MiB unless it takes this for a test of itself.
export TEST_DIR=/nowhere TEST_DEV=/nowhere QA_CHECK_FS=1
work=$(mktemp -d)
mkdir "$work/mount" "$work/out"
trap 'mountpoint -q "$work/mount" && umount "$work/mount"; rm -rf "$work"' EXIT

populate() { # ROOT KIND
    python3 - "$1" "$2" <<'PY'
import os, socket, subprocess, sys
root, kind = sys.argv[1], sys.argv[2]
os.chdir(root)

def write(name, data):
    with open(name, "wb") as file:
        file.write(data)

def names(directory, count, length=10):
    os.mkdir(directory)
    for i in range(count):
        os.link("hello", f"{directory}/{i:04d}".ljust(len(directory) + 1 + length, "-"))

write("hello", b"hello\n")
write("empty", b"")
names("short", 3)
names("block", 40)
names("leaf", 300)
names("node", 2500 if kind == "large" else 1400)
os.mkdir("gone")
names("holes", 900)
for i in range(900):
    if i % 7 or i < 500:
        os.unlink(f"holes/{i:04d}------")
os.mkdir("deep")
os.makedirs("deep/" + "/".join(f"level-{i:02d}" for i in range(30)))
for name in ("naïve-ü".encode(), b"not-utf8-\xff\xfe", b"new\nline\\", b"n" * 255):
    write(name, b"a name\n")
write("numbers", "".join(f"{i}\n" for i in range(3000)).encode())
with open("sparse", "wb") as file:
    for at in (0, 3 << 20, (200 << 30) + 77):
        file.seek(at)
        file.write(b"data at %d\n" % at)
    file.truncate(3 << 20)
    file.truncate(5 << 20)
# Every second block: more extents than an inode holds.
with open("many-extents", "wb") as file:
    for i in range(400 if kind != "large" else 300):
        file.seek(i * 2 * 4096)
        file.write(b"%04d" % i)
        if i % 50 == 0:
            os.fsync(file.fileno())
with open("unwritten", "wb") as file:
    os.posix_fallocate(file.fileno(), 0, 65536)
    file.seek(8192)
    file.write(b"in the middle")
with open("set-aside", "wb") as file:
    file.write(b"x" * 5000)
    file.flush()
    subprocess.run(["fallocate", "-n", "-l", "65536", "set-aside"], check=True)
for size in (1, 50, 200, 400, 1000, 1023):
    os.symlink("t" * size, f"link-{size}")
os.mkfifo("fifo", 0o600)
os.mknod("char", 0o20666, os.makedev(1, 3))
os.mknod("block-device", 0o60660, os.makedev(253, 70000))
socket.socket(socket.AF_UNIX).bind("socket")
os.chmod("hello", 0o4755)
os.chown("empty", 1234, 70000)
os.setxattr("numbers", "security.capability", bytes.fromhex("0100000200040000000000000000000000000000"))
os.setxattr("hello", "user.small", b"a value")
os.setxattr("hello", "trusted.other", b"b")
os.setxattr("short", "user.of-a-directory", b"")
os.setxattr("many-extents", "user.beside-a-tree", b"c" * 20)
write("attributes-leaf", b"")
for i in range(20):
    os.setxattr("attributes-leaf", f"user.attribute-{i:02d}", b"v" * (10 + i))
write("attributes-node", b"with content")
for i in range(150 if kind != "512" else 60):
    os.setxattr("attributes-node", f"user.attribute-{i:03d}", b"w" * 100)
os.setxattr("attributes-node", "user.large", bytes(range(256)) * 64)
write("attribute-large", b"")
os.setxattr("attribute-large", "user.large", b"z" * 20000)
os.setxattr("link-200", "trusted.of-a-link", b"l", follow_symlinks=False)
subprocess.run(["setfacl", "-m", "u:1000:rw,g:27:r", "numbers"], check=True)
subprocess.run(["setfacl", "-d", "-m", "u:1001:rwx", "deep"], check=True)
if kind in ("large", "small"):
    subprocess.run(["cp", "--reflink=always", "numbers", "clone"], check=True)
    with open("clone", "r+b") as file:
        file.seek(4096)
        file.write(b"changed")
    os.utime("hello", ns=(0, 10_000_000_000_123_456_789))
os.utime("empty", ns=(0, -2_000_000_000 * 1_000_000_000 + 5))
PY
}

# Free parts as OFFSET+LENGTH in bytes, those that are held ready for the trees of free space left out.
free() { # NAME
    local group held size blocks
    size=$(xfs_db -r -c 'sb 0' -c 'p blocksize' "$work/$1.raw" | cut -d' ' -f3)
    blocks=$(xfs_db -r -c 'sb 0' -c 'p agblocks' "$work/$1.raw" | cut -d' ' -f3)
    for group in $(seq 0 $(($(xfs_db -r -c 'sb 0' -c 'p agcount' "$work/$1.raw" | cut -d' ' -f3) - 1))); do
        held=$(xfs_db -r -c "agf $group" -c 'p flcount' "$work/$1.raw" | cut -d' ' -f3)
        xfs_db -r -c "freesp -d -a $group" "$work/$1.raw" | awk -v held="$held" -v size="$size" -v blocks="$blocks" \
            '$1 == "from" { exit } NR > held + 1 { printf "%d+%d\n", ($1 * blocks + $2) * size, $3 * size }'
    done >"$work/out/$1.free"
}

make() { # NAME KIND SIZE MKFS-OPTIONS...
    local name=$1 kind=$2 size=$3
    shift 3
    truncate -s "$size" "$work/$name.raw"
    mkfs.xfs -q -m uuid=6b0e3c1a-2d2f-4c56-9a0f-0d6a5d1b7f11 -L fixture "$@" "$work/$name.raw"
    mount -o loop "$work/$name.raw" "$work/mount"
    populate "$work/mount" "$kind"
}

listing() { # NAME
    python3 "$here/oracle.py" --full "$work/mount" >"$work/out/$1.files.tsv"
}

clean() { # NAME ...
    make "$@"
    umount "$work/mount"
    mount -o loop,ro "$work/$1.raw" "$work/mount"
    listing "$1"
    umount "$work/mount"
    xfs_repair -n -o force_geometry "$work/$1.raw" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
    free "$1"
    gzip -9n <"$work/$1.raw" >"$work/out/$1.raw.gz"
}

version_5() {
clean xfs-default small 24M -d agcount=1 -m reflink=1,rmapbt=1,bigtime=1 -i nrext64=1,sparse=1
clean xfs-1k large 32M -d agcount=2 -b size=1024 -n size=8192 -i size=512 -m reflink=1,bigtime=1
clean xfs-64k-directories old 24M -d agcount=1 -n size=65536 -m reflink=0,bigtime=0,finobt=0 -i sparse=0,size=2048

# The journal of a machine that was switched off: files that were changed, made and taken away since the last clean end.
make xfs-dirty small 24M -d agcount=1
umount "$work/mount"
mount -o loop "$work/xfs-dirty.raw" "$work/mount"
python3 - "$work/mount" <<'PY'
import os, sys
os.chdir(sys.argv[1])
os.mkdir("new")
for i in range(700):
    os.link("hello", f"new/name-{i:04d}")
for i in range(120):
    with open(f"new/file-{i:03d}", "wb") as file:
        file.write(b"content %d\n" % i * 40)
os.sync()
for i in range(0, 1400, 3):
    os.unlink(f"node/{i:04d}------")
for i in range(40):
    os.unlink(f"block/{i:04d}------")
os.rmdir("block")
for i in range(60):
    os.unlink(f"new/file-{i:03d}")
os.rename("numbers", "new/moved")
os.symlink("n" * 900, "new/link")
os.mknod("new/char", 0o20600, os.makedev(5, 1))
for i in range(80):
    os.setxattr("empty", f"user.late-{i:02d}", b"x" * 64)
with open("new/tree", "wb") as file:
    for i in range(300):
        file.seek(i * 2 * 4096)
        file.write(b"%04d" % i)
    os.fsync(file.fileno())
with open("last", "wb") as file:
    file.write(b"the last file\n")
    file.flush()
    os.fsync(file.fileno())
PY
cp --sparse=always "$work/xfs-dirty.raw" "$work/copy.raw"
umount "$work/mount"
mv "$work/copy.raw" "$work/xfs-dirty.raw"
gzip -9n <"$work/xfs-dirty.raw" >"$work/out/xfs-dirty.raw.gz"
mount -o loop "$work/xfs-dirty.raw" "$work/mount"
listing xfs-dirty
umount "$work/mount"
wrapped
}

# The journal of a small machine that has gone round: its changes lie before and behind the end of the ring. Then the
# same with the last record torn, and with a block of it that was never written.
wrapped() {
    truncate -s 24M "$work/xfs-wrapped.raw"
    mkfs.xfs -q -m uuid=6b0e3c1a-2d2f-4c56-9a0f-0d6a5d1b7f11,reflink=0,rmapbt=0 -L fixture -d agcount=1 -l size=3500k "$work/xfs-wrapped.raw"
    mount -o loop "$work/xfs-wrapped.raw" "$work/mount"
    python3 - "$work/xfs-wrapped.raw" "$work/mount" <<'PY'
import os, struct, sys
image, root = sys.argv[1], sys.argv[2]
with open(image, "rb") as file:
    superblock = file.read(512)
block, start, blocks = (struct.unpack_from(">I", superblock, 4)[0], struct.unpack_from(">Q", superblock, 48)[0],
                        struct.unpack_from(">I", superblock, 96)[0])

def head():
    with open(image, "rb") as file:
        file.seek(start * block)
        log = file.read(blocks * block)
    cycles = [struct.unpack_from(">I", log, at + (4 if log[at:at + 4] == b"\xfe\xed\xba\xbe" else 0))[0] for at in range(0, len(log), 512)]
    return cycles.index(next(c for c in cycles if c != cycles[0])) if len(set(cycles)) > 1 else 0, len(cycles), max(cycles)

os.chdir(root)
with open("often", "wb") as file:
    while True:
        for i in range(20):
            os.utime("often", ns=(0, i))
            os.fsync(file.fileno())
        at, count, cycle = head()
        if cycle > 1 and count - 120 < at:
            break
os.mkdir("new")
directory = os.open("new", os.O_RDONLY)
for i in range(120):
    with open(f"new/file-{i:03d}", "wb") as file:
        file.write(b"content %d\n" % i * 4)
        file.flush()
        os.fsync(file.fileno())
    if i % 3 == 0:
        os.unlink(f"new/file-{i // 2:03d}") if i and os.path.exists(f"new/file-{i // 2:03d}") else None
        os.fsync(directory)
with open("last", "wb") as file:
    file.write(b"the last file\n")
    file.flush()
    os.fsync(file.fileno())
at, count, cycle = head()
print(f"the journal ends at {at} of {count}, round {cycle}", file=sys.stderr)
PY
    cp --sparse=always "$work/xfs-wrapped.raw" "$work/copy.raw"
    umount "$work/mount"
    mv "$work/copy.raw" "$work/xfs-wrapped.raw"
    gzip -9n <"$work/xfs-wrapped.raw" >"$work/out/xfs-wrapped.raw.gz"
    python3 - "$work" "$work/out/xfs-wrapped.damage" <<'PY'
import struct, sys
work = sys.argv[1]
data = bytearray(open(f"{work}/xfs-wrapped.raw", "rb").read())
block, start, blocks = (struct.unpack_from(">I", data, 4)[0], struct.unpack_from(">Q", data, 48)[0], struct.unpack_from(">I", data, 96)[0])
ring = range(start * block, (start + blocks) * block, 512)
last = max((struct.unpack_from(">II", data, at + 16), at) for at in ring if data[at:at + 4] == b"\xfe\xed\xba\xbe")[1]
cycle, length = struct.unpack_from(">I", data, last + 4)[0], struct.unpack_from(">I", data, last + 12)[0]
end = last + 512 + (length + 511) // 512 * 512 - 512
with open(sys.argv[2], "w") as out:
    out.write(f"torn {last + 512 + 100}\nhalf {end}\n")
torn, half = bytearray(data), bytearray(data)
for i in range(last + 612, last + 676):
    torn[i] ^= 0xff
half[end:end + 512] = struct.pack(">I", cycle - 1) + bytes(508)
open(f"{work}/torn.raw", "wb").write(torn)
open(f"{work}/half.raw", "wb").write(half)
PY
    mv "$work/torn.raw" "$work/xfs-wrapped-torn.raw"
    mv "$work/half.raw" "$work/xfs-wrapped-half.raw"
    local kind
    for kind in xfs-wrapped xfs-wrapped-torn xfs-wrapped-half; do
        mount -o loop "$work/$kind.raw" "$work/mount"
        listing $kind
        umount "$work/mount"
    done
}

# A file with its content on a second device, which is not in the image. Not every kernel can mount it: by guestfish.
realtime() {
    truncate -s 24M "$work/xfs-realtime.raw"
    truncate -s 16M "$work/second.raw"
    mkfs.xfs -q -m uuid=6b0e3c1a-2d2f-4c56-9a0f-0d6a5d1b7f11 -L fixture -d agcount=1,rtinherit=1 -r rtdev="$work/second.raw" "$work/xfs-realtime.raw"
    guestfish -a "$work/xfs-realtime.raw" -a "$work/second.raw" >&2 <<'GUEST'
run
debug sh "second=$(grep -w 16384 /proc/partitions); mount -t xfs -o rtdev=/dev/${second##* } LABEL=fixture /sysroot && mkdir /sysroot/there && echo content on the second device >/sysroot/there/file && ln -s there/file /sysroot/here; umount /sysroot"
GUEST
    gzip -9n <"$work/xfs-realtime.raw" >"$work/out/xfs-realtime.raw.gz"
}

v4() { # NAME MKFS-OPTIONS...
    local name=$1
    shift
    truncate -s 24M "$work/$name.raw"
    mkfs.xfs -q -m crc=0,uuid=6b0e3c1a-2d2f-4c56-9a0f-0d6a5d1b7f12 -d agcount=1 "$@" "$work/$name.raw"
    guestfish -a "$work/$name.raw" run : mount /dev/sda / : tar-in "$work/tree.tar" / xattrs:true acls:true : umount / >&2
    free "$name"
    gzip -9n <"$work/$name.raw" >"$work/out/$name.raw.gz"
}

[ "${1:-}" = --v4 ] || version_5
if command -v guestfish >/dev/null; then
    export LIBGUESTFS_BACKEND=direct LIBGUESTFS_BACKEND_SETTINGS=force_tcg
    make xfs-tree 512 64M
    rm -r "$work/mount/socket" "$work/mount/empty" "$work/mount/node" "$work/mount/holes"
    (cd "$work/mount" && mkdir node && for i in $(seq 0 899); do ln hello "node/$i"; done)
    tar -C "$work/mount" --sparse --acls --xattrs --xattrs-include='*' -cf "$work/tree.tar" .
    python3 "$here/oracle.py" --full "$work/mount" | cut -f1-8 >"$work/out/xfs-v4.files.tsv"
    umount "$work/mount"
    v4 xfs-v4 -n ftype=0
    v4 xfs-v4-512 -b size=512 -n ftype=1
    realtime
fi
gzip -9n "$work"/out/*.tsv
chmod 644 "$work"/out/*
cp "$work"/out/* "$here/fixtures/"
ls -l "$here"/fixtures/xfs* >&2
