#!/bin/bash
# Makes fixtures/btrfs-*: needs root, a kernel that mounts btrfs, and btrfs-progs. The listings are what that kernel shows.
# Usage: build-btrfs-fixtures.sh [OUT]
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/fixtures}
work=$(mktemp -d)
mnt=$work/mnt
mkdir "$mnt"
finish() {
    mountpoint -q "$mnt" && umount "$mnt"
    rm -rf "$work"
}
trap finish EXIT

id=0f0e0d0c-0b0a-4908-8706-050403020100

# NAME SIZE MKFS-OPTIONS…
make() {
    truncate -s "$2" "$work/$1.raw"
    mkfs.btrfs -q -U $id -L "$1" "${@:3}" "$work/$1.raw" > /dev/null
}

# NAME [MOUNT-OPTIONS]: the top level, whatever the default subvolume is.
attach() {
    mount -o "loop,subvolid=5,noatime${2:+,$2}" "$work/$1.raw" "$mnt"
}

keep() {
    gzip -9 -n -c "$work/$1.raw" > "$out/$1.raw.gz"
}

# Unmounts, and tells what the kernel shows after a fresh read-only mount.
tell() {
    sync -f "$mnt"
    umount "$mnt"
    attach "$1" ro
    "$here/oracle.py" --full "$mnt" > "$out/$1.files.tsv"
    umount "$mnt"
    keep "$1"
}

# DIR BYTES: text that packs well, but not to nothing.
text() {
    python3 -c 'import sys; n = int(sys.argv[2]); t = "".join(f"{i * 7919 % 10007} line {i}\n" for i in range(n // 12)); open(sys.argv[1], "w").write(t[:n])' "$1" "$2"
}

shapes() {
    local d=$1
    mkdir -p "$d/many" "$d/links" "$d/deep/er"
    for i in $(seq 1 "${2:-600}"); do : > "$d/many/a-name-of-some-length-$i"; done
    printf x > "$d/inline-1"
    text "$d/inline-2000" 2000
    text "$d/plain-100000" 100000
    : > "$d/empty"
    truncate -s 5000000 "$d/sparse"
    printf middle | dd of="$d/sparse" bs=1 seek=2500000 conv=notrunc status=none
    printf end | dd of="$d/sparse" bs=1 seek=4999997 conv=notrunc status=none
    fallocate -l 65536 "$d/preallocated"
    printf written | dd of="$d/preallocated" bs=1 seek=8192 conv=notrunc status=none
    : > "$d/no-sums"
    chattr +C "$d/no-sums"
    text "$d/more" 20000
    cat "$d/more" >> "$d/no-sums"
    cp --reflink=always "$d/plain-100000" "$d/reflink"
    printf changed | dd of="$d/reflink" bs=1 seek=50000 conv=notrunc status=none
    ln "$d/inline-1" "$d/links/hard"
    for i in $(seq 1 80); do ln "$d/inline-2000" "$d/links/hard-with-a-rather-long-name-$i"; done
    ln -s ../inline-1 "$d/links/soft"
    ln -s /nowhere/at/all "$d/links/dangling"
    ln -s "$(printf 'x%.0s' $(seq 1 1000))" "$d/links/long"
    mknod "$d/char" c 5 1
    mknod "$d/block" b 259 70000
    mkfifo "$d/fifo"
    chmod 4755 "$d/empty"
    chown 100000:70000 "$d/inline-1"
    setfattr -n user.colour -v blue "$d/plain-100000"
    setfattr -n user.large -v "$(printf 'v%.0s' $(seq 1 1500))" "$d/plain-100000"
    setfattr -n trusted.note -v t "$d/deep"
    setcap cap_net_raw+ep "$d/inline-2000"
    touch -d '1999-12-31T23:59:59.123456789Z' "$d/empty"
    touch -d '2345-06-07T08:09:10.000000001Z' "$d/deep/er"
    touch -d '1950-01-01T00:00:00.5Z' "$d/links"
    : > "$d/$(printf 'not-utf8-\xff\xfe')"
    : > "$d/$(printf 'n%.0s' $(seq 1 255))"
}

packed() {
    local how
    for how in zlib lzo zstd; do
        mount -o "remount,compress-force=$how" "$mnt"
        text "$1/$how-150000" 150000
        text "$1/$how-inline" 1500
        printf '%0200000d' 7 > "$1/$how-zeros"
        head -c 6000 /dev/urandom > "$1/$how-random"
        sync -f "$mnt"
        printf overwritten | dd of="$1/$how-150000" bs=1 seek=70000 conv=notrunc status=none
        sync -f "$mnt"
    done
    mount -o remount,compress=no "$mnt"
}

