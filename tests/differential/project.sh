#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The page docs/project-file.md is enough to read a project with: project.py, written from it in another language and with
# nothing of voc, finds every row and gives the digest that voc gives, and what the page promises of order, catalogue, dictionaries and
# sums holds; in projects of all inputs, in pieces, settled, with rows replaced, and after somebody was forgotten.

: "${VOC:?is the path of the program to test}" "${VOC_TEST_SRCDIR:?is the top of the sources}"
src=$(cd "$VOC_TEST_SRCDIR" && pwd) || exit 99
: "${VOC_SHARED:=$src/../shared}"
case $VOC_SHARED in /*) ;; *) VOC_SHARED=$PWD/$VOC_SHARED ;; esac
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cd "$work" || exit 99

if ! command -v python3 >/dev/null 2>&1; then echo "1..0 # SKIP there is no python3"; exit 0; fi
case $(python3 "$src/tests/differential/project.py" 2>&1) in SKIP*) echo "1..0 # SKIP python3 finds no libzstd and libxxhash"; exit 0 ;; esac

n=0
ok() { n=$((n + 1)); echo "ok $n - $1"; }
not_ok() { n=$((n + 1)); echo "not ok $n - $1"; printf '%s\n' "$2" | sed 's/^/# /'; }
# read_alike WHAT PROJECT KINDS: the digest, no promise broken, and rows of these kinds
read_alike() {
    own=$("$VOC" digest "$2" --format tsv 2>&1 | tail -n 1)
    python3 "$src/tests/differential/project.py" "$2" >read 2>&1
    found=$(sed -n '1s/^[^ ]* //p' read | sed 's/[0-9]//g')
    if test "$(sed -n '1s/ .*//p' read)" = "$own" && test "$(sed 1d read)" = '' && test "$found" = "$3"; then
        ok "$1"
    else
        not_ok "$1" "$own, rows of $3, says voc
$(head -n 20 read)"
    fi
}
add() { "$VOC" import "$@" --quiet >log 2>&1; case $? in 0 | 4) ;; *) not_ok "import $*" "$(cat log)" ;; esac; }

# ---- all inputs, into one file: events, attributes, measures, words, references, rejects, links
for plugin in events crm reference survey email ics json weblog xes ocel; do
    for file in "$src/plugins/input/$plugin/samples"/*; do
        "$VOC" import all.voc "$file" --quiet >>log 2>&1
    done
done
read_alike "a project of all inputs' samples" all.voc "A E M R T W"
"$VOC" settle all.voc --quiet >log 2>&1
read_alike "the same, settled" all.voc "A E M R T W"

# ---- the demo: whole, in pieces, settled; blocks of more rows than one holds
"$VOC" demo demo --quiet >/dev/null 2>log
add whole.voc demo/all-events.csv --journey b2b-sale
read_alike "the demo" whole.voc "A D E"
split -n l/4 demo/all-events.csv piece.
for piece in piece.*; do
    test $piece = piece.aa && cp $piece 1.csv || { head -n 1 demo/all-events.csv; cat $piece; } >1.csv
    add pieces.voc 1.csv $(test $piece != piece.aa || echo --journey b2b-sale)
done
read_alike "the demo in four imports" pieces.voc "D E"
"$VOC" settle pieces.voc --quiet >log 2>&1
read_alike "settled into one run" pieces.voc "D E"
awk 'BEGIN {
    print "id,time,account,person,action,value,note"
    for (i = 1; i <= 80000; i++)
        printf "e%d,2024-%02d-%02dT%02d:%02d:%02dZ,%s,person %d,action %d,%s,%s\n", i, 1 + i % 12, 1 + i % 28, i % 24, i % 60, i % 59, i % 3 ? "account " i % 400 : "", i * 7919 % 9001, i * 31 % 170, i % 5 ? "" : i / 4, i % 1000 ? "" : "note " i
}' >large.csv
add large.voc large.csv
read_alike "80,000 events, in several blocks" large.voc "E"
add --memory 20M bound.voc large.csv
read_alike "the same, written in several runs as memory did not hold it" bound.voc "E"
{ head -n 1 large.csv; sed -n '2,$s/action 17,/action changed,/p' large.csv | sed -n '1~3p'; } >changed.csv
add large.voc changed.csv
read_alike "after rows came again under their own ids" large.voc "E"
before=$own
"$VOC" forget large.voc 'person 7919' >log 2>&1 && test "$("$VOC" digest large.voc --format tsv | tail -n 1)" != "$before" || not_ok "somebody is forgotten" "$(cat log)"
read_alike "after somebody was forgotten" large.voc "E"

# ---- a reader of damage says so
cp whole.voc damaged.voc
size=$(wc -c <damaged.voc)
printf 'x' | dd of=damaged.voc bs=1 seek=$((size / 2)) conv=notrunc 2>/dev/null
python3 "$src/tests/differential/project.py" damaged.voc >read 2>&1
if grep -Eq '^(BROKEN|UNREADABLE|sqlite3)' read || grep -q Error read; then ok "a byte that was changed is found"; else not_ok "a byte that was changed is found" "$(cat read)"; fi

# ---- real files, where they are
for kind in crm survey ocel; do
    test -d "$VOC_SHARED/data/$kind" || { n=$((n + 1)); echo "ok $n # SKIP no real files of $kind"; continue; }
    find "$VOC_SHARED/data/$kind" -type f -size -3000k ! -name '*.md' | LC_ALL=C sort | while read -r file; do "$VOC" import $kind.voc "$file" --quiet >>log 2>&1; done
    case $kind in crm) rows="A E W" ;; survey) rows="A E M W" ;; *) rows="A E" ;; esac
    read_alike "real files of $kind" $kind.voc "$rows"
done
echo "1..$n"
