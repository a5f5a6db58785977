// SPDX-License-Identifier: GPL-3.0-or-later
// Reads nfdump's filters (1.6, 1.7). Keywords in any case; AND binds before OR.
#include <array>

#include "core/filter/foreign.h"
#include "core/filter/lexer.h"
#include "core/text/names.h"
#include "core/text/value.h"

namespace rivereto::core::foreign {

namespace {

using Node = Reader::Node;
using Word = std::string_view;

class NfdumpReader : public Reader {
public:
    explicit NfdumpReader(Word text)
        : Reader(text, true, true)
    {
    }

    Node read()
    {
        auto node = disjunction();
        return node && !atEnd() ? Node(unexpected("and, or or the end")) : node;
    }

private:
    Node disjunction()
    {
        auto left = conjunction();
        while (left && (skip("or") || skip("||"))) {
            auto right = conjunction();
            if (!right)
                return right;
            left = either(std::move(*left), std::move(*right));
        }
        return left;
    }

    Node conjunction()
    {
        auto left = unit();
        while (left && (skip("and") || skip("&&"))) {
            auto right = unit();
            if (!right)
                return right;
            left = both(std::move(*left), std::move(*right));
        }
        return left;
    }

    Node unit()
    {
        if (m_depth >= kDeepest)
            return tl::unexpected(makeError("parentheses and NOT are nested too deeply").at(peek().span));
        ++m_depth;
        auto node = nested();
        --m_depth;
        return node;
    }

    Node nested()
    {
        if (skip("not") || skip("!")) {
            m_negated = !m_negated;
            auto node = unit().map(negation);
            m_negated = !m_negated;
            return node;
        }
        if (skip("(")) {
            auto node = disjunction();
            return node && !skip(")") ? Node(unexpected(")")) : node;
        }
        auto node = condition();
        return node ? understood(std::move(*node)) : node;
    }

    Node condition()
    {
        const auto& first = peek();
        if (first.kind != Token::Kind::Word)
            return unexpected("a condition such as ip, net, port or proto");
        if (isOneOf({"ident", "engine-id", "engine-type", "sysid", "pps", "bps", "duration", "flows", "prev", "bgpnext",
                "payload", "nat", "asa", "any"}))
            return refuse(first);
        if (isOneOf({"src", "dst"}) || isOneOf({"ip", "host", "net", "port", "as", "vlan", "mask", "mac", "geo"}))
            return ended();
        if (skip("inet") || skip("ipv4"))
            return etherType("IPv4", first.span);
        if (skip("inet6") || skip("ipv6"))
            return etherType("IPv6", first.span);
        if (skip("proto"))
            return protocolCondition();
        if (skip("in"))
            return sided("In", "src");
        if (skip("out"))
            return sided("Out", "dst");
        if (is("if"))
            return interfaceCondition(first);
        if (skip("flags"))
            return flags();
        if (skip("icmp-type"))
            return icmp("Type");
        if (skip("icmp-code"))
            return icmp("Code");
        if (skip("next"))
            return address("NextHop");
        if (skip("router"))
            return address("ExporterAddress");
        if (skip("mpls"))
            return mpls();
        if (isOneOf({"ingress", "egress", "observation"}))
            return identifier();
        return quantity(first);
    }

    Node quantity(const Token& first)
    {
        struct Quantity {
            Word theirs;
            Word ours;
        };
        constexpr auto quantities = std::to_array<Quantity>({{"bytes", "Bytes"}, {"packets", "Packets"}, {"bpp", "PacketSize"},
            {"tos", "IPTos"}, {"fwdstat", "ForwardingStatus"}});
        for (const auto& entry : quantities) {
            if (skip(entry.theirs))
                return compared([&](FilterOp op, const std::vector<FilterValue>& values) {
                    return foreign::condition(entry.ours, op, values, since(first));
                });
        }
        return unexpected("a condition such as ip, net, port or proto");
    }

    // ---- conditions on one or both ends
    Node ended()
    {
        const auto& first = peek();
        auto end = End::Either;
        if (isOneOf({"src", "dst"})) {
            const bool src = is("src");
            take();
            end = src ? End::Src : End::Dst;
            if (isOneOf({"and", "or", "&&", "||"}) && is(src ? "dst" : "src", 1)) {
                end = isOneOf({"and", "&&"}) ? End::Both : End::Either;
                take();
                take();
            }
        }
        if (skip("ip") || skip("host"))
            return addresses(end, first);
        if (skip("net"))
            return net(end, first);
        if (skip("mac"))
            return mac(end, first);
        if (skip("geo")) {
            if (peek().kind != Token::Kind::Word)
                return unexpected("a country's code");
            const auto& country = take();
            return onEnds(end, "Country", FilterOp::Equal, {quoted(std::string(country.raw), country.span)}, since(first));
        }
        if (is("tos"))
            return refuse(peek());
        struct Number {
            Word theirs;
            Word ours;
        };
        constexpr auto numbers = std::to_array<Number>({{"port", "Port"}, {"as", "AS"}, {"vlan", "Vlan"}, {"mask", "NetMask"}});
        for (const auto& entry : numbers) {
            if (skip(entry.theirs))
                return compared([&](FilterOp op, const std::vector<FilterValue>& values) {
                    return onEnds(end, entry.ours, op, values, since(first));
                });
        }
        if (isOneOf({"xip", "xport", "xnet", "nip", "nport", "tun", "id"}))
            return refuse(peek());
        return unexpected("ip, net, port or as");
    }

