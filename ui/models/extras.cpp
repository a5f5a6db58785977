// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/extras.h"

#include <algorithm>
#include <charconv>

#include "core/query/run.h"

namespace rivereto::ui {

namespace {

constexpr double kPerMegabit = 1e6;
/// Of more interfaces than that the sum of speeds says nothing about any.
constexpr unsigned kMostInterfaces = 64;

/// "In" or "Out" when the dimensions or the filter speak of interfaces of just that direction.
std::optional<std::string> interfaceSide(const core::QueryResult& result, const core::Schema& schema)
{
    bool in = false;
    bool out = false;
    const auto look = [&](std::string_view name) {
        in = in || name.starts_with("InIf");
        out = out || name.starts_with("OutIf");
    };
    for (const auto& dimension : result.dimensions)
        look(dimension.name);
    if (const auto filter = core::bindFilter(result.query.filter, {.schema = schema})) {
        for (const auto id : filter->columns())
            look(schema[id].name);
    }
    if (in == out)
        return std::nullopt;
    return in ? "In" : "Out";
}

std::optional<double> findCapacity(core::FlowStore& store, const core::QueryResult& result, const core::Now& now, const core::Control& control)
{
    if (result.query.unit != core::Unit::L3Bps && result.query.unit != core::Unit::L2Bps)
        return std::nullopt;
    const auto schema = store.schema();
    const auto side = interfaceSide(result, *schema);
    if (!side)
        return std::nullopt;
    core::Query query{.kind = core::QueryKind::Table,
                      .range = result.range,
                      .dimensions = {"ExporterAddress", *side + "IfIndex", *side + "IfSpeed"},
                      .filter = result.query.filter,
                      .unit = core::Unit::Flows,
                      .limit = kMostInterfaces};
    const auto interfaces = core::runQuery(store, query, now, control);
    if (!interfaces || interfaces->cutOff > 0 || interfaces->series.empty())
        return std::nullopt;
    double sum = 0;
    for (const auto& series : interfaces->series) {
        const auto& speed = series.key.back();
        uint64_t megabits = 0;
        std::from_chars(speed.data(), speed.data() + speed.size(), megabits);
        if (megabits == 0)
            return std::nullopt;
        sum += static_cast<double>(megabits) * kPerMegabit;
    }
    return sum;
}

} // namespace

AnswerExtras findExtras(core::FlowStore& store, const core::QueryResult& result, const core::Now& now, const core::Control& control)
{
    const auto health = store.health({0, 0});
    return {.capacity = findCapacity(store, result, now, control), .lostDatagrams = health ? health->lostDatagrams() : 0};
}

} // namespace rivereto::ui
