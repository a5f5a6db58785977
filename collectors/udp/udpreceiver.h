// SPDX-License-Identifier: GPL-3.0-or-later
// UdpReceiver: one socket and the thread that empties it. Read this first in collectors/udp.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "core/base/result.h"
#include "core/decode/datagrambatch.h"

namespace rivereto::collectors {

struct UdpInput {
    std::string address; ///< IPv4 or IPv6; empty: every address of this machine, both families
    uint16_t port = 0;   ///< 0: any free one, see UdpReceiver::port()
    uint16_t input = 0;  ///< DatagramOrigin::input
    int bufferBytes = 32 << 20; ///< asked of the kernel
};

/// Receives with recvmmsg and the kernel's receive time. Counters may be read from any thread.
class UdpReceiver {
public:
    /// Binds at once, so that errors are known before anything starts. They name the address and say what to do.
    static core::Result<std::unique_ptr<UdpReceiver>> open(const UdpInput& input);
    /// Stops and closes.
    ~UdpReceiver();
    UdpReceiver(const UdpReceiver&) = delete;
    UdpReceiver& operator=(const UdpReceiver&) = delete;

    /// Starts the thread. `deliver` is called on it with a batch, which it empties, at most a twentieth of a second after
    /// the batch's first datagram came.
    void start(std::function<void(core::DatagramBatch&)> deliver);
    /// Delivers what the socket still holds, for a second at most, then ends the thread.
    void stop();

    [[nodiscard]] uint16_t port() const { return m_port; }
    [[nodiscard]] uint64_t datagrams() const { return m_datagrams; }
    /// Datagrams that the kernel had no room for (SO_RXQ_OVFL).
    [[nodiscard]] uint64_t kernelDrops() const { return m_kernelDrops; }
    /// Receive buffer that the kernel granted, in bytes.
    [[nodiscard]] int bufferGranted() const { return m_bufferGranted; }

private:
    struct Slots;
    UdpReceiver() = default;
    core::Result<void> bind(const UdpInput& input);
    void run(const std::stop_token& stop);
    void countDrops();
    /// Number of datagrams added to the batch.
    int receive(Slots& slots, core::DatagramBatch& batch);

    int m_socket = -1;
    uint16_t m_port = 0;
    uint16_t m_input = 0;
    int m_bufferGranted = 0;
    std::atomic<uint64_t> m_datagrams{0};
    std::atomic<uint64_t> m_kernelDrops{0};
    std::function<void(core::DatagramBatch&)> m_deliver;
    std::jthread m_thread;
};

} // namespace rivereto::collectors
