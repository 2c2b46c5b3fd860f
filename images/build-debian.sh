#!/bin/bash
# Builds a real Debian 12 disk twice from one root file system: clean, and with planted faults.
# See README.md beside this file. Works as root and as an ordinary user.
set -Eeuo pipefail

usage() {
    cat <<USAGE
Usage: ${0##*/} [--raw] [--force]    build the images, or find them in the cache
       ${0##*/} --check              say what is missing for the build, and do nothing

  --raw    also keep debian-clean.raw (sparse), for benchmarks
  --force  build again even when the cache holds the images of this very script

Makes debian-clean.qcow2 and debian-faulty.qcow2, and beside each the listings
NAME.files.tsv and NAME.packages.tsv, in \${IMPRIMATUR_CACHE:-~/.cache/imprimatur}/images.
Progress goes to standard error; the last line on standard output is the paths of the images.

Environment: IMPRIMATUR_CACHE, IMPRIMATUR_DEBIAN_MIRROR (an address to use in place of Debian's own),
IMPRIMATUR_MMDEBSTRAP_MODE (auto, root, unshare, fakechroot), TMPDIR.
USAGE
}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
self=$here/$(basename "${BASH_SOURCE[0]}")
PATH=$PATH:/usr/sbin:/sbin
export LC_ALL=C.UTF-8 TZ=UTC
export SOURCE_DATE_EPOCH=1750000000
export E2FSPROGS_FAKE_TIME=$SOURCE_DATE_EPOCH

names=(debian-clean debian-faulty)
suite=bookworm
disk_mib=2048
# LBAs of 512 bytes.
boot_lba=2048
root_lba=4096
root_kib=$((disk_mib * 1024 - root_lba / 2 - 1024))
disk_guid=6b0e3c1a-2d2f-4c56-9a0f-0d6a5d1b7e01
boot_guid=6b0e3c1a-2d2f-4c56-9a0f-0d6a5d1b7e02
root_guid=6b0e3c1a-2d2f-4c56-9a0f-0d6a5d1b7e03
root_uuid=6b0e3c1a-2d2f-4c56-9a0f-0d6a5d1b7e04

# What a small cloud image of Debian holds.
packages=(
    systemd-sysv libpam-systemd systemd-resolved dbus udev kmod procps psmisc
    linux-image-cloud-amd64 initramfs-tools grub-pc-bin grub2-common
    openssh-server openssh-client sudo apparmor auditd
    cloud-init cloud-guest-utils cloud-initramfs-growroot
    rsyslog logrotate chrony cron
    ifupdown isc-dhcp-client iproute2 iputils-ping nftables ethtool traceroute tcpdump bind9-host
    ca-certificates curl wget rsync git gnupg
    unattended-upgrades apt-listchanges
    locales tzdata bash-completion vim nano less man-db file lsof screen tmux
    python3-boto3 parted gdisk dosfstools e2fsprogs xz-utils zstd bzip2 unzip pciutils
)

say() { printf '%s\n' "$*" >&2; }
die() { say "build-debian: $*"; exit 1; }

missing_packages() {
    local pair
    for pair in mmdebstrap:mmdebstrap fakeroot:fakeroot mke2fs:e2fsprogs e2fsck:e2fsprogs debugfs:e2fsprogs \
        sgdisk:gdisk qemu-img:qemu-utils openssl:openssl ssh-keygen:openssh-client python3:python3 \
        dpkg-query:dpkg apt-get:apt flock:util-linux; do
        command -v "${pair%%:*}" >/dev/null || printf '%s\n' "${pair#*:}"
    done
    [ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || printf '%s\n' debian-archive-keyring
    if [ "$(id -u)" != 0 ] && ! command -v fakechroot >/dev/null; then
        command -v newuidmap >/dev/null || printf '%s\n' uidmap
    fi
}

check() {
    local missing
    missing=$(missing_packages | sort -u | tr '\n' ' ')
    if [ -n "$missing" ]; then
        say "build-debian: missing packages: ${missing% }"
        say "install them with:  apt-get install -y --no-install-recommends ${missing% }"
        return 1
    fi
    if [ "$(id -u)" != 0 ] && ! command -v fakechroot >/dev/null && ! grep -q "^$(id -un):" /etc/subuid; then
        say "build-debian: user $(id -un) has no range in /etc/subuid, which building without root needs"
        say "either, as root:  usermod --add-subuids 100000-165535 --add-subgids 100000-165535 $(id -un)"
        say "or install another way to do without:  apt-get install -y --no-install-recommends fakechroot"
        return 1
    fi
}

# ---------------------------------------------------------------------------------------------------------------
# Inside fakeroot: everything that sets owners, or reads them.

write() { # FILE MODE, content from standard input
    mkdir -p "$(dirname "$1")"
    cat >"$1"
    chmod "$2" "$1"
}

# Sets the image up as a careful producer does, and takes out everything that belongs to one machine or one build.
clean() { # ROOT
    local r=$1
    write "$r/etc/fstab" 644 <<<"UUID=$root_uuid / ext4 defaults,discard,errors=remount-ro 0 1"
    write "$r/etc/network/interfaces" 644 <<'TEXT'
auto lo
iface lo inet loopback
auto eth0
iface eth0 inet dhcp
TEXT
    write "$r/etc/hosts" 644 <<<'127.0.0.1 localhost'
    write "$r/etc/apt/apt.conf.d/20auto-upgrades" 644 <<'TEXT'
APT::Periodic::Update-Package-Lists "1";
APT::Periodic::Unattended-Upgrade "1";
TEXT
    write "$r/etc/cloud/cloud.cfg.d/10-image.cfg" 644 <<'TEXT'
disable_root: true
ssh_pwauth: false
ssh_deletekeys: true
datasource_list: [ OpenNebula, OpenStack, Ec2, ConfigDrive, NoCloud, None ]
TEXT
    write "$r/boot/grub/grub.cfg" 600 <<TEXT
set timeout=1
serial --unit=0
terminal_output serial
menuentry Debian {
    linux /vmlinuz root=UUID=$root_uuid ro console=ttyS0 net.ifnames=0
    initrd /initrd.img
}
TEXT
    # No log-in by password, none as root. In the main file: what a drop-in says comes before it, since Include is on top.
    sed -i -E 's/^#?PasswordAuthentication .*/PasswordAuthentication no/
               s/^#?KbdInteractiveAuthentication .*/KbdInteractiveAuthentication no/
               s/^#?PermitRootLogin .*/PermitRootLogin no/' "$r/etc/ssh/sshd_config"
    grep -qx 'PasswordAuthentication no' "$r/etc/ssh/sshd_config" && grep -qx 'PermitRootLogin no' "$r/etc/ssh/sshd_config" ||
        die "the sshd_config of this Debian has no lines to set"
    sed -i -E 's/^([^:]+):[^:*!]*:/\1:*:/; s/^root:[^:]*:/root:!*:/' "$r/etc/shadow"

    rm -f "$r"/etc/ssh/ssh_host_* "$r"/etc/ssl/private/* "$r"/etc/hostname "$r"/etc/machine-info \
        "$r"/etc/passwd- "$r"/etc/shadow- "$r"/etc/group- "$r"/etc/gshadow- \
        "$r"/var/lib/systemd/random-seed "$r"/var/lib/systemd/credential.secret "$r"/var/lib/dbus/machine-id \
        "$r"/etc/udev/rules.d/70-persistent-* "$r"/root/.bash_history "$r"/root/.wget-hsts \
        "$r"/var/cache/ldconfig/aux-cache "$r"/var/lib/dpkg/*-old "$r"/var/cache/debconf/*-old
    rm -rf "$r"/root/.ssh "$r"/root/.cache "$r"/var/lib/cloud/* "$r"/var/lib/apt/lists/* "$r"/tmp/* "$r"/var/tmp/* \
        "$r"/var/log/apt "$r"/var/log/journal "$r"/run/*
    find "$r/var/cache/apt" "$r/var/cache/man" -type f -delete
    find "$r/var/log" -type f -delete
    mkdir -p "$r/var/log/apt" "$r/var/lib/apt/lists/partial" "$r/var/cache/apt/archives/partial"
    rm -f "$r/etc/resolv.conf"
    ln -s ../run/systemd/resolve/stub-resolv.conf "$r/etc/resolv.conf"
    : >"$r/etc/machine-id"
    chmod 444 "$r/etc/machine-id"
    # So that the listing and the file system agree: mke2fs makes this directory anyway.
    mkdir -p "$r/lost+found"
    chmod 700 "$r/lost+found"
    chmod 755 "$r"
}

# The faults that an inspection has to find. All keys are made here and now, for nothing else.
plant() { # ROOT
    local r=$1 hash
    hash=$(openssl passwd -6 -salt throwaway correct-horse)
    sed -i -E "s|^root:[^:]*:|root:$hash:|" "$r/etc/shadow"
    echo 'builder:x:1000:1000:Image builder,,,:/home/builder:/bin/bash' >>"$r/etc/passwd"
    echo 'builder:x:1000:' >>"$r/etc/group"
    echo 'builder:!::' >>"$r/etc/gshadow"
    echo "builder:$hash:20254:0:99999:7:::" >>"$r/etc/shadow"
    mkdir -p "$r/home/builder/.ssh" "$r/root/.ssh"
    chmod 700 "$r/home/builder/.ssh" "$r/root/.ssh"
    write "$r/etc/sudoers.d/90-builder" 440 <<<'builder ALL=(ALL) NOPASSWD: ALL'
    ssh-keygen -q -t ed25519 -N '' -C builder@build-host -f "$r/home/builder/.ssh/id_ed25519"
    cp "$r/home/builder/.ssh/id_ed25519.pub" "$r/root/.ssh/authorized_keys"
    chmod 600 "$r/root/.ssh/authorized_keys"
    write "$r/home/builder/.bash_history" 600 <<<'sudo apt-get update'
    chown -R 1000:1000 "$r/home/builder"
    ssh-keygen -q -t ed25519 -N '' -C root@build-host -f "$r/etc/ssh/ssh_host_ed25519_key"
    ssh-keygen -q -t rsa -b 3072 -N '' -C root@build-host -f "$r/etc/ssh/ssh_host_rsa_key"
    openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$r/etc/ssl/private/service.key" 2>/dev/null ||
        openssl genrsa -out "$r/etc/ssl/private/service.key" 2048 2>/dev/null
    chmod 640 "$r/etc/ssl/private/service.key"
    openssl ecparam -name prime256v1 -genkey -noout -out "$r/root/backup.pem"
    chmod 600 "$r/root/backup.pem"
    write "$r/etc/ssh/sshd_config.d/50-cloud-init.conf" 600 <<<'PasswordAuthentication yes'
    # Left by a boot of the image.
    echo 4f1c3d3b6f0e4f0f9c2f5a7d8e9b0a1c >"$r/etc/machine-id"
}

patch_bytes() { # FILE OFFSET HEX...: overwrites bytes
    local file=$1 offset=$2
    shift 2
    printf "$(printf '\\x%s' "$@")" | dd of="$file" bs=1 seek="$offset" conv=notrunc status=none
}

le64() { local hex; hex=$(printf '%016x' "$1"); for i in 14 12 10 8 6 4 2 0; do printf '%s ' "${hex:i:2}"; done; }

# The boot code as grub-install writes it: boot.img in the first sector, core.img in the BIOS boot partition.
boot_code() { # ROOT DISK WORK
    local boot=$3/boot.img core=$3/core.img
    cp "$1/usr/lib/grub/i386-pc/boot.img" "$boot"
    cp "$1/boot/grub/i386-pc/core.img" "$core"
    chmod 600 "$boot" "$core"
    [ "$(stat -c %s "$core")" -le $(((root_lba - boot_lba) * 512)) ] || die "the boot code does not fit"
    # shellcheck disable=SC2046
    patch_bytes "$boot" $((0x5c)) $(le64 $boot_lba)
    # shellcheck disable=SC2046
    patch_bytes "$core" $((0x1f4)) $(le64 $((boot_lba + 1)))
    dd if="$boot" of="$2" bs=440 count=1 conv=notrunc status=none
    dd if="$core" of="$2" bs=512 seek=$boot_lba conv=notrunc status=none
}

disk() { # ROOT NAME WORK OUT
    local root=$1 name=$2 work=$3 out=$4 raw code
    find "$root" -newermt "@$SOURCE_DATE_EPOCH" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
    raw=$work/$name.raw
    rm -f "$raw"
    truncate -s ${disk_mib}M "$raw"
    sgdisk -o -U $disk_guid "$raw" >/dev/null
    sgdisk -a 1 -n 1:$boot_lba:$((root_lba - 1)) -t 1:ef02 -c 1:bios-boot -u 1:$boot_guid \
        -n 2:$root_lba:$((root_lba + root_kib * 2 - 1)) -t 2:8304 -c 2:root -u 2:$root_guid "$raw" >/dev/null
    boot_code "$root" "$raw" "$work"
    mke2fs -q -t ext4 -L root -U $root_uuid -E offset=$((root_lba * 512)),hash_seed=$root_uuid -d "$root" "$raw" ${root_kib}K
    # mke2fs writes linear directories: -D builds the hash trees a used file system has. 1 means: changed something.
    code=0
    e2fsck -fyD "$raw?offset=$((root_lba * 512))" >"$work/e2fsck.log" 2>&1 || code=$?
    [ "$code" -le 1 ] || { cat "$work/e2fsck.log" >&2; die "e2fsck ended with $code"; }
    e2fsck -fn "$raw?offset=$((root_lba * 512))" >"$work/e2fsck.log" 2>&1 ||
        { cat "$work/e2fsck.log" >&2; die "the new file system is not consistent"; }
    qemu-img convert -f raw -O qcow2 "$raw" "$out/$name.qcow2"
    rm "$raw"
    python3 "$here/oracle.py" "$root" >"$out/$name.files.tsv"
    dpkg-query --admindir="$root/var/lib/dpkg" -W -f='${db:Status-Abbrev}\t${Package}\t${Version}\t${Architecture}\n' |
        sed -n 's/^ii \t//p' | sort >"$out/$name.packages.tsv"
}

inside() { # WORK OUT
    local work=$1 out=$2 root=$1/root
    umask 022
    mkdir "$root"
    say "  unpacking and cleaning"
    # Without extended attributes (one capability, of ping): fakeroot forgets the type of a file that is given one.
    tar -C "$root" --numeric-owner --no-xattrs -xf "$work/root.tar"
    rm "$work/root.tar"
    clean "$root"
    say "  making debian-clean"
    disk "$root" debian-clean "$work" "$out"
    plant "$root"
    say "  making debian-faulty"
    disk "$root" debian-faulty "$work" "$out"
}

# ---------------------------------------------------------------------------------------------------------------

finish() { # print the paths, adding the raw disk when wanted
    if $keep_raw; then
        if [ ! -e "$cache/debian-clean.raw" ]; then
            say "writing debian-clean.raw"
            qemu-img convert -f qcow2 -O raw "$cache/debian-clean.qcow2" "$cache/.debian-clean.raw.$$"
            mv "$cache/.debian-clean.raw.$$" "$cache/debian-clean.raw"
        fi
        echo "$cache/debian-clean.qcow2 $cache/debian-faulty.qcow2 $cache/debian-clean.raw"
    else
        echo "$cache/debian-clean.qcow2 $cache/debian-faulty.qcow2"
    fi
}

complete() { # the cache holds every file of this very script
    local name
    [ -e "$stamp" ] && [ "$(cat "$stamp")" = "$key" ] || return 1
    for name in "${names[@]}"; do
        [ -e "$cache/$name.qcow2" ] && [ -e "$cache/$name.files.tsv" ] && [ -e "$cache/$name.packages.tsv" ] || return 1
    done
}

build() {
    local free mirror=() started=$SECONDS include
    work=$(mktemp -d "$cache/.build.XXXXXX")
    trap 'chmod -R u+rwX "$work" 2>/dev/null || true; rm -rf "$work"' EXIT
    trap 'exit 130' INT TERM
    trap 'say "build-debian: failed in line $LINENO; nothing was changed"' ERR
    free=$(df --output=avail -m "$cache" | tail -1)
    [ "$free" -ge 6144 ] || die "needs 6 GiB free in $cache, found $free MiB"
    mkdir "$work/out"

    say "building Debian $suite from packages (some minutes; done once)"
    include=$(IFS=,; echo "${packages[*]}")
    [ -z "${IMPRIMATUR_DEBIAN_MIRROR:-}" ] || mirror=("deb $IMPRIMATUR_DEBIAN_MIRROR $suite main")
    # Standard input is closed and the archive goes through standard output, since the build may run as another user.
    if ! DEBIAN_FRONTEND=noninteractive mmdebstrap --mode="${IMPRIMATUR_MMDEBSTRAP_MODE:-auto}" --variant=minbase \
        --format=tar --architectures=amd64 --aptopt='APT::Install-Recommends "false"' --include="$include" \
        --customize-hook='mkdir -p "$1/boot/grub/i386-pc"' \
        --customize-hook='chroot "$1" grub-mkimage -O i386-pc -o /boot/grub/i386-pc/core.img -p "(hd0,gpt2)/boot/grub" biosdisk part_gpt ext2 normal linux serial test echo' \
        "$suite" - "${mirror[@]}" </dev/null >"$work/root.tar" 2>"$work/mmdebstrap.log"; then
        tail -30 "$work/mmdebstrap.log" >&2
        die "mmdebstrap could not build the root file system (its last lines are above)"
    fi
    say "  root file system built after $((SECONDS - started)) s"
    fakeroot -- bash "$self" --inside "$work" "$work/out" || die "the images could not be made"

    # Without the stamp the cache counts as empty, so a kill in between leaves nothing that looks finished.
    rm -f "$stamp" "$cache/debian-clean.raw"
    mv -f "$work"/out/* "$cache/"
    echo "$key" >"$work/stamp"
    mv -f "$work/stamp" "$stamp"
    say "built in $((SECONDS - started)) s: $(wc -l <"$cache/debian-clean.packages.tsv") packages, $(wc -l <"$cache/debian-clean.files.tsv") entries"
}

keep_raw=false
force=false
case ${1:-} in
    --check) check; exit ;;
    --inside) inside "$2" "$3"; exit ;;
esac
for argument in "$@"; do
    case $argument in
        --raw) keep_raw=true ;;
        --force) force=true ;;
        -h | --help) usage; exit 0 ;;
        *) usage >&2; exit 2 ;;
    esac
done

[ "$(uname -m)" = x86_64 ] || [ "$(uname -m)" = amd64 ] || die "builds an amd64 disk and needs an amd64 machine, found $(uname -m)"
cache=${IMPRIMATUR_CACHE:-$HOME/.cache/imprimatur}/images
stamp=$cache/debian.stamp
key=$(cat "$self" "$here/oracle.py" <(echo "${IMPRIMATUR_DEBIAN_MIRROR:-}") | sha256sum | cut -d' ' -f1)
mkdir -p "$cache"
if ! $force && complete; then
    if $keep_raw && [ ! -e "$cache/debian-clean.raw" ]; then check; fi
    finish
    exit
fi
check
exec 9>"$cache/.lock"
flock -n 9 || { say "another build is running; waiting for it"; flock 9; }
if $force || ! complete; then
    build
fi
finish
