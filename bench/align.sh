#!/bin/sh
# SPDX-License-Identifier: MIT
#
# How long conformance takes: 10,000 journeys of 50 steps through 8 stages, in any order, so that nearly every way is another one. Each way is
# aligned to the stages (voc discover, table deviations). Prints what the whole command takes.
#   VOC=./voc JOURNEYS=10000 STEPS=50 bench/align.sh

set -eu
: "${VOC:=./voc}" "${JOURNEYS:=10000}" "${STEPS:=50}" "${CC:=cc}"
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/eight"
awk 'BEGIN {
    print "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<journey xmlns=\"urn:vocstream:journey:1\" id=\"eight\" version=\"1\" unit=\"case\">\n  <stages evidence=\"declared\">"
    for (s = 1; s <= 8; s++) printf "    <stage id=\"s%d\" skippable=\"%s\"><definition id=\"d%d\"><event actor=\"any\" action=\"step-%d\"/></definition></stage>\n", s, s == 4 ? "yes" : "no", s, s
    print "  </stages>\n</journey>"
}' >"$work/eight/journey.xml"
# The next stage is mostly the next one, at times any other; the same for everybody (minimal standard generator).
awk -v journeys="$JOURNEYS" -v steps="$STEPS" 'function draw(n) { x = x * 16807 % 2147483647; return x % n }
BEGIN {
    x = 20261122
    print "case,time,action"
    for (j = 1; j <= journeys; j++) {
        s = 0
        for (k = 0; k < steps; k++) {
            s = draw(4) ? s % 8 + 1 : (s + draw(7)) % 8 + 1
            printf "j%d,%d,step-%d\n", j, 1704067200 + k * 3600 + j, s
        }
    }
}' >"$work/events.csv"
"$VOC" import "$work/p.voc" "$work/events.csv" --journey "$work/eight" -q >/dev/null 2>&1
$CC -O2 -o "$work/spend" "$here/spend.c"
"$VOC" discover "$work/p.voc" --table traces --format tsv -q | awk 'NR > 1 { n++ } END { print n " different ways through the stages" }'
# What customers do is not followed here, so that no typical journey is looked for: that is another work.
for run in 1 2 3; do
    "$work/spend" "$work/took" "$VOC" discover "$work/p.voc" --events touches --table deviations -q >/dev/null
done
echo "CPU, wall (seconds), peak (MiB):"
cat "$work/took"
