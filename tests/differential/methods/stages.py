# SPDX-License-Identifier: MIT
"""From events to stays: METHODS 0.2, 1.5, 1.6 and 2, read literally."""
from world import DAY

ACTOR = {"customer": 0, "company": 1, "other": 2}
CUSTOMER_ACTIONS = {"value", "neutral", "passage", "trouble", "harm"}


class Journeys:
    """Of a world: `events` of each unit in their order, `stays`, and the end of the data."""

    def __init__(self, world):
        self.world = world
        self.events = {}
        for e in sorted(world.events, key=lambda e: (e["time"], ACTOR[e["actor"]], e["id"].encode())):
            self.events.setdefault(e["account"] if world.unit == "account" else e["person"], []).append(e)
        last = max(e["time"] for e in world.events)
        self.end = last + max(e["unit"] for e in world.events if e["time"] == last)
        self.stays = [s for unit in sorted(self.events, key=str.encode) for s in self.walk(unit)]
        first = {}
        for number, s in enumerate(self.stays):
            began = first.setdefault((s["unit"], s["episode"]), s["in"])
            known = world.known.get(s["unit"])
            s["cut"] = (world.start is not None and began < world.start) or (known is not None and began < known)
            s["until"] = self.end if s["out"] is None else s["out"]
            s["number"] = number

    def class_of(self, e):
        return self.world.classes.get(e["action"], "neutral")

    def is_action(self, e, without=()):
        return e["actor"] == "customer" and self.class_of(e) in CUSTOMER_ACTIONS and self.class_of(e) not in without

    def fires(self, stage, e, history):
        for action, least, within, distinct in stage["definitions"]:
            if e["actor"] != "customer" or e["action"] != action:
                continue
            met = [h for h in history if h["actor"] == "customer" and h["action"] == action and (within is None or h["time"] >= e["time"] - within * DAY)]
            of = {"individual": lambda h: h["person"], "day": lambda h: h["time"] // DAY, None: lambda h: h["id"]}[distinct]
            if len({of(h) for h in met}) >= least:
                return True
        return False

    def walk(self, unit):
        return self.walk_events(unit, self.events[unit])

    def walk_events(self, unit, events):
        w, stays, current, history, last, episode, within = self.world, [], None, [], None, 0, False

        def close(at, how, exit_=None):
            nonlocal current
            stays.append(dict(current, out=at, end=how, exit=exit_))
            current = None

        def enter(rank, e):
            return {"unit": unit, "account": e["account"], "episode": episode, "rank": rank, "stage": w.stages[rank]["id"], "in": e["time"], "segment": w.segment_of[e["account"]]}

        for e in events:
            if last is not None and w.lapse and e["time"] - last > w.lapse * DAY:
                if current:
                    close(last + w.lapse * DAY, "lapsed")
                history, within, last = [], False, None
            last = e["time"] if self.is_action(e) else last
            history.append(e)
            left = [i for i, action, actor in w.exits if (action, actor) == (e["action"], e["actor"])]
            if left:
                if current:
                    close(e["time"], "exit", left[0])
                history, within = [], False
                continue
            rank = current["rank"] if current else -1
            forward = [i for i, s in enumerate(w.stages) if i > rank and self.fires(s, e, history) and all(x["skippable"] for x in w.stages[rank + 1:i])]
            if forward:
                if current:
                    close(e["time"], "forward")
                elif not within:
                    episode, within = episode + 1, True
                current = enter(max(forward), e)
            elif w.regress and e["actor"] == "customer" and e["action"] == w.regress[0] and rank > w.regress[1]:
                close(e["time"], "backward")
                history, current = [], enter(w.regress[1], e)
        if current and w.lapse and last is not None and self.end - last > w.lapse * DAY:
            close(last + w.lapse * DAY, "lapsed")
        if current:
            close(None, "censored")
        return stays


def compare(j, voc, same):
    rows = voc.query("SELECT unit, entered_us, episode, stage, left_us, end, exit, segment, beginning FROM journey")
    got = [[r["unit"], r["entered_us"], r["episode"], r["stage"], None if r["end"] == "censored" else r["left_us"], r["end"], r["exit"] or None, r["segment"],
            r["beginning"] != "seen"] for r in rows]
    wanted = [[s["unit"], s["in"], s["episode"], s["stage"], s["out"], s["end"], s["exit"], s["segment"], s["cut"]] for s in j.stays]
    same("stays", len(got), len(wanted))
    for row, want in zip(sorted(got, key=str), sorted(wanted, key=str)):
        same("stay", str(row), str(want))
