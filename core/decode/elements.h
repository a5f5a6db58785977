// SPDX-License-Identifier: GPL-3.0-or-later
// ElementMap: which columns an information element fills, made from the schema's table; and the elements that the decoder
// itself must know by number.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "core/schema/schema.h"

namespace rivereto::core {

/// Numbers of IANA's IPFIX registry (NetFlow v9 shares them up to 127).
namespace element {
constexpr uint16_t kOctets = 1, kPackets = 2, kProtocol = 4, kTos = 5, kTcpFlags = 6, kSrcPort = 7, kSrcV4 = 8, kInIf = 10,
                   kDstPort = 11, kDstV4 = 12, kOutIf = 14, kSrcV6 = 27, kDstV6 = 28, kSamplingInterval = 34, kSamplerId = 48,
                   kSamplerRandomInterval = 50, kMplsTop = 70, kIfName = 82, kIfDescription = 83, kApplicationDescription = 94,
                   kApplicationId = 95, kApplicationName = 96, kLayer2Section = 104, kExporterV4 = 130, kExporterV6 = 131,
                   kExportingProcess = 144, kSystemInit = 160, kPadding = 210, kInitiatorOctets = 231, kResponderOctets = 232,
                   kIngressVrf = 234, kEgressVrf = 235, kVrfName = 236, kPhysicalIn = 252, kPhysicalOut = 253, kCollectionMs = 258,
                   kInitiatorPackets = 298, kResponderPackets = 299, kSelectorId = 302, kSamplingPackets = 305,
                   kSamplingSpace = 306, kSamplingSize = 309, kSamplingPopulation = 310, kSamplingProbability = 311,
                   kIpHeaderSection = 313, kIpPayloadSection = 314, kFrameSection = 315, kMplsSection = 316, kFrameType = 408;
constexpr uint32_t kReverseEnterprise = 29305; ///< RFC 5103 §6.1
constexpr uint32_t kNtopEnterprise = 35632;
constexpr uint16_t kNtopBase = 57472; ///< ntop's elements in NetFlow v9 are its enterprise numbers plus this
constexpr uint16_t kVariable = 65535; ///< length of a variable-length field (RFC 7011 §7)
} // namespace element

/// One column that an element fills.
struct ElementTarget {
    ColumnId column;
    Conv conv;
    uint8_t rank; ///< position in the column's list of preference
};

class ElementMap {
public:
    explicit ElementMap(const Schema& schema);
    [[nodiscard]] std::span<const ElementTarget> find(uint32_t enterprise, uint16_t id) const;

private:
    std::unordered_map<uint64_t, std::vector<ElementTarget>> m_targets;
};

} // namespace rivereto::core
