# SPDX-License-Identifier: MIT
"""vocstream.so in Python. Arguments: the program voc, the extension. The demo's events lie in demo/all-events.csv."""
import csv
import os
import sqlite3
import subprocess
import sys
import threading

voc, extension = sys.argv[1:]
count = 0


def test(name, ok, why=""):
    global count
    count += 1
    print(("ok" if ok else "not ok") + " %d - %s" % (count, name))
    if not ok:
        print("# " + str(why))


def same(name, want, got):
    test(name, want == got, "wanted %r, got %r" % (want, got))


def run(*words):
    env = {k: v for k, v in os.environ.items() if k != "LD_PRELOAD"}
    return subprocess.run([voc, *words], env=env, capture_output=True, text=True)


def load(path):
    c = sqlite3.connect(path, isolation_level=None)
    c.enable_load_extension(True)
    c.load_extension(extension)
    return c


def one(c, sql, *values):
    return c.execute(sql, values).fetchone()[0]


with open("demo/all-events.csv", newline="", encoding="utf-8") as f:
    head, *rows = f.readlines()
with open("first.csv", "w", encoding="utf-8") as f:
    f.writelines([head] + rows[: len(rows) // 2])
with open("second.csv", "w", encoding="utf-8") as f:
    f.writelines([head] + rows[len(rows) // 2 :])
r = run("import", "p.voc", "first.csv", "--journey", "b2b-sale", "--quiet")
test("half of the demo is imported", r.returncode == 0, r.stderr)


def of_voc(sql):
    return [tuple(r) for r in csv.reader(run("sql", "p.voc", sql, "--format", "csv").stdout.splitlines()[1:])]


# ---- one's own table
c = load(":memory:")
c.execute("ATTACH 'p.voc' AS shop")
c.execute("CREATE TABLE region(unit TEXT PRIMARY KEY, name TEXT)")
units = [u for (u,) in c.execute("SELECT unit FROM unit WHERE unit <> ''").fetchall()]
c.executemany("INSERT INTO region VALUES (?, ?)", [(u, "north" if i % 3 else "south") for i, u in enumerate(units)])
joined = c.execute("SELECT name, count(*) FROM region JOIN event USING (unit) GROUP BY name ORDER BY name").fetchall()
want = {"north": 0, "south": 0}
side = {u: "north" if i % 3 else "south" for i, u in enumerate(units)}
for (u,) in of_voc("SELECT unit FROM event WHERE unit IS NOT NULL"):
    want[side[u]] += 1
same("event joins with one's own table", sorted(want.items()), joined)
plan = " ".join(str(r[3]) for r in c.execute("EXPLAIN QUERY PLAN SELECT count(*) FROM region JOIN event USING (unit) WHERE region.rowid = 1"))
test("a join from one row asks by unit", "VIRTUAL TABLE INDEX 2:000" in plan, plan)

# ---- statements that are open at the same time, and ask for different columns
a = c.execute("SELECT id, stage FROM event")
first = a.fetchone()
b = c.execute("SELECT unit, stage FROM journey")
first_stay = b.fetchone()
cost = one(c, "SELECT sum(cost) FROM event WHERE touchpoint = 'brochure'")
text = one(c, "SELECT count(*) FROM event WHERE text IS NOT NULL")
same("a statement goes on while another one asks for more columns", one(c, "SELECT count(*) FROM event"), 1 + len(a.fetchall()))
same("so does one on the stays", one(c, "SELECT count(*) FROM journey"), 1 + len(b.fetchall()))
test("columns that were asked for later are there", cost and text, (cost, text))
del a, b

# ---- another process imports
c = load("p.voc")
before = one(c, "SELECT count(*) FROM event")
r = run("import", "p.voc", "second.csv", "--quiet")
test("a session that rests keeps nobody from importing", r.returncode == 0, r.stderr)
after = one(c, "SELECT count(*) FROM event")
same("the next statement sees what was imported in between", len(rows), after)
test("and did not before", before < after, (before, after))
same("the same statement prepared before sees it too", int(of_voc("SELECT count(*) FROM journey")[0][0]), one(c, "SELECT count(*) FROM journey"))
a = c.execute("SELECT id FROM event")
a.fetchone()
r = run("journey", "use", "p.voc", "--quiet")
del a
stays = "SELECT stage, count(*) FROM %s GROUP BY stage ORDER BY stage"
by_first = c.execute(stays % "journey").fetchall()
r = run("journey", "use", "p.voc", "crm-pipeline", "--quiet")
test("another journey is attached", r.returncode == 0, r.stderr)
same("the journey before can be asked by its name", by_first, c.execute("SELECT stage, count(*) FROM journey WHERE definition = ? GROUP BY stage ORDER BY stage", ("b2b-sale",)).fetchall())
same("as a statement of voc sql asks it", [(s, int(n)) for s, n in of_voc(stays % "journey('b2b-sale')")], by_first)
same("and stands beside the one in use", {"b2b-sale", "crm-pipeline"}, {d for (d,) in c.execute("SELECT definition FROM unit UNION SELECT definition FROM unit('b2b-sale')")})
r = run("journey", "use", "p.voc", "b2b-sale", "--quiet")
test("and back", r.returncode == 0, r.stderr)

# ---- the process keeps its locks: reading over the extension must not drop those of the program's own connection
w = sqlite3.connect("p.voc", isolation_level=None, timeout=0)
c.execute("BEGIN")
one(c, "SELECT count(*) FROM source")
one(c, "SELECT count(*) FROM event WHERE action = 'demo'")
other = subprocess.run([sys.executable, "-c", "import sqlite3\nc = sqlite3.connect('p.voc', isolation_level=None, timeout=0)\ntry:\n    c.execute('BEGIN EXCLUSIVE')\n    print('taken')\nexcept sqlite3.OperationalError as e:\n    print(e)"],
                       env={k: v for k, v in os.environ.items() if k != "LD_PRELOAD"}, capture_output=True, text=True).stdout.strip()
same("another process finds the program's lock after a read by the extension", "database is locked", other)
c.execute("COMMIT")
w.execute("BEGIN EXCLUSIVE")
w.execute("COMMIT")
test("and nothing is held when the statement has ended", True)
w.close()

# ---- several connections, each in its own thread
want = [int(of_voc("SELECT count(*) FROM event")[0][0]), int(of_voc("SELECT sum(episodes) FROM unit")[0][0])]
got = []


def ask():
    x = load("p.voc")
    got.append([one(x, "SELECT count(*) FROM event"), one(x, "SELECT sum(episodes) FROM unit")])
    x.close()


threads = [threading.Thread(target=ask) for _ in range(4)]
for t in threads:
    t.start()
for t in threads:
    t.join()
same("connections of several threads see the same", [want] * 4, got)

# ---- errors are Python's
try:
    load(":memory:").execute("SELECT count(*) FROM event").fetchone()
    test("without a project there is an error", False)
except sqlite3.OperationalError as e:
    test("without a project there is an error with the next step", "ATTACH" in str(e), e)
try:
    c.execute("INSERT INTO event(id) VALUES ('x')")
    test("event cannot be written", False)
except sqlite3.OperationalError as e:
    test("event cannot be written", True)
for _ in range(50):
    x = load("p.voc")
    one(x, "SELECT count(*) FROM unit WHERE unit = 'nobody'")
    x.close()
test("connections come and go", True)

# ---- the example of docs/sql.md, which has its project as arcwell.voc
r = run("import", "arcwell.voc", "demo/all-events.csv", "--journey", "b2b-sale", "--quiet")
r = subprocess.run([sys.executable, "example.py"], capture_output=True, text=True)
with open("example.out", encoding="utf-8") as f:
    same("the example of docs/sql.md prints what stands there", f.read(), r.stdout or r.stderr)
print("1..%d" % count)
