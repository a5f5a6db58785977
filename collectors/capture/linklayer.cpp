// SPDX-License-Identifier: GPL-3.0-or-later
#include "collectors/capture/linklayer.h"

#include <pcap/pcap.h>

namespace rivereto::collectors {

namespace {

constexpr size_t kCookedHeader = 16; ///< Linux cooked v1: the EtherType is in its last two octets
constexpr size_t kCooked2Header = 20; ///< v2: in its first two
constexpr size_t kLoopbackHeader = 4; ///< an address family, which the IP version repeats
constexpr size_t kHdlcHeader = 4;
constexpr size_t kPppoeHeader = 6;
constexpr size_t kMacLength = 6;
constexpr int kLinkRaw = 101, kOpenBsdRaw = 14;

} // namespace

bool parseLink(int linkType, core::Bytes frame, core::PacketInfo& info)
{
    // What stands before the packet is part of the link layer, too.
    const auto behind = [&](size_t n, auto parse) {
        if (frame.size() < n || !parse(frame.subspan(n)))
            return false;
        info.linkLength += static_cast<uint32_t>(n);
        return true;
    };
    const auto from = [&](core::PacketStart start) { return [&info, start](core::Bytes rest) { return core::parsePacket(rest, start, info); }; };
    const auto typed = [&](size_t at) { return [&info, &frame, at](core::Bytes rest) { return core::parseEtherType(rest, core::load16(frame.data() + at), info); }; };
    switch (linkType) {
    case DLT_EN10MB:
        return core::parsePacket(frame, core::PacketStart::Ethernet, info);
    case DLT_RAW:
    case kOpenBsdRaw:
    case kLinkRaw:
    case DLT_IPV4:
    case DLT_IPV6:
        return core::parsePacket(frame, core::PacketStart::Ip, info);
    case DLT_NULL:
    case DLT_LOOP:
        return behind(kLoopbackHeader, from(core::PacketStart::Ip));
    case DLT_LINUX_SLL:
        if (frame.size() >= kCookedHeader && core::load16(frame.data() + 4) == kMacLength)
            info.srcMac = core::loadBe<kMacLength>(frame.data() + 6);
        return behind(kCookedHeader, typed(kCookedHeader - 2));
    case DLT_LINUX_SLL2:
        if (frame.size() >= kCooked2Header && frame[11] == kMacLength)
            info.srcMac = core::loadBe<kMacLength>(frame.data() + 12);
        return behind(kCooked2Header, typed(0));
    case DLT_PPP:
    case DLT_PPP_SERIAL:
        return core::parsePacket(frame, core::PacketStart::Ppp, info);
    case DLT_PPP_ETHER:
        return behind(kPppoeHeader, from(core::PacketStart::Ppp));
    case DLT_C_HDLC:
        return behind(kHdlcHeader, typed(2));
    default:
        return false;
    }
}

bool knownLink(int linkType)
{
    switch (linkType) {
    case DLT_EN10MB:
    case DLT_RAW:
    case kOpenBsdRaw:
    case kLinkRaw:
    case DLT_IPV4:
    case DLT_IPV6:
    case DLT_NULL:
    case DLT_LOOP:
    case DLT_LINUX_SLL:
    case DLT_LINUX_SLL2:
    case DLT_PPP:
    case DLT_PPP_SERIAL:
    case DLT_PPP_ETHER:
    case DLT_C_HDLC:
        return true;
    default:
        return false;
    }
}

} // namespace rivereto::collectors
