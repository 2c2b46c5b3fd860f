#!/bin/bash
# Makes the images of FAT, ISO 9660 and squashfs in fixtures/, each with the listing it must agree with. Rootless.
# Needs dosfstools, genisoimage, mtools, squashfs-tools and xorriso beside the packages in packages.txt.
set -Eeuo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PATH=$PATH:/usr/sbin:/sbin
export LC_ALL=C.UTF-8 TZ=UTC
export SOURCE_DATE_EPOCH=1750000000
export MTOOLS_SKIP_CHECK=1

fat_tree() { # ROOT
    python3 - "$1" <<'PY'
import os, sys
root = sys.argv[1]
def put(path, content, time=1750000000):
    path = os.path.join(root, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)
    os.utime(path, (time, time))
put("EFI/BOOT/BOOTX64.EFI", b"MZ" + bytes(range(256)) * 40)
put("EFI/debian/grub.cfg", b"search.fs_uuid 6b0e3c1a root\n", 1700000000)
put("EFI/debian/shimx64.efi", b"MZ" * 3000)
put("empty", b"")
put("exactly-one-cluster", b"c" * 512)
put("one-byte-more.bin", b"d" * 513, 315532800)
put("Mixed Case and spaces.txt", b"a long name\n", 2000000000)
put("naïve-ü-日本.txt", b"a name beyond ASCII\n")
put("日-Boot", b"a name in one piece\n")
put("n" * 251 + ".txt", b"the longest name\n")
put("\u65e5" * 85, b"the longest name in bytes\n")
put("READONLY.TXT", b"nobody writes this\n")
put("pieces", b"".join(b"%08d" % i for i in range(5000)))
put("EFI/many/first", b"1")
for i in range(150):
    put(f"EFI/many/a long name that needs several entries {i:03}", b"%d" % i)
for path, directories, _ in os.walk(root, topdown=False):
    os.chmod(path, 0o755)
    for name in os.listdir(path):
        os.chmod(os.path.join(path, name), 0o555 if name == "READONLY.TXT" else 0o755)
    os.utime(path, (1750000000, 1750000000))
# The root directory of a FAT has no time.
os.utime(root, (0, 0))
PY
}

fat() { # ROOT NAME OUT SIZE MKFS-OPTIONS...
    local root=$1 name=$2 out=$3 size=$4 i
    shift 4
    rm -f "$name.raw"
    truncate -s "$size" "$name.raw"
    mkfs.vfat --invariant -i 6b0e3c1a -n IMPRIMATUR "$@" "$name.raw" >/dev/null
    # Free clusters that do not lie side by side, for a file in pieces.
    mmd -i "$name.raw" ::/gaps
    for i in $(seq 100 160); do printf x | mcopy -i "$name.raw" - "::/gaps/$i"; done
    for i in $(seq 101 2 159); do mdel -i "$name.raw" "::/gaps/$i"; done
    mcopy -m -i "$name.raw" "$root/pieces" ::/pieces
    mdeltree -i "$name.raw" ::/gaps
    # Free entries in a row: mtools makes the root directory of a FAT32 longer by one cluster at a time only, too short for a long name.
    for i in $(seq 10 55); do printf x | mcopy -i "$name.raw" - "::/$i"; done
    for i in $(seq 10 55); do mdel -i "$name.raw" "::/$i"; done
    for i in "$root"/*; do
        [ "${i##*/}" = pieces ] || mcopy -s -m -i "$name.raw" "$i" ::/
    done
    mattrib -i "$name.raw" +r ::/READONLY.TXT
    fsck.vfat -n "$name.raw" >&2
    gzip -9n <"$name.raw" >"$out/$name.raw.gz"
}

