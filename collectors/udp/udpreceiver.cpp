// SPDX-License-Identifier: GPL-3.0-or-later
#include "collectors/udp/udpreceiver.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <vector>

#include <arpa/inet.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace rivereto::collectors {

namespace {

constexpr unsigned kMessages = 64;
constexpr size_t kLargest = 65536;
constexpr size_t kBatchBytes = 256 * 1024;
constexpr int kPollMs = 50;
constexpr auto kDrain = std::chrono::seconds(1);

core::Ip addressOf(const sockaddr_storage& from)
{
    if (from.ss_family == AF_INET)
        return core::Ip::v4(ntohl(reinterpret_cast<const sockaddr_in&>(from).sin_addr.s_addr));
    return core::Ip::fromBytes(reinterpret_cast<const sockaddr_in6&>(from).sin6_addr.s6_addr);
}

uint16_t portOf(const sockaddr_storage& from)
{
    return ntohs(from.ss_family == AF_INET ? reinterpret_cast<const sockaddr_in&>(from).sin_port
                                           : reinterpret_cast<const sockaddr_in6&>(from).sin6_port);
}

std::string place(const UdpInput& input) { return fmt::format("{}:{}", input.address.empty() ? "*" : input.address, input.port); }

} // namespace

/// Buffers that one recvmmsg fills.
struct UdpReceiver::Slots {
    Slots() : payloads(kMessages * kLargest)
    {
        for (unsigned i = 0; i < kMessages; ++i) {
            vectors[i] = {payloads.data() + i * kLargest, kLargest};
            auto& header = messages[i].msg_hdr;
            header.msg_name = &sources[i];
            header.msg_iov = &vectors[i];
            header.msg_iovlen = 1;
            header.msg_control = controls[i].data();
        }
        rearm();
    }
    /// The kernel writes back how much of each it used.
    void rearm()
    {
        for (unsigned i = 0; i < kMessages; ++i) {
            messages[i].msg_hdr.msg_namelen = sizeof(sockaddr_storage);
            messages[i].msg_hdr.msg_controllen = controls[i].size();
        }
    }
    std::vector<uint8_t> payloads;
    std::array<mmsghdr, kMessages> messages{};
    std::array<iovec, kMessages> vectors{};
    std::array<sockaddr_storage, kMessages> sources{};
    alignas(cmsghdr) std::array<std::array<char, 128>, kMessages> controls{};
};

core::Result<std::unique_ptr<UdpReceiver>> UdpReceiver::open(const UdpInput& input)
{
    std::unique_ptr<UdpReceiver> out(new UdpReceiver);
    if (auto bound = out->bind(input); !bound)
        return tl::unexpected(bound.error());
    return out;
}

