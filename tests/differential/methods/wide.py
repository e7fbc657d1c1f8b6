# SPDX-License-Identifier: MIT
"""Worlds with everything that World leaves out: roles, texts and themes, needs, what customers fetch, work steps, hold-outs, mail that came
back, minutes and money that are there or not, accounts known before they act, actions that nobody declared, names with quotes."""
import csv
import io
import os
from xml.sax.saxutils import quoteattr

from world import ACTIONS, US, World, written

ROLES = ["finance", "tech", "boss's \"own\""]
TEXTS = ["The price is too high", "not expensive at all, but slow", "we never had a fast reply", "Hardly any support here", "I need help", "It isn\u2019t cheap, is it?",
         "not only cheap, but fast", "preis zu hoch für uns", "nothing but trouble", "fast, cheap; good", "We pay, and pay-back is far", "price? Not yet a price",
         "thank you for all of it\n> price\nOn Monday X wrote:\nprice", "the speed is fine so far\n-- \nprice", "thanks", " "]
CODEBOOK = r"""<codebook xmlns="urn:vocstream:journey:1">
<theme id="price"><include>\b(price|expensive|cheap|pay|preis)\b</include><exclude>\bpay-back\b</exclude></theme>
<theme id="speed"><include>\b(slow|fast|speed)\b</include></theme>
<theme id="support"><include>\b(support|reply)\b</include></theme>
<theme id="hotline" parent="support"><include>\bhelp\b</include></theme>
</codebook>
"""
FIELDS = ["id", "time", "actor", "person", "account", "segment", "job", "known_from", "action", "touchpoint", "channel", "campaign", "owner", "minutes", "cost", "value", "ref", "text"]
SOURCES = """<sources xmlns="urn:vocstream:journey:1"><source id="log" as="events" files="log*.csv" zone="UTC">%s<map to="ref-event" from="ref"/>
<alias kind="id" from="person" strength="strong"/><account from="account"/><attr name="segment" from="segment" type="text" of="account"/>
<attr name="known_from" from="known_from" type="time" of="account"/><attr name="job" from="job" type="text" of="individual"/></source></sources>
""" % "".join('<map to="%s" from="%s"/>' % (f, f) for f in FIELDS if f not in ("person", "account", "segment", "job", "known_from", "ref"))


