// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/filter/literal.h"

#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>

#include "core/filter/lexer.h"
#include "core/text/names.h"
#include "core/text/time.h"
#include "core/text/value.h"

namespace rivereto::core {

namespace {

using MaybeMeaning = std::optional<Meaning>;

constexpr auto kAllOps = std::to_array<FilterOp>({FilterOp::Equal, FilterOp::NotEqual, FilterOp::Less, FilterOp::LessEqual,
    FilterOp::Greater, FilterOp::GreaterEqual, FilterOp::In, FilterOp::NotIn, FilterOp::Like, FilterOp::Unlike, FilterOp::ILike,
    FilterOp::IUnlike, FilterOp::Inside, FilterOp::NotInside, FilterOp::Matches, FilterOp::Between, FilterOp::Has});

bool isOrderOp(FilterOp op)
{
    return op == FilterOp::Less || op == FilterOp::LessEqual || op == FilterOp::Greater || op == FilterOp::GreaterEqual
        || op == FilterOp::Between;
}
bool isEqualOp(FilterOp op)
{
    return op == FilterOp::Equal || op == FilterOp::NotEqual;
}
bool isSetOp(FilterOp op)
{
    return isEqualOp(op) || op == FilterOp::In || op == FilterOp::NotIn;
}
bool isNamed(const Column& column)
{
    return column.type == Type::Icmp || column.type == Type::SizeBucket;
}
bool isTextLike(const Column& column)
{
    return column.type == Type::String || isNamed(column);
}

Meaning number(uint64_t value, std::string normal)
{
    return {.kind = Meaning::Kind::Number, .number = value, .normal = std::move(normal)};
}
Meaning number(uint64_t value)
{
    return number(value, fmt::format("{}", value));
}

MaybeMeaning numberOf(std::optional<uint64_t> value)
{
    return value ? MaybeMeaning(number(*value)) : std::nullopt;
}

MaybeMeaning words(std::vector<uint32_t> list, std::string normal)
{
    return Meaning {.kind = Meaning::Kind::Words, .words = std::move(list), .normal = std::move(normal)};
}

MaybeMeaning addressOf(const FilterValue& value)
{
    if (value.quoted)
        return std::nullopt;
    if (const auto block = Prefix::parse(value.text))
        return Meaning {.kind = Meaning::Kind::Block, .block = {block->first(), block->bits}, .normal = block->toString()};
    if (const auto ip = Ip::parse(value.text))
        return Meaning {.kind = Meaning::Kind::Block, .block = {*ip, 128}, .normal = ip->toString()};
    return std::nullopt;
}

MaybeMeaning prefixOf(const FilterValue& value)
{
    return value.text.find('/') == std::string::npos ? std::nullopt : addressOf(value);
}

MaybeMeaning macOf(const FilterValue& value)
{
    const auto mac = value.quoted ? std::nullopt : parseMac(value.text);
    return mac ? MaybeMeaning(number(*mac, formatMac(*mac))) : std::nullopt;
}

MaybeMeaning enumOf(const Column& column, const FilterValue& value)
{
    const auto names = enumNames(column.type);
    const auto it = std::ranges::find_if(names, [&](auto name) { return !name.empty() && equalNoCase(name, value.text); });
    if (it != names.end())
        return number(static_cast<uint64_t>(it - names.begin()), std::string(*it));
    if (column.type == Type::DropReason) {
        auto reason = value.quoted ? std::nullopt : parseNumber(value.text);
        if (!reason)
            reason = dropReasonNumber(value.text);
        if (!reason || *reason >= 0xffff)
            return std::nullopt;
        const auto name = dropReasonName(static_cast<uint16_t>(*reason));
        return number(storedDropReason(*reason), name.empty() ? fmt::format("{}", *reason) : std::string(name));
    }
    const bool numeric = typeInfo(column.type).operators == Operators::Ordered && !value.quoted;
    return numeric ? numberOf(parseNumber(value.text)) : std::nullopt;
}

MaybeMeaning eTypeOf(const FilterValue& value)
{
    if (const auto named = etherTypeNumber(value.text))
        return number(*named, std::string(etherTypeName(*named)));
    const auto parsed = value.quoted ? std::nullopt : parseNumber(value.text);
    if (!parsed)
        return std::nullopt;
    const auto name = *parsed <= 0xffff ? etherTypeName(static_cast<uint16_t>(*parsed)) : std::string_view();
    return number(*parsed, name.empty() ? fmt::format("0x{:04x}", *parsed) : std::string(name));
}

MaybeMeaning protocolOf(const FilterValue& value)
{
    if (!value.quoted)
        return numberOf(parseNumber(value.text));
    const auto found = protocolNumber(value.text);
    return found ? MaybeMeaning(number(*found, quote(protocolName(*found)))) : std::nullopt;
}

MaybeMeaning portOf(const FilterValue& value)
{
    if (!value.quoted)
        return numberOf(parseNumber(value.text));
    const auto port = servicePort(value.text);
    return port ? MaybeMeaning(number(*port, quote(toLower(value.text)))) : std::nullopt;
}

MaybeMeaning flagsOf(const FilterValue& value)
{
    if (!value.quoted)
        return numberOf(parseNumber(value.text));
    const auto flags = parseTcpFlags(value.text);
    return flags ? MaybeMeaning(number(*flags, quote(formatTcpFlags(*flags)))) : std::nullopt;
}

MaybeMeaning icmpOf(const Column& column, const FilterValue& value)
{
    if (!value.quoted)
        return std::nullopt;
    if (value.text.empty())
        return number(0, quote(""));
    const bool v6 = column.derived == Derived::IcmpV6;
    const auto cell = icmpCell(v6, value.text);
    return cell ? MaybeMeaning(number(*cell, quote(icmpName(v6, *cell)))) : std::nullopt;
}

MaybeMeaning bucketOf(const FilterValue& value)
{
    if (!value.quoted)
        return std::nullopt;
    if (value.text.empty())
        return number(0, quote(""));
    const auto names = sizeBucketNames();
    const auto it = std::ranges::find_if(names, [&](auto name) { return equalNoCase(name, value.text); });
    if (it == names.end())
        return std::nullopt;
    return number(static_cast<uint64_t>(it - names.begin()) + 1, quote(*it));
}

MaybeMeaning communityOf(const Column& column, const FilterValue& value, const Schema& schema)
{
    if (value.quoted)
        return std::nullopt;
    if (const auto community = parseCommunity(value.text); community && column.type == Type::Communities)
        return words({*community}, formatCommunity(*community));
    const auto large = parseLargeCommunity(value.text);
    if (!large || (column.type == Type::Communities && schema.largeCommunitiesOf(column.id) == ColumnId::kNone))
        return std::nullopt;
    return words({large->begin(), large->end()}, fmt::format("{}:{}:{}", (*large)[0], (*large)[1], (*large)[2]));
}

Meaning textMeaning(const std::string& text)
{
    return {.kind = Meaning::Kind::Text, .text = text, .normal = quote(text)};
}

MaybeMeaning asnOf(const Column& column, const FilterValue& value)
{
    const auto asn = value.quoted ? std::nullopt : parseAsn(value.text);
    if (!asn)
        return std::nullopt;
    return isList(column.type) ? words({*asn}, fmt::format("{}", *asn)) : MaybeMeaning(number(*asn));
}

MaybeMeaning plainNumberOf(const Column& column, const FilterValue& value)
{
    const auto parsed = value.quoted ? std::nullopt : parseNumber(value.text);
    if (!isList(column.type))
        return numberOf(parsed);
    return parsed && *parsed <= std::numeric_limits<uint32_t>::max()
        ? words({static_cast<uint32_t>(*parsed)}, fmt::format("{}", *parsed))
        : std::nullopt;
}

/// Every literal but times.
MaybeMeaning literalOf(const Column& column, const FilterValue& value, const Schema& schema)
{
    switch (typeInfo(column.type).literal) {
    case Literal::None:
    case Literal::Time:
        return std::nullopt;
    case Literal::Number:
        return plainNumberOf(column, value);
    case Literal::Duration:
        return value.quoted ? std::nullopt : numberOf(parseMicros(value.text));
    case Literal::Address:
        return addressOf(value);
    case Literal::Prefix:
        return prefixOf(value);
    case Literal::Mac:
        return macOf(value);
    case Literal::Asn:
        return asnOf(column, value);
    case Literal::Port:
        return portOf(value);
    case Literal::Proto:
        return protocolOf(value);
    case Literal::EType:
        return eTypeOf(value);
    case Literal::TcpFlags:
        return flagsOf(value);
    case Literal::Icmp:
        return icmpOf(column, value);
    case Literal::SizeBucket:
        return bucketOf(value);
    case Literal::Enum:
        return enumOf(column, value);
    case Literal::String:
        return value.quoted ? MaybeMeaning(textMeaning(value.text)) : std::nullopt;
    case Literal::Community:
    case Literal::LargeCommunity:
        return communityOf(column, value, schema);
    }
    return std::nullopt;
}

/// A plain number is milliseconds since 1970, anything else what parseTime() reads. Normal form keeps words as written,
/// because "6 hours ago" shall stay that.
Result<Meaning> timeOf(const FilterValue& value, const BindContext* context)
{
    const auto plain = value.quoted ? std::nullopt : parseNumber(value.text);
    if (plain)
        return number(*plain);
    const auto time = context == nullptr ? Result<uint64_t>(0) : parseTime(value.text, context->nowMs, context->utcOffsetMinutes);
    if (!time)
        return tl::unexpected(Error(time.error()).at(value.span));
    return number(*time, quote(value.text));
}

/// Names that a value of this column can have, to suggest one for a misspelt value.
std::vector<std::string_view> namesOf(const Column& column)
{
    switch (typeInfo(column.type).literal) {
    case Literal::Proto:
        return protocolNames();
    case Literal::Port:
        return serviceNames();
    case Literal::Icmp:
        return icmpNames(column.derived == Derived::IcmpV6);
    case Literal::Enum: {
        if (column.type == Type::DropReason)
            return dropReasonNames();
        const auto names = enumNames(column.type);
        return {names.begin(), names.end()};
    }
    default:
        return {};
    }
}

/// Digits, perhaps behind "AS", that are too many for 64 bits.
bool isLongNumber(std::string_view text)
{
    if (text.size() > 2 && equalNoCase(text.substr(0, 2), "AS"))
        text.remove_prefix(2);
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool takesNumbers(const Column& column)
{
    const auto literal = typeInfo(column.type).literal;
    return literal == Literal::Number || literal == Literal::Duration || literal == Literal::Asn || literal == Literal::Port
        || literal == Literal::Proto || literal == Literal::EType || literal == Literal::TcpFlags
        || (literal == Literal::Enum && typeInfo(column.type).operators == Operators::Ordered);
}

Error outOfRange(const Column& column, const FilterValue& value)
{
    return makeError("expected a number from 0 to {}, got {}", largestOf(column), value.text).at(value.span);
}

Error wrongValue(const Column& column, const FilterValue& value)
{
    if (!value.quoted && takesNumbers(column) && isLongNumber(value.text))
        return outOfRange(column, value);
    const auto got = value.quoted ? quote(value.text) : value.text;
    if (const auto nearest = nearestName(value.text, namesOf(column)); !nearest.empty()) {
        const bool bare = typeInfo(column.type).literal == Literal::Enum;
        return makeError(
            "expected {}, got {}; did you mean {}?", typeInfo(column.type).doc, got, bare ? std::string(nearest) : quote(nearest))
            .at(value.span);
    }
    return makeError("expected {}, got {}", typeInfo(column.type).doc, got).at(value.span);
}

/// Literals that are compared as plain numbers, whatever their names.
bool isQuantity(Literal literal)
{
    return literal == Literal::Number || literal == Literal::Port || literal == Literal::TcpFlags;
}

} // namespace

bool isTextOp(FilterOp op)
{
    return op == FilterOp::Like || op == FilterOp::Unlike || op == FilterOp::ILike || op == FilterOp::IUnlike
        || op == FilterOp::Matches;
}

FilterOp positive(FilterOp op)
{
    switch (op) {
    case FilterOp::NotEqual:
        return FilterOp::Equal;
    case FilterOp::NotIn:
        return FilterOp::In;
    case FilterOp::Unlike:
        return FilterOp::Like;
    case FilterOp::IUnlike:
        return FilterOp::ILike;
    case FilterOp::NotInside:
        return FilterOp::Inside;
    default:
        return op;
    }
}

bool isNegated(FilterOp op)
{
    return positive(op) != op;
}

bool takes(const Column& column, FilterOp op)
{
    if (isNamed(column) && isTextOp(op))
        return true;
    switch (typeInfo(column.type).operators) {
    case Operators::None:
        return false;
    case Operators::Equal:
        return isSetOp(op);
    case Operators::Ordered:
        return isSetOp(op) || isOrderOp(op);
    case Operators::Text:
        return isSetOp(op) || isTextOp(op);
    case Operators::Address:
        return isSetOp(op) || op == FilterOp::Inside || op == FilterOp::NotInside;
    case Operators::Has:
        return isEqualOp(op);
    case Operators::Flags:
        return isSetOp(op) || isOrderOp(op) || op == FilterOp::Has;
    }
    return false;
}

uint64_t largestOf(const Column& column)
{
    if (isList(column.type))
        return std::numeric_limits<uint32_t>::max();
    const size_t bits = cellSize(column.storage()) * 8;
    return bits >= 64 ? std::numeric_limits<uint64_t>::max() : (uint64_t {1} << bits) - 1;
}

std::vector<FilterOp> operatorsOf(const Column& column)
{
    std::vector<FilterOp> ops;
    std::ranges::copy_if(kAllOps, std::back_inserter(ops), [&](FilterOp op) { return takes(column, op); });
    return ops;
}

bool comparable(const Column& left, const Column& right, FilterOp op)
{
    if (isList(left.type) || isList(right.type) || !takes(left, op) || !(isEqualOp(op) || isOrderOp(op))
        || op == FilterOp::Between)
        return false;
    if (isTextLike(left) && isTextLike(right))
        return true;
    return left.type == right.type || (isQuantity(typeInfo(left.type).literal) && isQuantity(typeInfo(right.type).literal));
}

Result<Meaning> meaningOf(
    const Column& column, FilterOp op, const FilterValue& value, const Schema& schema, const BindContext* context)
{
    if (isTextOp(op)) {
        if (!value.quoted)
            return tl::unexpected(makeError("expected a pattern in quotes, got {}", value.text).at(value.span));
        return textMeaning(value.text);
    }
    if (auto literal = literalOf(column, value, schema)) {
        if (literal->kind == Meaning::Kind::Number && literal->number > largestOf(column))
            return tl::unexpected(outOfRange(column, value));
        return std::move(*literal);
    }
    const auto other = value.quoted ? ColumnId::kNone : schema.find(value.text);
    if (other != ColumnId::kNone) {
        const auto& right = schema[other];
        if (!comparable(column, right, op))
            return tl::unexpected(
                makeError("{} and {} cannot be compared with {}", column.name, right.name, filterOpText(op)).at(value.span));
        return Meaning {.kind = Meaning::Kind::OtherColumn, .column = other, .normal = std::string(right.name)};
    }
    if (typeInfo(column.type).literal == Literal::Time)
        return timeOf(value, context);
    return tl::unexpected(wrongValue(column, value));
}

std::vector<NamedCell> namedCells(const Column& column)
{
    std::vector<NamedCell> cells {{0, ""}};
    if (column.type == Type::SizeBucket) {
        for (const auto name : sizeBucketNames())
            cells.push_back({cells.size(), std::string(name)});
    } else if (column.type == Type::Icmp) {
        for (uint32_t cell = 1; cell <= 0xffff; ++cell)
            cells.push_back({cell, icmpName(column.derived == Derived::IcmpV6, static_cast<uint16_t>(cell))});
    }
    return cells;
}

} // namespace rivereto::core