fats() { # WORK OUT
    local root=$1/fat out=$2
    # As Linux takes short names, where nothing else is said.
    echo default_codepage=437 >mtoolsrc
    export MTOOLSRC=$PWD/mtoolsrc
    fat_tree "$root"
    python3 "$here/oracle.py" --times "$root" >"$out/fat.files.tsv"
    fat "$root" fat-12 "$out" 1M -F 12 -s 1
    fat "$root" fat-12-4k-sectors "$out" 4M -F 12 -S 4096 -s 1
    fat "$root" fat-16 "$out" 4M -F 16 -s 1
    fat "$root" fat-32 "$out" 34M -F 32 -s 1
}

unix_tree() { # ROOT
    python3 - "$1" <<'PY'
import os, sys
root = sys.argv[1]
def put(path, content):
    path = os.path.join(os.fsencode(root), path if isinstance(path, bytes) else path.encode())
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)
    return path
put("etc/os-release", b"ID=debian\n")
put("empty", b"")
put("exactly-one-block", b"b" * 2048)
put("one-byte-more", b"c" * 2049)
put("numbers", b"".join(b"%d\n" % i for i in range(9000)))
put("naïve-ü-日本", b"a name in UTF-8\n")
put(b"not-utf8-\xff\xfe", b"a name that is no UTF-8\n")
put("n" * 248, b"a long name\n")
put("boot/boot.img", bytes(range(256)) * 8)
put("boot/efi.img", bytes(reversed(range(256))) * 16)
put("a/" * 11 + "bottom", b"deep\n")
put("deep/" + "/".join(f"level-{i}" for i in range(12)) + "/bottom", b"also deep\n")
for i in range(150):
    put(f"many/a file of many with a rather long name {i:03}", b"%d" % i)
os.chmod(put("suid", b"#!/bin/sh\n"), 0o4755)
os.chown(put("owned", b"by somebody\n"), 1234, 70000)
os.chmod(put("secret", b"nobody reads this\n"), 0o400)
os.utime(put("old", b"from long ago\n"), (86400 * 365, 86400 * 365))
at = os.path.join(root, "links")
os.mkdir(at)
os.link(os.path.join(root, "numbers"), at + "/hard")
os.symlink("../numbers", at + "/relative")
os.symlink("/etc/os-release", at + "/absolute")
os.symlink("nowhere", at + "/dangling")
os.symlink(".././../x/..", at + "/dots")
os.symlink("/", at + "/root")
os.symlink("0" * 255, at + "/of-255")
os.symlink("/".join("%0100d" % i for i in range(9)), at + "/of-908")
os.mkfifo(os.path.join(root, "fifo"))
os.mknod(os.path.join(root, "character"), 0o20666, os.makedev(1, 3))
os.mknod(os.path.join(root, "block"), 0o60660, os.makedev(253, 5))
os.mkdir(os.path.join(root, "no-entries"))
PY
    find "$1" ! -name old -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
}

plain_tree() { # ROOT
    mkdir -p "$1/dir/sub" "$1/many"
    printf 'hello\n' >"$1/readme.txt"
    : >"$1/empty"
    seq 1 3000 >"$1/dir/sub/numbers.lst"
    for i in $(seq 100 180); do echo "$i" >"$1/many/file$i"; done
    printf 'no extension\n' >"$1/dir/plain"
    find "$1" -exec chmod 0555 {} +
    find "$1" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
}

pack() { # FILE NAME OUT
    gzip -9n <"$1" >"$3/$2.raw.gz"
}

