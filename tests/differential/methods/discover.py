# SPDX-License-Identifier: MIT
"""How long stages take, where journeys break, what changed: METHODS 4.5 to 4.7."""
import datetime
import math

import stats
from world import DAY


def seconds(us):
    return None if us is None else us / 1e6


class Discover:
    def __init__(self, j):
        self.j, self.names = j, [s["id"] for s in j.world.stages]
        self.stays = [s for s in j.stays if not s["cut"]]
        for s in self.stays:
            s["dwell"] = s["until"] - s["in"]
            s["status"] = 0 if s["end"] == "censored" else 1 if s["end"] == "forward" or s["exit"] == "won" else 2
        self.horizon, self.leads_on = {}, {}
        for i, name in enumerate(self.names):
            half = stats.quantile(stats.curve(self.cases(name)))
            self.horizon[name] = None if half is None else math.floor(3 * half)
            self.leads_on[name] = i + 1 < len(self.names) or j.world.win[0] == "exit"

    def cases(self, stage, segment="all"):
        return [(s["dwell"], s["status"]) for s in self.stays if s["stage"] == stage and segment in ("all", s["segment"])]

    def is_mature(self, s):
        return self.horizon[s["stage"]] is not None and s["in"] <= self.j.end - self.horizon[s["stage"]]

    def moved_on(self, s):
        return s["status"] == 1 and s["dwell"] <= self.horizon[s["stage"]]

    def dwell(self, tables, same):
        rows = {(r["stage"], r["segment"]): r for r in tables.get("dwell_segments", [])}
        times = {(r["stage"], r["segment"], r["after"]): r for r in tables.get("incidence", [])}
        seen = {s["segment"] for s in self.stays}
        segments = ["all"] + (self.j.world.segments if len(seen) > 1 else [])
        p = [stats.logrank([(s["dwell"], s["status"], s["segment"]) for s in self.stays if s["stage"] == n]) if len(seen) > 1 else None for n in self.names]
        all_cases = {(n, g): self.cases(n, g) for n in self.names for g in segments if self.cases(n, g)}
        same("lines of dwell", sorted(rows), sorted(all_cases))
        for (name, segment), cases in all_cases.items():
            r, steps, where = rows[name, segment], stats.curve(cases), " of %s, %s" % (name, segment)
            same("stays" + where, r["stays"], len(cases))
            for column, q, band in (("quarter", .75, "stay"), ("median", .5, "stay"), ("three_quarters", .25, "stay"), ("median_lo", .5, "lo"), ("median_hi", .5, "hi")):
                same(column + where, r[column], seconds(stats.quantile(steps, q, band)))
            target = self.j.world.stages[self.names.index(name)]["target"]
            same("over target" + where, r["over_target"], stats.at_time(cases, steps, target * DAY)[2] if target else None)
            for days in (5, 10, 30):
                row = times[name, segment, days * 86400]
                same("after %d days" % days + where, [row["moved_on"], row["left"], row["still_there"]], list(stats.at_time(cases, steps, days * DAY)))
        for name, own, among in zip(self.names, p, stats.adjusted(p)):
            if (name, "all") in rows:
                same("p of segments of " + name, [rows[name, "all"]["p"], rows[name, "all"]["p_adjusted"]], [own, among])

    def breaks(self, tables, same):
        rows, cohort = {r["stage"]: r for r in tables.get("break_points", [])}, {}
        for name in self.names:
            old = [s for s in self.stays if s["stage"] == name and self.is_mature(s)] if self.leads_on[name] else []
            cohort[name] = (len(old), sum(map(self.moved_on, old)))
        expected, p = {}, []
        for name in self.names:
            n, moved = (sum(cohort[k][i] for k in self.names if k != name) for i in range(2))
            expected[name] = (n - moved) / n if n else None
            p.append(stats.binomial_at_least(cohort[name][0] - cohort[name][1], cohort[name][0], expected[name]) if cohort[name][0] and n else None)
        same("stages that are judged", sorted(rows), sorted(n for n in self.names if cohort[n][0]))
        for i, (name, own, among) in enumerate(zip(self.names, p, stats.adjusted(p))):
            n, moved = cohort[name]
            if not n:
                continue
            r, stayed = rows[name], n - moved
            lo, hi = stats.wilson(stayed, n)
            same("break of " + name, [r["entered"], r["advanced"], r["within"], r["attrition"], r["attrition_lo"], r["attrition_hi"], r["expected"], r["p"], r["p_adjusted"]],
                 [n, moved, seconds(self.horizon[name]), stayed / n, lo, hi, expected[name], own, among])
            if own is not None:
                later = math.prod(cohort[k][1] / cohort[k][0] for k in self.names[i + 1:] if cohort[k][0])
                same("cost of " + name, r["wins_lost"], max(0, n * (1 - expected[name]) - moved) * later)
                same("whether it breaks in " + name, r["break_point"], among <= .05 and stayed / n - expected[name] >= .05)

    def trends(self, tables, same):
        if not self.stays:
            return
        times = [s["in"] for s in self.stays]
        every = "week" if max(times) - min(times) < 182 * DAY else "month" if max(times) - min(times) < 1092 * DAY else "quarter"
        rows, of = {r["stage"]: r for r in tables.get("trend_tests", [])}, {}
        for s in self.stays:
            day = datetime.date(1970, 1, 1) + datetime.timedelta(days=s["in"] // DAY)
            period = (day.toordinal() - 1) // 7 if every == "week" else (day.year * 12 + day.month - 1) // (1 if every == "month" else 3)
            of.setdefault(s["stage"], {}).setdefault(period, []).append(s)
        shares, numbers = [], []
        for name in self.names:
            judged, medians = [], []
            for period, stays in sorted(of.get(name, {}).items()):
                old = [s for s in stays if self.is_mature(s)]
                if old and self.leads_on[name]:
                    judged.append((period, len(old), sum(map(self.moved_on, old))))
                half = stats.quantile(stats.curve([(s["dwell"], s["status"]) for s in stays])) if len(stays) >= 5 else None
                if len(old) == len(stays) and half is not None:
                    medians.append(half)
            shares.append(stats.shares_trend(judged) if judged else (None, None))
            numbers.append(stats.numbers_trend(medians))
        families = [shares, stats.adjusted([p for _, p in shares]), numbers, stats.adjusted([p for _, p in numbers])]
        for name, (z, p), among, (slope, q), also in zip(self.names, *families):
            if name in rows:
                r = rows[name]
                same("trend of " + name, [r["z"], r["p"], r["p_adjusted"], r["dwell_p"], r["dwell_p_adjusted"]], [z, p, among, q, also])
                same("slope of " + name, r["slope"] is None, slope is None)
                same("slope of " + name, round(r["slope"] or 0, 5), round((slope or 0) / 1e6, 5))


def compare(j, voc, same):
    tables, d = voc.tables("discover"), Discover(j)
    if tables is None:
        same("journeys where discover refuses", len(j.stays), 0)
        return
    d.dwell(tables, same)
    d.breaks(tables, same)
    d.trends(tables, same)
