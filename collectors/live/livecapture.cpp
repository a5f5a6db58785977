// SPDX-License-Identifier: GPL-3.0-or-later
#include "collectors/live/livecapture.h"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collectors/capture/capturefile.h"

extern char** environ;

namespace rivereto::collectors {

using namespace std::chrono_literals;

namespace {

constexpr int kNotPermitted = 3;
constexpr int kOpensWithinMs = 10'000;
constexpr auto kEndsWithin = 2s;

core::Error notPermitted(const LiveOptions& options)
{
    return core::makeError("capturing on {} is not permitted. Permit it to the program that captures, once: sudo setcap cap_net_raw,cap_net_admin=eip '{}'", options.interface, options.helper);
}

} // namespace

/// The helper; its standard output is read, its standard error says why it ended.
struct LiveCapture::Process {
    pid_t pid = -1;
    int output = -1;
    int errors = -1;

    ~Process()
    {
        end();
        for (const int fd : {output, errors}) {
            if (fd >= 0)
                ::close(fd);
        }
    }
    core::Result<void> start(const LiveOptions& options)
    {
        int out[2] = {-1, -1};
        int err[2] = {-1, -1};
        if (::pipe2(out, O_CLOEXEC) != 0 || ::pipe2(err, O_CLOEXEC) != 0)
            return core::fail("{} cannot be started: {}", options.helper, std::strerror(errno));
        output = out[0];
        errors = err[0];
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
        posix_spawn_file_actions_adddup2(&actions, err[1], STDERR_FILENO);
        auto length = std::to_string(options.snapLength);
        std::string helper = options.helper, interface = options.interface, filter = options.filter;
        char* arguments[] = {helper.data(), interface.data(), length.data(), filter.data(), nullptr};
        const int failed = ::posix_spawn(&pid, options.helper.c_str(), &actions, nullptr, arguments, environ);
        posix_spawn_file_actions_destroy(&actions);
        ::close(out[1]);
        ::close(err[1]);
        if (failed != 0) {
            pid = -1;
            return core::fail("{} cannot be started: {}", options.helper, std::strerror(failed));
        }
        return {};
    }
    void kill() const
    {
        if (pid > 0)
            ::kill(pid, SIGKILL);
    }
    void terminate() const
    {
        if (pid > 0)
            ::kill(pid, SIGTERM);
    }
    /// Exit code; -1 when it was ended by a signal or had ended before.
    int end()
    {
        if (pid <= 0)
            return -1;
        terminate();
        int status = 0;
        while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) { }
        pid = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    /// True when packets, or the first second's statistics, are there.
    [[nodiscard]] bool waitForOutput() const
    {
        pollfd wait {output, POLLIN, 0};
        return ::poll(&wait, 1, kOpensWithinMs) == 1 && (wait.revents & POLLIN) != 0;
    }
    [[nodiscard]] std::string said() const
    {
        std::string out(512, '\0');
        const ssize_t n = ::read(errors, out.data(), out.size());
        out.resize(n > 0 ? static_cast<size_t>(n) : 0);
        while (!out.empty() && out.back() == '\n')
            out.pop_back();
        return out;
    }
};

core::Result<std::unique_ptr<LiveCapture>> LiveCapture::open(const LiveOptions& options, std::shared_ptr<const core::Schema> schema)
{
    std::unique_ptr<LiveCapture> out(new LiveCapture);
    out->m_options = options;
    out->m_options.settings.packets = core::PacketUse::Meter;
    out->m_schema = std::move(schema);
    out->m_process = std::make_unique<Process>();
    if (auto started = out->m_process->start(options); !started)
        return tl::unexpected(started.error());
    if (!out->m_process->waitForOutput()) {
        const int code = out->m_process->end();
        if (code == kNotPermitted)
            return tl::unexpected(notPermitted(options));
        return core::fail("nothing can be captured on {}: {}", options.interface, out->m_process->said());
    }
    auto stream = ByteStream::of(std::exchange(out->m_process->output, -1), options.interface);
    if (!stream)
        return tl::unexpected(stream.error());
    auto file = CaptureFile::open(std::move(*stream), options.interface, {.schema = out->m_schema, .settings = out->m_options.settings, .input = options.input});
    if (!file)
        return tl::unexpected(file.error());
    out->m_file = std::move(*file);
    return out;
}

LiveCapture::~LiveCapture()
{
    stop();
}

void LiveCapture::start(Pipeline& pipeline)
{
    m_thread = std::jthread([this, &pipeline] { run(pipeline); });
}

void LiveCapture::run(Pipeline& pipeline)
{
    core::DatagramBatch datagrams;
    core::FlowBatch rows(m_schema);
    auto status = FlowFile::Status::More;
    // The end comes when the helper has ended: nothing that it captured is lost.
    while (status == FlowFile::Status::More) {
        status = m_file->read(datagrams, rows, {});
        publish();
        pipeline.offer(datagrams);
        if (!pipeline.push(rows))
            break;
    }
    m_done = true;
    const int code = m_process->end();
    if (code > 0) {
        const std::scoped_lock lock(m_mutex);
        m_error = core::makeError("capturing on {} ended: {}", m_options.interface, m_process->said());
    }
}

void LiveCapture::publish()
{
    const auto counts = m_file->counts();
    const LiveCounters now {.decoded = m_file->decoded(), .packets = countOf(counts, "packets"), .kernelDrops = countOf(counts, "dropped-by-kernel"), .interfaceDrops = countOf(counts, "dropped-by-interface")};
    const std::scoped_lock lock(m_mutex);
    m_counters = now;
}

void LiveCapture::stop()
{
    if (m_process)
        m_process->terminate();
    if (!m_thread.joinable())
        return;
    // A helper that does not end is ended.
    for (auto waited = 0ms; !m_done && waited < kEndsWithin; waited += 10ms)
        std::this_thread::sleep_for(10ms);
    if (!m_done)
        m_process->kill();
    m_thread.join();
}

LiveCounters LiveCapture::counters() const
{
    const std::scoped_lock lock(m_mutex);
    return m_counters;
}

std::optional<core::Error> LiveCapture::error() const
{
    const std::scoped_lock lock(m_mutex);
    return m_error;
}

} // namespace rivereto::collectors
