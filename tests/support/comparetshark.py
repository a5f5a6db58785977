#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares what the program decodes with what tshark decodes of the same captures, record by record and field by field.

comparetshark.py RIVERETO CAPTURE[:PORT]…    PORT is where NetFlow or IPFIX comes in

Prints what flowcompare.report prints.
"""
import calendar
import datetime
import ipaddress
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections import defaultdict

import flowcompare

# tshark's name of a field → ours. Values are taken from the raw octets where they are numbers.
NUMBERS = {
    "cflow.srcport": "SrcPort", "cflow.dstport": "DstPort", "cflow.protocol": "Proto", "cflow.octets": "Bytes",
    "cflow.packets": "Packets", "cflow.inputint": "InIfIndex", "cflow.outputint": "OutIfIndex", "cflow.srcas": "SrcAS",
    "cflow.dstas": "DstAS", "cflow.tos": "IPTos", "cflow.tcpflags": "TCPFlags", "cflow.vlanid": "SrcVlan",
    "cflow.dot1q_vlan_id": "SrcVlan", "cflow.srcmask": "SrcNetMask", "cflow.dstmask": "DstNetMask",
    "cflow.srcmaskv6": "SrcNetMask", "cflow.dstmaskv6": "DstNetMask", "cflow.post_vlanid": "DstVlan", "cflow.ingress_vrfid": "IngressVRFID", "cflow.egress_vrfid": "EgressVRFID",
    "cflow.forwarding_status": "ForwardingStatus", "cflow.ipv6flowlabel": "IPv6FlowLabel",
}
ADDRESSES = {
    "cflow.srcaddr": "SrcAddr", "cflow.srcaddrv6": "SrcAddr", "cflow.dstaddr": "DstAddr", "cflow.dstaddrv6": "DstAddr",
    "cflow.nexthop": "NextHop", "cflow.nexthopv6": "NextHop", "cflow.post_natsource_ipv4_address": "SrcAddrNAT",
    "cflow.post_natdestination_ipv4_address": "DstAddrNAT",
}
MACS = {"cflow.srcmac": "SrcMAC", "cflow.dstmac": "DstMAC"}
TIMES = {"cflow.abstimestart": "TimeFlowStart", "cflow.abstimeend": "TimeFlowEnd"}
UPTIMES = {"cflow.timestart": "TimeFlowStart", "cflow.timeend": "TimeFlowEnd"}
def raw_number(field):
    value = field.get("unmaskedvalue") or field.get("value")
    return int(value, 16) if value else int(field.get("show") or 0, 0)


def absolute(show):
    """'Oct  9, 2017 20:22:35.123000000 UTC' in milliseconds."""
    match = re.match(r"(\w+ +\d+, \d+ \d+:\d+:\d+)\.(\d{3})", show)
    if not match:
        return None
    moment = datetime.datetime.strptime(match[1], "%b %d, %Y %H:%M:%S")
    return calendar.timegm(moment.timetuple()) * 1000 + int(match[2])


class Header:
    """What a message's header says for the times of its records."""

    def __init__(self, proto):
        self.uptime = self.now = None
        for field in proto.iter("field"):
            name = field.get("name")
            if name == "cflow.sysuptime" and self.uptime is None:
                self.uptime = raw_number(field)
            elif name == "cflow.unix_secs" and self.now is None:
                self.now = raw_number(field) * 1000
            elif name == "cflow.unix_nsecs" and self.now is not None and self.now % 1000 == 0:
                self.now += raw_number(field) // 1_000_000

    def time(self, uptime):
        if self.uptime is None or self.now is None:
            return None
        ago = (self.uptime - uptime) % 2**32
        return self.now - ago if ago < 2**32 - 3_600_000 else self.now + 2**32 - ago


def cflow_record(node, header):
    out = defaultdict(list)
    for field in node.iter("field"):
        name = field.get("name")
        if name in NUMBERS:
            out[NUMBERS[name]].append(raw_number(field))
        elif name in ADDRESSES:
            out[ADDRESSES[name]].append(str(ipaddress.ip_address(field.get("show"))))
        elif name in MACS:
            out[MACS[name]].append(field.get("show"))
        elif name in TIMES:
            moment = absolute(field.get("show"))
            if moment:
                out[TIMES[name]].append(moment)
        elif name in UPTIMES and raw_number(field):
            moment = header.time(raw_number(field))
            if moment is not None:
                out[UPTIMES[name]].append(moment)
    return out


