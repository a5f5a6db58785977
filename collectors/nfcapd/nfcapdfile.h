// SPDX-License-Identifier: GPL-3.0-or-later
// NfcapdFile: flow files of nfdump (nfcapd, nfpcapd, sfcapd, nfdump -w) as a FlowFile. Read this first in collectors/nfcapd to read.
#pragma once

#include "collectors/capture/bytestream.h"
#include "collectors/files/flowfile.h"
#include "collectors/nfcapd/nfcapdcolumns.h"
#include "collectors/nfcapd/nfcapdcompression.h"
#include "collectors/nfcapd/nfcapdlayout1.h"

namespace rivereto::collectors {

/// Layout 1 (nfdump 1.6) and 2 (nfdump 1.7), written on a little-endian machine; several files one after another are read like
/// one. A block that is damaged is left out, and so is a record that does not fit; both are counted. Places that damage()
/// tells are those in the file after gzip and the like were taken off.
class NfcapdFile final : public FlowFile {
public:
    static bool recognise(std::span<const uint8_t> beginning);
    static core::Result<std::unique_ptr<FlowFile>> open(std::unique_ptr<ByteStream> stream, const std::filesystem::path& path, const FileOptions& options);

    Status read(core::DatagramBatch& datagrams, core::FlowBatch& rows, std::stop_token stop) override;
    [[nodiscard]] const std::optional<core::Error>& damage() const override { return m_damage; }
    [[nodiscard]] const core::DecodeStats& decoded() const override { return m_decoded; }
    [[nodiscard]] std::vector<FileCount> counts() const override;
    [[nodiscard]] uint64_t bytesRead() const override { return m_stream->position(); }
    [[nodiscard]] uint64_t bytesTotal() const override { return m_stream->size(); }

private:
    NfcapdFile(std::unique_ptr<ByteStream> stream, std::filesystem::path path, const FileOptions& options);
    core::Result<void> begin();
    core::Result<void> begin1(std::span<const uint8_t> header);
    core::Result<void> begin2(std::span<const uint8_t> header);
    enum class Step : uint8_t { Good, End, Stopped };
    Step nextBlock();
    Step readBlock(std::span<const uint8_t> header);
    bool unpack(std::span<const uint8_t> packed, uint32_t records, uint64_t at);
    Step endOfPart();
    Step failed(uint64_t at);
    void compareStat();
    void gather(size_t most);
    void take(std::span<const uint8_t> record);
    void takeStat(std::span<const uint8_t> record);
    void leaveBlock();
    template <class... Args> void damaged(std::string_view text, const Args&... args);

    std::unique_ptr<ByteStream> m_stream;
    std::filesystem::path m_path;

    // Of the file, or of the part of several.
    unsigned m_layout = 0;
    NfcapdCompression m_compression = NfcapdCompression::None;
    uint32_t m_blocks = 0; ///< as the header says, appendix included; 0: the writer never finished
    uint32_t m_blocksRead = 0;
    std::optional<nfcapd::FlowStat> m_claimed;
    nfcapd::FlowStat m_found;
    bool m_whole = true; ///< nothing of this part was lost
    nfcapd::Layout1 m_layout1;
    nfcapd::Exporters m_exporters;

    // The block at work.
    std::unique_ptr<uint8_t[]> m_packed;
    std::unique_ptr<uint8_t[]> m_unpacked;
    std::span<const uint8_t> m_rest; ///< records that were not looked at yet
    uint32_t m_recordsLeft = 0; ///< of the number in its header
    uint64_t m_blockAt = 0; ///< where it begins
    bool m_cut = false; ///< the file ends within it
    nfcapd::RecordRun m_run;
    nfcapd::RecordBuilder m_builder;
    std::vector<uint8_t> m_converted; ///< records of layout 1 that m_run points to
    nfcapd::ColumnReader m_columns;

    core::DecodeStats m_decoded;
    uint64_t m_lostBlocks = 0;
    uint64_t m_lostRecords = 0;
    uint64_t m_otherBlocks = 0;
    uint64_t m_otherRecords = 0;
    std::optional<core::Error> m_damage;
};

} // namespace rivereto::collectors
