// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/filter/foreign.h"
#include "core/filter/translate.h"

namespace rivereto::core {

namespace {

constexpr size_t kLongest = 16'384; ///< nobody writes a longer one, and reading costs more than its length

struct Read {
    FilterLanguage language;
    Result<std::string> text;
    bool refused = false; ///< of that language beyond doubt
};

/// In normal form, which binds.
Result<std::string> ours(Result<FilterNode>&& node, const BindContext& context)
{
    if (!node)
        return tl::unexpected(node.error());
    const Filter filter {std::move(*node)};
    if (const auto bound = bindFilter(filter, context); !bound)
        return tl::unexpected(bound.error());
    return toText(filter, context.schema);
}

uint32_t reached(const Error& error)
{
    return error.span ? error.span->begin : 0;
}

} // namespace

std::optional<ForeignFilter> recogniseFilter(std::string_view text, const BindContext& context)
{
    if (text.size() > kLongest)
        return std::nullopt;
    const auto asOurs = bindFilter(text, context);
    if (asOurs)
        return std::nullopt;
    std::vector<Read> understood;
    std::optional<Read> refused;
    const auto add = [&](FilterLanguage language, foreign::Reading reading) {
        if (!reading.recognised)
            return;
        const bool whole = reading.node.has_value();
        Read read {language, ours(std::move(reading.node), context), whole || reading.refused};
        if (read.text)
            understood.push_back(std::move(read));
        else if (!refused || reached(read.text.error()) > reached(refused->text.error()))
            refused = std::move(read);
    };
    add(FilterLanguage::Bpf, foreign::readBpf(text));
    add(FilterLanguage::Nfdump, foreign::readNfdump(text));
    add(FilterLanguage::Wireshark, foreign::readWireshark(text));
    if (understood.empty()) {
        // What makes sense further as a filter of ours is a wrong one of ours.
        const bool theirs = refused && (refused->refused || reached(refused->text.error()) > reached(asOurs.error()));
        return theirs ? std::optional(ForeignFilter {{refused->language}, std::move(refused->text)}) : std::nullopt;
    }
    ForeignFilter out {{}, understood[0].text};
    for (const auto& read : understood) {
        out.languages.push_back(read.language);
        if (*read.text != *understood[0].text)
            out.filter = fail("AND and OR without parentheses mean different things in different tools; add parentheses");
    }
    return out;
}

} // namespace rivereto::core
