# SPDX-License-Identifier: MIT
"""Reads project files as docs/project-file.md describes them, and by nothing else: no line of voc is used. For each file it
prints the digest, computed from what was read, and every promise of that page which the file breaks.

    python3 project.py FILE...
"""
import ctypes
import hashlib
import sqlite3
import struct
import sys

MISSING = -(2 ** 63)
ACTION, TOUCHPOINT, CHANNEL, CAMPAIGN, OBJECT, CASE, ROLE, OWNER, THREAD, LANGUAGE, SOURCE, ALIASES, KEY, VALUE = range(14)
EVENTS, ATTRIBUTES, TUPLES, NAMES, MEASURES = 1, 2, 3, 4, 5
TEXTS = {16, 20, 21, 23, 29}


def library(name):
    try:
        return ctypes.CDLL(name)
    except OSError:
        print("SKIP there is no", name)
        sys.exit(0)


zstd = library("libzstd.so.1")
zstd.ZSTD_decompress.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t]
zstd.ZSTD_decompress.restype = ctypes.c_size_t
xxh = library("libxxhash.so.0")
xxh.XXH3_64bits_withSeed.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint64]
xxh.XXH3_64bits_withSeed.restype = ctypes.c_uint64


def xxh3(data, seed=0):
    return xxh.XXH3_64bits_withSeed(data, len(data), seed)


def signed(v):
    v &= 2 ** 64 - 1
    return v - 2 ** 64 if v >> 63 else v


def unzigzag(v):
    return v >> 1 if v % 2 == 0 else -(v >> 1) - 1


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def number(data, at=0):
    return struct.unpack_from("<q", data, at)[0]


class Wrong(Exception):
    pass


# ---- columns -----------------------------------------------------------------------------------------------------------------


