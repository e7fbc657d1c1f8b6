# SPDX-License-Identifier: MIT
"""Holds voc beside PM4Py over real logs: counts of what directly follows what, of ways, of first and last actions, and how long each
case took. Speaks TAP; started by pm4py.sh.

    python3 pm4py_compare.py VOC PATH/TO/logs
"""
import contextlib, csv, io, os, subprocess, sys, tempfile, warnings

warnings.filterwarnings("ignore")
with contextlib.redirect_stdout(sys.stderr):  # it greets
    import pm4py

LOGS = ["receipt", "bpic2013_closed", "interval_event_log", "reviewing", "repairExample"]


def rows(voc, *args):
    run = subprocess.run([voc, *args, "--format", "csv", "--quiet"], capture_output=True, check=True)
    lines = [line for line in run.stdout.decode().split("\n") if not line.startswith("#")]
    return list(csv.DictReader(io.StringIO("\n".join(lines))))


def ours(voc, path, folder):
    project = os.path.join(folder, "log.voc")
    if os.path.exists(project):
        os.remove(project)
    subprocess.run([voc, "import", project, path, "--quiet"], capture_output=True, check=True)
    edges = {(r["from"], r["to"]): int(r["count"]) for r in rows(voc, "flow", project, "--all", "--table", "edges")}
    ways = {tuple(r["sequence"].split(" > ")): int(r["count"]) for r in rows(voc, "variants", project, "--collapse=no", "--top", "0", "--table", "sequences")}
    took = sorted(float(r["took"]) for r in rows(voc, "sql", project, "SELECT (max(time_us) - min(time_us)) / 1e6 AS took FROM event GROUP BY unit"))
    return {"what follows what": {e: n for e, n in edges.items() if e[0] != "(start)" and e[1] != "(end)"},
            "first actions": {e[1]: n for e, n in edges.items() if e[0] == "(start)"},
            "last actions": {e[0]: n for e, n in edges.items() if e[1] == "(end)"}, "ways": ways, "durations of cases": took}


def theirs(path):
    """An event is at its time:timestamp, as for us; PM4Py would order events that have one by start_timestamp."""
    with contextlib.redirect_stdout(sys.stderr):
        log = pm4py.read_xes(path)
    if "start_timestamp" in log.columns:
        log = log.drop(columns="start_timestamp").sort_values(["case:concept:name", "time:timestamp"], kind="stable")
    edges, first, last = pm4py.discover_dfg(log)
    return {"what follows what": dict(edges), "first actions": dict(first), "last actions": dict(last),
            "ways": {tuple(way): int(n) for way, n in pm4py.get_variants(log).items()}, "durations of cases": sorted(pm4py.get_all_case_durations(log))}


def same(a, b):
    if isinstance(a, list):
        return len(a) == len(b) and all(abs(x - y) <= 1e-3 for x, y in zip(a, b))
    return a == b


def main(voc, logs):
    number = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in LOGS:
            path = os.path.join(logs, name + ".xes.gz")
            a, b = ours(voc, path, folder), theirs(path)
            for what in a:
                number += 1
                print("%s %d - %s: %s, %d of them" % ("ok" if same(a[what], b[what]) else "not ok", number, name, what, len(a[what])))
                if not same(a[what], b[what]) and isinstance(a[what], dict):
                    for key in sorted(set(a[what]) | set(b[what]), key=str)[:2000]:
                        if a[what].get(key) != b[what].get(key):
                            print("# %s: ours %s, theirs %s" % (key, a[what].get(key), b[what].get(key)))
    print("1..%d" % number)


main(*sys.argv[1:])
