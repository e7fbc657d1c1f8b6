# SPDX-License-Identifier: MIT
"""The touch trial: METHODS 3.2 to 3.7 for push touches, everything by walking all events. `None` is not known."""
import math

from stats import Z, adjusted, two_sided
from world import DAY, TOUCHES

HOUR = DAY // 24


def floor_to(t, unit):
    return t // unit * unit


def is_after(y, y_unit, t, t_unit):
    unit = max(y_unit, t_unit)
    return floor_to(y, unit) > floor_to(t, unit)


class Trial:
    """All touches of one touchpoint in stays, and the matched sets of the fresh ones."""

    def __init__(self, j, touch):
        self.j, self.touch, self.window = j, touch, j.world.window
        self.touches, self.sets, self.groups = [], [], {}
        for s in j.stays:
            if not s["cut"]:
                self.groups.setdefault((s["stage"], s["segment"]), []).append(s)
        for group in self.groups.values():
            group.sort(key=lambda s: (s["in"], s["unit"].encode(), s["number"]))
        for unit in sorted(j.events, key=str.encode):
            for i, e in enumerate(j.events[unit]):
                if e["touch"] == touch and (j.world.start is None or e["time"] >= j.world.start):
                    self.open(unit, e, j.events[unit][:i])

    def open(self, unit, e, before):
        stay = [s for s in self.j.stays if s["unit"] == unit and s["in"] <= e["time"] < s["until"] and not s["cut"]]
        if not stay or e["time"] >= self.j.end:
            return
        self.touches.append(stay[0])
        if any(b["touch"] == self.touch and b["time"] >= e["time"] - self.window for b in before):
            return
        stay, x, grain = stay[0], e["time"], e["unit"]
        own = self.member(stay, x, grain, x + self.window)
        own.update(stage=stay["stage"], segment=stay["segment"], time=x, others=[])
        group, classes = self.groups[stay["stage"], stay["segment"]], self.classes(unit, x, grain)
        for s in self.outward(group, group.index(stay)):
            at = s["in"] + x - stay["in"]
            if len(own["others"]) < 20 and s["account"] != stay["account"] and at < min(s["until"], self.j.end) and self.is_free(s["unit"], at) \
                    and self.classes(s["unit"], at, grain) == classes:
                later = [b["time"] for b in self.j.events[s["unit"]] if b["touch"] == self.touch and b["time"] > at]
                own["others"].append(self.member(s, at, grain, min([at + self.window] + later)))
        lag = min(self.window, x - stay["in"] - 7 * DAY)
        for m in [own] + own["others"]:
            acts = [a for a in self.j.events[m["unit"]] if self.j.is_action(a, without=("harm",))]
            m["before"] = sum(m["at"] - 7 * DAY - lag <= a["time"] < m["at"] - 7 * DAY for a in acts) if lag > 0 else None
            m["trigger"] = any(self.just_before(a, m["at"], grain) for a in acts)
            m["bundle"] = {t: any(b["touch"] == t and m["at"] - 7 * DAY <= b["time"] <= m["at"] + self.window for b in self.j.events[m["unit"]]) for t in TOUCHES}
        self.sets.append(own)

    @staticmethod
    def just_before(a, x, grain):
        unit = max(a["unit"], grain)
        return floor_to(a["time"], unit) == floor_to(x, unit) if unit > HOUR else x - HOUR <= a["time"] < x

    @staticmethod
    def outward(group, i):
        left, right = i - 1, i + 1
        while left >= 0 or right < len(group):
            if right == len(group) or (left >= 0 and group[i]["in"] - group[left]["in"] <= group[right]["in"] - group[i]["in"]):
                yield group[left]
                left -= 1
            else:
                yield group[right]
                right += 1

    def is_free(self, unit, x):
        return not any(b["touch"] == self.touch and x - self.window <= b["time"] <= x for b in self.j.events[unit])

    def classes(self, unit, x, grain):
        before = [e for e in self.j.events[unit] if is_after(x, grain, e["time"], e["unit"])]
        acts = [e["time"] for e in before if self.j.is_action(e, without=("harm",))]
        recency = sum(not acts or x - max(acts) > days * DAY for days in (1, 7, 30))
        others = sum(bool(e["touch"]) and e["touch"] != self.touch and e["time"] >= x - self.window for e in before)
        engaged = sum(t >= x - 90 * DAY for t in acts)
        return recency, min(others, 2), (engaged > 1) + (engaged > 4)

    def is_outcome(self, e):
        of = e["ref"]
        same_unit = of and (of["account"] == e["account"] if self.j.world.unit == "account" else of["person"] == e["person"])
        return e["actor"] == "customer" and self.j.class_of(e) == "value" and not (same_unit and of["touch"] == self.touch)

    def member(self, stay, x, grain, end):
        """Followed from x to `end` at most: how long, and the event, for the aim and for harm."""
        end, out = min(end, stay["until"], self.j.end), {"unit": stay["unit"], "account": stay["account"], "at": x}
        for what, counts in (("aim", self.is_outcome), ("harm", lambda e: e["actor"] == "customer" and self.j.class_of(e) == "harm")):
            first = [e for e in self.j.events[stay["unit"]] if counts(e) and is_after(e["time"], e["unit"], x, grain) and e["time"] <= end][:1]
            out[what] = ((first[0]["time"] if first else end) - x, first[0] if first else None)
        return out


