// SPDX-License-Identifier: GPL-3.0-or-later
// FileKind: the kinds of files that hold traffic, recognised by what is in them. A new kind is a line of the table in filekinds.cpp.
#pragma once

#include <filesystem>
#include <span>
#include <string_view>

#include "collectors/capture/bytestream.h"
#include "collectors/files/flowfile.h"

namespace rivereto::collectors {

struct FileKind {
    std::string_view name; ///< "capture", "nfcapd", …
    std::string_view what; ///< "a packet capture (pcap, pcapng)"
    /// Whether a file that begins so, compression taken off, is of this kind. At most kBeginning bytes are shown.
    bool (*recognise)(std::span<const uint8_t> beginning);
    /// Takes the stream, of which nothing was read yet. `path` is for messages.
    core::Result<std::unique_ptr<FlowFile>> (*open)(std::unique_ptr<ByteStream> stream, const std::filesystem::path& path, const FileOptions& options);
    /// The time that its traffic begins at, ms since 1970 UTC, by little reading; 0: not known. Null: such files never say.
    uint64_t (*beginsMs)(std::unique_ptr<ByteStream> stream) = nullptr;
};

/// How much of a file is looked at to know its kind.
constexpr size_t kBeginning = 4096;

/// In the order in which they are asked: the stricter a kind's own mark, the earlier.
std::span<const FileKind> fileKinds();

/// Opens a file of any kind; "-" is standard input. The error says what the file is, when it is something else that is known.
core::Result<std::unique_ptr<FlowFile>> openFlowFile(const std::filesystem::path& path, const FileOptions& options);

struct FileGlance {
    const FileKind* kind = nullptr; ///< null: the file cannot be read, or is of no kind
    uint64_t beginsMs = 0; ///< 0: not known
};
/// What a regular file is and when it begins.
FileGlance glanceAt(const std::filesystem::path& path);

} // namespace rivereto::collectors
