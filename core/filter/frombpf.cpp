// SPDX-License-Identifier: GPL-3.0-or-later
// Reads libpcap's capture filters. AND and OR bind alike there, from left to right.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/filter/foreign.h"
#include "core/filter/lexer.h"
#include "core/text/names.h"
#include "core/text/value.h"

namespace rivereto::core::foreign {

namespace {

using Word = std::string_view;
using Node = Reader::Node;

/// Protocols that stand alone, and their names here.
struct ProtocolName {
    Word theirs;
    Word ours;
};
constexpr auto kProtocols = std::to_array<ProtocolName>({{"tcp", "tcp"}, {"udp", "udp"}, {"sctp", "sctp"}, {"icmp", "icmp"},
    {"icmp6", "ipv6-icmp"}, {"igmp", "igmp"}, {"pim", "pim"}, {"vrrp", "vrrp"}, {"ah", "ah"}, {"esp", "esp"}, {"igrp", "igp"}});
constexpr auto kWithoutCounterpart = std::to_array<Word>({"arp", "rarp", "less", "greater", "len", "broadcast", "multicast",
    "gateway", "inbound", "outbound", "ifname", "protochain", "atalk", "aarp", "decnet", "iso", "stp", "ipx", "netbeui", "moprc",
    "mopdl", "pppoed", "pppoes", "geneve", "wlan", "fddi", "tr", "link", "ppp", "slip", "radio", "llc"});
constexpr auto kQualifiers
    = std::to_array<Word>({"ip", "ip6", "ether", "src", "dst", "host", "net", "port", "portrange", "proto"});

Word ourProtocol(Word theirs)
{
    const auto it = std::ranges::find(kProtocols, theirs, &ProtocolName::theirs);
    return it == kProtocols.end() ? Word() : it->ours;
}

bool isKeyword(Word word)
{
    constexpr auto more = std::to_array<Word>({"and", "or", "not", "vlan", "mpls", "mask"});
    return !ourProtocol(word).empty() || std::ranges::find(kWithoutCounterpart, word) != kWithoutCounterpart.end()
        || std::ranges::find(kQualifiers, word) != kQualifiers.end() || std::ranges::find(more, word) != more.end();
}

/// What stands before the value of a condition, and before further values that leave it out.
struct Qualifiers {
    Word protocol;
    End end = End::Either;
    Word type;
};

class BpfReader : public Reader {
public:
    explicit BpfReader(Word text)
        : Reader(text, false, false)
    {
    }

    Node read()
    {
        auto node = expression(&BpfReader::operand);
        return node && !atEnd() ? Node(unexpected("and, or or the end")) : node;
    }

private:
    template <class Operand> Node expression(Operand operand)
    {
        auto left = (this->*operand)();
        while (left && isOneOf({"and", "or", "&&", "||"})) {
            const bool conjunction = isOneOf({"and", "&&"});
            take();
            auto right = (this->*operand)();
            if (!right)
                return right;
            left = joined(conjunction ? FilterNode::Kind::And : FilterNode::Kind::Or, std::move(*left), std::move(*right));
        }
        return left;
    }

    /// "not", parentheses or one condition.
    template <class Operand> Node unit(Operand operand, Node (BpfReader::*single)())
    {
        if (m_depth >= kDeepest)
            return tl::unexpected(makeError("parentheses and NOT are nested too deeply").at(peek().span));
        ++m_depth;
        auto node = nested(operand, single);
        --m_depth;
        return node;
    }

    template <class Operand> Node nested(Operand operand, Node (BpfReader::*single)())
    {
        if (skip("not") || skip("!"))
            return (this->*operand)().map(negation);
        if (!skip("("))
            return (this->*single)();
        auto node = expression(operand);
        return node && !skip(")") ? Node(unexpected(")")) : node;
    }

    Node operand() { return unit(&BpfReader::operand, &BpfReader::primitive); }
    Node idOperand() { return unit(&BpfReader::idOperand, &BpfReader::id); }