# ---- METHODS 3.4: the estimate --------------------------------------------------------------------------------------------------------


def matched(sets):
    return [s for s in sets if s["others"]]


def add_up(sets, what):
    """O, E, Q and by account dO and dE; and the outcomes that count."""
    o, e, q, own, expected, counted = 0, 0, 0, {}, {}, []
    for s in matched(sets):
        length, event = s[what]
        for m in [s] + s["others"]:
            own.setdefault(m["account"], 0)
            expected.setdefault(m["account"], 0)
        for v in sorted({m[what][0] for m in s["others"] if m[what][1]} | ({length} if event else set())):
            there = [m for m in s["others"] if m[what][0] >= v]
            if v > length or not there:
                continue
            d0, d1 = sum(bool(m[what][1]) and m[what][0] == v for m in there), int(bool(event) and v == length)
            o, e, q = o + d1, e + d0 / len(there), q + (d0 + d1) / len(there)
            counted += [event] * d1
            own[s["account"]] += d1
            expected[s["account"]] += d0 / len(there)
            for m in there:
                expected[m["account"]] += (bool(m[what][1]) and m[what][0] == v) / len(there) - d0 / len(there) ** 2
    return o, e, q, own, expected, counted


def ratio_set(a, b, c):
    """theta >= 0 with a theta^2 - b theta + c <= 0."""
    inside = max(b * b - 4 * a * c, 0) if a > 0 else b * b - 4 * a * c
    if a == 0 or inside < 0:
        return (c / b if a == 0 and b > 0 else 0, math.inf)
    roots = sorted((b + sign * math.sqrt(inside)) / (2 * a) for sign in (-1, 1))
    return (max(roots[0], 0), roots[1]) if a > 0 else (max(roots[1], 0), math.inf) if roots[0] < 0 else (0, math.inf)


def estimate(sets, what="aim"):
    o, e, q, own, expected, counted = add_up(sets, what)
    n = len(own)
    k = n / (n - 1) if n > 1 else 1
    voo, voe, vee = (k * math.fsum(x[c] * y[c] for c in own) for x, y in ((own, own), (own, expected), (expected, expected)))
    v = max(voo - 2 * voe + vee, q)
    parts = {c: abs(own[c] - expected[c]) for c in own}
    sato = (0, Z * Z * q / e / e) if o == 0 and e > 0 else ratio_set(e * e, 2 * o * e + Z * Z * q, o * o)
    fieller = ratio_set(e * e - Z * Z * vee, 2 * (o * e - Z * Z * voe), o * o - Z * Z * voo)
    return {"o": o, "e": e, "q": q, "v": v, "p": two_sided((o - e) / math.sqrt(v)) if v > 0 else 1, "counted": counted, "own": own, "expected": expected, "k": k,
            "lift": o / e if e > 0 else math.inf if o else None, "lo": min(sato[0], fieller[0]), "hi": max(sato[1], fieller[1]),
            "largest": max(parts.values()) / sum(parts.values()) if any(parts.values()) else 0}


def placebo(sets):
    """Lift and p of the actions before the touch; None: no set has such a time."""
    own, expected, seen = {}, {}, [s for s in matched(sets) if s["before"] is not None]
    for s in seen:
        mean = sum(m["before"] for m in s["others"]) / len(s["others"])
        own[s["account"]] = own.get(s["account"], 0) + s["before"]
        expected[s["account"]] = expected.get(s["account"], 0) + mean
        for m in s["others"]:
            expected[m["account"]] = expected.get(m["account"], 0) + (m["before"] - mean) / len(s["others"])
    if not seen:
        return None, None
    o, e, n = sum(own.values()), sum(expected.values()), len(expected)
    v = n / (n - 1) * math.fsum((own.get(c, 0) - x) ** 2 for c, x in expected.items())
    return o / e if e > 0 else math.inf if o else None, two_sided((o - e) / math.sqrt(v)) if v > 0 else 1


def over_others(sets, of):
    """Share of the touched less the mean share of those they are compared with."""
    return sum(of(s) - sum(map(of, s["others"])) / len(s["others"]) for s in matched(sets)) / len(matched(sets))


# ---- one line of a table, and the families of METHODS 0.6 ---------------------------------------------------------------------------------


def worth(world, counted):
    """Mean over the observed outcomes; where none was, what all actions are worth that could have been."""
    every = {world.worth[a] for a, c in world.classes.items() if c == "value"}
    values = [world.worth[e["action"]] for e in counted]
    if not values:
        return every.pop() if len(every) == 1 else None
    return None if None in values else sum(values) / len(values)


