// SPDX-License-Identifier: GPL-3.0-or-later
// Networks: what is known of an address – the user's own prefixes and geographic databases – and AS precedence.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/base/ip.h"
#include "core/enrich/enricher.h"

namespace rivereto::core {

/// Attributes of a network, in the order of kNetworkAttributes.
enum class NetworkAttribute : uint8_t { Name, Role, Site, Region, Tenant, City, State, Country };
inline constexpr std::string_view kNetworkAttributes[] = {"name", "role", "site", "region", "tenant", "city", "state", "country"};
constexpr size_t kNetworkAttributeCount = std::size(kNetworkAttributes);

/// What somebody says of a prefix; empty texts and AS 0 say nothing.
struct NetworkInfo {
    std::array<std::string, kNetworkAttributeCount> texts;
    uint32_t asn = 0;
    [[nodiscard]] std::string& text(NetworkAttribute attribute) { return texts[static_cast<size_t>(attribute)]; }
    bool operator==(const NetworkInfo&) const = default;
};

struct NetworkEntry {
    Prefix prefix;
    NetworkInfo info;
};

/// An address database such as MMDB. Immutable, any thread.
class AddressDatabase {
public:
    virtual ~AddressDatabase() = default;
    /// Adds what is known of an address to `info` where that is empty; returns the length of the prefix it is known for
    /// (of 128 bits), 0 when nothing is.
    virtual unsigned lookUp(const Ip& address, NetworkInfo& info) const = 0;
};

/// The user's prefixes. Attributes are inherited: each comes from the most specific prefix that sets it; of identical
/// prefixes the later one wins.
class NetworkTable {
public:
    NetworkTable() : m_nodes(1) { }
    void add(const NetworkEntry& entry);
    [[nodiscard]] bool empty() const { return m_entries.empty(); }

    /// An attribute and the length of the prefix that set it.
    struct Found {
        NetworkInfo info;
        std::array<uint8_t, kNetworkAttributeCount> bits{};
        uint8_t asnBits = 0;
    };
    [[nodiscard]] Found lookUp(const Ip& address) const;

private:
    struct Node {
        std::array<uint32_t, 2> child{}; ///< 0: none
        uint32_t entry = 0;              ///< 1 + index; 0: none
    };
    std::vector<Node> m_nodes;
    std::vector<NetworkInfo> m_entries;
};

/// Everything that addresses are looked up in. Immutable.
struct NetworkSources {
    NetworkTable own;
    std::vector<std::shared_ptr<const AddressDatabase>> databases; ///< earlier ones win for identical prefixes
    /// Attribute by attribute from the most specific prefix; own before databases where they are equal.
    [[nodiscard]] NetworkInfo lookUp(const Ip& address) const;
    [[nodiscard]] bool empty() const { return own.empty() && databases.empty(); }
};

/// Ways to an AS number, in the order in which they are tried.
enum class AsProvider : uint8_t { Flow, FlowExceptPrivate, FlowExceptDefaultRoute, Routing, RoutingExceptPrivate, Networks };
inline constexpr std::string_view kAsProviderNames[] = {"flow", "flow-except-private", "flow-except-default-route", "routing", "routing-except-private", "networks"};

/// Fills Src/Dst Net*, Country, Geo* and settles SrcAS and DstAS by precedence. Keeps a memo of addresses over batches.
class NetworksStep final : public EnrichStep {
public:
    NetworksStep(std::shared_ptr<const NetworkSources> sources, std::vector<AsProvider> precedence)
        : m_sources(std::move(sources)), m_precedence(std::move(precedence))
    {
    }
    void apply(FlowBatch& batch) override;

private:
    struct Side;
    void applySide(FlowBatch& batch, const Side& side);
    uint32_t infoOf(const Ip& address);

    std::shared_ptr<const NetworkSources> m_sources;
    std::vector<AsProvider> m_precedence;
    std::unordered_map<Ip, uint32_t> m_memo; ///< address → index of m_infos
    std::vector<NetworkInfo> m_infos{NetworkInfo()}; ///< distinct; 0 knows nothing
    std::unordered_map<std::string, uint32_t> m_byContent;
};

/// AS numbers for private use or documentation, and those that stand for others (RFC 6996, 5398, 7607, 6793, 7300).
constexpr bool isPrivateAs(uint32_t as)
{
    return as == 0 || as == 23456 || (as >= 64496 && as <= 65551) || as >= 4'200'000'000U;
}

} // namespace rivereto::core
