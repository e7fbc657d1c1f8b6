#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What says nothing new changes no answer (methods/laws.py): the same events in other files, another order, with other names, read by more
# threads, settled, in little memory.

: "${VOC:?is the path of the program to test}"
here=$(cd "$(dirname "$0")" && pwd)/methods
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

if ! command -v python3 >/dev/null 2>&1; then echo "1..0 # SKIP there is no python3"; exit 0; fi
cd "$work" || exit 99
PYTHONDONTWRITEBYTECODE=1 python3 "$here/laws.py" "$VOC" "$work" 9 10 13 32 >told 2>&1
if test "$(wc -l <told)" -eq 1 && test "$(sed 's/^compared //' told)" -ge 900; then
    echo "ok 1 - what says nothing new changes no answer"
else
    echo "not ok 1 - what says nothing new changes no answer"
    head -n 12 told | sed 's/^/# /'
fi
echo "1..1"
