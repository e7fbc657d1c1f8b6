# SPDX-License-Identifier: MIT
"""PM4Py on an XES file: each way that is taken, and what directly follows what, how often, after what median and mean time; writes the latter.

    python3 mining.py LOG.xes
"""
import contextlib, sys, warnings

warnings.filterwarnings("ignore")
with contextlib.redirect_stdout(sys.stderr):  # it greets
    import pm4py
    log = pm4py.read_xes(sys.argv[1])
ways = pm4py.get_variants(log)
counts, _, _ = pm4py.discover_dfg(log)
gaps, _, _ = pm4py.discover_performance_dfg(log)
for (a, b), n in counts.items():
    print(a, b, n, gaps[a, b]["median"], gaps[a, b]["mean"], sep="\t")
