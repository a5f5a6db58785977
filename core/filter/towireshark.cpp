// SPDX-License-Identifier: GPL-3.0-or-later
// Writes Wireshark's display filters.
#include <algorithm>
#include <array>

#include <fmt/ranges.h>

#include "core/filter/foreignwriter.h"
#include "core/text/value.h"

namespace rivereto::core::foreign {

namespace {

struct TransportName {
    uint8_t number;
    std::string_view name;
};
constexpr auto kWithPorts = std::to_array<TransportName>({{6, "tcp"}, {17, "udp"}, {132, "sctp"}});
constexpr auto kDissectors
    = std::to_array<TransportName>({{1, "icmp"}, {2, "igmp"}, {6, "tcp"}, {17, "udp"}, {33, "dccp"}, {47, "gre"}, {50, "esp"},
        {51, "ah"}, {58, "icmpv6"}, {88, "eigrp"}, {89, "ospf"}, {103, "pim"}, {112, "vrrp"}, {132, "sctp"}, {136, "udplite"}});
constexpr auto kFlagNames = std::to_array<std::string_view>({"fin", "syn", "reset", "push", "ack", "urg", "ece", "cwr"});

class WiresharkWriter final : public Writer {
public:
    [[nodiscard]] FilterLanguage language() const override { return FilterLanguage::Wireshark; }
    [[nodiscard]] bool portsNeedProtocol() const override { return true; }

    [[nodiscard]] std::optional<Text> test(const Condition& in) const override
    {
        const auto base = in.base();
        if (const auto* addresses = std::get_if<AddressTest>(&in.test))
            return base == "Addr" ? std::optional(address(in, *addresses)) : std::nullopt;
        if (const auto* bits = std::get_if<BitsTest>(&in.test))
            return flags(bits->bits);
        if (const auto* member = std::get_if<MemberTest>(&in.test))
            return in.column.id == ColumnId::MPLSLabels && member->words.size() == 1
                ? std::optional(Text {fmt::format("mpls.label == {}", member->words[0])})
                : std::nullopt;
        if (base == "Port")
            return port(in);
        if (base == "MAC")
            return each(in.singles(), [&](uint64_t mac) { return Text {fmt::format("eth.{} == {}", end(in), formatMac(mac))}; });
        switch (in.column.id) {
        case ColumnId::Proto:
            return protocol(in);
        case ColumnId::EType:
            return each(in.singles(), family);
        case ColumnId::SrcVlan:
            return in.either ? fields(in, {"vlan.id"}) : std::nullopt;
        case ColumnId::TCPFlags:
            return each(in.singles(), [](uint64_t value) { return Text {fmt::format("tcp.flags == 0x{:03x}", value)}; });
        case ColumnId::ICMPv4Type:
            return fields(in, {"icmp.type"});
        case ColumnId::ICMPv4Code:
            return fields(in, {"icmp.code"});
        case ColumnId::ICMPv6Type:
            return fields(in, {"icmpv6.type"});
        case ColumnId::ICMPv6Code:
            return fields(in, {"icmpv6.code"});
        case ColumnId::ICMPv4:
            return message(in, "icmp");
        case ColumnId::ICMPv6:
            return message(in, "icmpv6");
        case ColumnId::IPTTL:
            return fields(in, {"ip.ttl", "ipv6.hlim"});
        case ColumnId::IPTos:
            return fields(in, {"ip.dsfield", "ipv6.tclass"});
        case ColumnId::IPv6FlowLabel:
            return fields(in, {"ipv6.flow"});
        default:
            return std::nullopt;
        }
    }

protected:
    [[nodiscard]] std::string_view andWord() const override { return " && "; }
    [[nodiscard]] std::string_view orWord() const override { return " || "; }
    [[nodiscard]] std::string_view notWord() const override { return "!"; }

private:
    /// "addr", "src", "dst".
    static std::string_view end(const Condition& in) { return in.either ? "addr" : in.end().substr(0, 3); }

