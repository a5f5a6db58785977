# SPDX-License-Identifier: GPL-3.0-or-later
"""Pairs the flows of the program under test with records that another program decoded of the same capture, and reports
where their fields differ.

A record of theirs is {column: [values that would be right]}; times are milliseconds, numbers are numbers.
"""
import datetime
import json
import subprocess
from collections import defaultdict

KEY = ("SrcAddr", "DstAddr", "SrcPort", "DstPort", "Proto")
FLAGS = {"F": 1, "S": 2, "R": 4, "P": 8, "A": 16, "U": 32, "E": 64, "C": 128, "N": 256}
PROTOCOLS = {}


def protocol_numbers():
    """Names of IP protocols as the program itself lists them would not be independent; the system's list is."""
    with open("/etc/protocols", encoding="utf-8") as file:
        for line in file:
            words = line.split("#")[0].split()
            for name in words[:1] + words[2:]:
                PROTOCOLS[name.lower()] = int(words[1])
    PROTOCOLS.update(ipv4=4, ipv6=41, stp=118, uti=120, crudp=127, **{"dcn-meas": 19})  # as IANA calls them


def our_value(column, value):
    if column == "Proto":
        return value if isinstance(value, int) else PROTOCOLS.get(str(value).lower(), int(value) if str(value).isdigit() else -1)
    if column == "TCPFlags":
        return sum(FLAGS.get(letter, 0) for letter in value)
    if column.startswith("Time"):
        return round(datetime.datetime.fromisoformat(value.replace("Z", "+00:00")).timestamp() * 1000)
    return value


def ours(rivereto, capture, *options):
    command = [rivereto, "query", "-r", capture, "--kind", "flows", "--format", "ndjson", "--count", "0", "--quiet", *options]
    run = subprocess.run(command, capture_output=True, check=False)
    return [{k: our_value(k, v) for k, v in json.loads(line).items()} for line in run.stdout.splitlines()]


def empty(value):
    return value in (0, "0.0.0.0", "::", "00:00:00:00:00:00")


def same(column, row, values):
    mine = row.get(column)
    if mine is None:
        return any(empty(v) for v in values)
    if column in ("Bytes", "Packets") and mine * row.get("SamplingRate", 1) in values:
        return True  # nfdump multiplies by a rate that it knows
    if column.startswith("Time"):
        return any(abs(mine - v) <= 1 for v in values)
    return mine in values


def key_of(record):
    """What pairs records: of a repeated element the first, but of addresses the first that is one (the other family's is zero).
    In the ports of ICMP some keep type and code, some nothing."""
    key = []
    for column in KEY:
        values = record.get(column)
        values = values if isinstance(values, list) else [values]
        if column.endswith("Addr"):
            values = [v for v in values if v is not None and not empty(v)]
        key.append(values[0] if values and not empty(values[0]) else None)
    key = tuple(key)
    return key[:2] + key[4:] if key[4] in (1, 58) else key


def match(mine, records):
    """Pairs each of their records with one of ours of the same addresses, ports and protocol, the most alike first."""
    buckets = defaultdict(list)
    for row in mine:
        buckets[key_of(row)].append(row)
    for record in records:
        bucket = buckets.get(key_of(record), [])
        if not bucket:
            yield record, None
            continue
        best = min(range(len(bucket)), key=lambda i: sum(not same(c, bucket[i], v) for c, v in record.items() if v))
        yield record, bucket.pop(best)


def compare(label, mine, records):
    """Prints a line for each field that differs: label, column, how many records, the first; returns records and fields."""
    fields = 0
    wrong = defaultdict(list)
    for record, row in match(mine, records):
        if row is None:
            wrong["record"].append(", ".join(f"{c} {v[0]}" for c, v in record.items() if v and c in KEY))
            continue
        for column, values in record.items():
            if not values:
                continue
            fields += 1
            if not same(column, row, values):
                wrong[column].append(f"ours {row.get(column)}, theirs {values}")
    for column, examples in sorted(wrong.items()):
        print(f"{label}\t{column}\t{len(examples)}\t{examples[0]}")
    return len(records), fields


def report(rivereto, captures, ours=ours):
    """`captures` gives (label, capture, records of theirs); ours(rivereto, capture) the rows beside; the last line sums up."""
    protocol_numbers()
    files = records = fields = 0
    for label, capture, theirs in captures:
        counted = compare(label, ours(rivereto, capture), theirs)
        files += 1
        records += counted[0]
        fields += counted[1]
    print(f"{files} captures, {records} records, {fields} fields compared")
