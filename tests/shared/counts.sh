#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Every file of the shared data is read, with the counts of counts.tsv (made by derive.py, which is not ours), or refused with the
# reason: counts.py says it in TAP. VOC is the program; without the data (VOC_SHARED) or python3 it is skipped.

here=$(cd "$(dirname "$0")" && pwd)
: "${VOC:?is the path of the program to test}"
data=${VOC_SHARED:-$here/../../../shared}/data
test -d "$data" || { echo "1..0 # SKIP the shared data is not here"; exit 0; }
command -v python3 >/dev/null 2>&1 || { echo "1..0 # SKIP python3 is not here"; exit 0; }
"$VOC" plugin show email >/dev/null 2>&1 || { echo "1..0 # SKIP there is no input plugin for mails in this build"; exit 0; }
exec python3 "$here/counts.py" "$VOC" "$data" "$here/counts.tsv"