    Node addresses(End end, const Token& first)
    {
        if (!is("in")) {
            const auto value = addressValue();
            return value ? Node(onEnds(end, "Addr", FilterOp::Equal, {*value}, since(first))) : tl::unexpected(value.error());
        }
        take();
        const auto values = list([&]() -> Result<FilterValue> {
            if (const auto block = peek().raw.find('/') == Word::npos ? std::nullopt : network(peek().raw))
                return bare(block->toString(), take().span);
            return addressValue();
        });
        return values ? Node(onEnds(end, "Addr", FilterOp::Equal, *values, since(first))) : tl::unexpected(values.error());
    }

    Result<FilterValue> addressValue()
    {
        if (peek().kind != Token::Kind::Word)
            return unexpected("an address");
        const auto word = take();
        const auto address = Ip::parse(word.raw);
        if (!address)
            return refuse(makeError("expected an address, got {}; names are not looked up", word.raw).at(word.span));
        return bare(address->toString(), word.span);
    }

    Node net(End end, const Token& first)
    {
        if (peek().kind != Token::Kind::Word)
            return unexpected("a network such as 10.0.0.0/8");
        const auto word = take();
        auto block = network(word.raw);
        if (const auto length = block && block->isV4() && !atEnd() ? maskLength(peek().raw) : std::nullopt) {
            take();
            block->bits = static_cast<uint8_t>(96 + *length);
        }
        if (!block)
            return refuse(makeError("expected a network such as 10.0.0.0/8, got {}", word.raw).at(word.span));
        return onEnds(end, "Addr", FilterOp::Inside, {bare(block->toString(), word.span)}, since(first));
    }

    Node mac(End end, const Token& first)
    {
        if (peek().kind != Token::Kind::Word)
            return unexpected("a MAC address");
        const auto word = take();
        const auto parsed = parseMac(word.raw);
        if (!parsed)
            return refuse(makeError("expected a MAC address, got {}", word.raw).at(word.span));
        return onEnds(end, "MAC", FilterOp::Equal, {bare(formatMac(*parsed), word.span)}, since(first));
    }

    Node address(Word column)
    {
        if (!skip("ip"))
            return unexpected("ip");
        const auto value = addressValue();
        return value ? Node(foreign::condition(column, FilterOp::Equal, *value)) : tl::unexpected(value.error());
    }

    // ---- comparisons
    FilterOp comparison()
    {
        struct Comparison {
            Word word;
            FilterOp op;
        };
        constexpr auto comparisons = std::to_array<Comparison>(
            {{"=", FilterOp::Equal}, {"==", FilterOp::Equal}, {"eq", FilterOp::Equal}, {">", FilterOp::Greater},
                {"gt", FilterOp::Greater}, {"<", FilterOp::Less}, {"lt", FilterOp::Less}, {">=", FilterOp::GreaterEqual},
                {"ge", FilterOp::GreaterEqual}, {"<=", FilterOp::LessEqual}, {"le", FilterOp::LessEqual}});
        for (const auto& [word, op] : comparisons) {
            if (skip(word))
                return op;
        }
        return FilterOp::Equal;
    }

    template <class Make> Node compared(Make make)
    {
        if (skip("in")) {
            const auto values = list([&] { return number(); });
            return values ? Node(make(FilterOp::Equal, *values)) : tl::unexpected(values.error());
        }
        const auto op = comparison();
        const auto value = number();
        return value ? Node(make(op, {*value})) : tl::unexpected(value.error());
    }

    /// With a scale of thousands.
    Result<FilterValue> number()
    {
        auto digits = std::string(peek().raw);
        constexpr Word scales = "kmgt";
        if (const auto scale = digits.empty() ? Word::npos : scales.find(toLower(digits).back()); scale != Word::npos)
            digits.back() = "kMGT"[scale];
        const auto parsed = plainNumber(digits) ? plainNumber(digits) : parseNumber(digits);
        if (!parsed || peek().kind != Token::Kind::Word)
            return unexpected("a number");
        return bare(std::to_string(*parsed), take().span);
    }

    template <class Item> Result<std::vector<FilterValue>> list(Item item)
    {
        if (!skip("["))
            return unexpected("[");
        std::vector<FilterValue> values;
        while (!skip("]")) {
            auto value = item();
            if (!value)
                return tl::unexpected(value.error());
            values.push_back(std::move(*value));
            skip(",");
        }
        if (values.empty())
            return unexpected("a value");
        return values;
    }

