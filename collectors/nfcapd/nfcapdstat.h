// SPDX-License-Identifier: GPL-3.0-or-later
// FlowStat: the statistics that an nfcapd file keeps of itself.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "collectors/nfcapd/nfcapdlayout.h"

namespace rivereto::collectors::nfcapd {

struct FlowStat {
    static constexpr size_t kSize1 = 136; ///< octets in layout 1
    static constexpr size_t kSize2 = 144;

    struct Counters {
        uint64_t flows = 0;
        uint64_t bytes = 0;
        uint64_t packets = 0;
        bool operator==(const Counters&) const = default;
    };
    enum Group : uint8_t { Tcp, Udp, Icmp, Other, kGroups };

    Counters all;
    std::array<Counters, kGroups> groups;
    uint64_t firstMs = 0; ///< 0: no flow
    uint64_t lastMs = 0;
    uint64_t sequenceFailures = 0;

    static Group groupOf(uint8_t protocol)
    {
        switch (protocol) {
        case 6: return Tcp;
        case 17: return Udp;
        case 1:
        case 58: return Icmp;
        default: return Other;
        }
    }

    void add(uint8_t protocol, const Counters& counted, uint64_t first, uint64_t last)
    {
        for (auto* to : {&all, &groups[groupOf(protocol)]}) {
            to->flows += counted.flows;
            to->bytes += counted.bytes;
            to->packets += counted.packets;
        }
        firstMs = firstMs == 0 ? first : std::min(firstMs, first);
        lastMs = std::max(lastMs, last);
    }

    /// kSize1 octets behind the header of layout 1.
    static FlowStat load1(const uint8_t* p)
    {
        FlowStat out = loadCounters(p);
        const auto ms = [](uint32_t seconds, uint16_t rest) { return uint64_t {seconds} * 1000 + rest; };
        out.firstMs = ms(loadLe<uint32_t>(p + 120), loadLe<uint16_t>(p + 128));
        out.lastMs = ms(loadLe<uint32_t>(p + 124), loadLe<uint16_t>(p + 130));
        out.sequenceFailures = loadLe<uint32_t>(p + 132);
        return out;
    }
    /// kSize2 octets of the record in the appendix.
    static FlowStat load2(const uint8_t* p)
    {
        FlowStat out = loadCounters(p);
        out.firstMs = loadLe<uint64_t>(p + 120);
        out.lastMs = loadLe<uint64_t>(p + 128);
        out.sequenceFailures = loadLe<uint64_t>(p + 136);
        return out;
    }
    void store2(uint8_t* p) const
    {
        auto copy = *this;
        copy.eachCounter([&](uint64_t value) {
            storeLe(p, value);
            p += 8;
            return value;
        });
        storeLe(p, firstMs);
        storeLe(p + 8, lastMs);
        storeLe(p + 16, sequenceFailures);
    }

private:
    static FlowStat loadCounters(const uint8_t* p)
    {
        FlowStat out;
        out.eachCounter([&](uint64_t) {
            const auto value = loadLe<uint64_t>(p);
            p += 8;
            return value;
        });
        return out;
    }
    /// In the order of the file: all, then flows, bytes and packets by protocol.
    template <class Change>
    void eachCounter(Change change)
    {
        for (const auto member : {&Counters::flows, &Counters::bytes, &Counters::packets})
            all.*member = change(all.*member);
        for (const auto member : {&Counters::flows, &Counters::bytes, &Counters::packets}) {
            for (auto& group : groups)
                group.*member = change(group.*member);
        }
    }
};

} // namespace rivereto::collectors::nfcapd
