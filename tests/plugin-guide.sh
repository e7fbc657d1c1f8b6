#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Does what docs/plugin-guide.md says, in its order: writes its files (```c file=NAME, ```text file=NAME), runs its commands
# (```sh; ```sh c++ where there is a compiler for it) and compares what they print with what stands there (```text behind them;
# ```text error-output: standard error).
# `gcc` and `cc` are the compiler of the build with warnings as errors, `pkg-config` finds the header of the sources.
#
#   VOC_UPDATE_GOLDEN=1    rewrite the outputs in the guide; `git diff` is the review

src=$(cd "${VOC_TEST_SRCDIR:-.}" && pwd) || exit 99
guide=$src/docs/plugin-guide.md
: "${VOC:?is the path of the program to test}"
scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM

# By its path: below, `gcc` and `cc` are scripts of ours. A cache may stand before it, flags behind it.
cc=
for word in ${VOC_TEST_CC:-cc}; do
    case $word in
    -*) ;;
    *) word=$(command -v "$word" || echo "$word") ;;
    esac
    cc="$cc $word"
done
if ! echo 'int x;' | $cc -shared -fPIC -x c -o "$scratch/x.so" - 2>/dev/null; then
    echo "1..0 # SKIP no compiler here makes shared objects"
    exit 0
fi

mkdir "$scratch/bin" "$scratch/here" "$scratch/home" "$scratch/block"
{ echo '#!/bin/sh'; echo "exec $cc -Werror \"\$@\""; } >"$scratch/bin/gcc"
cp "$scratch/bin/gcc" "$scratch/bin/cc"
cxx=${VOC_TEST_CXX-c++}
if echo 'int x;' | ${cxx:-false} -shared -fPIC -x c++ -o "$scratch/x.so" - 2>/dev/null; then
    { echo '#!/bin/sh'; echo "exec $(command -v "$cxx") -Werror \"\$@\""; } >"$scratch/bin/g++"
else
    cxx=
fi
{ echo '#!/bin/sh'; echo "exec '$VOC' \"\$@\""; } >"$scratch/bin/voc"
{ echo '#!/bin/sh'; echo "test \"\$*\" = '--cflags voc-plugin' && echo '-I$src/core/include'"; } >"$scratch/bin/pkg-config"
chmod +x "$scratch"/bin/*
CCACHE_PATH=${CCACHE_PATH-$PATH} # where a cache that stands in a compiler's name looks for it: not among those scripts
PATH=$scratch/bin:$PATH
HOME=$scratch/home
XDG_DATA_HOME=$scratch/home/data
export CCACHE_PATH PATH HOME XDG_DATA_HOME
unset MAKEFLAGS MFLAGS MAKELEVEL # a make of the guide is not part of the one that runs this

# Each fenced block becomes NNN (its text) and NNN.info (what stands behind the fence, and the line).
awk -v to="$scratch/block/" '
    /^```/ && !inside { inside = 1; file = to sprintf("%03d", ++n); print substr($0, 4) > (file ".info"); print FNR > (file ".line"); printf "" > file; next }
    /^```/ { inside = 0; close(file); next }
    inside { print > file }' "$guide"

# A command that hangs is a failure, not the end of the run.
limit=
command -v timeout >/dev/null 2>&1 && limit='timeout 600'

count=0
# result OK TEXT [FILE]
result() {
    count=$((count + 1))
    if test "$1" = 0; then echo "ok $count - $2"; else echo "not ok $count - $2"; sed 's/^/# /' "$3"; fi
}

cd "$scratch/here" || exit 99
skipped=
: >"$scratch/out"
for info in "$scratch"/block/*.info; do
    block=${info%.info}
    line=$(cat "$block.line")
    case $(cat "$info") in
    *' file='*)
        cp "$block" "$(sed 's/.* file=//' "$info")"
        ;;
    sh | 'sh c++')
        skipped=
        if test "$(cat "$info")" = 'sh c++' && test -z "$cxx"; then
            skipped=yes
            count=$((count + 1))
            echo "ok $count # SKIP line $line: there is no C++ compiler"
            continue
        fi
        $limit sh -e "$block" >"$scratch/out" 2>"$scratch/err" </dev/null
        status=$?
        result $status "line $line: the commands succeed" "$scratch/err"
        test $status -eq 0 || break
        ;;
    text | 'text error-output')
        test -z "$skipped" || continue
        came=$scratch/out
        test "$(cat "$info")" = text || came=$scratch/err
        if test -n "${VOC_UPDATE_GOLDEN-}"; then
            cp "$came" "$block"
        fi
        diff -u "$block" "$came" >"$scratch/diff"
        result $? "line $line: they print what stands there" "$scratch/diff"
        ;;
    *)
        cat "$info" >"$scratch/diff"
        result 1 "line $line: a block of a known kind" "$scratch/diff"
        ;;
    esac
done

if test -n "${VOC_UPDATE_GOLDEN-}"; then
    awk -v from="$scratch/block/" '
        /^```/ && !inside { inside = 1; print; file = from sprintf("%03d", ++n); while ((getline line < file) > 0) print line; next }
        /^```/ { inside = 0; print; next }
        !inside' "$guide" >"$scratch/guide" && cat "$scratch/guide" >"$guide"
fi
test $count -ge 15 || result 1 "the guide has its examples" "$guide"
echo "1..$count"