class Line:
    def __init__(self, trial, stage, segment):
        def inside(x):
            return stage in ("all", x["stage"]) and segment in ("all", x["segment"])

        self.key, self.trial = (trial.touch, stage, segment), trial
        self.touches, self.sets = [t for t in trial.touches if inside(t)], [s for s in trial.sets if inside(s)]
        self.aim, self.harm = estimate(self.sets), estimate(self.sets, "harm")
        self.accounts = len({s["account"] for s in matched(self.sets)})
        self.p, self.harm_p = (a["p"] if self.is_enough(a) else None for a in (self.aim, self.harm))

    def is_enough(self, a):
        return len(matched(self.sets)) >= 20 and self.accounts >= 10 and max(a["o"], a["e"]) >= 5 and a["lift"] is not None

    def money(self, world):
        """What the extra actions are worth: stage by stage."""
        v = worth(world, self.aim["counted"])
        if self.key[1] != "all":
            return None if v is None else v * (self.aim["o"] - self.aim["e"])
        by = {}
        for s in matched(self.sets):
            by.setdefault(s["stage"], []).append(s)
        parts = [(worth(world, a["counted"]), a["o"] - a["e"]) for a in map(estimate, by.values())]
        if None in [x for x, _ in parts]:
            return None if v is None or not self.aim["counted"] else v * (self.aim["o"] - self.aim["e"])
        return sum(x * extra for x, extra in parts)

    def compare(self, r, world, among, harm_among, same):
        a, n, where = self.aim, len(matched(self.sets)), " of %s, %s, %s" % self.key
        same("counts" + where, [r["touches"], r["fresh"], r["matched"], r["accounts"], r["responded"]],
             [len(self.touches), len(self.sets), n, self.accounts, sum(bool(s["aim"][1]) for s in self.sets)])
        if not n:
            return
        same("estimate" + where, [r[c] for c in ("observed", "expected", "q", "variance", "p", "p_adjusted", "harm_observed", "harm_expected", "harm_p_adjusted")],
             [a["o"], a["e"], a["q"], a["v"], a["p"], among, self.harm["o"], self.harm["e"], harm_among])
        same("extra" + where, [r["extra"]["lo"], r["extra"]["hi"]], [a["o"] - a["e"] + sign * Z * math.sqrt(a["v"]) for sign in (-1, 1)])
        if a["lift"] is not None:
            same("lift" + where, [float(r["lift"][c]) for c in ("value", "lo", "hi")], [a["lift"], a["lo"], a["hi"]])
        lift, p = placebo(self.sets)
        same("placebo" + where, [None if r["placebo_lift"] is None else float(r["placebo_lift"]), r["placebo_p"]], [lift, p])
        same("trigger" + where, r["trigger"], over_others(self.sets, lambda m: m["trigger"]))
        same("bundle" + where, r["bundle"], max([0] + [over_others(self.sets, lambda m, t=t: m["bundle"][t]) for t in TOUCHES if t != self.trial.touch]))
        followed = sum(s["aim"][0] for s in matched(self.sets))
        same("covered" + where, r["covered"], sum(min(s["aim"][0], max(m["aim"][0] for m in s["others"])) for s in matched(self.sets)) / followed)
        times = [s["time"] for s in matched(self.sets)]
        same("busiest week" + where, r["busiest_week"], max(sum(t <= x < t + 7 * DAY for x in times) for t in times) / n)
        same("largest account" + where, r["largest_account"], a["largest"])
        cost, money = world.cost[self.trial.touch], self.money(world)
        cost = None if cost is None else cost * len(self.touches) * n / len(self.sets)
        same("cost" + where, [r["cost"], r["net"]], [cost, None if cost is None or money is None else money - cost], 1e-6)


def compare(j, voc, same):
    tables = voc.tables("score")
    if tables is None:
        same("stays where score refuses", len(j.stays), 0)
        return
    trials = [Trial(j, t) for t in TOUCHES]
    cells = {t.touch: {(s["stage"], s["segment"]) for s in t.touches} for t in trials}
    families = {"touchpoints": [Line(t, "all", "all") for t in trials],
                "stages": [Line(t, stage, "all") for t in trials for stage in sorted({s for s, _ in cells[t.touch]})],
                "segments": [Line(t, *cell) for t in trials for cell in sorted(cells[t.touch])]}
    for table, lines in families.items():
        rows = {(r["touchpoint"], r["stage"], r["segment"]): r for r in tables.get(table, []) if r["kind"] == "push"}
        shown = [line.key for line in lines if table == "stages" or (table == "segments" and line.is_enough(line.aim))]
        same("lines of " + table, sorted(k for k in rows if table != "touchpoints"), sorted(shown))
        for line, among, harm_among in zip(lines, adjusted([x.p for x in lines]), adjusted([x.harm_p for x in lines])):
            if line.key in rows:
                line.compare(rows[line.key], j.world, among, harm_among, same)
