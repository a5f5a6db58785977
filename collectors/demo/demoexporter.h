// SPDX-License-Identifier: GPL-3.0-or-later
// DemoExporter: puts flows into datagrams as a router of one protocol would.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "collectors/demo/demonetwork.h"

namespace rivereto::collectors {

/// One datagram that an exporter sends; valid during the call.
struct DemoDatagram {
    size_t exporter = 0;
    uint64_t timeMs = 0;
    std::span<const uint8_t> payload;
};
using DemoSender = std::function<void(const DemoDatagram&)>;

/// NetFlow v5, v9, IPFIX or sFlow v5, with templates and the sampling rate as options data, both repeated now and then.
class DemoExporter {
public:
    DemoExporter(size_t number, const DemoExporterSpec& spec, uint64_t bootMs, DemoSender send);
    /// Sends when a datagram is full or has waited for two seconds.
    void add(DemoFlow flow, uint64_t timeMs);
    void flush();

private:
    struct Field {
        uint16_t id;
        uint16_t length;
    };
    void begin();
    void beginSet(bool v6);
    void endSet();
    void putTemplates();
    void putSamplingOptions();
    void putTemplate(uint16_t id, std::span<const Field> fields);
    void putRecord(const DemoFlow& flow, bool v6);
    void putV5(const DemoFlow& flow);
    void putSample(const DemoFlow& flow);
    void put8(uint64_t value) { m_bytes.push_back(static_cast<uint8_t>(value)); }
    void put16(uint64_t value);
    void put32(uint64_t value);
    void put64(uint64_t value);
    void putIp(const core::Ip& ip, bool v6);
    void patch16(size_t at, size_t value);
    void patch32(size_t at, uint64_t value);
    [[nodiscard]] uint32_t uptime(uint64_t timeMs) const { return static_cast<uint32_t>(timeMs - m_bootMs); }
    static std::span<const Field> fields(core::Protocol protocol, bool v6);

    size_t m_number;
    DemoExporterSpec m_spec;
    uint64_t m_bootMs;
    DemoSender m_send;
    std::vector<uint8_t> m_bytes;
    uint64_t m_timeMs = 0;
    uint32_t m_sequence = 0;
    uint32_t m_samples = 0; ///< sFlow: sequence of samples
    uint32_t m_records = 0; ///< in this datagram
    uint32_t m_templates = 0; ///< v9: templates and options records in this datagram
    size_t m_setAt = 0;     ///< start of the open set; 0: none
    bool m_setV6 = false;
    uint64_t m_templatesAt = 0; ///< when templates were last sent; 0: never
};

} // namespace rivereto::collectors
