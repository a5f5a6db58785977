// SPDX-License-Identifier: GPL-3.0-or-later
// CaptureWriter: datagrams as a pcap file of Ethernet, IPv4 and UDP.
#pragma once

#include <cstdio>
#include <memory>
#include <span>
#include <string>

#include "core/base/ip.h"
#include "core/base/result.h"

namespace rivereto::collectors {

/// Writes classic pcap with microseconds. One thread. Errors name the file.
class CaptureWriter {
public:
    static core::Result<CaptureWriter> create(const std::string& path);
    /// IPv4 only; payloads up to 65 507 bytes, in one frame whatever their size.
    void write(uint64_t timeMs, const core::Ip& source, uint16_t sourcePort, const core::Ip& target, uint16_t targetPort,
               std::span<const uint8_t> payload);
    /// Flushes; tells of anything that went wrong since create().
    core::Result<void> close();

private:
    struct Closer {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    std::string m_path;
    std::unique_ptr<std::FILE, Closer> m_file;
    bool m_ok = true;
};

} // namespace rivereto::collectors