    // ---- the others
    Node protocolCondition()
    {
        if (peek().kind != Token::Kind::Word)
            return unexpected("a protocol");
        const auto word = take();
        if (const auto number = plainNumber(word.raw))
            return foreign::condition("Proto", FilterOp::Equal, bare(std::to_string(*number), word.span));
        const auto named = protocolNumber(word.raw);
        if (!named)
            return refuse(makeError("there is no protocol {}", word.raw).at(word.span));
        return protocol(protocolName(*named), word.span);
    }

    /// "in if 3", "in src mac …", "out if 3", "out dst mac …".
    Node sided(Word side, Word end)
    {
        const auto& first = peek();
        if (is("if"))
            return interfaceNumber(std::string(side).append("IfIndex"));
        if (!is(end) || !is("mac", 1))
            return isOneOf({"src", "dst", "mac"}) ? Node(refuse(first)) : Node(unexpected("if"));
        take();
        take();
        return mac(end == "src" ? End::Src : End::Dst, first);
    }

    Node interfaceNumber(const std::string& column)
    {
        take();
        const auto value = number();
        return value ? Node(foreign::condition(column, FilterOp::Equal, *value)) : tl::unexpected(value.error());
    }

    Node interfaceCondition(const Token&)
    {
        take();
        const auto value = number();
        if (!value)
            return tl::unexpected(value.error());
        return either(
            foreign::condition("InIfIndex", FilterOp::Equal, *value), foreign::condition("OutIfIndex", FilterOp::Equal, *value));
    }

    /// Letters mean that all of them are set; below an odd number of NOTs, that one of them is ("not flags AF": neither).
    Node flags()
    {
        const auto& first = peek();
        if (plainNumber(first.raw) || isOneOf({"=", "==", ">", "<", ">=", "<="}))
            return compared([&](FilterOp op, const std::vector<FilterValue>& values) {
                return foreign::condition("TCPFlags", op, values, since(first));
            });
        if (first.kind != Token::Kind::Word)
            return unexpected("TCP flags");
        const auto word = take();
        constexpr Word all = "FSRPAU";
        const auto letters = equalNoCase(word.raw, "X") ? std::string(all) : std::string(word.raw);
        const auto bits = parseTcpFlags(letters);
        if (!bits || *bits == 0)
            return refuse(makeError("expected TCP flags out of AFRPSU, got {}", word.raw).at(word.span));
        if (!m_negated)
            return hasFlags(formatTcpFlags(*bits), word.span);
        std::optional<FilterNode> any;
        for (const char letter : formatTcpFlags(*bits)) {
            auto one = hasFlags(Word(&letter, 1), word.span);
            any = any ? either(std::move(*any), std::move(one)) : std::move(one);
        }
        return std::move(*any);
    }

    Node icmp(std::string_view what)
    {
        const auto value = number();
        if (!value)
            return tl::unexpected(value.error());
        const auto of = [&](Word name, Word column) {
            return both(
                protocol(name, value->span), foreign::condition(std::string(column).append(what), FilterOp::Equal, *value));
        };
        return either(of("icmp", "ICMPv4"), of("ipv6-icmp", "ICMPv6"));
    }

    Node mpls()
    {
        constexpr auto labels = std::to_array<Word>({"MPLS1stLabel", "MPLS2ndLabel", "MPLS3rdLabel", "MPLS4thLabel"});
        if (peek().kind != Token::Kind::Word)
            return unexpected("label1 … label4");
        const auto word = take();
        const auto label = toLower(word.raw);
        const size_t nth = label.size() == 6 && label.starts_with("label") ? static_cast<size_t>(label[5] - '1') : labels.size();
        if (nth >= labels.size())
            return refuse(word);
        return compared([&](FilterOp op, const std::vector<FilterValue>& values) {
            return foreign::condition(labels[nth], op, values, since(word));
        });
    }

    /// "ingress vrf 1", "observation domain id 1".
    Node identifier()
    {
        const auto& first = take();
        const bool domain = equalNoCase(first.raw, "observation");
        const bool rest = domain ? skip("domain") && skip("id") : skip("vrf");
        if (!rest)
            return refuse(first);
        const auto value = number();
        if (!value)
            return tl::unexpected(value.error());
        return foreign::condition(domain            ? "ObservationDomain"
                : equalNoCase(first.raw, "ingress") ? "IngressVRFID"
                                                    : "EgressVRFID",
            FilterOp::Equal, *value);
    }

    bool m_negated = false;
};

} // namespace

Reading readNfdump(std::string_view text)
{
    NfdumpReader reader(text);
    auto node = reader.read();
    return {std::move(node), reader.recognised(), reader.refused()};
}

} // namespace rivereto::core::foreign
