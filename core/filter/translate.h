// SPDX-License-Identifier: GPL-3.0-or-later
// Filters of other tools: a pasted tcpdump, nfdump or Wireshark filter becomes one of ours, and ours is written as theirs.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/filter/filter.h"

namespace rivereto::core {

/// Bpf is what tcpdump and libpcap take; nfdump that of versions 1.6 and 1.7; Wireshark its display filters, version 4 and later.
enum class FilterLanguage : uint8_t { Bpf, Nfdump, Wireshark };

/// What a pasted text is.
struct ForeignFilter {
    /// Those it is written in: one, or several when it means the same in each.
    std::vector<FilterLanguage> languages;
    /// The same in our language, in normal form; it binds. Otherwise what cannot be said in it, with the place in the pasted
    /// text.
    Result<std::string> filter;
};

/// Nothing when the text is empty, a filter of ours already, or in none of the languages. Of a text that stops being one after
/// some conditions were understood, or asks for what flows do not have (the length of a frame, packets per second), `filter` is
/// the error. Refused as well: names of hosts, and text that two of the languages read differently, as they do a mixture of
/// AND and OR without parentheses. A test of one packet's TCP flags becomes one of the flow's.
std::optional<ForeignFilter> recogniseFilter(std::string_view text, const BindContext& context);

/// A filter of ours as text of another language; everything is empty text ("any" for nfdump). The error names the condition that
/// the language cannot say and carries its place. Conditions on TCP flags are said of single packets in Bpf and Wireshark.
Result<std::string> translateFilter(const Filter& filter, FilterLanguage language, const BindContext& context);
/// Parses first.
Result<std::string> translateFilter(std::string_view text, FilterLanguage language, const BindContext& context);

} // namespace rivereto::core
