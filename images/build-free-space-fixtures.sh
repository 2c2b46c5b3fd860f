#!/bin/sh
# Makes fixtures/free-*.ext4.raw.gz, whose groups have bitmaps that were never written, and fixtures/free.tsv: the free
# parts of these and of the other ext images as dumpe2fs tells them. Rootless.
set -eu
cd "$(dirname "$0")/fixtures"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

make() { # NAME OPTION...
    name=$1
    shift
    rm -f "$work/x"
    truncate -s 8M "$work/x"
    mkdir -p "$work/tree"
    printf 'one file\n' > "$work/tree/file"
    mke2fs -q -F -t ext4 -b 1024 -g 1024 -N 128 -J size=1 -U 6f6e6520-6661-6c73-6520-737065656421 \
        -E hash_seed=6f6e6520-6661-6c73-6520-737065656421,root_owner=0:0 -d "$work/tree" "$@" "$work/x"
    gzip -9n < "$work/x" > "$name"
}
make free-uninit.ext4.raw.gz -O metadata_csum,64bit,^flex_bg
make free-crc16.ext4.raw.gz -O ^metadata_csum,uninit_bg,^64bit,^flex_bg
make free-flex.ext4.raw.gz -O metadata_csum,64bit,flex_bg,^resize_inode -G 4

for image in mini-clean.ext*.raw.gz free-*.raw.gz; do
    gunzip < "$image" > "$work/x"
    dumpe2fs "$work/x" 2> "$work/errors" | awk -v name="$image" '
        /^Block count:/ { blocks = $3 }
        /^Block size:/ { size = $3 }
        /^Cluster size:/ { cluster = $3 / size }
        /^  Free blocks: / {
            sub(/^  Free blocks: /, "")
            count = split($0, parts, ", ")
            for (i = 1; i <= count; i++) {
                two = split(parts[i], ends, "-")
                from = ends[1]
                # With clusters the last number is the first block of the last cluster.
                to = ends[two] + (cluster ? cluster : 1)
                if (to > blocks) to = blocks
                if (from == last && last) { last = to; continue }
                if (last) line = line " " first * size "+" (last - first) * size
                first = from
                last = to
            }
        }
        END { print name "\t" substr(line " " first * size "+" (last - first) * size, 2) }'
done > free.tsv
