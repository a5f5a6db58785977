// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/exporters/exportersdata.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/query/run.h"
#include "core/text/number.h"
#include "ui/models/texts.h"

namespace rivereto::ui {

namespace {

using core::FactKind;
using core::HealthCount;

constexpr uint64_t kSilentMs = 600'000;
constexpr int64_t kSkewedMs = 60'000;
constexpr unsigned kRatePoints = 72;

struct Context {
    Q_DECLARE_TR_FUNCTIONS(rivereto::ui::ExportersPage)
};

bool samplingUnknown(const core::StreamHealth& health)
{
    const auto rates = health.of(FactKind::Sampling);
    return !rates.empty() && std::ranges::all_of(rates, [](const auto& rate) { return rate.first.aux == static_cast<int64_t>(core::SamplingSource::Unknown); });
}

void judge(ExporterRow& row, uint64_t until)
{
    const auto& health = row.health;
    const auto n = [](int64_t value) { return text(core::formatCount(static_cast<uint64_t>(std::max<int64_t>(value, 0)))); };
    row.state = ExporterRow::State::Warning;
    if (health.lastMs + kSilentMs < until) {
        row.state = ExporterRow::State::Silent;
        row.why = Context::tr("Nothing for %1").arg(lengthText(until - health.lastMs));
    } else if (const auto lost = health.lostDatagrams(); lost > 0 && health.lossIsSure()) {
        row.why = Context::tr("%1 datagrams lost on the way").arg(n(lost));
    } else if (const auto unknown = health[HealthCount::UnknownSets]; unknown > 0) {
        row.why = Context::tr("%1 data sets have no template").arg(n(unknown));
    } else if (const auto malformed = health[HealthCount::Malformed]; malformed > 0) {
        row.why = Context::tr("%1 parts cannot be decoded").arg(n(malformed));
    } else if (const auto skew = health.skewMs(); skew && std::abs(*skew) > kSkewedMs) {
        row.why = Context::tr("Its clock is %1 off").arg(lengthText(static_cast<uint64_t>(std::abs(*skew))));
    } else if (samplingUnknown(health)) {
        row.why = Context::tr("It does not say its sampling rate");
    } else {
        row.state = ExporterRow::State::Good;
    }
}

struct Rates {
    QString name;
    std::vector<double> points;
    double last = 0;
};

std::map<core::Ip, Rates> askRates(core::FlowStore& store, ExportersData& data, const core::Now& now, const core::Control& control)
{
    std::map<core::Ip, Rates> out;
    const core::Query query {.kind = core::QueryKind::TimeSeries, .range = data.range, .dimensions = {"ExporterAddress", "ExporterName"}, .unit = core::Unit::Fps, .limit = 500, .points = kRatePoints};
    const auto result = core::runQuery(store, query, now, control);
    if (!result) {
        data.error = result.error();
        return out;
    }
    for (const auto& series : result->series) {
        const auto address = core::Ip::parse(series.key[0]);
        if (!address || series.other)
            continue;
        auto& rates = out[*address];
        if (rates.name.isEmpty())
            rates.name = text(series.key[1]);
        rates.points.resize(std::max(rates.points.size(), series.points.size()));
        for (size_t i = 0; i < series.points.size(); ++i)
            rates.points[i] += series.points[i];
        rates.last += series.statistics.last;
    }
    return out;
}

} // namespace

ExportersDataPtr exportersOf(core::FlowStore& store, const std::optional<core::TimeRange>& range, uint64_t nowMs, const core::Now& now, std::stop_token stop)
{
    auto data = std::make_shared<ExportersData>();
    auto report = store.health({0, 0});
    if (!report) {
        data->error = report.error();
        return data;
    }
    const auto status = store.status();
    data->range = range.value_or(status ? status->range : core::TimeRange {});
    std::map<core::Ip, Rates> rates;
    if (data->range.length() > 0)
        rates = askRates(store, *data, now, {.stop = stop});
    for (const auto& [key, health] : report->streams)
        data->newestMs = std::max(data->newestMs, health.lastMs);
    for (auto& [key, health] : report->streams) {
        ExporterRow row {.health = std::move(health)};
        if (const auto found = rates.find(key.exporter); found != rates.end()) {
            row.name = found->second.name;
            row.rates = found->second.points;
            row.flowsPerSecond = found->second.last;
        }
        judge(row, std::max(nowMs, data->newestMs));
        data->lostDatagrams += row.health.lossIsSure() ? row.health.lostDatagrams() : 0;
        data->rows.push_back(std::move(row));
    }
    std::ranges::stable_sort(data->rows, [](const ExporterRow& a, const ExporterRow& b) { return a.name.isEmpty() != b.name.isEmpty() ? b.name.isEmpty() : a.name < b.name; });
    return data;
}

ExporterDetailsPtr detailsOf(core::FlowStore& store, core::Ip exporter, const core::TimeRange& range, const core::Now& now, std::stop_token stop)
{
    auto out = std::make_shared<ExporterDetails>();
    out->exporter = exporter;
    auto report = store.health({range.from - std::min(range.from, core::kLossSlotMs), range.to});
    if (!report) {
        out->error = report.error();
        return out;
    }
    std::erase_if(report->counters, [&](const auto& entry) { return entry.first.exporter != exporter || entry.second.fromMs < range.from || entry.second.toMs > range.to; });
    const auto counted = core::counterRange(*report);
    out->counted = counted.length() > 0;
    out->range = out->counted ? counted : range;
    if (out->range.length() == 0)
        return out;
    auto found = core::interfacesOf(store, *report, out->range, fmt::format("ExporterAddress = {}", exporter.toString()), now, {.stop = stop});
    if (found)
        out->interfaces = std::move(*found);
    else
        out->error = found.error();
    return out;
}

ExportersLoader::ExportersLoader(QObject* parent) : QObject(parent) { m_pool.setMaxThreadCount(2); }

ExportersLoader::~ExportersLoader()
{
    cancel();
    m_pool.waitForDone();
}

void ExportersLoader::cancel()
{
    m_stop.request_stop();
    m_detailsStop.request_stop();
    ++m_generation;
    ++m_detailsGeneration;
    m_running = false;
}

void ExportersLoader::load(std::shared_ptr<core::FlowStore> store, const std::optional<core::TimeRange>& range, uint64_t nowMs, const core::Now& now)
{
    m_stop.request_stop();
    m_stop = std::stop_source();
    m_running = true;
    m_pool.start([this, store = std::move(store), range, nowMs, now, generation = ++m_generation, stop = m_stop.get_token()] {
        auto data = exportersOf(*store, range, nowMs, now, stop);
        const auto tell = [this, generation, data = std::move(data)] {
            if (generation != m_generation)
                return;
            m_running = false;
            emit loaded(data);
        };
        QMetaObject::invokeMethod(this, tell, Qt::QueuedConnection);
    });
}

void ExportersLoader::loadDetails(std::shared_ptr<core::FlowStore> store, core::Ip exporter, const core::TimeRange& range, const core::Now& now)
{
    m_detailsStop.request_stop();
    m_detailsStop = std::stop_source();
    m_pool.start([this, store = std::move(store), exporter, range, now, generation = ++m_detailsGeneration, stop = m_detailsStop.get_token()] {
        auto details = detailsOf(*store, exporter, range, now, stop);
        const auto tell = [this, generation, details = std::move(details)] {
            if (generation == m_detailsGeneration)
                emit detailsLoaded(details);
        };
        QMetaObject::invokeMethod(this, tell, Qt::QueuedConnection);
    });
}

} // namespace rivereto::ui
