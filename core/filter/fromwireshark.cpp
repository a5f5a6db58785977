// SPDX-License-Identifier: GPL-3.0-or-later
// Reads Wireshark's display filters as of version 4: AND binds before OR, and "!=" means that the field is there and never equal.
#include <algorithm>
#include <array>

#include "core/filter/foreign.h"
#include "core/filter/lexer.h"
#include "core/text/names.h"
#include "core/text/value.h"

namespace rivereto::core::foreign {

namespace {

using Node = Reader::Node;
using Word = std::string_view;

/// When a packet has a field.
enum class Given : uint8_t { Always, V4, V6, Tcp, Udp, Sctp, Icmp, Icmp6, Vlan };

enum class Value : uint8_t { Address, Number, Protocol, Mac, Text, EtherType, Version, Member, Dscp };

struct Field {
    Word theirs;
    Word ours; ///< column or word for both ends
    Given given;
    Value value;
};

constexpr auto kFields = std::to_array<Field>({
    {"ip.addr", "Addr", Given::V4, Value::Address},
    {"ip.src", "SrcAddr", Given::V4, Value::Address},
    {"ip.dst", "DstAddr", Given::V4, Value::Address},
    {"ipv6.addr", "Addr", Given::V6, Value::Address},
    {"ipv6.src", "SrcAddr", Given::V6, Value::Address},
    {"ipv6.dst", "DstAddr", Given::V6, Value::Address},
    {"tcp.port", "Port", Given::Tcp, Value::Number},
    {"tcp.srcport", "SrcPort", Given::Tcp, Value::Number},
    {"tcp.dstport", "DstPort", Given::Tcp, Value::Number},
    {"udp.port", "Port", Given::Udp, Value::Number},
    {"udp.srcport", "SrcPort", Given::Udp, Value::Number},
    {"udp.dstport", "DstPort", Given::Udp, Value::Number},
    {"sctp.port", "Port", Given::Sctp, Value::Number},
    {"sctp.srcport", "SrcPort", Given::Sctp, Value::Number},
    {"sctp.dstport", "DstPort", Given::Sctp, Value::Number},
    {"tcp.flags", "TCPFlags", Given::Tcp, Value::Number},
    {"eth.addr", "MAC", Given::Always, Value::Mac},
    {"eth.src", "SrcMAC", Given::Always, Value::Mac},
    {"eth.dst", "DstMAC", Given::Always, Value::Mac},
    {"eth.type", "EType", Given::Always, Value::EtherType},
    {"vlan.id", "Vlan", Given::Vlan, Value::Number},
    {"ip.version", "EType", Given::Always, Value::Version},
    {"ip.proto", "Proto", Given::V4, Value::Protocol},
    {"ipv6.nxt", "Proto", Given::V6, Value::Protocol},
    {"ip.ttl", "IPTTL", Given::V4, Value::Number},
    {"ipv6.hlim", "IPTTL", Given::V6, Value::Number},
    {"ip.dsfield", "IPTos", Given::V4, Value::Number},
    {"ipv6.tclass", "IPTos", Given::V6, Value::Number},
    {"ip.dsfield.dscp", "IPTos", Given::V4, Value::Dscp},
    {"ipv6.tclass.dscp", "IPTos", Given::V6, Value::Dscp},
    {"ipv6.flow", "IPv6FlowLabel", Given::V6, Value::Number},
    {"icmp.type", "ICMPv4Type", Given::Icmp, Value::Number},
    {"icmp.code", "ICMPv4Code", Given::Icmp, Value::Number},
    {"icmpv6.type", "ICMPv6Type", Given::Icmp6, Value::Number},
    {"icmpv6.code", "ICMPv6Code", Given::Icmp6, Value::Number},
    {"mpls.label", "MPLSLabels", Given::Always, Value::Member},
    {"ip.geoip.asnum", "AS", Given::V4, Value::Number},
    {"ip.geoip.src_asnum", "SrcAS", Given::V4, Value::Number},
    {"ip.geoip.dst_asnum", "DstAS", Given::V4, Value::Number},
    {"ip.geoip.country_iso", "Country", Given::V4, Value::Text},
    {"ip.geoip.src_country_iso", "SrcCountry", Given::V4, Value::Text},
    {"ip.geoip.dst_country_iso", "DstCountry", Given::V4, Value::Text},
    {"tls.handshake.extensions_server_name", "ServerName", Given::Always, Value::Text},
    {"http.host", "HTTPHost", Given::Always, Value::Text},
    {"dns.qry.name", "DNSName", Given::Always, Value::Text},
});

struct Pair {
    Word theirs;
    Word ours;
};
constexpr auto kProtocols = std::to_array<Pair>({{"tcp", "tcp"}, {"udp", "udp"}, {"sctp", "sctp"}, {"icmp", "icmp"},
    {"icmpv6", "ipv6-icmp"}, {"igmp", "igmp"}, {"gre", "gre"}, {"esp", "esp"}, {"ah", "ah"}, {"ospf", "ospfigp"}, {"pim", "pim"},
    {"vrrp", "vrrp"}, {"eigrp", "eigrp"}, {"dccp", "dccp"}, {"udplite", "udplite"}, {"l2tp", "l2tp"}});
constexpr auto kFlags = std::to_array<Pair>({{"tcp.flags.fin", "F"}, {"tcp.flags.syn", "S"}, {"tcp.flags.reset", "R"},
    {"tcp.flags.push", "P"}, {"tcp.flags.ack", "A"}, {"tcp.flags.urg", "U"}, {"tcp.flags.ece", "E"}, {"tcp.flags.cwr", "C"}});
/// Beginnings of fields that are common, and that no flow has.
constexpr auto kWithoutCounterpart = std::to_array<Word>({"frame", "ip", "ipv6", "tcp", "udp", "sctp", "eth", "vlan", "icmp",
    "icmpv6", "http", "http2", "dns", "tls", "ssl", "arp", "dhcp", "ntp", "snmp", "quic", "ssh", "smb", "smb2", "sip", "rtp",
    "bgp", "mpls", "gtp", "vxlan", "wlan", "radius", "ldap", "kerberos", "ftp", "smtp", "imap", "pop", "telnet", "llmnr", "mdns",
    "data", "cflow", "sflow", "isis", "lldp", "cdp", "stp", "ppp", "usb", "nbns", "ssdp", "igmp", "gre", "esp", "ospf"});

class WiresharkReader : public Reader {
public:
    explicit WiresharkReader(Word text)
        : Reader(text, false, false)
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
        if (skip("not") || skip("!"))
            return unit().map(negation);
        if (skip("(")) {
            auto node = disjunction();
            return node && !skip(")") ? Node(unexpected(")")) : node;
        }
        auto node = test();
        return node ? understood(std::move(*node)) : node;
    }

