// SPDX-License-Identifier: GPL-3.0-or-later
// How a bound test is written in another tool's language. Internal to core/filter.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/filter/foreign.h"
#include "core/filter/predicate.h"
#include "core/filter/translate.h"

namespace rivereto::core::foreign {

/// A piece of a filter in the other language.
struct Text {
    std::string text;
    FilterNode::Kind kind = FilterNode::Kind::Condition; ///< outermost
    bool saysProtocol = false; ///< holds for the settled transport protocol only
};

/// One test; `either`: of the column or its counterpart.
struct Condition {
    const Column& column;
    bool either = false;
    const CellTest& test;
    uint8_t protocol = 0; ///< transport protocol that is settled already; 0: none

    /// "src " or "dst "; empty for either and for columns without ends.
    [[nodiscard]] std::string_view end() const;
    /// The column's name without Src and Dst.
    [[nodiscard]] std::string_view base() const;
    /// Ranges of a NumberTest within what the column can hold; nothing for other tests, for none and for very many.
    [[nodiscard]] std::optional<std::vector<NumberRange>> ranges() const;
    /// The same where each is one number.
    [[nodiscard]] std::optional<std::vector<uint64_t>> singles() const;
    [[nodiscard]] uint64_t most() const;
};

class Writer {
public:
    virtual ~Writer() = default;
    [[nodiscard]] virtual FilterLanguage language() const = 0;
    [[nodiscard]] virtual std::string_view everything() const { return {}; }
    /// Ports are fields of a protocol, so that one settled nearby makes a condition shorter.
    [[nodiscard]] virtual bool portsNeedProtocol() const { return false; }
    /// Nothing when the language cannot say it.
    [[nodiscard]] virtual std::optional<Text> test(const Condition& condition) const = 0;

    [[nodiscard]] Text joined(FilterNode::Kind kind, std::span<const Text> parts) const;
    [[nodiscard]] Text negated(const Text& child) const;

protected:
    [[nodiscard]] virtual std::string_view andWord() const { return " and "; }
    [[nodiscard]] virtual std::string_view orWord() const { return " or "; }
    [[nodiscard]] virtual std::string_view notWord() const { return "not "; }

    [[nodiscard]] Text any(std::span<const Text> parts) const { return joined(FilterNode::Kind::Or, parts); }
    [[nodiscard]] Text all(std::span<const Text> parts) const { return joined(FilterNode::Kind::And, parts); }
    /// Nothing where there is no list; else `one` of each, joined by OR.
    template <class List, class One> [[nodiscard]] std::optional<Text> each(const std::optional<List>& list, One one) const
    {
        if (!list)
            return std::nullopt;
        std::vector<Text> parts;
        for (const auto& item : *list)
            parts.push_back(one(item));
        return any(parts);
    }
    /// Names of the two families, and of an address or block within one of them.
    struct AddressWords {
        std::string_view v4;
        std::string_view v6;
    };
    template <class Block> [[nodiscard]] Text blocks(const AddressTest& test, AddressWords words, Block block) const
    {
        std::vector<Text> parts;
        for (const auto& range : test.ranges)
            addBlock(parts, range, words, block);
        return any(parts);
    }

private:
    template <class Block>
    static void addBlock(std::vector<Text>& parts, const AddressRange& range, AddressWords words, Block block)
    {
        const auto prefix = blockOf(range);
        if (prefix.isV4()) {
            parts.push_back(prefix.length() == 0 ? Text {std::string(words.v4)} : block(prefix));
            return;
        }
        // A block so large holds the mapped addresses, too.
        if (prefix.contains(Ip::v4(0)))
            parts.push_back({std::string(words.v4)});
        parts.push_back(prefix.bits == 0 ? Text {std::string(words.v6)} : block(prefix));
    }
    static Prefix blockOf(const AddressRange& range);
};

/// "203.0.113.5" for a single address, else with its length.
std::string blockText(const Prefix& block);
bool isSingle(const Prefix& block);

std::string_view languageName(FilterLanguage language);
const Writer& writerOf(FilterLanguage language);
const Writer& bpfWriter();
const Writer& nfdumpWriter();
const Writer& wiresharkWriter();

} // namespace rivereto::core::foreign