def cflow_records(proto):
    header = Header(proto)
    for node in proto.iter("field"):
        if re.match(r"(Flow|pdu) \d", node.get("show") or ""):
            record = cflow_record(node, header)
            if record["SrcAddr"] or record["DstAddr"] or record["SrcMAC"]:
                yield record


def inner(node, name):
    """First field of that name, in document order."""
    return next((f for f in node.iter("field") if f.get("name") == name), None)


def sampled_packet(header, out):
    """The outermost IP packet of a sampled header; False when there is none."""
    for proto in header.iter("proto"):
        name = proto.get("name")
        if name == "eth" and not out["SrcMAC"]:
            out["SrcMAC"].append(inner(proto, "eth.src").get("show"))
            out["DstMAC"].append(inner(proto, "eth.dst").get("show"))
        elif name in ("ip", "ipv6") and not out["SrcAddr"]:
            v4 = name == "ip"
            src = inner(proto, name + ".src")
            if src is None or inner(proto, name + ".dst") is None:
                return
            if v4 and inner(proto, "ip.proto") is not None:
                out["Proto"].append(int(inner(proto, "ip.proto").get("show")))
            out["SrcAddr"].append(src.get("show"))
            out["DstAddr"].append(inner(proto, name + ".dst").get("show"))
            length = raw_number(inner(proto, "ip.len")) if v4 else raw_number(inner(proto, "ipv6.plen")) + 40
            if length not in (0, 40):
                out["Bytes"].append(length)
        elif name in ("tcp", "udp") and out["SrcAddr"] and not out["SrcPort"]:
            for side, column in (("srcport", "SrcPort"), ("dstport", "DstPort")):
                port = inner(proto, f"{name}.{side}")
                if port is not None:
                    out[column].append(int(port.get("show")))
            if not out["Proto"]:
                out["Proto"].append(6 if name == "tcp" else 17)
            if name == "tcp" and inner(proto, "tcp.flags") is not None:
                out["TCPFlags"].append(int(inner(proto, "tcp.flags").get("show"), 16) & 0x1ff)
            return
        elif name == "icmpv6" and not out["Proto"]:
            out["Proto"].append(58)
            return
        elif name in ("ip", "ipv6", "gre", "icmp", "icmpv6", "esp", "ah", "ospf", "pim"):
            return


def sflow_records(proto):
    for sample in proto.iter("field"):
        if sample.get("name") or not any(f.get("name") == "sflow_245.sampletype" for f in sample):
            continue
        rate = inner(sample, "sflow.flow_sample.sampling_rate")
        header = inner(sample, "sflow_245.header")
        if rate is None or header is None:
            continue
        out = defaultdict(list)
        out["SamplingRate"].append(int(rate.get("show")))
        sampled_packet(header, out)
        source = inner(sample, "sflow.flow_sample.input_interface")
        if source is not None and int(source.get("show"), 0) != 0x3fffffff:
            out["InIfIndex"].append(int(source.get("show"), 0))
        if out["SrcAddr"]:
            yield out


def theirs(capture, port):
    command = ["tshark", "-r", capture, "-n", "-T", "pdml"]
    if port:
        command += ["-d", f"udp.port=={port},cflow"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={**os.environ, "TZ": "UTC"})
    records = []
    try:
        for _, node in ElementTree.iterparse(process.stdout):
            if node.tag != "packet":
                continue
            for proto in node.findall("proto"):
                if proto.get("name") == "cflow":
                    records += cflow_records(proto)
                elif proto.get("name") == "sflow":
                    records += sflow_records(proto)
            node.clear()
    except ElementTree.ParseError:
        pass  # tshark gave up in the middle; what it told before counts
    process.wait()
    return records


def main():
    def theirs_of(argument):
        capture, _, port = argument.partition(":")
        return capture, capture, theirs(capture, port)

    flowcompare.report(sys.argv[1], (theirs_of(argument) for argument in sys.argv[2:]))


main()
