# SPDX-License-Identifier: MIT
"""Themes and their negation, roles, needs by what people do, say and are served with, and what one role does more: METHODS 6 and 12."""
import math
import re

import stats

THEMES = {"price": r"\b(price|expensive|cheap|pay|preis)\b", "speed": r"\b(slow|fast|speed)\b", "support": r"\b(support|reply)\b", "hotline": r"\bhelp\b"}
EXCLUDED = {"price": r"\bpay-back\b"}
PARENT = {"hotline": "support"}
NEEDS = {"n0": (["price"], "a"), "n1": (["speed", "support"], "bc"), "n2": ([], "d")}
CUES = re.compile(r"(?:not(?! only\b)|no|never|without|nothing|nobody|hardly|barely|\w+n['\u2019]t)$", re.I)
ENDS = re.compile(r"[.;:!?,]|\b(?:but|however|although|yet)\b", re.I)


def own_words(text):
    """Without what is quoted, and the signature."""
    text = re.split(r"(?m)^-- ?$", text)[0]
    text = re.sub(r"(?ms)^On [^\n]* wrote:\n.*", "", text)
    return "\n".join(line for line in text.split("\n") if not line.startswith(">"))


def mentions(text):
    """Of a text: theme, and whether it is affirmed and negated somewhere; those of a part are of the whole too."""
    text, found = own_words(text), {}
    for theme, pattern in THEMES.items():
        covered = [m.span() for m in re.finditer(EXCLUDED[theme], text, re.I)] if theme in EXCLUDED else []
        for m in re.finditer(pattern, text, re.I):
            if any(a < m.end() and m.start() < b for a, b in covered):
                continue
            clause = re.split(ENDS, text[:m.start()])[-1]
            words = re.findall(r"[\w'\u2019-]+", clause)[-3:]
            denied = any(CUES.match(" ".join(words[i:i + 1])) and not (w.lower() == "not" and words[i + 1:i + 2] and words[i + 1].lower() == "only") for i, w in enumerate(words))
            for t in [theme] + ([PARENT[theme]] if theme in PARENT else []):
                found.setdefault(t, set()).add(denied)
    return found


class People:
    """Of each person, role and stage: what they did, said and were served with, and the accounts in which."""

    def __init__(self, j):
        w = self.w = j.world
        back = {e["ref"]["id"] for e in w.events if e["action"] == "bounce"}
        self.of, self.acts, self.texts, self.parts = {}, {}, [], {}
        for unit, events in j.events.items():
            for person in {e["person"] for e in events}:
                own = [e for e in events if e["person"] == person]
                stays = j.walk_events(unit, own)
                told = sorted((x["time"], x["id"], x["job"]) for x in own if x["job"])
                held = [[job for time, _, job in told if time <= e["time"]][-1:] for e in own]  # of two told at one time the later holds all that time
                first = ([h[0] for h in held if h] + ["role unknown"])[0]
                for e, held_then in zip(own, held):
                    role = (held_then or [first])[0]
                    self.event(e, role, self.stage(stays, e["time"], j), back)
                    if e["actor"] == "customer":
                        self.parts.setdefault(unit, set()).add(role)  # of a deal all its history

    def stage(self, stays, time, j):
        at = [s for s in stays if s["in"] <= time and (s["out"] is None or time < s["out"])] or [s for s in stays if s["in"] == time]
        return at[-1]["stage"] if at else None

    def event(self, e, role, stage, back):
        customer, reached, found = e["actor"] == "customer", e["actor"] == "company" and e["id"] not in back, mentions(e["text"])
        if customer and e["text"].strip():
            self.texts.append((e, found))  # themes count what was said at any time
        if not customer and not reached or self.w.start is not None and e["time"] < self.w.start:
            return  # what came before a declared beginning is not counted
        one = self.of.setdefault((role, stage, e["person"]), {"did": set(), "said": set(), "negated": set(), "served": set(), "themes": set(), "talked": False, "accounts": {}})
        wants = set()
        for need, (themes, sought) in NEEDS.items():
            if customer and e["action"] in list(sought):
                one["did"].add(need)
                wants.add(need)
        if e["touch"] in ("t1", "t2") and reached:
            one["served"].add({"t1": "n0", "t2": "n1"}[e["touch"]])
        if customer and e["action"] in self.w.pull:
            one["served"].add("n1")
        if customer and self.w.classes.get(e["action"]) != "mechanical":
            self.acts.setdefault((role, e["action"]), set()).add(e["person"])
        if customer and e["text"].strip():
            one["talked"] = True
            one["themes"] |= set(found)
            for need, (themes, _) in NEEDS.items():
                if set(themes) & set(found):
                    one["said"].add(need)
                    wants.add(need)
                    if any(True in found[t] for t in themes if t in found):
                        one["negated"].add(need)
        for need in wants:
            one["accounts"].setdefault(need, set()).add(e["account"])

    def united(self, role, stage=()):
        """By person; of all stages unless one is named."""
        people = {}
        for (r, s, person), one in self.of.items():
            if r == role and stage in ((), s):
                to = people.setdefault(person, {k: type(v)() for k, v in one.items()})
                for k, v in one.items():
                    if k == "talked":
                        to[k] = to[k] or v
                    elif k == "accounts":
                        for need, a in v.items():
                            to[k].setdefault(need, set()).update(a)
                    else:
                        to[k] |= v
        return list(people.values())


