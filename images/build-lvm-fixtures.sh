#!/bin/sh
# Makes fixtures/lvm.raw.gz: a disk whose two partitions are physical volumes of one group, with logical volumes in one
# piece, in two pieces and in stripes, and something left in a free extent; and lvm.*.files.tsv, the listings of the trees
# that were put into them. Needs root and loop devices, and no device mapper. What it makes is read back with GRUB's own
# reader of LVM before it is kept.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/fixtures"
work=$(mktemp -d)
one=
two=
trap 'test -z "$one" || losetup -d "$one"; test -z "$two" || losetup -d "$two"; rm -rf "$work"' EXIT
export LVM_SYSTEM_DIR="$work/lvm"
export LVM_SUPPRESS_FD_WARNINGS=1
mkdir "$LVM_SYSTEM_DIR"
cat > "$LVM_SYSTEM_DIR/lvm.conf" << EOF
devices { dir="/dev" use_devicesfile=0 filter=[ "a|^/dev/loop|", "r|.*|" ] }
global { locking_dir="$work/lock" }
backup { backup=0 archive=0 }
activation { udev_sync=0 udev_rules=0 }
EOF
lvm() {
    command=$1
    shift
    "$command" --driverloaded n "$@" 2>> "$work/errors" || { cat "$work/errors" >&2; exit 1; }
}

truncate -s 6M "$work/one" "$work/two"
one=$(losetup -f --show "$work/one")
two=$(losetup -f --show "$work/two")
lvm pvcreate -q -q -ff -y "$one" "$two"
lvm vgcreate -q -q -s 256K vg0 "$one" "$two"
lvm lvcreate -q -q -an -Zn -Wn -y -l 4 -n root vg0
lvm lvcreate -q -q -an -Zn -Wn -y -l 6 -i 2 -I 64k -n data-striped vg0
lvm lvextend -q -q -l +3 vg0/root
lvm lvcreate -q -q -an -Zn -Wn -y -l 2 -n swap vg0
lvm lvs --segments --noheadings --separator ';' -o lv_name,stripes,stripe_size,seg_pe_ranges --units b --nosuffix vg0 > "$work/map"
start=$(pvs --driverloaded n --noheadings -o pe_start --units b --nosuffix "$one" 2>> "$work/errors" | tr -d ' ')

tree() { # NAME
    mkdir -p "$work/$1/etc"
    echo "$1" > "$work/$1/etc/hostname"
    seq 1 20000 > "$work/$1/numbers"
    ln -s etc/hostname "$work/$1/link"
    chown -R 0:0 "$work/$1"
    python3 "$here/oracle.py" "$work/$1" > "lvm.$1.files.tsv"
}
tree root
tree data-striped
tree whole
mke2fs -q -F -t ext4 -b 1024 -N 32 -O ^has_journal -U 6f6e6520-6661-6c73-6520-737065656401 -L root -d "$work/root" "$work/root.fs" 1792 > "$work/log"
mke2fs -q -F -t ext2 -b 1024 -N 32 -U 6f6e6520-6661-6c73-6520-737065656402 -d "$work/data-striped" "$work/data-striped.fs" 1536 > "$work/log"
truncate -s 512K "$work/swap.fs"
mkswap -q "$work/swap.fs"

python3 - "$work" "$one" "$two" "$start" << 'EOF'
import sys
work, one, two, start = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
extent = 256 << 10
disks = {one: open(work + "/one", "r+b"), two: open(work + "/two", "r+b")}
at = {}
for line in open(work + "/map"):
    name, stripes, size, ranges = line.strip().split(";")
    content = open(work + "/" + name + ".fs", "rb")
    content.seek(at.get(name, 0))
    columns = []
    for part in ranges.split():
        device, numbers = part.split(":")
        first, last = map(int, numbers.split("-"))
        columns.append([disks[device], start + first * extent, (last - first + 1) * extent])
    step = int(size) if len(columns) > 1 else columns[0][2]
    for offset in range(0, columns[0][2], step):
        for disk, begin, _ in columns:
            disk.seek(begin + offset)
            disk.write(content.read(step))
    at[name] = content.tell()
for name in at:
    assert open(work + "/" + name + ".fs", "rb").seek(0, 2) == at[name], name
# Something that was deleted, in the last extent of the second physical volume.
disks[two].seek(start + 18 * extent + 777)
disks[two].write(b"left over from a volume that is gone")
EOF
sync
truncate -s 14M "$work/disk"
sgdisk -o "$work/disk" > "$work/log"
sgdisk -n 1:2048:+6M -t 1:8e00 -n 2:0:+6M -t 2:8e00 "$work/disk" > "$work/log"
dd if="$work/one" of="$work/disk" bs=1M seek=1 conv=notrunc status=none
dd if="$work/two" of="$work/disk" bs=1M seek=7 conv=notrunc status=none
grub-fstest "$work/disk" -c 1 cat '(lvm/vg0-root)/numbers' | cmp - "$work/root/numbers"
grub-fstest "$work/disk" -c 1 cat '(lvm/vg0-data--striped)/numbers' | cmp - "$work/data-striped/numbers"
gzip -9n < "$work/disk" > lvm.raw.gz
losetup -d "$one"
losetup -d "$two"
one=
two=

# One physical volume on a whole disk, without partitions.
truncate -s 4M "$work/one"
one=$(losetup -f --show "$work/one")
lvm pvcreate -q -q -ff -y "$one"
lvm vgcreate -q -q -s 256K vg1 "$one"
lvm lvcreate -q -q -an -Zn -Wn -y -l 8 -n whole vg1
mke2fs -q -F -t ext4 -b 1024 -N 32 -O ^has_journal -U 6f6e6520-6661-6c73-6520-737065656403 -d "$work/whole" "$work/whole.fs" 2048 > "$work/log"
dd if="$work/whole.fs" of="$one" bs=1024 seek=$((start / 1024)) conv=notrunc status=none
sync
grub-fstest "$work/one" -c 1 cat '(lvm/vg1-whole)/numbers' | cmp - "$work/whole/numbers"
gzip -9n < "$work/one" > lvm-whole-disk.raw.gz
