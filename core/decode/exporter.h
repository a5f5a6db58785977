// SPDX-License-Identifier: GPL-3.0-or-later
// ExporterTable: what exporters tell about themselves in options data – sampling rates, start time, names.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/ip.h"
#include "core/decode/bytes.h"
#include "core/decode/decoder.h"
#include "core/decode/template.h"

namespace rivereto::core {

/// Knowledge about one exporter's observation domain.
struct ExporterState {
    uint64_t rate = 0; ///< exporter-wide sampling rate; 0 = not told
    uint64_t initMs = 0; ///< element 160
    Ip address; ///< elements 130, 131
    std::unordered_map<uint64_t, uint64_t> samplers; ///< sampler or selector id → rate
    std::unordered_map<uint32_t, uint64_t> interfaces; ///< ifIndex → rate
    std::unordered_map<std::string, std::string> applications; ///< octets of applicationId → name
    std::unordered_map<uint32_t, LearntName> interfaceNames;
    std::unordered_map<uint32_t, LearntName> vrfNames;
};

/// The values of a sampling option or record as one rate; 0 = none of them says one.
struct SamplingValues {
    uint64_t interval = 0;
    uint64_t packets = 0;
    uint64_t space = 0;
    uint64_t size = 0;
    uint64_t population = 0;
    double probability = 0;
    [[nodiscard]] uint64_t rate() const;
};

class ExporterTable {
public:
    explicit ExporterTable(const DecoderOptions& options)
        : m_options(options)
    {
    }

    /// Never null; a shared empty state when nothing was told.
    [[nodiscard]] const ExporterState& find(Ip address, uint32_t domain) const;
    /// Rate that an options record with system scope gave for all of the exporter's domains; 0 = none.
    [[nodiscard]] uint64_t systemRate(Ip address) const;
    /// One options record; `values` has the octets of each field of `layout`.
    void learn(Ip exporter, uint32_t domain, const Template& layout, std::span<const Bytes> values, bool netflow9);
    std::vector<LearntName> takeNames();

private:
    struct Key {
        Ip address;
        uint32_t domain;
        bool operator==(const Key&) const = default;
    };
    struct Hash {
        size_t operator()(const Key& k) const { return std::hash<Ip>()(k.address) ^ mix64(k.domain); }
    };
    ExporterState* state(Ip address, uint32_t domain);
    void learnName(std::unordered_map<uint32_t, LearntName>& names, LearntName name);

    DecoderOptions m_options;
    struct Found {
        Key key {};
        const ExporterState* state = nullptr; ///< null: look again
    };
    mutable std::array<Found, 32> m_found; ///< lately: a few exporters come again and again
    std::unordered_map<Key, ExporterState, Hash> m_states;
    std::unordered_map<Ip, uint64_t> m_systemRates;
    std::vector<LearntName> m_fresh;
};

} // namespace rivereto::core
