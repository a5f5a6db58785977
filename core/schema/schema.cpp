// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schema/schema.h"

#include <algorithm>
#include <cctype>

namespace rivereto::core {

namespace {

constexpr auto kTypes = std::to_array<TypeInfo>({
#define RIVERETO_TYPE(id, name, storage, operators, literal, doc) {name, Storage::storage, Operators::operators, Literal::literal, doc},
#include "core/schema/types.def"
#undef RIVERETO_TYPE
});

constexpr auto kColumns = std::to_array<ColumnSpec>({
#define RIVERETO_COLUMN(column, ...) ColumnSpec{.name = #column, __VA_ARGS__},
#include "core/schema/columns.def"
#undef RIVERETO_COLUMN
});

struct Counterpart {
    std::string_view one;
    std::string_view other;
};
constexpr auto kCounterparts = std::to_array<Counterpart>({{"Src", "Dst"}, {"InIf", "OutIf"}, {"Ingress", "Egress"}, {"Initiator", "Responder"}});

std::string lower(std::string_view text)
{
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

bool isIdentifier(std::string_view name)
{
    return !name.empty() && std::isalpha(static_cast<unsigned char>(name[0]))
        && std::ranges::all_of(name, [](unsigned char c) { return std::isalnum(c) || c == '_'; });
}

/// Name of the column on the other side, or empty.
std::string counterpartName(std::string_view name)
{
    for (const auto& [one, other] : kCounterparts) {
        if (name.starts_with(one))
            return std::string(other).append(name.substr(one.size()));
        if (name.starts_with(other))
            return std::string(one).append(name.substr(other.size()));
    }
    return {};
}

/// Names of the columns that a derived column is computed from.
std::array<std::string, 2> baseNames(const ColumnSpec& spec)
{
    switch (spec.derived) {
    case Derived::No: return {};
    case Derived::Prefix: {
        const std::string side(spec.name.substr(0, 3));
        return {side + "Addr", side + "NetMask"};
    }
    case Derived::Nth1:
    case Derived::Nth2:
    case Derived::Nth3:
    case Derived::Nth4: return {spec.type == Type::Asn ? "DstASPath" : "MPLSLabels", ""};
    case Derived::PacketSize:
    case Derived::PacketSizeBucket: return {"Bytes", "Packets"};
    case Derived::IcmpV4: return {"ICMPv4Type", "ICMPv4Code"};
    case Derived::IcmpV6: return {"ICMPv6Type", "ICMPv6Code"};
    }
    return {};
}

} // namespace

const TypeInfo& typeInfo(Type type) { return kTypes[static_cast<size_t>(type)]; }

std::optional<Type> typeNamed(std::string_view name)
{
    const auto* found = std::ranges::find(kTypes, name, &TypeInfo::name);
    if (found == kTypes.end())
        return std::nullopt;
    return static_cast<Type>(found - kTypes.begin());
}

std::string_view groupName(Group group)
{
    constexpr auto names = std::to_array<std::string_view>(
        {"Flow", "Time", "Sampling", "Exporter", "Interface", "Network", "Geography", "Routing", "NAT and firewall", "Layer 2",
         "Layers 3 and 4", "MPLS", "VRF", "Application", "Performance", "Custom dictionary", "Other"});
    return names[static_cast<size_t>(group)];
}

std::string_view fromName(From from)
{
    constexpr auto names = std::to_array<std::string_view>(
        {"record", "datagram header", "collector", "metadata", "networks", "routing", "packet meter", "custom dictionary"});
    return names[static_cast<size_t>(from)];
}

std::span<const std::string_view> enumNames(Type type)
{
    static constexpr auto boundary = std::to_array<std::string_view>({"undefined", "external", "internal"});
    static constexpr auto direction = std::to_array<std::string_view>({"undefined", "ingress", "egress"});
    static constexpr auto sampling = std::to_array<std::string_view>(
        {"unknown", "record", "sampler", "exporter", "override", "default", "sample"});
    static constexpr auto exportProtocol = std::to_array<std::string_view>(
        {"unknown", "netflow1", "netflow5", "netflow7", "netflow9", "ipfix", "sflow", "packets"});
    // IANA registry "natEvent" (RFC 8158 §4.3).
    static constexpr auto nat = std::to_array<std::string_view>(
        {"", "create", "delete", "exhausted-pool", "create-quota-exceeded", "delete-quota-exceeded", "create-addr-binding",
         "delete-addr-binding", "create-port-block", "delete-port-block", "threshold-reached"});
    // Element 233 firewallEvent.
    static constexpr auto firewall = std::to_array<std::string_view>({"", "created", "deleted", "denied", "alert", "update"});
    // Element 239 biflowDirection (RFC 5103 §6.3), one more; "reverseInitiator" is here who answers.
    static constexpr std::string_view biflow[] = {"undefined", "arbitrary", "initiator", "responder", "perimeter"};
    // Element 136 flowEndReason (RFC 5102 §5.11.3).
    static constexpr auto end = std::to_array<std::string_view>({"", "idle", "active", "end", "forced", "resources"});
    switch (type) {
    case Type::Boundary: return boundary;
    case Type::Direction: return direction;
    case Type::Sampling: return sampling;
    case Type::Export: return exportProtocol;
    case Type::NatEvent: return nat;
    case Type::FirewallEvent: return firewall;
    case Type::BiflowDirection: return biflow;
    case Type::EndReason: return end;
    default: return {};
    }
}

std::shared_ptr<const Schema> Schema::builtin()
{
    static const std::shared_ptr<const Schema> instance = [] {
        std::shared_ptr<Schema> schema(new Schema);
        for (const auto& spec : kColumns)
            schema->add(spec);
        schema->finish();
        return schema;
    }();
    return instance;
}

Result<std::shared_ptr<const Schema>> Schema::extended(std::span<const ColumnSpec> more) const
{
    std::shared_ptr<Schema> schema(new Schema);
    const auto keep = [&](std::string_view text) -> std::string_view { return schema->m_texts.emplace_back(text); };
    const auto addOwned = [&](ColumnSpec spec) {
        spec.name = keep(spec.name);
        spec.label = keep(spec.label);
        spec.unit = keep(spec.unit);
        spec.doc = keep(spec.doc);
        schema->add(spec);
    };
    for (const auto& column : m_columns) {
        if (index(column.id) < kBuiltinColumns)
            schema->add(column);
        else
            addOwned(column);
    }
    for (const auto& spec : more) {
        if (!isIdentifier(spec.name))
            return fail("“{}” cannot name a column: letters, digits and _ only, a letter first", spec.name);
        if (schema->find(spec.name) != ColumnId::kNone)
            return fail("a column named “{}” exists already", spec.name);
        addOwned(spec);
    }
    if (schema->m_columns.size() >= index(ColumnId::kNone))
        return fail("too many columns: {}", schema->m_columns.size());
    schema->finish();
    return schema;
}

void Schema::add(const ColumnSpec& spec)
{
    Column column;
    static_cast<ColumnSpec&>(column) = spec;
    column.id = static_cast<ColumnId>(m_columns.size());
    m_byName.emplace(lower(spec.name), column.id);
    m_columns.push_back(column);
}

void Schema::finish()
{
    for (auto& column : m_columns) {
        if (const auto other = counterpartName(column.name); !other.empty())
            column.pair = find(other);
        const auto bases = baseNames(column);
        for (size_t i = 0; i < 2; ++i)
            column.bases[i] = bases[i].empty() ? ColumnId::kNone : find(bases[i]);
        if (column.name.starts_with("Src") && column.pair != ColumnId::kNone
            && find(column.name.substr(3)) == ColumnId::kNone)
            m_endpoints.push_back({column.name.substr(3), column.id, column.pair});
    }
}

ColumnId Schema::find(std::string_view name) const
{
    const auto it = m_byName.find(lower(name));
    return it == m_byName.end() ? ColumnId::kNone : it->second;
}

const EndpointWord* Schema::findEndpoint(std::string_view name) const
{
    const auto wanted = lower(name);
    const auto it = std::ranges::find_if(m_endpoints, [&](const auto& word) { return lower(word.name) == wanted; });
    return it == m_endpoints.end() ? nullptr : &*it;
}

ColumnId Schema::largeCommunitiesOf(ColumnId communities) const
{
    const auto name = m_columns[index(communities)].name;
    return name.ends_with("Communities") && name.size() > 11 ? find(std::string(name.substr(0, 3)) + "LargeCommunities")
                                                             : ColumnId::kNone;
}

} // namespace rivereto::core