    Node primitive()
    {
        const auto& first = peek();
        if (first.kind != Token::Kind::Word)
            return unexpected("a condition such as host, net, port or tcp");
        if (std::ranges::find(kWithoutCounterpart, first.raw) != kWithoutCounterpart.end())
            return refuse(first);
        if (is("vlan"))
            return vlan();
        if (is("mpls"))
            return mpls();
        // A value alone has the qualifiers of the one before.
        if (!isKeyword(first.raw))
            return m_last.type.empty() ? Node(unexpected("a condition such as host, net, port or tcp")) : id();
        Qualifiers qualifiers;
        if (!ourProtocol(first.raw).empty() || isOneOf({"ip", "ip6", "ether"})) {
            qualifiers.protocol = take().raw;
            if (is("["))
                return accessor(first);
            if (!isOneOf({"src", "dst", "host", "net", "port", "portrange", "proto"}))
                return alone(first);
        }
        directionAndType(qualifiers);
        m_last = qualifiers;
        if (!is("("))
            return id();
        return nested(&BpfReader::idOperand, &BpfReader::id);
    }

    void directionAndType(Qualifiers& qualifiers)
    {
        if (isOneOf({"src", "dst"})) {
            const bool src = take().raw == "src";
            qualifiers.end = src ? End::Src : End::Dst;
            const Word other = src ? "dst" : "src";
            if (isOneOf({"and", "or", "&&", "||"}) && is(other, 1)) {
                qualifiers.end = isOneOf({"and", "&&"}) ? End::Both : End::Either;
                take();
                take();
            }
        }
        qualifiers.type = "host";
        if (isOneOf({"host", "net", "port", "portrange", "proto"}))
            qualifiers.type = take().raw;
    }

    Node alone(const Token& word)
    {
        if (word.raw == "ether")
            return unexpected("src, dst, host or proto");
        if (word.raw == "ip" || word.raw == "ip6") {
            if (peek().kind == Token::Kind::Word && !isOneOf({"and", "or"}))
                return refuse(peek());
            return understood(etherType(word.raw == "ip" ? "IPv4" : "IPv6", word.span));
        }
        return understood(protocol(ourProtocol(word.raw), word.span));
    }

    Node vlan()
    {
        const auto word = take();
        if (peek().kind != Token::Kind::Word || !plainNumber(peek().raw))
            return understood(condition("Vlan", FilterOp::Greater, bare("0", word.span)));
        const auto& number = take();
        return understood(condition("Vlan", FilterOp::Equal, bare(std::to_string(*plainNumber(number.raw)), number.span)));
    }

    Node mpls()
    {
        const auto word = take();
        const auto number = plainNumber(peek().raw);
        if (!number)
            return refuse(word);
        const auto& taken = take();
        return understood(condition("MPLSLabels", FilterOp::Equal, bare(std::to_string(*number), taken.span)));
    }

    /// One value under the qualifiers in force.
    Node id()
    {
        if (peek().kind != Token::Kind::Word || isKeyword(peek().raw))
            return unexpected("a value");
        const auto value = take();
        const auto& type = m_last.type;
        auto node = type == "host" ? host(value)
            : type == "net"        ? net(value)
            : type == "port"       ? port(value)
            : type == "portrange"  ? portRange(value)
                                   : ipProtocol(value);
        return node ? understood(std::move(*node)) : node;
    }

    Node host(const Token& value)
    {
        if (m_last.protocol == "ether") {
            const auto mac = parseMac(value.raw);
            if (!mac)
                return refuse(makeError("expected a MAC address, got {}", value.raw).at(value.span));
            return onEnds(m_last.end, "MAC", FilterOp::Equal, {bare(formatMac(*mac), value.span)}, value.span);
        }
        const auto address = Ip::parse(value.raw);
        if (!address)
            return refuse(makeError("expected an address, got {}; names are not looked up", value.raw).at(value.span));
        if (auto wrong = wrongFamily(address->isV4(), value))
            return refuse(std::move(*wrong));
        return onEnds(m_last.end, "Addr", FilterOp::Equal, {bare(address->toString(), value.span)}, value.span);
    }

