// SPDX-License-Identifier: GPL-3.0-or-later
// Schema: the running table of flow columns and their types. Read this first in core/schema.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/result.h"

namespace rivereto::core {

/// Physical cell of a column vector. Dict is the 32-bit id of a byte string in a Dictionary; id 0 is the empty string.
/// Prefix is a PrefixCell; only derived columns have it, so stores never see one.
enum class Storage : uint8_t { U8, U16, U32, U64, Ip, Dict, Prefix };

/// Bytes of one cell.
constexpr size_t cellSize(Storage s)
{
    constexpr std::array<size_t, 7> sizes{1, 2, 4, 8, 16, 4, 24};
    return sizes[static_cast<size_t>(s)];
}

/// Which operators the filter language allows on a type; see types.def.
enum class Operators : uint8_t { None, Equal, Ordered, Text, Address, Has, Flags };

/// Which literal the binder takes and which formatter prints.
enum class Literal : uint8_t {
    None, Time, Number, Duration, Address, Prefix, Mac, Asn, Port, Proto, EType, TcpFlags, Icmp, SizeBucket, Enum, String,
    Community, LargeCommunity
};

enum class Type : uint8_t {
#define RIVERETO_TYPE(id, name, storage, operators, literal, doc) id,
#include "core/schema/types.def"
#undef RIVERETO_TYPE
};

struct TypeInfo {
    std::string_view name;
    Storage storage;
    Operators operators;
    Literal literal;
    std::string_view doc;
};

const TypeInfo& typeInfo(Type type);
/// The type with this name; nothing when there is none.
std::optional<Type> typeNamed(std::string_view name);

/// Lists are dictionary entries: 32-bit words (LargeCommunities: three a member) in the host's little-endian order.
constexpr bool isList(Type t)
{
    return t == Type::AsPath || t == Type::Communities || t == Type::LargeCommunities || t == Type::UIntList;
}

/// Names of an enumerated type's values (Literal::Enum), index = value; empty text = unnamed value. Empty for other types.
std::span<const std::string_view> enumNames(Type type);

/// What a picker lists a column under.
enum class Group : uint8_t {
    Flow, Time, Sampling, Exporter, Interface, Network, Geo, Routing, Nat, L2, L3L4, Mpls, Vrf, Application, Performance,
    Dictionary, Other
};
std::string_view groupName(Group group);

/// Who fills a column.
enum class From : uint8_t { Wire, Header, Collector, Metadata, Networks, Routing, Meter, Dictionary };
std::string_view fromName(From from);

/// Columns that a query computes from others (core/query), never stored.
enum class Derived : uint8_t { No, Prefix, Nth1, Nth2, Nth3, Nth4, PacketSize, PacketSizeBucket, IcmpV4, IcmpV6 };

/// How the octets of an information element become a cell.
enum class Conv : uint8_t {
    Default,      ///< as the column's type says: big-endian number, address, MAC, text; Time: milliseconds
    Seconds,      ///< Time from seconds
    NtpTime,      ///< Time from the 64-bit NTP format (RFC 7011 §6.1.9, §6.1.10)
    SysUptime,    ///< Time from milliseconds since boot (v9 header or element 160)
    DeltaMicros,  ///< Time from microseconds before the export time (elements 158, 159)
    HighByte,     ///< upper octet of two
    LowByte,      ///< lower octet of two
    PlusOne,      ///< number + 1 (0 is kept for "undefined")
    IpVersion,    ///< 4 → 0x0800, 6 → 0x86dd
    SegmentId,    ///< lower 24 bits of layer2SegmentId (RFC 7133 §6)
    MplsLabel,    ///< this and the nine following elements: upper 20 bits of each 3 octets, appended to a list
    ApplicationId ///< engine:selector (RFC 6759 §4)
};

/// An information element that fills a column. Enterprise 0 is IANA's registry and NetFlow v9's own numbers.
struct ElementRef {
    uint16_t id = 0; ///< 0 = unused slot
    Conv conv = Conv::Default;
    uint32_t enterprise = 0;
};

enum class ColumnId : uint16_t {
#define RIVERETO_COLUMN(name, ...) name,
#include "core/schema/columns.def"
#undef RIVERETO_COLUMN
    kBuiltinCount,
    kNone = 0xffff,
};
constexpr size_t kBuiltinColumns = static_cast<size_t>(ColumnId::kBuiltinCount);
constexpr size_t index(ColumnId id) { return static_cast<size_t>(id); }

/// Declaration of one column: a line of columns.def, or what configuration and databases add at run time.
struct ColumnSpec {
    std::string_view name;
    Type type = Type::UInt64;
    Group group = Group::Other;
    ElementRef elements[6] = {}; ///< in order of preference
    From from = From::Wire;
    Derived derived = Derived::No;
    bool rollup = false;
    bool optional = false;
    bool dimension = true; ///< may be grouped by
    std::string_view label; ///< English, translated by the window in context "columns"
    std::string_view unit;
    std::string_view doc;
};

/// A column of the running table.
struct Column : ColumnSpec {
    ColumnId id = ColumnId::kNone;
    ColumnId pair = ColumnId::kNone;           ///< counterpart for reversal; kNone stays itself
    std::array<ColumnId, 2> bases{ColumnId::kNone, ColumnId::kNone}; ///< what a derived column is computed from
    [[nodiscard]] Storage storage() const { return typeInfo(type).storage; }
    [[nodiscard]] bool stored() const { return derived == Derived::No; }
};

/// An "either end" word: Addr, Port, AS, Country … for a Src/Dst pair.
struct EndpointWord {
    std::string_view name;
    ColumnId src;
    ColumnId dst;
};

/// The running table: built-in columns first, then those added at start. Immutable once shared; threads read freely.
/// Ids are positions; every stored artefact names columns by name, never by id.
class Schema {
public:
    /// Only the columns of columns.def.
    static std::shared_ptr<const Schema> builtin();
    /// A copy with more columns; names must be new (case-insensitively) identifiers. Texts are copied.
    [[nodiscard]] Result<std::shared_ptr<const Schema>> extended(std::span<const ColumnSpec> more) const;

    [[nodiscard]] size_t size() const { return m_columns.size(); }
    [[nodiscard]] const Column& operator[](ColumnId id) const { return m_columns[index(id)]; }
    [[nodiscard]] std::span<const Column> columns() const { return m_columns; }
    /// Case-insensitive; kNone when there is no such column.
    [[nodiscard]] ColumnId find(std::string_view name) const;
    /// Case-insensitive; nullptr when there is no such word.
    [[nodiscard]] const EndpointWord* findEndpoint(std::string_view name) const;
    [[nodiscard]] std::span<const EndpointWord> endpoints() const { return m_endpoints; }
    /// The large-communities column beside a communities column; kNone otherwise.
    [[nodiscard]] ColumnId largeCommunitiesOf(ColumnId communities) const;

    Schema(const Schema&) = delete;
    Schema& operator=(const Schema&) = delete;

private:
    Schema() = default;
    void add(const ColumnSpec& spec);
    void finish();

    std::vector<Column> m_columns;
    std::vector<EndpointWord> m_endpoints;
    std::unordered_map<std::string, ColumnId> m_byName; ///< lower case
    std::deque<std::string> m_texts;                    ///< owns the texts of added columns
};

} // namespace rivereto::core
