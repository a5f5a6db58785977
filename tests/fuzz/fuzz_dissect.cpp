// SPDX-License-Identifier: GPL-3.0-or-later
// Fuzzes the dissector: the input is as fuzz_decode's, an octet and then datagrams with their lengths. Every tree must be
// tiled by its leaves, whatever the bytes.
#include <cstdint>
#include <span>

#include "core/decode/dissect.h"
#include "tests/support/dissected.h"

using namespace rivereto::core;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
    std::span<const uint8_t> rest(data, size);
    if (rest.empty())
        return 0;
    const size_t nodes = rest[0] & 1 ? 200 : 20'000;
    rest = rest.subspan(1);
    Dissector dissector(Schema::builtin(), {.maxTemplates = 64, .maxNodes = nodes});
    uint16_t port = 0;
    while (rest.size() >= 2) {
        const size_t length = std::min<size_t>(rest.size() - 2, static_cast<size_t>(rest[0]) << 8 | rest[1]);
        const Datagram datagram{{Ip::v4(1), static_cast<uint16_t>(port++ % 3), 0, 1'700'000'000'000}, rest.subspan(2, length)};
        if (port % 5 == 0)
            (void)dissector.learn(datagram);
        const auto tree = dissector.dissect(datagram);
        if (!rivereto::support::tiled(tree) || tree.length != length)
            __builtin_trap();
        if (length > 0 && !nodeAt(tree, static_cast<uint32_t>(length / 2)))
            __builtin_trap();
        rest = rest.subspan(2 + length);
    }
    return 0;
}
