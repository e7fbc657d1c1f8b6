# SPDX-License-Identifier: MIT
"""People joined across sources, as METHODS 1.3 says it and by nothing else: no line of voc is used. Makes small worlds of ugly ids, has them
imported in any order, and compares who voc says did each thing; and the reference of METHODS, tests/truth/in/sec01_records.csv.

    python3 people.py VOC WORK TRUTH LAST    # the folder of the truth; worlds 1 to LAST
"""
import csv
import json
import os
import random
import re
import subprocess
import sys

ROLES = set("info sales support office noreply no-reply admin hello contact".split())
STRONG = {"crm", "mail", "web", "shop", "id", "email"}
SOURCES = {  # the columns of each, and what kind of id they are
    "crm": ["crm", "email", "phone"],
    "news": ["email"],
    "site": ["cookie", "phone", "id"],
    "shop": ["id", "email", "phone"],
    "till": ["id", "phone"],
}


def spelled(kind, value, country):
    """The key that all spellings of an id have, or None: it identifies nobody."""
    if kind == "email":
        value = value.strip().lower()
        return value if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value) else None
    if kind != "phone":
        return value
    digits = re.sub(r"\D", "", value)
    abroad = value.startswith("+") or digits.startswith("00") or not country
    if digits.startswith("00"):
        digits = digits[2:]
    elif not abroad and digits.startswith("0"):
        digits = country + digits[1:]
    elif not abroad and not (len(digits) > 10 and digits.startswith(country)):
        digits = country + digits
    return digits if len(digits) >= 7 else None


def rank(key):
    kind, value = key
    if kind not in STRONG:
        return 3
    return 0 if kind != "email" else 2 if value.split("@")[0].lower() in ROLES else 1


def shown(kind, value):
    return value if kind == "id" else kind + ":" + value


def people(rows, country):
    """rows: (source, [(kind, value as written)]). The name of the person of each, and pairs that might be one."""
    key_of, name, useless = {}, {}, set()
    for _, ids in rows:
        for kind, value in ids:
            text = spelled(kind, value, country)
            key = (kind, value.strip().lower() if kind == "email" else value if text is None else text)
            if text is None:
                useless.add(key)
            key_of[kind, value] = key
            written = value.lower() if kind == "email" else value
            name[key] = min(name.get(key, written), written)
    sets = sorted({(source, tuple(key_of[i] for i in ids)) for source, ids in rows})
    record = {ids: min(ids, key=rank) for _, ids in sets}
    holds = {(record[ids], key, source) for source, ids in sets for key in ids if key != record[ids]}
    for key in {k for _, k, _ in holds}:
        counts = [len({r for r, k, s in holds if k == key and s == source}) for source in {s for s, _ in sets}]
        if max(counts) > 5:
            useless.add(key)
    useless |= {key for key in name if key[0] == "email" and rank(key) == 2}
    parent = {key: key for key in name}

    def find(x):
        while parent[x] != x:
            x = parent[x]
        return x

    sound = [(r, k, s) for r, k, s in holds if r not in useless and k not in useless]
    for r, k, _ in sound:
        if r[0] in STRONG and k[0] in STRONG:
            parent[find(r)] = find(k)
    strong = {}  # what a strong key is one of several of: an address, or an id of one source
    for r, k, s in holds:
        for key in (r, k):
            if key[0] in STRONG and key not in useless:
                strong.setdefault(key, set()).add("email" if key[0] == "email" else (key[0], s))

    def sorts(cluster):
        return set().union(*(sorts for key, sorts in strong.items() if find(key) == cluster))

    def standing(cluster):
        records = [r for r in record.values() if find(r) == cluster]
        return min(records, key=lambda r: (rank(r), shown(r[0], name[r]).encode())) if records else None

    maybe = set()
    for key in sorted({k for _, k, _ in sound if k[0] not in STRONG}, key=lambda k: (k[0] + "\x1f" + k[1]).encode()):
        holders = {find(key)} | {find(r) for r, k, _ in sound if k == key}
        known = [c for c in holders if sorts(c)]
        doubtful = any(a != b and sorts(a) & sorts(b) for a in known for b in known)
        one = [c for c in holders if not (doubtful and c in known)]
        if doubtful:
            known.sort(key=lambda c: (rank(standing(c)), shown(standing(c)[0], name[standing(c)]).encode()))
            maybe |= {(known[0], c, key) for c in known[1:]}
        for c in one[1:]:
            parent[find(c)] = find(one[0])

    def called(key):
        best = standing(find(key))
        return shown(best[0], name[best])

    who = [called(record[tuple(key_of[i] for i in ids)]) for _, ids in rows]
    return who, sorted([called(a), called(b), shown(k[0], name[k])] for a, b, k in maybe)


def voc(program, *args):
    done = subprocess.run([program, *args], capture_output=True, text=True)
    if done.returncode:
        sys.exit("voc %s: %s" % (" ".join(args), done.stderr))
    return done.stdout


def sources_xml(columns):
    out = ['<sources xmlns="urn:vocstream:journey:1">']
    for source, kinds in columns.items():
        out.append('<source id="%s" as="events" watermark="none" files="%s*.csv">' % (source, source))
        out += ['<option name="%s" value="%s"/>' % (o, o) for o in ("time", "action", "object")]
        for kind in kinds:
            if kind == "account":
                out.append('<account from="account"/>')
            else:
                out.append('<alias kind="%s" from="%s" strength="%s"/>' % (kind, kind, "strong" if kind in STRONG else "weak"))
        out.append("</source>")
    return "\n".join(out + ["</sources>"])