def count(people, need):
    n = lambda test: sum(bool(test(p)) for p in people)
    did, said, served = (lambda p: need in p["did"]), (lambda p: need in p["said"]), (lambda p: need in p["served"])
    wants = lambda p: did(p) or said(p)
    c = {"people": len(people), "talked": n(lambda p: p["talked"]), "did": n(did), "said": n(said), "negated": n(lambda p: need in p["negated"]), "served": n(served),
         "wanted": n(wants), "unserved": n(lambda p: wants(p) and not served(p)), "unsought": n(lambda p: served(p) and not wants(p)),
         "both": n(lambda p: did(p) and said(p)), "said_only": n(lambda p: said(p) and not did(p)), "did_only": n(lambda p: p["talked"] and did(p) and not said(p))}
    for k, among in (("did", "people"), ("said", "talked"), ("served", "people")):
        lo, hi = stats.wilson(c[k], c[among])
        c.update({k + "_share": c[k] / c[among] if c[among] else None, k + "_low": lo, k + "_high": hi})
    b, d = c["said_only"], c["did_only"]
    p = min(1, 2 * math.fsum(math.comb(b + d, i) for i in range(min(b, d) + 1)) / 2 ** (b + d)) if b + d else None
    c["p"] = p
    c["agreement"] = ("stated" if b > d else "revealed") if p is not None and p <= .05 else "silent" if not b + d + c["both"] else "confirmed" if c["both"] >= b + d else "mixed"
    c["confidence"] = "none" if not c["wanted"] else "anecdote" if c["wanted"] < 5 else "weak" if c["wanted"] < 20 else "moderate" if c["wanted"] < 50 else "strong"
    return c


def tau_b(x, y):
    s = a = b = 0
    for i in range(len(x)):
        for k in range(i):
            u, v = (x[i] > x[k]) - (x[i] < x[k]), (y[i] > y[k]) - (y[i] < y[k])
            s, a, b = s + u * v, a + u * u, b + v * v
    return s / math.sqrt(a * b) if a and b else None


