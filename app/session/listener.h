// SPDX-License-Identifier: GPL-3.0-or-later
// Listener: UDP receivers, interfaces and their pipelines, for `rivereto listen` and the window.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "collectors/live/livecapture.h"
#include "collectors/pipeline/pipeline.h"
#include "collectors/udp/udpreceiver.h"
#include "core/decode/inputsettings.h"

namespace rivereto::app {

/// "ADDR:PORT[,KEY=VALUE…]" with the settings of core/decode/inputsettings.h. ADDR may be empty, an IPv4 or a
/// bracketed IPv6 address.
struct ListenSpec {
    std::string address;
    uint16_t port = 0;
    core::InputSettings settings;
    std::string interface; ///< not empty: packets of this interface are metered; there is no address and port
    std::string filter;    ///< of the packets, pcap-filter(7)
    unsigned snapLength = collectors::LiveOptions{}.snapLength;
    bool operator==(const ListenSpec&) const = default;
};
core::Result<ListenSpec> parseListenSpec(const std::string& text);
/// "NAME[,KEY=VALUE…]": an interface, with the settings of core/decode/inputsettings.h, and snaplen.
core::Result<ListenSpec> parseInterfaceSpec(const std::string& text);
/// Ports 2055, 9995, 4739 and 6343 on every address.
std::vector<ListenSpec> defaultListenSpecs();

struct ListenCounters {
    core::DecodeStats decoded;
    uint64_t datagrams = 0;
    uint64_t kernelDrops = 0;
    uint64_t dropped = 0; ///< by a full queue
    uint64_t packets = 0; ///< of interfaces
    uint64_t packetDrops = 0; ///< of interfaces, by the kernel and by themselves
    double queueFill = 0;
};

/// Inputs that decode alike share a pipeline. Any thread may ask for counters.
class Listener {
public:
    /// Binds all inputs, or none: the first that fails is the error. Data is decoded with templates that `known`, which may be
    /// null, has from earlier runs, until its exporter announces them again.
    static core::Result<std::unique_ptr<Listener>> start(const std::vector<ListenSpec>& specs, std::shared_ptr<const core::Schema> schema,
                                                         core::FlowSink& sink, collectors::PipelineOptions options, core::FlowStore* known = nullptr);
    ~Listener();
    /// Inputs first, then the workers drain, then everything is committed.
    core::Result<void> stop();
    [[nodiscard]] ListenCounters counters() const;
    /// Tells the sink how listening stands; to be called about once a second.
    void note();
    [[nodiscard]] std::vector<uint16_t> ports() const;
    /// Smallest receive buffer that the kernel granted, and what was asked.
    [[nodiscard]] std::pair<int, int> buffers() const;
    /// Names of the interfaces that are captured on, and the smallest number of octets of a packet that is captured.
    [[nodiscard]] std::vector<std::string> interfaces() const;
    [[nodiscard]] unsigned snapLength() const;
    /// The sink's failure, or that of an interface, if one failed.
    [[nodiscard]] std::optional<core::Error> error() const;

private:
    core::Result<void> openInput(const ListenSpec& spec, uint16_t number, const std::shared_ptr<const core::Schema>& schema);

    core::FlowSink* m_sink = nullptr;
    uint64_t m_since = 0; ///< ms
    core::Received m_told;
    std::vector<std::unique_ptr<collectors::Pipeline>> m_pipelines; ///< outlive the receivers
    std::vector<std::unique_ptr<collectors::UdpReceiver>> m_receivers;
    std::vector<std::unique_ptr<collectors::LiveCapture>> m_captures;
    std::vector<ListenSpec> m_specs; ///< of the captures
};

} // namespace rivereto::app
