// SPDX-License-Identifier: GPL-3.0-or-later
// PacketExtractor: the packets behind flows, out of the captures that these were made from.
#pragma once

#include <stop_token>
#include <unordered_map>

#include "collectors/capture/pcapngwriter.h"
#include "collectors/meter/flowkey.h"
#include "core/decode/inputsettings.h"
#include "core/store/flowwriter.h"

namespace rivereto::collectors {

struct ExtractOptions {
    std::vector<std::string> captures; ///< in the order that their packets are written in
    core::InputSettings settings; ///< as the captures were read with
    std::stop_token stop;
    PcapngWriter::Put put; ///< takes the pcapng file's bytes
};

/// Of metered flows those packets of both directions that lie within the flow's time; of flows that came by export the datagrams that
/// brought them. Remembers conversations, not rows; an error when those are too many. finish() reads the captures. Used by one thread.
class PacketExtractor final : public core::FlowWriter {
public:
    explicit PacketExtractor(ExtractOptions options);
    core::Result<void> write(const core::FlowBatch& rows) override;
    /// Fails when a capture is not there any more, or none of the packets is in them.
    core::Result<void> finish() override;

    static constexpr size_t kMostTimes = 4'000'000; ///< stretches of time

private:
    using Stretch = std::pair<uint64_t, uint64_t>; ///< ms, both included
    struct KeyHash {
        size_t operator()(const FlowKey& key) const { return key.hash(); }
    };
    core::Result<void> extract(const std::string& capture);
    [[nodiscard]] bool wanted(const core::PacketInfo& info, uint64_t ms) const;

    ExtractOptions m_options;
    PcapngWriter m_out;
    std::unordered_map<FlowKey, std::vector<Stretch>, KeyHash> m_flows;
    std::unordered_map<core::Ip, std::vector<Stretch>> m_exports; ///< by exporter
    size_t m_times = 0;
};

} // namespace rivereto::collectors
