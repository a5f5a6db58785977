// SPDX-License-Identifier: GPL-3.0-or-later
#include "collectors/capture/capturefile.h"

#include <algorithm>
#include <array>

namespace rivereto::collectors {

bool CaptureFile::recognise(std::span<const uint8_t> beginning)
{
    // pcap with µs, ns, and Kuznetzov's longer packet headers, in both byte orders; pcapng's section header.
    constexpr std::array<std::array<uint8_t, 4>, 7> kMarks {{{0xa1, 0xb2, 0xc3, 0xd4}, {0xd4, 0xc3, 0xb2, 0xa1}, {0xa1, 0xb2, 0x3c, 0x4d},
        {0x4d, 0x3c, 0xb2, 0xa1}, {0xa1, 0xb2, 0xcd, 0x34}, {0x34, 0xcd, 0xb2, 0xa1}, {0x0a, 0x0d, 0x0d, 0x0a}}};
    return std::ranges::any_of(kMarks, [&](const auto& mark) { return beginning.size() >= 4 && std::ranges::equal(mark, beginning.first(4)); });
}

core::Result<std::unique_ptr<FlowFile>> CaptureFile::open(std::unique_ptr<ByteStream> stream, const std::filesystem::path& path, const FileOptions& options)
{
    auto reader = CaptureReader::open(std::move(stream), path, {.input = options.input});
    if (!reader)
        return tl::unexpected(reader.error());
    return std::unique_ptr<FlowFile>(new CaptureFile(std::move(*reader)));
}

FlowFile::Status CaptureFile::read(core::DatagramBatch& datagrams, core::FlowBatch&, std::stop_token stop)
{
    switch (m_reader->read(datagrams, std::move(stop))) {
    case CaptureReader::Status::More:
        return Status::More;
    case CaptureReader::Status::Stopped:
        return Status::Stopped;
    case CaptureReader::Status::End:
        break;
    }
    return Status::End;
}

std::vector<FileCount> CaptureFile::counts() const
{
    const auto& stats = m_reader->stats();
    std::vector<FileCount> out {{"packets", stats.packets}, {"other-packets", stats.otherPackets}, {"fragments", stats.fragmentsLost, true}};
    std::erase_if(out, [](const FileCount& count) { return count.count == 0; });
    return out;
}

} // namespace rivereto::collectors
