// SPDX-License-Identifier: GPL-3.0-or-later
// MemoryStore: flows in one batch, answered row by row – naive on purpose, the oracle for real stores.
#pragma once

#include "core/store/flowstore.h"

namespace rivereto::support {

class MemoryStore final : public core::FlowStore {
public:
    explicit MemoryStore(core::FlowBatch rows) : m_rows(std::move(rows)) { }
    [[nodiscard]] std::shared_ptr<const core::Schema> schema() const override { return m_rows.sharedSchema(); }
    core::Result<core::StoreStatus> status() override;
    core::Result<core::Aggregate> aggregate(const core::AggregateRequest& request, const core::Control& control) override;
    core::Result<core::FlowsSummary> flows(const core::FlowsRequest& request, const core::Control& control,
                                           const std::function<bool(core::FlowBatch&&)>& sink) override;
    core::Result<core::HealthReport> health(const core::TimeRange&) override { return known; }
    core::HealthReport known; ///< told by health(); set before the store is shared

private:
    [[nodiscard]] std::vector<uint8_t> matching(core::TimeRange range, const core::BoundFilter& filter, core::FlowsSummary& counts) const;
    /// Whether a row's time lies in, or spread over its duration touches, the range.
    [[nodiscard]] bool touches(const core::AggregateRequest& request, size_t row) const;
    core::FlowBatch m_rows;
};

} // namespace rivereto::support