class Wide(World):
    def define(self):
        super().define()
        self.pull = [a for a in ACTIONS if self.r.random() < .3 and self.classes[a] in ("value", "neutral")]
        self.classes["undeclared"] = "neutral"  # of all that is called so

    def happen(self):
        super().happen()
        r = self.r
        role = {p: r.choice(ROLES + [""]) for p in sorted({e["person"] for e in self.events})}
        for e in self.events:
            customer, company = e["actor"] == "customer", e["actor"] == "company"
            e.update(job=role[e["person"]] if r.random() < .8 else r.choice(ROLES + [""]), text=r.choice(TEXTS) if customer and r.random() < .3 else "",
                     campaign=r.choice(["", "spring", 'fall, "late"']), channel=r.choice(["web", "mail", "phone", ""]), owner=r.choice(["ann", "bob", ""]),
                     minutes=r.choice(["", "", "5", "0", "7.5"]) if company else "", cost=r.choice(["", "", "1.5", "0"]) if company else "",
                     value=r.choice(["", "", "10", "0", "33.333333"]) if customer else "")
            if e["action"] == "undeclared":
                e["action"] = "u%d" % r.randrange(9)
            if company and r.random() < .2:
                e["action"], e["touch"] = "prepare", ""
        plain = dict(touch="", ref=None, job="", text="", minutes="", cost="", value="")
        for touch in [e for e in self.events if e["touch"] and r.random() < .04]:
            self.events.append(dict(touch, **dict(plain, actor="other", action="bounce", ref=touch, id=touch["id"] + "_", time=touch["time"] + touch["unit"])))
        self.known = {a: self.begin + r.randrange(self.span) for a in sorted({e["account"] for e in self.events}) if r.random() < .3}
        self.assigned = r.random() < .4
        first = {e["person"]: e for e in reversed(self.events)}
        for person in sorted(first) if self.assigned else []:
            self.events.append(dict(first[person], **dict(plain, actor="other", action=r.choice(["treated", "control"]), id="A" + person,
                                                          time=self.begin + self.span // 3 // US * US, unit=US, resolution="second")))

    def journey(self):
        x = super().journey().replace('sources="sources.xml"', 'sources="sources.xml" codebook="codebook.xml"')
        roles = "".join('<role id="r%d" title=%s><fact of="individual" name="job" is=%s/></role>' % (i, quoteattr(n), quoteattr(n)) for i, n in enumerate(ROLES))
        at = x.index("<segments>") if "<segments>" in x else x.index("<actions>")
        x = x[:at] + "<roles>" + roles + "</roles>" + x[at:].replace('<action name="undeclared" class="neutral"/>', "".join(
            '<action name="%s" actor="other" class="%s"/>' % (a, "undelivered" if a == "bounce" else "neutral") for a in ("bounce", "treated", "control")))
        pull = "".join('<touchpoint id="p%s" kind="pull" cost="2"><event action="%s"/><serves need="n1"/></touchpoint>' % (a, a) for a in self.pull)
        for i in range(2):
            x = x.replace('<event actor="company" touchpoint="t%d"/>' % (i + 1), '<event actor="company" touchpoint="t%d"/><serves need="n%d"/>' % (i + 1, i))
        holdout = '<holdout id="h" touchpoint="t1"><treated><event actor="other" action="treated"/></treated><control><event actor="other" action="control"/></control></holdout>'
        return x.replace("</touchpoints>", pull + "</touchpoints>").replace("</journey>", (holdout if self.assigned else "") + NEEDS + "</journey>")

    def row(self, e):
        known = self.known.get(e["account"])
        own = dict(e, time=written(e["time"], e["resolution"]), segment=self.segment_of[e["account"]], known_from="" if known is None else written(known, "second"),
                   touchpoint=e["touch"], ref=e["ref"]["id"] if e["ref"] else "")
        return [own[f] for f in FIELDS]

    def write(self, folder, parts=None):
        """With the events in one file, or in one for each of `parts`; returns their names."""
        os.makedirs(folder)
        files = {"journey.xml": self.journey(), "sources.xml": SOURCES, "codebook.xml": CODEBOOK}
        logs = ["log.csv"] if parts is None else ["log%d.csv" % i for i in range(len(parts))]
        for name, events in zip(logs, [self.events] if parts is None else parts):
            table = io.StringIO()
            csv.writer(table, lineterminator="\n").writerows([FIELDS] + [self.row(e) for e in events])
            files[name] = table.getvalue()
        for name, text in files.items():
            with open(os.path.join(folder, name), "w", encoding="utf-8", newline="") as f:
                f.write(text)
        return logs


NEEDS = """<needs><need id="n0"><said theme="price"/><sought><event action="a"/></sought></need>
<need id="n1"><said theme="speed"/><said theme="support"/><sought><any><event action="b"/><event action="c"/></any></sought></need>
<need id="n2"><sought><event action="d"/></sought></need></needs><costs><rate function="sales" per-hour="60"/></costs>
<steps><step id="w1" owner="desk" function="sales"><enter><event action="a"/></enter><enter><event action="b"/></enter><leave outcome="next" to="w2"><event action="e"/></leave>
<leave outcome="lost"><event action="unsub"/></leave><leave outcome="returned"><event action="c"/></leave>
<work title="prep" minutes="10"><event actor="company" action="prepare"/></work><work title="idle" minutes="10"><event actor="company" action="nothing"/></work>
<supplier field="owner"/><supplier field="campaign"/><input name="way" field="channel"/><input name="job" field="job" required="no"/><input name="camp" field="campaign"/>
<output title="an f"><event action="f"/></output><requirement id="q1" title="had d"><event action="d"/></requirement><requirement id="q2" title="had g"><event action="g"/></requirement></step>
<step id="w2" stage="s1"><input name="job" field="job"/></step></steps>"""
