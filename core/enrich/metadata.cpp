// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/enrich/metadata.h"

namespace rivereto::core {

namespace {

constexpr std::pair<ColumnId, std::string ExporterMetadata::*> kExporterColumns[] = {
    {ColumnId::ExporterName, &ExporterMetadata::name}, {ColumnId::ExporterGroup, &ExporterMetadata::group},
    {ColumnId::ExporterRole, &ExporterMetadata::role}, {ColumnId::ExporterSite, &ExporterMetadata::site},
    {ColumnId::ExporterRegion, &ExporterMetadata::region}, {ColumnId::ExporterTenant, &ExporterMetadata::tenant}};

/// Columns of one side of the device.
struct InterfaceColumns {
    ColumnId index;
    ColumnId speed;
    ColumnId boundary;
    std::pair<ColumnId, std::string InterfaceMetadata::*> texts[4];
};
constexpr InterfaceColumns kSides[] = {
    {ColumnId::InIfIndex, ColumnId::InIfSpeed, ColumnId::InIfBoundary,
     {{ColumnId::InIfName, &InterfaceMetadata::name}, {ColumnId::InIfDescription, &InterfaceMetadata::description},
      {ColumnId::InIfProvider, &InterfaceMetadata::provider}, {ColumnId::InIfConnectivity, &InterfaceMetadata::connectivity}}},
    {ColumnId::OutIfIndex, ColumnId::OutIfSpeed, ColumnId::OutIfBoundary,
     {{ColumnId::OutIfName, &InterfaceMetadata::name}, {ColumnId::OutIfDescription, &InterfaceMetadata::description},
      {ColumnId::OutIfProvider, &InterfaceMetadata::provider}, {ColumnId::OutIfConnectivity, &InterfaceMetadata::connectivity}}}};

/// Runs of rows with the same key are common; everything else meets the map.
/// `find` gives 1 + the number of what is known of a key, or 0; `write` gets the number.
template <class Key, class Hash>
void forEachKnown(size_t rows, auto&& keyOf, auto&& find, auto&& write)
{
    std::unordered_map<Key, uint32_t, Hash> memo;
    Key last{};
    uint32_t value = 0;
    bool first = true;
    for (size_t row = 0; row < rows; ++row) {
        const Key key = keyOf(row);
        if (first || !(key == last)) {
            const auto [it, isNew] = memo.try_emplace(key, 0);
            if (isNew)
                it->second = find(key);
            value = it->second;
            last = key;
            first = false;
        }
        if (value != 0)
            write(row, value - 1);
    }
}

struct InterfaceKey {
    Ip exporter;
    uint32_t index = 0;
    bool operator==(const InterfaceKey&) const = default;
};
struct InterfaceKeyHash {
    size_t operator()(const InterfaceKey& key) const { return mix64(std::hash<Ip>()(key.exporter) ^ key.index); }
};

/// A known thing's texts as ids of the batch, column by column.
template <size_t N>
using TextIds = std::array<uint32_t, N>;

} // namespace

const ExporterMetadata* StaticMetadata::find(const Ip& exporter) const
{
    const std::pair<Prefix, ExporterMetadata>* best = nullptr;
    for (const auto& entry : m_exporters) {
        if (entry.first.contains(exporter) && (!best || entry.first.bits >= best->first.bits))
            best = &entry;
    }
    return best ? &best->second : nullptr;
}

void MetadataStep::apply(FlowBatch& batch)
{
    const auto learnt = m_learnt ? m_learnt() : nullptr;
    if (!m_known->empty())
        applyExporters(batch);
    for (const auto& side : kSides) {
        if (batch.has(side.index) && (!m_known->empty() || learnt))
            applyInterfaces(batch, side.index == ColumnId::InIfIndex, learnt.get());
    }
}

void MetadataStep::applyExporters(FlowBatch& batch)
{
    constexpr size_t kTexts = std::size(kExporterColumns);
    const auto exporters = batch.view(ColumnId::ExporterAddress);
    std::vector<TextIds<kTexts>> known;
    std::array<uint32_t*, kTexts> cells{};
    const auto find = [&](const Ip& address) -> uint32_t {
        const auto* exporter = m_known->find(address);
        if (!exporter)
            return 0;
        auto& ids = known.emplace_back();
        for (size_t i = 0; i < kTexts; ++i) {
            const auto& text = exporter->*kExporterColumns[i].second;
            ids[i] = batch.dictionary().intern(text);
            if (!text.empty() && !cells[i])
                cells[i] = batch.cells<uint32_t>(kExporterColumns[i].first);
        }
        return static_cast<uint32_t>(known.size());
    };
    const auto write = [&](size_t row, uint32_t number) {
        for (size_t i = 0; i < kTexts; ++i) {
            if (cells[i])
                cells[i][row] = known[number][i];
        }
    };
    forEachKnown<Ip, std::hash<Ip>>(batch.rows(), [&](size_t row) { return exporters.at<Ip>(row); }, find, write);
}

void MetadataStep::applyInterfaces(FlowBatch& batch, bool input, const LearntInterfaces* learnt)
{
    const auto& side = kSides[input ? 0 : 1];
    constexpr size_t kTexts = std::size(kSides[0].texts);
    const auto exporters = batch.view(ColumnId::ExporterAddress);
    const auto indexes = batch.view(side.index);
    struct Known {
        TextIds<kTexts> ids;
        uint32_t speed;
        uint8_t boundary;
    };
    std::vector<Known> known;
    std::array<uint32_t*, kTexts> cells{};
    uint32_t* speeds = nullptr;
    uint8_t* boundaries = nullptr;
    const auto merged = [&](const InterfaceKey& key) -> InterfaceMetadata {
        InterfaceMetadata out;
        if (const auto* exporter = m_known->find(key.exporter)) {
            const auto it = exporter->interfaces.find(key.index);
            out = it != exporter->interfaces.end() ? it->second : exporter->otherInterfaces.value_or(InterfaceMetadata());
        }
        if (learnt) {
            if (const auto it = learnt->interfaces.find({key.exporter, key.index}); it != learnt->interfaces.end()) {
                out.name = out.name.empty() ? it->second.name : out.name;
                out.description = out.description.empty() ? it->second.description : out.description;
            }
        }
        return out;
    };
    const auto find = [&](const InterfaceKey& key) -> uint32_t {
        const auto found = merged(key);
        if (found == InterfaceMetadata())
            return 0;
        Known entry{.ids = {}, .speed = found.speedMbps, .boundary = found.boundary};
        for (size_t i = 0; i < kTexts; ++i) {
            const auto& text = found.*side.texts[i].second;
            entry.ids[i] = batch.dictionary().intern(text);
            if (!text.empty() && !cells[i])
                cells[i] = batch.cells<uint32_t>(side.texts[i].first);
        }
        if (found.speedMbps > 0 && !speeds)
            speeds = batch.cells<uint32_t>(side.speed);
        if (found.boundary > 0 && !boundaries)
            boundaries = batch.cells<uint8_t>(side.boundary);
        known.push_back(entry);
        return static_cast<uint32_t>(known.size());
    };
    const auto write = [&](size_t row, uint32_t number) {
        const auto& entry = known[number];
        for (size_t i = 0; i < kTexts; ++i) {
            if (cells[i])
                cells[i][row] = entry.ids[i];
        }
        if (speeds)
            speeds[row] = entry.speed;
        if (boundaries)
            boundaries[row] = entry.boundary;
    };
    const auto keyOf = [&](size_t row) { return InterfaceKey{exporters.at<Ip>(row), indexes.at<uint32_t>(row)}; };
    forEachKnown<InterfaceKey, InterfaceKeyHash>(batch.rows(), keyOf, find, write);
}

} // namespace rivereto::core
