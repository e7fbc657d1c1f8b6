#!/bin/sh
# SPDX-License-Identifier: MIT
#
# voc plugin check: all plugins that ship pass it, and one that breaks the contract (wrong.c, compiled anew for each way) fails
# at that promise, and at no other that it keeps.

src=$(cd "${VOC_TEST_SRCDIR:-.}" && pwd) || exit 99
build=$(cd "${VOC_TEST_BUILDDIR:-.}" && pwd) || exit 99
: "${VOC:?is the path of the program to test}"
cc=${VOC_TEST_CC:-cc}
scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM
HOME=$scratch TMPDIR=$scratch
export HOME TMPDIR
unset MAKEFLAGS MFLAGS MAKELEVEL # a make of a plugin is not part of the one that runs this

if ! echo 'int x;' | $cc -shared -fPIC -x c -o "$scratch/x.so" - 2>/dev/null; then
    echo "1..0 # SKIP no compiler here makes shared objects"
    exit 0
fi

count=0
# result STATUS TEXT FILE
result() {
    count=$((count + 1))
    if test "$1" = 0; then echo "ok $count - $2"; else echo "not ok $count - $2"; sed 's/^/# /' "$3"; fi
}

# ---- what ships ----

for la in "$build"/plugins/*/*/*-*.la; do
    folder=$(dirname "$la")
    name=$(basename "$la" .la)
    samples=$src/plugins/$(basename "$(dirname "$folder")")/$(basename "$folder")/samples
    case $name in input-*) set -- "$samples"/*; test -e "$1" || continue ;; *) set -- ;; esac
    COLUMNS=250 "$VOC" plugin check "$name" "$@" --rounds 20 >"$scratch/out" 2>&1
    result $? "$name keeps the contract" "$scratch/out"
done

# ---- what is begun with voc plugin new ----

mkdir "$scratch/bin" "$scratch/new"
{ echo '#!/bin/sh'; echo "test \"\$*\" = '--cflags voc-plugin' && echo '-I$src/core/include'"; } >"$scratch/bin/pkg-config"
{ echo '#!/bin/sh'; echo "exec '$VOC' \"\$@\" --rounds 20"; } >"$scratch/bin/voc"
chmod +x "$scratch"/bin/*

# begun NAME OPTION...: the folder builds without a warning, and passes
begun() {
    (cd "$scratch/new" && "$VOC" plugin new "$@" -q && cd "$1" &&
        make -s CC="$cc" CFLAGS='-O1 -Wshadow -Wconversion -Wstrict-prototypes -Wformat=2 -Werror' PKG_CONFIG="$scratch/bin/pkg-config" VOC="$scratch/bin/voc" $(grep -o '^test:' Makefile | tr -d :) check) \
        >"$scratch/out" 2>&1
    result $? "a plugin begun with voc plugin new $* builds, passes its tests and keeps the contract" "$scratch/out"
}

if command -v make >/dev/null 2>&1; then
    begun fair-log
    begun blocks --framing stream
    # A line of the very length that it reads at once is a line all the same, and ends no event.
    { printf 'when: 2024-07-01 10:00\nwho: '; head -c 4091 /dev/zero | tr '\0' x; printf '\ndid: ask\n\nwhen: 2024-07-02\ndid: buy %9000s now\n' ''; } >"$scratch/long.txt"
    "$VOC" rows "$scratch/long.txt" --plugin-dir "$scratch/new/blocks" >"$scratch/rows" 2>"$scratch/out"
    grep -q '2 records = 2 gave rows + 0 rejected + 0 ignored' "$scratch/out"
    result $? 'what it begins reads lines of any length' "$scratch/out"
    begun last-steps --kind analysis
    begun cards --kind output
fi

# ---- what is wrong ----

printf '1;visit;c1\n22;buy;c1\n333;visit;c2\n4444;leave;c3\n' >"$scratch/sample.txt"
mkdir "$scratch/wrong"

# wrong WHAT PATTERN [FLAG]: a line of the report fails, and says so
wrong() {
    if ! $cc -std=c17 -O1 -fPIC -fvisibility=hidden -shared -I"$src/core/include" -DDOES="$1" $3 -o "$scratch/wrong/input-wrong.so" "$src/tests/conformance/wrong.c" \
        >"$scratch/out" 2>&1; then
        result 1 "wrong.c compiles" "$scratch/out"
        return
    fi
    COLUMNS=250 "$VOC" plugin check "$scratch/wrong/input-wrong.so" "$scratch/sample.txt" --rounds 40 --seconds 2 >"$scratch/out" 2>&1
    status=$?
    if test "$1" = RIGHT && test "$3" != -DEXPORTS; then
        test $status = 0
    else
        test $status = 5 && grep FAILS "$scratch/out" | grep -Eq "$2"
    fi
    result $? "$1 $3: $2" "$scratch/out"
    rm -f "$scratch/wrong/input-wrong.so"
}

wrong RIGHT 'nothing is wrong with it'
wrong RIGHT 'nothing is wrong with it' -DNEWER
wrong RIGHT 'nothing is wrong with it' -DOLDER
wrong CRASH '^cut off anywhere .*(died of|ended the process)'
wrong EXIT '^cut off anywhere .*ended the process with code 3'
wrong HANG '^cut off anywhere .*did not come to an end'
wrong PRINT '^reads its sample.*standard outputs.*a block of'
wrong FORGET '^reads its sample.*neither read, rejected nor ignored'
wrong REMEMBER '^the same rows for any threads and blocks .*other rows'
wrong SWALLOW '^memory that is refused .*other rows'
wrong TOO_SURE '^says how sure it is of its sample .*more or less sure than 0 to 100'
wrong PROBE_CRASH '^cut off anywhere .*(died of|ended the process)'
wrong OPEN_FILE '^the same rows without files and network .*tried to open a file'
wrong DEFAULTS '^its options, one by one .*second=no: it is the default, and gives other rows'
wrong RIGHT 'exports voc_plugin_query alone.*wrong_helper' -DEXPORTS

# wrong_analysis WHAT PATTERN SCRIPT: the analysis that voc plugin new writes, spoiled by sed
wrong_analysis() {
    mkdir "$scratch/wrong/samples" 2>/dev/null
    sed -e "$3" "$scratch/new/last-steps/last-steps.c" >"$scratch/wrong/last.c"
    if cmp -s "$scratch/wrong/last.c" "$scratch/new/last-steps/last-steps.c" ||
        ! $cc -std=c17 -O1 -fPIC -fvisibility=hidden -shared -I"$src/core/include" -o "$scratch/wrong/analysis-last-steps.so" "$scratch/wrong/last.c" >"$scratch/out" 2>&1; then
        result 1 "the spoiled analysis compiles" "$scratch/out"
        return
    fi
    COLUMNS=250 "$VOC" plugin check "$scratch/wrong/analysis-last-steps.so" --rounds 20 >"$scratch/out" 2>&1
    test $? = 5 && grep FAILS "$scratch/out" | grep -Eq "$2"
    result $? "an analysis that $1: $2" "$scratch/out"
    rm -f "$scratch/wrong/analysis-last-steps.so"
}

if test -f "$scratch/new/last-steps/last-steps.c"; then
    wrong_analysis 'forgets what it merges' '^put together from .*another answer' 's/x->none += y->none/(void)0/; s/x->last\[i\] += y->last\[i\]/(void)x, (void)y/'
    wrong_analysis 'loads other than it saved' '^put together from .*another answer' 's/s->none = n;/s->none = n + 1;/'
    wrong_analysis 'gives a cell of another type' 'broke its contract: table "last_steps", row 1: a cell of column "journeys" is of another type' \
        's/{.type = VOC_CELL_INT, .i = (int64_t)n}/{.type = VOC_CELL_TEXT, .s = name}/'
    wrong_analysis 'has two tables of one name' 'broke its contract: it has two tables of one name' \
        's/voc_rc rc = h->table(a->run, &t, "last_steps".*/&\n    if (!rc) rc = h->table(a->run, \&t, "last_steps", "once more", 0);/'
    wrong_analysis 'asks too late' 'broke its contract: it asks for something after begin' 's/if (a->host->cancelled(a->cx)) return VOC_CANCELLED;/voc_rc late = a->host->want_column(a->run, VOC_COL_TIME);\n    if (late) return late;/'
    wrong_analysis 'gives up without a word' 'it ends with 3: .* gave up .* and did not say why \[FOLD-007\] +tell its author: host->diag takes the words$' 's/uint64_t of = none;/uint64_t of = none;\n    if (of != none || n) return VOC_E_INPUT;/'
    wrong_analysis 'takes the name of an option that every command has' '^its note .*its option "format" is named like one that every command has' 's/.name = "least"/.name = "format"/'
    wrong_analysis 'makes no table' 'broke its contract: it made no table' 's/voc_rc rc = h->table(a->run, &t, "last_steps".*/if (h) return VOC_OK;\n&/'
    wrong_analysis 'dies of what is not there' '^answers, or refuses in words +one event' 's/if (a->host->cancelled(a->cx)) return VOC_CANCELLED;/if (j->n_events == 1) abort();/'
fi

left=$(find "$scratch" -name 'voc-check*')
test -z "$left"
result $? 'nothing is left behind' /dev/null
echo "1..$count"
