// SPDX-License-Identifier: GPL-3.0-or-later
// Exporters: what the records of an nfcapd file beside those of flows tell of the devices and their applications.
#pragma once

#include <span>
#include <string>
#include <unordered_map>

#include "collectors/nfcapd/nfcapdlayout.h"
#include "core/base/ip.h"

namespace rivereto::collectors::nfcapd {

class Exporters {
public:
    struct Exporter {
        core::Ip address;
        uint32_t version = 0; ///< of NetFlow, 10 for IPFIX, 9999 for sFlow
        uint32_t domain = 0;
    };

    void clear();
    /// A whole record of type ExporterInfo; false when it cannot be one.
    bool takeExporter(std::span<const uint8_t> record);
    /// A whole record of type Applications: a table of identifiers and names.
    bool takeApplications(std::span<const uint8_t> record);

    /// By the number that records call it; null when the file does not tell.
    [[nodiscard]] const Exporter* find(uint16_t number) const
    {
        const auto it = m_exporters.find(number);
        return it == m_exporters.end() ? nullptr : &it->second;
    }
    /// The name, or engine:selector (RFC 6759) while it is not known; empty for none. Valid until the next call.
    std::string_view application(std::span<const uint8_t> id);

private:
    std::unordered_map<uint16_t, Exporter> m_exporters;
    std::unordered_map<std::string, std::string> m_applications;
    std::string m_text;
};

} // namespace rivereto::collectors::nfcapd
