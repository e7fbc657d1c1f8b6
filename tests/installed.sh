#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Uses what `make install` put in place: the program finds its plugins and its journeys there, and walks the whole way from
# the demo's events to a scored table. `make installcheck` runs it with VOC as the installed program.

set -eu
: "${VOC:?is the installed program}" "${VOC_INSTALLED_PLUGINS:?is their folder}" "${VOC_INSTALLED_JOURNEYS:?is their folder}" \
    "${VOC_INSTALLED_EXTENSION:?is the extension of SQLite, without .so}" "${VOC_INSTALLED_SHARE:?is the folder for data of programs}" \
    "${VOC_INSTALLED_DOC:?is the folder of its pages}"
unset VOC_PLUGIN_PATH VOC_JOURNEY_PATH VOC_SCHEMA_DIR XDG_DATA_HOME

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
HOME=$scratch
export HOME
cd "$scratch"

fail() {
    echo "installcheck: $1" >&2
    exit 1
}

for plugin in "$VOC_INSTALLED_PLUGINS"/*.so; do
    test -f "$plugin" || fail "no plugin in $VOC_INSTALLED_PLUGINS"
    name=$(basename "$plugin" .so)
    "$VOC" plugin show "$name" >shown || fail "voc plugin show $name"
    grep -q "$plugin" shown || fail "$name is not the one that was installed: $(cat shown)"
done
ls "$VOC_INSTALLED_PLUGINS" | grep -v '\.so$' && fail "something else than plugins is in $VOC_INSTALLED_PLUGINS"

for journey in "$VOC_INSTALLED_JOURNEYS"/*/journey.xml; do
    test -f "$journey" || fail "no journey in $VOC_INSTALLED_JOURNEYS"
    name=$(basename "$(dirname "$journey")")
    "$VOC" journey check "$name" >checked 2>&1 || fail "voc journey check $name: $(cat checked)"
done

for page in README.md ARCHITECTURE.md docs/explain.md docs/methods.md docs/plugin-guide.md journeys/README.md; do
    test -s "$VOC_INSTALLED_DOC/$page" || fail "there is no $VOC_INSTALLED_DOC/$page"
    for link in $(grep -oE '\]\([^)#:]+\)' "$VOC_INSTALLED_DOC/$page" | sed 's/^](//; s/)$//'); do
        test -s "$(dirname "$VOC_INSTALLED_DOC/$page")/$link" || fail "$page leads to $link, which is not there"
    done
done

for script in bash-completion/completions/voc zsh/site-functions/_voc fish/vendor_completions.d/voc.fish; do
    test -s "$VOC_INSTALLED_SHARE/$script" || fail "there is no $VOC_INSTALLED_SHARE/$script"
done
"$VOC" help --complete -- journey use p.voc b2b >offered 2>said || fail "voc help --complete: $(cat said)"
test "$(cat offered)" = b2b-sale || fail "voc help --complete offers: $(cat offered)"

"$VOC" demo demo >/dev/null 2>said || fail "voc demo: $(cat said)"
"$VOC" import demo/p.voc demo/all-events.csv --journey b2b-sale >/dev/null 2>said || fail "voc import: $(cat said)"
"$VOC" score demo/p.voc --format csv >scored 2>said || fail "voc score: $(cat said)"
test "$(wc -l <scored)" -gt 5 || fail "voc score gave no table"
test -f "$VOC_INSTALLED_EXTENSION.so" || fail "there is no $VOC_INSTALLED_EXTENSION.so"
if command -v sqlite3 >/dev/null 2>&1 && ! nm -D "$VOC_INSTALLED_EXTENSION.so" 2>/dev/null | grep -q __asan_init; then
    events=$(printf '.load %s\nSELECT count(*) > 1000 FROM event;\n' "$VOC_INSTALLED_EXTENSION" | sqlite3 -batch demo/p.voc 2>&1)
    test "$events" = 1 || fail "the extension: $events"
fi
echo "installcheck: what was installed works"
