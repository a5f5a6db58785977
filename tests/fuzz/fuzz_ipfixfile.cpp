// SPDX-License-Identifier: GPL-3.0-or-later
// Fuzzes files of IPFIX messages: all bytes are handed out or counted as skipped, and what was decoded comes back when it is
// written. Start from the corpus's IPFIX files.
#include <cstdint>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

#include "collectors/ipfix/ipfixfile.h"
#include "collectors/ipfix/ipfixwriter.h"
#include "core/decode/decoder.h"

using namespace rivereto;

namespace {

/// What a file of these bytes gives; traps when bytes get lost.
core::FlowBatch readIpfix(const void* data, size_t size)
{
    core::FlowBatch flows(core::Schema::builtin());
    const int fd = memfd_create("ipfix", 0);
    if (fd < 0 || write(fd, data, size) != static_cast<ssize_t>(size))
        return flows;
    const std::string path = "/proc/self/fd/" + std::to_string(fd);
    auto stream = collectors::ByteStream::open(path);
    close(fd);
    if (!stream)
        return flows;
    const bool plain = !(*stream)->compressed();
    const auto file = collectors::IpfixFile::open(std::move(*stream), path, {.schema = core::Schema::builtin()});
    core::Decoder decoder(core::Schema::builtin(), {.keepOtherElements = true});
    core::DatagramBatch datagrams;
    core::FlowBatch none(core::Schema::builtin());
    auto status = collectors::FlowFile::Status::More;
    uint64_t seen = 0;
    while (status == collectors::FlowFile::Status::More) {
        datagrams.clear();
        status = (*file)->read(datagrams, none, {});
        seen += datagrams.bytes();
        for (size_t i = 0; i < datagrams.size() && flows.rows() < 4096; ++i)
            decoder.decode(datagrams[i], flows);
    }
    for (const auto& count : (*file)->counts())
        seen += count.name == "skipped-bytes" ? count.count : 0;
    if (plain && seen != size)
        __builtin_trap();
    return flows;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
    const auto flows = readIpfix(data, size);
    std::string bytes;
    const auto put = [&](std::string_view some) -> core::Result<void> {
        bytes += some;
        return {};
    };
    const auto writer = collectors::makeIpfixWriter({.schema = core::Schema::builtin(), .put = put, .maxTemplates = 3});
    if (flows.empty() || !writer->write(flows) || !writer->finish())
        return 0;
    const auto again = readIpfix(bytes.data(), bytes.size());
    if (again.rows() != flows.rows() && flows.rows() < 4096)
        __builtin_trap();
    return 0;
}
