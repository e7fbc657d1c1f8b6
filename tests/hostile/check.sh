#!/bin/sh
# SPDX-License-Identifier: MIT
#
# An input plugin that does harm (hostile.c) is one diagnostic that names it and says what it did; its file leaves nothing behind,
# the files beside it are read, and no process stays. The first word of a file says what the plugin does with it.

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
if ! $cc -std=gnu11 -O1 -pthread -DSANITIZED="${sanitized:-0}" -shared -fPIC -I"$src/core/include" -o plugins/input-hostile.so "$src/tests/hostile/hostile.c" 2>cc.log; then
    if echo 'int x;' | $cc -shared -fPIC -x c -o x.so - 2>/dev/null; then sed 's/^/# /' cc.log; echo "1..1"; echo "not ok 1 - hostile.c is compiled"; exit 1; fi
    echo "1..0 # SKIP no compiler here makes shared objects"
    exit 0
fi

n=0
ok() { n=$((n + 1)); echo "ok $n - $1"; }
skip() { n=$((n + 1)); echo "ok $n # SKIP $1: $2"; }
not_ok() { n=$((n + 1)); echo "not ok $n - $1"; printf '%s\n' "$2" | sed 's/^/# /'; }
digest() { "$VOC" digest "$1" --format tsv 2>&1 | tail -n 1; }
voc() { "$VOC" "$@" --plugin-dir "$scratch/plugins"; }

printf 'time,customer,action\n2024-01-01T10:00:00Z,kim,open\n2024-01-02T10:00:00Z,lee,buy\n' >good.csv
voc import only.voc good.csv --quiet >/dev/null 2>&1
good=$(digest only.voc)

# harm WORD CODE EXIT TEXT: the diagnostic has the code and the text, and what stays is what the good file alone gives
harm() {
    case $sanitized:$1 in 0:*) ;; *:crash|*:exit|*:probe-crash) skip "a plugin that does $1" "sanitizers end it in their own way" && return ;; esac
    { echo "does $1"; echo '1704100000;look;kim'; echo '1704100001;buy;lee'; } >bad.txt
    rm -f p.voc*
    voc import p.voc bad.txt good.csv --quiet >out 2>err
    rc=$?
    if test "$rc" = "$3" && grep -q "bad\.txt.*plugin hostile.*$4.*\[$2\]" err && test "$(grep -c 'error:' err)" = 1 && test "$(digest p.voc)" = "$good"; then
        ok "a plugin that does $1: $2, exit $3, and the other file is kept"
    else
        not_ok "a plugin that does $1: $2, exit $3, and the other file is kept" "exit $rc; $(cat err); digest $(digest p.voc), wanted $good"
    fi
}

harm crash WORKER-001 6 'crashed (Segmentation fault) while it read lines 1 to 3'
harm abort WORKER-001 6 'crashed (Aborted)'
harm leave WORKER-001 6 'ended its process (code 3)'
harm exit WORKER-001 6 'ended its process'
harm open WORKER-002 6 'tried to open a file'
harm make WORKER-002 6 'tried to open a file'
harm socket WORKER-002 6 'tried to use the network'
harm fork WORKER-002 6 'tried to '
harm exec WORKER-002 6 'tried to '
harm kill WORKER-002 6 'tried to '
harm print WORKER-003 6 'writes to the standard outputs, which are not its own: look at me'
harm mutter WORKER-003 6 'writes to the standard outputs'
for lie in kind length noise end quiet rows tray; do harm lie-$lie WORKER-004 6 'sent what cannot be: '; done
harm lie-room WORKER-004 6 'sent what cannot be: a block is in no tray'
harm lie-stay WORKER-004 6 'sent what cannot be: it keeps too many strings'
# Blocks lie in memory that both share, where the plugin writes while the program reads: a lie like any other.
if test "$sanitized" = 0; then
    many() { echo "does $1"; awk 'BEGIN { for (i = 0; i < 60000; i++) printf "%d;look at number %d;customer %d\n", 1704100000 + i, i % 50, i % 1000 }'; }
    many scribble >bad.txt
    rm -f p.voc*
    voc import p.voc bad.txt good.csv --quiet --threads 1 >out 2>err
    rc=$?
    if test $rc = 6 && grep -q 'bad\.txt.*plugin hostile.*sent what cannot be: .*\[WORKER-004\]' err && test "$(digest p.voc)" = "$good"; then
        ok "what is shared is written to before it is taken: WORKER-004, and the other file is kept"
    else
        not_ok "what is shared is written to before it is taken: WORKER-004, and the other file is kept" "exit $rc; $(cat err); digest $(digest p.voc), wanted $good"
    fi
    many race >bad.txt
    for i in 1 2 3; do
        rm -f p.voc*
        voc import p.voc bad.txt good.csv --quiet >out 2>err
        rc=$?
        "$VOC" verify p.voc >whole 2>&1 || rc="$rc; not whole: $(cat whole)"
        case $rc in
        0) ok "what is shared changes while it is taken: rows that can be, and the project is whole" ;;
        6) if grep -q 'plugin hostile.*\[WORKER-004\]' err && test "$(digest p.voc)" = "$good"; then ok "what is shared changes while it is taken: WORKER-004, and the other file is kept"; else not_ok "what is shared changes while it is taken" "$(cat err)"; fi ;;
        *) not_ok "what is shared changes while it is taken" "exit $rc; $(cat err)" ;;
        esac
    done
