// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers and sizes of nfcapd files, layout 1 (nfdump 1.6) and 2 (nfdump 1.7). All is in the byte order of the host that wrote.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace rivereto::collectors::nfcapd {

template <class T>
T loadLe(const uint8_t* p)
{
    static_assert(std::is_unsigned_v<T>);
    T value;
    std::memcpy(&value, p, sizeof(T));
    if constexpr (std::endian::native == std::endian::big) {
        T turned = 0;
        for (size_t i = 0; i < sizeof(T); ++i)
            turned = static_cast<T>(turned << 8 | (value >> (8 * i) & 0xff));
        return turned;
    }
    return value;
}

template <class T>
void storeLe(uint8_t* p, T value)
{
    static_assert(std::is_unsigned_v<T>);
    for (size_t i = 0; i < sizeof(T); ++i)
        p[i] = static_cast<uint8_t>(value >> (8 * i));
}

constexpr uint16_t kMagic = 0xa50c;

/// Header of layout 1: magic 16, version 16, flags 32, blocks 32, ident 128 × 8; the statistics follow it.
namespace header1 {
constexpr size_t kFlags = 4, kBlocks = 8, kIdent = 12, kIdentSize = 128, kStat = 140, kSize = 276;
constexpr uint32_t kLzo = 0x1, kBz2 = 0x8, kLz4 = 0x10;
} // namespace header1

/// Header of layout 2; the statistics lie in the appendix, a block behind those of the flows.
namespace header2 {
constexpr size_t kVersion = 2, kProgram = 4, kCreated = 8, kCompression = 16, kEncryption = 17, kAppendixBlocks = 18, kAppendix = 24,
                 kBlocks = 36, kSize = 40;
} // namespace header2

/// Header of a block: records 32, octets behind the header 32, type 16, flags 16.
namespace block {
constexpr size_t kRecords = 0, kSize = 4, kType = 8, kFlags = 10, kHeader = 12;
constexpr uint16_t kTypeOf1 = 2, kTypeOf2 = 3;
constexpr uint16_t kUncompressed = 0x1; ///< flag, layout 2 only
/// Neither a block in the file nor what it holds is larger; nfdump has the same limit.
constexpr size_t kLimit = 5 << 20;
} // namespace block

/// A record begins with its type and its size, header included.
constexpr size_t kRecordHeader = 4;

enum class Record : uint16_t {
    Common0 = 1, ///< layout 1 of early versions: exporters up to 255
    ExtensionMap = 2,
    ExporterInfo = 7,
    ExporterStat = 8,
    LegacySampler = 9,
    Common = 10, ///< layout 1
    V3 = 11, ///< layout 2
    Applications = 12,
    Interfaces = 13,
    Vrfs = 14,
    Sampler = 15,
    Ident = 0x8001,
    Stat = 0x8002
};

/// Header of a V3 record: type 16, size 16, elements 16, engine type 8, engine id 8, exporter 16, flags 8, version 8.
namespace v3 {
constexpr size_t kElements = 4, kEngineType = 6, kEngineId = 7, kExporter = 8, kFlags = 10, kVersion = 11, kHeader = 12;
constexpr uint8_t kEvent = 1, kSampled = 2;
/// Versions that are none of NetFlow or IPFIX: packets, and sFlow with its own version below the bit.
constexpr uint8_t kPackets = 0x41, kSflow = 0x80;
constexpr uint32_t kSflowExporter = 9999;
/// Header of an element: type 16, length 16, header included.
constexpr size_t kElementHeader = 4;
} // namespace v3

/// Elements of V3 records that are read or written here; what stands in them, see the readers (nfcapdcolumns.cpp).
enum class Element : uint16_t {
    Generic = 1,
    Ipv4 = 2,
    Ipv6 = 3,
    Misc = 4,
    Out = 5,
    Vlan = 6,
    As = 7,
    BgpNextHop4 = 8,
    BgpNextHop6 = 9,
    NextHop4 = 10,
    NextHop6 = 11,
    Received4 = 12,
    Received6 = 13,
    Mpls = 14,
    Mac = 15,
    Latency = 17,
    Nsel = 19,
    Nat4 = 20,
    Nat6 = 21,
    NatPorts = 22,
    User = 24,
    Nat = 25,
    Application = 27,
    Observation = 33,
    Vrf = 36,
    Layer2 = 38,
    IpInfo = 42,
    kCount = 43
};

constexpr size_t kElementCount = static_cast<size_t>(Element::kCount);

/// Octets of an element's content without its header; of Application at least so many.
constexpr size_t contentSize(Element element)
{
    switch (element) {
    case Element::Generic: return 48;
    case Element::Ipv4: return 8;
    case Element::Ipv6: return 32;
    case Element::Misc: return 16;
    case Element::Out: return 24;
    case Element::Vlan: return 8;
    case Element::As: return 8;
    case Element::BgpNextHop4: return 4;
    case Element::BgpNextHop6: return 16;
    case Element::NextHop4: return 4;
    case Element::NextHop6: return 16;
    case Element::Received4: return 4;
    case Element::Received6: return 16;
    case Element::Mpls: return 40;
    case Element::Mac: return 32;
    case Element::Latency: return 24;
    case Element::Nsel: return 16;
    case Element::Nat4: return 8;
    case Element::Nat6: return 32;
    case Element::NatPorts: return 4;
    case Element::User: return 68;
    case Element::Nat: return 16;
    case Element::Application: return 1;
    case Element::Observation: return 12;
    case Element::Vrf: return 8;
    case Element::Layer2: return 32;
    case Element::IpInfo: return 4;
    case Element::kCount: break;
    }
    return 0;
}

/// The text of User without its end.
constexpr size_t kUserText = 65;
constexpr size_t kMplsLabels = 10;

} // namespace rivereto::collectors::nfcapd
