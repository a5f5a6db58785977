// SPDX-License-Identifier: GPL-3.0-or-later
// Writes libpcap's capture filters.
#include "core/filter/foreignwriter.h"
#include "core/text/value.h"

namespace rivereto::core::foreign {

namespace {

class BpfWriter final : public Writer {
public:
    [[nodiscard]] FilterLanguage language() const override { return FilterLanguage::Bpf; }

    [[nodiscard]] std::optional<Text> test(const Condition& in) const override
    {
        const auto base = in.base();
        if (const auto* addresses = std::get_if<AddressTest>(&in.test); addresses != nullptr && base == "Addr") {
            return blocks(*addresses, {"ip", "ip6"}, [&](const Prefix& block) {
                return Text {fmt::format("{}{} {}", in.end(), isSingle(block) ? "host" : "net", blockText(block))};
            });
        }
        if (const auto* bits = std::get_if<BitsTest>(&in.test))
            return flags(fmt::format("& 0x{:02x} == 0x{:02x}", bits->bits, bits->bits), bits->bits);
        if (base == "Port")
            return each(in.ranges(), [&](const NumberRange& range) { return port(in, range); });
        if (base == "MAC")
            return each(in.singles(), [&](uint64_t mac) {
                const auto end = in.either ? "host " : in.end();
                return Text {fmt::format("ether {}{}", end, formatMac(mac))};
            });
        switch (in.column.id) {
        case ColumnId::Proto:
            return each(in.singles(), protocol);
        case ColumnId::EType:
            return each(in.singles(), family);
        case ColumnId::TCPFlags:
            return exactFlags(in);
        case ColumnId::ICMPv4Type:
            return octet(in, "icmp[icmptype]");
        case ColumnId::ICMPv4Code:
            return octet(in, "icmp[icmpcode]");
        case ColumnId::ICMPv6Type:
            return octet(in, "icmp6[icmp6type]");
        case ColumnId::ICMPv6Code:
            return octet(in, "icmp6[icmp6code]");
        case ColumnId::ICMPv4:
            return message(in, "icmp", "icmp[icmptype]", "icmp[icmpcode]");
        case ColumnId::ICMPv6:
            return message(in, "icmp6", "icmp6[icmp6type]", "icmp6[icmp6code]");
        case ColumnId::IPTTL:
            return octets(in, "ip[8]", "ip6[7]");
        case ColumnId::IPTos:
            return octets(in, "ip[1]", "(ip6[0:2] & 0xff0) >> 4");
        default:
            return std::nullopt;
        }
    }

private:
    static Text port(const Condition& in, const NumberRange& range)
    {
        if (range.first == range.last)
            return {fmt::format("{}port {}", in.end(), range.first)};
        return {fmt::format("{}portrange {}-{}", in.end(), range.first, range.last)};
    }

    static Text protocol(uint64_t number)
    {
        switch (number) {
        case 1:
            return {"icmp"};
        case 6:
            return {"tcp"};
        case 17:
            return {"udp"};
        case 58:
            return {"icmp6"};
        case 132:
            return {"sctp"};
        default:
            return {fmt::format("proto {}", number)};
        }
    }

    static Text family(uint64_t number)
    {
        return {number == 0x0800 ? "ip" : number == 0x86dd ? "ip6" : fmt::format("ether proto 0x{:04x}", number)};
    }

    /// tcp[…] looks into IPv4 only; the flags of TCP directly behind an IPv6 header are its octet 53.
    [[nodiscard]] std::optional<Text> flags(const std::string& comparison, uint64_t bits) const
    {
        if (bits > 0xff)
            return std::nullopt;
        const Text v6[] = {{"ip6 proto 6"}, {"ip6[53] " + comparison}};
        const Text either[] = {{"tcp[tcpflags] " + comparison}, all(v6)};
        return any(either);
    }

    [[nodiscard]] std::optional<Text> exactFlags(const Condition& in) const
    {
        const auto values = in.singles();
        if (!values)
            return std::nullopt;
        std::vector<Text> parts;
        for (const auto value : *values) {
            const auto part = flags(fmt::format("== 0x{:02x}", value), value);
            if (!part)
                return std::nullopt;
            parts.push_back(*part);
        }
        return any(parts);
    }

    [[nodiscard]] Text compared(std::string_view field, const NumberRange& range, uint64_t most) const
    {
        if (range.first == range.last)
            return {fmt::format("{} == {}", field, range.first)};
        if (range.first == 0)
            return {fmt::format("{} <= {}", field, range.last)};
        const Text low {fmt::format("{} >= {}", field, range.first)};
        if (range.last == most)
            return low;
        const Text bounds[] = {low, {fmt::format("{} <= {}", field, range.last)}};
        return all(bounds);
    }

    [[nodiscard]] std::optional<Text> octet(const Condition& in, std::string_view field) const
    {
        return each(in.ranges(), [&](const NumberRange& range) { return compared(field, range, in.most()); });
    }

    [[nodiscard]] std::optional<Text> octets(const Condition& in, std::string_view v4, std::string_view v6) const
    {
        return each(in.ranges(), [&](const NumberRange& range) {
            const Text families[] = {compared(v4, range, in.most()), compared(v6, range, in.most())};
            return any(families);
        });
    }

    /// Cell 0 is "no such message".
    [[nodiscard]] std::optional<Text> message(
        const Condition& in, std::string_view protocol, std::string_view type, std::string_view code) const
    {
        return each(in.singles(), [&](uint64_t cell) {
            if (cell == 0)
                return negated({std::string(protocol)});
            const Text parts[]
                = {{fmt::format("{} == {}", type, (cell - 1) >> 8)}, {fmt::format("{} == {}", code, (cell - 1) & 0xff)}};
            return all(parts);
        });
    }
};

} // namespace

const Writer& bpfWriter()
{
    static const BpfWriter writer;
    return writer;
}

} // namespace rivereto::core::foreign
