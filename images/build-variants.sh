#!/bin/bash
# Puts the root file system of debian-clean (build-debian.sh) on other file systems, volumes and containers. Needs root.
# See README.md beside this file.
set -Eeuo pipefail

usage() {
    cat <<USAGE
Usage: ${0##*/} [--force]            build the variants, or find them in the cache
       ${0##*/} --sizes DIRECTORY    make size-1.raw, size-5.raw, size-20.raw (GB of files) and million.raw (a million
                                     files) in DIRECTORY, or those named after it; they are not kept in the cache

Makes debian-clean-xfs.qcow2, debian-clean-btrfs.qcow2, debian-clean-lvm.qcow2, debian-clean-zlib.qcow2 and
debian-clean-zstd.qcow2 in \${IMPRIMATUR_CACHE:-~/.cache/imprimatur}/images.
USAGE
}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
self=$here/$(basename "${BASH_SOURCE[0]}")
cache=${IMPRIMATUR_CACHE:-$HOME/.cache/imprimatur}/images
PATH=$PATH:/usr/sbin:/sbin
export LC_ALL=C.UTF-8 TZ=UTC
say() { printf '%s\n' "$*" >&2; }
die() { say "build-variants: $*"; exit 1; }

# What build-debian.sh makes: a partition of this place and length, with this file system in it.
start=$((4096 * 512))
length=$((4192256 * 512 - start))
root_uuid=6b0e3c1a-2d2f-4c56-9a0f-0d6a5d1b7e04
boot_uuid=6b0e3c1a-2d2f-4c56-9a0f-0d6a5d1b7e05
# Of its own: mkfs.btrfs refuses one that it sees on another device.
btrfs_uuid=6b0e3c1a-2d2f-4c56-9a0f-0d6a5d1b7e06
disk_mib=2048

work=
loops=()
mounts=()
finish() {
    local at
    for ((at = ${#mounts[@]} - 1; at >= 0; at--)); do umount "${mounts[at]}" || true; done
    for ((at = ${#loops[@]} - 1; at >= 0; at--)); do losetup -d "${loops[at]}" || true; done
    [ -z "$work" ] || rm -rf --one-file-system "$work"
}
trap finish EXIT

# FILE OFFSET LENGTH: sets $loop.
attach() {
    loop=$(losetup -f --show -o "$2" --sizelimit "$3" "$1")
    loops+=("$loop")
}

detach() {
    losetup -d "${loops[-1]}"
    unset 'loops[-1]'
}

# DEVICE FOLDER OPTIONS
mount_at() {
    mkdir -p "$2"
    mount -o "$3" "$1" "$2"
    mounts+=("$2")
}

unmount() {
    umount "${mounts[-1]}"
    unset 'mounts[-1]'
}

source_tree() {
    loop=$(losetup -r -f --show -o $start --sizelimit $length "$cache/debian-clean.raw")
    loops+=("$loop")
    mount_at "$loop" "$work/source" ro,noload
}

# FILE: one partition for Linux where that of debian-clean is.
one_partition() {
    truncate -s ${disk_mib}M "$1"
    sgdisk -o "$1" > "$work/log"
    sgdisk -n 1:4096:4192255 -t 1:8304 -c 1:root "$1" > "$work/log"
}

# FOLDER TARGET: everything in it, with owners, times, links and attributes; not what belongs to ext4 alone.
copy() {
    cp -a "$1/." "$2/"
}

keep() { # NAME
    qemu-img convert -O qcow2 "$work/$1.raw" "$work/$1.qcow2"
    mv "$work/$1.qcow2" "$cache/$1.qcow2"
    rm "$work/$1.raw"
}

xfs() {
    say "XFS"
    local name=debian-clean-xfs
    one_partition "$work/$name.raw"
    attach "$work/$name.raw" $start $length
    mkfs.xfs -q -f -m uuid=$root_uuid -L root "$loop"
    mount_at "$loop" "$work/target" noatime
    copy "$work/source" "$work/target"
    echo "UUID=$root_uuid / xfs defaults 0 1" > "$work/target/etc/fstab"
    unmount
    detach
    keep $name
}

btrfs_subvolumes() {
    say "btrfs"
    local name=debian-clean-btrfs
    one_partition "$work/$name.raw"
    attach "$work/$name.raw" $start $length
    mkfs.btrfs -q -U $btrfs_uuid -L root "$loop"
    mount_at "$loop" "$work/target" noatime,compress=zstd
    btrfs -q subvolume create "$work/target/@"
    btrfs -q subvolume create "$work/target/@home"
    btrfs -q subvolume create "$work/target/@snapshots"
    copy "$work/source" "$work/target/@"
    cat > "$work/target/@/etc/fstab" <<TEXT
UUID=$btrfs_uuid / btrfs defaults,compress=zstd,subvol=@ 0 0
UUID=$btrfs_uuid /home btrfs defaults,compress=zstd,subvol=@home 0 0
TEXT
    sync -f "$work/target"
    btrfs -q subvolume snapshot -r "$work/target/@" "$work/target/@snapshots/1"
    unmount
    detach
    keep $name
}

# A partition with ext2 for /boot, and a physical volume with the root in two pieces. There need not be a device mapper:
# a file system is made beside, and written into the extents that LVM names.
lvm_volumes() {
    say "LVM"
    local name=debian-clean-lvm disk extent=$((4 << 20)) pv_start=$((1048576 * 512)) first pieces
    disk=$work/$name.raw
    truncate -s $((disk_mib + 512))M "$disk"
    sgdisk -o "$disk" > "$work/log"
    sgdisk -n 1:4096:1044479 -t 1:8300 -c 1:boot "$disk" > "$work/log"
    sgdisk -n 2:1048576:0 -t 2:8e00 -c 2:lvm "$disk" > "$work/log"
    export LVM_SYSTEM_DIR=$work/lvm LVM_SUPPRESS_FD_WARNINGS=1
    mkdir "$LVM_SYSTEM_DIR"
    cat > "$LVM_SYSTEM_DIR/lvm.conf" <<TEXT
devices { dir="/dev" use_devicesfile=0 filter=[ "a|^/dev/loop|", "r|.*|" ] }
global { locking_dir="$work/lock" }
backup { backup=0 archive=0 }
activation { udev_sync=0 udev_rules=0 }
TEXT
    lvm() { "$1" --driverloaded n "${@:2}" 2>> "$work/errors" || { cat "$work/errors" >&2; exit 1; }; }
    attach "$disk" $pv_start $((1990 << 20))
    lvm pvcreate -q -q -ff -y "$loop"
    lvm vgcreate -q -q -s 4M debian "$loop"
    lvm lvcreate -q -q -an -Zn -Wn -y -l 120 -n root debian
    lvm lvcreate -q -q -an -Zn -Wn -y -l 16 -n swap debian
    lvm lvextend -q -q -l +330 debian/root
    first=$(lvm pvs --noheadings -o pe_start --units b --nosuffix "$loop" | tr -d ' ')
    pieces=$(lvm pvs --noheadings --segments -o lv_name,seg_start_pe,pvseg_start,pvseg_size "$loop" | grep -w root)
    detach
    [ "$(wc -l <<< "$pieces")" = 2 ] || die "LVM made the root of other than two pieces: $pieces"

    truncate -s $((450 * extent)) "$work/root.fs"
    mkfs.ext4 -q -U $root_uuid -L root "$work/root.fs"
    attach "$work/root.fs" 0 $((450 * extent))
    mount_at "$loop" "$work/target" noatime
    copy "$work/source" "$work/target"
    find "$work/target/boot" -mindepth 1 -delete
    cat > "$work/target/etc/fstab" <<TEXT
/dev/mapper/debian-root / ext4 defaults 0 1
UUID=$boot_uuid /boot ext2 defaults 0 2
/dev/mapper/debian-swap none swap sw 0 0
TEXT
    # What was deleted again is to be no content of the image.
    fstrim "$work/target"
    unmount
    detach
    local piece
    while read -r _ piece from count; do
        dd if="$work/root.fs" of="$disk" bs=1M conv=notrunc,sparse status=none \
            skip=$((piece * 4)) seek=$(((pv_start + first) / 1048576 + from * 4)) count=$((count * 4))
    done <<< "$pieces"
    [ $((first % 1048576)) = 0 ] || die "the first extent is at $first"
    rm "$work/root.fs"

    attach "$disk" $start $((1044480 * 512 - start))
    mkfs.ext2 -q -I 128 -U $boot_uuid -L boot "$loop"
    mount_at "$loop" "$work/target" noatime
    copy "$work/source/boot" "$work/target"
    unmount
    detach
    keep $name
}

# ALGORITHM
compressed() {
    say "qcow2 with $1"
    qemu-img convert -c -m 4 -W -O qcow2 -o compression_type="$1" "$cache/debian-clean.raw" "$work/debian-clean-$1.qcow2"
    mv "$work/debian-clean-$1.qcow2" "$cache/"
}

# FILE GB: ext4 with copies of /usr and /boot until so much is in use.
size() {
    say "$2 GB"
    local blocks at=0
    truncate -s $((($2 * 1040000000 + 100000000) / 4096 * 4096)) "$1"
    mkfs.ext4 -q -m 0 -N $((60000 + $2 * 45000)) -U $root_uuid "$1"
    attach "$1" 0 "$(stat -c %s "$1")"
    mount_at "$loop" "$work/target" noatime
    copy "$work/source" "$work/target"
    while
        blocks=$(stat -f -c '%b - %f' "$work/target")
        left=$(($2 * 1000000000 - ($blocks) * 4096))
        [ $left -gt 0 ]
    do
        at=$((at + 1))
        mkdir -p "$work/target/srv/copies/$at"
        if [ $left -gt 800000000 ]; then
            cp -a "$work/source/usr" "$work/target/srv/copies/$at/"
        else
            head -c $left /dev/zero | openssl enc -aes-128-ctr -nosalt -k rest 2> "$work/log" > "$work/target/srv/copies/rest"
            break
        fi
    done
    unmount
    detach
}

# FILE: ext4 with a million files in a thousand directories; every tenth has content.
million() {
    say "a million files"
    truncate -s 4G "$1"
    mkfs.ext4 -q -m 0 -N 1100000 -U $root_uuid "$1"
    attach "$1" 0 "$(stat -c %s "$1")"
    mount_at "$loop" "$work/target" noatime
    python3 - "$work/target" <<'PY'
import os, sys
for directory in range(1000):
    path = f"{sys.argv[1]}/{directory % 10}/directory-{directory}"
    os.makedirs(path)
    for name in range(1000):
        file = os.open(f"{path}/file-{name}", os.O_WRONLY | os.O_CREAT, 0o644)
        if name % 10 == 0:
            os.write(file, b"%d in %d\n" % (name, directory))
        os.close(file)
PY
    unmount
    detach
}

force=false
sizes=
case ${1:-} in
    '') ;;
    --force) force=true ;;
    --sizes) [ $# -ge 2 ] || { usage; exit 2; }; sizes=$2; shift 2 ;;
    -h | --help) usage; exit ;;
    *) usage >&2; exit 2 ;;
esac
[ "$(id -u)" = 0 ] || { say "build-variants: skipped: loop devices and mounting need root"; exit 77; }
for tool in mkfs.xfs:xfsprogs mkfs.btrfs:btrfs-progs pvcreate:lvm2 sgdisk:gdisk qemu-img:qemu-utils mkfs.ext4:e2fsprogs openssl:openssl; do
    command -v "${tool%%:*}" > /dev/null || die "no ${tool%%:*} (apt-get install ${tool#*:})"
done
[ -e "$cache/debian-clean.raw" ] || die "no $cache/debian-clean.raw (images/build-debian.sh --raw)"

if [ -n "$sizes" ]; then
    work=$(mktemp -d -p "$sizes")
    source_tree
    [ $# -gt 0 ] || set -- size-1.raw size-5.raw size-20.raw million.raw
    for name in "$@"; do
        case $name in
            size-*.raw) each=${name#size-}; size "$sizes/$name" "${each%.raw}" ;;
            million.raw) million "$sizes/$name" ;;
            *) die "'$name' is not size-N.raw or million.raw" ;;
        esac
    done
    exit
fi

key=$(cat "$self" "$cache/debian.stamp" | sha256sum | cut -d' ' -f1)
exec 9> "$cache/.variants.lock"
flock 9
if ! $force && [ "$(cat "$cache/variants.stamp" 2> /dev/null || true)" = "$key" ]; then
    say "the variants are in $cache"
    exit
fi
rm -f "$cache/variants.stamp"
work=$(mktemp -d -p "$cache")
source_tree
xfs
btrfs_subvolumes
lvm_volumes
compressed zlib
compressed zstd
echo "$key" > "$cache/variants.stamp"
