# SPDX-License-Identifier: MIT
"""Small random worlds with ugly traits: ties in time, days beside microseconds, one customer, nobody who comes to an end, stays without
length, years 1970 and 2038, accounts of several people, answers to touches, acts of unknown worth, effects that are planted."""
import datetime
import os
import random

US, DAY = 1000000, 86400 * 1000000
UNIT = {"day": DAY, "minute": 60 * US, "second": US, "us": 1}
FORM = {"day": "%Y-%m-%d", "minute": "%Y-%m-%dT%H:%MZ", "second": "%Y-%m-%dT%H:%M:%SZ", "us": "%Y-%m-%dT%H:%M:%S.%fZ"}
ACTIONS, TOUCHES = list("abcdefgh"), ["t1", "t2", "t3"]
BEGINNINGS = [60, 1700000000, 1711843200 - 40 * 86400, 2147483647 - 50 * 86400]


def written(us, resolution):
    return (datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=us)).strftime(FORM[resolution])


class World:
    def __init__(self, seed):
        r = self.r = random.Random(seed)
        self.unit = r.choice(["account", "individual"])
        self.customers, self.each = r.choice([(1, 8), (2, 20), (5, 20), (30, 12), (60, 8), (90, 15)])
        self.begin, self.span = r.choice(BEGINNINGS) * US, r.choice([3, 60, 200, 400]) * DAY
        self.resolutions = r.choice([["second"], ["day"], ["day", "second"], ["us", "second", "minute", "day"], ["us"]])
        self.window = r.choice([1, 7, 14, 30]) * DAY
        self.lapse = r.choice([None, 5, 30, 180])
        self.start = self.begin + self.span // 5 // US * US if r.random() < .3 else None
        self.segments = ["ENT", "SMB", "other"] if r.random() < .7 else ["other"]
        if seed % 4 == 0:  # enough of everything for verdicts, and more to compare with than is taken
            self.customers, self.each, self.span, self.window, self.segments, self.start = 250, 15, 60 * DAY, 7 * DAY, ["other"], None
        self.known = {}  # of accounts: since when they are
        self.define()
        self.happen()

    def define(self):
        r = self.r
        self.classes = {a: r.choice(["value", "value", "value", "neutral", "passage", "trouble"]) for a in ACTIONS}
        self.classes.update({"a": "value", "open": "mechanical", "unsub": "harm"})
        worth = r.choice([[50], [10, 50, 120.5], [None, 50]])
        self.worth = {a: r.choice(worth) for a in ACTIONS}
        self.stages = []
        for i in range(r.choice([2, 3, 4])):
            definitions = [(r.choice(ACTIONS[2 * i:2 * i + 2]), r.choice([1, 1, 1, 2, 3]), r.choice([None, 2, 10, 40]), r.choice([None, None, "individual", "day"]))
                           for _ in range(r.choice([1, 1, 2]))]
            self.stages.append({"id": "s%d" % i, "skippable": r.random() < .6, "target": r.choice([None, 2, 30]), "definitions": definitions})
        self.exits = [("lost", "unsub", "customer"), ("bye", "closed", "other")]
        self.regress = ("h", r.randrange(len(self.stages) - 1)) if r.random() < .4 else None
        self.win = r.choice([("stage", self.stages[-1]["id"]), ("exit", "won")])
        if self.win[0] == "exit":
            self.exits.append(("won", "order", "customer"))
            self.classes["order"], self.worth["order"] = "value", self.worth["a"]
        self.cost = {t: r.choice([None, 0, 3, 50]) for t in TOUCHES}
        self.incidental = {t: r.random() < .15 for t in TOUCHES}

    def happen(self):
        r = self.r
        self.events, accounts = [], max(1, self.customers // r.choice([1, 1, 2, 3]))
        for who in range(self.customers):
            at = self.begin + r.randrange(self.span // 2 + 1)
            for _ in range(r.randrange(1, self.each + 1)):
                at += r.choice([0, 0, 1, US, 30 * US, DAY] + 8 * [int(r.expovariate(1) * self.span / self.each)])
                if at < self.begin + self.span:
                    self.event(at, "p%d" % who, "k%d" % (who % accounts))
        effect, harm = r.choice([0, .3, .5]), r.choice([0, .3])
        for touch in [e for e in self.events if e["touch"]]:
            if touch["touch"] == "t1" and r.random() < effect:
                self.follow(touch, r.choice([a for a in ACTIONS if self.classes[a] == "value"]))
            if touch["touch"] == "t2" and r.random() < harm:
                self.follow(touch, "unsub")
        self.segment_of = {e["account"]: r.choice(self.segments) for e in self.events}

    def event(self, at, person, account):
        r, x = self.r, self.r.random()
        actor, action = ("company", "send") if x < .28 else ("other", "closed") if x < .31 else ("customer", "open") if x < .35 else \
            ("customer", "unsub") if x < .38 else ("customer", "undeclared") if x < .41 else \
            ("customer", "order") if x < .45 and self.win[0] == "exit" else ("customer", r.choice(ACTIONS))
        resolution = r.choice(self.resolutions)
        sent = [e for e in self.events if e["person"] == person and e["touch"]]
        self.events.append({"time": at // UNIT[resolution] * UNIT[resolution], "resolution": resolution, "unit": UNIT[resolution], "person": person, "account": account,
                            "actor": actor, "action": action, "touch": r.choice(TOUCHES) if actor == "company" else "",
                            "ref": r.choice(sent) if sent and actor == "customer" and r.random() < .15 else None, "id": "%s%d" % (r.choice("xyz"), len(self.events))})

    def follow(self, touch, action):
        at = touch["time"] + self.r.choice([1, 2, 3]) * DAY
        if at < self.begin + self.span:
            self.events.append(dict(touch, actor="customer", action=action, touch="", ref=None, time=at, id=touch["id"] + action))

    def journey(self):
        def definition(action, least, within, distinct):
            event = '<event action="%s"/>' % action
            if least == 1 and not distinct:
                return event
            return '<count at-least="%d"%s%s>%s</count>' % (least, within and ' within="%dd"' % within or "", distinct and ' distinct="%s"' % distinct or "", event)

        out = ['<journey xmlns="urn:vocstream:journey:1" id="w" version="1" unit="%s" lapse="%s" currency="EUR" zone="UTC" sources="sources.xml">' % (
            self.unit, "%dd" % self.lapse if self.lapse else "none")]
        out += ['<observe start="%s"/>' % written(self.start, "second")] if self.start is not None else []
        if len(self.segments) > 1:
            out += ["<segments>"] + ['<segment id="%s"><fact of="account" name="segment" is="%s"/></segment>' % (s, s) for s in self.segments[:-1]] + ["</segments>"]
        out += ["<actions>"] + ['<action name="%s" class="%s"%s/>' % (a, c, ' value="%s"' % self.worth[a] if c == "value" and self.worth[a] else "") for a, c in self.classes.items()]
        out += ['<action name="closed" actor="other" class="neutral"/></actions><stages>']
        for s in self.stages:
            out += ['<stage id="%s" skippable="%s"%s>' % (s["id"], "yes" if s["skippable"] else "no", ' target="%dd"' % s["target"] if s["target"] else "")]
            out += ['<definition id="d%d">%s</definition>' % (i, definition(*d)) for i, d in enumerate(s["definitions"])] + ["</stage>"]
        out += ['<exit id="%s" outcome="%s"><event actor="%s" action="%s"/></exit>' % (i, "won" if i == "won" else "lost", actor, action) for i, action, actor in self.exits]
        out += ['<regress to="s%d"><event action="%s"/></regress>' % self.regress[::-1]] if self.regress else []
        out += ['<win %s="%s" margin="1000"/></stages><touchpoints>' % self.win]
        for t in TOUCHES:
            out += ['<touchpoint id="%s" kind="push"%s><event actor="company" touchpoint="%s"/>%s</touchpoint>' % (
                t, "" if self.cost[t] is None else ' cost="%d"' % self.cost[t], t, '<incidental reason="law"/>' if self.incidental[t] else "")]
        return "\n".join(out + ['</touchpoints><response window="%dd"/></journey>' % (self.window // DAY)])

    def write(self, folder):
        os.makedirs(folder)
        for name, text in (("journey.xml", self.journey()), ("sources.xml", SOURCES), ("log.csv", "".join(self.rows()))):
            with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
                f.write(text)

    def rows(self):
        order = list(self.events)
        self.r.shuffle(order)
        yield "id,time,actor,person,account,segment,action,touchpoint,ref\n"
        for e in order:
            yield ",".join([e["id"], written(e["time"], e["resolution"]), e["actor"], e["person"], e["account"], self.segment_of[e["account"]], e["action"], e["touch"],
                            e["ref"]["id"] if e["ref"] else ""]) + "\n"


SOURCES = """<sources xmlns="urn:vocstream:journey:1"><source id="log" as="events" files="log*.csv" zone="UTC">
<map to="id" from="id"/><map to="time" from="time"/><map to="actor" from="actor"/><map to="action" from="action"/><map to="touchpoint" from="touchpoint"/>
<map to="ref-event" from="ref"/><alias kind="id" from="person" strength="strong"/><account from="account"/>
<attr name="segment" from="segment" type="text" of="account"/></source></sources>
"""
