// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/viewstate.h"

namespace rivereto::ui {

namespace {
constexpr size_t kKept = 200;
}

std::optional<core::TimeRange> resolveRange(const RangeChoice& choice, const core::StoreStatus& status, bool live, uint64_t nowMs)
{
    switch (choice.kind) {
    case RangeChoice::Kind::All: return std::nullopt;
    case RangeChoice::Kind::Fixed: return choice.fixed;
    case RangeChoice::Kind::Last: break;
    }
    const auto end = live ? nowMs : status.range.to;
    return core::TimeRange{end > choice.lengthMs ? end - choice.lengthMs : 0, end};
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
