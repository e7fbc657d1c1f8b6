#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The numbers of voc against METHODS, read literally by another program (methods/*.py): stays; how long stages take, where journeys
# break and what changed; the touch trial with its checks, families and money; the models of attribution; needs by role and stage, and themes
# with their negation. On small random worlds that are as ugly as METHODS 14 asks for.

: "${VOC:?is the path of the program to test}"
here=$(cd "$(dirname "$0")" && pwd)/methods
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

if ! command -v python3 >/dev/null 2>&1; then echo "1..0 # SKIP there is no python3"; exit 0; fi
n=0
# holds SUBJECT LAST LEAST WHAT: worlds 1 to LAST, with at least so many numbers to compare
holds() {
    n=$((n + 1))
    PYTHONDONTWRITEBYTECODE=1 python3 "$here/run.py" "$VOC" "$work" "$1" 1 "$2" >told 2>&1
    if test "$(wc -l <told)" -eq 1 && test "$(sed 's/^compared //' told)" -ge "$3"; then
        echo "ok $n - $4"
    else
        echo "not ok $n - $4"
        head -n 12 told | sed 's/^/# /'
    fi
}
cd "$work" || exit 99
holds stages 30 500 "stays are those of METHODS 2"
holds discover 30 1000 "times, breaks and trends are those of METHODS 4"
holds "wide stages" 12 500 "stays of accounts that were known before are those of METHODS 1.5 and 2"
holds "wide discover" 12 600 "times of accounts that were known before are those of METHODS 1.5 and 4"
holds score 40 2500 "touch trials are those of METHODS 3"
holds attribution 25 400 "credits are those of METHODS 3.10"
holds needs 13 9000 "needs, themes and what one role does more are those of METHODS 6 and 12"
echo "1..$n"
