// SPDX-License-Identifier: GPL-3.0-or-later
// ViewState: what Explore shows – query, range and chart – as a value that history keeps.
#pragma once

#include <chrono>
#include <vector>

#include "core/query/plan.h"
#include "core/store/flowstore.h"

namespace rivereto::ui {

enum class ChartKind : uint8_t { Stacked, Lines, Grid, Share, Heatmap, Sankey };
/// What a chart is drawn from.
constexpr core::QueryKind queryKind(ChartKind kind) { return kind == ChartKind::Sankey ? core::QueryKind::Sankey : core::QueryKind::TimeSeries; }

/// A range as chosen: everything stored, the last so many milliseconds, fixed, or in words that are read anew with every question.
struct RangeChoice {
    enum class Kind : uint8_t { All, Last, Fixed, Words };
    Kind kind = Kind::All;
    uint64_t lengthMs = 0; ///< Last
    core::TimeRange fixed; ///< Fixed
    std::string from;      ///< Words, as core::parseTime() reads them: "yesterday at 19:00"
    std::string to;
    bool operator==(const RangeChoice&) const = default;
    /// Another answer is due as time passes.
    [[nodiscard]] bool moves() const { return kind == Kind::Last || kind == Kind::Words; }

    static RangeChoice last(uint64_t ms) { return {.kind = Kind::Last, .lengthMs = ms}; }
    static RangeChoice between(core::TimeRange range) { return {.kind = Kind::Fixed, .fixed = range}; }
    static RangeChoice words(std::string from, std::string to) { return {.kind = Kind::Words, .from = std::move(from), .to = std::move(to)}; }
};

/// Where a state is looked at.
enum class StatePage : uint8_t { Explore, Flows };

struct ViewState {
    StatePage page = StatePage::Explore;
    ChartKind chart = ChartKind::Stacked;
    bool logarithmic = false;
    core::Query query{.kind = core::QueryKind::TimeSeries, .dimensions = {"SrcAS"}}; ///< its range is left open
    RangeChoice range;
    bool operator==(const ViewState&) const = default;
    /// The same question, perhaps shown in another way.
    [[nodiscard]] bool asksLike(const ViewState& other) const;
};

inline uint64_t nowMs()
{
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

/// "The last hour" ends now while flows arrive, otherwise where the stored flows end. Nothing: everything stored. Errors are
/// those of words that cannot be read, or that end before they start.
core::Result<std::optional<core::TimeRange>> resolveRange(const RangeChoice& choice, const core::StoreStatus& status, bool live, const core::Now& now);

/// Back and Forward over states.
class StateHistory {
public:
    [[nodiscard]] const ViewState& current() const { return m_states[m_at]; }
    /// Drops what lies ahead. Pushing the current state changes nothing.
    void push(const ViewState& state);
    /// Replaces the current state, as for a default that turns out unfit.
    void amend(const ViewState& state) { m_states[m_at] = state; }
    [[nodiscard]] bool canGoBack() const { return m_at > 0; }
    [[nodiscard]] bool canGoForward() const { return m_at + 1 < m_states.size(); }
    void back() { m_at -= canGoBack() ? 1 : 0; }
    void forward() { m_at += canGoForward() ? 1 : 0; }
    void reset(const ViewState& state);

private:
    std::vector<ViewState> m_states{ViewState{}};
    size_t m_at = 0;
};

} // namespace rivereto::ui
