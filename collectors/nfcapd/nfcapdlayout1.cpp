// SPDX-License-Identifier: GPL-3.0-or-later
#include "collectors/nfcapd/nfcapdlayout1.h"

#include <algorithm>
#include <array>

namespace rivereto::collectors::nfcapd {

namespace {

/// More than there are extensions.
constexpr size_t kMostExtensions = 64;
constexpr size_t kHeader0 = 28, kHeader = 32;
constexpr uint8_t kIcmp = 1, kIcmp6 = 58;

/// Flags of a record.
constexpr uint8_t kIpv6 = 0x01, kPackets64 = 0x02, kBytes64 = 0x04, kEvent = 0x40, kSampled = 0x80;

/// What follows the header of a record; a read beyond its end gives zeros and fails for good.
class Rest {
public:
    explicit Rest(std::span<const uint8_t> bytes)
        : m_bytes(bytes)
    {
    }
    const uint8_t* take(size_t size)
    {
        static constexpr std::array<uint8_t, 128> zeros {};
        if (size > m_bytes.size()) {
            m_ok = false;
            m_bytes = {};
            return zeros.data();
        }
        const uint8_t* at = m_bytes.data();
        m_bytes = m_bytes.subspan(size);
        return at;
    }
    uint64_t number(bool wide) { return wide ? loadLe<uint64_t>(take(8)) : loadLe<uint32_t>(take(4)); }
    [[nodiscard]] bool ok() const { return m_ok; }

private:
    std::span<const uint8_t> m_bytes;
    bool m_ok = true;
};

/// An extension whose octets stand in the same order in an element.
struct Copied {
    uint16_t extension;
    uint16_t size;
    Element element;
    uint16_t offset = 0;
};

constexpr std::array kCopied {
    Copied {5, 8, Element::Misc}, Copied {7, 8, Element::As}, Copied {9, 4, Element::NextHop4}, Copied {10, 16, Element::NextHop6},
    Copied {11, 4, Element::BgpNextHop4}, Copied {12, 16, Element::BgpNextHop6}, Copied {15, 8, Element::Out, 8},
    Copied {14, 4, Element::Out, 8}, Copied {17, 8, Element::Out, 16}, Copied {16, 4, Element::Out, 16}, Copied {19, 8, Element::Out},
    Copied {18, 4, Element::Out}, Copied {20, 16, Element::Mac}, Copied {21, 16, Element::Mac, 16}, Copied {22, 40, Element::Mpls},
    Copied {23, 4, Element::Received4}, Copied {24, 16, Element::Received6}, Copied {27, 8, Element::Generic, 16},
    Copied {38, 4, Element::NatPorts}, Copied {39, 8, Element::Nat4}, Copied {40, 32, Element::Nat6}, Copied {42, 24, Element::User},
    Copied {45, 24, Element::Latency},
};

/// Two numbers of 16 bits become two of 32.
void widen(const uint8_t* p, uint8_t* out)
{
    storeLe(out, uint32_t {loadLe<uint16_t>(p)});
    storeLe(out + 4, uint32_t {loadLe<uint16_t>(p + 2)});
}

/// Firewall event: time 64, connection 32, ICMP 16, event 8, fill 8, extended event 16, tag 16.
void firewall(const uint8_t* p, RecordBuilder& out)
{
    uint8_t* generic = out.add(Element::Generic);
    uint8_t* nsel = out.add(Element::Nsel);
    std::copy_n(p, 12, nsel);
    nsel[14] = p[14];
    std::copy_n(p + 16, 2, nsel + 12);
    if (const uint8_t protocol = generic[44]; protocol == kIcmp || protocol == kIcmp6)
        std::copy_n(p + 12, 2, generic + 42);
    if (loadLe<uint64_t>(generic) == 0)
        std::copy_n(p, 8, generic);
}

/// Extensions that are no plain copy; false: not known.
bool special(uint16_t extension, Rest& rest, RecordBuilder& out)
{
    switch (extension) {
    case 4: // interfaces
        widen(rest.take(4), out.add(Element::Misc));
        return true;
    case 6: // AS numbers
        widen(rest.take(4), out.add(Element::As));
        return true;
    case 8: { // TOS of the other side, direction, masks
        const uint8_t* p = rest.take(4);
        uint8_t* misc = out.add(Element::Misc);
        misc[8] = p[2];
        misc[9] = p[3];
        misc[10] = p[1];
        misc[11] = p[0];
        return true;
    }
    case 13: // VLANs
        widen(rest.take(4), out.add(Element::Vlan));
        return true;
    case 25: // fill 16, engine type 8, engine id 8
        std::copy_n(rest.take(4) + 2, 2, out.header() + v3::kEngineType);
        return true;
    case 26: // adjacent AS numbers, which no column takes
    case 48: // blocks of ports
        rest.take(8);
        return true;
    case 41: // access lists
        rest.take(24);
        return true;
    case 37:
        firewall(rest.take(20), out);
        return true;
    case 43: // the long name of a user
        std::copy_n(rest.take(72), kUserText, out.add(Element::User));
        return true;
    case 46: { // NAT event 8, flags 8, fill 16, egress and ingress VRF 32
        const uint8_t* p = rest.take(12);
        out.add(Element::Nat)[12] = p[0];
        std::copy_n(p + 4, 8, out.add(Element::Vrf));
        return true;
    }
    case 47: // addresses inside and outside
        std::copy_n(rest.take(8), 8, out.add(Element::Nat4));
        return true;
    default:
        return false;
    }
}

bool extend(uint16_t extension, Rest& rest, RecordBuilder& out)
{
    const auto* copied = std::ranges::find(kCopied, extension, &Copied::extension);
    if (copied == kCopied.end())
        return special(extension, rest, out);
    std::copy_n(rest.take(copied->size), copied->size, out.add(copied->element) + copied->offset);
    return true;
}

/// The header: flags at 4, version or exporter at 5, then times, protocol and ports.
void common(const uint8_t* p, RecordBuilder& out)
{
    const auto ms = [p](size_t seconds, size_t rest) { return uint64_t {loadLe<uint32_t>(p + seconds)} * 1000 + loadLe<uint16_t>(p + rest); };
    uint8_t* generic = out.add(Element::Generic);
    storeLe(generic, ms(12, 8));
    storeLe(generic + 8, ms(16, 10));
    std::copy_n(p + 24, 4, generic + 40); // ports
    generic[44] = p[22];
    generic[45] = p[21];
    generic[46] = p[20];
    generic[47] = p[23];
    out.header()[v3::kFlags] = static_cast<uint8_t>(((p[4] & kEvent) != 0 ? v3::kEvent : 0) | ((p[4] & kSampled) != 0 ? v3::kSampled : 0));
}

} // namespace

bool Layout1::takeMap(std::span<const uint8_t> record)
{
    // type, size, number of the map, octets of the extensions, then the extensions up to a zero
    constexpr size_t header = 8;
    if (record.size() < header)
        return false;
    std::vector<uint16_t> extensions;
    for (size_t at = header; at + 2 <= record.size(); at += 2) {
        const auto extension = loadLe<uint16_t>(record.data() + at);
        if (extension == 0)
            break;
        if (extensions.size() == kMostExtensions)
            return false;
        extensions.push_back(extension);
    }
    m_maps[loadLe<uint16_t>(record.data() + 4)] = std::move(extensions);
    return true;
}

bool Layout1::convert(std::span<const uint8_t> record, RecordBuilder& out) const
{
    const uint8_t* p = record.data();
    const bool early = loadLe<uint16_t>(p) == static_cast<uint16_t>(Record::Common0);
    const size_t header = early ? kHeader0 : kHeader;
    if (record.size() < header)
        return false;
    const auto map = m_maps.find(loadLe<uint16_t>(p + 6));
    if (map == m_maps.end())
        return false;
    out.begin();
    common(p, out);
    if (early) {
        out.header()[v3::kExporter] = p[5];
    } else {
        out.header()[v3::kVersion] = p[5];
        std::copy_n(p + 28, 2, out.header() + v3::kExporter);
        // Early versions of this record left these octets unset.
        constexpr uint8_t mostDirection = 3, mostReason = 5;
        if (p[30] <= mostDirection && p[31] <= mostReason && (p[30] | p[31]) != 0)
            std::copy_n(p + 30, 2, out.add(Element::Misc) + 12);
    }
    Rest rest(record.subspan(header));
    const bool ipv6 = (p[4] & kIpv6) != 0;
    const auto addresses = ipv6 ? Element::Ipv6 : Element::Ipv4;
    std::copy_n(rest.take(contentSize(addresses)), contentSize(addresses), out.add(addresses));
    storeLe(out.add(Element::Generic) + 24, rest.number((p[4] & kPackets64) != 0));
    storeLe(out.add(Element::Generic) + 32, rest.number((p[4] & kBytes64) != 0));
    for (const uint16_t extension : map->second) {
        // The first three are what every record has.
        if (extension > 3 && !extend(extension, rest, out))
            break;
    }
    return rest.ok();
}

} // namespace rivereto::collectors::nfcapd
