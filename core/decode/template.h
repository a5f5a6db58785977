// SPDX-License-Identifier: GPL-3.0-or-later
// Template and FieldProgram: the layout of a record, compiled once into what to do for each column.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/decode/elements.h"
#include "core/decode/numberkernels.h"
#include "core/schema/schema.h"

namespace rivereto::core {

/// One field as a template declares it.
struct FieldSpec {
    uint32_t enterprise = 0;
    uint16_t id = 0;
    uint16_t length = 0; ///< octets; element::kVariable = told in each record
    bool scope = false; ///< scope field of an options template
    bool operator==(const FieldSpec&) const = default;
};

constexpr uint16_t kNoField = 0xffff;
/// Scopes without octets that a template keeps: they say what it is about.
constexpr size_t kMaxEmptyScopes = 4;

/// Fill one column from one field.
struct FieldOp {
    ColumnId column = ColumnId::kNone;
    Type type = Type::UInt64;
    Storage storage = Storage::U64;
    Conv conv = Conv::Default;
    uint16_t field = kNoField;
    uint16_t companion = kNoField; ///< Conv::SysUptime: field of the flow's other end
    bool ifZero = false; ///< only where a preferred element gave nothing
    FieldKernel kernel = nullptr; ///< does it all where records have fixed places; null: not that simple
};

/// Columns where 0.0.0.0 is an address that a packet can have, not "none".
constexpr bool keepsUnspecified(ColumnId column)
{
    return column == ColumnId::SrcAddr || column == ColumnId::DstAddr;
}

/// Values that a record may have and that steer the decoder rather than fill a column.
enum class Extra : uint8_t {
    SamplingInterval, ///< 34 or 50
    SamplingPackets, ///< 305
    SamplingSpace, ///< 306
    SamplingSize, ///< 309
    SamplingPopulation, ///< 310
    SamplingProbability, ///< 311
    SamplerId, ///< 48 or 302
    SystemInit, ///< 160
    ExporterV4, ///< 130
    ExporterV6, ///< 131
    CollectionTime, ///< 258: when the record was received by whoever wrote the file
    ResponderOctets, ///< 232, when 231 fills Bytes
    ResponderPackets, ///< 299
    ReverseOctets, ///< RFC 5103
    ReversePackets,
    Section, ///< 104, 313 – 316: the beginning of a packet
    FrameType, ///< 408: what link layer a frame section has
    kCount
};

/// What a template means for the columns of a schema.
struct FieldProgram {
    std::vector<FieldOp> ops;
    std::vector<FieldOp> reverseOps; ///< for the row of the reverse direction (RFC 5103)
    std::vector<uint16_t> mplsFields; ///< elements 70 – 79 in order
    std::vector<uint16_t> otherFields; ///< no column has them
    ColumnId mplsColumn = ColumnId::kNone;
    std::array<uint16_t, static_cast<size_t>(Extra::kCount)> extras {};
    uint16_t etype = 0; ///< all records have this address family; 0 = look at each
    bool samplingInRecord = false; ///< a rate may be in the record itself
    bool uptime = false; ///< some op has Conv::SysUptime
    bool icmpInPort = false; ///< the ICMP type may be in the destination port
    [[nodiscard]] uint16_t extra(Extra e) const { return extras[static_cast<size_t>(e)]; }
};

struct Template {
    std::vector<FieldSpec> fields;
    std::vector<uint32_t> offsets; ///< of each field when `variable` is false
    uint32_t minLength = 0; ///< of a record; exact when `variable` is false
    bool variable = false;
    bool options = false;
    bool restored = false; ///< of an earlier run; not announced again yet
    FieldProgram program;
};

/// Lays the fields out and compiles the program. `fields` may be anything.
Template compileTemplate(std::vector<FieldSpec> fields, bool options, const ElementMap& elements, const Schema& schema);

} // namespace rivereto::core