core::Result<void> UdpReceiver::bind(const UdpInput& input)
{
    sockaddr_storage local{};
    socklen_t length = sizeof(sockaddr_in6);
    auto& v6 = reinterpret_cast<sockaddr_in6&>(local);
    auto& v4 = reinterpret_cast<sockaddr_in&>(local);
    if (input.address.empty() || ::inet_pton(AF_INET6, input.address.c_str(), &v6.sin6_addr) == 1) {
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(input.port);
    } else if (::inet_pton(AF_INET, input.address.c_str(), &v4.sin_addr) == 1) {
        v4.sin_family = AF_INET;
        v4.sin_port = htons(input.port);
        length = sizeof(sockaddr_in);
    } else {
        return core::fail("“{}” is no IP address to listen on", input.address);
    }
    m_input = input.input;
    m_socket = ::socket(local.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (m_socket < 0 && errno == EAFNOSUPPORT && input.address.empty()) {
        // A machine without IPv6: every address is every IPv4 address.
        local = {};
        v4.sin_family = AF_INET;
        v4.sin_port = htons(input.port);
        length = sizeof(sockaddr_in);
        m_socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    }
    if (m_socket < 0)
        return core::fail("cannot listen on {}: {}", place(input), std::strerror(errno));
    const int on = 1;
    const int off = 0;
    if (local.ss_family == AF_INET6)
        ::setsockopt(m_socket, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    ::setsockopt(m_socket, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on);
    ::setsockopt(m_socket, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    // FORCE passes over net.core.rmem_max where we may; otherwise the kernel gives what it allows.
    if (::setsockopt(m_socket, SOL_SOCKET, SO_RCVBUFFORCE, &input.bufferBytes, sizeof(int)) != 0)
        ::setsockopt(m_socket, SOL_SOCKET, SO_RCVBUF, &input.bufferBytes, sizeof(int));
    socklen_t size = sizeof m_bufferGranted;
    ::getsockopt(m_socket, SOL_SOCKET, SO_RCVBUF, &m_bufferGranted, &size);
    m_bufferGranted /= 2; // the kernel doubles it for its own bookkeeping
    if (::bind(m_socket, reinterpret_cast<sockaddr*>(&local), length) != 0) {
        if (errno == EADDRINUSE)
            return core::fail("cannot listen on {}: another program does; choose another port or stop it", place(input));
        return core::fail("cannot listen on {}: {}", place(input), std::strerror(errno));
    }
    length = sizeof local;
    ::getsockname(m_socket, reinterpret_cast<sockaddr*>(&local), &length);
    m_port = portOf(local);
    return {};
}

UdpReceiver::~UdpReceiver()
{
    stop();
    if (m_socket >= 0)
        ::close(m_socket);
}

void UdpReceiver::start(std::function<void(core::DatagramBatch&)> deliver)
{
    m_deliver = std::move(deliver);
    m_thread = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void UdpReceiver::stop()
{
    m_thread.request_stop();
    if (m_thread.joinable())
        m_thread.join();
}

void UdpReceiver::run(const std::stop_token& stop)
{
    using Clock = std::chrono::steady_clock;
    Slots slots;
    core::DatagramBatch batch;
    auto first = Clock::now();
    std::optional<Clock::time_point> stopped;
    for (;;) {
        pollfd wait{.fd = m_socket, .events = POLLIN, .revents = 0};
        const bool stopping = stop.stop_requested();
        if (stopping && !stopped)
            stopped = Clock::now();
        const bool ready = ::poll(&wait, 1, stopping ? 0 : kPollMs) > 0;
        const int got = ready ? receive(slots, batch) : 0;
        if (batch.size() == static_cast<size_t>(got))
            first = Clock::now();
        const bool late = Clock::now() - first >= std::chrono::milliseconds(kPollMs);
        if (!batch.empty() && (batch.bytes() >= kBatchBytes || late || got == 0)) {
            m_deliver(batch);
            batch.clear();
        }
        // What came before the stop is in the socket; a flood that goes on does not keep us.
        if (stopping && (got == 0 || Clock::now() - *stopped >= kDrain)) {
            if (!batch.empty())
                m_deliver(batch);
            countDrops();
            return;
        }
        if (got == 0)
            countDrops();
    }
}

/// The kernel tells drops with the next datagram only; after a burst there may be none for long.
void UdpReceiver::countDrops()
{
    std::array<uint32_t, SK_MEMINFO_VARS> info{};
    socklen_t size = sizeof info;
    if (::getsockopt(m_socket, SOL_SOCKET, SO_MEMINFO, info.data(), &size) == 0 && size > SK_MEMINFO_DROPS * sizeof info[0])
        m_kernelDrops = info[SK_MEMINFO_DROPS];
}

int UdpReceiver::receive(Slots& slots, core::DatagramBatch& batch)
{
    slots.rearm();
    const int got = ::recvmmsg(m_socket, slots.messages.data(), kMessages, MSG_DONTWAIT, nullptr);
    for (int i = 0; i < got; ++i) {
        auto& message = slots.messages[static_cast<size_t>(i)];
        const auto& from = slots.sources[static_cast<size_t>(i)];
        core::DatagramOrigin origin{.source = addressOf(from), .sourcePort = portOf(from), .input = m_input, .receivedMs = 0};
        for (auto* part = CMSG_FIRSTHDR(&message.msg_hdr); part; part = CMSG_NXTHDR(&message.msg_hdr, part)) {
            if (part->cmsg_level != SOL_SOCKET)
                continue;
            if (part->cmsg_type == SCM_TIMESTAMPNS) {
                timespec time{};
                std::memcpy(&time, CMSG_DATA(part), sizeof time);
                origin.receivedMs = static_cast<uint64_t>(time.tv_sec) * 1000 + static_cast<uint64_t>(time.tv_nsec) / 1'000'000;
            } else if (part->cmsg_type == SO_RXQ_OVFL) {
                uint32_t drops = 0;
                std::memcpy(&drops, CMSG_DATA(part), sizeof drops);
                m_kernelDrops = drops;
            }
        }
        batch.add(origin, {slots.payloads.data() + static_cast<size_t>(i) * kLargest, message.msg_len});
    }
    m_datagrams += static_cast<uint64_t>(std::max(got, 0));
    return std::max(got, 0);
}

} // namespace rivereto::collectors
