// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/viewstate.h"

#include "core/text/time.h"

namespace rivereto::ui {

namespace {
constexpr size_t kKept = 200;
}

bool ViewState::asksLike(const ViewState& other) const
{
    auto alike = other;
    alike.page = page;
    alike.logarithmic = logarithmic;
    if (queryKind(chart) == queryKind(other.chart))
        alike.chart = chart;
    return alike == *this;
}

core::Result<std::optional<core::TimeRange>> resolveRange(const RangeChoice& choice, const core::StoreStatus& status, bool live, const core::Now& now)
{
    switch (choice.kind) {
    case RangeChoice::Kind::All: return std::nullopt;
    case RangeChoice::Kind::Fixed: return choice.fixed;
    case RangeChoice::Kind::Last: {
        const auto end = live ? now.ms : status.range.to;
        return core::TimeRange{end > choice.lengthMs ? end - choice.lengthMs : 0, end};
    }
    case RangeChoice::Kind::Words: break;
    }
    const auto from = core::parseTime(choice.from, now.ms, now.utcOffsetMinutes);
    if (!from)
        return tl::unexpected(from.error());
    const auto to = core::parseTime(choice.to, now.ms, now.utcOffsetMinutes);
    if (!to)
        return tl::unexpected(to.error());
    if (*from >= *to)
        return core::fail("the range ends (“{}”) before it starts (“{}”)", choice.to, choice.from);
    return core::TimeRange{*from, *to};
}

void StateHistory::push(const ViewState& state)
{
    if (state == current())
        return;
    m_states.resize(m_at + 1);
    if (m_states.size() >= kKept)
        m_states.erase(m_states.begin());
    m_states.push_back(state);
    m_at = m_states.size() - 1;
}

void StateHistory::reset(const ViewState& state)
{
    m_states = {state};
    m_at = 0;
}

} // namespace rivereto::ui
