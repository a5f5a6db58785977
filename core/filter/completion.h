// SPDX-License-Identifier: GPL-3.0-or-later
// What an editor needs of the filter language: what may come at the cursor, and what each stretch of text is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/schema/schema.h"

namespace rivereto::core {

enum class CompletionKind : uint8_t { None, Column, Operator, Value, Keyword };

struct CompletionCandidate {
    std::string text; ///< as inserted, quotes included
    std::string_view detail; ///< English, may be empty; lives as long as the schema
};

struct Completion {
    CompletionKind kind = CompletionKind::None;
    SourceSpan replace; ///< what a chosen candidate replaces
    std::string prefix; ///< what was typed of it so far, without quotes
    std::vector<CompletionCandidate> candidates; ///< those that start with or contain the prefix, best first
    /// Value: the columns whose seen values the store should add (two for an endpoint word such as Addr).
    std::vector<ColumnId> valuesOf;
    bool quoted = false; ///< Value: candidates of the store are to be put in double quotes
    bool inList = false; ///< Value: within the parentheses of IN and NOTIN
};

/// What may come at `cursor` (a byte offset) of a filter that may be unfinished or wrong elsewhere.
Completion complete(std::string_view text, size_t cursor, const Schema& schema);

enum class TokenClass : uint8_t { Column, Operator, Value, Text, Keyword, Punctuation, Comment, Error };

struct ColouredToken {
    TokenClass kind;
    SourceSpan span;
};

/// Every token and comment of a filter in order, for syntax colours. Works on unfinished text.
std::vector<ColouredToken> colourFilter(std::string_view text, const Schema& schema);

} // namespace rivereto::core
