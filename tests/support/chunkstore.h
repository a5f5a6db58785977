// SPDX-License-Identifier: GPL-3.0-or-later
// ChunkStore: the real way to sum without files – segments of a batch's rows, an aggregator each, joined.
#pragma once

#include <deque>

#include "core/query/segment.h"
#include "core/store/flowstore.h"
#include "tests/support/memorystore.h"

namespace rivereto::support {

class ChunkStore final : public core::FlowStore {
public:
    ChunkStore(const core::FlowBatch& rows, size_t chunk) : m_schema(rows.sharedSchema()), m_texts(std::make_shared<core::Dictionary>())
    {
        for (uint32_t id = 0; id < rows.dictionary().size(); ++id)
            m_texts->intern(rows.dictionary().text(id));
        for (size_t first = 0; first < rows.rows(); first += chunk) {
            core::FlowBatch part(m_schema);
            // Texts have the same ids in each.
            for (uint32_t id = 0; id < rows.dictionary().size(); ++id)
                part.dictionary().intern(rows.dictionary().text(id));
            part.append(rows, first, std::min(chunk, rows.rows() - first));
            m_chunks.push_back(std::move(part));
        }
        m_status = *MemoryStore(copy(rows)).status();
    }
    static core::FlowBatch copy(const core::FlowBatch& rows)
    {
        core::FlowBatch out(rows.sharedSchema());
        out.append(rows);
        return out;
    }
    [[nodiscard]] std::shared_ptr<const core::Schema> schema() const override { return m_schema; }
    core::Result<core::StoreStatus> status() override { return m_status; }
    core::Result<core::Aggregate> aggregate(const core::AggregateRequest& request, const core::Control& control) override
    {
        ++calls;
        if (control.stop.stop_requested())
            return core::fail(core::kCancelled);
        core::PlainBudget budget(2 * std::max<size_t>(request.maxCells, 1000));
        std::deque<core::Aggregator> sums;
        std::vector<core::Aggregator*> all;
        for (const auto& chunk : m_chunks) {
            core::BatchSegment segment(chunk);
            all.push_back(&sums.emplace_back(request, budget));
            sums.back().consume(segment, false, false);
        }
        return core::joinAggregators(request, all, m_texts, [](size_t count, const std::function<void(size_t)>& f) {
            for (size_t i = 0; i < count; ++i)
                f(i);
        });
    }
    core::Result<core::FlowsSummary> flows(const core::FlowsRequest&, const core::Control&, const std::function<bool(core::FlowBatch&&)>&) override
    {
        return core::fail("not here");
    }
    int calls = 0;

private:
    std::deque<core::FlowBatch> m_chunks;
    std::shared_ptr<const core::Schema> m_schema;
    core::StoreStatus m_status;
    std::shared_ptr<core::Dictionary> m_texts;
};

} // namespace rivereto::support
