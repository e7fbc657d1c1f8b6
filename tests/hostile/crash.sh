#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Analyses and output plugins run in the program itself. One that crashes ends it with exit 6 and one diagnostic that names the plugin
# and the operation; one that never ends is named when it is interrupted; one that gives up in silence, or gives nothing, is named too.
# In each case the project is as it was, and no half file stays.

src=$(cd "${VOC_TEST_SRCDIR:-.}" && pwd) || exit 99
build=$(cd "${VOC_TEST_BUILDDIR:-.}" && pwd) || exit 99
: "${VOC:?is the path of the program to test}"
cc=${VOC_TEST_CC:-cc}
scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM
cd "$scratch" || exit 99
HOME=$scratch
export HOME

sanitized=$(grep -c __asan_init "$build/core/cli/voc" 2>/dev/null)
mkdir plugins
for kind in analysis output; do
    test $kind = output && flag=-DOUTPUT || flag=
    if ! $cc -std=c17 -O1 $flag -shared -fPIC -I"$src/core/include" -o plugins/$kind-crash.so "$src/tests/hostile/crash.c" 2>cc.log; then
        if echo 'int x;' | $cc -shared -fPIC -x c -o x.so - 2>/dev/null; then sed 's/^/# /' cc.log; echo "1..1"; echo "not ok 1 - crash.c is compiled"; exit 1; fi
        echo "1..0 # SKIP no compiler here makes shared objects"
        exit 0
    fi
done

n=0
ok() { n=$((n + 1)); echo "ok $n - $1"; }
not_ok() { n=$((n + 1)); echo "not ok $n - $1"; printf '%s\n' "$2" | sed 's/^/# /'; }
voc() { "$VOC" "$@" --plugin-dir "$scratch/plugins"; }
digest() { "$VOC" digest p.voc --format tsv 2>&1 | tail -n 1; }

{ echo time,customer,action; awk 'BEGIN { for (i = 0; i < 40000; i++) printf "2024-01-%02dT10:00:00Z,c%d,a%d\n", 1 + i % 28, i % 9000, i % 7 }'; } >good.csv
"$VOC" import p.voc good.csv --quiet >/dev/null 2>&1
"$VOC" journey use p.voc online-shop --quiet >/dev/null 2>&1
held=$(digest)

# ends WHAT EXIT TEXT COMMAND...: one error, with this text; nothing else changed
ends() {
    what=$1 want=$2 text=$3
    shift 3
    voc "$@" >out 2>err
    rc=$?
    left=$(find . -name '*.tmp-*' -o -name 'p.voc-*' -o -name made -o -name 'part.*')
    if test $rc = "$want" && grep -q "$text" err && test "$(grep -c 'error:' err)" = 1 && test "$(digest)" = "$held" && test -z "$left"; then
        ok "$what: exit $want, $text"
    else
        not_ok "$what: exit $want, $text" "exit $rc; $(cat err); left: $left; digest $(digest)"
    fi
}

voc crash p.voc >out 2>err && voc sessions p.voc -f crash >>out 2>>err && ok "without harm both are fine" || not_ok "without harm both are fine" "$(cat err)"

if test "$sanitized" = 0; then
    for operation in begin state_new batch finish 'host->parallel'; do
        ends "an analysis that crashes in $operation" 6 "analysis crash crashed (Segmentation fault) in $operation \[PLUGIN-005\]" crash p.voc --does "$operation-segv" --threads 2
    done
    ends 'an analysis that aborts' 6 'analysis crash crashed (Aborted) in batch' crash p.voc --does batch-abort --threads 3
    ends 'an analysis that calls itself without end' 6 'analysis crash crashed (Segmentation fault) in finish' crash p.voc --does finish-deep
    ends 'an analysis that does so in one of many threads' 6 'analysis crash crashed (Segmentation fault) in batch' crash p.voc --does batch-deep --threads 4
    ends 'an analysis that crashes beside another' 6 'analysis crash crashed' run p.voc sessions crash -O crash.does=batch-segv
    ends 'an analysis that crashes as its part is written' 6 'analysis crash crashed (Segmentation fault) in save' fold crash p.voc --does save-segv --shard 1/1 -o made
    voc fold crash p.voc --does load-segv --shard 1/1 -o kept --quiet >out 2>err
    ends 'an analysis that crashes as its part is read' 6 'analysis crash crashed (Segmentation fault) in load' merge crash kept
    for operation in begin table end; do
        ends "an output plugin that crashes in $operation" 6 "output plugin crash crashed (Segmentation fault) in $operation \[PLUGIN-005\]" sessions p.voc -f crash -o made -O "does=$operation-segv"
    done
else
    n=$((n + 1))
    echo "ok $n # SKIP what crashes: sanitizers end it in their own way"
fi

ends 'an output plugin that gives up without a word' 3 'output plugin crash gave up .* and did not say why \[OUTPUT-006\]' sessions p.voc -f crash -o made -O does=table-silent
ends 'an output plugin that gives back what is no status' 6 'output plugin crash broke its contract' sessions p.voc -f crash -o made -O does=table-odd
ends 'an analysis that makes no table' 6 'analysis crash broke its contract: it made no table' crash p.voc --does finish-nothing

# stuck WHAT NAMED COMMAND...: interrupted once it spins, it names who did not stop
stuck() {
    what=$1 named=$2
    shift 2
    : >err
    "$VOC" "$@" --plugin-dir "$scratch/plugins" >out 2>err &
    pid=$!
    until grep -q spinning err || ! kill -0 $pid 2>/dev/null; do sleep 0.02; done
    kill -INT $pid 2>/dev/null
    wait $pid # without an end of the program this hangs, and so fails
    rc=$?
    left=$(find . -name '*.tmp-*' -o -name 'p.voc-*' -o -name made)
    if test $rc = 130 && grep -q "^voc: interrupted; $named was at work and did not look whether it should stop; " err && test "$(digest)" = "$held" && test -z "$left"; then
        ok "$what is named when it is interrupted"
    else
        not_ok "$what is named when it is interrupted" "exit $rc; $(cat err); left: $left"
    fi
}
stuck 'an analysis that never ends' 'analysis crash' crash p.voc --does batch-spin --threads 2
stuck 'an output plugin that never ends' 'output plugin crash' sessions p.voc -f crash -o made -O does=table-spin
echo "1..$n"