    Node net(const Token& value)
    {
        auto block = network(value.raw);
        if (block && is("mask")) {
            take();
            const auto length = maskLength(take().raw);
            block = length && block->isV4() ? std::optional(Prefix {block->address, static_cast<uint8_t>(96 + *length)})
                                            : std::nullopt;
        }
        if (!block)
            return refuse(makeError("expected a network such as 10.0.0.0/8, got {}", value.raw).at(value.span));
        if (auto wrong = wrongFamily(value.raw.find(':') == Word::npos, value))
            return refuse(std::move(*wrong));
        return onEnds(m_last.end, "Addr", FilterOp::Inside, {bare(block->toString(), value.span)}, value.span);
    }

    [[nodiscard]] std::optional<Error> wrongFamily(bool v4, const Token& value) const
    {
        const auto& family = m_last.protocol;
        if (family.empty() || (family == "ip" && v4) || (family == "ip6" && !v4))
            return std::nullopt;
        return makeError("{} does not go with {}", family, value.raw).at(value.span);
    }

    Node port(const Token& value)
    {
        const auto number = portNumber(value.raw);
        if (!number)
            return refuse(makeError("expected a port, got {}", value.raw).at(value.span));
        return ofProtocol(
            value, onEnds(m_last.end, "Port", FilterOp::Equal, {bare(std::to_string(*number), value.span)}, value.span));
    }

    Node portRange(const Token& value)
    {
        // Names of services have hyphens, too.
        for (size_t at = value.raw.find('-'); at != Word::npos; at = value.raw.find('-', at + 1)) {
            const auto low = portNumber(value.raw.substr(0, at));
            const auto high = portNumber(value.raw.substr(at + 1));
            if (!low || !high)
                continue;
            const auto [first, last] = std::minmax(*low, *high);
            return ofProtocol(value,
                onEnds(m_last.end, "Port", FilterOp::Between,
                    {bare(std::to_string(first), value.span), bare(std::to_string(last), value.span)}, value.span));
        }
        return refuse(makeError("expected a range of ports such as 1024-65535, got {}", value.raw).at(value.span));
    }

    static std::optional<uint64_t> portNumber(Word word)
    {
        if (const auto number = plainNumber(word))
            return number;
        const auto named = servicePort(word);
        return named ? std::optional<uint64_t>(*named) : std::nullopt;
    }

    /// "tcp port 80", "ip6 port 80".
    Node ofProtocol(const Token& value, FilterNode node)
    {
        const auto& name = m_last.protocol;
        if (name.empty())
            return node;
        if (name == "ip" || name == "ip6")
            return both(etherType(name == "ip" ? "IPv4" : "IPv6", value.span), std::move(node));
        if (name == "tcp" || name == "udp" || name == "sctp")
            return both(protocol(name, value.span), std::move(node));
        return refuse(makeError("{} does not go with {}", name, m_last.type).at(value.span));
    }

    Node ipProtocol(const Token& value)
    {
        const auto name = value.raw.starts_with('\\') ? value.raw.substr(1) : value.raw;
        const auto& family = m_last.protocol;
        if (family == "ether") {
            if (name == "ip" || name == "ip6")
                return etherType(name == "ip" ? "IPv4" : "IPv6", value.span);
            const auto number = plainNumber(name);
            return number ? Node(etherType(std::to_string(*number), value.span)) : refuse(value);
        }
        const auto number = plainNumber(name);
        const auto named = number ? std::nullopt : protocolNumber(name);
        if (!number && !named)
            return refuse(makeError("there is no protocol {}", name).at(value.span));
        auto node = number ? condition("Proto", FilterOp::Equal, bare(std::to_string(*number), value.span))
                           : protocol(protocolName(*named), value.span);
        if (family != "ip" && family != "ip6")
            return family.empty() ? Node(std::move(node))
                                  : refuse(makeError("{} does not go with {}", family, m_last.type).at(value.span));
        return both(etherType(family == "ip" ? "IPv4" : "IPv6", value.span), std::move(node));
    }

