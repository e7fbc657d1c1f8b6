# SPDX-License-Identifier: MIT
"""voc against METHODS, written once more from its text alone and as plainly as possible, on random worlds (world.py, wide.py):

    python3 run.py VOC FOLDER SUBJECT FIRST LAST

SUBJECT is stages, discover, score, attribution or needs; "wide" before the first two: in worlds with accounts that were known
before they acted. One line for each number that differs, and at the end how many were compared."""
import importlib
import json
import math
import os
import subprocess
import sys

from stages import Journeys
from wide import Wide
from world import World

WIDE = ("needs", "wide stages", "wide discover")


def is_near(a, b, tolerance):
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(is_near(x, y, tolerance) for x, y in zip(a, b))
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return a == b or math.isclose(a, b, rel_tol=tolerance, abs_tol=max(1e-13, tolerance * 1e-2))
    return a == b


class Voc:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.ask("import", "log.csv", "--journey", ".")

    def ask(self, *words):
        words = [self.program, words[0], "world.voc"] + list(words[1:]) + ["--quiet"]
        return subprocess.run(words, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True, check=False)

    def tables(self, *words):
        """By name, or None where the analysis refuses: there is nothing that it could be about."""
        p = self.ask(*words, "--format", "json", "--table", "all")
        return {t["name"]: t["rows"] for t in json.loads(p.stdout)["tables"]} if p.returncode == 0 else None

    def query(self, query):
        return json.loads(self.ask("sql", query, "--format", "json").stdout)["tables"][0]["rows"]


def main(program, folder, subject, first, last):
    compared = [0]
    for seed in range(int(first), int(last) + 1):
        world = (Wide if subject in WIDE else World)(seed)
        place = os.path.join(folder, "%s-%d" % (subject, seed))
        world.write(place)

        def same(what, got, wanted, tolerance=1e-8):
            compared[0] += len(got) if isinstance(got, (list, dict)) else 1
            if not is_near(got, wanted, tolerance):
                print("world %d: %s: %s, not %s" % (seed, what, got, wanted))

        importlib.import_module(subject.split()[-1]).compare(Journeys(world), Voc(program, place), same)
    print("compared", compared[0])


if __name__ == "__main__":
    main(*sys.argv[1:])
