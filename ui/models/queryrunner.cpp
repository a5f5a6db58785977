// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/queryrunner.h"

#include <QElapsedTimer>

namespace rivereto::ui {

namespace {

/// Two, so that a query that is slow to notice its end does not hold up the next.
constexpr int kThreads = 2;

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
    out->milliseconds = static_cast<double>(timer.nsecsElapsed()) / 1e6;
    if (!result) {
        out->error = result.error();
        return out;
    }
    if (result->rowsMatched == 0 && query.range && !query.filter.empty()) {
        core::Query everywhere{.kind = core::QueryKind::Table, .filter = query.filter, .unit = core::Unit::Flows};
        if (const auto all = core::runQuery(*order.store, everywhere, order.now, {.stop = stop, .progress = {}}))
            out->matchedAnywhere = all->rowsMatched;
    }
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
