// SPDX-License-Identifier: GPL-3.0-or-later
// Writes nfdump's filters, with what 1.6 knew already wherever that is enough.
#include <algorithm>

#include <fmt/ranges.h>

#include "core/filter/foreignwriter.h"
#include "core/text/value.h"

namespace rivereto::core::foreign {

namespace {

constexpr uint64_t kFew = 4;

class NfdumpWriter final : public Writer {
public:
    [[nodiscard]] FilterLanguage language() const override { return FilterLanguage::Nfdump; }
    [[nodiscard]] std::string_view everything() const override { return "any"; }

    [[nodiscard]] std::optional<Text> test(const Condition& in) const override
    {
        const auto base = in.base();
        if (const auto* addresses = std::get_if<AddressTest>(&in.test))
            return address(in, *addresses);
        if (const auto* bits = std::get_if<BitsTest>(&in.test))
            return flags(bits->bits);
        if (const auto* texts = std::get_if<TextTest>(&in.test))
            return base == "Country" ? country(in, *texts) : std::nullopt;
        if (base == "Port")
            return ended(in, "port");
        if (base == "AS")
            return ended(in, "as");
        if (base == "Vlan")
            return singles(in, "vlan");
        if (base == "NetMask")
            return singles(in, "mask");
        if (base == "MAC")
            return each(in.singles(), [&](uint64_t mac) { return Text {fmt::format("{}mac {}", in.end(), formatMac(mac))}; });
        switch (in.column.id) {
        case ColumnId::Proto:
            return each(in.singles(), protocol);
        case ColumnId::EType:
            return family(in);
        case ColumnId::InIfIndex:
            return singles(in, "in if");
        case ColumnId::OutIfIndex:
            return singles(in, "out if");
        case ColumnId::Bytes:
            return quantity(in, "bytes");
        case ColumnId::Packets:
            return quantity(in, "packets");
        case ColumnId::PacketSize:
            return quantity(in, "bpp");
        case ColumnId::IPTos:
            return quantity(in, "tos");
        case ColumnId::TCPFlags:
            return singles(in, "flags");
        case ColumnId::MPLS1stLabel:
            return quantity(in, "mpls label1");
        case ColumnId::MPLS2ndLabel:
            return quantity(in, "mpls label2");
        case ColumnId::MPLS3rdLabel:
            return quantity(in, "mpls label3");
        case ColumnId::MPLS4thLabel:
            return quantity(in, "mpls label4");
        case ColumnId::IngressVRFID:
            return singles(in, "ingress vrf");
        case ColumnId::EgressVRFID:
            return singles(in, "egress vrf");
        case ColumnId::ICMPv4Type:
            return icmp(in, "icmp", "icmp-type");
        case ColumnId::ICMPv4Code:
            return icmp(in, "icmp", "icmp-code");
        case ColumnId::ICMPv6Type:
            return icmp(in, "icmp6", "icmp-type");
        case ColumnId::ICMPv6Code:
            return icmp(in, "icmp6", "icmp-code");
        default:
            return std::nullopt;
        }
    }

private:
    [[nodiscard]] std::optional<Text> address(const Condition& in, const AddressTest& test) const
    {
        if (in.base() == "Addr") {
            return blocks(test, {"ipv4", "ipv6"}, [&](const Prefix& block) {
                return Text {fmt::format("{}{} {}", in.end(), isSingle(block) ? "ip" : "net", blockText(block))};
            });
        }
        const std::string_view word = in.column.id == ColumnId::NextHop ? "next"
            : in.column.id == ColumnId::ExporterAddress                 ? "router"
                                                                        : "";
        const bool single = std::ranges::all_of(test.ranges, [](const auto& range) { return range.first == range.last; });
        if (word.empty() || !single)
            return std::nullopt;
        return each(std::optional(test.ranges),
            [&](const AddressRange& range) { return Text {fmt::format("{} ip {}", word, range.first.toString())}; });
    }

