# SPDX-License-Identifier: MIT
"""Six ways to split the credit: METHODS 3.10."""
import itertools
import math

from stats import wilson
from world import DAY


def ends_of(j, unit):
    """When paths end: time, won or not, and until when touches are nobody's."""
    w, stays, i = j.world, [s for s in j.stays if s["unit"] == unit], 0
    while i < len(stays):
        s = stays[i]
        reached, taken = (w.win == ("stage", s["stage"])), (w.win == ("exit", s["exit"]))
        if reached or taken:
            episode = [x for x in stays if x["episode"] == s["episode"]]
            yield s["in"] if reached else s["out"], True, math.inf if episode[-1]["out"] is None else episode[-1]["out"]
            i = stays.index(episode[-1])
        elif s["end"] in ("exit", "lapsed"):
            yield s["out"], False, s["out"]
        i += 1


def paths_of(j):
    """Touches, their times, and whether a conversion came."""
    out = []
    for unit, events in j.events.items():
        touches = [(e["time"], e["touch"]) for e in events if e["touch"] and (j.world.start is None or e["time"] >= j.world.start)]
        ends = list(ends_of(j, unit))
        for at, won, over in ends:
            path = [t for t in touches if t[0] < at or (t[0] == at and not won)]
            out.append((path, won))
            touches = [t for t in touches if t not in path and t[0] >= over]
        if touches or not ends:
            out.append((touches, False))
    return [([k for _, k in path], [t for t, _ in path], won) for path, won in out]


def absorbed(kinds, paths, without=None):
    """P(conversion) from the start, all moves into `without` leading nowhere; by iteration of the chain until it rests."""
    moves = {}
    for touched, _, won in paths:
        for a, b in zip(["start"] + touched, touched + ["won" if won else "lost"]):
            moves.setdefault(a, []).append(b)
    chance = dict.fromkeys(["start", "lost"] + kinds, 0.0)
    chance["won"] = 1.0
    for _ in range(20000):
        before = dict(chance)
        for a, to in moves.items():
            chance[a] = math.fsum(0 if b == without else chance[b] for b in to) / len(to)
        if all(abs(chance[a] - before[a]) < 1e-16 for a in chance):
            break
    return chance["start"]


def credits_of(paths):
    touched = [p for p in paths if p[0]]
    kinds, won = sorted({k for p in touched for k in p[0]}), [p for p in touched if p[2]]
    out = {m: dict.fromkeys(kinds, 0.0) for m in ("first", "last", "even", "recent", "missing", "gain")}
    for kind, times, _ in won:
        recent = [2 ** (-(times[-1] - t) / (7 * DAY)) for t in times]
        out["first"][kind[0]] += 1
        out["last"][kind[-1]] += 1
        for k, r in zip(kind, recent):
            out["even"][k] += 1 / len(kind)
            out["recent"][k] += r / sum(recent)
    whole = absorbed(kinds, touched)
    removal = {k: 1 - absorbed(kinds, touched, k) / whole if whole else None for k in kinds}

    def rate(among):
        inside = [p[2] for p in paths if set(p[0]) <= set(among)]
        return sum(inside) / len(inside) if inside else 0

    for k in kinds:
        out["missing"][k] = removal[k] / sum(removal.values()) * len(won) if whole else None
        others = [x for x in kinds if x != k]
        for n in range(len(kinds)):
            for among in itertools.combinations(others, n):
                out["gain"][k] += (rate(among + (k,)) - rate(among)) / len(kinds) / math.comb(len(kinds) - 1, n)
    return out


def compare(j, voc, same):
    tables, paths = voc.tables("attribution", "--top", "0"), paths_of(j)
    if tables is None:
        same("paths where attribution refuses", sum(bool(p[0]) for p in paths), 0)
        return
    wanted, ways = credits_of(paths), {}
    for r in tables["credits"]:
        same("credit of %s by %s" % (r["touch"], r["model"]), r["effect"] if r["model"] == "gain" else r["credit"], wanted[r["model"]][r["touch"]], 1e-8)
    for kinds, _, won in paths:
        if kinds:
            ways.setdefault(" > ".join(kinds), []).append(won)
    same("paths", {r["path"]: [r["paths"], r["won"]] for r in tables["all_paths"]}, {k: [len(x), sum(x)] for k, x in ways.items()})
    for r in tables["all_paths"]:
        same("range of " + r["path"], [r["rate_low"], r["rate_high"]], list(wilson(r["won"], r["paths"])))
