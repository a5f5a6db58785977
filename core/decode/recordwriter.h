// SPDX-License-Identifier: GPL-3.0-or-later
// RecordWriter: runs a field program over the records of one data set and completes the rows it makes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/decode/decoder.h"
#include "core/decode/exporter.h"
#include "core/decode/packet.h"
#include "core/decode/template.h"

namespace rivereto::core {

/// What the header of an export message tells about all of its records.
struct MessageContext {
    DatagramOrigin origin;
    Protocol protocol = Protocol::Unknown;
    uint32_t domain = 0;
    uint64_t exportedMs = 0;
    uint32_t uptimeMs = 0;
    bool hasUptime = false;
    uint64_t samplingRate = 0; ///< of a v5 header; 0 = none
};

/// Where the fields of records are. Fixed records lie one after another; of variable ones every field is listed.
struct RecordSpan {
    const Template* layout = nullptr;
    const uint8_t* base = nullptr;
    size_t count = 0;
    const Bytes* fields = nullptr; ///< count × layout->fields.size(), when the layout is variable
    const uint32_t* pick = nullptr; ///< `count` numbers of records; null = all in order

    [[nodiscard]] Bytes field(size_t i, uint16_t field) const
    {
        const size_t record = pick ? pick[i] : i;
        if (fields)
            return fields[record * layout->fields.size() + field];
        return {base + record * layout->minLength + layout->offsets[field], layout->fields[field].length};
    }
};

/// Owned by a decoder; scratch memory is kept between sets.
class RecordWriter {
public:
    RecordWriter(const DecoderOptions& options, const ExporterTable& exporters, DecodeStats& stats)
        : m_options(options)
        , m_exporters(exporters)
        , m_stats(stats)
    {
    }

    /// Appends the rows of these records; returns how many.
    size_t write(RecordSpan records, const MessageContext& message, FlowBatch& batch);
    /// Fills the columns that come from the header into rows that have their flow times already.
    void writeHeader(const MessageContext& message, Ip exporter, FlowBatch& batch, size_t first, size_t count) const;
    /// SamplingRate and SamplingSource; `source` is Unknown when no rate is known.
    static void writeSampling(FlowBatch& batch, size_t first, size_t count, uint64_t rate, SamplingSource source);

private:
    struct Rate {
        uint64_t rate;
        SamplingSource source;
    };
    void run(const FieldOp& op, const RecordSpan& records, size_t first);
    template <class Cell> void runNumbers(const FieldOp& op, const RecordSpan& records, size_t first);
    bool runUptimes(const FieldOp& op, const RecordSpan& records, size_t first);
    void runAddress(const FieldOp& op, const RecordSpan& records, size_t first);
    void runText(const FieldOp& op, const RecordSpan& records, size_t first);
    void convert(const FieldOp& op, const RecordSpan& records, std::span<uint64_t> values) const;
    void convertUptimes(const FieldOp& op, const RecordSpan& records, std::span<uint64_t> values) const;
    void loadNumbers(const RecordSpan& records, uint16_t field, std::span<uint64_t> out) const;
    [[nodiscard]] uint64_t number(const RecordSpan& records, size_t i, Extra extra) const;
    std::string_view application(Bytes id);

    void prepare(const RecordSpan& records, const MessageContext& message, FlowBatch& batch);
    void labels(const RecordSpan& records, size_t first);
    void parseSections(const RecordSpan& records);
    void writeSections(size_t first);
    void openTunnels(RecordSpan& records);
    void exporterAddress(const RecordSpan& records, size_t first);
    void collectionTime(const RecordSpan& records, size_t first);
    void etype(const RecordSpan& records, size_t first);
    void icmp(const RecordSpan& records, size_t first);
    void sampling(const RecordSpan& records, size_t first);
    void others(const RecordSpan& records, size_t first);
    [[nodiscard]] Rate fallbackRate() const;
    void interfaceSampling(size_t first, size_t count);
    [[nodiscard]] uint64_t recordRate(const RecordSpan& records, size_t i) const;
    size_t directions(const RecordSpan& records, size_t first);
    size_t reverse(const RecordSpan& records, size_t first);
    size_t respond(const RecordSpan& records, size_t first);
    size_t mirror(size_t first);
    void swapRow(size_t row);

    const DecoderOptions& m_options;
    const ExporterTable& m_exporters;
    DecodeStats& m_stats;

    // The set at hand.
    FlowBatch* m_batch = nullptr;
    const MessageContext* m_message = nullptr;
    const ExporterState* m_exporter = nullptr;
    std::vector<uint64_t> m_inits; ///< element 160 of each record; empty = m_init for all
    uint64_t m_init = 0;

    std::vector<uint64_t> m_numbers;
    std::vector<uint32_t> m_picked;
    std::vector<Bytes> m_keptFields; ///< of records that a strict input keeps
    std::vector<uint8_t> m_keptBytes;
    std::vector<PacketInfo> m_packets;
    std::string m_text;
};

} // namespace rivereto::core
