# SPDX-License-Identifier: MIT
"""What voc says of the paths of real logs, against the figures that derive.py found without it. Speaks TAP; started by paths.sh.

    python3 paths.py VOC PATH/TO/logs paths.tsv
"""
import csv, io, os, subprocess, sys, tempfile


def rows(voc, *args):
    run = subprocess.run([voc, *args, "--format", "csv", "--quiet"], capture_output=True, check=True)
    return list(csv.DictReader(io.StringIO("\n".join(line for line in run.stdout.decode().split("\n") if not line.startswith("#")))))


def figures(voc, path, folder):
    project = os.path.join(folder, os.path.basename(path) + ".voc")
    subprocess.run([voc, "import", project, path, "--quiet"], capture_output=True, check=True)
    edges = [(r["from"], r["to"], int(r["count"])) for r in rows(voc, "flow", project, "--all", "--table", "edges")]
    ways = [int(r["count"]) for r in rows(voc, "variants", project, "--collapse=no", "--top", "0", "--table", "sequences")]
    took = [int(r["took"]) for r in rows(voc, "sql", project, "SELECT max(time_us) - min(time_us) AS took FROM event GROUP BY unit")]
    steps = [n for a, b, n in edges if a != "(start)" and b != "(end)"]
    return {"cases": sum(ways), "edges": len(steps), "steps": sum(steps), "squares of steps": sum(n * n for n in steps), "ways": len(ways),
            "squares of ways": sum(n * n for n in ways), "squares of first actions": sum(n * n for a, _, n in edges if a == "(start)"),
            "squares of last actions": sum(n * n for _, b, n in edges if b == "(end)"), "microseconds": sum(took), "longest": max(took)}


def main(voc, logs, wanted):
    known, number = {}, 0
    for name, what, n in csv.reader(open(wanted), delimiter="\t"):
        known.setdefault(name, {})[what] = int(n)
    print("1..%d" % len(known))
    with tempfile.TemporaryDirectory() as folder:
        for number, name in enumerate(known, 1):
            got = figures(voc, os.path.join(logs, name + ".xes.gz"), folder)
            print("%s %d - %s has the steps, ways and durations that others count" % ("ok" if got == known[name] else "not ok", number, name))
            for what in known[name]:
                if got.get(what) != known[name][what]:
                    print("# %s: %s, not %s" % (what, got.get(what), known[name][what]))


main(*sys.argv[1:])
