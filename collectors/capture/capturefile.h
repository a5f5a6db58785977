// SPDX-License-Identifier: GPL-3.0-or-later
// CaptureFile: a packet capture as a FlowFile.
#pragma once

#include "collectors/capture/capturereader.h"
#include "collectors/files/flowfile.h"

namespace rivereto::collectors {

class CaptureFile final : public FlowFile {
public:
    static bool recognise(std::span<const uint8_t> beginning);
    static core::Result<std::unique_ptr<FlowFile>> open(std::unique_ptr<ByteStream> stream, const std::filesystem::path& path, const FileOptions& options);

    Status read(core::DatagramBatch& datagrams, core::FlowBatch& rows, std::stop_token stop) override;
    [[nodiscard]] const std::optional<core::Error>& damage() const override { return m_reader->damage(); }
    [[nodiscard]] const core::DecodeStats& decoded() const override { return m_decoded; }
    [[nodiscard]] std::vector<FileCount> counts() const override;
    [[nodiscard]] uint64_t bytesRead() const override { return m_reader->bytesRead(); }
    [[nodiscard]] uint64_t bytesTotal() const override { return m_reader->bytesTotal(); }

private:
    explicit CaptureFile(std::unique_ptr<CaptureReader> reader)
        : m_reader(std::move(reader))
    {
    }
    std::unique_ptr<CaptureReader> m_reader;
    core::DecodeStats m_decoded;
};

} // namespace rivereto::collectors
