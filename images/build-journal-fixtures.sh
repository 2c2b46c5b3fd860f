#!/bin/sh
# Makes fixtures/journal-*.raw.gz: file systems copied while they were mounted, whose journals need replay, and for each
# the listing that a kernel gives after its own replay (journal-*.files.tsv). Needs root, loop devices and a kernel with
# ext4; the results are in git, so that nobody else does.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/fixtures"
work=$(mktemp -d)
mnt=$work/mnt
mkdir "$mnt"
trap 'mountpoint -q "$mnt" && umount "$mnt"; rm -rf "$work"' EXIT
uuid=6f6e6520-6661-6c73-6520-737065656421

take() { # NAME MOUNT-OPTIONS MKE2FS-OPTION...
    name=$1
    options=$2
    shift 2
    rm -f "$work/x" "$work/dirty"
    truncate -s 6M "$work/x"
    mke2fs -q -F -t ext4 -b 1024 -N 256 -J size=1 -U $uuid -E hash_seed=$uuid,lazy_itable_init=0,lazy_journal_init=0 "$@" "$work/x"
    mount -o "loop,commit=300$options" "$work/x" "$mnt"
    fill
    sync -f "$mnt"
    cp "$work/x" "$work/dirty"
    exec 9>&-
    umount "$mnt"
    finish "$name"
}

fill() {
    # Directories that come and go: their blocks are revoked, and used again by files.
    for round in 1 2 3 4 5 6 7 8 9 10 11 12; do
        mkdir "$mnt/dir$round"
        for file in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
            echo "round $round file $file" > "$mnt/dir$round/a-file-with-a-name-that-is-rather-long-to-fill-blocks-$file"
        done
        ln -s "dir$round/../../somewhere" "$mnt/link$round"
        sync "$mnt/dir$round"
        test $((round % 3)) = 0 || rm -r "$mnt/dir$round"
        sync "$mnt"
        head -c 3000 /dev/zero | tr '\0' "$round" > "$mnt/after$round"
        sync "$mnt/after$round"
    done
    test "$wrap" = no || for round in $(seq 610); do
        # So much that the log comes to its end, and goes on at its beginning.
        echo $round > "$mnt/often"
        sync "$mnt/often"
    done
    # Content that begins as a block of a journal does, for where the journal holds content too.
    printf '\300\073\071\230 escaped\n' > "$mnt/escaped"
    truncate -s 5000 "$mnt/escaped"
    chmod 4750 "$mnt/escaped"
    sync "$mnt/escaped"
    # A file that is deleted while in use.
    echo "was deleted while in use" > "$mnt/orphan"
    exec 9< "$mnt/orphan"
    rm "$mnt/orphan"
    sync "$mnt"
    # Not committed: the interval is long.
}

finish() {
    cp "$work/dirty" "$work/replayed"
    mount -o loop "$work/replayed" "$mnt"
    python3 "$here/oracle.py" "$mnt" > "journal-$1.files.tsv"
    umount "$mnt"
    gzip -9n < "$work/dirty" > "journal-$1.raw.gz"
    dumpe2fs -h "$work/dirty" 2>&1 | grep -i 'features\|state\|journal sequ\|journal start\|orphan' || true
}

wrap=no
take csum-v3 ''
take no-csum '' -O ^metadata_csum,^64bit
take 64bit-no-csum '' -O ^metadata_csum,64bit
take csum-v1 ,journal_checksum -O ^metadata_csum,^64bit
take content ,data=journal
take ext3 '' -O ^metadata_csum,^64bit,^extents,^flex_bg,^huge_file,^extra_isize,^dir_nlink
take orphan-file '' -O orphan_file
wrap=yes
take wrapped ''
take wrapped-ext3 '' -O ^metadata_csum,^64bit,^extents,^flex_bg,^huge_file,^extra_isize,^dir_nlink

# The second version of checksums, which kernels read and do not write: debugfs does.
rm -f "$work/x"
truncate -s 4M "$work/x"
mkdir "$work/tree"
echo before > "$work/tree/file"
mke2fs -q -F -t ext4 -b 1024 -N 64 -J size=1 -U $uuid -E hash_seed=$uuid,root_owner=0:0 -d "$work/tree" "$work/x"
block=$(debugfs -R 'blocks /file' "$work/x" 2> "$work/errors" | tr -d ' ')
head -c 1024 /dev/zero | tr '\0' a > "$work/one"
printf 'after\n' | cat - /dev/zero | head -c 1024 > "$work/two"
debugfs -w -f - "$work/x" > "$work/log" 2> "$work/errors" << EOF
jo -c -v 2
jw -b $block $work/one
jw -b $block $work/two
jc
EOF
cp "$work/x" "$work/dirty"
finish csum-v2

# A journal that ends in fast commits.
rm -f "$work/x"
truncate -s 6M "$work/x"
mke2fs -q -F -t ext4 -b 1024 -N 64 -J size=1,fast_commit_size=64 -O fast_commit -U $uuid -E hash_seed=$uuid "$work/x"
mount -o "loop,commit=300" "$work/x" "$mnt"
echo first > "$mnt/first"
sync "$mnt"
for round in 1 2 3; do
    echo "$round" > "$mnt/file"
    sync "$mnt/file"
done
gzip -9n < "$work/x" > fast-commits.ext4.raw.gz
umount "$mnt"
