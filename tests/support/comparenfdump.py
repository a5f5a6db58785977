#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares what the program decodes with what nfdump decodes, record by record and field by field.

comparenfdump.py RIVERETO CAPTURE=RECORDS…     RECORDS: nfdump's JSON, one flow a line
comparenfdump.py RIVERETO --meter             our own meter beside softflowd's, of packets that are made up
comparenfdump.py RIVERETO --live [PACKETS]     softflowd meters the packets (else some that are made up) and exports NetFlow 5, 9
                                               and IPFIX over loopback; nfcapd collects it, and the program reads the same
                                               datagrams as a capture

Not for sFlow: nfdump gives samples the time they came in as that of the flow, the frame's length times the rate as octets,
and interface numbers with their format in them. Prints what flowcompare.report prints.
"""
import datetime
import json
import pathlib
import random
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections import defaultdict

import flowcompare

NUMBERS = {
    "in_packets": "Packets", "in_bytes": "Bytes", "proto": "Proto", "src_port": "SrcPort", "dst_port": "DstPort",
    "fwd_status": "ForwardingStatus", "src_tos": "IPTos", "input_snmp": "InIfIndex", "output_snmp": "OutIfIndex",
    "src_mask": "SrcNetMask", "dst_mask": "DstNetMask", "src_as": "SrcAS", "dst_as": "DstAS", "ingress_vrf": "IngressVRFID",
    "egress_vrf": "EgressVRFID", "src_vlan": "SrcVlan", "dst_vlan": "DstVlan",
}
ADDRESSES = {
    "src4_addr": "SrcAddr", "src6_addr": "SrcAddr", "dst4_addr": "DstAddr", "dst6_addr": "DstAddr", "src4_xlt_ip": "SrcAddrNAT",
    "dst4_xlt_ip": "DstAddrNAT", "ip4_next_hop": "NextHop", "ip6_next_hop": "NextHop",
}
SOFTFLOWD = shutil.which("softflowd", path="/usr/sbin:/usr/bin") or "softflowd"
FLAGS = {"C": 128, "E": 64, "U": 32, "A": 16, "P": 8, "R": 4, "S": 2, "F": 1}


def moment_of(text):
    """Milliseconds; 0 where there is none, or one beyond the year 9999."""
    try:
        return round(datetime.datetime.fromisoformat(text + "+00:00").timestamp() * 1000)
    except ValueError:
        return 0


def record_of(flow):
    out = defaultdict(list)
    for name, column in NUMBERS.items():
        if name in flow:
            out[column].append(flow[name])
    for name, column in ADDRESSES.items():
        if name in flow:
            out[column].append(flow[name])
    family = {1: "ICMPv4", 58: "ICMPv6"}.get(flow.get("proto"))  # of other protocols nfdump shows a port there
    if family and "icmp_type" in flow:
        out[family + "Type"].append(flow["icmp_type"])
        out[family + "Code"].append(flow["icmp_code"])
    if "tcp_flags" in flow:
        out["TCPFlags"].append(sum(FLAGS.get(letter, 0) for letter in flow["tcp_flags"]))
    # Version 1.7.1 exchanges the two in some IPFIX records.
    first, last = sorted((moment_of(flow.get("first", "")), moment_of(flow.get("last", ""))))
    for moment, column in ((first, "TimeFlowStart"), (last, "TimeFlowEnd")):
        if moment > 86_400_000:  # nfdump has no word for "unknown"
            # Uptimes beyond 2³² ms it does not wrap: such a flow would lie 49.7 days ahead of its export.
            out[column] += [moment, moment - 2**32]
    return out


def records_of(lines):
    return [record_of(json.loads(line)) for line in lines if line.strip()]


def objects(text):
    """JSON objects one after another, as an array or without its brackets and commas, as some versions of nfdump print them."""
    decoder = json.JSONDecoder()
    at = text.find("{")
    while at >= 0:
        found, end = decoder.raw_decode(text, at)
        yield found
        at = text.find("{", end)


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def exported(packets, version):
    """The datagrams that softflowd sends for these packets."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(2)
        exporter = subprocess.Popen(
            [SOFTFLOWD, "-r", str(packets), "-n", f"127.0.0.1:{receiver.getsockname()[1]}", "-v", str(version)], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        out = []
        try:
            while True:
                out.append(receiver.recv(65535))
        except TimeoutError:
            pass
        exporter.wait(10)
        return out


def write_pcap(path, packets):
    """`packets` are (microseconds since 1970, EtherType, IP packet)."""
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for moment, kind, packet in packets:
            frame = bytes(12) + struct.pack("!H", kind) + packet
            file.write(struct.pack("<IIII", moment // 1_000_000, moment % 1_000_000, len(frame), len(frame)) + frame)


def ip_packet(v4, protocol, src, dst, payload, tos=0):
    """Addresses are numbers; those of IPv6 stand in documentation's prefix."""
    if v4:
        head = struct.pack("!BBHHHBBHII", 0x45, tos, 20 + len(payload), 0, 0, 64, protocol, 0, src, dst)
        return 0x0800, head + payload
    prefix = bytes.fromhex("20010db8") + bytes(8)
    head = struct.pack("!IHBB", 6 << 28 | tos << 20, len(payload), protocol, 64)
    return 0x86DD, head + prefix + struct.pack("!I", src) + prefix + struct.pack("!I", dst) + payload


def made_packets(seed):
    """Conversations of TCP, UDP and ICMP in IPv4 and IPv6, packets of all of them mixed."""
    random_ = random.Random(seed)
    conversations = []
    for number in range(300):
        protocol = random_.choice((1, 6, 6, 6, 17, 17))
        conversations.append((random_.random() < 0.7, protocol, 0x0A000000 + number, 0xC6336400 + random_.randrange(200),
                              random_.randrange(1024, 65536), random_.choice((53, 80, 443, 8080))))
    moment = (int(time.time()) - 60) * 1_000_000
    for _ in range(5000):
        moment += random_.randrange(1, 5000)
        v4, protocol, src, dst, sport, dport = random_.choice(conversations)
        if random_.random() < 0.4:
            src, dst, sport, dport = dst, src, dport, sport
        data = bytes(random_.randrange(0, 1000))
        if protocol == 6:
            segment = struct.pack("!HHIIHHHH", sport, dport, 1, 1, 0x5000 | random_.choice((0x10, 0x18)), 1000, 0, 0) + data
        elif protocol == 17:
            segment = struct.pack("!HHHH", sport, dport, 8 + len(data), 0) + data
        else:
            segment = struct.pack("!BBHI", 8 if v4 else 128, 0, 0, 1) + data
        yield (moment, *ip_packet(v4, protocol if v4 or protocol != 1 else 58, src, dst, segment, random_.choice((0, 0, 0xB8))))


def write_capture(path, datagrams, port):
    """Datagrams of export, as from and to loopback."""
    now = int(time.time()) * 1_000_000
    loopback = 0x7F000001
    write_pcap(path, ((now, *ip_packet(True, 17, loopback, loopback, struct.pack("!HHHH", 40000, port, 8 + len(data), 0) + data))
                      for data in datagrams))


def collected(datagrams, folder):
    """What nfcapd and nfdump make of the datagrams."""
    port = free_port()
    flows = folder / "nfcapd"
    flows.mkdir()
    with subprocess.Popen(["nfcapd", "-b", "127.0.0.1", "-p", str(port), "-w", str(flows), "-t", "3600"], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as collector:
        time.sleep(1)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for data in datagrams:
                sender.sendto(data, ("127.0.0.1", port))
                time.sleep(0.001)
        time.sleep(1)
        collector.send_signal(signal.SIGTERM)
        collector.wait(20)
    run = subprocess.run(["nfdump", "-R", str(flows), "-o", "json", "-q"], capture_output=True, check=True, env={"TZ": "UTC", "PATH": "/usr/bin:/bin"})
    return [record_of(flow) for flow in objects(run.stdout.decode())]


def live(packets):
    with tempfile.TemporaryDirectory() as name:
        made = pathlib.Path(name) / "made.pcap"
        write_pcap(made, made_packets(1))
        for version in (5, 9, 10):
            folder = pathlib.Path(name) / str(version)
            folder.mkdir()
            datagrams = exported(packets or made, version)
            if not datagrams:
                sys.exit(f"softflowd exported nothing as version {version}")
            capture = folder / f"softflowd-{version}.pcap"
            write_capture(capture, datagrams, 2055)
            yield capture.name, str(capture), collected(datagrams, folder)


def metered():
    """Version 5 has milliseconds, where version 9 of softflowd has whole seconds."""
    with tempfile.TemporaryDirectory() as name:
        made = pathlib.Path(name) / "made.pcap"
        write_pcap(made, (packet for packet in made_packets(2) if packet[1] == 0x0800))
        yield "softflowd", str(made), collected(exported(made, 5), pathlib.Path(name))


def of_conversations(rivereto, capture):
    """softflowd has one beginning and one end for both directions, except of ICMP."""
    rows = flowcompare.ours(rivereto, capture)
    both = defaultdict(list)
    for row in rows:
        ends = ((row["SrcAddr"], row.get("SrcPort")), (row["DstAddr"], row.get("DstPort")))
        if row["Proto"] != 1:
            both[frozenset(ends), row["Proto"]].append(row)
    for pair in both.values():
        start, end = min(row["TimeFlowStart"] for row in pair), max(row["TimeFlowEnd"] for row in pair)
        for row in pair:
            row.update(TimeFlowStart=start, TimeFlowEnd=end)
    return rows


def given(arguments):
    for argument in arguments:
        capture, _, records = argument.partition("=")
        with open(records, encoding="utf-8") as lines:
            yield capture, capture, records_of(lines)


def main():
    if sys.argv[2] == "--live":
        flowcompare.report(sys.argv[1], live(sys.argv[3] if len(sys.argv) > 3 else None))
    elif sys.argv[2] == "--meter":
        flowcompare.report(sys.argv[1], metered(), of_conversations)
    else:
        flowcompare.report(sys.argv[1], given(sys.argv[2:]))


if __name__ == "__main__":
    main()
