#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The paths of real logs have the figures of paths.tsv (made by derive.py, which is not ours): paths.py says it in TAP. VOC is the program;
# without the data (VOC_SHARED) or python3 it is skipped.

here=$(cd "$(dirname "$0")" && pwd)
: "${VOC:?is the path of the program to test}"
logs=${VOC_SHARED:-$here/../../../shared}/data/xes
test -d "$logs" || { echo "1..0 # SKIP the shared data is not here"; exit 0; }
command -v python3 >/dev/null 2>&1 || { echo "1..0 # SKIP python3 is not here"; exit 0; }
exec python3 "$here/paths.py" "$VOC" "$logs" "$here/paths.tsv"
