#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times the bench's queries in DuckDB and in ClickHouse's engine (chdb), on the same flows as CSV.

peers.py FLOWS.csv HOST → one JSON object a line: {"peer", "version", "name", "ms"} or {"peer", "failed"}.
Both hold the flows in memory or in their own table format before anything is timed. DuckDB has addresses as text.
"""
import json
import sys
import tempfile
import time

REPEATS = 5
WEIGHT = "Bytes * greatest(SamplingRate, 1)"


def queries(host, bucket, text):
    top = f"SELECT SrcAS FROM f GROUP BY SrcAS ORDER BY sum({WEIGHT}) DESC LIMIT 10"
    series = f"CASE WHEN SrcAS IN ({top}) THEN SrcAS ELSE 0 END"

    def by(columns, where="TRUE"):
        return f"SELECT {columns}, sum({WEIGHT}) AS total FROM f WHERE {where} GROUP BY {columns} ORDER BY total DESC LIMIT 10"

    return {
        "stacked chart, 300 points, top 10 source AS": f"SELECT {bucket} AS point, {series} AS s, sum({WEIGHT}) FROM f GROUP BY point, s",
        "top 10 source AS by bytes": by("SrcAS"),
        "top 10 source addresses by bytes": by("SrcAddr"),
        "port 443 and TCP, by destination AS": by("DstAS", "DstPort = 443 AND Proto = 'tcp'"),
        "address pairs by bytes": by("SrcAddr, DstAddr"),
        "everything about one host: chart of its conversations":
            f"SELECT {bucket} AS point, SrcAddr, DstAddr, sum({WEIGHT}) FROM f WHERE SrcAddr = {text(host)} OR DstAddr = {text(host)} GROUP BY point, SrcAddr, DstAddr",
        "scanners: different destinations by source":
            "SELECT SrcAddr, count(DISTINCT DstAddr) AS n FROM f GROUP BY SrcAddr ORDER BY n DESC LIMIT 10",
    }


def timed(peer, version, ask, texts):
    for name, text in texts.items():
        times = []
        for _ in range(REPEATS):
            start = time.monotonic()
            ask(text)
            times.append(time.monotonic() - start)
        print(json.dumps({"peer": peer, "version": version, "name": name, "ms": sorted(times)[REPEATS // 2] * 1000}), flush=True)


def duckdb_peer(csv, host):
    import duckdb
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE f AS SELECT *, epoch_ms(TimeReceived) AS t FROM read_csv('{csv}')")
        timed("DuckDB", duckdb.__version__, lambda text: connection.execute(text).fetchall(), queries(host, "t // 72000", lambda host: f"'{host}'"))


def chdb_peer(csv, host):
    from chdb import session
    with tempfile.TemporaryDirectory(prefix="rivereto-chdb") as folder:
        engine = session.Session(folder)
        engine.query("CREATE DATABASE IF NOT EXISTS b ENGINE = Atomic")
        engine.query("USE b")
        engine.query("CREATE TABLE f (t UInt64, SrcAddr IPv6, DstAddr IPv6, SrcPort UInt16, DstPort UInt16, Proto LowCardinality(String), SrcAS UInt32, "
                     "DstAS UInt32, Bytes UInt64, Packets UInt64, SamplingRate UInt64) ENGINE = MergeTree ORDER BY t")
        engine.query("INSERT INTO f SELECT toUnixTimestamp64Milli(parseDateTime64BestEffort(TimeReceived, 3)), toIPv6(SrcAddr), toIPv6(DstAddr), "
                     "toUInt16OrZero(SrcPort), toUInt16OrZero(DstPort), Proto, toUInt32OrZero(SrcAS), toUInt32OrZero(DstAS), "
                     "toUInt64(Bytes), toUInt64(Packets), toUInt64OrZero(SamplingRate) "
                     f"FROM file('{csv}', 'CSVWithNames', 'TimeReceived String, SrcAddr String, DstAddr String, SrcPort String, DstPort String, "
                     "Proto String, SrcAS String, DstAS String, Bytes String, Packets String, SamplingRate String')")
        engine.query("OPTIMIZE TABLE f FINAL")
        version = str(engine.query("SELECT version()", "TabSeparated")).strip()
        timed("ClickHouse", version, lambda text: engine.query(text, "Null"), queries(host, "intDiv(t, 72000)", lambda host: f"toIPv6('{host}')"))


def main():
    for name, peer in (("DuckDB", duckdb_peer), ("ClickHouse", chdb_peer)):
        try:
            peer(*sys.argv[1:])
        except Exception as problem:  # whatever a peer throws: the other one and the bench go on, and the table says so
            print(json.dumps({"peer": name, "failed": str(problem).splitlines()[0][:200]}), flush=True)


main()
