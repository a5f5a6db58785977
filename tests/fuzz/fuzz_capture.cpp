// SPDX-License-Identifier: GPL-3.0-or-later
// Fuzzes the capture reader with whole files: pcap, pcapng, gzip, zstd. Start from the corpus's captures.
#include <cstdint>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

#include "collectors/capture/capturereader.h"

using namespace rivereto;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
    const int fd = memfd_create("capture", 0);
    if (fd < 0 || write(fd, data, size) != static_cast<ssize_t>(size))
        return 0;
    auto reader = collectors::CaptureReader::open("/proc/self/fd/" + std::to_string(fd), {.maxFragmentBytes = 1 << 16});
    if (reader) {
        core::DatagramBatch batch;
        while ((*reader)->read(batch) == collectors::CaptureReader::Status::More)
            batch.clear();
        const auto& stats = (*reader)->stats();
        if (stats.datagrams + stats.otherPackets > stats.packets)
            __builtin_trap();
    }
    close(fd);
    return 0;
}
