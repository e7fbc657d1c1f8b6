#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What the README shows is what the program prints: every line of its first screenful stands in the score of the demo, its
# pictures are those of the demo (VOC_UPDATE_GOLDEN=1 draws them anew), and every command that it names is a command. Speaks TAP.

set -u
here=$(dirname "$0")
root=${VOC_TEST_SRCDIR:-$here/../..}
voc=${VOC:-./voc}
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

echo 1..3

awk '/^```/ { n++; next } n == 1 && $0 !~ /^ *\.\.\.$/' "$root/README.md" >"$tmp/shown"
if "$voc" demo "$tmp" -q && "$voc" import "$tmp/arcwell.voc" "$tmp/all-events.csv" --journey b2b-sale -q >"$tmp/import" &&
    "$voc" score "$tmp/arcwell.voc" >"$tmp/score" && test -s "$tmp/shown" &&
    ! grep -vxFf "$tmp/score" "$tmp/shown" >"$tmp/differs"; then
    echo "ok 1 - the README's screenful is what the demo prints"
else
    echo "not ok 1 - the README's screenful is what the demo prints"
    sed 's/^/# /' "$tmp/differs" 2>/dev/null
fi

"$voc" help >"$tmp/help"
bad=
for word in $(grep -o '\./voc [a-z][a-z]*' "$root/README.md" | sort -u | sed 's/.* //'); do
    grep -q "^  $word" "$tmp/help" || bad="$bad $word"
done
if test -z "$bad"; then
    echo "ok 2 - every command that the README names exists"
else
    echo "not ok 2 - every command that the README names exists"
    echo "# missing:$bad"
fi

bad=
for picture in flow map; do
    "$voc" "$picture" "$tmp/arcwell.voc" -o "$tmp/$picture.svg" -q
    test -z "${VOC_UPDATE_GOLDEN:-}" || cp "$tmp/$picture.svg" "$root/docs/pictures/$picture.svg"
    cmp -s "$tmp/$picture.svg" "$root/docs/pictures/$picture.svg" && grep -q "(docs/pictures/$picture.svg)" "$root/README.md" || bad="$bad docs/pictures/$picture.svg"
done
if test -z "$bad"; then
    echo "ok 3 - the README's pictures are what the demo draws"
else
    echo "not ok 3 - the README's pictures are what the demo draws"
    echo "# differ:$bad"
fi