    Node test()
    {
        const auto& word = peek();
        if (word.kind != Token::Kind::Word)
            return unexpected("a field such as ip.addr or a protocol");
        if (const auto it = std::ranges::find(kFlags, word.raw, &Pair::theirs); it != kFlags.end())
            return flag(take(), it->ours);
        if (const auto it = std::ranges::find(kFields, word.raw, &Field::theirs); it != kFields.end())
            return field(take(), *it);
        if (is("ip") || is("ipv6")) {
            take();
            return whole(word, etherType(word.raw == "ip" ? "IPv4" : "IPv6", word.span));
        }
        if (const auto it = std::ranges::find(kProtocols, word.raw, &Pair::theirs); it != kProtocols.end()) {
            take();
            return whole(word, protocol(it->ours, word.span));
        }
        const auto family = word.raw.substr(0, word.raw.find('.'));
        const bool known = std::ranges::find(kWithoutCounterpart, family) != kWithoutCounterpart.end();
        return known ? Node(refuse(word)) : Node(unexpected("a field such as ip.addr or a protocol"));
    }

    /// A protocol alone; its octets are no columns.
    Node whole(const Token& word, FilterNode node) { return is("[") ? Node(refuse(word)) : Node(std::move(node)); }

    // ---- fields
    [[nodiscard]] static std::optional<FilterNode> presence(Given given, SourceSpan span)
    {
        switch (given) {
        case Given::Always:
            return std::nullopt;
        case Given::V4:
            return etherType("IPv4", span);
        case Given::V6:
            return etherType("IPv6", span);
        case Given::Tcp:
            return protocol("tcp", span);
        case Given::Udp:
            return protocol("udp", span);
        case Given::Sctp:
            return protocol("sctp", span);
        case Given::Icmp:
            return protocol("icmp", span);
        case Given::Icmp6:
            return protocol("ipv6-icmp", span);
        case Given::Vlan:
            return condition("Vlan", FilterOp::Greater, bare("0", span));
        }
        return std::nullopt;
    }

