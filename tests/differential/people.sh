#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Who is one person across sources: as METHODS 1.3 says it, written once more in plain Python (people.py), on its reference and on
# small worlds with role mailboxes, switchboards, shared cookies, misspelled numbers and files in any order.

: "${VOC:?is the path of the program to test}" "${VOC_TEST_SRCDIR:?is the top of the sources}"
src=$(cd "$VOC_TEST_SRCDIR" && pwd) || exit 99
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

if ! command -v python3 >/dev/null 2>&1; then echo "1..0 # SKIP there is no python3"; exit 0; fi
echo "1..1"
PYTHONDONTWRITEBYTECODE=1 python3 "$src/tests/differential/people.py" "$VOC" "$work" "$src/tests/truth" 24 >"$work/told" 2>&1
if test "$(wc -l <"$work/told")" -eq 1 && test "$(sed 's/^compared //' "$work/told")" -ge 450; then
    echo "ok 1 - people are those of METHODS 1.3"
else
    echo "not ok 1 - people are those of METHODS 1.3"
    head -n 12 "$work/told" | sed 's/^/# /'
fi