else
    skip "a plugin that writes to what is shared" "the memory of sanitizers cannot be searched"
fi

harm probe-crash WORKER-001 6 'crashed (Segmentation fault) while it looked whether the file is its own'
harm probe-open WORKER-002 6 'tried to open a file'
VOC_WORKER_SECONDS=1
export VOC_WORKER_SECONDS
harm spin WORKER-005 8 'came to no end: it computed for 1 seconds without a step forward while it read lines 1 to 3'
harm sleep WORKER-005 8 'came to no end: it waits'
unset VOC_WORKER_SECONDS
if test "$sanitized" = 0; then
    VOC_WORKER_MEMORY=268435456
    export VOC_WORKER_MEMORY
    harm leak WORKER-006 8 'needs more than the 256 MiB that it may have'
    harm take WORKER-006 8 'needs more than the 256 MiB that it may have'
    unset VOC_WORKER_MEMORY
else
    skip "a plugin that eats memory" "sanitizers set no bound"
fi
test ! -e made-by-a-plugin && ok "no file was made" || not_ok "no file was made" made-by-a-plugin

# The same plugin, where it does no harm, is read; and not isolated its harm is the user's own choice.
{ echo 'does nothing'; echo '1704100000;look;kim'; } >bad.txt
rm -f p.voc*
if voc import p.voc bad.txt --quiet >out 2>err && test ! -s err; then ok "the same plugin without harm is read"; else not_ok "the same plugin without harm is read" "$(cat err)"; fi
{ echo 'does open'; echo '1704100000;look;kim'; } >bad.txt
for how in never untrusted always; do
    voc rows bad.txt --isolate $how >out 2>err
    rc=$?
    want=6
    test $how = never && want=0
    if test $rc = $want; then ok "--isolate=$how ends with $want"; else not_ok "--isolate=$how ends with $want" "exit $rc; $(cat err)"; fi
done

# Interrupted or killed, the program leaves no worker behind.
{ echo 'does spin'; echo '1704100000;look;kim'; } >bad.txt
gone() { # SIGNAL WORDS: within two seconds of the signal none of its children is left
    "$VOC" rows bad.txt --plugin-dir "$scratch/plugins" >out 2>err &
    parent=$!
    tries=0
    while test $tries -lt 200; do
        worker=$(cat /proc/$parent/task/*/children 2>/dev/null | tr -d ' ')
        test -n "$worker" && grep -q -e --worker "/proc/$worker/cmdline" 2>/dev/null && break
        tries=$((tries + 1))
        sleep 0.05
    done
    kill "-$1" $parent
    wait $parent 2>/dev/null
    tries=0
    while test -n "$worker" && test -e "/proc/$worker" && ! grep -q '^State:.Z' "/proc/$worker/status" 2>/dev/null && test $tries -lt 200; do tries=$((tries + 1)); sleep 0.05; done
    if test -n "$worker" && test $tries -lt 200; then ok "$2"; else not_ok "$2" "worker '$worker'"; fi
}
if test -r "/proc/$$/task/$$/children"; then
    gone INT "interrupted, it leaves no worker"
    gone KILL "killed, it leaves no worker"
else
    skip "interrupted, it leaves no worker" "this kernel does not list children"
    skip "killed, it leaves no worker" "this kernel does not list children"
fi

# The libraries of the email plugin give up where memory ends: in a worker that is a diagnostic.
if test "$sanitized" = 0 && test -e "$build/plugins/input/email/input-email.la"; then
    { printf 'From: Kim <kim@kunde.example>\nTo: shop@firma.example\nDate: Mon, 1 Jan 2024 10:00:00 +0000\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n'; head -c 60000000 /dev/zero | tr '\0' 'a' | fold -w 900; } >big.eml
    rm -f p.voc*
    (VOC_WORKER_MEMORY=50000000; export VOC_WORKER_MEMORY; voc import p.voc big.eml --quiet >out 2>err)
    rc=$?
    if test "$rc" = 6 && grep -q 'big.eml.*plugin email crashed.*\[WORKER-001\]' err; then ok "libraries that give up where memory ends are exit 6"; else not_ok "libraries that give up where memory ends are exit 6" "exit $rc; $(cat err)"; fi
else
    skip "libraries that give up where memory ends are exit 6" "no email plugin, or sanitizers"
fi
echo "1..$n"