    Node field(const Token& word, const Field& field)
    {
        if (is("["))
            return refuse(word);
        const bool negatedSet = is("not") && is("in", 1);
        if (negatedSet)
            take();
        if (skip("in"))
            return set(word, field).map([&](FilterNode node) { return guarded(field, std::move(node), negatedSet, word.span); });
        if (isOneOf({"~=", "!==", "===", "&", "~", "any_ne"}))
            return refuse(makeError("{} has no counterpart here", peek().raw).at(peek().span));
        const auto op = comparison(field);
        if (!op) {
            auto present = presence(field.given, word.span);
            return present ? Node(std::move(*present)) : refuse(word);
        }
        const bool negated = *op == FilterOp::NotEqual;
        auto node = value(field, negated ? FilterOp::Equal : *op, word);
        return node.map([&](FilterNode one) { return guarded(field, std::move(one), negated, word.span); });
    }

    /// The field has to be there, unless the condition says so anyway.
    static FilterNode guarded(const Field& field, FilterNode node, bool negated, SourceSpan span)
    {
        const bool said = !negated && (field.value == Value::Address || field.given == Given::Vlan);
        if (negated)
            node = negation(std::move(node));
        auto present = said ? std::nullopt : presence(field.given, span);
        return present ? both(std::move(*present), std::move(node)) : std::move(node);
    }

    std::optional<FilterOp> comparison(const Field& field)
    {
        struct Comparison {
            Word word;
            FilterOp op;
        };
        constexpr auto comparisons = std::to_array<Comparison>({{"==", FilterOp::Equal}, {"eq", FilterOp::Equal},
            {"=", FilterOp::Equal}, {"!=", FilterOp::NotEqual}, {"ne", FilterOp::NotEqual}, {">", FilterOp::Greater},
            {"gt", FilterOp::Greater}, {"<", FilterOp::Less}, {"lt", FilterOp::Less}, {">=", FilterOp::GreaterEqual},
            {"ge", FilterOp::GreaterEqual}, {"<=", FilterOp::LessEqual}, {"le", FilterOp::LessEqual}});
        for (const auto& [word, op] : comparisons) {
            if (skip(word))
                return op;
        }
        if (field.value == Value::Text && skip("contains"))
            return FilterOp::Like;
        if (field.value == Value::Text && (skip("matches") || skip("~")))
            return FilterOp::Matches;
        return std::nullopt;
    }

    Node value(const Field& field, FilterOp op, const Token& word)
    {
        const bool ordered = op != FilterOp::Equal && op != FilterOp::Like && op != FilterOp::Matches;
        if (ordered && field.value != Value::Number && field.value != Value::Dscp && field.value != Value::Protocol)
            return refuse(makeError("{} is not compared by order here", word.raw).at(word.span));
        if (field.value == Value::Dscp)
            return dscp(op);
        if (field.value == Value::Text)
            return text(field, op);
        const auto literal = item(field);
        if (!literal)
            return tl::unexpected(literal.error());
        const bool block = field.value == Value::Address && literal->text.find('/') != std::string::npos;
        return condition(field.ours, block ? FilterOp::Inside : op, *literal);
    }

    Node text(const Field& field, FilterOp op)
    {
        if (peek().kind != Token::Kind::Text)
            return unexpected("a text in quotes");
        const auto& token = take();
        auto words = unquote(token.raw);
        if (op == FilterOp::Like) {
            std::string pattern = "%";
            for (const char c : words)
                pattern.append(c == '%' || c == '_' || c == '\\' ? "\\" : "").append(1, c);
            words = pattern + "%";
        } else if (op == FilterOp::Matches) {
            words = "(?i)" + words; // Wireshark's own rule
        }
        return condition(field.ours, op, quoted(std::move(words), token.span));
    }

