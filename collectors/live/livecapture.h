// SPDX-License-Identifier: GPL-3.0-or-later
// LiveCapture: packets of an interface, metered as they come. Read this first in collectors/live.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "collectors/files/flowfile.h"
#include "collectors/pipeline/pipeline.h"
#include "core/decode/inputsettings.h"

namespace rivereto::collectors {

struct LiveOptions {
    std::string interface;
    std::string filter; ///< pcap-filter(7); empty: everything
    unsigned snapLength = 256; ///< octets of a packet that are captured: enough for headers and most names
    core::InputSettings settings;
    std::string helper; ///< path of rivereto-capture
    uint16_t input = 0;
};

struct LiveCounters {
    core::DecodeStats decoded; ///< of metered flows
    uint64_t packets = 0;
    uint64_t kernelDrops = 0; ///< packets
    uint64_t interfaceDrops = 0;
};

/// The helper program captures – it alone needs the permission – and is read by a thread, which gives flows, and datagrams of
/// flow export, to a pipeline. Counters may be read from any thread.
class LiveCapture {
public:
    /// Returns when the interface is open, or with the reason why not; without permission that names the command that gives it.
    static core::Result<std::unique_ptr<LiveCapture>> open(const LiveOptions& options, std::shared_ptr<const core::Schema> schema);
    /// Stops.
    ~LiveCapture();
    LiveCapture(const LiveCapture&) = delete;
    LiveCapture& operator=(const LiveCapture&) = delete;

    void start(Pipeline& pipeline);
    /// Ends the helper; flows that are open end, and go to the pipeline.
    void stop();
    [[nodiscard]] LiveCounters counters() const;
    /// The helper ended by itself, with this reason.
    [[nodiscard]] std::optional<core::Error> error() const;

private:
    struct Process;
    LiveCapture() = default;
    void run(Pipeline& pipeline);
    void publish();

    LiveOptions m_options;
    std::unique_ptr<Process> m_process;
    std::unique_ptr<FlowFile> m_file;
    std::shared_ptr<const core::Schema> m_schema;
    mutable std::mutex m_mutex;
    LiveCounters m_counters; ///< guarded
    std::optional<core::Error> m_error; ///< guarded
    std::atomic<bool> m_done {false}; ///< the thread has read all
    std::jthread m_thread;
};

} // namespace rivereto::collectors
