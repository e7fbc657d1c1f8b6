#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Whoever follows a reference arrives: files that comments, pages and scripts name are there, and a section is cited of a page that
# everybody has (methods.sh holds the sections of METHODS).

. "${VOC_TEST_SRCDIR:-.}/tests/lint/lib.sh"

folders='docs|core|plugins|tests|bench|journeys|share|base|io|store|identity|journey|report|host|cli|extension'

# "file:line:path"; a path is from the top, from core/ or from plugins/. What the build makes is named in make files alone.
named=$(text_files | grep -v '\.mk$' | tr "\n" "\0" |
    xargs -0 grep -noE "(^|[^A-Za-z0-9_./*\$}-])($folders)/[A-Za-z0-9_/.-]*[A-Za-z0-9_]\.(c|h|md|sh|mk|rng|list|py)\b" /dev/null |
    sed -E "s/^([^:]*:[0-9]+):[^a-z]?/\1:/")

rule "every file that is named is there" "$(printf '%s\n' "$named" | while IFS=: read -r file line path; do
    test -e "$path" || test -e "core/$path" || test -e "plugins/$path" || echo "$file:$line: $path"
done)"

rule "names of files are found at all" "$(test "$(printf '%s\n' "$named" | wc -l)" -ge 300 || echo "fewer than 300")"

rule "a section is cited of METHODS, or of a standard" "$(text_files | tr "\n" "\0" |
    xargs -0 grep -nE '\b[A-Z][A-Z-]{3,} sections? [0-9]' /dev/null | cut -c 1-160)"

finish
