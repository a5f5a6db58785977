// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/flowmaker.h"

#include <algorithm>

namespace rivereto::support {

using core::ColumnId;

namespace {

/// Filled by rules of their own.
bool isSpecial(ColumnId id)
{
    constexpr ColumnId special[] = {ColumnId::TimeReceived, ColumnId::TimeFlowStart, ColumnId::TimeFlowEnd, ColumnId::SamplingRate, ColumnId::Bytes,
                                    ColumnId::Packets, ColumnId::InIfSpeed, ColumnId::OutIfSpeed, ColumnId::OtherElements};
    return std::ranges::find(special, id) != std::end(special);
}

bool isCommon(ColumnId id)
{
    constexpr ColumnId common[] = {ColumnId::SrcAddr, ColumnId::DstAddr, ColumnId::SrcPort, ColumnId::DstPort, ColumnId::Proto,
                                   ColumnId::ExporterAddress, ColumnId::InIfIndex, ColumnId::OutIfIndex, ColumnId::SrcAS, ColumnId::DstAS};
    return std::ranges::find(common, id) != std::end(common);
}

} // namespace

FlowMaker::FlowMaker(std::shared_ptr<const core::Schema> schema, uint64_t seed, size_t rows) : m_schema(std::move(schema)), m_random(seed), m_kinds(m_schema->size())
{
    constexpr uint64_t spans[] = {1'000, 60'000, 3'600'000, 3 * 86'400'000ULL, 40 * 86'400'000ULL, 800 * 86'400'000ULL};
    m_time = kStart + pick(100'000'000);
    m_step = std::max<uint64_t>(spans[pick(std::size(spans))] / std::max<size_t>(rows, 1), 1);
    m_order = pick(8) < 4 ? 0 : static_cast<unsigned>(1 + pick(3));
    m_durations = static_cast<unsigned>(pick(3));
    m_sampling = static_cast<unsigned>(pick(5));
    m_counters = static_cast<unsigned>(pick(4));
    m_speeds = static_cast<unsigned>(pick(4));
    m_addresses = static_cast<unsigned>(pick(4));
    constexpr unsigned densities[] = {5, 30, 100};
    const auto density = densities[pick(3)];
    for (const auto& column : m_schema->columns()) {
        auto& kind = m_kinds[index(column.id)];
        kind.values = static_cast<Values>(pick(6));
        kind.missingPercent = pick(3) == 0 ? static_cast<unsigned>(pick(100)) : 0;
        if (column.stored() && !isSpecial(column.id) && pick(100) < (isCommon(column.id) ? 85 : density))
            m_present.push_back(column.id);
    }
    // Few exporters and interfaces, as it is.
    for (const auto id : {ColumnId::ExporterAddress, ColumnId::InIfIndex, ColumnId::OutIfIndex})
        m_kinds[index(id)].values = pick(3) == 0 ? Values::Constant : Values::Few;
}

uint64_t FlowMaker::number(const Kind& kind, uint64_t source)
{
    if (kind.missingPercent > 0 && pick(100) < kind.missingPercent)
        return 0;
    switch (kind.values) {
    case Values::Constant: return 6;
    case Values::Rare: return pick(500) == 0 ? 17 : 6;
    case Values::Few: return 1 + pick(7);
    case Values::Many: return pick(1000);
    case Values::OfSource: return source % 16;
    case Values::Unique: break;
    }
    return m_random();
}

core::Ip FlowMaker::address(const Kind& kind)
{
    if (kind.missingPercent > 0 && m_addresses == 3 && pick(100) < kind.missingPercent)
        return {};
    constexpr uint64_t sizes[] = {1, 2, 6, 300, 1'000'000, 40};
    const uint64_t host = pick(sizes[static_cast<size_t>(kind.values)]);
    if (m_addresses == 1 || (m_addresses >= 2 && host % 3 == 0))
        return {0x2001'0db8'0000'0000ULL + host % 5 * 65536, host % 7 == 1 ? host << 48 | 1 : host + 1};
    return core::Ip::v4(0x0a00'0000U + static_cast<uint32_t>(host * 37));
}

void FlowMaker::fillTexts(core::FlowBatch& batch, const core::Column& column, const Kind& kind)
{
    for (size_t row = 0; row < batch.rows(); ++row) {
        const auto source = batch.view(ColumnId::SrcAddr).at<core::Ip>(row).lo;
        const auto value = number(kind, source) % 50'000;
        if (core::isList(column.type)) {
            const size_t member = column.type == core::Type::LargeCommunities ? 3 : 1;
            std::vector<uint32_t> words;
            for (uint64_t i = 0; i < value % 5 * member; ++i)
                words.push_back(static_cast<uint32_t>(value / 5 + i % 3));
            batch.setText(column.id, row, core::listBytes(words));
        } else if (value > 0) {
            batch.setText(column.id, row, value == 3 ? "with, comma \"and\" quotes" : value == 4 ? "Größe" : "name " + std::to_string(value));
        } else {
            batch.setText(column.id, row, "");
        }
    }
}

void FlowMaker::fill(core::FlowBatch& batch, const core::Column& column, const Kind& kind)
{
    if (column.storage() == core::Storage::Dict)
        return fillTexts(batch, column, kind);
    core::withCellType(column.storage(), [&](auto cell) {
        using T = decltype(cell);
        auto* cells = batch.cells<T>(column.id);
        for (size_t row = 0; row < batch.rows(); ++row) {
            if constexpr (std::is_same_v<T, core::Ip>)
                cells[row] = address(kind);
            else if constexpr (std::is_integral_v<T>)
                cells[row] = static_cast<T>(number(kind, batch.view(ColumnId::SrcAddr).at<core::Ip>(row).lo));
        }
    });
    // Masks and MAC addresses have no more bits than they can have.
    if (column.id == ColumnId::SrcNetMask || column.id == ColumnId::DstNetMask) {
        for (size_t row = 0; row < batch.rows(); ++row)
            batch.cells<uint8_t>(column.id)[row] %= 33;
    } else if (column.type == core::Type::Mac) {
        for (size_t row = 0; row < batch.rows(); ++row)
            batch.cells<uint64_t>(column.id)[row] &= 0xffff'ffff'ffffULL;
    } else if (column.type == core::Type::Time) {
        for (size_t row = 0; row < batch.rows(); ++row)
            batch.cells<uint64_t>(column.id)[row] %= 4'000'000'000'000ULL;
    }
}

void FlowMaker::fillTimes(core::FlowBatch& batch)
{
    auto* times = batch.cells<uint64_t>(ColumnId::TimeReceived);
    const size_t rows = batch.rows();
    for (size_t row = 0; row < rows; ++row) {
        m_time += m_order == 3 ? 0 : pick(4) == 0 ? 0 : pick(2 * m_step + 1);
        times[row] = m_time;
    }
    if (m_order == 1) {
        for (size_t row = 0; row + 3 < rows; row += 2)
            std::swap(times[row], times[row + 3]);
    } else if (m_order == 2) {
        std::shuffle(times, times + rows, m_random);
    }
    if (m_durations == 0)
        return;
    for (size_t row = 0; row < rows; ++row) {
        const auto time = times[row];
        const bool missing = m_durations == 2 && pick(5) == 0;
        const bool skewed = m_durations == 2 && pick(9) == 0;
        const auto end = time - pick(300) + (skewed ? 500 : 0);
        const auto start = end - pick(8) * pick(200) + (skewed && pick(2) == 0 ? 5000 : 0);
        batch.set<uint64_t>(ColumnId::TimeFlowEnd, row, missing && pick(2) == 0 ? 0 : end);
        batch.set<uint64_t>(ColumnId::TimeFlowStart, row, missing && pick(2) == 0 ? 0 : start);
    }
}

void FlowMaker::fillCounters(core::FlowBatch& batch)
{
    constexpr uint64_t mixed[] = {0, 1, 2, 100, 1000};
    const auto source = [&](size_t row) { return batch.view(ColumnId::SrcAddr).at<core::Ip>(row).lo; };
    for (size_t row = 0; row < batch.rows(); ++row) {
        // Many sums are equal in kind 0.
        batch.set<uint64_t>(ColumnId::Bytes, row, m_counters == 0 ? 100 : m_counters == 1 ? 40 + pick(1500) : m_counters == 2 ? pick(1'000'000'000) : source(row) % 10);
        batch.set<uint64_t>(ColumnId::Packets, row, m_counters == 0 ? 1 : pick(50));
        if (m_sampling > 0)
            batch.set<uint64_t>(ColumnId::SamplingRate, row, m_sampling == 1 ? 1 : m_sampling == 2 ? 100 : m_sampling == 3 ? source(row) % 2 * 1000 : mixed[pick(5)]);
    }
}

void FlowMaker::fillSpeeds(core::FlowBatch& batch)
{
    if (m_speeds == 0)
        return;
    constexpr uint32_t speeds[] = {0, 10, 1000, 10000};
    for (const auto& [index, speed] : {std::pair(ColumnId::InIfIndex, ColumnId::InIfSpeed), {ColumnId::OutIfIndex, ColumnId::OutIfSpeed}}) {
        for (size_t row = 0; row < batch.rows(); ++row) {
            const auto interface = batch.view(index).number(row) + batch.view(ColumnId::ExporterAddress).at<core::Ip>(row).lo;
            // Kind 2: some never known; kind 3: it changes, and is not known at first.
            batch.set<uint32_t>(speed, row, m_speeds == 1 ? 1000 : m_speeds == 2 ? speeds[interface % 4] : pick(3) == 0 ? 0 : speeds[(interface + pick(2)) % 4]);
        }
    }
}

core::FlowBatch FlowMaker::make(size_t rows)
{
    core::FlowBatch batch(m_schema);
    batch.addRows(rows);
    fillTimes(batch);
    for (const auto id : m_present)
        fill(batch, (*m_schema)[id], m_kinds[index(id)]);
    fillCounters(batch);
    fillSpeeds(batch);
    return batch;
}

} // namespace rivereto::support
