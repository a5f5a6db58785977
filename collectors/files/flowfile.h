// SPDX-License-Identifier: GPL-3.0-or-later
// FlowFile: a file that holds traffic, read step by step. Read this first in collectors/files.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/batch/flowbatch.h"
#include "core/decode/datagrambatch.h"
#include "core/decode/decodestats.h"
#include "core/decode/inputsettings.h"

namespace rivereto::collectors {

struct FileOptions {
    std::shared_ptr<const core::Schema> schema; ///< of the rows
    core::InputSettings settings; ///< what is wanted of the file
    uint16_t input = 0; ///< DatagramOrigin::input of every datagram
};

/// Something counted that DecodeStats does not know, for summaries.
struct FileCount {
    std::string name; ///< lower case, with hyphens: "other-packets"
    uint64_t count = 0; ///< more than 0
    bool loss = false; ///< something that was there did not become flows
};

/// The count of this name; 0 when there is none.
inline uint64_t countOf(const std::vector<FileCount>& counts, std::string_view name)
{
    const auto found = std::ranges::find(counts, name, &FileCount::name);
    return found == counts.end() ? 0 : found->count;
}

/// Gives flow export datagrams, which somebody decodes, or rows, which are flows already, or both. Used by one thread; takes
/// constant memory, whatever the size of the file.
class FlowFile {
public:
    virtual ~FlowFile() = default;

    enum class Status : uint8_t {
        More, ///< call again
        End, ///< nothing is left; see damage()
        Stopped ///< `stop` was requested
    };
    /// Appends some datagrams and rows; rows only as long as fewer than kRowsWanted are there. The caller takes them away.
    virtual Status read(core::DatagramBatch& datagrams, core::FlowBatch& rows, std::stop_token stop) = 0;

    /// Set at the End of a file that broke off or has broken parts: what is wrong, and at which byte. What was good was handed out.
    [[nodiscard]] virtual const std::optional<core::Error>& damage() const = 0;
    /// Records and flows of the rows that were handed out, and what was lost on the way to them.
    [[nodiscard]] virtual const core::DecodeStats& decoded() const = 0;
    /// Everything else worth telling, only of what there was.
    [[nodiscard]] virtual std::vector<FileCount> counts() const { return {}; }
    /// Bytes of the file read so far, and its size (0: unknown).
    [[nodiscard]] virtual uint64_t bytesRead() const = 0;
    [[nodiscard]] virtual uint64_t bytesTotal() const = 0;

    /// A segment is full with these and what one more step may bring.
    static constexpr size_t kRowsWanted = core::kSegmentRows - 128;
};

} // namespace rivereto::collectors
