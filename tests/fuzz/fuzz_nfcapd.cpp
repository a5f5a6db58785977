// SPDX-License-Identifier: GPL-3.0-or-later
// Fuzzes the reader of nfcapd files with whole files of both layouts and every compression.
#include <cstdint>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

#include "collectors/nfcapd/nfcapdfile.h"

using namespace rivereto;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
    const int fd = memfd_create("nfcapd", 0);
    if (fd < 0)
        return 0;
    if (write(fd, data, size) == static_cast<ssize_t>(size)) {
        const auto path = "/proc/self/fd/" + std::to_string(fd);
        auto stream = collectors::ByteStream::open(path);
        auto file = stream ? collectors::NfcapdFile::open(std::move(*stream), path, {.schema = core::Schema::builtin()})
                           : core::Result<std::unique_ptr<collectors::FlowFile>>(tl::unexpected(stream.error()));
        if (file) {
            core::DatagramBatch datagrams;
            core::FlowBatch rows(core::Schema::builtin());
            uint64_t count = 0;
            while ((*file)->read(datagrams, rows, {}) == collectors::FlowFile::Status::More) {
                count += rows.rows();
                if (rows.rows() > 2 * collectors::nfcapd::RecordRun::kMost)
                    __builtin_trap();
                rows.clear();
            }
            const auto& decoded = (*file)->decoded();
            if (count != decoded.flows() || decoded.flows() > 2 * decoded.records())
                __builtin_trap();
        }
    }
    close(fd);
    return 0;
}
