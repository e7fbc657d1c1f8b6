#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Ctrl-C at times spread over an import and an analysis: it ends within a second with 130 and one sentence, the project is
# whole and holds what it held before or all of the file, and the same command again completes.

: "${VOC:?is the path of the program to test}"
src=$(cd "${VOC_TEST_SRCDIR:-.}" && pwd) || exit 99
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cd "$work" || exit 99

n=0
ok() { n=$((n + 1)); echo "ok $n - $1"; }
not_ok() { n=$((n + 1)); echo "not ok $n - $1"; shift; for line do echo "# $line"; done; }
tell() { if test -z "$2"; then ok "$1"; else not_ok "$1" "round and what:$2"; fi; }
digest() { "$VOC" digest "$1" --format tsv 2>&1 | tail -n 1; }
now_ms() { echo $(($(date +%s%N) / 1000000)); }
limit_ms=${VOC_INTERRUPT_MS-1000} # a sanitizer or a busy machine may be given more

awk 'BEGIN {
    print "id,time,account,person,action,note"
    for (i = 1; i <= 60000; i++)
        printf "e%d,2024-%02d-%02dT%02d:%02d:%02dZ,account %d,person %d,action %d,note %d of %d\n", i, 1 + i % 12, 1 + i % 28, i % 24, i % 60, i % 59, i % 400, i % 900, i % 17, i * 7919 % 10007, i
}' >big.csv
head -n 41 big.csv | sed '1!s/^e/f/' >first.csv
"$VOC" import base.voc first.csv --quiet >/dev/null 2>log || { echo "1..0"; sed 's/^/# /' log; exit 1; }
before=$(digest base.voc)
cp base.voc p.voc
start=$(now_ms)
"$VOC" import p.voc big.csv --quiet >/dev/null 2>log
took_ms=$(($(now_ms) - start))
after=$(digest p.voc)

# stop AT_MS COMMAND...: $status, $waited (ms from the signal to the end), its error output in log
stop() {
    at=$1
    shift
    "$VOC" "$@" >/dev/null 2>log &
    pid=$!
    sleep "$(awk "BEGIN { printf \"%.3f\", $at / 1000 }")"
    sent=$(now_ms)
    kill -INT $pid 2>/dev/null
    wait $pid
    status=$?
    waited=$(($(now_ms) - sent))
}

rounds=12
whole= said= again= slow=
stopped=0
k=0
while test $k -lt $rounds; do
    k=$((k + 1))
    rm -f p.voc*
    cp base.voc p.voc
    if test $((k % 2)) = 0; then memory=16M; else memory=1G; fi # so little that not all rows are held until the end
    stop $((10 + took_ms * k / rounds)) import p.voc big.csv --memory $memory
    now=$(digest p.voc)
    test "$now" = "$before" || test "$now" = "$after" || whole="$whole $k:digest"
    "$VOC" verify p.voc >/dev/null 2>&1 || whole="$whole $k:verify"
    test $waited -le $limit_ms || slow="$slow $k:$waited"
    if test $status = 130; then
        stopped=$((stopped + 1))
        if test "$now" = "$before"; then
            grep -q '^voc: interrupted; .*the same command' log || said="$said $k:$(head -n 1 log)"
        else
            grep -q '^voc: interrupted; big.csv was kept' log || said="$said $k:$(head -n 1 log)"
        fi
        grep -q 'error' log && said="$said $k:error"
    elif test $status != 0; then
        said="$said $k:status-$status"
    fi
    "$VOC" import p.voc big.csv --quiet >/dev/null 2>log || again="$again $k:again"
    test "$(digest p.voc)" = "$after" || again="$again $k:digest"
done
tell "an import that was interrupted ($stopped of $rounds) leaves the project before or after, and whole" "$whole"
tell "it ends with 130, says what was kept and how to go on, and speaks of no error" "$said"
tell "it ends within $limit_ms ms" "$slow"
tell "the same import again completes" "$again"
if test $stopped -gt 2; then ok "the signals hit the import under way"
else n=$((n + 1)); echo "ok $n # SKIP this machine imports too evenly or too fast to be hit ($stopped of $rounds)"; fi

# ---- an analysis ----
"$VOC" demo made --quiet && "$VOC" import s.voc made/all-events.csv --journey b2b-sale --quiet >/dev/null 2>&1
held=$(digest s.voc)
start=$(now_ms)
"$VOC" score s.voc >/dev/null 2>log
took_ms=$(($(now_ms) - start))
wrong= stopped=0 k=0
while test $k -lt 6; do
    k=$((k + 1))
    stop $((5 + took_ms * k / 7)) score s.voc
    test $waited -le $limit_ms || wrong="$wrong $k:$waited-ms"
    case $status in
    130)
        stopped=$((stopped + 1))
        grep -q '^voc: interrupted; the project is as it was' log || grep -q '^voc: interrupted; run the same command again' log || wrong="$wrong $k:$(head -n 1 log)" ;;
    0) ;;
    *) wrong="$wrong $k:status-$status" ;;
    esac
done
test "$(digest s.voc)" = "$held" || wrong="$wrong digest"
tell "an analysis that was interrupted ($stopped of 6) says so in time, and the project is as it was" "$wrong"

# ---- an analysis that never looks whether it should stop ----
{ "$VOC" plugin new spin --kind analysis -q &&
    sed -i '/^static voc_rc finish(/,/^}/s/^{/{\n    fputs("spinning\\n", stderr);\n    for (volatile int on = 1; on;)\n        ;/; s/^#include <string.h>/&\n#include <stdio.h>/' spin/spin.c &&
    ${VOC_TEST_CC:-cc} -std=c17 -fPIC -shared -I"$src/core/include" -o spin/analysis-spin.so spin/spin.c; } >log 2>&1
if test -e spin/analysis-spin.so; then
    wrong=
    for signals in 1 2; do
        : >log # what the round before said must not be taken for this one's: a signal before it listens is lost
        "$VOC" spin s.voc --plugin-dir spin >/dev/null 2>log &
        pid=$!
        until grep -q spinning log || ! kill -0 $pid 2>/dev/null; do sleep 0.02; done
        while test $signals -gt 0; do
            kill -INT $pid 2>/dev/null
            signals=$((signals - 1))
        done
        wait $pid # without an end of the program this hangs, and so fails
        status=$?
        test $status = 130 || wrong="$wrong status-$status"
        test "$(sed 1d log)" = 'voc: interrupted; analysis spin was at work and did not look whether it should stop; the project is as it was; run the same command again' || wrong="$wrong $(tail -n 1 log)"
    done
    test "$(digest s.voc)" = "$held" || wrong="$wrong digest"
    for left in s.voc-* .s.voc*; do test ! -e "$left" || wrong="$wrong $left"; done
    tell "a plugin that does not look is left after one signal or two, in one sentence, and nothing remains" "$wrong"
else
    n=$((n + 1))
    echo "ok $n # SKIP no compiler here makes shared objects"
fi
echo "1..$n"
