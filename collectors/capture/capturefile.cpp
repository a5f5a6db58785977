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

CaptureFile::CaptureFile(const std::filesystem::path& path, const FileOptions& options)
{
    if (options.settings.packets == core::PacketUse::Leave)
        return;
    m_undecided = options.settings.packets == core::PacketUse::Auto;
    m_meter = std::make_unique<Meter>(options.schema, MeterOptions {.settings = options.settings, .name = path == "-" ? std::string() : path.filename().string()});
}

core::Result<std::unique_ptr<FlowFile>> CaptureFile::open(std::unique_ptr<ByteStream> stream, const std::filesystem::path& path, const FileOptions& options)
{
    std::unique_ptr<CaptureFile> file(new CaptureFile(path, options));
    auto reader = CaptureReader::open(std::move(stream), path, {.input = options.input, .others = file.get()});
    if (!reader)
        return tl::unexpected(reader.error());
    file->m_reader = std::move(*reader);
    return file;
}

uint64_t CaptureFile::beginsMs(std::unique_ptr<ByteStream> stream)
{
    const auto file = PacketFile::open(std::move(stream), {});
    CapturedPacket first;
    return file && (*file)->next(first) ? first.timeNs / 1'000'000 : 0;
}

void CaptureFile::onPacket(const CapturedPacket& packet, const core::PacketInfo& info)
{
    if (m_meter)
        m_meter->add(packet, info);
}

void CaptureFile::beforeBytesGo()
{
    if (m_meter)
        m_meter->flush();
}

/// A capture of flow export holds a few other packets, too; they are no traffic that anybody asks for.
void CaptureFile::decide()
{
    m_undecided = false;
    if (m_reader->stats().datagrams > 0)
        m_meter = nullptr;
}

FlowFile::Status CaptureFile::read(core::DatagramBatch& datagrams, core::FlowBatch& rows, std::stop_token stop)
{
    // A long silence, or the end, ends more flows than there is room for.
    if (!m_undecided && m_meter && m_meter->take(rows, kRowsWanted))
        return Status::More;
    if (m_ended)
        return Status::End;
    const auto status = m_reader->read(datagrams, std::move(stop));
    if (m_undecided)
        decide();
    if (status == CaptureReader::Status::Stopped)
        return Status::Stopped;
    m_ended = status == CaptureReader::Status::End;
    if (m_meter && m_reader->stats().live.timeNs != 0)
        m_meter->advance(m_reader->stats().live.timeNs);
    if (!m_meter)
        return m_ended ? Status::End : Status::More;
    m_meter->setInterfaces(m_reader->interfaces());
    if (m_ended)
        m_meter->finish();
    return m_meter->take(rows, kRowsWanted) || !m_ended ? Status::More : Status::End;
}

const core::DecodeStats& CaptureFile::decoded() const
{
    static const core::DecodeStats none;
    return m_meter ? m_meter->stats() : none;
}

std::vector<FileCount> CaptureFile::counts() const
{
    const auto& stats = m_reader->stats();
    const uint64_t metered = m_meter ? m_meter->packets() : 0;
    std::vector<FileCount> out {{"packets", stats.packets}, {"metered-packets", metered}, {"other-packets", m_meter ? 0 : stats.otherPackets},
        {"cut-packets", stats.cutPackets}, {"flows-ended-early", m_meter ? m_meter->evicted() : 0}, {"unknown-link-type", stats.unknownLinks, true},
        {"dropped-by-kernel", stats.live.droppedByKernel, true}, {"dropped-by-interface", stats.live.droppedByInterface, true}, {"fragments", m_meter ? 0 : stats.fragmentsLost, true}};
    std::erase_if(out, [](const FileCount& count) { return count.count == 0; });
    return out;
}

} // namespace rivereto::collectors
