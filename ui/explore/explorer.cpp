// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/explore/explorer.h"

#include <algorithm>

#include "ui/charts/chartkinds.h"

namespace rivereto::ui {

namespace {
/// Ranges by wheel or key that follow within this time are one step.
constexpr qint64 kOneDragMs = 1500;
} // namespace

Explorer::Explorer(Backend& backend, QObject* parent) : QObject(parent), m_backend(backend)
{
    m_clock.local = backend.preference(QStringLiteral("time")) != QStringLiteral("utc");
    connect(&m_runner, &QueryRunner::finished, this, &Explorer::take);
    connect(&m_runner, &QueryRunner::extrasFound, this, &Explorer::takeExtras);
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
    m_extras = {};
    m_fresh = !m_first || !store();
    ViewState initial;
    // At the ends of metered flows nothing happens; a chart of those would show peaks that never were.
    initial.query.spread = m_backend.metered();
    m_history.reset(m_first && store() ? *m_first : initial);
    if (store())
        m_first.reset();
    emit stateChanged();
    emit answerChanged();
    ask();
}

void Explorer::go(const ViewState& state)
{
    if (state == this->state()) {
        // A further window may begin with what it already stands at.
        if (!m_answer && !m_runner.running())
            ask();
        return;
    }
    const bool asked = m_answer && !m_runner.running() && this->state().asksLike(state);
    m_fresh = false;
    m_sinceDrag.invalidate();
    m_history.push(state);
    emit stateChanged();
    if (asked)
        reuse();
    else
        ask();
}

/// The same figures, shown otherwise.
void Explorer::reuse()
{
    auto answer = *m_answer;
    const auto points = answer.asked.query.points;
    const auto kind = answer.asked.query.kind;
    answer.asked = state();
    answer.asked.query.points = points;
    answer.asked.query.kind = kind;
    m_answer = std::make_shared<const Answer>(std::move(answer));
    emit answerChanged();
}

void Explorer::change(const std::function<void(ViewState&)>& edit)
{
    auto next = state();
    edit(next);
    go(next);
}

void Explorer::setFilter(const std::string& filter)
{
    change([&](ViewState& next) { next.query.filter = filter; });
}

void Explorer::setDimensions(const std::vector<std::string>& names)
{
    change([&](ViewState& next) {
        next.query.dimensions = names;
        if (names.size() < chartKind(next.chart).leastDimensions)
            next.chart = ChartKind::Stacked;
    });
}

void Explorer::setChart(ChartKind kind)
{
    change([&](ViewState& next) {
        next.chart = kind;
        auto& names = next.query.dimensions;
        const auto add = [&](const std::string& name) {
            const bool there = std::ranges::find(names, name) != names.end();
            if (!there && names.size() < chartKind(kind).leastDimensions && core::bindDimensions(std::span(&name, 1), *schema()))
                names.push_back(name);
        };
        if (names.size() == 1)
            add(core::reversedName(names.front(), *schema()));
        for (const auto* name : {"SrcAS", "InIfName", "DstAS", "SrcAddr", "DstAddr"})
            add(name);
    });
}

void Explorer::setRange(const RangeChoice& range)
{
    change([&](ViewState& next) { next.range = range; });
}

void Explorer::dragRange(const core::TimeRange& range)
{
    auto next = state();
    next.range = RangeChoice::between(range);
    if (next == state())
        return;
    const bool follows = m_sinceDrag.isValid() && m_sinceDrag.elapsed() < kOneDragMs;
    if (follows) {
        m_history.amend(next);
        emit stateChanged();
        ask();
    } else {
        go(next);
    }
    m_sinceDrag.start();
}

void Explorer::zoomOut()
{
    const auto range = shownRange();
    if (!range || range->length() == 0)
        return;
    const auto length = range->length();
    setRange(RangeChoice::between({range->from - std::min(range->from, length), range->to + length}));
}

void Explorer::narrow(const std::string& condition) { setFilter(narrowed(state().query.filter, condition, *schema())); }

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
    asked.query.kind = queryKind(asked.chart);
    asked.query.points = m_points;
    m_runner.run({.store = open, .state = asked, .live = m_backend.input().listening, .now = now()});
}

/// Captures without AS numbers open by source address instead of as one series "none".
bool Explorer::openByAddress(const Answer& answer)
{
    if (!m_fresh || !answer.result || answer.result->rowsMatched == 0 || answer.result->series.size() != 1)
        return false;
    const std::vector<std::string> byAddress{"SrcAddr"};
    // Flows of layer 2 have no addresses, either.
    if (answer.result->series[0].key != std::vector<std::string>{""} || state().query.dimensions == byAddress)
        return false;
    auto next = state();
    next.query.dimensions = byAddress;
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

void Explorer::takeExtras(const AnswerExtras& extras)
{
    if (extras == m_extras)
        return;
    m_extras = extras;
    emit extrasChanged();
}

} // namespace rivereto::ui