    /// The upper six bits.
    Node dscp(FilterOp op)
    {
        const auto literal = number();
        if (!literal)
            return tl::unexpected(literal.error());
        const auto value = *plainNumber(literal->text);
        if (op != FilterOp::Equal || value > 63)
            return refuse(makeError("expected = and a number up to 63, got {}", literal->text).at(literal->span));
        return condition("IPTos", FilterOp::Between,
            {bare(std::to_string(value * 4), literal->span), bare(std::to_string(value * 4 + 3), literal->span)}, literal->span);
    }

    Result<FilterValue> number()
    {
        const auto parsed = plainNumber(peek().raw);
        if (!parsed)
            return unexpected("a number");
        return bare(std::to_string(*parsed), take().span);
    }

    Result<FilterValue> item(const Field& field)
    {
        const auto word = peek();
        switch (field.value) {
        case Value::Address:
            return address(field.given == Given::V4);
        case Value::Mac:
            if (const auto mac = parseMac(word.raw))
                return bare(formatMac(*mac), take().span);
            return unexpected("a MAC address");
        case Value::EtherType: {
            auto parsed = number();
            return parsed;
        }
        case Value::Version:
            if (!is("4") && !is("6"))
                return unexpected("4 or 6");
            return bare(take().raw == "4" ? "IPv4" : "IPv6", word.span);
        case Value::Protocol:
            if (const auto named = word.kind == Token::Kind::Text ? protocolNumber(unquote(word.raw)) : std::nullopt)
                return quoted(std::string(protocolName(*named)), take().span);
            return number();
        case Value::Text:
            if (word.kind != Token::Kind::Text)
                return unexpected("a text in quotes");
            return quoted(unquote(word.raw), take().span);
        default:
            return number();
        }
    }

    Result<FilterValue> address(bool v4)
    {
        const auto word = take();
        const bool colons = word.raw.find(':') != Word::npos;
        const auto block = word.kind == Token::Kind::Word ? Prefix::parse(word.raw) : std::nullopt;
        const auto single = word.kind == Token::Kind::Word ? Ip::parse(word.raw) : std::nullopt;
        if ((!block && !single) || colons == v4)
            return refuse(
                makeError(v4 ? "expected an IPv4 address, got {}" : "expected an IPv6 address, got {}", word.raw).at(word.span));
        return bare(block ? block->toString() : single->toString(), word.span);
    }

    /// {80, 443, 1000..2000}
    Node set(const Token& word, const Field& field)
    {
        if (!skip("{"))
            return unexpected("{");
        if (field.value == Value::Dscp || field.value == Value::Member)
            return refuse(word);
        std::vector<FilterValue> singles;
        std::optional<FilterNode> ranges;
        do {
            const auto low = item(field);
            if (!low)
                return tl::unexpected(low.error());
            if (!skip("..")) {
                singles.push_back(*low);
                continue;
            }
            const auto high = item(field);
            if (!high)
                return tl::unexpected(high.error());
            if (field.value != Value::Number && field.value != Value::Protocol)
                return refuse(makeError("{} is not compared by order here", word.raw).at(word.span));
            auto range = condition(field.ours, FilterOp::Between, {*low, *high}, word.span);
            ranges = ranges ? either(std::move(*ranges), std::move(range)) : std::move(range);
        } while (skip(",") || (!is("}") && !atEnd()));
        if (!skip("}"))
            return unexpected(", or }");
        if (singles.empty())
            return std::move(*ranges);
        auto listed = condition(field.ours, FilterOp::Equal, std::move(singles), word.span);
        return ranges ? either(std::move(listed), std::move(*ranges)) : std::move(listed);
    }

    /// "tcp.flags.syn == 1"; alone it asks for the field, which every TCP packet has.
    Node flag(const Token& word, Word letter)
    {
        const auto tcp = protocol("tcp", word.span);
        const bool negated = isOneOf({"!=", "ne"});
        if (!negated && !isOneOf({"==", "eq", "="}))
            return tcp;
        take();
        const bool set = isOneOf({"1", "True", "TRUE"});
        if (!set && !isOneOf({"0", "False", "FALSE"}))
            return unexpected("0 or 1");
        take();
        auto has = hasFlags(letter, word.span);
        return both(tcp, set != negated ? std::move(has) : negation(std::move(has)));
    }
};

} // namespace

Reading readWireshark(std::string_view text)
{
    WiresharkReader reader(text);
    auto node = reader.read();
    return {std::move(node), reader.recognised(), reader.refused()};
}

} // namespace rivereto::core::foreign