    /// Letter by letter, because "not flags SA" does not mean what "flags SA" leaves.
    [[nodiscard]] std::optional<Text> flags(uint64_t bits) const
    {
        if (bits == 0 || bits > 0x3f)
            return std::nullopt;
        std::vector<Text> parts;
        for (const char letter : formatTcpFlags(bits))
            parts.push_back({fmt::format("flags {}", letter)});
        return all(parts);
    }

    [[nodiscard]] std::optional<Text> country(const Condition& in, const TextTest& test) const
    {
        const auto code = [](const std::string& text) {
            return text.size() == 2 && std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
        };
        if (!std::ranges::all_of(test.texts, code))
            return std::nullopt;
        return each(
            std::optional(test.texts), [&](const std::string& text) { return Text {fmt::format("{}geo {}", in.end(), text)}; });
    }

    static Text protocol(uint64_t number)
    {
        const std::string_view name = number == 1 ? "icmp" : number == 6 ? "tcp" : number == 17 ? "udp" : "";
        return {name.empty() ? fmt::format("proto {}", number) : fmt::format("proto {}", name)};
    }

    [[nodiscard]] std::optional<Text> family(const Condition& in) const
    {
        const auto values = in.singles();
        if (!values || std::ranges::any_of(*values, [](auto number) { return number != 0x0800 && number != 0x86dd; }))
            return std::nullopt;
        return each(values, [](uint64_t number) { return Text {number == 0x0800 ? "ipv4" : "ipv6"}; });
    }

    [[nodiscard]] std::optional<Text> singles(const Condition& in, std::string_view word) const
    {
        return each(in.singles(), [&](uint64_t number) { return Text {fmt::format("{}{} {}", in.end(), word, number)}; });
    }

    [[nodiscard]] Text range(const std::string& word, const NumberRange& range, uint64_t most) const
    {
        if (range.first == range.last)
            return {fmt::format("{} {}", word, range.first)};
        const Text below {range.last == most ? "" : fmt::format("{} < {}", word, range.last + 1)};
        if (range.first == 0)
            return below.text.empty() ? Text {fmt::format("{} >= 0", word)} : below;
        const Text above {fmt::format("{} > {}", word, range.first - 1)};
        const Text bounds[] = {above, below};
        return below.text.empty() ? above : all(bounds);
    }

    [[nodiscard]] std::optional<Text> quantity(const Condition& in, std::string_view word) const
    {
        return each(in.ranges(), [&](const NumberRange& one) { return range(std::string(word), one, in.most()); });
    }

    /// Of either end, two bounds have to hold at the same one.
    [[nodiscard]] std::optional<Text> ended(const Condition& in, std::string_view word) const
    {
        const auto ranges = in.ranges();
        if (!ranges)
            return std::nullopt;
        // Neighbours make a range; few of them are still a list.
        const auto numbers = in.singles();
        const bool apart = std::ranges::all_of(*ranges, [](const NumberRange& range) { return range.last - range.first < kFew; });
        if (numbers && apart && numbers->size() > 1)
            return Text {fmt::format("{}{} in [{}]", in.end(), word, fmt::join(*numbers, " "))};
        return each(ranges, [&](const NumberRange& one) {
            const bool open = one.first == one.last || one.first == 0 || one.last == in.most();
            if (!in.either || open)
                return range(fmt::format("{}{}", in.end(), word), one, in.most());
            const Text ends[]
                = {range(fmt::format("src {}", word), one, in.most()), range(fmt::format("dst {}", word), one, in.most())};
            return any(ends);
        });
    }

    [[nodiscard]] std::optional<Text> icmp(const Condition& in, std::string_view protocol, std::string_view word) const
    {
        return each(in.singles(), [&](uint64_t number) {
            const Text parts[] = {{fmt::format("proto {}", protocol)}, {fmt::format("{} {}", word, number)}};
            return all(parts);
        });
    }
};

} // namespace

const Writer& nfdumpWriter()
{
    static const NfdumpWriter writer;
    return writer;
}

} // namespace rivereto::core::foreign