def told(program, folder, columns, rows, country, order):
    """Writes the rows (source, {column: value}), imports them and gives who voc says each is, by number, and the project."""
    project = os.path.join(folder, "p.voc")
    files = {}
    for n, (source, values) in enumerate(rows):
        part = "%s%d.csv" % (source, order.randrange(2))
        files.setdefault((source, part), []).append([str(n)] + [values.get(c, "") for c in columns[source]])
    names = sorted(files)
    order.shuffle(names)
    with open(os.path.join(folder, "sources.xml"), "w") as f:
        f.write(sources_xml(columns))
    for source, part in names:
        with open(os.path.join(folder, part), "w", newline="") as f:
            out = csv.writer(f)
            out.writerow(["time", "action", "object"] + columns[source])
            for n, *ids in files[source, part]:
                out.writerow(["2024-05-%02d 10:00:00" % (1 + int(n) % 28), "seen", n] + ids)
    for _, part in names:
        voc(program, "import", project, os.path.join(folder, part), "--sources", os.path.join(folder, "sources.xml"), "--quiet")
    if country:
        voc(program, "people", project, "--country", country)
    who = voc(program, "sql", project, "SELECT object, individual FROM event WHERE individual IS NOT NULL", "--format", "csv", "--quiet")
    return project, {int(n): name for n, name in list(csv.reader(who.splitlines()))[1:]}


def table(program, project, name):
    lines = voc(program, "people", project, "--table", name, "--format", "csv", "--quiet").splitlines()
    return [row for row in csv.reader(lines)][1:]


def world(number):
    dice = random.Random(number)
    size = dice.choice([4, 8, 14])
    pools = {
        "crm": [str(k) for k in range(size)],
        "email": ["p%d@x.org" % k for k in range(size)] + ["P1@X.org", "info@x.org", "nobody", "a@b"],
        "phone": ["+1 555 010 %04d" % k for k in range(size // 2)] + ["555-010-%04d" % k for k in range(3)] + ["001555010%04d" % k for k in range(3)] + ["12 34"],
        "cookie": ["c%d" % k for k in range(size)],
        "id": ["u%d" % k for k in range(size)] + ["t%d" % k for k in range(size)],
    }
    rows = []
    for _ in range(dice.choice([6, 25, 60])):
        source = dice.choice(sorted(SOURCES))
        values = {c: dice.choice(pools[c]) for c in SOURCES[source] if dice.random() < dice.choice([0.4, 0.8])}
        rows.append((source, values))
    return rows, dice.choice(["", "1"]), dice


def compare(number, program, work):
    rows, country, dice = world(number)
    folder = os.path.join(work, "w%d" % number)
    os.mkdir(folder)
    project, who = told(program, folder, SOURCES, rows, country, dice)
    named = [(n, source, [(c, values[c]) for c in SOURCES[source] if c in values]) for n, (source, values) in enumerate(rows)]
    named = [x for x in named if x[2]]
    expected, maybe = people([(source, ids) for _, source, ids in named], country)
    wrong = ["world %d, row %d %s: %s, not %s" % (number, n, ids, who.get(n), name) for (n, _, ids), name in zip(named, expected) if who.get(n) != name]
    if table(program, project, "duplicates") != maybe:
        wrong.append("world %d: possible duplicates %s, not %s" % (number, table(program, project, "duplicates"), maybe))
    return len(expected), wrong


def truth(program, work, folder):
    """The records of METHODS 1.3: their clusters, keys, doubts, conflicts and who is unlinked."""
    with open(os.path.join(folder, "in", "sec01_records.csv")) as f:
        records = list(csv.DictReader(f))
    with open(os.path.join(folder, "expected", "sec01_identity.json")) as f:
        expected = json.load(f)
    columns = {s: [s, "email", "phone", "account"] for s in ("crm", "mail", "web", "shop")}
    here = os.path.join(work, "truth")
    os.mkdir(here)
    rows = [(r["source"], {r["source"]: r["id"], "email": r["email"], "phone": r["phone"], "account": r["account"]}) for r in records]
    project, who = told(program, here, columns, rows, "1", random.Random(1))
    clusters = {}
    for n, r in enumerate(records):
        clusters.setdefault(who[n], []).append(r["source"] + ":" + r["id"])
    keys = table(program, project, "keys")
    conflicts = {}
    for person, _, account, _ in table(program, project, "conflicts"):
        conflicts.setdefault(person, []).append(account)
    digits = lambda key: key.split(":")[0] + " " + spelled("phone", key.split(":")[1], "1")
    found = {
        "clusters": {c: sorted(m) for c, m in clusters.items()},
        "demoted_keys": [digits(key).split()[1] for key, _, why in keys if key.startswith("phone:")],
        "possible_duplicates": [[a, b, digits(key)] for a, b, key in table(program, project, "duplicates")],
        "account_conflicts": [[person, sorted(set(of))] for person, of in conflicts.items()],
        "unlinked": sum(int(row[4]) for row in table(program, project, "sources")),
    }
    wrong = ["truth: %s is %s, not %s" % (k, found[k], expected[k]) for k in found if found[k] != expected[k]]
    n_role = sum(int(n) for key, n, _ in keys if key.startswith("email:"))
    if n_role != len(expected["role_addresses"]):
        wrong.append("truth: %d records with an address of a role" % n_role)
    return len(records), wrong


if __name__ == "__main__":
    program, work, folder, last = sys.argv[1:5]
    n, wrong = truth(program, work, folder)
    for number in range(1, int(last) + 1):
        m, w = compare(number, program, work)
        n, wrong = n + m, wrong + w
    print("compared %d" % n, *wrong, sep="\n")
