// SPDX-License-Identifier: GPL-3.0-or-later
// Fuzzes the decoders: the input is a run of datagrams, each with a 16-bit length before it, given to one decoder.
// Start from real export: cut the payloads of the corpus's captures into such runs.
#include <cstdint>
#include <span>

#include "core/decode/decoder.h"

using namespace rivereto::core;

namespace {

/// Reads every cell, so that a sanitizer sees a bad one.
uint64_t touch(const FlowBatch& batch)
{
    uint64_t sum = 0;
    for (const auto& column : batch.schema().columns()) {
        if (!column.stored() || !batch.has(column.id))
            continue;
        const auto view = batch.view(column.id);
        for (size_t row = 0; row < batch.rows(); ++row) {
            if (view.storage == Storage::Ip)
                sum += view.at<Ip>(row).lo;
            else if (view.storage == Storage::Dict)
                sum += batch.dictionary().text(view.at<uint32_t>(row)).size();
            else
                sum += view.number(row);
        }
    }
    return sum;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
    std::span<const uint8_t> rest(data, size);
    if (rest.empty())
        return 0;
    const uint8_t flags = rest[0];
    rest = rest.subspan(1);
    DecoderOptions options {.timeSource = static_cast<TimeSource>((flags & 3) % 3),
        .exporterFromMessage = (flags & 4) != 0,
        .keepOtherElements = (flags & 8) != 0,
        .maxTemplates = 64,
        .maxTemplatesPerExporter = 32,
        .maxPendingBytes = 1 << 16};
    if (flags & 128) {
        options.decapsulation = static_cast<Decapsulation>((flags >> 5 & 3) + 3);
        options.strict = (flags & 16) != 0;
    } else if (flags & 16) {
        options.pinned = static_cast<Protocol>(1 + (flags >> 5) % 6);
    }
    Decoder decoder(Schema::builtin(), options);
    FlowBatch batch(Schema::builtin());
    uint16_t port = 0;
    while (rest.size() >= 2) {
        const size_t length = std::min<size_t>(rest.size() - 2, static_cast<size_t>(rest[0]) << 8 | rest[1]);
        decoder.decode({{Ip::v4(1), static_cast<uint16_t>(port++ % 3), 0, 1'700'000'000'000}, rest.subspan(2, length)}, batch);
        rest = rest.subspan(2 + length);
    }
    decoder.finish();
    (void)decoder.takeNames();
    volatile uint64_t sink = touch(batch);
    (void)sink;
    if (batch.rows() != decoder.stats().flows())
        __builtin_trap();
    return 0;
}
