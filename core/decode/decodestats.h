// SPDX-License-Identifier: GPL-3.0-or-later
// DecodeStats: what a decoder did and what it had to leave, every count with a name.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace rivereto::core {

enum class DecodeCount : uint8_t {
#define RIVERETO_DECODE_COUNT(id, name, loss, doc) id,
#include "core/decode/decodecounts.def"
#undef RIVERETO_DECODE_COUNT
    kCount
};

struct DecodeCountInfo {
    std::string_view name; ///< stable, lower case: for summaries, JSON and metrics
    bool loss = false; ///< something that was there did not become flows
    std::string_view doc; ///< one English sentence
};

/// Plain numbers; add up the stats of several decoders with +=.
class DecodeStats {
public:
    static constexpr size_t kSize = static_cast<size_t>(DecodeCount::kCount);
    /// Names in display order; index = DecodeCount.
    static std::span<const DecodeCountInfo, kSize> table();

    [[nodiscard]] uint64_t operator[](DecodeCount id) const { return m_counts[static_cast<size_t>(id)]; }
    void add(DecodeCount id, uint64_t n = 1) { m_counts[static_cast<size_t>(id)] += n; }
    DecodeStats& operator+=(const DecodeStats& other);
    /// Takes back what was counted before.
    DecodeStats& operator-=(const DecodeStats& before)
    {
        for (size_t i = 0; i < kSize; ++i)
            m_counts[i] -= before.m_counts[i];
        return *this;
    }
    /// Whether nothing but datagrams, messages, records and flows was counted since.
    [[nodiscard]] bool isPlainSince(const DecodeStats& before) const
    {
        uint64_t different = 0;
        for (size_t i = kPlain; i < kSize; ++i)
            different |= m_counts[i] ^ before.m_counts[i];
        return different == 0;
    }
    /// Takes over datagrams, messages, records and flows.
    void takePlain(const DecodeStats& other)
    {
        for (size_t i = 0; i < kPlain; ++i)
            m_counts[i] = other.m_counts[i];
    }
    bool operator==(const DecodeStats&) const = default;

    [[nodiscard]] uint64_t datagrams() const { return (*this)[DecodeCount::Datagrams]; }
    [[nodiscard]] uint64_t records() const { return (*this)[DecodeCount::Records]; }
    [[nodiscard]] uint64_t flows() const { return (*this)[DecodeCount::Flows]; }
    /// Sum of all kinds of loss.
    [[nodiscard]] uint64_t losses() const;

private:
    static constexpr size_t kPlain = static_cast<size_t>(DecodeCount::Flows) + 1;
    std::array<uint64_t, kSize> m_counts {};
};

} // namespace rivereto::core
