#!/bin/sh
# SPDX-License-Identifier: MIT
#
# How long the typical journey takes: 100,000 journeys of 3 to 14 steps of twelve actions, each mostly followed by the next, so that
# thousands of different ways remain; each is held against each (voc discover, table typical). Prints what the whole command takes.
#   VOC=./voc JOURNEYS=100000 bench/medoid.sh

set -eu
: "${VOC:=./voc}" "${JOURNEYS:=100000}" "${CC:=cc}"
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The same for everybody (minimal standard generator).
awk -v journeys="$JOURNEYS" 'function draw(n) { x = x * 16807 % 2147483647; return x % n }
BEGIN {
    x = 20261123
    print "time,customer,action"
    for (j = 1; j <= journeys; j++) {
        steps = 3 + draw(6) + draw(7)
        s = draw(3)
        for (k = 0; k < steps; k++) {
            printf "%d,c%d,act-%d\n", 1704067200 + k * 3600 + j, j, s
            s = draw(10) < 7 ? (s + 1) % 12 : (s + draw(11) + 1) % 12
        }
    }
}' >"$work/events.csv"
"$VOC" import "$work/p.voc" "$work/events.csv" -q >/dev/null 2>&1
$CC -O2 -o "$work/spend" "$here/spend.c"
"$VOC" discover "$work/p.voc" --table typical --format csv -q
for run in 1 2 3; do
    "$work/spend" "$work/took" "$VOC" discover "$work/p.voc" --table typical -q >/dev/null
done
echo "CPU, wall (seconds), peak (MiB):"
cat "$work/took"
