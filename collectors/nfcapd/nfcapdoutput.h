// SPDX-License-Identifier: GPL-3.0-or-later
// NfcapdOutput: one nfcapd file in the making, under a temporary name beside its own.
#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "collectors/nfcapd/nfcapdcompression.h"
#include "collectors/nfcapd/nfcapdstat.h"
#include "core/base/result.h"

namespace rivereto::collectors::nfcapd {

/// What was not committed is removed by the destructor. After an error only destroying is allowed.
class NfcapdOutput {
public:
    NfcapdOutput(std::filesystem::path path, NfcapdCompression compression, std::string ident);
    ~NfcapdOutput();
    NfcapdOutput(const NfcapdOutput&) = delete;
    NfcapdOutput& operator=(const NfcapdOutput&) = delete;

    /// Makes the temporary file.
    core::Result<void> create();
    core::Result<void> add(std::span<const uint8_t> record);
    FlowStat& stat() { return m_stat; }
    [[nodiscard]] bool isOpen() const { return m_fd >= 0; }
    /// Writes what is there and gives up memory and file handle; add() takes them again.
    core::Result<void> suspend();
    /// The file is whole under its temporary name.
    core::Result<void> complete();
    /// Gives it its own name; a file of that name is replaced.
    core::Result<void> commit();

private:
    core::Result<void> reopen();
    core::Result<void> flush();
    core::Result<void> writeBlock(std::span<const uint8_t> records, uint32_t count);
    core::Result<void> writeAll(std::span<const uint8_t> bytes);
    core::Result<void> writeHeader();
    core::Result<void> close();
    [[nodiscard]] tl::unexpected<core::Error> failed() const;

    std::filesystem::path m_path;
    std::filesystem::path m_temporary; ///< empty: there is none
    NfcapdCompression m_compression;
    std::string m_ident;
    int m_fd = -1;
    uint64_t m_size = 0; ///< of what was written
    uint32_t m_blocks = 0; ///< of flows
    uint64_t m_appendix = 0; ///< where it begins; 0: not written yet
    std::vector<uint8_t> m_records; ///< of the next block
    uint32_t m_count = 0;
    std::vector<uint8_t> m_packed;
    FlowStat m_stat;
};

} // namespace rivereto::collectors::nfcapd
