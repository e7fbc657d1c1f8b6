#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Where "METHODS 3.7" leads: docs/methods.md has a heading for every section that is cited, each once.

. "${VOC_TEST_SRCDIR:-.}/tests/lint/lib.sh"

page=docs/methods.md

# "### 3.7 The verdict" and "## 3. What a touch does": their numbers.
sections=$(sed -nE 's/^##+ ([0-9]+(\.[0-9]+)?)\.? .*/\1/p' "$page")

# "file:line: METHODS 4.5 to 4.7", "... METHODS 1.1, 1.3": of a list and of a range every number that is written.
cited=$(text_files | tr "\n" "\0" |
    xargs -0 grep -onE 'METHODS [0-9]+(\.[0-9]+)?((, | and | to |/)[0-9]+(\.[0-9]+)?)*' /dev/null)

rule "every section that is cited as METHODS n.m has a heading in $page" "$(printf '%s\n' "$cited" |
    awk -v sections="$sections" '
        BEGIN {
            n = split(sections, number, "\n")
            for (i = 1; i <= n; i++) is[number[i]] = 1
        }
        {
            place = $0; sub(/:METHODS .*/, "", place)
            list = $0; sub(/.*METHODS /, "", list)
            n = split(list, number, /, | and | to |\//)
            for (i = 1; i <= n; i++) if (!(number[i] in is)) print place ": METHODS " number[i]
        }')"

rule "citations are found at all" "$(test "$(printf '%s\n' "$cited" | wc -l)" -ge 50 || echo "$page: fewer than 50 citations")"

rule "no section of $page is there twice" "$(printf '%s\n' "$sections" | LC_ALL=C sort | uniq -d | sed "s|^|$page: |")"

finish
