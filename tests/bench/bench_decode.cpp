// SPDX-License-Identifier: GPL-3.0-or-later
// Times decoding alone: the datagrams of a capture, held in memory, into rows.
// bench_decode CAPTURE → one JSON object: {"records", "octets", "per_core_second", "with_health"}; the last two are records a
// second of processor time, without and with the accounting of exporters.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <vector>

#include <fmt/format.h>

#include "collectors/capture/capturereader.h"
#include "core/decode/decoder.h"
#include "core/health/accounting.h"

using namespace rivereto;

namespace {

constexpr int kRepeats = 7;

std::vector<core::DatagramBatch> load(collectors::CaptureReader& reader)
{
    std::vector<core::DatagramBatch> out;
    auto status = collectors::CaptureReader::Status::More;
    while (status == collectors::CaptureReader::Status::More) {
        core::DatagramBatch batch;
        status = reader.read(batch);
        out.push_back(std::move(batch));
    }
    return out;
}

struct Measured {
    uint64_t records = 0;
    double seconds = 0; ///< of processor time
};

Measured decodeAll(const std::vector<core::DatagramBatch>& batches, core::MessageObserver* observer)
{
    core::Decoder decoder(core::Schema::builtin(), {.observer = observer});
    core::FlowBatch rows(core::Schema::builtin());
    const auto start = std::clock();
    for (const auto& batch : batches) {
        for (size_t i = 0; i < batch.size(); ++i) {
            decoder.decode(batch[i], rows);
            if (rows.rows() >= core::kSegmentRows)
                rows.clear();
        }
    }
    return {decoder.stats().records(), static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC};
}

/// Records a second, the median of several runs.
double rate(const std::vector<core::DatagramBatch>& batches, bool health)
{
    std::vector<double> rates;
    for (int i = 0; i < kRepeats; ++i) {
        core::HealthAccounting accounting(nullptr);
        const auto measured = decodeAll(batches, health ? &accounting : nullptr);
        rates.push_back(static_cast<double>(measured.records) / measured.seconds);
    }
    std::ranges::sort(rates);
    return rates[rates.size() / 2];
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 2) {
        std::fputs("bench_decode CAPTURE\n", stderr);
        return 2;
    }
    auto reader = collectors::CaptureReader::open(argv[1]);
    if (!reader) {
        std::fputs((reader.error().message() + "\n").c_str(), stderr);
        return 1;
    }
    const auto batches = load(**reader);
    uint64_t octets = 0;
    for (const auto& batch : batches) {
        for (size_t i = 0; i < batch.size(); ++i)
            octets += batch[i].payload.size();
    }
    const auto records = decodeAll(batches, nullptr).records;
    std::fputs(fmt::format("{{\"records\": {}, \"octets\": {}, \"per_core_second\": {:.0f}, \"with_health\": {:.0f}}}\n", records, octets,
                   rate(batches, false), rate(batches, true))
                   .c_str(),
        stdout);
    return 0;
}
