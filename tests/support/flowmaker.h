// SPDX-License-Identifier: GPL-3.0-or-later
// FlowMaker: data of a random kind – which columns there are, how many values they have, how times run – for property tests.
#pragma once

#include <functional>
#include <random>

#include "core/batch/flowbatch.h"

namespace rivereto::support {

using Random = std::mt19937_64;

/// One kind of data: what it makes in several batches goes together. Reproducible by its seed.
class FlowMaker {
public:
    /// `rows` is what will be made in all, so that times spread over one of several spans.
    FlowMaker(std::shared_ptr<const core::Schema> schema, uint64_t seed, size_t rows);
    core::FlowBatch make(size_t rows);
    /// Columns with values.
    [[nodiscard]] const std::vector<core::ColumnId>& present() const { return m_present; }

    static constexpr uint64_t kStart = 1'700'000'000'000;

private:
    /// Where a column's values come from.
    enum class Values : uint8_t { Constant, Rare, Few, Many, Unique, OfSource };
    struct Kind {
        Values values = Values::Few;
        unsigned missingPercent = 0;
    };
    [[nodiscard]] uint64_t pick(uint64_t many) { return m_random() % many; }
    uint64_t number(const Kind& kind, uint64_t source);
    core::Ip address(const Kind& kind);
    void fill(core::FlowBatch& batch, const core::Column& column, const Kind& kind);
    void fillTexts(core::FlowBatch& batch, const core::Column& column, const Kind& kind);
    void fillTimes(core::FlowBatch& batch);
    void fillCounters(core::FlowBatch& batch);
    void fillSpeeds(core::FlowBatch& batch);

    std::shared_ptr<const core::Schema> m_schema;
    Random m_random;
    std::vector<core::ColumnId> m_present;
    std::vector<Kind> m_kinds; ///< by column
    uint64_t m_time;
    uint64_t m_step;
    unsigned m_order;     ///< 0: sorted, 1: nearly, 2: not at all, 3: all alike
    unsigned m_durations; ///< 0: none, 1: both ends, 2: sometimes missing or skewed
    unsigned m_sampling;
    unsigned m_counters;
    unsigned m_speeds;
    unsigned m_addresses; ///< 0: IPv4, 1: IPv6, 2: both, 3: both and missing
    uint64_t m_serial = 0;
};

} // namespace rivereto::support
