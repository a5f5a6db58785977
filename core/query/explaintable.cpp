// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/query/explaintable.h"

#include <iterator>

#include <fmt/format.h>

#include "core/query/resulttable.h"
#include "core/text/escape.h"
#include "core/text/time.h"

namespace rivereto::core {

namespace {

std::string_view verdictName(Verdict verdict) { return kVerdictNames[static_cast<size_t>(verdict)]; }

/// Counted over dimensions that can win.
std::string rankOf(const ExplainedDimension& told, size_t number) { return told.verdict == Verdict::Explains ? std::to_string(number + 1) : std::string(); }

std::string divergenceOf(const ExplainedDimension& told) { return told.divergence ? plainNumber(*told.divergence) : std::string(); }

void appendRow(std::string& out, const std::vector<std::string>& row)
{
    for (size_t i = 0; i < row.size(); ++i) {
        out += i > 0 ? "," : "";
        appendCsv(out, row[i]);
    }
    out += "\n";
}

/// JSON text, or null for a missing one.
std::string quoted(std::string_view text)
{
    std::string out;
    if (text.empty())
        return "null";
    appendJson(out, text);
    return out;
}

std::string bare(const std::string& number) { return number.empty() ? "null" : number; }

std::string figuresJson(const ValueChange& value)
{
    return fmt::format("\"before\": {}, \"during\": {}, \"change\": {}, \"share\": {}", plainNumber(value.before), plainNumber(value.during), plainNumber(value.change),
                       plainNumber(value.share));
}

std::string dimensionJson(const ExplainedDimension& told, size_t number)
{
    auto out = fmt::format("{{\"rank\": {}, \"dimension\": {}, \"verdict\": {}, \"sameAs\": {}, \"needed\": {}, \"values\": {}, \"covered\": {}, \"divergence\": {},\n   \"top\": [",
                           bare(rankOf(told, number)), quoted(told.dimension.name), quoted(verdictName(told.verdict)), quoted(told.sameAs), told.needed, told.values,
                           plainNumber(told.covered), bare(divergenceOf(told)));
    for (size_t i = 0; i < told.top.size(); ++i)
        fmt::format_to(std::back_inserter(out), "{}{{\"value\": {}, {}}}", i > 0 ? ",\n           " : "", quoted(told.top[i].text), figuresJson(told.top[i]));
    fmt::format_to(std::back_inserter(out), "],\n   \"rest\": {}}}", told.rest ? fmt::format("{{{}}}", figuresJson(*told.rest)) : "null");
    return out;
}

} // namespace

std::string explanationCsv(const Explanation& explanation)
{
    std::string out = "rank,dimension,verdict,sameAs,needed,values,covered,divergence,value,before,during,change,share\n";
    for (size_t i = 0; i < explanation.dimensions.size(); ++i) {
        const auto& told = explanation.dimensions[i];
        const std::vector<std::string> key{rankOf(told, i), told.dimension.name, std::string(verdictName(told.verdict)), told.sameAs, std::to_string(told.needed),
                                           std::to_string(told.values), plainNumber(told.covered), divergenceOf(told)};
        if (told.top.empty())
            appendRow(out, [&] {
                auto row = key;
                row.resize(key.size() + 5);
                return row;
            }());
        for (const auto& value : told.top) {
            auto row = key;
            row.insert(row.end(), {value.text, plainNumber(value.before), plainNumber(value.during), plainNumber(value.change), plainNumber(value.share)});
            appendRow(out, row);
        }
    }
    return out;
}

std::string explanationJson(const Explanation& explanation, int utcOffsetMinutes)
{
    const auto time = [&](uint64_t ms) { return quoted(formatTime(ms, utcOffsetMinutes)); };
    auto out = fmt::format("{{\"unit\": {}, \"from\": {}, \"to\": {},\n \"baseline\": {{\"kind\": {}, \"ranges\": [", quoted(unitName(explanation.query)),
                           time(explanation.range.from), time(explanation.range.to), quoted(kBaselineNames[static_cast<size_t>(explanation.baseline)]));
    for (size_t i = 0; i < explanation.against.size(); ++i)
        fmt::format_to(std::back_inserter(out), "{}{{\"from\": {}, \"to\": {}}}", i > 0 ? ", " : "", time(explanation.against[i].from), time(explanation.against[i].to));
    fmt::format_to(std::back_inserter(out), "]}},\n \"before\": {}, \"during\": {}, \"change\": {}, \"mixed\": {}, \"flowsBefore\": {}, \"flowsDuring\": {},\n \"dimensions\": [",
                   plainNumber(explanation.before), plainNumber(explanation.during), plainNumber(explanation.change()), explanation.mixed, explanation.rowsBefore,
                   explanation.rowsDuring);
    for (size_t i = 0; i < explanation.dimensions.size(); ++i)
        fmt::format_to(std::back_inserter(out), "{}{}", i > 0 ? ",\n  " : "\n  ", dimensionJson(explanation.dimensions[i], i));
    out += "],\n \"withoutValues\": [";
    for (size_t i = 0; i < explanation.withoutValues.size(); ++i)
        fmt::format_to(std::back_inserter(out), "{}{}", i > 0 ? ", " : "", quoted(explanation.withoutValues[i]));
    return out + "]}\n";
}

} // namespace rivereto::core