def packed(data, n):
    base, scale, width = number(data), number(data, 8), data[16]
    out, mask = [], (1 << width) - 1
    for bit in range(0, n * width, width) if width else [0] * n:
        word = int.from_bytes(data[17 + bit // 8:17 + (bit + width + 7) // 8], "little")
        out.append(signed(base + (word >> bit % 8 & mask) * scale))
    return out


def delta(data, n):
    value, scale = number(data), number(data, 8)
    out, at = [value], 16 + n // 2
    for i in range(1, n):
        nibble = data[16 + (i - 1) // 2]
        length = nibble & 15 if i % 2 else nibble >> 4
        if length > 8:
            raise Wrong("a step of more than 8 bytes")
        value = signed(value + unzigzag(int.from_bytes(data[at:at + length], "little")) * scale)
        at += length
        out.append(value)
    return out


def sparse(data, n):
    common, scale = number(data), number(data, 8)
    count, = struct.unpack_from("<I", data, 16)
    out, at, row = [common] * n, 20, 0
    for _ in range(count):
        step, at = varint(data, at)
        value, at = varint(data, at)
        row += step
        out[row] = signed(unzigzag(value) * scale)
    return out


def texts(data, n):
    lengths, at, out = [], 0, []
    for _ in range(n):
        length, at = varint(data, at)
        lengths.append(length)
    for length in lengths:
        out.append(data[at:at + length])
        at += length
    if at != len(data):
        raise Wrong("texts that do not fill their column")
    return out


def unpacked(data):
    size, = struct.unpack_from("<Q", data)
    room = ctypes.create_string_buffer(max(size, 1))
    if zstd.ZSTD_decompress(room, size, data[8:], len(data) - 8) != size:
        raise Wrong("a zstd frame of another size")
    return room.raw[:size]


def runs(data, n):
    count, = struct.unpack_from("<I", data)
    out, at, value = [], 4, 0
    for _ in range(count):
        rows, at = varint(data, at)
        step, at = varint(data, at)
        value = signed(value + unzigzag(step))
        out += [value] * rows
    return out


def short(data, n):
    base, at, out = number(data), 8 + (n + 3) // 4, []
    for i in range(n):
        length = (data[8 + i // 4] >> 2 * (i % 4) & 3) + 1
        out.append(signed(base + int.from_bytes(data[at:at + length], "little")))
        at += length
    return out


def column(codec, data, n, is_text):
    if codec == 0:
        return [data if is_text else number(data)] * n
    read = {1: packed, 2: delta, 3: sparse, 4: texts, 5: lambda d, n: texts(unpacked(d), n), 6: runs, 7: short}.get(codec)
    if read is None or is_text != (codec in (4, 5)):
        raise Wrong("codec %d" % codec)
    values = read(data, n)
    if len(values) != n:
        raise Wrong("a column of %d rows where the block has %d" % (len(values), n))
    return values


def block(data, kind):
    magic, layout, of_kind, c, n, zero, checksum = struct.unpack_from("<4sBBHIIQ", data)
    if (magic, layout, of_kind, zero) != (b"VOCB", 1, kind, 0) or not 1 <= n <= 65536:
        raise Wrong("the head of a block")
    begin = 24 + 24 * c
    if xxh3(data[:16] + data[24:begin]) != checksum:
        raise Wrong("the checksum of a directory")
    columns = {}
    for i in range(c):
        which, codec, zero1, offset, length, zero2, checksum = struct.unpack_from("<HBBIIIQ", data, 24 + 24 * i)
        part = data[begin + offset:begin + offset + length]
        if zero1 or zero2 or len(part) != length or xxh3(part) != checksum:
            raise Wrong("the checksum of column %d" % which)
        columns[which] = column(codec, part, n, which in TEXTS)
    return n, columns


# ---- the file ----------------------------------------------------------------------------------------------------------------


class Project:
    def __init__(self, path):
        with open(path, "rb") as f:
            self.bytes = f.read()
        self.db = sqlite3.connect("file:%s?mode=ro&immutable=1" % path, uri=True)
        self.db.text_factory = bytes
        self.broken = []
        self.sum = 0
        self.counts = {}
        self.pages()
        self.dictionaries()
        self.sources = dict(self.rows("SELECT number, source FROM import"))
        self.tuples = self.read_tuples()

    def rows(self, sql, *args):
        return self.db.execute(sql, args)

    def one(self, sql):
        return self.db.execute(sql).fetchone()[0]

    def hold(self, true, promise):
        if not true and promise not in self.broken:
            self.broken.append(promise)

    def pages(self):
        size = struct.unpack_from(">H", self.bytes, 16)[0]
        size = 65536 if size == 1 else size
        self.hold(self.one("PRAGMA application_id") == 0x566F6331, "application_id")
        self.hold(size == 16384 and self.bytes[18] == 1, "pages of 16 KiB, at rest in journal mode DELETE")
        if self.bytes[20] == 8:
            for k in range(len(self.bytes) // size):
                page = self.bytes[k * size:(k + 1) * size]
                self.hold((xxh3(page[:-8], k + 1) or 1) == struct.unpack("<Q", page[-8:])[0], "the sum of page %d" % (k + 1))

    def dictionaries(self):
        self.names = {space: {0: b""} for space in range(14)}
        for space, code, text in self.rows("SELECT space, code, text FROM string"):
            self.names[space][code] = text
        for space, first, n, _, data in self.rows("SELECT space, first, n, flags, data FROM names"):
            rows, columns = block(data, NAMES)
            self.hold(rows == n and list(columns) == [29], "names: as many as the row says, in one column")
            for k, text in enumerate(columns[29]):
                self.names[space][first + k] = text
        for space, names in self.names.items():
            self.hold(sorted(names) == list(range(len(names))) and len(set(names.values())) == len(names), "codes of space %d run from 1 without gaps, no text twice" % space)

    def text(self, space, code):
        return self.names[space][code]

    def blocks(self, kind):
        for row in self.rows("SELECT * FROM block WHERE kind = ? ORDER BY id", kind):
            named = dict(zip([d[0] for d in self.db.execute("SELECT * FROM block LIMIT 0").description], row))
            n, columns = block(named.pop("data"), kind)
            self.hold(n == named["rows"], "rows of a block")
            yield named, n, columns

    def read_tuples(self):
        out = []
        for row, n, c in self.blocks(TUPLES):
            self.hold(row["import"] == 0, "tuples belong to the project")
            zero = [0] * n
            out += zip(*(c.get(k, zero) for k in (4, 5, 6, 7, 10, 11, 22, 2, 3, 15, 28)))
        self.hold(len(set(out)) == len(out), "no two tuples are alike")
        return out

    # -- the digest
    def add(self, kind, *fields):
        row = kind
        for f in fields:
            row += struct.pack("<q", f) if isinstance(f, int) else struct.pack("<Q", len(f)) + f
        self.sum += int.from_bytes(hashlib.blake2b(row, digest_size=32).digest(), "little")
        self.counts[kind] = self.counts.get(kind, 0) + 1

    @staticmethod
    def identity(source, own_id, record, sub):
        return (source, own_id, 0, 0) if own_id else (source, own_id, record, sub)

    # -- events
    def events(self):
        last = {}
        for row, n, c in self.blocks(EVENTS):
            zero, empty, missing = [0] * n, [b""] * n, [MISSING] * n
            of = {k: c.get(k, empty if k in TEXTS else missing if k in (17, 18, 19) else zero) for k in (1, 8, 9, 12, 13, 14, 16, 17, 18, 19, 20, 21, 23, 24, 25, 26, 27)}
            imports = c[30] if row["import"] < 0 else [row["import"]] * n
            units = 0
            # Where a run goes on is told by run, and by keys that do not fall.
            where = row["import"], row["run"]
            before = last.get(where)
            if before is not None and row["first_key"] is not None and row["first_key"] < before[0]:
                before = None
            has = kinds = 0
            for i in range(n):
                case, account, customer = self.text(CASE, of[9][i]), self.text(ALIASES, of[14][i]), self.text(ALIASES, of[13][i])
                unit = case or account or customer
                key = signed(xxh3(unit) ^ 1 << 63)
                source = self.sources[imports[i]]
                action, touchpoint, channel, campaign, role, owner, language, resolution, actor, ref_kind, named = self.tuples[of[27][i]]
                self.hold(bool(named) == bool(unit), "tuples say whether somebody is named")
                rank = {0: 0, 1: 0, 2: 1, 3: 2}[actor]
                order = (key, unit, of[1][i], rank, of[20][i]) + ((source,) if row["import"] < 0 else ()) + (of[24][i], of[25][i])
                self.hold(before is None or before <= order, "rows of a run are in order")
                units += before is None or before[1] != unit
                before = order
                kinds |= (8 if case else 2 if account else 4 if customer else 1) | (128 if customer and account else 0)
                for bit, column_ in ((0x80, 8), (0x100, 9), (0x800, 12), (0x1000, 13), (0x2000, 14), (0x8000, 16), (0x20000, 20), (0x40000, 21), (0x80000, 23)):
                    has |= bit if of[column_][i] else 0
                has |= 0x10000 if any(of[k][i] != MISSING for k in (17, 18, 19)) else 0
                if i == 0:
                    self.hold(row["first_key"] is None or row["first_key"] == key, "first_key")
                if i == n - 1:
                    self.hold(row["last_key"] is None or row["last_key"] == key, "last_key")
                self.add(b"E", *self.identity(source, of[20][i], of[24][i], of[25][i]), of[1][i], resolution, actor, self.text(ACTION, action), self.text(TOUCHPOINT, touchpoint),
                         self.text(CHANNEL, channel), self.text(CAMPAIGN, campaign), self.text(OBJECT, of[8][i]), case, self.text(ROLE, role), self.text(OWNER, owner),
                         self.text(THREAD, of[12][i]), customer, account, self.text(LANGUAGE, language), ref_kind, of[16][i], of[17][i], of[18][i], of[19][i], of[21][i], of[23][i])
            last[where] = before
            self.hold(row["first_us"] == min(of[1]) and row["last_us"] == max(of[1]), "first_us and last_us of a block of events")
            self.hold(row["kinds"] is None or row["kinds"] == kinds, "kinds of a block: %s where rows say %s" % (row["kinds"], kinds))
            self.hold(row["has"] is None or row["has"] == has, "has of a block: %s where rows say %s" % (row["has"], has))
            self.hold(row["has_ids"] == any(of[20]), "has_ids of a block")
            self.hold(row["units"] is None or row["units"] == units, "units that begin in a block: %s where rows say %s" % (row["units"], units))
        for number_, records, parts, bytes_, pieces in self.rows("SELECT number, records, gave + rejected + ignored, bytes, gave_bytes + rejected_bytes + ignored_bytes + framing_bytes FROM import"):
            self.hold(records == parts and bytes_ == pieces, "the account of import %d" % number_)

    # -- what is known of people
    def who(self, entity, code):
        return self.text(CASE if entity == 3 else ALIASES, code)

    def attributes(self):
        observed = []
        for row, n, c in self.blocks(ATTRIBUTES):
            zero, empty = [0] * n, [b""] * n
            for i in range(n):
                at = lambda k, other=zero: c.get(k, other)[i]
                source = self.sources[row["import"]]
                own = at(20, empty)
                observed.append((at(40), self.who(at(40), at(42)), self.text(KEY, at(43)), at(1), (own,) if own else (b"", source, at(24)), at(25), at(41), self.text(VALUE, at(44))))
        observed.sort(key=lambda o: o[:6])
        # The value at a time is the last of that time; what says again what was known is not counted.
        known = None
        for k, o in enumerate(observed):
            if k + 1 < len(observed) and observed[k + 1][:4] == o[:4]:
                continue
            if known is not None and known[:3] == o[:3] and known[6:] == o[6:]:
                continue
            known = o
            self.add(b"A", o[0], o[1], o[2], o[6], o[7], o[3])

    def measures(self):
        for row, n, c in self.blocks(MEASURES):
            zero, empty = [0] * n, [b""] * n
            for i in range(n):
                at = lambda k, other=zero: c.get(k, other)[i]
                source = self.sources[row["import"]]
                self.add(b"M", *self.identity(source, at(20, empty), at(24), at(25)), at(40), self.who(at(40), at(42)), self.text(KEY, at(43)), at(41), at(21, empty), at(45), at(46),
                         self.text(KEY, at(47)), at(1), at(2))

    # -- rows of tables
    def tables(self):
        none = lambda v, other: other if v is None else v
        for imp, customer, time, resolution, text, language, ref_kind, ref, own, record, sub in self.rows("SELECT import, customer, time_us, resolution, text, language, ref_kind, ref, own_id, record, sub FROM word"):
            self.add(b"W", *self.identity(self.sources[imp], none(own, b""), record, sub), self.text(ALIASES, none(customer, 0)), none(time, MISSING), resolution, none(text, b""), none(language, b""), ref_kind, none(ref, b""))
        for imp, name, cells, begin, until, resolution, own, record, sub in self.rows("SELECT import, name, cells, from_us, until_us, resolution, own_id, record, sub FROM reference"):
            self.add(b"T", *self.identity(self.sources[imp], none(own, b""), record, sub), name, cells, none(begin, MISSING), none(until, MISSING), resolution)
        for imp, record, line, code, reason, raw in self.rows("SELECT import, record, line, code, reason, raw FROM reject"):
            self.add(b"R", self.sources[imp], record, line, code, reason, raw)
        for id_, version, journey, sources, codebook in self.rows("SELECT id, version, journey_xml, sources_xml, codebook_xml FROM definition"):
            self.add(b"D", id_, none(version, b""), none(journey, b""), none(sources, b""), none(codebook, b""))

    def digest(self):
        self.events()
        self.attributes()
        self.measures()
        self.tables()
        return (self.sum % 2 ** 256).to_bytes(32, "little").hex()


for path in sys.argv[1:]:
    try:
        project = Project(path)
        print(project.digest(), " ".join("%s%d" % (k.decode(), n) for k, n in sorted(project.counts.items())))
        for promise in project.broken:
            print("BROKEN", promise)
    except (Wrong, KeyError, IndexError, struct.error) as e:
        print("UNREADABLE", path, type(e).__name__, e)
