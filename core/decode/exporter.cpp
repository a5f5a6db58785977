// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/decode/exporter.h"

#include <bit>
#include <optional>
#include <utility>

namespace rivereto::core {

namespace {

using namespace element;

/// Scope types of NetFlow v9 (RFC 3954 §6.1).
constexpr uint16_t kScopeSystem = 1, kScopeInterface = 2;

std::string text(Bytes bytes)
{
    std::string out(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (const auto end = out.find('\0'); end != std::string::npos)
        out.resize(end);
    return out;
}

/// What one options record says, before it is known what it is about.
struct OptionsRecord {
    SamplingValues sampling;
    std::optional<uint64_t> sampler;
    std::optional<uint32_t> interface;
    std::optional<uint32_t> vrf;
    bool interfaceScope = false;
    bool systemScope = false;
    uint64_t initMs = 0;
    Ip address;
    std::string name;
    std::string description;
    std::string vrfName;
    Bytes application;
    std::string applicationName;

    void scope9(uint16_t type, Bytes value)
    {
        if (type == kScopeSystem) {
            systemScope = true;
        } else if (type == kScopeInterface) {
            interface = static_cast<uint32_t>(loadBe(value));
            interfaceScope = true;
        }
    }

    void take(const FieldSpec& field, Bytes value)
    {
        const uint64_t number = loadBe(value);
        switch (field.id) {
        case kSamplingInterval:
        case kSamplerRandomInterval:
            sampling.interval = number;
            break;
        case kSamplingPackets:
            sampling.packets = number;
            break;
        case kSamplingSpace:
            sampling.space = number;
            break;
        case kSamplingSize:
            sampling.size = number;
            break;
        case kSamplingPopulation:
            sampling.population = number;
            break;
        case kSamplingProbability:
            if (value.size() == 8)
                sampling.probability = std::bit_cast<double>(number);
            break;
        case kSamplerId:
        case kSelectorId:
            sampler = number;
            break;
        case kInIf:
        case kOutIf:
        case kPhysicalIn:
        case kPhysicalOut:
            interface = static_cast<uint32_t>(number);
            interfaceScope |= field.scope;
            break;
        case kExporterV4:
            if (value.size() == 4)
                address = Ip::v4(load32(value.data()));
            systemScope |= field.scope;
            break;
        case kExporterV6:
            if (value.size() == 16)
                address = Ip::fromBytes(value.data());
            systemScope |= field.scope;
            break;
        case kExportingProcess:
            systemScope |= field.scope;
            break;
        case kSystemInit:
            initMs = number;
            break;
        case kIfName:
            name = text(value);
            break;
        case kIfDescription:
            description = text(value);
            break;
        case kIngressVrf:
        case kEgressVrf:
            vrf = static_cast<uint32_t>(number);
            break;
        case kVrfName:
            vrfName = text(value);
            break;
        case kApplicationId:
            application = value;
            break;
        case kApplicationName:
            applicationName = text(value);
            break;
        case kApplicationDescription:
            if (applicationName.empty())
                applicationName = text(value);
            break;
        default:
            break;
        }
    }
};

} // namespace

uint64_t SamplingValues::rate() const
{
    if (interval > 0)
        return interval;
    if (packets > 0)
        return space > UINT64_MAX - packets ? 0 : (packets + space) / packets;
    if (size > 0 && population >= size)
        return population / size;
    if (probability > 0 && probability <= 1 && probability >= 1e-12)
        return static_cast<uint64_t>(1 / probability + 0.5);
    return 0;
}

const ExporterState& ExporterTable::find(Ip address, uint32_t domain) const
{
    static const ExporterState empty;
    const Key key {address, domain};
    auto& found = m_found[(address.lo * 7 ^ domain) % m_found.size()];
    if (!found.state || found.key != key) {
        const auto it = m_states.find(key);
        found = {key, it == m_states.end() ? &empty : &it->second};
    }
    return *found.state;
}

uint64_t ExporterTable::systemRate(Ip address) const
{
    const auto it = m_systemRates.find(address);
    return it == m_systemRates.end() ? 0 : it->second;
}

ExporterState* ExporterTable::state(Ip address, uint32_t domain)
{
    const auto it = m_states.find({address, domain});
    if (it != m_states.end())
        return &it->second;
    m_found.fill({});
    return m_states.size() < m_options.maxTemplates ? &m_states[{address, domain}] : nullptr;
}

void ExporterTable::learnName(std::unordered_map<uint32_t, LearntName>& names, LearntName name)
{
    const auto it = names.find(name.id);
    if (it == names.end() && names.size() >= m_options.maxNames)
        return;
    LearntName& known = it == names.end() ? names[name.id] : it->second;
    if (it != names.end() && known.name == name.name && known.description == name.description)
        return;
    known = std::move(name);
    if (m_fresh.size() < m_options.maxNames)
        m_fresh.push_back(known);
}

void ExporterTable::learn(Ip exporter, uint32_t domain, const Template& layout, std::span<const Bytes> values, bool netflow9)
{
    ExporterState* known = state(exporter, domain);
    if (!known)
        return;
    OptionsRecord record;
    for (size_t i = 0; i < layout.fields.size() && i < values.size(); ++i) {
        const FieldSpec& field = layout.fields[i];
        if (field.scope && netflow9)
            record.scope9(field.id, values[i]);
        else if (field.enterprise == 0)
            record.take(field, values[i]);
    }
    const auto keep = [&](auto& map, const auto& key, auto value) {
        if (map.size() < m_options.maxNames || map.contains(key))
            map[key] = std::move(value);
    };
    if (const uint64_t rate = record.sampling.rate(); rate > 0) {
        if (record.sampler)
            keep(known->samplers, *record.sampler, rate);
        else if (record.interfaceScope)
            keep(known->interfaces, *record.interface, rate);
        else {
            known->rate = rate;
            if (record.systemScope && (m_systemRates.size() < m_options.maxTemplates || m_systemRates.contains(exporter)))
                m_systemRates[exporter] = rate;
        }
    }
    if (record.initMs > 0)
        known->initMs = record.initMs;
    if (!record.address.isZero())
        known->address = record.address;
    if (record.interface && !(record.name.empty() && record.description.empty()))
        learnName(known->interfaceNames,
            {LearntName::Kind::Interface, exporter, domain, *record.interface, std::move(record.name),
                std::move(record.description)});
    if (record.vrf && !record.vrfName.empty())
        learnName(known->vrfNames, {LearntName::Kind::Vrf, exporter, domain, *record.vrf, std::move(record.vrfName), {}});
    if (!record.application.empty() && !record.applicationName.empty())
        keep(known->applications,
            std::string(reinterpret_cast<const char*>(record.application.data()), record.application.size()),
            std::move(record.applicationName));
}

std::vector<LearntName> ExporterTable::takeNames()
{
    return std::exchange(m_fresh, {});
}

} // namespace rivereto::core
