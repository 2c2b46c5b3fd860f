#!/bin/sh
# Makes fixtures/mounts.raw.gz: a system spread over partitions as its fstab says, /usr, /var and /home among them, with
# links that lead from one into another. Rootless but for the owners: run it as root or under fakeroot.
set -eu
cd "$(dirname "$0")/fixtures"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

mkdir -p root/etc root/usr root/var root/home root/boot/efi root/root root/mnt usr/lib usr/bin var/lib/dpkg home/alice/.ssh boot/grub
cat > usr/lib/os-release << EOF
ID=debian
NAME="Debian GNU/Linux"
VERSION_ID="12"
PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
EOF
ln -s ../usr/lib/os-release root/etc/os-release
ln -s usr/lib root/lib
ln -s usr/bin root/bin
ln -s /home/alice var/friend
cat > root/etc/fstab << EOF
# <file system> <mount point> <type> <options> <dump> <pass>
UUID=6f6e6520-6661-6c73-6520-737065656411 / ext4 errors=remount-ro 0 1
PARTUUID=6f6e6520-6661-6c73-6520-737065656422 /usr ext4 ro 0 2
/dev/disk/by-partlabel/state /var ext4 defaults 0 2
/dev/vda5 /home ext4 defaults 0 2
LABEL=the\040boot /boot ext2 defaults 0 2
UUID=ABCD-1234 /boot/efi vfat umask=0077 0 1
/dev/vdb1 /mnt ext4 nofail 0 2
UUID=6f6e6520-6661-6c73-6520-737065656499 /data ext4 defaults 0 2
server:/export /net nfs defaults 0 0
tmpfs /tmp tmpfs nosuid 0 0
/dev/sr0 /media iso9660 noauto 0 0
EOF
printf 'root:x:0:0:root:/root:/bin/sh\nalice:x:1000:1000::/home/alice:/bin/sh\n' > root/etc/passwd
printf 'root:!:19000::::::\nalice:!:19000::::::\n' > root/etc/shadow
printf 'root:x:0:\nalice:x:1000:\n' > root/etc/group
# Hidden under what is mounted there.
mkdir -p root/home/alice/.ssh
echo 'ls' > root/home/alice/.bash_history
echo 'make' > home/alice/.bash_history
cat > var/lib/dpkg/status << EOF
Package: dpkg
Status: install ok installed
Maintainer: Nobody <nobody@example.org>
Architecture: amd64
Version: 1.21.22
EOF
echo 'set timeout=5' > boot/grub/grub.cfg
chown -R 0:0 root usr var home boot

fs() { # NAME UUID OPTION...
    name=$1
    uuid=$2
    shift 2
    mke2fs -q -F -t ext4 -b 1024 -N 64 -O ^has_journal,^resize_inode -U "$uuid" -E "hash_seed=$uuid" -d "$name" "$@" "$name.fs" 1024 > log 2>&1
}
fs root 6f6e6520-6661-6c73-6520-737065656411
fs usr 6f6e6520-6661-6c73-6520-737065656412
fs var 6f6e6520-6661-6c73-6520-737065656413
fs home 6f6e6520-6661-6c73-6520-737065656414
fs boot 6f6e6520-6661-6c73-6520-737065656415 -L 'the boot'
truncate -s 1M efi.fs
mkfs.vfat -F 12 -i ABCD1234 -n ESP efi.fs > log
mmd -i efi.fs ::EFI

truncate -s 8M disk
sgdisk -o disk > log
sgdisk -n 1:2048:+1M -t 1:ef00 -n 2:0:+1M -t 2:8304 -c 2:root -n 3:0:+1M -u 3:6f6e6520-6661-6c73-6520-737065656422 -n 4:0:+1M -c 4:state -n 5:0:+1M -n 6:0:+1M disk > log
at=1
for name in efi root usr var home boot; do
    dd if=$name.fs of=disk bs=1M seek=$at conv=notrunc status=none
    at=$((at + 1))
done
gzip -9n < disk > "$OLDPWD/mounts.raw.gz"
