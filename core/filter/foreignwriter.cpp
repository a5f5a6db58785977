// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/filter/foreignwriter.h"

#include <algorithm>

#include "core/filter/literal.h"

namespace rivereto::core::foreign {

namespace {

/// Of one condition; more is no text for people.
constexpr size_t kMostRanges = 64;
constexpr uint64_t kLongestRange = 16; ///< that is written number by number

} // namespace

std::string_view Condition::end() const
{
    return either ? "" : column.name.starts_with("Src") ? "src " : column.name.starts_with("Dst") ? "dst " : "";
}

std::string_view Condition::base() const
{
    const bool ended = column.name.starts_with("Src") || column.name.starts_with("Dst");
    return ended ? column.name.substr(3) : column.name;
}

uint64_t Condition::most() const
{
    return largestOf(column);
}

std::optional<std::vector<NumberRange>> Condition::ranges() const
{
    const auto* numbers = std::get_if<NumberTest>(&test);
    if (numbers == nullptr)
        return std::nullopt;
    std::vector<NumberRange> out;
    for (const auto& range : numbers->ranges) {
        if (range.first <= most())
            out.push_back({range.first, std::min(range.last, most())});
    }
    return out.empty() || out.size() > kMostRanges ? std::nullopt : std::optional(std::move(out));
}

std::optional<std::vector<uint64_t>> Condition::singles() const
{
    const auto within = ranges();
    if (!within)
        return std::nullopt;
    std::vector<uint64_t> out;
    for (const auto& range : *within) {
        if (range.last - range.first >= kLongestRange || out.size() > kMostRanges)
            return std::nullopt;
        for (auto number = range.first; number <= range.last; ++number)
            out.push_back(number);
    }
    return out;
}

Text Writer::joined(FilterNode::Kind kind, std::span<const Text> parts) const
{
    if (parts.size() == 1)
        return parts[0];
    const auto says = [](const Text& part) { return part.saysProtocol; };
    Text out {.kind = kind};
    out.saysProtocol = kind == FilterNode::Kind::And ? std::ranges::any_of(parts, says) : std::ranges::all_of(parts, says);
    for (size_t i = 0; i < parts.size(); ++i) {
        const auto& part = parts[i];
        const bool other = part.kind != kind && (part.kind == FilterNode::Kind::And || part.kind == FilterNode::Kind::Or);
        out.text.append(i == 0 ? "" : kind == FilterNode::Kind::And ? andWord() : orWord());
        out.text.append(other ? "(" : "").append(part.text).append(other ? ")" : "");
    }
    return out;
}

Text Writer::negated(const Text& child) const
{
    const bool plain = child.kind == FilterNode::Kind::Condition && notWord() != "!";
    return {.text = std::string(notWord()).append(plain ? "" : "(").append(child.text).append(plain ? "" : ")"),
        .kind = FilterNode::Kind::Not};
}

/// Ranges come from blocks, and of two blocks that overlap one holds the other: a range is a block.
Prefix Writer::blockOf(const AddressRange& range)
{
    Prefix out {range.first, 128};
    while (out.bits > 0 && out.last() < range.last)
        --out.bits;
    return out;
}

bool isSingle(const Prefix& block)
{
    return block.bits == 128;
}

std::string blockText(const Prefix& block)
{
    return isSingle(block) ? block.address.toString() : block.toString();
}

std::string_view languageName(FilterLanguage language)
{
    return language == FilterLanguage::Bpf ? "BPF" : language == FilterLanguage::Nfdump ? "nfdump" : "Wireshark";
}

const Writer& writerOf(FilterLanguage language)
{
    return language == FilterLanguage::Bpf   ? bpfWriter()
        : language == FilterLanguage::Nfdump ? nfdumpWriter()
                                             : wiresharkWriter();
}

} // namespace rivereto::core::foreign
