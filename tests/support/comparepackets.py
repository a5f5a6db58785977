#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the meter makes of captures beside sums over the packets that tshark dissects of them.

usage: comparepackets.py RIVERETO CAPTURE…

Without timeouts a conversation may still be several flows, because TCP ended it; both sides are summed up by addresses, ports,
protocol and VLAN, so that neither depends on how the other cuts. Times, packets, octets, flags, TTL and TOS of the first packet, round-trip times of
handshakes and segments sent again must agree to the digit.
"""
import subprocess
import sys

import flowcompare

FIELDS = ["frame.time_epoch", "frame.protocols", "vlan.id", "ip.src", "ip.dst", "ip.len", "ip.hdr_len", "ip.frag_offset", "ip.id", "ip.ttl", "ip.dsfield",
          "ip.proto", "ipv6.src", "ipv6.dst", "ipv6.plen", "ipv6.hlim", "ipv6.tclass", "tcp.srcport", "tcp.dstport", "tcp.flags", "udp.srcport", "udp.dstport",
          "sctp.srcport", "sctp.dstport", "icmp.type", "icmp.code", "icmpv6.type", "icmpv6.code", "tcp.stream", "tcp.analysis.initial_rtt", "tcp.analysis.retransmission", "tcp.analysis.spurious_retransmission", "eth.src", "ipv6.fraghdr.offset", "ipv6.fraghdr.ident", "ipv6.fraghdr.nxt", "ip.flags.mf", "ipv6.fraghdr.more"]
TRANSPORTS = {"tcp": 6, "udp": 17, "sctp": 132, "icmp": 1, "icmpv6": 58}


def packets(capture):
    command = ["tshark", "-r", capture, "-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE", "-o", "tcp.check_checksum:FALSE", "-o", "ip.check_checksum:FALSE",
               "-T", "fields", "-E", "occurrence=f", "-E", "separator=/t"]
    for field in FIELDS:
        command += ["-e", field]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    for line in run.stdout.splitlines():
        yield dict(zip(FIELDS, line.split("\t")))


def number(text):
    return int(text, 0) if text else 0


def transport(packet):
    """The protocol behind the first IP header; of what is in there only its fields are the first of their kind."""
    names = packet["frame.protocols"].split(":")
    for at, name in enumerate(names):
        if name in ("ip", "ipv6"):
            rest = [n for n in names[at + 1:] if not n.startswith("ipv6.")]
            return name, rest[0] if rest else ""
    return None, ""


def flow(packet, fragments):
    """Key, octets and transport; nothing for what is no whole IP header. `fragments` remembers the ports of first fragments."""
    family, name = transport(packet)
    if family is None:
        return None
    if family == "ip":
        src, dst, octets, proto = packet["ip.src"], packet["ip.dst"], number(packet["ip.len"]), number(packet["ip.proto"])
        offset, more, ident = number(packet["ip.frag_offset"]), number(packet["ip.flags.mf"]), packet["ip.id"]
    else:
        src, dst, octets = packet["ipv6.src"], packet["ipv6.dst"], number(packet["ipv6.plen"]) and number(packet["ipv6.plen"]) + 40
        offset, more, ident = number(packet["ipv6.fraghdr.offset"]), number(packet["ipv6.fraghdr.more"]), packet["ipv6.fraghdr.ident"]
        proto = number(packet["ipv6.fraghdr.nxt"]) if offset else TRANSPORTS.get(name)
    if not src or proto is None or octets == 0:
        return None
    if offset:
        ports = fragments.get((src, dst, ident, proto), (0, 0))
    elif TRANSPORTS.get(name) != proto and proto in TRANSPORTS.values():
        return None  # cut, or tshark took it for something else
    else:
        ports = (number(packet[name + ".srcport"]), number(packet[name + ".dstport"])) if name in ("tcp", "udp", "sctp") else (0, 0)
        if more:
            fragments[src, dst, ident, proto] = ports
    return (src, dst, *ports, proto, number(packet["vlan.id"])), octets, "" if offset else name


def theirs(capture):
    flows = {}
    fragments = {}
    for packet in packets(capture):
        found = flow(packet, fragments)
        if found is None:
            continue
        (src, dst, sport, dport, proto, vlan), octets, name = found
        ms = int(packet["frame.time_epoch"].replace(".", "")[:-6])
        tos = number(packet["ip.dsfield"] or packet["ipv6.tclass"])
        one = flows.setdefault(found[0], {
            "SrcAddr": [src], "DstAddr": [dst], "SrcPort": [sport], "DstPort": [dport], "Proto": [proto], "SrcVlan": [vlan], "Bytes": [0], "Packets": [0],
            "TimeFlowStart": [ms], "TimeFlowEnd": [ms], "TCPFlags": [0], "IPTTL": [number(packet["ip.ttl"] or packet["ipv6.hlim"])], "IPTos": [tos], "RoundTripTime": [], "Retransmissions": [0]})
        one["Bytes"][0] += octets
        one["Packets"][0] += 1
        one["TimeFlowStart"][0] = min(one["TimeFlowStart"][0], ms)
        one["TimeFlowEnd"][0] = max(one["TimeFlowEnd"][0], ms)
        if name == "tcp":
            one["TCPFlags"][0] |= number(packet["tcp.flags"]) & 0x1ff
            if packet["tcp.analysis.retransmission"] or packet["tcp.analysis.spurious_retransmission"]:
                one["Retransmissions"][0] += 1
            if packet["tcp.analysis.initial_rtt"]:
                one["RoundTripTime"] = [int(float(packet["tcp.analysis.initial_rtt"]) * 1e6 + 1e-4)] if not one["RoundTripTime"] else one["RoundTripTime"]
    for one in flows.values():
        one["RoundTripTime"] = [v + d for v in one["RoundTripTime"] for d in (-1, 0, 1)]
        if one["Proto"][0] in (1, 58):
            # Requests and answers of several kinds between two hosts are one flow here.
            one["IPTTL"] = one["IPTos"] = []
    return list(flows.values())


def ours(rivereto, capture):
    """Our rows summed up the same way."""
    flows = {}
    for row in flowcompare.ours(rivereto, capture, "--input", "packets=meter,active=86400,inactive=86400"):
        if row.get("EType") not in ("IPv4", "IPv6"):
            continue
        key = tuple(row.get(column) for column in flowcompare.KEY) + (row.get("SrcVlan"),)
        one = flows.get(key)
        if one is None:
            flows[key] = dict(row)
            continue
        for column in ("Bytes", "Packets", "Retransmissions"):
            one[column] = one.get(column, 0) + row.get(column, 0)
        if row["TimeFlowStart"] < one["TimeFlowStart"]:
            for column in ("TimeFlowStart", "IPTTL", "IPTos"):
                one[column] = row.get(column)
        one["TimeFlowEnd"] = max(one["TimeFlowEnd"], row["TimeFlowEnd"])
        one["TCPFlags"] = one.get("TCPFlags", 0) | row.get("TCPFlags", 0)
        one.setdefault("RoundTripTime", row.get("RoundTripTime"))
    return list(flows.values())


def main():
    flowcompare.report(sys.argv[1], ((capture, capture, theirs(capture)) for capture in sys.argv[2:]), ours)


main()
