// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/explore/explorer.h"

namespace rivereto::ui {

Explorer::Explorer(Backend& backend, QObject* parent) : QObject(parent), m_backend(backend)
{
    m_clock.local = backend.preference(QStringLiteral("time")) != QStringLiteral("utc");
    connect(&m_runner, &QueryRunner::finished, this, &Explorer::take);
    connect(&m_runner, &QueryRunner::runningChanged, this, &Explorer::runningChanged);
    connect(&backend, &Backend::storeChanged, this, &Explorer::restart);
    connect(&backend, &Backend::dataChanged, this, &Explorer::refresh);
}

std::shared_ptr<const core::Schema> Explorer::schema() const
{
    const auto open = store();
    return open ? open->schema() : core::Schema::builtin();
}

core::Now Explorer::now() const
{
    const auto ms = nowMs();
    return {.ms = ms, .utcOffsetMinutes = m_clock.offsetMinutes(ms)};
}

void Explorer::restart()
{
    m_runner.cancel();
    m_answer.reset();
    m_fresh = true;
    m_history.reset({});
    emit stateChanged();
    emit answerChanged();
    ask();
}

void Explorer::go(const ViewState& state)
{
    if (state == this->state())
        return;
    m_fresh = false;
    m_history.push(state);
    emit stateChanged();
    ask();
}

void Explorer::setDimensions(const std::vector<std::string>& names)
{
    auto next = state();
    next.query.dimensions = names;
    go(next);
}

void Explorer::setFilter(const std::string& filter)
{
    auto next = state();
    next.query.filter = filter;
    go(next);
}

void Explorer::setUnit(core::Unit unit)
{
    auto next = state();
    next.query.unit = unit;
    go(next);
}

void Explorer::setLimit(unsigned limit, core::LimitBy by)
{
    auto next = state();
    next.query.limit = limit;
    next.query.limitBy = by;
    go(next);
}

void Explorer::setChart(ChartKind kind)
{
    auto next = state();
    next.chart = kind;
    go(next);
}

void Explorer::setRange(const RangeChoice& range)
{
    auto next = state();
    next.range = range;
    go(next);
}

void Explorer::shift(int direction)
{
    const auto range = shownRange();
    if (!range || range->length() == 0)
        return;
    const auto length = range->length();
    if (direction < 0)
        setRange(RangeChoice::between({range->from - std::min(range->from, length), range->to - std::min(range->to, length)}));
    else
        setRange(RangeChoice::between({range->from + length, range->to + length}));
}

void Explorer::back()
{
    if (!canGoBack())
        return;
    m_history.back();
    emit stateChanged();
    ask();
}

void Explorer::forward()
{
    if (!canGoForward())
        return;
    m_history.forward();
    emit stateChanged();
    ask();
}

void Explorer::setLocalTime(bool local)
{
    if (local == m_clock.local)
        return;
    m_clock.local = local;
    m_backend.setPreference(QStringLiteral("time"), local ? QStringLiteral("local") : QStringLiteral("utc"));
    emit clockChanged();
}

void Explorer::setPoints(unsigned points) { m_points = points; }

std::optional<core::TimeRange> Explorer::shownRange() const
{
    if (m_answer && m_answer->result && m_answer->result->range.length() > 0)
        return m_answer->result->range;
    return state().range.kind == RangeChoice::Kind::Fixed ? std::optional(state().range.fixed) : std::nullopt;
}

void Explorer::refresh()
{
    if (m_runner.running()) {
        m_again = true;
        return;
    }
    ask();
}

void Explorer::cancel()
{
    m_again = false;
    m_runner.cancel();
}

void Explorer::ask()
{
    m_again = false;
    const auto open = store();
    if (!open)
        return;
    auto asked = state();
    asked.query.kind = core::QueryKind::TimeSeries;
    asked.query.points = m_points;
    m_runner.run({.store = open, .state = asked, .live = m_backend.input().listening, .now = now()});
}

/// Captures without AS numbers open by source address instead of as one series "none".
bool Explorer::openByAddress(const Answer& answer)
{
    if (!m_fresh || !answer.result || answer.result->rowsMatched == 0 || answer.result->series.size() != 1)
        return false;
    if (answer.result->series[0].key != std::vector<std::string>{""})
        return false;
    auto next = state();
    next.query.dimensions = {"SrcAddr"};
    m_history.amend(next);
    emit stateChanged();
    ask();
    return true;
}

void Explorer::take(const AnswerPtr& answer)
{
    if (openByAddress(*answer))
        return;
    m_answer = answer;
    emit answerChanged();
    if (m_again)
        ask();
}

} // namespace rivereto::ui
