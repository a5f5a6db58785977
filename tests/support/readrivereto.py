#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A reader of .rivereto files written from resources/docs/format.md alone: plain Python, sqlite3 and the zstd program.

readrivereto.py FILE [COLUMN]   octets (times the sampling rate) by SrcAS, or by another column of numbers; checks every checksum.
Prints VALUE,OCTETS lines in no order. It is slow and holds a segment in memory; it exists to prove the document.
"""
import sqlite3
import struct
import subprocess
import sys

MASK = (1 << 64) - 1
# Octets of a cell by type; all others, texts and lists among them, have four.
CELL = dict.fromkeys("uint8 proto boundary direction samplingsource exportprotocol natevent firewallevent biflowdirection endreason sizebucket".split(), 1)
CELL |= dict.fromkeys("uint16 port etype tcpflags icmp dropreason".split(), 2)
CELL |= {"uint64": 8, "time": 8, "mac": 8, "ip": 16}


def mix(x):
    x = (x ^ x >> 33) * 0xFF51AFD7ED558CCD & MASK
    x = (x ^ x >> 33) * 0xC4CEB9FE1A85EC53 & MASK
    return x ^ x >> 33


def checksum(data):
    total = len(data)
    whole = len(data) // 8 * 8
    for (word,) in struct.iter_unpack("<Q", data[:whole]):
        total = mix(total ^ word) + 0x9E3779B97F4A7C15 & MASK
    return mix(total ^ int.from_bytes(data[whole:], "little"))


def signed(number):
    return number - (1 << 64) if number >> 63 else number


def unzigzag(number):
    return number >> 1 ^ -(number & 1)


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        out = self.data[self.at:self.at + count]
        if len(out) != count:
            raise ValueError("a blob is too short")
        self.at += count
        return out

    def number(self, octets):
        return int.from_bytes(self.take(octets), "little")

    def varint(self):
        out = shift = 0
        while True:
            octet = self.number(1)
            out |= (octet & 0x7F) << shift
            shift += 7
            if octet < 0x80:
                return out & MASK

    def rest(self):
        return self.data[self.at:]


def numbers(reader, count):
    out = []
    while len(out) < count:
        n = min(256, count - len(out))
        width, base = reader.number(1), reader.varint()
        bits = int.from_bytes(reader.take((n * width + 7) // 8), "little")
        out += [base + (bits >> i * width & (1 << width) - 1) & MASK for i in range(n)]
    return out


def deltas(reader, count):
    if count == 0:
        return []
    value = unzigzag(reader.varint()) & MASK
    out = []
    for i, step in enumerate(numbers(reader, count)):
        if i > 0:
            value = value + unzigzag(step) & MASK
        out.append(value)
    return out


def gaps(reader, count):
    if count == 0:
        return []
    value = reader.varint()
    out = []
    while len(out) < count:
        k, bits = reader.number(1), Bits(reader)
        for _ in range(min(256, count - len(out))):
            zeros = 0
            while zeros < 12 and bits.take(1) == 0:
                zeros += 1
            gap = zeros << k | bits.take(k) if zeros < 12 else bits.take(bits.take(6) + 1)
            value = value + gap & MASK
            out.append(value)
    return out


class Bits:
    def __init__(self, reader):
        self.reader, self.octet, self.left = reader, 0, 0

    def take(self, count):
        out = 0
        for i in range(count):
            if self.left == 0:
                self.octet, self.left = self.reader.number(1), 8
            out |= (self.octet & 1) << i
            self.octet >>= 1
            self.left -= 1
        return out


def run(reader, count):
    kind = reader.number(1)
    if kind == 0:
        return numbers(reader, count)
    if kind == 1:
        return deltas(reader, count)
    if kind == 4:
        return gaps(reader, count)
    out, value = [], 0
    if kind == 2:
        if count == 0:
            return out
        value = reader.varint()
        steps = numbers(reader, count)
    elif kind == 3:
        steps = [reader.varint() for _ in range(count)]
    else:
        raise ValueError(f"no such run: {kind}")
    for step in steps:
        value = value + step & MASK
        out.append(value)
    return out


def unzstd(reader):
    size = reader.varint()
    out = subprocess.run(["zstd", "-dcq"], input=reader.rest(), stdout=subprocess.PIPE, check=True).stdout
    if len(out) != size:
        raise ValueError("a zstd frame has another length")
    return out


def values(data, count, cell):
    reader = Reader(data)
    encoding = reader.number(1)
    if encoding == 7:
        reader = Reader(unzstd(reader))
        encoding = reader.number(1)
    if encoding != 6:
        raise ValueError("values do not begin with 6")
    if cell != 16:
        return run(reader, count)
    short = reader.varint()
    low = run(reader, short)
    upper, lower = run(reader, count - short), run(reader, count - short)
    return low + [u << 64 | l for u, l in zip(upper, lower)]


class Column:
    """Either one value a row, or codes into values."""

    def __init__(self, cells, codes=None):
        self.cells, self.codes = cells, codes

    def rows(self):
        return self.cells if self.codes is None else [self.cells[code] for code in self.codes]


def decode(data, cell, rows, parent=None):
    reader = Reader(data)
    encoding = reader.number(1)
    if encoding == 0:
        data = reader.take(cell)
        value = int.from_bytes(data, "little") if cell != 16 else int.from_bytes(data[:8], "little") << 64 | int.from_bytes(data[8:], "little")
        return Column([value], [0] * rows)
    if encoding == 1:
        return Column(numbers(reader, rows))
    if encoding == 2:
        return Column(deltas(reader, rows))
    if encoding == 3:
        distinct = reader.varint()
        cells = values(reader.take(reader.varint()), distinct, cell)
        return Column(cells, decode(reader.rest(), 2, rows).rows())
    if encoding == 4:
        inner = decode(reader.rest(), cell, len(parent.cells)).rows()
        return Column(inner, parent.codes)
    if encoding == 5:
        codes = decode(reader.rest(), 8, rows).rows()
        return Column([0 if code == 0 else p - unzigzag(code - 1) & MASK for code, p in zip(codes, parent.rows())])
    if encoding == 6:
        return Column(values(data, rows, cell))
    if encoding == 7:
        return decode(unzstd(reader), cell, rows, parent)
    if encoding == 8:
        base, planes = reader.varint(), reader.number(1)
        octets = [reader.take(rows) for _ in range(planes)]
        return Column([base + sum(octets[p][row] << 8 * p for p in range(planes)) & MASK for row in range(rows)])
    raise ValueError(f"no such encoding: {encoding}")


class Segment:
    def __init__(self, file, number, rows, directory):
        self.file, self.number, self.rows, self.decoded = file, number, rows, {}
        self.columns = {}
        reader = Reader(directory)
        for _ in range(reader.varint()):
            column, parent, check = reader.number(2), reader.number(2), reader.number(8)
            reader.take(32)
            self.columns[column] = parent, check

    def column(self, number):
        if number not in self.columns:
            return Column([0], [0] * self.rows)
        if number not in self.decoded:
            parent, check = self.columns[number]
            (data,) = self.file.database.execute("SELECT data FROM blobs WHERE id = ?", (self.number * 1024 + number,)).fetchone()
            if checksum(data) != check:
                raise ValueError(f"segment {self.number}, column {number}: the checksum differs")
            cell = CELL.get(self.file.types[number], 4)
            self.decoded[number] = decode(data, cell, self.rows, self.column(parent) if parent else None)
        return self.decoded[number]


class File:
    def __init__(self, path):
        self.database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        self.database.execute("BEGIN")
        pragma = lambda name: self.database.execute(f"PRAGMA {name}").fetchone()[0]
        if pragma("application_id") != 0x5256544F or pragma("user_version") not in (1, 2):
            raise ValueError("no .rivereto file of a version this reader knows")
        self.version = pragma("user_version")
        rows = self.database.execute("SELECT id, name, type FROM columns").fetchall()
        self.number = {name: number for number, name, _ in rows}
        self.types = {number: type for number, _, type in rows}

    def segments(self):
        check = "checksum" if self.version >= 2 else "NULL"
        for row in self.database.execute(f"SELECT id, rows, time_min, time_max, directory, {check} FROM segments").fetchall():
            if row[5] is not None and row[5] != signed(checksum(struct.pack("<4q", *row[:4]) + row[4])):
                raise ValueError(f"segment {row[0]}: the checksum of its directory differs")
            yield Segment(self, row[0], row[1], row[4])


def main():
    file = File(sys.argv[1])
    key = file.number[sys.argv[2] if len(sys.argv) > 2 else "SrcAS"]
    sums = {}
    for segment in file.segments():
        for number in segment.columns:
            segment.column(number)
        keys, octets, rate = (segment.column(n).rows() for n in (key, file.number["Bytes"], file.number["SamplingRate"]))
        for k, o, r in zip(keys, octets, rate):
            sums[k] = sums.get(k, 0) + o * max(r, 1)
    for k, o in sums.items():
        print(f"{k},{o}")


main()
