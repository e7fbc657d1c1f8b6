#!/bin/sh
# SPDX-License-Identifier: MIT
#
# An import that is killed, or whose disk fills up: the project is whole, holds what it held before or all of the file, and
# the same import again gives the same content. That the kill hits each single write is tests/unit/store/test_faults; here
# the whole program is killed at times spread over an import.

: "${VOC:?is the path of the program to test}"
work=$(mktemp -d) || exit 99
mounted=
cleanup() {
    test -z "$mounted" || umount "$work/disk" 2>/dev/null
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM
cd "$work" || exit 99

n=0
ok() { n=$((n + 1)); echo "ok $n - $1"; }
not_ok() { n=$((n + 1)); echo "not ok $n - $1"; shift; for line do echo "# $line"; done; }
digest() { "$VOC" digest "$1" --format tsv 2>&1 | tail -n 1; }

awk 'BEGIN {
    print "id,time,account,person,action,note"
    for (i = 1; i <= 12000; i++)
        printf "e%d,2024-%02d-%02dT%02d:%02d:%02dZ,account %d,person %d,action %d,note %d of %d\n", i, 1 + i % 12, 1 + i % 28, i % 24, i % 60, i % 59, i % 400, i % 900, i % 17, i * 7919 % 10007, i
}' >big.csv
head -n 41 big.csv | sed '1!s/^e/f/' >first.csv

"$VOC" import base.voc first.csv --quiet >/dev/null 2>log || { echo "1..0"; sed 's/^/# /' log; exit 1; }
before=$(digest base.voc)
cp base.voc p.voc
start=$(date +%s%N)
"$VOC" import p.voc big.csv --quiet >/dev/null 2>log
took_ms=$((($(date +%s%N) - start) / 1000000))
after=$(digest p.voc)
if test "$before" = "$after"; then not_ok "the import changes the project"; else ok "the import changes the project"; fi

# ---- killed ----
rounds=14
wrong=
killed=0
k=0
while test $k -lt $rounds; do
    k=$((k + 1))
    rm -f p.voc*
    cp base.voc p.voc
    "$VOC" import p.voc big.csv --quiet >/dev/null 2>&1 &
    pid=$!
    sleep "$(awk "BEGIN { printf \"%.3f\", $took_ms * $k / $rounds / 1000 }")"
    kill -9 $pid 2>/dev/null && killed=$((killed + 1))
    wait $pid 2>/dev/null
    now=$(digest p.voc)
    test "$now" = "$before" || test "$now" = "$after" || wrong="$wrong $k:digest"
    "$VOC" verify p.voc >/dev/null 2>log || wrong="$wrong $k:verify"
    if test $((k % 3)) = 0; then
        "$VOC" import p.voc big.csv --quiet >/dev/null 2>log || wrong="$wrong $k:again"
        test "$(digest p.voc)" = "$after" || wrong="$wrong $k:again-digest"
    fi
done
if test -z "$wrong"; then ok "killed $killed times, the project is whole, before or after, and the import works again"
else not_ok "killed $killed times, the project is whole, before or after, and the import works again" "round and what:$wrong"; fi
if test $killed -gt 3; then ok "most of the kills hit the import under way"
else n=$((n + 1)); echo "ok $n # SKIP this machine imports too evenly or too fast to be hit ($killed of $rounds)"; fi

# ---- a full disk ----
# full NAME PROJECT STATUS: what an import that found no room must leave behind
full() {
    wrong=
    case $3 in 3|8) ;; *) wrong="exit status $3 instead of 3 or 8" ;; esac
    grep -q '^voc: .*error' log || wrong="$wrong; it says nothing"
    test "$(digest "$2")" = "$before" || wrong="$wrong; the project is not as before"
    "$VOC" verify "$2" >/dev/null 2>&1 || wrong="$wrong; verify finds damage"
    if test -z "$wrong"; then ok "$1"; else not_ok "$1" "$wrong" "$(head -n 3 log)"; fi
}

rm -f p.voc*
cp base.voc p.voc
(ulimit -f 64 && exec "$VOC" import p.voc big.csv --quiet) >/dev/null 2>log
full "a file that may not grow: it is said, and the project is as before" p.voc $?
"$VOC" import p.voc big.csv --quiet >/dev/null 2>log
if test "$(digest p.voc)" = "$after"; then ok "with room again the import works"; else not_ok "with room again the import works" "$(head -n 3 log)"; fi

name="a full disk: it is said, and the project is as before"
mkdir disk
if test "$(id -u)" = 0 && mount -t tmpfs -o "size=$((($(wc -c <base.voc) + 100000) / 1024))k" tmpfs disk 2>/dev/null; then
    mounted=yes
    cp base.voc disk/p.voc
    "$VOC" import disk/p.voc big.csv --quiet >/dev/null 2>log
    full "$name" disk/p.voc $?
else
    n=$((n + 1))
    echo "ok $n # SKIP $name: no file system of its own can be mounted here"
fi
echo "1..$n"
