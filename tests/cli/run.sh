#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The cases of the command line. A case is a folder of tests/cli/cases, named in words for what must hold:
#   cmd            a shell snippet, run by sh in a fresh folder; it has $VOC (the program), $CASE (this folder), $VOC_SHARED
#   in/            copied into that fresh folder first, if there is one
#   expected.out   its standard output, exactly (none: it must print nothing)
#   expected.err   its standard error, exactly (none: it must print nothing)
#   expected.rc    its exit status (none: 0)
#   out.sub        a sed script that both outputs go through first, for what really differs between two runs
# A cmd that exits with 77 is skipped; what it wrote last to standard error is the reason.
#
#   VOC=path/to/voc tests/cli/run.sh [CASE...]      all cases, or those named
#   VOC=path/to/voc tests/cli/run.sh --share 2/8    the 2nd of 8 shares: make check runs them beside each other (share-2.sh)
#   VOC_UPDATE_GOLDEN=1                             write what came out as what is expected; `git diff` is the review

here=$(cd "$(dirname "$0")" && pwd)
: "${VOC:?is the path of the program to test}"
: "${VOC_SHARED:=$here/../../../shared}"
export VOC VOC_SHARED
cases=$here/cases

# A command that hangs is a failure of its case, not of the run.
limit=
command -v timeout >/dev/null 2>&1 && limit='timeout 600'

scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM

# A person's own plugins and settings are not part of a case.
HOME=$scratch/home
export HOME
mkdir "$HOME"

share=
if test "${1-}" = --share; then
    share=${2:?is I/N: which share of how many}
    shift 2
fi
if test $# -eq 0; then
    # Every N-th, so that neighbours in name, which often ask for the same work, come to different shares.
    set -- $(cd "$cases" 2>/dev/null && for c in */cmd; do test -f "$c" && dirname "$c"; done |
        awk -v i="${share%/*}" -v n="${share#*/}" 'n == "" || NR % n == i % n')
fi
echo "1..$#"

number=0
for name do
    number=$((number + 1))
    CASE=$cases/$name
    export CASE
    if test ! -f "$CASE/cmd"; then
        echo "not ok $number - $name: there is no such case"
        continue
    fi
    run=$scratch/run
    got=$scratch/got
    rm -rf "$run" "$got"
    mkdir "$run" "$got"
    if test -d "$CASE/in"; then
        cp -R "$CASE/in/." "$run/"
        chmod -R u+w "$run"
    fi

    (cd "$run" && exec $limit sh "$CASE/cmd") >"$got/out" 2>"$got/err" </dev/null
    status=$?
    if test $status -eq 77; then
        echo "ok $number # SKIP $name: $(tail -n 1 "$got/err")"
        continue
    fi
    echo $status >"$got/rc"
    if test -f "$CASE/out.sub"; then
        for stream in out err; do
            sed -f "$CASE/out.sub" "$got/$stream" >"$got/tmp" && mv "$got/tmp" "$got/$stream"
        done
    fi

    if test -n "${VOC_UPDATE_GOLDEN-}"; then
        for part in out err rc; do
            if test ! -s "$got/$part" || { test $part = rc && test $status -eq 0; }; then
                rm -f "$CASE/expected.$part"
            else
                cmp -s "$got/$part" "$CASE/expected.$part" || cp "$got/$part" "$CASE/expected.$part"
            fi
        done
        echo "ok $number - $name (written)"
        continue
    fi

    wrong=
    for part in rc err out; do
        expected=$CASE/expected.$part
        if test ! -f "$expected"; then
            expected=$scratch/none
            if test $part = rc; then echo 0 >"$expected"; else : >"$expected"; fi
        fi
        if ! cmp -s "$expected" "$got/$part"; then
            wrong="$wrong $part"
            diff -a -u "$expected" "$got/$part" | sed -e "1s|.*|--- expected.$part|" -e "2s|.*|+++ $part that came|" |
                head -n 60 >"$got/diff.$part"
        fi
    done
    if test -z "$wrong"; then
        echo "ok $number - $name"
    else
        echo "not ok $number - $name (differs:$wrong)"
        cat "$got"/diff.* | sed 's/^/# /'
    fi
done
exit 0
