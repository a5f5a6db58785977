// SPDX-License-Identifier: GPL-3.0-or-later
// RecordFinder: which record of a datagram a stored row was made of.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/decode/decoder.h"
#include "core/decode/dissect.h"

namespace rivereto::core {

/// A record found again.
struct RecordMatch {
    size_t record = 0;  ///< from 0, among recordsOf() of the datagram's tree
    FlowBatch decoded;  ///< one row: what the decoder alone makes of it
    bool reverse = false; ///< the row is one of several made of the record
};

/// The flow records and flow samples of a datagram's tree, in order of their bytes.
std::vector<const DissectNode*> recordsOf(const DissectNode& tree);

/// Decodes records one by one with the normal decoder and compares. Used by one thread.
class RecordFinder {
public:
    explicit RecordFinder(std::shared_ptr<const Schema> schema, DecoderOptions options = {});
    /// Templates and options that other datagrams bring.
    void learn(const Datagram& datagram);
    /// `row` has one row of the same schema. Columns that enrichment may have changed are not compared, nor such as the row
    /// lacks. The first record that fits; nothing when none does.
    [[nodiscard]] std::optional<RecordMatch> find(const Datagram& datagram, const DissectNode& tree, const FlowBatch& row);
    /// Names of interfaces and VRFs that were learnt.
    [[nodiscard]] const std::vector<LearntName>& names() const { return m_names; }

private:
    [[nodiscard]] static std::vector<uint8_t> single(const Datagram& datagram, const DissectNode& message, const DissectNode& record);
    [[nodiscard]] bool fits(const FlowBatch& decoded, size_t at, const FlowBatch& row) const;

    std::shared_ptr<const Schema> m_schema;
    Decoder m_decoder;
    std::vector<LearntName> m_names;
};

} // namespace rivereto::core
