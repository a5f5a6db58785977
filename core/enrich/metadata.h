// SPDX-License-Identifier: GPL-3.0-or-later
// Metadata: names and attributes of exporters and interfaces, from configuration and from options data.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/ip.h"
#include "core/enrich/enricher.h"

namespace rivereto::core {

struct InterfaceMetadata {
    std::string name;
    std::string description;
    std::string provider;
    std::string connectivity;
    uint32_t speedMbps = 0;
    uint8_t boundary = 0; ///< value of Type::Boundary
    bool operator==(const InterfaceMetadata&) const = default;
};

struct ExporterMetadata {
    std::string name;
    std::string group;
    std::string role;
    std::string site;
    std::string region;
    std::string tenant;
    std::map<uint32_t, InterfaceMetadata> interfaces;
    std::optional<InterfaceMetadata> otherInterfaces; ///< for indexes that are not listed
};

/// What the user wrote: exporters by address or subnet, the most specific wins.
class StaticMetadata {
public:
    void add(const Prefix& prefix, ExporterMetadata exporter) { m_exporters.emplace_back(prefix, std::move(exporter)); }
    [[nodiscard]] const ExporterMetadata* find(const Ip& exporter) const;
    [[nodiscard]] bool empty() const { return m_exporters.empty(); }
    [[nodiscard]] const std::vector<std::pair<Prefix, ExporterMetadata>>& exporters() const { return m_exporters; }

private:
    std::vector<std::pair<Prefix, ExporterMetadata>> m_exporters;
};

/// Names of interfaces that exporters told in options data. Immutable; a new one is published when something was learnt.
struct LearntInterfaces {
    std::map<std::pair<Ip, uint32_t>, InterfaceMetadata> interfaces;
};

/// Fills Exporter*, InIf* and OutIf* columns; static metadata first, then what was learnt.
class MetadataStep final : public EnrichStep {
public:
    using Learnt = std::function<std::shared_ptr<const LearntInterfaces>()>;
    MetadataStep(std::shared_ptr<const StaticMetadata> known, Learnt learnt) : m_known(std::move(known)), m_learnt(std::move(learnt)) { }
    void apply(FlowBatch& batch) override;

private:
    void applyExporters(FlowBatch& batch);
    void applyInterfaces(FlowBatch& batch, bool input, const LearntInterfaces* learnt);
    std::shared_ptr<const StaticMetadata> m_known;
    Learnt m_learnt;
};

} // namespace rivereto::core
