#!/bin/sh
# SPDX-License-Identifier: MIT
#
# tests/fuzz/run.sh SECONDS [WHAT...]: fuzzes each target (or those named: input-weblog, journey, ...) for so many seconds, from
# a build that was configured with CC=clang --enable-fuzzing. FUZZ_JOBS: how many at a time (2). FUZZ_CORPUS: a folder where
# what was reached is kept for the next time. FUZZ_SEED: where chance begins (1, so that the same sources are tried in the same way;
# 0: anywhere else each time). FUZZ_RUNS: how many runs of a target are enough, if the seconds allow them. FUZZ_LONGEST: bytes
# of an input (2048). FUZZ_TIMEOUT: seconds after which one that is not answered is a finding (20; more on a busy machine). One
# TAP line a target, and the totals as Automake writes them; an input that was found lies in the folder FUZZ_FOUND (fuzz-found).
# Exits 0 only where nothing was found. A million runs of a target take some ten minutes with FUZZ_RUNS=1000000
# FUZZ_LONGEST=512, compiled with CFLAGS='-O2 -g -fno-sanitize-coverage=trace-cmp'; without these three times as long.
#
# A finding is looked at with tests/fuzz/replay_NAME --what=WHAT FILE (FUZZ_SHOW=1: with the rows), made smaller with
# tests/fuzz/fuzz_NAME --what=WHAT -minimize_crash=1 FILE, and, mended, kept in tests/fuzz/corpus/WHAT under a name that says it.

seconds=${1:?how many seconds for each target}
shift
build=$(cd "${VOC_TEST_BUILDDIR:-.}" && pwd) || exit 99
src=$(cd "${VOC_TEST_SRCDIR:-.}" && pwd) || exit 99
corpus=${FUZZ_CORPUS:-$(mktemp -d)} || exit 99
found=${FUZZ_FOUND:-fuzz-found}
mkdir -p "$corpus" "$found"
test -n "${FUZZ_CORPUS-}" || trap 'rm -rf "$corpus"' EXIT
trap 'exit 130' INT TERM
VOC_TEST_BUILDDIR=$build VOC_TEST_SRCDIR=$src
# Little is kept of what was freed, and no trace of who asked for a block (the replay has it): a run is a few hundred
# microseconds. TZ: without it libarchive makes glibc look for /etc/localtime for each member of an archive.
ASAN_OPTIONS=quarantine_size_mb=1:thread_local_quarantine_size_kb=64:malloc_context_size=0:allocator_may_return_null=1
TZ=UTC0
UBSAN_OPTIONS=print_stacktrace=1
export VOC_TEST_BUILDDIR VOC_TEST_SRCDIR ASAN_OPTIONS UBSAN_OPTIONS TZ

# fuzz PROGRAM WHAT: in the background; its last lines are in $corpus/WHAT.log, its status behind them.
fuzz() {
    mkdir -p "$corpus/$2"
    set -- "$1" "$2" "$corpus/$2"
    test "$2" = input-any && set -- "$@" "$src"/plugins/input/*/samples
    for seeds in "$src/tests/fuzz/corpus/$2" "$src/plugins/input/${2#input-}/samples" "$src/tests/unit/$2/corpus/good" "$src/tests/unit/$2/corpus/bad"; do
        test -d "$seeds" && set -- "$@" "$seeds"
    done
    program=$1 what=$2
    shift 2
    longest=${FUZZ_LONGEST:-2048}
    test "$what" != pattern || longest=256
    if test -f "$src/tests/fuzz/dict/$what.dict"; then set -- "-dict=$src/tests/fuzz/dict/$what.dict" "$@"; fi
    {
        "$program" --what="$what" -max_total_time="$seconds" -runs="${FUZZ_RUNS:--1}" -seed="${FUZZ_SEED:-1}" -max_len="$longest" -entropic=0 -reload=0 -timeout="${FUZZ_TIMEOUT:-20}" -rss_limit_mb=2048 -print_final_stats=1 \
            -artifact_prefix="$found/$what-" "$@" 2>&1
        echo "exit $?"
    } >"$corpus/$what.log" 2>&1 </dev/null &
}

# result WHAT
count=0 failed=0
result() {
    log=$corpus/$1.log
    count=$((count + 1))
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    if test "$(tail -n 1 "$log")" = "exit 0"; then
        echo "ok $count - $1: ${runs:-0} runs, nothing found"
    else
        failed=$((failed + 1))
        echo "not ok $count - $1: after ${runs:-some} runs"
        grep -vE '^#[0-9]' "$log" | tail -n 40 | cut -c 1-300 | sed 's/^/# /'
    fi
}

# what PROGRAM WHAT... PROGRAM WHAT: the pairs to be fuzzed, one a line
pairs() {
    for la in "$build"/plugins/input/*/input-*.la; do
        what=$(basename "$la" .la)
        echo "fuzz_input $what"
    done
    echo "fuzz_input input-any"
    echo "fuzz_journey journey"
    echo "fuzz_bytes bytes"
    echo "fuzz_xml xml"
    echo "fuzz_book book"
    echo "fuzz_wire wire-block"
    echo "fuzz_wire wire-values"
    echo "fuzz_text time"
    echo "fuzz_text pattern"
    echo "fuzz_text text"
}

running=
waiting() {
    wait
    for what in $running; do result "$what"; done
    running=
}
wanted=" $* "
pairs >"$corpus/pairs"
while read -r program what; do
    case $wanted in "  " | *" $what "*) ;; *) continue ;; esac
    fuzz "$build/tests/fuzz/$program" "$what"
    running="$running $what"
    test "$(echo "$running" | wc -w)" -ge "${FUZZ_JOBS:-2}" && waiting
done <"$corpus/pairs"
waiting
echo "1..$count"
echo "# PASS: $((count - failed))"
echo "# FAIL: $failed"
rmdir "$found" 2>/dev/null
test $failed -eq 0
