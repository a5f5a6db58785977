// SPDX-License-Identifier: GPL-3.0-or-later
// Answers for charts, made without a store: an evening of traffic by source AS and input interface.
#pragma once

#include <cmath>

#include "ui/models/queryrunner.h"

namespace rivereto::ui {

struct AnswerShape {
    size_t series = 10;
    size_t points = 360;
    uint64_t interval = 60'000;
    uint64_t first = 1'795'452'120'000; ///< 23 November 2026, 17:42 in Paris
    bool other = true;
    bool reverse = false;
    core::Period previous = core::Period::None;
    core::Unit unit = core::Unit::L3Bps;
    ChartKind chart = ChartKind::Stacked;
    double scale = 1e9;
    size_t seed = 0;
    bool longLabels = false;
};

inline std::shared_ptr<core::QueryResult> makeResult(const AnswerShape& shape)
{
    static const std::vector<std::pair<const char*, const char*>> names {{"15169", "et-0/0/1"}, {"2906", "et-0/0/2"},
        {"32934", "et-0/0/1"}, {"13335", "et-0/0/1"}, {"16509", "et-0/0/3"}, {"20940", "et-0/0/3"}, {"714", "et-0/0/1"},
        {"8075", "et-0/0/3"}, {"54113", "et-0/0/3"}, {"46489", "et-0/0/1"}};
    auto out = std::make_shared<core::QueryResult>();
    out->query = {.kind = core::QueryKind::TimeSeries,
        .dimensions = {"SrcAS", "InIfName"},
        .unit = shape.unit,
        .bidirectional = shape.reverse,
        .previous = shape.previous};
    out->intervalMs = shape.interval;
    out->firstPoint = shape.first;
    out->range = {shape.first, shape.first + shape.points * shape.interval};
    out->sampled = true;
    out->total.points.assign(shape.points, 0.0);
    const auto finish = [](core::Series& series) {
        double sum = 0;
        for (const double value : series.points)
            sum += value;
        series.statistics.average = series.points.empty() ? 0 : sum / static_cast<double>(series.points.size());
    };
    for (size_t s = 0; s < shape.series + (shape.other ? 1 : 0); ++s) {
        core::Series series;
        series.other = s == shape.series;
        const auto& name = names[s % names.size()];
        series.key = {name.first, name.second};
        if (s >= names.size())
            series.key = {std::to_string(64'496 + s), "et-1/0/" + std::to_string(s)};
        if (shape.longLabels)
            series.key[1] = std::string(80, 'w') + std::to_string(s);
        if (series.other)
            series.key = {"Other", "Other"};
        const double base = shape.scale * 6 / (1 + 0.55 * static_cast<double>(s));
        uint32_t noise = static_cast<uint32_t>(1 + s * 7919 + shape.seed * 104'729);
        for (size_t i = 0; i < shape.points; ++i) {
            const double t = static_cast<double>(i) / static_cast<double>(std::max<size_t>(shape.points - 1, 1));
            noise = noise * 1'664'525 + 1'013'904'223;
            double value = base * (0.75 + 0.5 * std::exp(-std::pow((t - 0.6) / 0.25, 2)) + 0.02 * static_cast<double>(noise >> 24) / 255);
            if (s == 1 && t > 0.7 && t < 0.78)
                value *= 1.9;
            series.points.push_back(value);
            out->total.points[i] += value;
        }
        series.statistics.samples = 41'000 / (s + 1);
        finish(series);
        out->series.push_back(std::move(series));
    }
    finish(out->total);
    out->rowsMatched = 1000;
    return out;
}

inline AnswerPtr makeAnswer(const AnswerShape& shape, const std::function<void(core::QueryResult&)>& change = {})
{
    auto result = makeResult(shape);
    const auto companion = [&](double factor, size_t seed, uint64_t earlier) {
        auto other = shape;
        other.scale *= factor;
        other.seed = seed;
        other.first -= earlier;
        return makeResult(other);
    };
    if (shape.reverse)
        result->reverse = companion(0.4, 1, 0);
    if (shape.previous != core::Period::None) {
        const auto earlier = core::periodMs(shape.previous);
        auto previous = companion(0.9, 2, earlier);
        if (shape.reverse)
            previous->reverse = companion(0.35, 3, earlier);
        result->previous = previous;
    }
    if (change)
        change(*result);
    auto out = std::make_shared<Answer>();
    out->asked.chart = shape.chart;
    out->asked.query = result->query;
    out->result = result;
    return out;
}

} // namespace rivereto::ui