    [[nodiscard]] Text address(const Condition& in, const AddressTest& test) const
    {
        std::vector<std::string> lists[2];
        std::vector<Text> parts;
        const auto whole = blocks(test, {"ip", "ipv6"}, [&](const Prefix& block) {
            lists[block.isV4() ? 0 : 1].push_back(blockText(block));
            return Text {fmt::format("{}.{} == {}", block.isV4() ? "ip" : "ipv6", end(in), blockText(block))};
        });
        if (lists[0].size() + lists[1].size() < 2 || lists[0].size() + lists[1].size() != test.ranges.size())
            return whole;
        for (const bool v6 : {false, true}) {
            const auto& list = lists[v6 ? 1 : 0];
            if (list.size() == 1)
                parts.push_back({fmt::format("{}.{} == {}", v6 ? "ipv6" : "ip", end(in), list[0])});
            else if (!list.empty())
                parts.push_back({fmt::format("{}.{} in {{{}}}", v6 ? "ipv6" : "ip", end(in), fmt::join(list, ", "))});
        }
        return any(parts);
    }

    /// One field against all ranges.
    static Text compared(std::string_view field, const std::vector<NumberRange>& ranges, uint64_t most)
    {
        if (ranges.size() == 1) {
            const auto& [first, last] = ranges[0];
            if (first == last)
                return {fmt::format("{} == {}", field, first)};
            if (last == most)
                return {fmt::format("{} >= {}", field, first)};
            if (first == 0)
                return {fmt::format("{} <= {}", field, last)};
        }
        std::string list;
        for (const auto& [first, last] : ranges) {
            list.append(list.empty() ? "" : ", ").append(std::to_string(first));
            if (first != last)
                list.append("..").append(std::to_string(last));
        }
        return {fmt::format("{} in {{{}}}", field, list)};
    }

    [[nodiscard]] std::optional<Text> fields(const Condition& in, std::initializer_list<std::string_view> names) const
    {
        const auto ranges = in.ranges();
        if (!ranges)
            return std::nullopt;
        std::vector<Text> parts;
        for (const auto name : names)
            parts.push_back(compared(name, *ranges, in.most()));
        return any(parts);
    }

    [[nodiscard]] std::optional<Text> port(const Condition& in) const
    {
        const auto ranges = in.ranges();
        if (!ranges)
            return std::nullopt;
        const std::string_view which = in.either ? "port" : in.end() == "src " ? "srcport" : "dstport";
        std::vector<Text> parts;
        for (const auto& [number, name] : kWithPorts) {
            if (in.protocol != 0 && in.protocol != number)
                continue;
            auto part = compared(fmt::format("{}.{}", name, which), *ranges, in.most());
            part.saysProtocol = in.protocol != 0;
            parts.push_back(std::move(part));
        }
        return any(parts);
    }

    [[nodiscard]] std::optional<Text> protocol(const Condition& in) const
    {
        const auto values = in.singles();
        const auto known = [](uint64_t value) { return std::ranges::find(kDissectors, value, &TransportName::number); };
        if (!values || std::ranges::any_of(*values, [&](auto value) { return known(value) == kDissectors.end(); }))
            return fields(in, {"ip.proto", "ipv6.nxt"});
        return each(values, [&](uint64_t value) { return Text {std::string(known(value)->name)}; });
    }

    static Text family(uint64_t number)
    {
        return {number == 0x0800 ? "ip" : number == 0x86dd ? "ipv6" : fmt::format("eth.type == 0x{:04x}", number)};
    }

    [[nodiscard]] std::optional<Text> flags(uint64_t bits) const
    {
        if (bits == 0 || bits > 0xff)
            return std::nullopt;
        std::vector<Text> parts;
        for (size_t bit = 0; bit < kFlagNames.size(); ++bit) {
            if ((bits >> bit & 1) != 0)
                parts.push_back({fmt::format("tcp.flags.{} == 1", kFlagNames[bit])});
        }
        return all(parts);
    }

    /// Cell 0 is "no such message".
    [[nodiscard]] std::optional<Text> message(const Condition& in, std::string_view protocol) const
    {
        return each(in.singles(), [&](uint64_t cell) {
            if (cell == 0)
                return negated({std::string(protocol)});
            const Text parts[] = {{fmt::format("{}.type == {}", protocol, (cell - 1) >> 8)},
                {fmt::format("{}.code == {}", protocol, (cell - 1) & 0xff)}};
            return all(parts);
        });
    }
};

} // namespace

const Writer& wiresharkWriter()
{
    static const WiresharkWriter writer;
    return writer;
}

} // namespace rivereto::core::foreign
