// SPDX-License-Identifier: GPL-3.0-or-later
// Fuzzes the capture reader and the meter with whole files: pcap, pcapng, gzip, zstd, lz4. Start from the corpus's captures.
#include <cstdint>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

#include "collectors/capture/capturefile.h"

using namespace rivereto;

namespace {

void readDatagrams(const std::string& path)
{
    auto reader = collectors::CaptureReader::open(path, {.maxFragmentBytes = 1 << 16});
    if (!reader)
        return;
    core::DatagramBatch batch;
    while ((*reader)->read(batch) == collectors::CaptureReader::Status::More)
        batch.clear();
    const auto& stats = (*reader)->stats();
    if (stats.datagrams + stats.otherPackets > stats.packets)
        __builtin_trap();
}

/// No packet is lost on the way into flows.
void meter(const std::string& path, uint8_t choice)
{
    auto stream = collectors::ByteStream::open(path);
    if (!stream)
        return;
    core::InputSettings settings {.decapsulation = static_cast<core::Decapsulation>(choice % 7), .packets = core::PacketUse::Meter};
    auto file = collectors::CaptureFile::open(std::move(*stream), path, {.schema = core::Schema::builtin(), .settings = settings});
    if (!file)
        return;
    core::DatagramBatch datagrams;
    core::FlowBatch rows(core::Schema::builtin());
    uint64_t packets = 0;
    auto status = collectors::FlowFile::Status::More;
    while (status == collectors::FlowFile::Status::More) {
        status = (*file)->read(datagrams, rows, {});
        for (size_t i = 0; i < rows.rows(); ++i)
            packets += rows.view(core::ColumnId::Packets).number(i);
        datagrams.clear();
        rows.clear();
    }
    for (const auto& count : (*file)->counts()) {
        if (count.name == "metered-packets" && count.count != packets)
            __builtin_trap();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
    const int fd = memfd_create("capture", 0);
    if (size == 0 || fd < 0 || write(fd, data, size) != static_cast<ssize_t>(size))
        return 0;
    const auto path = "/proc/self/fd/" + std::to_string(fd);
    readDatagrams(path);
    meter(path, data[size / 2]);
    close(fd);
    return 0;
}
