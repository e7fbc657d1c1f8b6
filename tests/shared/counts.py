# SPDX-License-Identifier: MIT
"""Every file of every folder of the shared data is read, with an account that adds up and its count of counts.tsv, or it is
refused: named, with the reason and the next step. One import a folder. Speaks TAP; started by counts.sh.

    python3 counts.py VOC PATH/TO/data counts.tsv [--list]      --list: what was read, as paths for derive.py
"""
import csv, io, os, re, subprocess, sys, tempfile

ERROR = re.compile(r"^voc: (.*?)(?::\d+)?: error: (.*) \[([A-Z]+-\d+)\]$")


def inputs(base):
    """(folder, arguments): a folder of mails is one input, the files of any other folder are named one by one."""
    for folder, inner, files in sorted(os.walk(base)):
        inner.sort()
        files = [os.path.join(folder, f) for f in sorted(files) if not f.startswith(".")]
        if ("cur" in inner and not files) or (files and not inner and all(f.endswith(".eml") for f in files)):
            inner[:] = [d for d in inner if d not in ("cur", "new", "tmp")]
            yield folder, [folder]
            files = []
        if files and folder != base:
            yield folder, files


def sums(row):
    n = {k: int(row[k]) for k in ("records", "gave_rows", "rejected", "ignored", "bytes", "record_bytes", "framing_bytes", "events")}
    return n["records"] == n["gave_rows"] + n["rejected"] + n["ignored"] and n["bytes"] == n["record_bytes"] + n["framing_bytes"]


def read(voc, args, project):
    """One import: rows by argument, refusals by argument, what is wrong with the telling of either."""
    run = subprocess.run([voc, "import", project, *args, "--format", "csv", "--quiet", "--threads", "1"], capture_output=True)
    out, lines = run.stdout.decode(errors="replace"), run.stderr.decode(errors="replace").split("\n")
    rows, refused, wrong = {}, {}, []
    names = {}
    for a in args:
        names.setdefault(os.path.basename(a), []).append(a)
    for row in csv.DictReader(io.StringIO(out)):
        name = row["file"].split("!")[0]
        if name not in names:
            wrong.append("a row names %s" % name)
            continue
        rows.setdefault(names[name][0], []).append(row)
        if not sums(row):
            wrong.append("the account of %s does not add up" % name)
    for i, line in enumerate(lines):
        m = ERROR.match(line)
        if not m:
            continue
        path = m.group(1).split("!")[0]
        path = next((a for a in args if path.startswith(a + "/")), path)  # a file in an archive
        if not path or path not in args:
            wrong.append("an error is of no file: %s" % line)
        if not (i + 1 < len(lines) and lines[i + 1].startswith("  ")):
            wrong.append("an error does not say what to do: %s" % line)
        refused.setdefault(path, m.group(3))
    wrong += ["%s is neither read nor refused" % a for a in args if a not in rows and a not in refused]
    if run.returncode not in (0, 3, 4):
        wrong.append("exit %d" % run.returncode)
    return rows, wrong


def main():
    voc, base, table = sys.argv[1:4]
    listing = "--list" in sys.argv
    expected = {}
    with open(table) as f:
        for line in f:
            path, column, n, _ = line.rstrip("\n").split("\t")
            expected[path] = (column, int(n))
    done, number, seen = 0, 0, set()
    with tempfile.TemporaryDirectory() as scratch:
        for folder, args in inputs(base):
            number += 1
            rows, wrong = read(voc, args, os.path.join(scratch, "p%d.voc" % number))
            for a in args:
                path = os.path.relpath(a, base)
                if a in rows and listing:
                    print(path)
                if path not in expected:
                    if a in rows and not listing:
                        wrong.append("%s is read, and derive.py was not asked what it holds" % path)
                    continue
                seen.add(path)
                column, n = expected[path]
                got = sum(int(r[column]) for r in rows.get(a, ()))
                if a not in rows:
                    wrong.append("%s is refused, and holds %d %s" % (path, n, column))
                elif got != n:
                    wrong.append("%s: %d %s, and there are %d" % (path, got, column, n))
                done += 1
            if not listing:
                print("%s %d - %s: %d inputs" % ("not ok" if wrong else "ok", number, os.path.relpath(folder, base), len(args)))
                for w in wrong:
                    print("# " + w)
    if listing:
        return
    gone = sorted(set(expected) - seen)
    number += 1
    print("%s %d - all %d counts of the table were compared" % ("not ok" if gone else "ok", number, len(expected)))
    for path in gone:
        print("# not there: " + path)
    print("1..%d" % number)


main()
