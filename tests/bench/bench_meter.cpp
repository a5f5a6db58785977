// SPDX-License-Identifier: GPL-3.0-or-later
// Packets to flows, measured alone. Used by tests/bench/run.
//   bench_meter make FILE PACKETS FLOWS   writes a capture: TCP and UDP conversations of very different sizes, most of them at the same time
//   bench_meter meter FILE                reads and meters it; prints packets a second, flows and the memory taken
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include <sys/resource.h>

#include "collectors/files/filekinds.h"

using namespace rivereto;

namespace {

constexpr uint32_t kSnap = 96;

void put16(uint8_t* p, uint32_t v)
{
    p[0] = static_cast<uint8_t>(v >> 8);
    p[1] = static_cast<uint8_t>(v);
}
void put32(uint8_t* p, uint32_t v)
{
    put16(p, v >> 16);
    put16(p + 2, v & 0xffff);
}

struct Conversation {
    uint32_t client = 0;
    uint32_t server = 0;
    uint16_t port = 0;
    uint16_t service = 0;
    uint32_t sequence[2] = {1, 1};
    bool tcp = true;
};

int make(const char* path, uint64_t packets, uint64_t flows)
{
    std::FILE* file = std::fopen(path, "wb");
    if (!file)
        return 1;
    const uint32_t header[6] = {0xa1b2c3d4, 0x00040002, 0, 0, kSnap, 1};
    std::fwrite(header, sizeof header, 1, file);
    std::mt19937_64 random(1);
    std::vector<Conversation> open(flows);
    for (auto& one : open) {
        const uint64_t r = random();
        one = {.client = 0x0a000000 | static_cast<uint32_t>(r & 0xffff), .server = 0xc6336400 + static_cast<uint32_t>(r >> 16 & 0xffff), .port = static_cast<uint16_t>(32768 + (r >> 32 & 0x7fff)), .service = static_cast<uint16_t>(r >> 62 == 0 ? 53 : 443), .tcp = r >> 62 != 0};
    }
    // A few conversations have most packets: the number of one is uniform in its logarithm, more or less.
    for (uint64_t i = 0; i < packets; ++i) {
        const double u = std::ldexp(static_cast<double>(random() >> 11), -53);
        auto& one = open[static_cast<size_t>(static_cast<double>(flows) * u * u * u)];
        const unsigned back = random() & 1;
        const uint32_t length = one.tcp ? (back ? 1460 : 40 + random() % 200) : 80 + random() % 200;
        uint8_t frame[kSnap] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45};
        uint8_t* ip = frame + 14;
        put16(ip + 2, length);
        ip[8] = 64;
        ip[9] = one.tcp ? 6 : 17;
        put32(ip + 12, back ? one.server : one.client);
        put32(ip + 16, back ? one.client : one.server);
        put16(ip + 20, back ? one.service : one.port);
        put16(ip + 22, back ? one.port : one.service);
        if (one.tcp) {
            put32(ip + 24, one.sequence[back]);
            put32(ip + 28, one.sequence[1 - back]);
            put16(ip + 32, 0x5010);
            one.sequence[back] += length - 40;
        } else {
            put16(ip + 24, length - 20);
        }
        const uint32_t captured = std::min(kSnap, length + 14);
        const uint64_t us = 1'700'000'000'000'000 + i * 20;
        const uint32_t record[4] = {static_cast<uint32_t>(us / 1'000'000), static_cast<uint32_t>(us % 1'000'000), captured, length + 14};
        std::fwrite(record, sizeof record, 1, file);
        std::fwrite(frame, captured, 1, file);
    }
    return std::fclose(file);
}

int meter(const char* path)
{
    const auto start = std::chrono::steady_clock::now();
    auto file = collectors::openFlowFile(path, {.schema = core::Schema::builtin()});
    if (!file)
        return std::fprintf(stderr, "%s\n", file.error().message().c_str()), 1;
    core::DatagramBatch datagrams;
    core::FlowBatch rows(core::Schema::builtin());
    auto status = collectors::FlowFile::Status::More;
    while (status == collectors::FlowFile::Status::More) {
        status = (*file)->read(datagrams, rows, {});
        datagrams.clear();
        rows.clear();
    }
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    uint64_t packets = 0;
    for (const auto& count : (*file)->counts())
        packets += count.name == "packets" ? count.count : 0;
    rusage usage {};
    getrusage(RUSAGE_SELF, &usage);
    std::printf("%.3f M packets/s  %llu packets  %llu flows  %ld MB\n", static_cast<double>(packets) / seconds / 1e6, static_cast<unsigned long long>(packets), static_cast<unsigned long long>((*file)->decoded().flows()), usage.ru_maxrss / 1024);
    return 0;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc == 5 && std::strcmp(argv[1], "make") == 0)
        return make(argv[2], std::strtoull(argv[3], nullptr, 10), std::strtoull(argv[4], nullptr, 10));
    if (argc == 3 && std::strcmp(argv[1], "meter") == 0)
        return meter(argv[2]);
    std::fprintf(stderr, "usage: bench_meter make FILE PACKETS FLOWS | meter FILE\n");
    return 2;
}