def odds(people, role):
    """Of each action: its log-odds, z and adjusted p, in the order of what is most its own."""
    actions = sorted({a for _, a in people.acts})
    own = {a: len(people.acts.get((role, a), ())) for a in actions}
    others = {a: sum(len(s) for (r, x), s in people.acts.items() if x == a and r != role) for a in actions}
    n1, n2 = sum(own.values()), sum(others.values())
    rows = []
    for a in actions:
        y1, y2, a0 = own[a], others[a], min(1000, n1, n2)
        if y1 + y2 < 5 or not a0:
            continue
        aw = a0 * (y1 + y2) / (n1 + n2)
        if n1 + a0 - y1 - aw <= 0 or n2 + a0 - y2 - aw <= 0:
            continue
        d = math.log((y1 + aw) / (n1 + a0 - y1 - aw)) - math.log((y2 + aw) / (n2 + a0 - y2 - aw))
        rows.append([a, y1, y2, d, d / math.sqrt(1 / (y1 + aw) + 1 / (y2 + aw))])
    q = stats.adjusted([stats.two_sided(r[4]) for r in rows])
    return {r[0]: r[1:] + [x] for r, x in zip(rows, q)}


def deals(j, people):
    """Of each role: in how many won deals it took part, and in how many open ones not."""
    last, won = {s["unit"]: s for s in j.stays}, set()
    for s in j.stays:
        if (s["stage"] if j.world.win[0] == "stage" else s["exit"]) == j.world.win[1]:
            won.add(s["unit"])
    under_way = [u for u, s in last.items() if s["end"] == "censored" and u not in won]
    told = lambda n, of: "%d of %d" % (n, of) if of else None
    roles = set().union(*people.parts.values()) - {"role unknown"} if people.parts else ()
    return {r: [told(sum(r in people.parts.get(u, ()) for u in won), len(won)), told(sum(r not in people.parts.get(u, ()) for u in under_way), len(under_way))] for r in roles}


def compare(j, voc, same):
    tables, people = voc.tables("value-map"), People(j)
    roles = {r for r, _, _ in people.of}
    rows = {(r["role"], r["need"]): r for r in tables["needs"]}
    cells = {(r["role"], r["stage"] or None, r["need"]): r for r in tables["cells"]}
    own = {(r["role"], r["action"]): r for r in tables["distinctive"]}
    same("roles", sorted({r for r, _ in rows}), sorted(roles))
    for role in sorted(roles):
        wanted = {need: count(people.united(role), need) for need in NEEDS}
        order = sorted(NEEDS, key=lambda n: (-wanted[n]["did"], -wanted[n]["said"], n))
        for need in NEEDS:
            got = rows.get((role, need), {})
            wanted[need].update(rank=order.index(need) + 1, accounts=len(set().union(*[p["accounts"].get(need, set()) for p in people.united(role)])),
                                tau_b=tau_b(*[[wanted[n][k] for n in sorted(NEEDS)] for k in ("did", "said")]))
            for k, v in wanted[need].items():
                same("%s of %s, %s" % (k, role, need), got.get(k), v)
            for stage in {s for r, s, _ in people.of if r == role}:
                got = cells.get((role, stage, need), {})
                for k, v in count(people.united(role, stage), need).items():
                    same("%s of %s, %s in %s" % (k, role, need, stage), got.get(k), v)
        ratio = odds(people, role)
        same("actions of " + role, sorted(a for r, a in own if r == role), sorted(ratio))
        for a, values in ratio.items():
            if (role, a) in own:
                same("%s of %s" % (a, role), [own[role, a][k] for k in ("people", "others", "log_odds", "z", "q")], values)
    missing, wanted = {r["role"]: [r["won_with"], r["open_without"]] for r in tables["missing_roles"]}, deals(j, people)
    for role in missing if missing else ():
        same("deals with and without " + role, missing[role], wanted.get(role))
    for r in voc.tables("themes")["themes"]:
        told = [found[r["theme"]] for _, found in people.texts if r["theme"] in found]
        spoke, said = {e["person"] for e, _ in people.texts}, {e["person"] for e, found in people.texts if r["theme"] in found}
        same("theme " + r["theme"], [r[k] for k in ("texts", "affirmed", "negated", "people", "share", "share_low", "share_high")],
             [len(told), sum(False in t for t in told), sum(True in t for t in told), len(said), len(said) / len(spoke) if spoke else None, *stats.wilson(len(said), len(spoke))])
