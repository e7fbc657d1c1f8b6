# SPDX-License-Identifier: MIT
"""What says nothing new changes no answer: rows in another order, cut into files that are imported in any order, names that only begin otherwise
(so that units lie elsewhere), threads, a settled project, little memory.

    python3 laws.py VOC FOLDER SEED...

One line for each table that differs, and at the end how many were compared. Of an answer all but the place of a text counts: file and line."""
import copy
import json
import os
import random
import subprocess
import sys

from wide import Wide

ASKED = [[a] for a in ("attribution", "discover", "flow", "funnel", "map", "response", "score", "sessions", "sipoc", "stages", "themes", "value-map", "variants")]
ASKED += [["funnel", "--steps", "a,b|c within 3d,d?,e", "--within", "30d", "--not", "g"], ["funnel", "--steps", "a,b,c", "--order", "any"], ["score", "--sets", "all"],
          ["discover", "--events", "all", "--by", "outcome", "--collapse=no"]]
PREFIX = "zq_"


class Project:
    def __init__(self, voc, world, folder, parts=None, at_once=False):
        self.voc, self.folder = voc, folder
        logs = world.write(folder, parts)
        world.r.shuffle(logs)
        for some in [logs] if at_once else [[log] for log in logs]:
            self.ask("import", *some, "--journey", ".")

    def ask(self, command, *words):
        p = subprocess.run([self.voc, command, "world.voc"] + list(words) + ["--quiet"], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        return p.stdout.decode().replace(PREFIX, "")

    def answers(self, *options):
        """Of all that is asked: by analysis and table what stands there, or the words with which it refuses."""
        told = {}
        for words in ASKED:
            text = self.ask(*words, "--table", "all", "--format", "json", *options)
            if not text.startswith("{"):
                told[" ".join(words)] = text
                continue
            for t in json.loads(text)["tables"]:
                rows = [{k: v for k, v in row.items() if k != "place"} for row in t["rows"]]
                told[" ".join(words), t["name"]] = [t["semantics"], t["notes"]] + rows
        return told


def renamed(world):
    other, new = copy.copy(world), {}
    for e in world.events:
        new[e["id"]] = dict(e, **{k: PREFIX + e[k] for k in ("id", "person", "account")})
    for e in new.values():
        e["ref"] = new[e["ref"]["id"]] if e["ref"] else None
    other.events = list(new.values())
    other.segment_of = {PREFIX + a: s for a, s in world.segment_of.items()}
    other.known = {PREFIX + a: t for a, t in world.known.items()}
    return other


def main(voc, folder, *seeds):
    compared = 0
    for seed in map(int, seeds):
        r, world, place = random.Random(seed), Wide(seed), os.path.join(folder, "laws-%d-" % seed)
        told = Project(voc, world, place + "whole").answers("--threads", "1")
        mixed = r.sample(world.events, len(world.events))
        k = r.randrange(2, 6)
        cut = Project(voc, world, place + "cut", [mixed[i::k] for i in range(k)])
        others = [("cut", cut.answers()), ("threads", cut.answers("--threads", str(r.choice([2, 3, 8]))))]
        cut.ask("settle")
        others += [("settled", cut.answers()),
                   ("at once, little memory", Project(voc, world, place + "once", [mixed[i::k] for i in range(k)], True).answers("--memory", "64M")),
                   ("renamed", Project(voc, renamed(world), place + "renamed").answers())]
        for name, other in others:
            for table in sorted(set(told) | set(other), key=str):
                compared += 1
                if told.get(table) != other.get(table):
                    a, b = ([x for x in one if x not in two][:1] or one for one, two in ((told.get(table, []), other.get(table, [])), (other.get(table, []), told.get(table, []))))
                    print("world %d, %s: %s: %s, not %s" % (seed, name, table, str(b)[:300], str(a)[:300]))
    print("compared", compared)


if __name__ == "__main__":
    main(*sys.argv[1:])
