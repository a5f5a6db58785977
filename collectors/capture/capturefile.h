// SPDX-License-Identifier: GPL-3.0-or-later
// CaptureFile: a packet capture as a FlowFile.
#pragma once

#include "collectors/capture/capturereader.h"
#include "collectors/files/flowfile.h"
#include "collectors/meter/meter.h"

namespace rivereto::collectors {

/// Flow export is decoded; other packets are metered, as the input's settings say. Auto decides with the first 16 384 packets.
class CaptureFile final : public FlowFile, private PacketSink {
public:
    static bool recognise(std::span<const uint8_t> beginning);
    static core::Result<std::unique_ptr<FlowFile>> open(std::unique_ptr<ByteStream> stream, const std::filesystem::path& path, const FileOptions& options);

    static uint64_t beginsMs(std::unique_ptr<ByteStream> stream);

    Status read(core::DatagramBatch& datagrams, core::FlowBatch& rows, std::stop_token stop) override;
    [[nodiscard]] const std::optional<core::Error>& damage() const override { return m_reader->damage(); }
    [[nodiscard]] const core::DecodeStats& decoded() const override;
    [[nodiscard]] std::vector<FileCount> counts() const override;
    [[nodiscard]] uint64_t bytesRead() const override { return m_reader->bytesRead(); }
    [[nodiscard]] uint64_t bytesTotal() const override { return m_reader->bytesTotal(); }

private:
    CaptureFile(const std::filesystem::path& path, const FileOptions& options);
    void onPacket(const CapturedPacket& packet, const core::PacketInfo& info) override;
    void beforeBytesGo() override;
    void decide();

    std::unique_ptr<CaptureReader> m_reader;
    std::unique_ptr<Meter> m_meter; ///< null: other packets are left
    bool m_undecided = false;
    bool m_ended = false;
};

} // namespace rivereto::collectors
