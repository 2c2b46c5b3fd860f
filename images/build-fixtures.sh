#!/bin/bash
# Makes the small images in fixtures/ that unit tests read. See README.md beside this file.
# Needs Debian (its own package database gives the stanzas) and the packages in packages.txt; root or not.
set -Eeuo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
self=$here/$(basename "${BASH_SOURCE[0]}")
PATH=$PATH:/usr/sbin:/sbin
export LC_ALL=C.UTF-8 TZ=UTC
export SOURCE_DATE_EPOCH=1750000000
export E2FSPROGS_FAKE_TIME=$SOURCE_DATE_EPOCH
uuid=6b0e3c1a-2d2f-4c56-9a0f-0d6a5d1b7f01

say() { printf '%s\n' "$*" >&2; }
die() { say "build-fixtures: $*"; exit 1; }

write() { # FILE MODE, content from standard input
    mkdir -p "$(dirname "$1")"
    cat >"$1"
    chmod "$2" "$1"
}

# Essential packages, on every Debian: their stanzas are the package database of the fixtures.
stanzas=(base-files base-passwd bash bsdutils coreutils dash debianutils diffutils dpkg findutils gpgv grep gzip hostname
    init-system-helpers libacl1 libattr1 libblkid1 libbz2-1.0 libc-bin libc6 liblzma5 libpam0g login mawk mount
    ncurses-base passwd perl-base sed sysvinit-utils tar tzdata util-linux zlib1g)
# Of these the files are there too.
whole=(base-passwd debianutils init-system-helpers)

