// SPDX-License-Identifier: GPL-3.0-or-later
// FixedDecoder: NetFlow v1, v5 and v7, whose records have one layout each; run by the same field programs as templates.
#pragma once

#include "core/decode/decoder.h"
#include "core/decode/recordwriter.h"

namespace rivereto::core {

class FixedDecoder {
public:
    FixedDecoder(const Schema& schema, const ElementMap& elements, RecordWriter& writer, DecodeStats& stats);
    /// One message of message.protocol (v1, v5 or v7).
    void decode(Bytes payload, MessageContext& message, MessageInfo& info, FlowBatch& out);

private:
    RecordWriter& m_writer;
    DecodeStats& m_stats;
    Template m_v1;
    Template m_v5;
    Template m_v7;
};

} // namespace rivereto::core
