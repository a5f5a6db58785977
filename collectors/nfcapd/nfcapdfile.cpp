// SPDX-License-Identifier: GPL-3.0-or-later
#include "collectors/nfcapd/nfcapdfile.h"

#include <cerrno>

namespace rivereto::collectors {

using namespace nfcapd;
using core::DecodeCount;

namespace {

constexpr size_t kMark = 4;
constexpr unsigned kMostLayout = 9;

/// Layout, when a file begins so; 0 otherwise.
unsigned layoutOf(std::span<const uint8_t> beginning)
{
    if (beginning.size() < kMark || loadLe<uint16_t>(beginning.data()) != kMagic)
        return 0;
    const unsigned layout = loadLe<uint16_t>(beginning.data() + header2::kVersion);
    return layout <= kMostLayout ? layout : 0;
}

bool isBigEndian(std::span<const uint8_t> beginning)
{
    return beginning.size() >= kMark && beginning[0] == kMagic >> 8 && beginning[1] == (kMagic & 0xff) && beginning[2] == 0 && beginning[3] >= 1
        && beginning[3] <= kMostLayout;
}

} // namespace

NfcapdFile::NfcapdFile(std::unique_ptr<ByteStream> stream, std::filesystem::path path, const FileOptions& options)
    : m_stream(std::move(stream))
    , m_path(std::move(path))
    , m_columns(options.settings.time)
{
}

bool NfcapdFile::recognise(std::span<const uint8_t> beginning)
{
    return layoutOf(beginning) != 0 || isBigEndian(beginning);
}

core::Result<std::unique_ptr<FlowFile>> NfcapdFile::open(
    std::unique_ptr<ByteStream> stream, const std::filesystem::path& path, const FileOptions& options)
{
    std::unique_ptr<NfcapdFile> file(new NfcapdFile(std::move(stream), path, options));
    if (auto begun = file->begin(); !begun)
        return tl::unexpected(begun.error());
    return file;
}

core::Result<void> NfcapdFile::begin()
{
    std::array<uint8_t, header1::kSize> header {};
    if (m_stream->readFully(std::span(header).first(kMark)) < kMark)
        return core::fail("“{}” is an nfcapd file that ends within its header", m_path.string());
    if (isBigEndian(header))
        return core::fail("“{}” is an nfcapd file of a big-endian machine, which cannot be read here; nfdump on that machine can write it as CSV", m_path.string());
    m_layout = layoutOf(header);
    if (m_layout != 1 && m_layout != 2)
        return core::fail("“{}” is an nfcapd file of layout {}; known are 1 and 2, which nfdump 1.6 and 1.7 write", m_path.string(), m_layout);
    const auto rest = std::span(header).first(m_layout == 1 ? header1::kSize : header2::kSize).subspan(kMark);
    if (m_stream->readFully(rest) < rest.size())
        return core::fail("“{}” is an nfcapd file that ends within its header", m_path.string());
    m_blocksRead = 0;
    m_found = {};
    m_claimed.reset();
    m_whole = true;
    m_layout1.clear();
    m_exporters.clear();
    return m_layout == 1 ? begin1(header) : begin2(header);
}

core::Result<void> NfcapdFile::begin1(std::span<const uint8_t> header)
{
    const auto flags = loadLe<uint32_t>(header.data() + header1::kFlags);
    m_compression = (flags & header1::kLzo) != 0 ? NfcapdCompression::Lzo
        : (flags & header1::kBz2) != 0           ? NfcapdCompression::Bz2
        : (flags & header1::kLz4) != 0           ? NfcapdCompression::Lz4
                                                 : NfcapdCompression::None;
    m_blocks = loadLe<uint32_t>(header.data() + header1::kBlocks);
    m_claimed = FlowStat::load1(header.data() + header1::kStat);
    return {};
}

core::Result<void> NfcapdFile::begin2(std::span<const uint8_t> header)
{
    const uint8_t compression = header[header2::kCompression];
    if (compression > static_cast<uint8_t>(NfcapdCompression::Zstd))
        return core::fail("“{}” is an nfcapd file with a compression ({}) that is not known; known are none, LZO, bzip2, LZ4 and Zstandard", m_path.string(), compression);
    if (header[header2::kEncryption] != 0)
        return core::fail("“{}” is an encrypted nfcapd file, which cannot be read", m_path.string());
    m_compression = static_cast<NfcapdCompression>(compression);
    m_blocks = loadLe<uint32_t>(header.data() + header2::kBlocks) + loadLe<uint16_t>(header.data() + header2::kAppendixBlocks);
    return {};
}

template <class... Args>
void NfcapdFile::damaged(std::string_view text, const Args&... args)
{
    m_whole = false;
    if (!m_damage)
        m_damage = core::makeError(text, args...);
}

FlowFile::Status NfcapdFile::read(core::DatagramBatch&, core::FlowBatch& rows, std::stop_token stop)
{
    if (stop.stop_requested())
        return Status::Stopped;
    m_stream->setStop(std::move(stop));
    if (m_rest.empty()) {
        switch (nextBlock()) {
        case Step::End: return Status::End;
        case Step::Stopped: return Status::Stopped;
        case Step::Good: break;
        }
    }
    // A record makes up to two rows.
    gather(std::min(RecordRun::kMost, (core::kSegmentRows - std::min(rows.rows(), core::kSegmentRows)) / 2));
    m_decoded.add(DecodeCount::Records, m_run.count());
    m_decoded.add(DecodeCount::Flows, m_columns.write(m_run, m_exporters, rows, m_found));
    return Status::More;
}

NfcapdFile::Step NfcapdFile::failed(uint64_t at)
{
    if (m_stream->error() == ECANCELED)
        return Step::Stopped;
    if (m_stream->error() != 0)
        damaged("“{}” cannot be read at byte {}: {}", m_path.string(), at, m_stream->errorText());
    else
        damaged("“{}” breaks off at byte {}, within a block that begins at byte {}", m_path.string(), m_stream->delivered(), at);
    m_decoded.add(DecodeCount::Truncated);
    return Step::End;
}

/// Blocks until one that has records of flows.
NfcapdFile::Step NfcapdFile::nextBlock()
{
    while (m_rest.empty()) {
        if (m_blocks != 0 && m_blocksRead == m_blocks) {
            if (const auto step = endOfPart(); step != Step::Good)
                return step;
        }
        const uint64_t at = m_stream->delivered();
        std::array<uint8_t, block::kHeader> header;
        const size_t got = m_stream->readFully(header);
        if (got == 0 && m_stream->error() == 0) {
            if (m_blocks != 0)
                damaged("“{}” ends at byte {} after {} of {} blocks", m_path.string(), at, m_blocksRead, m_blocks);
            return Step::End;
        }
        if (got < header.size())
            return failed(at);
        if (const auto step = readBlock(header); step != Step::Good)
            return step;
    }
    return Step::Good;
}

NfcapdFile::Step NfcapdFile::readBlock(std::span<const uint8_t> header)
{
    const uint64_t at = m_stream->delivered() - header.size();
    const auto records = loadLe<uint32_t>(header.data() + block::kRecords);
    const auto size = loadLe<uint32_t>(header.data() + block::kSize);
    if (size == 0 || size > block::kLimit || records == 0 || records > block::kLimit / kRecordHeader) {
        damaged("“{}”: the block at byte {} cannot be one ({} records in {} bytes); what follows is lost", m_path.string(), at, records, size);
        ++m_lostBlocks;
        return Step::End;
    }
    if (!m_packed)
        m_packed = std::make_unique_for_overwrite<uint8_t[]>(block::kLimit);
    const size_t got = m_stream->readFully({m_packed.get(), size});
    const std::span<const uint8_t> packed(m_packed.get(), got);
    ++m_blocksRead;
    m_cut = got < size;
    const bool plain = m_compression == NfcapdCompression::None
        || (m_layout == 2 && (loadLe<uint16_t>(header.data() + block::kFlags) & block::kUncompressed) != 0);
    if (m_cut) {
        const auto step = failed(at);
        ++m_lostBlocks;
        // Of a block that is cut the whole records are there.
        if (step == Step::Stopped || !plain)
            return step;
    }
    if (loadLe<uint16_t>(header.data() + block::kType) != (m_layout == 1 ? block::kTypeOf1 : block::kTypeOf2)) {
        ++m_otherBlocks;
        return Step::Good;
    }
    m_recordsLeft = records;
    m_blockAt = at;
    if (plain)
        m_rest = packed;
    else if (!unpack(packed, records, at))
        m_recordsLeft = 0;
    return m_rest.empty() && m_cut ? Step::End : Step::Good;
}

bool NfcapdFile::unpack(std::span<const uint8_t> packed, uint32_t records, uint64_t at)
{
    if (!m_unpacked)
        m_unpacked = std::make_unique_for_overwrite<uint8_t[]>(block::kLimit);
    const auto size = unpackBlock(m_compression, packed, {m_unpacked.get(), block::kLimit});
    if (!size || *size == 0) {
        damaged("“{}”: the block at byte {} cannot be unpacked ({}); its {} records are lost", m_path.string(), at, compressionName(m_compression), records);
        ++m_lostBlocks;
        m_lostRecords += records;
        return false;
    }
    m_rest = {m_unpacked.get(), *size};
    return true;
}

/// All blocks that the header counts were read: that is the end, or another file follows.
NfcapdFile::Step NfcapdFile::endOfPart()
{
    compareStat();
    const auto next = m_stream->peek(kMark);
    if (m_stream->error() == ECANCELED)
        return Step::Stopped;
    if (next.empty())
        return Step::End;
    const uint64_t at = m_stream->delivered();
    if (layoutOf(next) == 0) {
        damaged("“{}”: what follows the last block, from byte {}, is none", m_path.string(), at);
        return Step::End;
    }
    if (const auto begun = begin(); !begun) {
        if (m_stream->error() == ECANCELED)
            return Step::Stopped;
        damaged("“{}”: at byte {} another file follows that cannot be read", m_path.string(), at);
        return Step::End;
    }
    return Step::Good;
}

/// What the file counts and does not hold was lost by whoever wrote or copied it. Less than it holds may have been counted: a
/// file that is still being written, or several joined.
void NfcapdFile::compareStat()
{
    if (!m_claimed || !m_whole)
        return;
    const auto more = [](const FlowStat::Counters& claimed, const FlowStat::Counters& found) {
        return claimed.flows > found.flows || claimed.bytes > found.bytes || claimed.packets > found.packets;
    };
    bool lost = more(m_claimed->all, m_found.all);
    for (size_t i = 0; i < FlowStat::kGroups; ++i)
        lost |= more(m_claimed->groups[i], m_found.groups[i]);
    if (lost)
        damaged("“{}” counts {} flows with {} packets and {} bytes of its own, but {} flows with {} packets and {} bytes are in it", m_path.string(),
            m_claimed->all.flows, m_claimed->all.packets, m_claimed->all.bytes, m_found.all.flows, m_found.all.packets, m_found.all.bytes);
}

/// Fills m_run with up to `most` records of the block.
void NfcapdFile::gather(size_t most)
{
    m_run.clear();
    m_converted.clear();
    m_converted.reserve(m_layout == 1 ? RecordRun::kMost * RecordBuilder::kMost : 0);
    while (!m_rest.empty() && m_run.count() < most) {
        const size_t size = m_rest.size() < kRecordHeader ? 0 : loadLe<uint16_t>(m_rest.data() + 2);
        if (m_recordsLeft == 0 || size < kRecordHeader || size > m_rest.size()) {
            m_decoded.add(DecodeCount::MalformedRecords, m_cut ? 0 : 1);
            break;
        }
        --m_recordsLeft;
        const auto record = m_rest.first(size);
        m_rest = m_rest.subspan(size);
        take(record);
    }
    if (m_run.count() < most || m_rest.empty())
        leaveBlock();
}

void NfcapdFile::leaveBlock()
{
    m_lostRecords += m_recordsLeft;
    if ((m_recordsLeft != 0 || !m_rest.empty()) && !m_cut)
        damaged("“{}”: the records of the block at byte {} make no sense from one on; {} are lost", m_path.string(), m_blockAt, m_recordsLeft);
    m_recordsLeft = 0;
    m_rest = {};
}

void NfcapdFile::take(std::span<const uint8_t> record)
{
    bool good = true;
    switch (static_cast<Record>(loadLe<uint16_t>(record.data()))) {
    case Record::V3:
        good = m_run.add(record);
        break;
    case Record::Common:
    case Record::Common0:
        good = m_layout1.convert(record, m_builder);
        if (good) {
            const auto converted = m_builder.finish();
            const size_t at = m_converted.size();
            m_converted.insert(m_converted.end(), converted.begin(), converted.end());
            good = m_run.add(std::span(m_converted).subspan(at));
        }
        break;
    case Record::ExtensionMap:
        good = m_layout1.takeMap(record);
        break;
    case Record::ExporterInfo:
        good = m_exporters.takeExporter(record);
        break;
    case Record::Applications:
        good = m_exporters.takeApplications(record);
        break;
    case Record::Stat:
        takeStat(record.subspan(kRecordHeader));
        break;
    case Record::Ident:
    case Record::ExporterStat:
    case Record::LegacySampler:
    case Record::Sampler:
    case Record::Interfaces:
    case Record::Vrfs:
        break;
    default:
        ++m_otherRecords;
    }
    if (!good) {
        m_decoded.add(DecodeCount::MalformedRecords);
        m_whole = false;
    }
}

void NfcapdFile::takeStat(std::span<const uint8_t> record)
{
    if (record.size() >= FlowStat::kSize2)
        m_claimed = FlowStat::load2(record.data());
}

std::vector<FileCount> NfcapdFile::counts() const
{
    std::vector<FileCount> out {{"lost-blocks", m_lostBlocks, true}, {"lost-records", m_lostRecords, true}, {"other-blocks", m_otherBlocks},
        {"other-records", m_otherRecords}};
    std::erase_if(out, [](const FileCount& count) { return count.count == 0; });
    return out;
}

} // namespace rivereto::collectors