isos() { # WORK OUT
    local unix=$1/unix plain=$1/plain out=$2 boot
    unix_tree "$unix"
    plain_tree "$plain"
    python3 "$here/oracle.py" --times "$unix" >"$out/unix.files.tsv"
    python3 "$here/oracle.py" --times "$plain" >"$out/plain.files.tsv"
    boot=(-c boot/boot.cat -b boot/boot.img -no-emul-boot -boot-load-size 4 -eltorito-alt-boot -e boot/efi.img -no-emul-boot)
    xorriso -as mkisofs -quiet -R -J -joliet-long -V IMPRIMATUR "${boot[@]}" -o rr.iso "$unix"
    pack rr.iso iso-rr-joliet "$out"
    # Without the longest link, whose length genisoimage writes into one byte.
    genisoimage -quiet -R -V IMPRIMATUR -m of-908 -o moved.iso "$unix"
    pack moved.iso iso-rr-moved "$out"
    genisoimage -quiet -J -V IMPRIMATUR -o joliet.iso "$plain"
    pack joliet.iso iso-joliet "$out"
    genisoimage -quiet -V IMPRIMATUR -o plain.iso "$plain"
    pack plain.iso iso-plain "$out"
    gunzip <"$out/fat-12.raw.gz" >efi.raw
    xorriso -as mkisofs -quiet -R -V IMPRIMATUR -append_partition 2 0xef efi.raw -appended_part_as_gpt \
        -partition_offset 0 -part_like_isohybrid -iso_mbr_part_type 0x83 -eltorito-alt-boot -e --interval:appended_partition_2:all:: -no-emul-boot \
        -o hybrid.iso "$plain"
    pack hybrid.iso iso-hybrid-gpt "$out"
    xorriso -as mkisofs -quiet -R -V IMPRIMATUR -append_partition 2 0xef efi.raw -part_like_isohybrid -iso_mbr_part_type 0x83 \
        -o hybrid-mbr.iso "$plain"
    pack hybrid-mbr.iso iso-hybrid-mbr "$out"
}

squash_tree() { # ROOT
    python3 - "$1" <<'PY'
import os, random, socket, sys
os.chdir(sys.argv[1])
with open("sparse", "wb") as file:
    for at in (0, 300_000, 2_000_000):
        file.seek(at)
        file.write(b"data at %d\n" % at)
    file.truncate(3_000_000)
with open("holes-only", "wb") as file:
    file.truncate(1 << 20)
content = b"".join(b"%d %d\n" % (i, i * i) for i in range(7_000))
for name in ("large", "large-again"):
    with open(name, "wb") as file:
        file.write(content)
with open("whole-blocks", "wb") as file:
    file.write(content[:32768])
with open("noise", "wb") as file:
    file.write(random.Random(1).randbytes(5_000))
for i in range(300):
    open("many/%03d" % i, "wb").close()
unix = socket.socket(socket.AF_UNIX)
unix.bind("socket")
os.setxattr("etc/os-release", "user.comment", b"a value")
os.setxattr("numbers", "user.comment", b"a value that is shared, and long enough for it to be worth while")
os.setxattr("large", "user.comment", b"a value that is shared, and long enough for it to be worth while")
os.setxattr("large", "security.capability", bytes.fromhex("0100000200200000000000000000000000000000"))
os.setxattr("many", "user.of-a-directory", b"")
PY
    find "$1" ! -name old -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
}

squashes() { # WORK OUT
    local unix=$1/unix out=$2 kind
    squash_tree "$unix"
    python3 "$here/oracle.py" --times "$unix" >"$out/squash.files.tsv"
    for kind in gzip xz zstd lz4 lzo; do
        mksquashfs "$unix" "$kind.squashfs" -quiet -no-progress -comp "$kind" -b 16384
        pack "$kind.squashfs" "squash-$kind" "$out"
    done
    mksquashfs "$unix" plain.squashfs -quiet -no-progress -b 8K -noI -noD -noF -noX -no-fragments -no-exports -no-duplicates
    pack plain.squashfs squash-plain "$out"
    mksquashfs "$unix" large.squashfs -quiet -no-progress -comp xz -Xbcj x86 -b 1M -always-use-fragments
    pack large.squashfs squash-large-blocks "$out"
}

inside() { # WORK
    cd "$1"
    mkdir out
    fats "$1" "$1/out"
    isos "$1" "$1/out"
    squashes "$1" "$1/out"
}

if [ "${1:-}" = --inside ]; then
    inside "$2"
    exit
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fakeroot -- bash "$here/$(basename "${BASH_SOURCE[0]}")" --inside "$work"
cp "$work"/out/* "$here/fixtures/"
