// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/queryrunner.h"

#include <QElapsedTimer>

namespace rivereto::ui {

namespace {

/// Two, so that a query that is slow to notice its end does not hold up the next.
constexpr int kThreads = 2;

/// What would be found elsewhere, and which condition leaves nothing.
void explainEmpty(Answer& out, const core::Query& asked, const QueryOrder& order, const std::stop_token& stop)
{
    const core::Control control{.stop = stop, .progress = {}};
    const auto rowsOf = [&](const std::optional<core::TimeRange>& range, const std::string& filter) -> std::optional<uint64_t> {
        const core::Query query{.kind = core::QueryKind::Table, .range = range, .filter = filter, .unit = core::Unit::Flows};
        const auto found = core::runQuery(*order.store, query, order.now, control);
        return found ? std::optional(found->rowsMatched) : std::nullopt;
    };
    if (asked.range) {
        out.matchedAnywhere = rowsOf(std::nullopt, asked.filter);
        const core::Query latest{.kind = core::QueryKind::Flows, .filter = asked.filter, .count = 1};
        const auto take = [&](const core::FlowBatch& batch) {
            if (batch.rows() > 0)
                out.latestMatch = batch.view(core::ColumnId::TimeReceived).number(0);
            return false;
        };
        if (out.matchedAnywhere.value_or(0) > 0)
            (void)core::runFlows(*order.store, latest, {"TimeReceived"}, order.now, control, take);
    }
    const auto parsed = core::parseFilter(asked.filter);
    if (!parsed || parsed->empty() || parsed->root->kind != core::FilterNode::Kind::And)
        return;
    for (const auto& part : parsed->root->children) {
        auto text = core::toText({part}, *order.store->schema());
        if (const auto rows = rowsOf(asked.range, text))
            out.conditions.push_back({std::move(text), *rows});
    }
}

} // namespace

AnswerPtr answerOf(const QueryOrder& order, std::stop_token stop)
{
    auto out = std::make_shared<Answer>();
    out->asked = order.state;
    QElapsedTimer timer;
    timer.start();
    const auto status = order.store->status();
    if (!status) {
        out->error = status.error();
        return out;
    }
    out->status = *status;
    auto query = order.state.query;
    const auto range = resolveRange(order.state.range, *status, order.live, order.now);
    if (!range) {
        out->error = range.error();
        out->error->span.reset(); // of the range's words, not of the filter
        return out;
    }
    query.range = *range;
    auto result = core::runQuery(*order.store, query, order.now, {.stop = stop, .progress = {}});
    if (!result) {
        out->error = result.error();
        return out;
    }
    out->milliseconds = static_cast<double>(timer.nsecsElapsed()) / 1e6;
    if (result->rowsMatched == 0 && !query.filter.empty())
        explainEmpty(*out, query, order, stop);
    out->result = std::make_shared<const core::QueryResult>(std::move(*result));
    return out;
}

QueryRunner::QueryRunner(QObject* parent) : QObject(parent) { m_pool.setMaxThreadCount(kThreads); }

QueryRunner::~QueryRunner()
{
    m_stop.request_stop();
    m_pool.waitForDone();
}

void QueryRunner::run(const QueryOrder& order)
{
    m_stop.request_stop();
    m_stop = std::stop_source();
    const auto generation = ++m_generation;
    m_running = true;
    m_pool.start([this, order, generation, stop = m_stop.get_token()] {
        auto answer = answerOf(order, stop);
        QMetaObject::invokeMethod(this, [this, generation, answer] { take(generation, answer); }, Qt::QueuedConnection);
        if (!answer->result || stop.stop_requested())
            return;
        const auto extras = findExtras(*order.store, *answer->result, order.now, {.stop = stop, .progress = {}});
        const auto post = [this, generation, extras] {
            if (generation == m_generation)
                emit extrasFound(extras);
        };
        if (!stop.stop_requested())
            QMetaObject::invokeMethod(this, post, Qt::QueuedConnection);
    });
    emit runningChanged();
}

void QueryRunner::cancel()
{
    m_stop.request_stop();
    ++m_generation;
    m_running = false;
    emit runningChanged();
}

void QueryRunner::take(quint64 generation, const AnswerPtr& answer)
{
    if (generation != m_generation)
        return;
    m_running = false;
    emit runningChanged();
    emit finished(answer);
}

} // namespace rivereto::ui