# Leaves that are half full, deep trees: nodes of 4 KiB, data and metadata in the same chunks.
make btrfs-mixed 24M --mixed -n 4096
attach btrfs-mixed
shapes "$mnt/shapes"
packed "$mnt"
tell btrfs-mixed

# Two copies of metadata, nodes of 16 KiB, subvolumes of all kinds, a default that is not the top level.
make btrfs-subvolumes 112M -m dup
attach btrfs-subvolumes
btrfs -q subvolume create "$mnt/@"
mkdir -p "$mnt/@/etc" "$mnt/snapshots/old"
text "$mnt/@/etc/os-release" 3000
text "$mnt/@/large" 200000
btrfs -q subvolume create "$mnt/@/var"
text "$mnt/@/var/log" 5000
btrfs -q subvolume snapshot -r "$mnt/@" "$mnt/snapshots/old/1"
printf new > "$mnt/@/etc/hostname"
printf changed | dd of="$mnt/@/large" bs=1 seek=70000 conv=notrunc status=none
btrfs -q subvolume snapshot "$mnt/@" "$mnt/snapshots/old/2"
rm "$mnt/snapshots/old/2/etc/os-release"
btrfs -q subvolume create "$mnt/@home"
printf home > "$mnt/@home/file"
btrfs -q subvolume create "$mnt/gone"
sync -f "$mnt"
btrfs -q subvolume delete -c "$mnt/gone"
btrfs -q subvolume sync "$mnt"
btrfs -q subvolume set-default "$mnt/@"
tell btrfs-subvolumes

# The other checksums, and features as they were before 2021.
for sum in xxhash sha256 blake2; do
    make btrfs-$sum 16M --mixed -n 4096 --csum $sum
    attach btrfs-$sum
    text "$mnt/file" 30000
    mkdir "$mnt/directory"
    ln -s file "$mnt/directory/link"
    tell btrfs-$sum
done
make btrfs-old 24M --mixed -n 4096 -O ^no-holes,^skinny-metadata -R ^free-space-tree
attach btrfs-old
shapes "$mnt/shapes" 20
tell btrfs-old

# A system with a read-only snapshot of it, which keeps a password that the system has no more; and a system with a
# snapshot that can be written to.
system() {
    btrfs -q subvolume create "$mnt/@"
    mkdir -p "$mnt/@/etc" "$mnt/@/root" "$mnt/@/usr/lib" "$mnt/snapshots"
    printf 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n' > "$mnt/@/etc/os-release"
    echo "UUID=$id / btrfs subvol=@ 0 0" > "$mnt/@/etc/fstab"
    printf 'root:x:0:0:root:/root:/bin/sh\n' > "$mnt/@/etc/passwd"
    printf 'root:!:19000::::::\n' > "$mnt/@/etc/shadow"
    printf '%0300000d' 7 > "$mnt/@/usr/lib/large"
    echo '*:*:*:*:horse-battery-5' > "$mnt/@/root/.pgpass"
    echo 'machine example.org login alice password staple-77-correct' > "$mnt/@/root/.netrc"
    printf short-1 > "$mnt/@/etc/ldap.secret"
    chmod 600 "$mnt/@/root/.netrc" "$mnt/@/root/.pgpass"
}
make btrfs-snapshot 24M --mixed -n 4096
attach btrfs-snapshot
system
btrfs -q subvolume snapshot -r "$mnt/@" "$mnt/snapshots/1"
rm "$mnt/@/root/.netrc"
btrfs -q subvolume snapshot -r "$mnt/@" "$mnt/snapshots/2"
tell btrfs-snapshot
make btrfs-writable-snapshot 16M --mixed -n 4096
attach btrfs-writable-snapshot
system
btrfs -q subvolume snapshot "$mnt/@" "$mnt/snapshots/1"
sync -f "$mnt"
umount "$mnt"
keep btrfs-writable-snapshot

# A file that was synced after the last commit: it is in the log only.
make btrfs-log 16M --mixed -n 4096
attach btrfs-log commit=300
printf before > "$mnt/file"
sync -f "$mnt"
printf after > "$mnt/synced"
sync "$mnt/synced"
cp --sparse=always "$work/btrfs-log.raw" "$work/copy"
umount "$mnt"
mv "$work/copy" "$work/btrfs-log.raw"
keep btrfs-log
