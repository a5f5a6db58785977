// SPDX-License-Identifier: GPL-3.0-or-later
#include "storage/segment/hosts.h"

#include <array>
#include <cstring>

#include "storage/segment/segment.h"

namespace rivereto::storage {

namespace {

constexpr size_t kBitsAnAddress = 5;

/// Two bits for an address among `bits` (below 2³²).
std::array<uint64_t, 2> bitsOf(const core::Ip& address, uint64_t bits)
{
    const uint64_t hash = core::mix64(address.hi * 0x9e37'79b9'7f4a'7c15ULL ^ address.lo);
    return {(hash & 0xffff'ffff) * bits >> 32, (hash >> 32) * bits >> 32};
}

} // namespace

std::string hostsBlob(std::span<const core::Ip> sources, std::span<const core::Ip> destinations)
{
    const size_t bytes = (sources.size() + destinations.size()) * kBitsAnAddress / 8 + 1;
    std::string out(sizeof(uint64_t) + bytes, '\0');
    auto* bits = reinterpret_cast<uint8_t*>(out.data() + sizeof(uint64_t));
    for (const auto& list : {sources, destinations}) {
        for (const auto& address : list) {
            for (const auto bit : bitsOf(address, bytes * 8))
                bits[bit / 8] |= static_cast<uint8_t>(1U << bit % 8);
        }
    }
    const uint64_t check = checksum(std::string_view(out).substr(sizeof(uint64_t)));
    std::memcpy(out.data(), &check, sizeof check);
    return out;
}

bool isHostsBlob(std::string_view blob)
{
    uint64_t check = 0;
    if (blob.size() <= sizeof check)
        return false;
    std::memcpy(&check, blob.data(), sizeof check);
    return checksum(blob.substr(sizeof check)) == check;
}

bool mayHaveHost(std::string_view blob, const core::Ip& address)
{
    if (!isHostsBlob(blob))
        return true;
    const auto bits = blob.substr(sizeof(uint64_t));
    for (const auto bit : bitsOf(address, bits.size() * 8)) {
        if ((static_cast<uint8_t>(bits[bit / 8]) >> bit % 8 & 1) == 0)
            return false;
    }
    return true;
}

} // namespace rivereto::storage
