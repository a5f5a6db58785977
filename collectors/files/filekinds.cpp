// SPDX-License-Identifier: GPL-3.0-or-later
#include "collectors/files/filekinds.h"

#include <array>

#include "collectors/capture/capturefile.h"
#include "collectors/csv/csvfile.h"
#include "collectors/ipfix/ipfixfile.h"
#include "collectors/nfcapd/nfcapdfile.h"

namespace rivereto::collectors {

namespace {

constexpr std::array kKinds {
    FileKind {"capture", "a packet capture (pcap or pcapng)", &CaptureFile::recognise, &CaptureFile::open, &CaptureFile::beginsMs},
    FileKind {"nfcapd", "an nfcapd file of nfdump", &NfcapdFile::recognise, &NfcapdFile::open},
    FileKind {"ipfix", "a file of IPFIX messages", &IpfixFile::recognise, &IpfixFile::open, &IpfixFile::beginsMs},
    FileKind {"csv", "a CSV file of flows with a header line", &CsvFile::recognise, &CsvFile::open},
};

bool startsWith(std::span<const uint8_t> bytes, std::string_view mark)
{
    return std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()).starts_with(mark);
}

core::Error unknownKind(const std::filesystem::path& path, std::span<const uint8_t> beginning)
{
    if (beginning.empty())
        return core::makeError("“{}” is empty", path.string());
    if (startsWith(beginning, "SQLite format 3"))
        return core::makeError("“{}” is a database, not a capture; --db opens a Rivereto database", path.string());
    std::string kinds;
    for (const auto& kind : kKinds)
        kinds += fmt::format("{}{}", kinds.empty() ? "" : ", ", kind.what);
    return core::makeError("“{}” holds no traffic that can be read; it is none of: {}", path.string(), kinds);
}

const FileKind* kindOf(std::span<const uint8_t> beginning)
{
    const auto it = std::ranges::find_if(kKinds, [&](const FileKind& kind) { return kind.recognise(beginning); });
    return it == kKinds.end() ? nullptr : &*it;
}

} // namespace

std::span<const FileKind> fileKinds()
{
    return kKinds;
}

core::Result<std::unique_ptr<FlowFile>> openFlowFile(const std::filesystem::path& path, const FileOptions& options)
{
    auto stream = ByteStream::open(path);
    if (!stream)
        return tl::unexpected(stream.error());
    const auto beginning = (*stream)->peek(kBeginning);
    if ((*stream)->error() != 0 && beginning.empty())
        return core::fail("cannot read “{}”: {}", path.string(), (*stream)->errorText());
    const auto* kind = kindOf(beginning);
    if (!kind)
        return tl::unexpected(unknownKind(path, beginning));
    return kind->open(std::move(*stream), path, options);
}

FileGlance glanceAt(const std::filesystem::path& path)
{
    auto stream = ByteStream::open(path);
    FileGlance out;
    if (stream)
        out.kind = kindOf((*stream)->peek(kBeginning));
    if (out.kind && out.kind->beginsMs)
        out.beginsMs = out.kind->beginsMs(std::move(*stream));
    return out;
}

} // namespace rivereto::collectors
