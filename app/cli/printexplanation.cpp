// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/printexplanation.h"

#include <iterator>

#include <fmt/format.h>

#include "app/cli/texttable.h"
#include "core/text/number.h"
#include "core/text/time.h"

namespace rivereto::app {

using core::ExplainedDimension;
using core::Explanation;
using core::Verdict;

namespace {

constexpr std::string_view kNoValue = "none";
/// Share of the change from which a value that is not needed is told all the same.
constexpr double kWorthTelling = 0.01;

std::string quantity(double value, core::Unit unit) { return core::formatScaled(value, unit == core::Unit::Bytes ? "B" : unitText(unit)); }

/// "+4.3 Gb/s".
std::string change(double value, core::Unit unit)
{
    const auto size = quantity(std::abs(value), unit);
    return value < 0 ? "−" + size : value > 0 ? "+" + size : size;
}

/// Why the dimensions of a verdict cannot win.
std::string_view reason(Verdict verdict)
{
    switch (verdict) {
    case Verdict::Explains: break;
    case Verdict::InProportion: return "changed as everything did";
    case Verdict::Sparse: return "hardly any flow has a value";
    case Verdict::PerFlow: return "another value for nearly every flow";
    case Verdict::Constant: return "one value only";
    case Verdict::TooMany: return "too many values";
    }
    return "";
}

class Text {
public:
    Text(const Explanation& explanation, const core::Schema& schema, int utcOffset, const core::AsNames* asNames)
        : m_explanation(explanation), m_schema(schema), m_utcOffset(utcOffset), m_asNames(asNames), m_unit(explanation.query.unit)
    {
    }

    std::string all()
    {
        heading();
        size_t rank = 0;
        for (const auto& told : m_explanation.dimensions) {
            if (told.verdict == Verdict::Explains && told.needed > 0)
                dimension(told, ++rank);
        }
        if (rank == 0)
            m_out += "\nNo column tells more than that.\n";
        others();
        return std::move(m_out);
    }

private:
    template <class... Arguments>
    void print(fmt::format_string<Arguments...> format, Arguments&&... arguments)
    {
        fmt::format_to(std::back_inserter(m_out), format, std::forward<Arguments>(arguments)...);
    }

    [[nodiscard]] std::string range(const core::TimeRange& range) const
    {
        return core::formatTime(range.from, m_utcOffset) + " – " + core::formatTime(range.to, m_utcOffset);
    }

    void heading()
    {
        print("{}\n", range(m_explanation.range));
        if (m_explanation.against.empty())
            m_out += "against a time of which the database holds nothing";
        for (size_t i = 0; i < m_explanation.against.size(); ++i)
            print("{}{}", i == 0 ? "against " : "\n    and ", range(m_explanation.against[i]));
        const double before = m_explanation.before;
        print("\n{} before, {} during: {}", quantity(before, m_unit), quantity(m_explanation.during, m_unit), change(m_explanation.change(), m_unit));
        if (before > 0)
            print(" ({}{})", m_explanation.change() < 0 ? "−" : "+", core::formatPercent(std::abs(m_explanation.change()) / before));
        print(", {} of {} flows\n", core::formatCount(m_explanation.rowsDuring), core::formatCount(m_explanation.rowsDuring + m_explanation.rowsBefore));
        if (m_explanation.mixed)
            m_out += "The whole hardly changes; shares are of all that rose and fell.\n";
    }

    void dimension(const ExplainedDimension& told, size_t rank)
    {
        const auto divergence = told.divergence ? fmt::format(", divergence {:.3f}", *told.divergence) : std::string();
        print("\n{:>2}  {}: {} of {} values {} {} of the change{}\n", rank, told.dimension.name, core::formatCount(told.needed), core::formatCount(told.values),
              told.needed == 1 ? "makes" : "make", core::formatPercent(told.covered), divergence);
        if (!told.sameAs.empty())
            return print("    the same split as {}\n", told.sameAs);
        TextRows rows;
        for (const auto& value : told.top) {
            // What is not needed, and hardly changed or the other way, is no part of the answer.
            if (rows.size() >= told.needed && value.share < kWorthTelling)
                break;
            rows.push_back({"   ", value.text.empty() ? std::string(kNoValue) : withName(value.text, m_schema[told.dimension.column], m_asNames), quantity(value.before, m_unit), "→",
                            quantity(value.during, m_unit), change(value.change, m_unit), core::formatPercent(value.share)});
        }
        align(m_out, rows, {false, false, true, false, true, true, true});
    }

    /// What cannot win, by reason.
    void others()
    {
        const auto line = [&](std::string_view why, const std::string& names) {
            if (!names.empty())
                print("{}: {}\n", why, names);
        };
        std::string unchanged;
        std::string names[std::size(core::kVerdictNames)];
        for (const auto& told : m_explanation.dimensions) {
            auto& list = told.verdict == Verdict::Explains ? unchanged : names[static_cast<size_t>(told.verdict)];
            if (told.verdict != Verdict::Explains || told.needed == 0)
                list += (list.empty() ? "" : ", ") + told.dimension.name;
        }
        m_out += "\n";
        line("nothing changed", unchanged);
        for (size_t i = 0; i < std::size(names); ++i)
            line(reason(static_cast<Verdict>(i)), names[i]);
    }

    const Explanation& m_explanation;
    const core::Schema& m_schema;
    int m_utcOffset;
    const core::AsNames* m_asNames;
    core::Unit m_unit;
    std::string m_out;
};

} // namespace

std::string explanationText(const Explanation& explanation, const core::Schema& schema, int utcOffsetMinutes, const core::AsNames* asNames)
{
    return Text(explanation, schema, utcOffsetMinutes, asNames).all();
}

} // namespace rivereto::app
