#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares what the program makes of nfcapd files with what nfdump shows of them, record by record and field by field.

comparenfcapd.py RIVERETO FILE…             nfdump reads the same file
comparenfcapd.py RIVERETO SOURCE=FILE…      nfdump reads FILE, which was written from SOURCE
comparenfcapd.py RIVERETO FILE=RECORDS.json nfdump's own output, made before
comparenfcapd.py --make FOLDER              files of nfcapd below FOLDER, from packets that softflowd metered

Prints what flowcompare.report prints.
"""
import datetime
import pathlib
import subprocess
import sys
from collections import defaultdict

import comparenfdump
import flowcompare

NUMBERS = {
    "in_packets": "Packets", "in_bytes": "Bytes", "proto": "Proto", "src_port": "SrcPort", "dst_port": "DstPort",
    "fwd_status": "ForwardingStatus", "src_tos": "IPTos", "input_snmp": "InIfIndex", "output_snmp": "OutIfIndex",
    "src_mask": "SrcNetMask", "dst_mask": "DstNetMask", "src_as": "SrcAS", "dst_as": "DstAS", "ingress_vrf": "IngressVRFID",
    "egress_vrf": "EgressVRFID", "src_vlan": "SrcVlan", "dst_vlan": "DstVlan", "vlanID": "SrcVlan", "post_vlanID": "DstVlan",
    "src_xlt_port": "SrcPortNAT", "dst_xlt_port": "DstPortNAT", "ip_minttl": "IPTTL",
}
TEXTS = {
    "src4_addr": "SrcAddr", "src6_addr": "SrcAddr", "dst4_addr": "DstAddr", "dst6_addr": "DstAddr", "src4_xlt_ip": "SrcAddrNAT",
    "dst4_xlt_ip": "DstAddrNAT", "src6_xlt_ip": "SrcAddrNAT", "dst6_xlt_ip": "DstAddrNAT", "ip4_next_hop": "NextHop",
    "ip6_next_hop": "NextHop", "bgp4_next_hop": "NextHop", "bgp6_next_hop": "NextHop", "ip4_router": "ExporterAddress",
    "ip6_router": "ExporterAddress", "in_src_mac": "SrcMAC", "out_src_mac": "SrcMAC", "in_dst_mac": "DstMAC", "out_dst_mac": "DstMAC",
}
TIMES = {"first": "TimeFlowStart", "last": "TimeFlowEnd", "received": "TimeReceived"}
FLAGS = {"C": 128, "E": 64, "U": 32, "A": 16, "P": 8, "R": 4, "S": 2, "F": 1}
FIREWALL = {0: 0, 1: "created", 2: "deleted", 3: "denied", 4: "alert", 5: "update"}


def moment_of(text):
    return round(datetime.datetime.fromisoformat(text + "+00:00").timestamp() * 1000)


def labels_of(flow):
    """Labels of the stack; nfdump shows "label-class-bottom"."""
    entries = [flow[f"mpls_{i}"] for i in range(1, 11) if f"mpls_{i}" in flow]
    return [int(entry.split("-")[0]) for entry in entries if entry != "0-0-0"]


def record_of(flow, written):
    """With `written`, a time that nfdump needs and the flow did not have is another of its times, and “ingress” is no mark."""
    out = defaultdict(list)
    for name, column in NUMBERS.items():
        if name in flow:
            out[column].append(int(flow[name]))
    for name, column in TEXTS.items():
        if name in flow:
            out[column].append(flow[name].removeprefix("::ffff:"))
    for name, column in TIMES.items():
        if name in flow:
            out[column].append(moment_of(flow[name]))
    family = {1: "ICMPv4", 58: "ICMPv6"}.get(flow.get("proto"))
    if family and "icmp_type" in flow:
        out[family + "Type"].append(flow["icmp_type"])
        out[family + "Code"].append(flow["icmp_code"])
    if "tcp_flags" in flow:
        out["TCPFlags"].append(sum(FLAGS.get(letter, 0) for letter in flow["tcp_flags"]))
    if "direction" in flow:
        out["FlowDirection"] += ["egress"] if flow["direction"] == 1 else ["undefined", "ingress"] if written else ["undefined"]
        out["FlowDirection"] += [] if flow["direction"] == 1 else [0]
    if flow.get("event") and "event_id" in flow:
        out["FirewallEvent"].append(FIREWALL.get(int(flow["event_id"]), int(flow["event_id"])))
    if flow.get("user_name", "<empty>") != "<empty>":
        out["UserName"].append(flow["user_name"])
    if labels_of(flow):
        out["MPLSLabels"].append(" ".join(map(str, labels_of(flow))))
    if written:
        start, end, received = (out[column][0] for column in TIMES.values())
        out["TimeFlowStart"] += [0] if start in (end, received) else []
        out["TimeFlowEnd"] += [0] if end in (start, received) else []
    return out


def records_of(path, written):
    if path.endswith(".json"):
        with open(path, encoding="utf-8") as file:
            text = file.read()
    else:
        environment = {"TZ": "UTC", "PATH": "/usr/bin:/bin"}
        text = subprocess.run(["nfdump", "-r", path, "-o", "json", "-q"], capture_output=True, check=True, env=environment).stdout.decode()
    return [record_of(flow, written) for flow in comparenfdump.objects(text)]


def make(folder):
    packets = folder / "made.pcap"
    comparenfdump.write_pcap(packets, comparenfdump.made_packets(1))
    comparenfdump.collected(comparenfdump.exported(packets, 9), folder)


def main():
    if sys.argv[1] == "--make":
        make(pathlib.Path(sys.argv[2]))
        return
    sources = []
    for argument in sys.argv[2:]:
        source, _, theirs = argument.partition("=")
        sources.append((source, source, records_of(theirs or source, theirs and not theirs.endswith(".json"))))
    flowcompare.report(sys.argv[1], sources)


main()
