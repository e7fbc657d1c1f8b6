#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What follows what, ways, first and last actions and durations of cases of real logs, beside those of PM4Py, an independent reader: pm4py.py
# says it in TAP. VOC is the program; PM4PY the Python that has it (python3). Skipped without PM4Py or the data (VOC_SHARED).

here=$(cd "$(dirname "$0")" && pwd)
: "${VOC:?is the path of the program to test}"
logs=${VOC_SHARED:-$here/../../../shared}/data/xes
python=${PM4PY:-python3}
test -d "$logs" || { echo "1..0 # SKIP the shared data is not here"; exit 0; }
"$python" -c 'import pm4py' >/dev/null 2>&1 || { echo "1..0 # SKIP PM4Py is not here (pip install pm4py; PM4PY is the Python that has it)"; exit 0; }
exec "$python" "$here/pm4py_compare.py" "$VOC" "$logs"
