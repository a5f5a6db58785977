// SPDX-License-Identifier: GPL-3.0-or-later
// What the inspect command and page make of a dissected datagram: its counts, its faults, its kinds of fields, itself as JSON.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/decode/bytes.h"
#include "core/decode/dissect.h"

namespace rivereto::core {

/// A datagram in a line.
struct DatagramSummary {
    Protocol protocol = Protocol::Unknown;
    bool hasDomain = false; ///< NetFlow v5 has its engine, v9 a source id, IPFIX an observation domain, sFlow a sub-agent
    uint32_t domain = 0; ///< of the first message
    uint32_t sequence = 0; ///< of the first message, as on the wire
    uint32_t messages = 0;
    uint32_t sets = 0; ///< of v9 and IPFIX, samples of sFlow
    uint32_t records = 0; ///< flow records, and flow samples of sFlow
    uint32_t optionsRecords = 0;
    uint32_t templates = 0; ///< template records, withdrawals included
    uint32_t problems = 0;
};
/// `tree`: whole or an outline.
DatagramSummary summarize(const DissectNode& tree, Bytes payload);

/// Calls for every node with something wrong, with the way to it: "IPFIX › Data set 256 › Record".
void forProblems(const DissectNode& tree, const std::function<void(const DissectNode& node, const std::string& path)>& take);
/// "Data set 256", "Template 300", "Flow sample".
std::string nodeTitle(const DissectNode& node);
/// "record", "options-template"; for scripts.
std::string_view dissectKindName(DissectKind kind);
/// The node and all below it as one JSON object; leaves have their octets in "bytes".
void appendJson(std::string& out, const DissectNode& node, Bytes payload);

/// Which kinds of fields a datagram has: the elements of records and templates, and what else has a name.
struct DatagramShape {
    uint64_t hash = 0; ///< the same for datagrams with the same kinds
    std::vector<const DissectNode*> fields; ///< one of each kind; as long as the tree lives
    static DatagramShape of(const DissectNode& tree);
};
/// Whether a field is meant by "octetDeltaCount", a part of it, "1", "9:12001" or "Cisco"; case does not matter.
bool fieldMatches(std::string_view name, std::optional<uint16_t> element, uint32_t enterprise, std::string_view what);

} // namespace rivereto::core