    // tcp[tcpflags] and icmp[icmptype]; other octets are no columns.
    Node accessor(const Token& word)
    {
        take();
        const auto field = take();
        if (!skip("]"))
            return refuse(field);
        const bool flags = word.raw == "tcp" && (field.raw == "tcpflags" || field.raw == "13");
        const bool type = word.raw == "icmp" && (field.raw == "icmptype" || field.raw == "0");
        const bool code = word.raw == "icmp" && (field.raw == "icmpcode" || field.raw == "1");
        if (!flags && !type && !code)
            return refuse(
                makeError("flows have no counterpart of {}", fmt::format("{}[{}]", word.raw, field.raw)).at(since(word)));
        uint64_t mask = 0xff;
        if (flags && skip("&")) {
            const auto read = octet();
            if (!read)
                return tl::unexpected(read.error());
            mask = *read;
        }
        const bool equal = isOneOf({"=", "=="});
        if (!equal && !is("!="))
            return refuse(makeError("expected = or !=, got {}", peek().raw).at(peek().span));
        take();
        const auto value = octet();
        if (!value)
            return tl::unexpected(value.error());
        auto test = flags
            ? flagTest(since(word), mask, *value)
            : Node(condition(type ? "ICMPv4Type" : "ICMPv4Code", FilterOp::Equal, bare(std::to_string(*value), since(word))));
        if (!test)
            return test;
        auto node = equal ? std::move(*test) : negation(std::move(*test));
        return understood(both(protocol(word.raw, word.span), std::move(node)));
    }

    /// flags & mask == value
    Node flagTest(SourceSpan span, uint64_t mask, uint64_t value)
    {
        if ((value & ~mask) != 0 || mask > 0xff || mask == 0)
            return refuse(makeError("this comparison of flags is never true").at(span));
        if (mask == 0xff)
            return condition("TCPFlags", FilterOp::Equal, quoted(formatTcpFlags(value), span));
        std::optional<FilterNode> set;
        if (value != 0)
            set = hasFlags(formatTcpFlags(value), span);
        std::optional<FilterNode> any;
        for (unsigned bit = 0; bit < 8; ++bit) {
            if (((mask & ~value) >> bit & 1) == 0)
                continue;
            auto one = hasFlags(formatTcpFlags(1U << bit), span);
            any = any ? either(std::move(*any), std::move(one)) : std::move(one);
        }
        if (!any)
            return std::move(*set);
        auto none = negation(std::move(*any));
        return set ? both(std::move(*set), std::move(none)) : std::move(none);
    }

    Result<uint64_t> octet()
    {
        auto value = octetTerm();
        while (value && skip("|")) {
            const auto more = octetTerm();
            if (!more)
                return more;
            *value |= *more;
        }
        return value;
    }

    Result<uint64_t> octetTerm()
    {
        constexpr auto names = std::to_array<std::pair<Word, uint64_t>>({{"tcp-fin", 1}, {"tcp-syn", 2}, {"tcp-rst", 4},
            {"tcp-push", 8}, {"tcp-ack", 16}, {"tcp-urg", 32}, {"tcp-ece", 64}, {"tcp-cwr", 128}, {"icmp-echoreply", 0},
            {"icmp-unreach", 3}, {"icmp-sourcequench", 4}, {"icmp-redirect", 5}, {"icmp-echo", 8}, {"icmp-routeradvert", 9},
            {"icmp-routersolicit", 10}, {"icmp-timxceed", 11}, {"icmp-paramprob", 12}, {"icmp-tstamp", 13},
            {"icmp-tstampreply", 14}, {"icmp-ireq", 15}, {"icmp-ireqreply", 16}, {"icmp-maskreq", 17}, {"icmp-maskreply", 18}});
        if (is("(")) {
            if (m_depth >= kDeepest)
                return refuse(makeError("parentheses and NOT are nested too deeply").at(peek().span));
            take();
            ++m_depth;
            auto inner = octet();
            --m_depth;
            if (inner && !skip(")"))
                return unexpected(")");
            return inner;
        }
        const auto word = take();
        const auto it = std::ranges::find(names, word.raw, &std::pair<Word, uint64_t>::first);
        if (it != names.end())
            return it->second;
        const auto number = plainNumber(word.raw);
        if (!number || *number > 0xff)
            return refuse(makeError("expected a number up to 255, got {}", word.raw).at(word.span));
        return *number;
    }

    Qualifiers m_last;
};

} // namespace

Reading readBpf(std::string_view text)
{
    BpfReader reader(text);
    auto node = reader.read();
    return {std::move(node), reader.recognised(), reader.refused()};
}

} // namespace rivereto::core::foreign
