#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Queries of a database against SQL: its flows are exported as CSV and loaded into SQLite, and what the program answers is
compared line by line with what SQL computes. The SQL is written from the product's description (units, both ends,
conversations, Other, statistics), not from the program.

    querysql.py PROGRAM FILE.rivereto
"""
import csv
import datetime
import ipaddress
import math
import os
import sqlite3
import subprocess
import sys

PROGRAM, FILE = sys.argv[1:3]
TEXTS = {"InIfName", "OutIfName", "ExporterName", "Application", "SrcNetName", "DstNetName"}
ADDRESSES = {"SrcAddr", "DstAddr", "ExporterAddress", "NextHop"}
NUMBERS = {"SrcAS", "DstAS", "SrcPort", "DstPort", "Bytes", "Packets", "SamplingRate", "InIfIndex", "OutIfIndex", "SrcNetMask", "DstNetMask"}
NAMED = {"Proto", "EType"}
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
WEIGHT = "max(SamplingRate, 1)"
UNITS = {"bytes": f"sum(Bytes * {WEIGHT})", "packets": f"sum(Packets * {WEIGHT})", "flows": "count(*)"}
RATES = {"l3bps": f"8.0 * Bytes * {WEIGHT}", "l2bps": f"8.0 * (Bytes + 38 * Packets) * {WEIGHT}", "pps": f"1.0 * Packets * {WEIGHT}", "fps": "1.0 * (time IS NOT NULL)"}
TOTALS = {"l3bps": f"Bytes * {WEIGHT}", "l2bps": f"(Bytes + 38 * Packets) * {WEIGHT}", "pps": f"Packets * {WEIGHT}", "fps": "time IS NOT NULL"}


def run(*arguments):
    done = subprocess.run([PROGRAM, "query", "--db", FILE, "--format", "csv", *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(arguments)}: exit {done.returncode}: {done.stderr}")
    return list(csv.reader(done.stdout.splitlines()))


def milliseconds(text):
    return round((datetime.datetime.fromisoformat(text.replace("Z", "+00:00")) - EPOCH) / datetime.timedelta(milliseconds=1)) if text else 0


def address_order(text):
    if not text:
        return bytes(16)
    address = ipaddress.ip_address(text.split("/")[0])
    return b"\0" * 10 + b"\xff\xff" + address.packed if address.version == 4 else address.packed


def subnet(text, bits4, bits6):
    if not text:
        return ""
    bits = bits6 if ":" in text else bits4
    return str(ipaddress.ip_network(f"{text}/{bits}", strict=False))


def inside(text, network):
    address, block = ipaddress.ip_address(text or "::"), ipaddress.ip_network(network)
    return bool(text) and address.version == block.version and address in block


def pair(a, b):
    return " ↔ ".join(sorted([a, b], key=address_order))


def load():
    rows = run("--kind", "flows", "--count", "0")
    base = sqlite3.connect(":memory:")
    for name, count, function in (("aorder", 1, address_order), ("subnet", 3, subnet), ("inside", 2, inside), ("pair", 2, pair)):
        base.create_function(name, count, function, deterministic=True)
    columns = sorted(TEXTS | ADDRESSES | NUMBERS | NAMED)
    base.execute("CREATE TABLE flows (time INTEGER, %s)" % ", ".join(columns))
    header = {name: i for i, name in enumerate(rows[0])}

    def cell(row, name):
        text = row[header[name]] if name in header else ""
        return int(text or 0) if name in NUMBERS else text

    base.executemany("INSERT INTO flows VALUES (%s)" % ", ".join("?" * (len(columns) + 1)),
                     ([milliseconds(row[header["TimeReceived"]])] + [cell(row, name) for name in columns] for row in rows[1:]))
    base.execute("CREATE VIEW ends AS SELECT *, SrcAddr AS Addr, SrcAS AS \"AS\", SrcPort AS Port FROM flows"
                 " UNION ALL SELECT *, DstAddr, DstAS, DstPort FROM flows")
    return base, len(rows) - 1


base, count = load()
assert count > 0, "no flows to compare"
failures = checks = lines = 0


def key_text(value):
    return "" if value is None else str(value)


def same(a, b):
    if a == b:
        return True
    try:
        return math.isclose(float(a), float(b), rel_tol=1e-9, abs_tol=1e-6)
    except ValueError:
        return False


def compare(name, arguments, expected):
    """Line by line; figures to 9 digits."""
    global failures, checks, lines
    got = run(*arguments)[1:]
    checks += 1
    lines += len(got)
    wanted = [[key_text(value) for value in row] for row in expected]
    wrong = [(i, g, w) for i, (g, w) in enumerate(zip(got, wanted)) if len(g) != len(w) or not all(map(same, g, w))]
    if len(got) != len(wanted) or wrong:
        failures += 1
        print(f"FAIL {name}: {' '.join(arguments)}: {len(got)} lines, {len(wanted)} expected", file=sys.stderr)
        for i, g, w in wrong[:3]:
            print(f"  line {i + 2}: {g}\n  expected {w}", file=sys.stderr)


def sql(text, *parameters):
    return base.execute(text, parameters).fetchall()


def shown(column):
    """As CSV shows it: no autonomous system is no value."""
    return f"nullif({column}, 0)" if column.strip('"').endswith("AS") else column


def order(column):
    return f"aorder({column})" if column in ADDRESSES or column in ("Addr", "net") else column


def top(figure, columns, limit, source="flows", where="1"):
    """Top N with an Other line: SELECT columns, figure."""
    keys = [f"k{i}" for i in range(len(columns))]
    named = ", ".join(f"{column} AS {key}" for column, key in zip(columns, keys))
    orders = ", ".join(order(column).replace(column, key) if order(column) != column else key for column, key in zip(columns, keys))
    inner = f"SELECT {named}, {figure} AS v FROM {source} WHERE {where} GROUP BY {', '.join(keys)}"
    ranked = f"SELECT *, row_number() OVER (ORDER BY v DESC, {orders}) AS n FROM ({inner})"
    outer = ", ".join(shown(column).replace(column, key) for column, key in zip(columns, keys))
    rows = sql(f"SELECT {outer}, v FROM ({ranked}) WHERE n <= ? ORDER BY n", limit or 1 << 60)
    rest = sql(f"SELECT count(*), sum(v) FROM ({ranked}) WHERE n > ?", limit or 1 << 60)[0]
    return rows + ([("Other",) * len(columns) + (rest[1],)] if rest[0] else [])


def totals():
    for unit, figure in UNITS.items():
        compare("everything", ["--units", unit], sql(f"SELECT {figure} FROM flows"))
        for columns in (["SrcAddr"], ["Proto"], ["SrcAS", "DstPort"], ["ExporterAddress", "InIfIndex"]):
            for limit in (3, 0):
                compare("top", ["--units", unit, "--dimensions", ",".join(columns), "--limit", str(limit)], top(figure, columns, limit))
    compare("all pairs", ["--units", "packets", "--dimensions", "SrcAddr,DstAddr,SrcPort,DstPort", "--limit", "0"],
            top(UNITS["packets"], ["SrcAddr", "DstAddr", "SrcPort", "DstPort"], 0))


def filters():
    port, network = sql("SELECT DstPort, SrcAddr FROM flows WHERE SrcAddr <> '' GROUP BY DstPort ORDER BY count(*) DESC, DstPort LIMIT 1")[0]
    network = subnet(network, 16, 32)
    for text, where in (
            (f"DstPort = {port}", f"DstPort = {port}"),
            (f"Port = {port}", f"SrcPort = {port} OR DstPort = {port}"),
            (f"Port != {port}", f"NOT (SrcPort = {port} OR DstPort = {port})"),
            (f"NOT (DstPort = {port} AND Proto = \"tcp\")", f"NOT (DstPort = {port} AND Proto = 'tcp')"),
            (f"SrcAddr << {network}", f"inside(SrcAddr, '{network}')"),
            (f"Addr = {network} AND Bytes >= 1000", f"(inside(SrcAddr, '{network}') OR inside(DstAddr, '{network}')) AND Bytes >= 1000"),
            ("Packets BETWEEN 2 AND 10 OR Proto IN (\"udp\", \"icmp\")", "Packets BETWEEN 2 AND 10 OR Proto IN ('udp', 'icmp')"),
            ("SrcPort < DstPort", "SrcPort < DstPort")):
        compare("filter", ["--units", "bytes", "--dimensions", "DstAddr", "--limit", "5", text], top(UNITS["bytes"], ["DstAddr"], 5, where=where))


def both_ends():
    for word, a, b in (("Addr", "SrcAddr", "DstAddr"), ("Port", "SrcPort", "DstPort"), ("AS", "SrcAS", "DstAS")):
        # A flow whose ends are the same counts once.
        ends = f"(SELECT *, {a} AS \"{word}\" FROM flows UNION ALL SELECT *, {b} FROM flows WHERE {a} <> {b})"
        for limit in (4, 0):
            compare("both ends", ["--units", "bytes", "--dimensions", word, "--limit", str(limit)], top(UNITS["bytes"], [f'"{word}"'] if word == "AS" else [word], limit, ends))
    compare("conversations", ["--units", "bytes", "--dimensions", "Conversation", "--limit", "0"],
            sql(f"SELECT pair(SrcAddr, DstAddr) AS p, {UNITS['bytes']} AS v FROM flows GROUP BY p"
                " ORDER BY v DESC, min(aorder(SrcAddr), aorder(DstAddr)), max(aorder(SrcAddr), aorder(DstAddr))"))
    compare("prefixes", ["--units", "bytes", "--dimensions", "SrcAddr", "--truncate-v4", "20", "--truncate-v6", "48", "--limit", "6"],
            top(UNITS["bytes"], ["net"], 6, "(SELECT *, subnet(SrcAddr, 20, 48) AS net FROM flows)"))


def distinct():
    for column in ("SrcAddr", "DstPort", "Proto"):
        compare("distinct", ["--units", f"distinct:{column}"], sql(f"SELECT count(DISTINCT {column}) FROM flows"))
        rows = sql(f"SELECT DstAddr, count(DISTINCT {column}) AS v FROM flows GROUP BY DstAddr ORDER BY v DESC, aorder(DstAddr)")
        compare("distinct by", ["--units", f"distinct:{column}", "--dimensions", "DstAddr", "--limit", "0"], rows)
        named = [row[0] for row in rows[:3]]
        rest = sql(f"SELECT count(DISTINCT {column}) FROM flows WHERE DstAddr NOT IN (%s)" % ", ".join("?" * len(named)), *named)[0]
        compare("distinct in Other", ["--units", f"distinct:{column}", "--dimensions", "DstAddr", "--limit", "3"],
                rows[:3] + ([("Other", rest[0])] if len(rows) > 3 else []))


def bounds(interval):
    low, high = sql("SELECT min(time), max(time) + 1 FROM flows")[0]
    return low // interval * interval, -(-high // interval) * interval


def iso(time):
    return (EPOCH + datetime.timedelta(milliseconds=time)).strftime("%Y-%m-%dT%H:%M:%S.") + f"{time % 1000:03}Z"


def interval_for(points):
    low, high = sql("SELECT min(time), max(time) + 1 FROM flows")[0]
    ladder = [10, 100] + [1000 * s for s in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200)]
    ladder += [86_400_000 * days for days in range(1, 40_000)]
    return next(step for step in ladder if (high - 1) // step - low // step + 1 <= points)


def grid(interval, low, high):
    """Every series in every point, empty ones as 0."""
    return f"""WITH RECURSIVE points(t) AS (SELECT {low} UNION ALL SELECT t + {interval} FROM points WHERE t + {interval} < {high})"""


def time_series():
    step = interval_for(30)
    low, high = bounds(step)
    seconds = step / 1000
    for unit, rate in RATES.items():
        compare("series", ["--kind", "timeseries", "--units", unit, "--points", "30"],
                [(iso(t), v) for t, v in sql(f"{grid(step, low, high)} SELECT t, coalesce(sum({rate}), 0) / {seconds} FROM points"
                                            f" LEFT JOIN flows ON time >= t AND time < t + {step} GROUP BY t ORDER BY t")])
    named = [row[0] for row in top(UNITS["bytes"], ["DstPort"], 3) if row[0] != "Other"]
    label = f"CASE WHEN DstPort IN ({', '.join(map(str, named))}) THEN DstPort ELSE 'Other' END"
    got = sql(f"""{grid(step, low, high)}, s AS (SELECT DISTINCT {label} AS k FROM flows), f AS (SELECT *, {label} AS k FROM flows)
        SELECT t, s.k, coalesce(sum({RATES['l3bps']}), 0) / {seconds} FROM points CROSS JOIN s
        LEFT JOIN f ON f.k = s.k AND time >= t AND time < t + {step} GROUP BY t, s.k""")
    place = {str(k): i for i, k in enumerate(named + ["Other"])}
    series_first = run("--kind", "timeseries", "--dimensions", "DstPort", "--limit", "3", "--points", "30")
    by_time = len(series_first) > 2 and series_first[1][0] == series_first[2][0]
    got.sort(key=lambda row: (row[0], place[str(row[1])]) if by_time else (place[str(row[1])], row[0]))
    compare("series by port", ["--kind", "timeseries", "--dimensions", "DstPort", "--limit", "3", "--points", "30"], [(iso(t), k, v) for t, k, v in got])


def statistics():
    """min, max, last, average, p95 and total, in a range of complete points only."""
    step = interval_for(25)
    low, high = bounds(step)
    arguments = ["--from", iso(low), "--to", iso(high), "--interval", f"{step}ms"]
    for unit, rate in RATES.items():
        for column in ("Proto", "ExporterAddress"):
            rows = sql(f"""{grid(step, low, high)}, s AS (SELECT DISTINCT {column} AS k FROM flows),
                v AS (SELECT s.k, t, coalesce(sum({rate}), 0) / {step / 1000} AS v, coalesce(sum({TOTALS[unit]}), 0) AS n
                      FROM points CROSS JOIN s LEFT JOIN flows ON flows.{column} = s.k AND time >= t AND time < t + {step} GROUP BY s.k, t),
                r AS (SELECT *, row_number() OVER (PARTITION BY k ORDER BY v) - 1 AS i, 0.95 * (count(*) OVER (PARTITION BY k) - 1) AS at,
                      last_value(v) OVER (PARTITION BY k ORDER BY t ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS l FROM v)
                SELECT k, min(v), max(v), max(l), avg(v),
                       sum(CASE WHEN i = CAST(at AS INTEGER) THEN v * (1 - (at - CAST(at AS INTEGER)))
                                WHEN i = CAST(at AS INTEGER) + 1 THEN v * (at - CAST(at AS INTEGER)) ELSE 0 END), sum(n) AS total
                FROM r GROUP BY k ORDER BY total DESC""")
            compare("statistics", ["--units", unit, "--dimensions", column, "--limit", "0", *arguments], rows)


def ranges():
    low, high = sql("SELECT min(time), max(time) + 1 FROM flows")[0]
    for a, b in ((low, (low + high) // 2), ((low + high) // 2, high), (low + (high - low) // 3, low + (high - low) // 2 + 1)):
        if a < b:
            compare("range", ["--units", "bytes", "--dimensions", "SrcAddr", "--limit", "2", "--from", iso(a), "--to", iso(b)],
                    top(UNITS["bytes"], ["SrcAddr"], 2, where=f"time >= {a} AND time < {b}"))


def sankey():
    """The values of the top N pairs are named, each dimension's others are Other."""
    figure = UNITS["bytes"]
    named = sql(f"SELECT SrcAddr, DstPort FROM flows GROUP BY 1, 2 ORDER BY {figure} DESC, aorder(SrcAddr), DstPort LIMIT 3")
    base.execute("DROP TABLE IF EXISTS named")
    base.execute("CREATE TEMP TABLE named (a, p)")
    base.executemany("INSERT INTO named VALUES (?, ?)", named)
    rows = sql(f"""SELECT CASE WHEN SrcAddr IN (SELECT a FROM named) THEN SrcAddr ELSE 'Other' END AS a,
                          CASE WHEN DstPort IN (SELECT p FROM named) THEN DstPort ELSE 'Other' END AS p, {figure} AS v FROM flows GROUP BY 1, 2 ORDER BY v DESC""")
    compare("Sankey", ["--kind", "sankey", "--units", "bytes", "--dimensions", "SrcAddr,DstPort", "--limit", "3"], rows)


for check in (totals, filters, both_ends, distinct, time_series, statistics, ranges, sankey):
    check()
print(f"{count} flows, {checks} queries, {lines} lines, {failures} wrong")
sys.exit(1 if failures else 0)
