#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The man pages that the build made: one for each command, each well formed.

. "${VOC_TEST_SRCDIR:-.}/tests/lint/lib.sh"

pages=${VOC_TEST_BUILDDIR:-.}/docs
if test ! -f "$pages/voc.1"; then
    skip "man pages" "this build made none"
    finish
fi

# The overview names every command: ".B voc NAME [NAME] ARGUMENTS" (arguments are in capitals or brackets).
names=$(sed -n 's/^\.B voc \([a-z].*\)/\1/p' "$pages/voc.1" | sed 's/ *[A-Z[].*//; s/ *$//; s/\\-/-/g; s/ /-/g')

rule "the overview names the commands" "$(test "$(echo "$names" | wc -l)" -ge 10 || echo "docs/voc.1: only: $names")"
rule "every command has its man page" "$(for name in $names; do
    test -s "$pages/voc-$name.1" || echo "docs/docs.mk: no docs/voc-$name.1"
done)"
rule "every man page is of a command" "$(for page in "$pages"/voc-*.1; do
    name=$(basename "$page" .1)
    echo "$names" | grep -qx -e "${name#voc-}" || echo "docs/docs.mk: docs/$name.1 is of no command"
done)"
rule "every man page has a title, a name and a synopsis" "$(for page in "$pages"/voc*.1; do
    for what in '^\.TH ' '^\.SH NAME' '^\.SH SYNOPSIS' '^\.SH DESCRIPTION'; do
        grep -q "$what" "$page" || echo "$page: no $what"
    done
done)"

rule "every format that is read has its man page" "$(for folder in plugins/input/*/; do
    name=$(basename "$folder")
    test -s "$folder/voc-input-$name.7" || echo "$folder: no voc-input-$name.7"
done)"

if command -v man >/dev/null 2>&1 && man --version >/dev/null 2>&1; then
    rule "man has nothing to say against a page" "$(for page in "$pages"/voc*.1; do
        MANWIDTH=100 man --warnings -E UTF-8 -l "$page" 2>&1 >/dev/null
    done)"
else
    skip "man has nothing to say against a page" "there is no man"
fi

finish
