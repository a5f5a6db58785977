// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/enrich/networks.h"

#include <fmt/format.h>

namespace rivereto::core {

namespace {

/// Addresses a worker remembers; beyond that it starts afresh.
constexpr size_t kMemo = 500'000;

unsigned bitOf(const Ip& address, unsigned depth)
{
    return static_cast<unsigned>((depth < 64 ? address.hi >> (63 - depth) : address.lo >> (127 - depth)) & 1);
}

} // namespace

/// Columns of one end of a flow.
struct NetworksStep::Side {
    ColumnId address;
    ColumnId mask;
    ColumnId as;
    std::array<ColumnId, kNetworkAttributeCount> texts; ///< in the order of NetworkAttribute
};

void NetworkTable::add(const NetworkEntry& entry)
{
    const Ip first = entry.prefix.first();
    uint32_t node = 0;
    for (unsigned depth = 0; depth < entry.prefix.bits; ++depth) {
        auto next = m_nodes[node].child[bitOf(first, depth)];
        if (next == 0) {
            next = static_cast<uint32_t>(m_nodes.size());
            m_nodes[node].child[bitOf(first, depth)] = next;
            m_nodes.emplace_back();
        }
        node = next;
    }
    if (m_nodes[node].entry == 0) {
        m_entries.push_back(entry.info);
        m_nodes[node].entry = static_cast<uint32_t>(m_entries.size());
        return;
    }
    auto& known = m_entries[m_nodes[node].entry - 1];
    for (size_t i = 0; i < kNetworkAttributeCount; ++i) {
        if (!entry.info.texts[i].empty())
            known.texts[i] = entry.info.texts[i];
    }
    known.asn = entry.info.asn != 0 ? entry.info.asn : known.asn;
}

NetworkTable::Found NetworkTable::lookUp(const Ip& address) const
{
    Found out;
    uint32_t node = 0;
    for (unsigned depth = 0;; ++depth) {
        if (m_nodes[node].entry != 0) {
            const auto& info = m_entries[m_nodes[node].entry - 1];
            for (size_t i = 0; i < kNetworkAttributeCount; ++i) {
                if (!info.texts[i].empty()) {
                    out.info.texts[i] = info.texts[i];
                    out.bits[i] = static_cast<uint8_t>(depth);
                }
            }
            if (info.asn != 0) {
                out.info.asn = info.asn;
                out.asnBits = static_cast<uint8_t>(depth);
            }
        }
        if (depth == 128)
            return out;
        node = m_nodes[node].child[bitOf(address, depth)];
        if (node == 0)
            return out;
    }
}

NetworkInfo NetworkSources::lookUp(const Ip& address) const
{
    auto found = own.lookUp(address);
    for (const auto& database : databases) {
        NetworkInfo info;
        const auto bits = database->lookUp(address, info);
        for (size_t i = 0; i < kNetworkAttributeCount; ++i) {
            if (!info.texts[i].empty() && (found.info.texts[i].empty() || bits > found.bits[i])) {
                found.info.texts[i] = info.texts[i];
                found.bits[i] = static_cast<uint8_t>(bits);
            }
        }
        if (info.asn != 0 && (found.info.asn == 0 || bits > found.asnBits)) {
            found.info.asn = info.asn;
            found.asnBits = static_cast<uint8_t>(bits);
        }
    }
    return found.info;
}

void NetworksStep::apply(FlowBatch& batch)
{
    static constexpr Side kSides[] = {
        {ColumnId::SrcAddr, ColumnId::SrcNetMask, ColumnId::SrcAS,
         {ColumnId::SrcNetName, ColumnId::SrcNetRole, ColumnId::SrcNetSite, ColumnId::SrcNetRegion, ColumnId::SrcNetTenant,
          ColumnId::SrcGeoCity, ColumnId::SrcGeoState, ColumnId::SrcCountry}},
        {ColumnId::DstAddr, ColumnId::DstNetMask, ColumnId::DstAS,
         {ColumnId::DstNetName, ColumnId::DstNetRole, ColumnId::DstNetSite, ColumnId::DstNetRegion, ColumnId::DstNetTenant,
          ColumnId::DstGeoCity, ColumnId::DstGeoState, ColumnId::DstCountry}}};
    if (m_memo.size() > kMemo)
        m_memo.clear();
    for (const auto& side : kSides) {
        if (batch.has(side.address))
            applySide(batch, side);
    }
}

uint32_t NetworksStep::infoOf(const Ip& address)
{
    const auto [it, isNew] = m_memo.try_emplace(address, 0);
    if (!isNew)
        return it->second;
    auto info = m_sources->lookUp(address);
    if (info == NetworkInfo())
        return 0;
    auto content = fmt::format("{}", info.asn);
    for (const auto& text : info.texts)
        content.append(1, '\0').append(text);
    const auto [known, unseen] = m_byContent.try_emplace(std::move(content), static_cast<uint32_t>(m_infos.size()));
    if (unseen)
        m_infos.push_back(std::move(info));
    return it->second = known->second;
}

void NetworksStep::applySide(FlowBatch& batch, const Side& side)
{
    const size_t rows = batch.rows();
    std::vector<uint32_t> infos(rows);
    const auto addresses = batch.view(side.address);
    for (size_t row = 0; row < rows; ++row)
        infos[row] = row > 0 && addresses.at<Ip>(row) == addresses.at<Ip>(row - 1) ? infos[row - 1] : infoOf(addresses.at<Ip>(row));

    constexpr uint32_t kNotYet = UINT32_MAX;
    for (size_t i = 0; i < kNetworkAttributeCount; ++i) {
        std::vector<uint32_t> ids(m_infos.size(), kNotYet);
        ids[0] = 0;
        uint32_t* cells = nullptr;
        for (size_t row = 0; row < rows; ++row) {
            auto& id = ids[infos[row]];
            if (id == kNotYet)
                id = batch.dictionary().intern(m_infos[infos[row]].texts[i]);
            if (id == 0)
                continue;
            if (!cells)
                cells = batch.cells<uint32_t>(side.texts[i]);
            cells[row] = id;
        }
    }

    // Without networks the flow's own number stands, unless precedence leaves it out.
    const auto masks = batch.view(side.mask);
    auto* as = batch.cells<uint32_t>(side.as);
    for (size_t row = 0; row < rows; ++row) {
        const uint32_t fromFlow = as[row];
        uint32_t chosen = 0;
        for (const auto provider : m_precedence) {
            switch (provider) {
            case AsProvider::Flow: chosen = fromFlow; break;
            case AsProvider::FlowExceptPrivate: chosen = isPrivateAs(fromFlow) ? 0 : fromFlow; break;
            case AsProvider::FlowExceptDefaultRoute: chosen = masks.number(row) == 0 ? 0 : fromFlow; break;
            case AsProvider::Networks: chosen = m_infos[infos[row]].asn; break;
            case AsProvider::Routing:
            case AsProvider::RoutingExceptPrivate: break; // no routes are known here
            }
            if (chosen != 0)
                break;
        }
        as[row] = chosen;
    }
}

} // namespace rivereto::core
