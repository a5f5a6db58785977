// SPDX-License-Identifier: GPL-3.0-or-later
// What the readers of other tools' filters share: tokens, and the conditions of our language to build. Internal to core/filter.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/filter/filter.h"

namespace rivereto::core::foreign {

struct Token {
    enum class Kind : uint8_t { End, Word, Text, Symbol };
    Kind kind = Kind::End;
    SourceSpan span;
    std::string_view raw; ///< as written, quotes included
};

/// Words are letters, digits and . : / _ \ and hyphens between two of them (1..5 are three tokens). "#" and what follows on its
/// line is left out where `hashComments`.
std::vector<Token> tokensOf(std::string_view text, bool hashComments);

/// Which end of a flow.
enum class End : uint8_t { Either, Src, Dst, Both };

FilterValue bare(std::string text, SourceSpan span);
FilterValue quoted(std::string text, SourceSpan span);
/// Several values make an IN of an = (and a NOTIN of a !=).
FilterNode condition(std::string_view column, FilterOp op, std::vector<FilterValue> values, SourceSpan span);
FilterNode condition(std::string_view column, FilterOp op, FilterValue value);
/// The condition on the Src column, the Dst column, either or both; `name` is without Src and Dst.
FilterNode onEnds(End end, std::string_view name, FilterOp op, const std::vector<FilterValue>& values, SourceSpan span);
/// Chains within chains are one; what stands in an And already is not said again.
FilterNode joined(FilterNode::Kind kind, FilterNode left, FilterNode right);
FilterNode both(FilterNode left, FilterNode right);
FilterNode either(FilterNode left, FilterNode right);
FilterNode negation(FilterNode child);
FilterNode protocol(std::string_view name, SourceSpan span);
FilterNode etherType(std::string_view name, SourceSpan span);
FilterNode hasFlags(std::string_view letters, SourceSpan span);

/// Decimal without leading zeros, or 0x….
std::optional<uint64_t> plainNumber(std::string_view word);
/// "10.0.0.0/8", and octets left out: "10/8", "10.1" (a /16), "10". IPv6 with or without length.
std::optional<Prefix> network(std::string_view word);
/// Number of leading ones of 255.255.0.0; nothing when they are not together.
std::optional<unsigned> maskLength(std::string_view word);

/// A cursor over tokens. Readers derive from it.
class Reader {
public:
    using Node = Result<FilterNode>;

    /// Something was understood, or is of the language and has no counterpart here.
    [[nodiscard]] bool recognised() const { return m_understood > 0 || m_refused; }
    /// The error is of the second kind.
    [[nodiscard]] bool refused() const { return m_refused; }

protected:
    Reader(std::string_view text, bool hashComments, bool anyCase);

    [[nodiscard]] const Token& peek(size_t ahead = 0) const;
    const Token& take();
    [[nodiscard]] bool atEnd() const { return peek().kind == Token::Kind::End; }
    [[nodiscard]] bool is(std::string_view word, size_t ahead = 0) const; ///< word or symbol
    [[nodiscard]] bool isOneOf(std::initializer_list<std::string_view> words, size_t ahead = 0) const;
    bool skip(std::string_view word);
    [[nodiscard]] SourceSpan since(const Token& first) const; ///< from a token to the last taken

    /// Syntax that the language does not have.
    [[nodiscard]] tl::unexpected<Error> unexpected(std::string_view wanted) const;
    /// A word that the language has and flows do not.
    tl::unexpected<Error> refuse(const Token& word);
    tl::unexpected<Error> refuse(Error error);
    Node understood(FilterNode node);

    /// Nested deeper than this is refused.
    static constexpr int kDeepest = 100;
    int m_depth = 0;

private:
    std::vector<Token> m_tokens;
    size_t m_at = 0;
    bool m_anyCase;
    int m_understood = 0;
    bool m_refused = false;
};

struct Reading {
    Result<FilterNode> node;
    bool recognised = false;
    bool refused = false;
};

Reading readBpf(std::string_view text);
Reading readNfdump(std::string_view text);
Reading readWireshark(std::string_view text);

} // namespace rivereto::core::foreign
