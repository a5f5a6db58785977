// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/health/interfaces.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "core/query/run.h"

namespace rivereto::core {

namespace {

using Key = std::pair<Ip, uint32_t>;

std::optional<double> share(bool comparable, double flows, uint64_t counters)
{
    if (!comparable || counters == 0)
        return std::nullopt;
    return flows / static_cast<double>(counters);
}

uint64_t numberOf(const std::string& text)
{
    uint64_t out = 0;
    std::from_chars(text.data(), text.data() + text.size(), out);
    return out;
}

/// One question about one direction; adds what it says to `found`.
Result<void> ask(FlowStore& store, const TimeRange& range, const std::string& filter, bool in, Unit unit, const Now& now, const Control& control,
    std::map<Key, InterfaceHealth>& found)
{
    const auto column = [&](const char* name) { return std::string(in ? "In" : "Out") + name; };
    const Query query {.range = range, .dimensions = {"ExporterAddress", "ExporterName", column("IfIndex"), column("IfName"), column("IfDescription"), column("IfSpeed")},
        .filter = filter, .unit = unit, .limit = 0};
    const auto result = runQuery(store, query, now, control);
    if (!result)
        return tl::unexpected(result.error());
    for (const auto& series : result->series) {
        const auto exporter = Ip::parse(series.key[0]);
        const auto ifIndex = static_cast<uint32_t>(numberOf(series.key[2]));
        if (!exporter || ifIndex == 0)
            continue;
        auto& out = found[{*exporter, ifIndex}];
        const auto take = [](std::string& to, const std::string& from) {
            if (to.empty())
                to = from;
        };
        take(out.exporterName, series.key[1]);
        take(out.name, series.key[3]);
        take(out.description, series.key[4]);
        if (out.speed == 0)
            out.speed = numberOf(series.key[5]) * 1'000'000;
        auto& flows = in ? out.in : out.out;
        (unit == Unit::Bytes ? flows.bytes : flows.packets) += series.statistics.total;
    }
    return {};
}

} // namespace

std::optional<double> InterfaceHealth::inShare() const
{
    return share(comparable, in.octets(), counters ? counters->inOctets : 0);
}

std::optional<double> InterfaceHealth::outShare() const
{
    return share(comparable, out.octets(), counters ? counters->outOctets : 0);
}

TimeRange counterRange(const HealthReport& report)
{
    TimeRange out {UINT64_MAX, 0};
    for (const auto& [key, counters] : report.counters) {
        out.from = std::min(out.from, counters.fromMs);
        out.to = std::max(out.to, counters.toMs);
    }
    return report.counters.empty() ? TimeRange {} : out;
}

Result<std::vector<InterfaceHealth>> interfacesOf(FlowStore& store, const HealthReport& report, const TimeRange& range, const std::string& filter,
    const Now& now, const Control& control)
{
    std::map<Key, InterfaceHealth> found;
    for (const bool in : {true, false}) {
        for (const auto unit : {Unit::Bytes, Unit::Packets}) {
            if (auto asked = ask(store, range, filter, in, unit, now, control, found); !asked)
                return tl::unexpected(asked.error());
        }
    }
    for (const auto& [key, counters] : report.counters) {
        if (counters.toMs <= range.from || counters.fromMs >= range.to)
            continue;
        auto& out = found[{key.exporter, key.ifIndex}];
        if (!out.counters)
            out.counters.emplace();
        out.counters->merge(counters);
    }
    std::vector<InterfaceHealth> out;
    for (auto& [key, one] : found) {
        one.exporter = key.first;
        one.ifIndex = key.second;
        if (one.counters) {
            if (one.speed == 0)
                one.speed = one.counters->speed;
            const TimeRange covered {std::max(one.counters->fromMs, range.from), std::min(one.counters->toMs, range.to)};
            one.comparable = one.counters->fromMs >= range.from && one.counters->toMs <= range.to && covered.length() * 10 >= range.length() * 9;
        }
        out.push_back(std::move(one));
    }
    return out;
}

} // namespace rivereto::core
