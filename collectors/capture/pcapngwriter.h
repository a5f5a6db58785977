// SPDX-License-Identifier: GPL-3.0-or-later
// PcapngWriter: packets as the bytes of a pcapng file.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/capture/packetfile.h"

namespace rivereto::collectors {

/// One section, an interface for each name and link type that packets come from, times in nanoseconds (draft-ietf-opsawg-pcapng).
class PcapngWriter {
public:
    using Put = std::function<core::Result<void>(std::string_view)>;
    explicit PcapngWriter(Put put) : m_put(std::move(put)) { }

    /// `from` is what the packet was captured on.
    core::Result<void> write(const CapturedPacket& packet, const CaptureInterface& from);
    /// An interface statistics block; handed over at once, with all before it.
    core::Result<void> statistics(const CaptureInterface& from, const CaptureStatistics& statistics);
    /// Hands over what is left.
    core::Result<void> finish();
    [[nodiscard]] uint64_t packets() const { return m_packets; }

private:
    void number(uint64_t value, unsigned width);
    void padded(std::string_view bytes);
    void section();
    uint32_t interfaceOf(const CaptureInterface& from, int linkType);

    Put m_put;
    std::string m_buffer;
    std::vector<CaptureInterface> m_interfaces;
    uint64_t m_packets = 0;
};

} // namespace rivereto::collectors
