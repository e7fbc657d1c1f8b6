# SPDX-License-Identifier: MIT
"""Counts what the files of the shared data hold, by other means than ours: Python's csv, mailbox and json, and the number of
<event> tags. Writes counts.tsv, which counts.py holds against what voc import says:

    python3 derive.py PATH/TO/data FILE... >counts.tsv      (FILE...: below data, as read by one import each)

"records" are those of voc's account (gave rows + rejected + ignored), "events" those that were stored. How they are counted:
csv: rows of Python's csv below the header; mails: files, and mails of mailboxes by Python's mailbox; xes: <event> tags, and traces
without one; xml: <event> tags; json: members of events; sql: rows of table event; lines: lines that are not empty, also of
the structures of surveys, which hold no answers.
"""
import bz2, csv, gzip, io, json, mailbox, os, re, sqlite3, sys

csv.field_size_limit(1 << 30)


def content(path):
    if path.endswith(".gz"):
        return gzip.open(path).read()
    if path.endswith(".bz2"):
        return bz2.open(path).read()
    with open(path, "rb") as f:
        return f.read()


def text_of(data):
    for charset in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(charset)
        except UnicodeDecodeError:
            pass
    return data.decode("latin-1")


def rows(data):
    text = text_of(data)
    first = text.split("\n", 1)[0]
    separator = max(",;\t|", key=first.count)
    return [r for r in csv.reader(io.StringIO(text, newline=""), delimiter=separator) if r]


def headers_of(path, table):
    """Rows of a survey's export that stand above its answers."""
    if "survey/qualtrics" in path:
        return 3 if any(c.startswith('{"ImportId"') or c.startswith("{'ImportId'") for c in table[2]) else 2
    if "survey/surveymonkey" in path:
        return 2 if table[1][0] == "" or table[1][1] == "" or "Response" in table[1][1:3] else 1
    return 1


def mails(path):
    """Messages in a file, a folder of files, or a Maildir."""
    if os.path.isdir(path):
        inner = [d for d in ("cur", "new") if os.path.isdir(os.path.join(path, d))]
        folders = [os.path.join(path, d) for d in inner] or [path]
        files = [os.path.join(d, f) for d in folders for f in sorted(os.listdir(d)) if not f.startswith(".")]
        return sum(mails(f) for f in files if os.path.isfile(f))
    if content(path)[:5] == b"From ":
        return len(mailbox.mbox(path, create=False))
    return 1


def derive(base, path):
    """(column, count, how), or None: of this kind nothing is counted."""
    full = os.path.join(base, path)
    name = re.sub(r"\.(gz|bz2)$", "", path)
    if path.startswith("email/"):
        return "records", mails(full), "mails"
    if os.path.isdir(full):
        return None
    if name.endswith(".xes"):
        data = content(full)
        bare = [t for t in re.findall(rb"<trace[^>]*/>|<trace[^>]*[^/]>.*?</trace>|<trace>.*?</trace>", data, re.S) if b"<event" not in t]
        return "records", len(re.findall(rb"<event[ >/]", data)) + len(bare), "xes"
    if name.endswith((".csv", ".tsv")):
        table = rows(content(full))
        return "records", len(table) - headers_of(path, table), "csv"
    if path.startswith("ocel/") and path.endswith(".sqlite"):
        tables = sqlite3.connect("file:%s?mode=ro&immutable=1" % full, uri=True)
        return "events", tables.execute("SELECT count(*) FROM event").fetchone()[0], "sql"
    if path.startswith("ocel/"):
        data = content(full)
        if name.endswith(".jsonocel"):
            log = json.loads(data)
            return "events", len(log.get("ocel:events", log.get("events", ()))), "json"
        if name.endswith(".xmlocel"):
            return "events", len(re.findall(rb"<event[ >]", data)), "xml"
    if path.endswith((".asc", ".lss", ".lsg", ".qsf", ".sss")) or (path.startswith("survey/limesurvey/") and path.endswith(".txt")):
        return "records", sum(1 for l in content(full).split(b"\n") if l.strip(b"\r")), "lines"
    if path.startswith("weblog/"):
        return "records", sum(1 for l in content(full).split(b"\n") if l.strip(b"\r")), "lines"
    return None


if __name__ == "__main__":
    base = sys.argv[1]
    for path in sys.argv[2:]:
        found = derive(base, path)
        if found:
            print("\t".join((path, found[0], str(found[1]), found[2])))
