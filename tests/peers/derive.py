# SPDX-License-Identifier: MIT
"""Figures of the paths of real logs, by other means than ours: Python's XML reader, and counting. Writes paths.tsv, which paths.py holds
against what voc says (and which agree with PM4Py, see pm4py.sh):

    python3 derive.py PATH/TO/logs NAME... >paths.tsv
"""
import collections, datetime, gzip, os, sys
import xml.etree.ElementTree as tree


def time_of(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def cases(path):
    """Of each trace its (time, action) in order of time, and of the file where times are equal."""
    found = collections.OrderedDict()
    for _, trace in tree.iterparse(gzip.open(path)):
        if trace.tag.split("}")[-1] != "trace":
            continue
        values = lambda e: {c.get("key"): c.get("value") for c in e if c.get("key")}
        name = values(trace)["concept:name"]
        events = [values(e) for e in trace if e.tag.split("}")[-1] == "event"]
        found.setdefault(name, []).extend((time_of(e["time:timestamp"]), e["concept:name"]) for e in events)
        trace.clear()
    return [sorted(c, key=lambda e: e[0]) for c in found.values() if c]


def figures(path):
    all_cases = cases(path)
    edges, ways, first, last = (collections.Counter() for _ in range(4))
    for case in all_cases:
        way = tuple(a for _, a in case)
        ways[way] += 1
        first[way[0]] += 1
        last[way[-1]] += 1
        edges.update(zip(way, way[1:]))
    took = [(c[-1][0] - c[0][0]) / datetime.timedelta(microseconds=1) for c in all_cases]
    yield "cases", len(all_cases)
    yield "edges", len(edges)
    yield "steps", sum(edges.values())
    yield "squares of steps", sum(n * n for n in edges.values())
    yield "ways", len(ways)
    yield "squares of ways", sum(n * n for n in ways.values())
    yield "squares of first actions", sum(n * n for n in first.values())
    yield "squares of last actions", sum(n * n for n in last.values())
    yield "microseconds", int(sum(took))
    yield "longest", int(max(took))


if __name__ == "__main__":
    for name in sys.argv[2:]:
        for what, n in figures(os.path.join(sys.argv[1], name + ".xes.gz")):
            print("%s\t%s\t%d" % (name, what, n))
