// SPDX-License-Identifier: GPL-3.0-or-later
// rivereto-capture: captures on one interface and writes pcapng to standard output. The only part of Rivereto that may be given the
// right to capture, so it does nothing else: it knows no files and no network, and gives its rights up as soon as it has opened the interface.
//
//   rivereto-capture INTERFACE SNAPLEN [FILTER]
//
// Each second an interface statistics block tells what the kernel dropped, also when there are no packets. Ends by SIGTERM, SIGINT, or
// when nobody reads any more. Exit: 0 ended, 1 failed (reason on standard error), 2 wrong usage, 3 not permitted.
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>

#include <linux/capability.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "collectors/capture/pcapngwriter.h"

using namespace rivereto;

namespace {

constexpr int kFailed = 1, kUsage = 2, kNotPermitted = 3;
constexpr int kTimeoutMs = 100;
constexpr int kBufferBytes = 32 << 20;

volatile std::sig_atomic_t g_stop = 0;

int fail(const char* what, const char* why, int code = kFailed)
{
    std::fprintf(stderr, "%s: %s\n", what, why);
    return code;
}

core::Result<void> put(std::string_view bytes)
{
    while (!bytes.empty()) {
        const ssize_t n = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return core::fail("nobody reads");
        bytes.remove_prefix(static_cast<size_t>(n));
    }
    return {};
}

void dropRights()
{
    __user_cap_header_struct header {_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct none[2] {};
    (void)::syscall(SYS_capset, &header, none);
}

uint64_t nowNs()
{
    timespec now {};
    clock_gettime(CLOCK_REALTIME, &now);
    return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

/// An opened capture, or the exit code.
int open(const char* interface, int snapLength, const char* filter, pcap_t*& out)
{
    char reason[PCAP_ERRBUF_SIZE] = "";
    out = pcap_create(interface, reason);
    if (!out)
        return fail(interface, reason);
    pcap_set_snaplen(out, snapLength);
    pcap_set_promisc(out, 1);
    pcap_set_timeout(out, kTimeoutMs);
    pcap_set_buffer_size(out, kBufferBytes);
    pcap_set_tstamp_precision(out, PCAP_TSTAMP_PRECISION_NANO);
    const int code = pcap_activate(out);
    if (code == PCAP_ERROR_PERM_DENIED || code == PCAP_ERROR_PROMISC_PERM_DENIED)
        return fail(interface, "not permitted", kNotPermitted);
    if (code < 0) {
        const char* more = pcap_geterr(out);
        return fail(interface, *more ? more : pcap_statustostr(code));
    }
    dropRights();
    // With a ring of blocks libpcap would wait for packets without an end; who waits here is told that time goes on.
    if (pcap_setnonblock(out, 1, reason) != 0)
        return fail(interface, reason);
    bpf_program program {};
    if (pcap_compile(out, &program, filter, 1, PCAP_NETMASK_UNKNOWN) != 0 || pcap_setfilter(out, &program) != 0)
        return fail("capture filter", pcap_geterr(out));
    pcap_freecode(&program);
    return 0;
}

int capture(pcap_t* from, const char* interface)
{
    collectors::PcapngWriter writer(put);
    const int precision = pcap_get_tstamp_precision(from) == PCAP_TSTAMP_PRECISION_NANO ? 1 : 1000;
    const collectors::CaptureInterface about {.name = interface, .linkType = pcap_datalink(from)};
    uint64_t told = 0;
    while (!g_stop) {
        pcap_pkthdr* header = nullptr;
        const u_char* data = nullptr;
        const int code = pcap_next_ex(from, &header, &data);
        if (code < 0 && code != PCAP_ERROR_BREAK)
            return fail(interface, pcap_geterr(from));
        core::Result<void> done;
        if (code == 1)
            done = writer.write({.linkType = about.linkType, .timeNs = static_cast<uint64_t>(header->ts.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(header->ts.tv_usec) * static_cast<uint64_t>(precision), .originalLength = header->len, .bytes = {data, header->caplen}}, about);
        const uint64_t now = nowNs();
        if (done && now - told >= 1'000'000'000) {
            told = now;
            pcap_stat statistics {};
            pcap_stats(from, &statistics);
            done = writer.statistics(about, {.timeNs = now, .received = statistics.ps_recv, .droppedByKernel = statistics.ps_drop, .droppedByInterface = statistics.ps_ifdrop});
        }
        // Nothing waits longer than the kernel's timeout.
        if (done && code == 0) {
            done = writer.finish();
            pollfd wait {pcap_get_selectable_fd(from), POLLIN, 0};
            ::poll(&wait, 1, kTimeoutMs);
        }
        if (!done)
            return 0;
    }
    (void)writer.finish();
    return 0;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 3 || argc > 4) {
        std::fprintf(stderr, "usage: rivereto-capture INTERFACE SNAPLEN [FILTER]\n");
        return kUsage;
    }
    for (const int signal : {SIGTERM, SIGINT})
        std::signal(signal, [](int) { g_stop = 1; });
    std::signal(SIGPIPE, SIG_IGN);
    pcap_t* from = nullptr;
    const int snapLength = std::clamp(std::atoi(argv[2]), 64, 262144);
    int code = open(argv[1], snapLength, argc == 4 ? argv[3] : "", from);
    if (code == 0)
        code = capture(from, argv[1]);
    if (from)
        pcap_close(from);
    return code;
}