database() { # ROOT
    local r=$1 name file
    mkdir -p "$r/var/lib/dpkg/info"
    for name in "${stanzas[@]}"; do
        dpkg-query --status "$name"
        echo
    done >"$r/var/lib/dpkg/status"
    # Removed, its configuration left: not an installed package. And versions with an epoch, a rebuild, a source of another name.
    cat >>"$r/var/lib/dpkg/status" <<'TEXT'
Package: removed-daemon
Status: deinstall ok config-files
Priority: optional
Section: net
Maintainer: Nobody <nobody@example.org>
Architecture: amd64
Version: 0.9-2
Conffiles:
 /etc/removed-daemon.conf d41d8cd98f00b204e9800998ecf8427e
Description: a package that is gone

Package: rebuilt-library
Status: install ok installed
Priority: optional
Section: libs
Maintainer: Nobody <nobody@example.org>
Architecture: amd64
Multi-Arch: same
Source: rebuilt (2:1.4~rc1-3)
Version: 2:1.4~rc1-3+b2
Description: a library with an epoch, built again
 The source has another name and version.
 .
 This text has a line with a dot.

TEXT
    for name in "${whole[@]}"; do
        cp "/var/lib/dpkg/info/$name.list" "/var/lib/dpkg/info/$name.md5sums" "$r/var/lib/dpkg/info/"
        while IFS= read -r file; do
            if [ ! -L "$file" ] && [ -f "$file" ]; then
                case $file in /usr/share/man/* | /usr/share/doc/*) continue ;; esac
                mkdir -p "$r$(dirname "$file")"
                cp --preserve=mode "$file" "$r$file"
            fi
        done <"/var/lib/dpkg/info/$name.list"
    done
    chmod 644 "$r"/var/lib/dpkg/info/* "$r/var/lib/dpkg/status"
}

accounts() { # ROOT
    local r=$1
    write "$r/etc/passwd" 644 <<'TEXT'
root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
bin:x:2:2:bin:/bin:/usr/sbin/nologin
sys:x:3:3:sys:/dev:/usr/sbin/nologin
www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
sshd:x:101:65534::/run/sshd:/usr/sbin/nologin
TEXT
    write "$r/etc/shadow" 640 <<'TEXT'
root:!*:20254:0:99999:7:::
daemon:*:20254:0:99999:7:::
bin:*:20254:0:99999:7:::
sys:*:20254:0:99999:7:::
www-data:*:20254:0:99999:7:::
nobody:*:20254:0:99999:7:::
sshd:!:20254::::::
TEXT
    write "$r/etc/group" 644 <<'TEXT'
root:x:0:
daemon:x:1:
bin:x:2:
sys:x:3:
sudo:x:27:
www-data:x:33:
shadow:x:42:
nogroup:x:65534:
TEXT
    write "$r/etc/gshadow" 640 < <(sed -E 's/^([^:]+):.*/\1:*::/' "$r/etc/group")
    chgrp 42 "$r/etc/shadow" "$r/etc/gshadow"
    write "$r/etc/sudoers" 440 <<'TEXT'
Defaults	env_reset
Defaults	secure_path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

# User privilege specification
root	ALL=(ALL:ALL) ALL
%sudo	ALL=(ALL:ALL) ALL

@includedir /etc/sudoers.d
TEXT
    write "$r/etc/sudoers.d/README" 440 <<<'# Files here whose names have no dot are read.'
    write "$r/etc/ssh/sshd_config" 644 <<'TEXT'
Include /etc/ssh/sshd_config.d/*.conf

PermitRootLogin no
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM yes
X11Forwarding no
AcceptEnv LANG LC_*
Subsystem	sftp	/usr/lib/openssh/sftp-server
TEXT
    mkdir -p "$r/etc/ssh/sshd_config.d"
}

# Shapes that readers get wrong.
shapes() { # ROOT
    local r=$1/srv/shapes long i deep
    mkdir -p "$r/many" "$r/links"
    printf 'hello\n' >"$r/hello"
    : >"$r/empty"
    printf 'tiny' >"$r/inline-4-bytes"
    head -c 60 /dev/zero | tr '\0' 'a' >"$r/exactly-60-bytes"
    head -c 61 /dev/zero | tr '\0' 'b' >"$r/exactly-61-bytes"
    seq 1 9000 >"$r/numbers"
    python3 - "$r" <<'PY'
import os, sys
root = os.fsencode(sys.argv[1])
# Holes: data at the start, at 5 MiB and near 69 MiB, which is the triple indirect range of a file system with 1 KiB blocks.
with open(root + b"/sparse", "wb") as file:
    for at in (0, 5 << 20, (69 << 20) + 123):
        file.seek(at)
        file.write(b"data at %d\n" % at)
    file.truncate(70 << 20)
# One block in three: too many extents for an inode, and for one block of a tree of 1 KiB blocks.
with open(root + b"/fragmented", "wb") as file:
    for i in range(180):
        file.seek(i * 3 * 4096)
        file.write(b"%04d" % i * 1024)
for i in range(2000):
    open(root + b"/many/entry-%04d" % i, "wb").close()
with open(root + b"/" + "naïve-ü.txt".encode(), "wb") as file:
    file.write(b"a name in UTF-8\n")
with open(root + b"/not-utf8-\xff\xfe", "wb") as file:
    file.write(b"a name that is no UTF-8\n")
with open(root + b"/new\nline\tand\\backslash", "wb") as file:
    file.write(b"a name with a line end\n")
with open(root + b"/" + b"n" * 255, "wb") as file:
    file.write(b"the longest name\n")
deep = root
for i in range(40):
    deep += b"/level-%02d" % i
    os.mkdir(deep)
with open(deep + b"/bottom", "wb") as file:
    file.write(b"deep\n")
PY
    ln "$r/hello" "$r/links/hard-1"
    ln "$r/hello" "$r/links/hard-2"
    ln -s ../hello "$r/links/relative"
    ln -s /etc/os-release "$r/links/absolute"
    ln -s nowhere "$r/links/dangling"
    ln -s loop-b "$r/links/loop-a"
    ln -s loop-a "$r/links/loop-b"
    ln -s ../../../../../../../etc/passwd "$r/links/above-the-root"
    for i in 59 60 61 255 1000; do
        long=$(printf "%0${i}d" 0)
        ln -s "$long" "$r/links/target-of-$i"
    done
    mkfifo -m 600 "$r/fifo"
    mknod -m 660 "$r/block-device" b 253 5
    mknod -m 666 "$r/char-device" c 1 3
    chown 1234:70000 "$r/empty"
    chmod 4755 "$r/hello"
    chmod 1777 "$r/many"
}

clean_tree() { # ROOT
    local r=$1 d
    mkdir -p "$r"
    for d in boot dev etc home media mnt opt proc root run srv sys tmp usr/bin usr/sbin usr/lib usr/lib64 var/cache var/log var/tmp lost+found; do
        mkdir -p "$r/$d"
    done
    for d in bin sbin lib lib64; do ln -s "usr/$d" "$r/$d"; done
    chmod 700 "$r/root" "$r/lost+found"
    chmod 1777 "$r/tmp" "$r/var/tmp"
    ln -s /run "$r/var/run"
    ln -s ../usr/lib/os-release "$r/etc/os-release"
    write "$r/usr/lib/os-release" 644 <<'TEXT'
PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
NAME="Debian GNU/Linux"
VERSION_ID="12"
VERSION="12 (bookworm)"
VERSION_CODENAME=bookworm
ID=debian
HOME_URL="https://www.debian.org/"
SUPPORT_URL="https://www.debian.org/support"
BUG_REPORT_URL="https://bugs.debian.org/"
TEXT
    write "$r/etc/debian_version" 644 <<<12.11
    write "$r/etc/fstab" 644 <<<"UUID=$uuid / ext4 defaults,errors=remount-ro 0 1"
    : >"$r/etc/machine-id"
    chmod 444 "$r/etc/machine-id"
    accounts "$r"
    database "$r"
    shapes "$r"
}

# Every key is made here and now, for nothing else.
plant() { # ROOT
    local r=$1 hash
    hash=$(openssl passwd -6 -salt throwaway correct-horse)
    sed -i -E "s|^root:[^:]*:|root:$hash:|" "$r/etc/shadow"
    echo "builder:$hash:20254:0:99999:7:::" >>"$r/etc/shadow"
    echo 'builder:x:1000:1000:Image builder:/home/builder:/bin/bash' >>"$r/etc/passwd"
    echo 'builder:x:1000:' >>"$r/etc/group"
    write "$r/etc/sudoers.d/90-builder" 440 <<<'builder ALL=(ALL) NOPASSWD: ALL'
    mkdir -p "$r/home/builder/.ssh" "$r/root/.ssh" "$r/etc/ssl/private"
    chmod 700 "$r/home/builder/.ssh" "$r/root/.ssh" "$r/etc/ssl/private"
    ssh-keygen -q -t ed25519 -N '' -C builder@build-host -f "$r/home/builder/.ssh/id_ed25519"
    ssh-keygen -q -t ed25519 -N 'a passphrase' -C encrypted@build-host -f "$r/home/builder/.ssh/id_encrypted"
    cp "$r/home/builder/.ssh/id_ed25519.pub" "$r/root/.ssh/authorized_keys"
    chmod 600 "$r/root/.ssh/authorized_keys"
    write "$r/home/builder/.bash_history" 600 <<<'sudo apt-get update'
    chown -R 1000:1000 "$r/home/builder"
    ssh-keygen -q -t ed25519 -N '' -C root@build-host -f "$r/etc/ssh/ssh_host_ed25519_key"
    openssl genrsa -out "$r/etc/ssl/private/service.key" 2048 2>/dev/null
    openssl ecparam -name prime256v1 -genkey -noout -out "$r/root/backup.pem"
    chmod 640 "$r/etc/ssl/private/service.key" "$r/root/backup.pem"
    write "$r/etc/ssh/sshd_config.d/50-cloud-init.conf" 600 <<<'PasswordAuthentication yes'
    echo 4f1c3d3b6f0e4f0f9c2f5a7d8e9b0a1c >"$r/etc/machine-id"
    # A key that a package brings, with its true digest in the package database; and text that only looks like a key.
    mkdir -p "$r/usr/share/sample-keys"
    openssl genrsa -out "$r/usr/share/sample-keys/server.key" 2048 2>/dev/null
    chmod 644 "$r/usr/share/sample-keys/server.key"
    cat >>"$r/var/lib/dpkg/status" <<'TEXT'
Package: sample-keys
Status: install ok installed
Priority: optional
Section: doc
Maintainer: Nobody <nobody@example.org>
Architecture: all
Version: 1.0-1
Description: a package with a key in its examples

TEXT
    printf '%s\n' /. /usr /usr/share /usr/share/sample-keys /usr/share/sample-keys/server.key >"$r/var/lib/dpkg/info/sample-keys.list"
    (cd "$r" && md5sum usr/share/sample-keys/server.key) >"$r/var/lib/dpkg/info/sample-keys.md5sums"
    write "$r/opt/manual.txt" 644 <<'TEXT'
The file begins with a line like
-----BEGIN RSA PRIVATE KEY-----
and ends with
-----END RSA PRIVATE KEY-----
TEXT
}

quiet_times() { # ROOT: mke2fs gives inodes in one row, the first after lost+found, which is 11
    local inode last
    last=$((11 + $(find "$1" -mindepth 1 ! -path "$1/lost+found" -printf '%i\n' | sort -u | wc -l)))
    for ((inode = 11; inode <= last; inode++)); do
        echo "set_inode_field <$inode> ctime @$SOURCE_DATE_EPOCH"
        echo "set_inode_field <$inode> ctime_extra 0"
    done
}

file_system() { # ROOT FILE OFFSET KIB MKE2FS-OPTIONS...
    local root=$1 file=$2 offset=$3 kib=$4 code=0 log
    shift 4
    log=$(mktemp)
    mke2fs -q -F -L root -U $uuid -N 4096 -E offset="$offset",hash_seed=$uuid "$@" -d "$root" "$file" "${kib}K"
    # The times of change are those of this build, to the nanosecond: noise, and it does not compress.
    quiet_times "$root" | debugfs -w -f - "$file?offset=$offset" >"$log" 2>&1
    e2fsck -fyD "$file?offset=$offset" >"$log" 2>&1 || code=$?
    [ "$code" -le 1 ] || { cat "$log" >&2; die "e2fsck ended with $code for $file"; }
    e2fsck -fn "$file?offset=$offset" >"$log" 2>&1 || { cat "$log" >&2; die "$file is not consistent"; }
    rm "$log"
}

plain() { # ROOT NAME OUT MKE2FS-OPTIONS...
    local root=$1 name=$2 out=$3
    shift 3
    truncate -s 16M "$name.raw"
    file_system "$root" "$name.raw" 0 16384 "$@"
    gzip -9n <"$name.raw" >"$out/$name.raw.gz"
}

containers() { # ROOT NAME OUT
    local root=$1 name=$2 out=$3 raw
    say "  $name"
    plain "$root" "$name.ext4" "$out" -t ext4 -b 4096

    raw=$name.gpt-ext4.raw
    truncate -s 20M "$raw"
    sgdisk -o -U 6b0e3c1a-2d2f-4c56-9a0f-0d6a5d1b7f02 "$raw" >/dev/null
    sgdisk -a 1 -n 1:2048:4095 -t 1:ef02 -c 1:bios-boot -u 1:6b0e3c1a-2d2f-4c56-9a0f-0d6a5d1b7f03 \
        -n 2:4096:36863 -t 2:8304 -c 2:root -u 2:6b0e3c1a-2d2f-4c56-9a0f-0d6a5d1b7f04 "$raw" >/dev/null
    file_system "$root" "$raw" $((4096 * 512)) 16384 -t ext4 -b 4096
    gzip -9n <"$raw" >"$out/$raw.gz"

    qemu-img convert -f raw -O qcow2 "$raw" "$name.v3.qcow2"
    gzip -9n <"$name.v3.qcow2" >"$out/$name.v3.qcow2.gz"
    qemu-img convert -f raw -O qcow2 -o compat=0.10,cluster_size=4096 "$raw" "$name.v2-4k.qcow2"
    gzip -9n <"$name.v2-4k.qcow2" >"$out/$name.v2-4k.qcow2.gz"
    qemu-img convert -f raw -O qcow2 -c -o compression_type=zlib "$raw" "$out/$name.v3-zlib.qcow2"

    raw=$name.mbr-ext4.raw
    truncate -s 20M "$raw"
    python3 "$here/bad_fixtures.py" --mbr "$raw" 2048 32768
    file_system "$root" "$raw" $((2048 * 512)) 16384 -t ext4 -b 4096
    gzip -9n <"$raw" >"$out/$raw.gz"
}

listing() { # ROOT NAME OUT
    python3 "$here/oracle.py" "$1" >"$3/$2.files.tsv"
    dpkg-query --admindir="$1/var/lib/dpkg" -W -f='${db:Status-Abbrev}\t${Package}\t${Version}\t${Architecture}\n' |
        sed -n 's/^ii \t//p' | sort >"$3/$2.packages.tsv"
}

inside() { # WORK
    local work=$1 out=$1/out root=$1/root
    umask 022
    cd "$work"
    mkdir -p "$out/bad"
    clean_tree "$root"
    find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
    listing "$root" mini-clean "$out"
    containers "$root" mini-clean "$out"
    say "  the kinds of ext"
    plain "$root" mini-clean.ext2-1k "$out" -t ext2 -b 1024
    plain "$root" mini-clean.ext3 "$out" -t ext3 -b 4096 -J size=4
    plain "$root" mini-clean.ext4-64bit-csum "$out" -t ext4 -b 4096 -O 64bit,metadata_csum,metadata_csum_seed
    plain "$root" mini-clean.ext4-32bit-nocsum "$out" -t ext4 -b 1024 -O ^64bit,^metadata_csum,uninit_bg -J size=1
    plain "$root" mini-clean.ext4-inline-data "$out" -t ext4 -b 4096 -I 256 -O inline_data
    plain "$root" mini-clean.ext4-meta-bg "$out" -t ext4 -b 1024 -g 256 -O meta_bg,^resize_inode,^flex_bg -J size=1
    plain "$root" mini-clean.ext4-bigalloc "$out" -t ext4 -b 4096 -C 16384 -O bigalloc
    plain "$root" mini-clean.ext4-no-extents "$out" -t ext4 -b 1024 -O ^extent,^64bit -J size=1
    plant "$root"
    find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
    listing "$root" mini-faulty "$out"
    containers "$root" mini-faulty "$out"
    say "  bad ones"
    python3 "$here/bad_fixtures.py" "$work" "$out/bad"
    say "  every container"
    python3 "$here/container_fixtures.py" "$out/bad/good.raw.gz" "$out/containers"
}

if [ "${1:-}" = --inside ]; then
    inside "$2"
    exit
fi
[ $# = 0 ] || { say "Usage: ${0##*/}    (makes every image in fixtures/ again, with new keys)"; exit 2; }
"$here/build-debian.sh" --check
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
trap 'say "build-fixtures: failed in line $LINENO"' ERR
say "making the fixtures"
fakeroot -- bash "$self" --inside "$work" || die "the fixtures could not be made; nothing was changed"
mkdir -p "$here/fixtures/bad" "$here/fixtures/containers"
# Only what this script makes; the others beside it have names of their own.
find "$here/fixtures" -maxdepth 1 -name "mini-*" -type f -delete
find "$here/fixtures/bad" "$here/fixtures/containers" -type f ! -name README.md -delete
cp -r "$work"/out/. "$here/fixtures/"
du -sh "$here/fixtures" >&2
