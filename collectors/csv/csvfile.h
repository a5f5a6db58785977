// SPDX-License-Identifier: GPL-3.0-or-later
// CsvFile: flows as lines of text with a header as a FlowFile. Read this first in collectors/csv.
#pragma once

#include "collectors/csv/csvlayout.h"
#include "collectors/csv/csvrecords.h"
#include "collectors/files/flowfile.h"

namespace rivereto::collectors {

/// The header line names the fields: as Rivereto's own CSV does, as nfdump's (both of its layouts), or in other usual ways; what
/// it does not say well enough the mapping of the input does. A line with a value that cannot be read, or with another number
/// of fields, is left out and counted. TimeReceived is the time of reception, else of the flow's end, else of its start.
class CsvFile final : public FlowFile {
public:
    /// Text whose first line that is not empty has delimiters.
    static bool recognise(std::span<const uint8_t> beginning);
    static core::Result<std::unique_ptr<FlowFile>> open(std::unique_ptr<ByteStream> stream, const std::filesystem::path& path, const FileOptions& options);

    Status read(core::DatagramBatch& datagrams, core::FlowBatch& rows, std::stop_token stop) override;
    [[nodiscard]] const std::optional<core::Error>& damage() const override { return m_damage; }
    [[nodiscard]] const core::DecodeStats& decoded() const override { return m_decoded; }
    [[nodiscard]] std::vector<FileCount> counts() const override;
    [[nodiscard]] uint64_t bytesRead() const override { return m_records.stream().position(); }
    [[nodiscard]] uint64_t bytesTotal() const override { return m_records.stream().size(); }

private:
    CsvFile(std::unique_ptr<ByteStream> stream, std::filesystem::path path, const FileOptions& options, CsvMapping mapping);
    core::Result<void> readHeader();
    bool takeRecord(core::FlowBatch& rows);
    [[nodiscard]] std::string fill(core::FlowBatch& rows, size_t row);
    [[nodiscard]] std::string fillField(core::FlowBatch& rows, size_t row, const CsvField& field);
    [[nodiscard]] bool complete(core::FlowBatch& rows, size_t row) const;
    void completeIcmp(core::FlowBatch& rows, size_t row) const;
    void unreadable(std::string why);
    void ended();

    CsvRecords m_records;
    std::filesystem::path m_path;
    std::shared_ptr<const core::Schema> m_schema;
    core::TimeSource m_time;
    CsvMapping m_mapping;
    char m_delimiter = 0;
    CsvLayout m_layout;
    bool m_icmpInPort = false; ///< the ICMP type may be in the destination port

    const std::vector<std::string_view>* m_fields = nullptr; ///< of the record at hand
    uint64_t m_duration = 0; ///< ms
    std::vector<uint32_t> m_labels;

    uint64_t m_lost = 0; ///< lines
    uint64_t m_firstLost = 0;
    std::string m_firstWhy;
    std::optional<core::Error> m_damage;
    core::DecodeStats m_decoded;
};

} // namespace rivereto::collectors
