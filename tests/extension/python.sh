#!/bin/sh
# SPDX-License-Identifier: MIT
#
# vocstream.so in Python: joins with the user's own table, what another process imports in between, and the locks of the
# process. The first Python whose sqlite3 may load extensions runs python.py, which says its own TAP.

: "${VOC:?is the path of the program to test}" "${VOC_TEST_BUILDDIR:?is the top of the build tree}" "${VOC_TEST_SRCDIR:?is the top of the sources}"
extension=$VOC_TEST_BUILDDIR/core/extension/vocstream
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

python=
for candidate in python3 /usr/bin/python3; do
    "$candidate" -c 'import sqlite3, sys; sys.exit(not (hasattr(sqlite3.Connection, "enable_load_extension") and sqlite3.sqlite_version_info >= (3, 39)))' 2>/dev/null &&
        python=$candidate && break
done
if test -z "$python"; then
    echo "1..0 # SKIP there is no Python whose sqlite3 may load extensions"
    exit 0
fi
preload=
if nm -D "$extension.so" 2>/dev/null | grep -q __asan_init; then
    preload=$(${VOC_TEST_CC:-cc} -print-file-name=libasan.so)
    VOC_ASAN_OPTIONS=${ASAN_OPTIONS-}
    ASAN_OPTIONS=detect_leaks=0:verify_asan_link_order=0
    export ASAN_OPTIONS VOC_ASAN_OPTIONS
fi
"$VOC" demo "$work/demo" --quiet >/dev/null 2>"$work/log" || { echo "1..1"; echo "not ok 1 - the demo is made"; exit 0; }
# The example of docs/sql.md is run as it stands there but for the path; python.py compares what it prints.
awk '/^```python/ { on = 1; next } /^```/ { on = 0 } on' "$VOC_TEST_SRCDIR/docs/sql.md" | sed "s|/usr/local/lib/vocstream/vocstream|$extension|" >"$work/example.py"
awk '/^```text/ { on = 1; next } /^```/ { on = 0 } on' "$VOC_TEST_SRCDIR/docs/sql.md" >"$work/example.out"
cd "$work" && LD_PRELOAD=$preload PYTHONDONTWRITEBYTECODE=1 "$python" "$VOC_TEST_SRCDIR/tests/extension/python.py" "$VOC" "$extension"
