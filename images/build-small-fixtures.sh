#!/bin/bash
# Makes the images of FAT in fixtures/, each with the listing it must agree with. Rootless.
# Needs dosfstools and mtools beside the packages in packages.txt.
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

inside() { # WORK
    cd "$1"
    mkdir out
    fats "$1" "$1/out"
}

if [ "${1:-}" = --inside ]; then
    inside "$2"
    exit
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fakeroot -- bash "$here/$(basename "${BASH_SOURCE[0]}")" --inside "$work"
cp "$work"/out/* "$here/fixtures/"
