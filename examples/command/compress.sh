#!/bin/sh
# One trial of study.yaml: compresses a table with the given settings of xz and reports the size.
# Needs only what every Debian has: sh, awk, wc and xz.
set -eu
lc=$1 lp=$2 pb=$3 dict=$4 nice=$5 mode=$6 finder=$7

if [ $((lc + lp)) -gt 4 ]; then
    echo '{"status": "infeasible", "message": "lc + lp must be at most 4"}' >> "$TUNEWRIGHT_RESULT"
    exit 0
fi

# 40,000 records of 16 bytes: a counter, and a reading that drifts with a little noise from a congruential generator,
# because awk's own rand() differs between implementations.
table() {
    LC_ALL=C awk 'BEGIN {
        reading = 5000
        for (i = 0; i < 40000; i++) {
            noise = (noise * 1103 + 12345) % 65536
            reading += noise % 7 - 3 + (i % 200 < 100 ? 1 : -1)
            printf "%07d %07.2f\n", i, reading / 10
        }
    }'
}

# `set -e` does not see a failure inside a pipe, so xz writes a file.
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
table | xz --format=xz --threads=1 --stdout \
    --lzma2="dict=$((1 << dict)),lc=$lc,lp=$lp,pb=$pb,nice=$nice,mode=$mode,mf=$finder" > "$room/table.xz" || exit 1
size=$(wc -c < "$room/table.xz")
raw=$(table | wc -c)

echo "{\"loss\": $((size)), \"percent\": $(awk "BEGIN { print 100 * $size / $raw }")}" >> "$TUNEWRIGHT_RESULT"
