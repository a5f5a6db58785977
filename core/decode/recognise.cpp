// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/decode/bytes.h"
#include "core/decode/protocol.h"
#include "core/schema/schema.h"

namespace rivereto::core {

namespace {

/// 1990 … 2106: an exporter without a clock starts in the nineties, other traffic has a small or a random number here.
bool believableSeconds(uint32_t seconds)
{
    return seconds >= 631'152'000;
}

/// v1, v5, v7: a header, then `count` records of one size.
bool isFixed(Bytes payload, size_t header, size_t record, size_t maxCount)
{
    if (payload.size() < header + record)
        return false;
    const size_t count = load16(payload.data() + 2);
    const size_t body = payload.size() - header;
    if (load32(payload.data() + 12) >= 1'000'000'000) // nanoseconds
        return false;
    const bool clock = believableSeconds(load32(payload.data() + 8));
    const bool fits = body == count * record && count <= maxCount;
    const bool cut = count >= 1 && count <= maxCount && body < count * record;
    const bool wrongCount = body % record == 0 && body / record <= maxCount;
    const bool padded = count >= 1 && count <= maxCount && body > count * record && body < (count + 1) * record;
    return fits || (clock && (cut || wrongCount || padded));
}

struct Chain {
    bool first = false; ///< the first set is possible
    bool complete = false; ///< every set is, and they end with the message
};

/// Walks sets {id, length}; v9 templates have id 0 and 1, IPFIX 2 and 3.
Chain walkSets(Bytes sets, uint16_t templateId)
{
    Chain chain;
    bool first = true;
    while (sets.size() >= 4) {
        const uint16_t id = load16(sets.data());
        const size_t length = load16(sets.data() + 2);
        if ((id < 256 && id != templateId && id != templateId + 1) || length < 4)
            return chain;
        if (first)
            chain.first = true;
        first = false;
        if (length > sets.size())
            return chain;
        sets = sets.subspan(length);
    }
    chain.complete = !first;
    return chain;
}

bool isNetFlow9(Bytes payload)
{
    if (payload.size() < 24)
        return false;
    const Chain chain = walkSets(payload.subspan(20), 0);
    return chain.complete || (chain.first && believableSeconds(load32(payload.data() + 8)));
}

bool isIpfix(Bytes payload)
{
    if (payload.size() < 16)
        return false;
    const size_t length = load16(payload.data() + 2);
    if (length < 16)
        return false;
    const bool clock = believableSeconds(load32(payload.data() + 4));
    if (length == 16)
        return clock && payload.size() == 16;
    const Bytes body = payload.subspan(16, std::min(length, payload.size()) - 16);
    const Chain chain = walkSets(body, 2);
    return (chain.complete && length <= payload.size()) || (chain.first && clock);
}

bool isSflow(Bytes payload)
{
    if (payload.size() < 28 || payload[0] != 0 || payload[1] != 0)
        return false;
    const uint32_t family = load32(payload.data() + 4);
    const size_t header = family == 1 ? 28 : family == 2 ? 40 : 0;
    if (header == 0 || payload.size() < header)
        return false;
    const size_t count = load32(payload.data() + header - 4);
    const size_t body = payload.size() - header;
    if (count == 0)
        return body == 0;
    // The first sample's length must be a multiple of four; a device writes no more than a few hundred samples.
    return count <= 4096 && body >= 8 && load32(payload.data() + header + 4) % 4 == 0;
}

} // namespace

std::string_view protocolName(Protocol protocol)
{
    return enumNames(Type::Export)[static_cast<size_t>(protocol)];
}

std::optional<Protocol> recognise(Bytes payload)
{
    if (payload.size() < 16)
        return std::nullopt;
    switch (load16(payload.data())) {
    case 0:
        return load16(payload.data() + 2) == 5 && isSflow(payload) ? std::optional(Protocol::Sflow) : std::nullopt;
    case 1:
        return isFixed(payload, 16, 48, 30) ? std::optional(Protocol::NetFlow1) : std::nullopt;
    case 5:
        return isFixed(payload, 24, 48, 31) ? std::optional(Protocol::NetFlow5) : std::nullopt;
    case 7:
        return isFixed(payload, 24, 52, 31) ? std::optional(Protocol::NetFlow7) : std::nullopt;
    case 9:
        return isNetFlow9(payload) ? std::optional(Protocol::NetFlow9) : std::nullopt;
    case 10:
        return isIpfix(payload) ? std::optional(Protocol::Ipfix) : std::nullopt;
    default:
        return std::nullopt;
    }
}

} // namespace rivereto::core
