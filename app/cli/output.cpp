// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/output.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstring>

#include <unistd.h>

#include "app/cli/arguments.h"

namespace rivereto::app {

namespace {
constexpr size_t kBuffer = 1 << 16;
}

Output::~Output() { flush(); }

void Output::write(std::string_view text)
{
    m_buffer += text;
    if (m_buffer.size() >= kBuffer)
        flush();
}

void Output::flush()
{
    std::string_view rest = m_buffer;
    while (m_open && !rest.empty()) {
        const auto written = ::write(STDOUT_FILENO, rest.data(), rest.size());
        if (written > 0) {
            rest.remove_prefix(static_cast<size_t>(written));
        } else if (errno != EINTR) {
            m_ok = errno == EPIPE;
            m_open = false;
            if (!m_ok)
                say(fmt::format("rivereto: cannot write the output: {}\n", std::strerror(errno)));
        }
    }
    m_buffer.clear();
}

void say(std::string_view text)
{
    while (!text.empty()) {
        const auto written = ::write(STDERR_FILENO, text.data(), text.size());
        if (written <= 0 && errno != EINTR)
            return;
        text.remove_prefix(static_cast<size_t>(std::max<ssize_t>(written, 0)));
    }
}

int sayFailed(const core::Error& error)
{
    say(fmt::format("rivereto: {}\n", error.message()));
    return kFailed;
}

ProgressLine::ProgressLine(bool quiet) : m_on(!quiet && ::isatty(STDERR_FILENO) != 0) { }

void ProgressLine::show(const std::string& text)
{
    if (!m_on)
        return;
    say("\r\033[K" + text);
    m_shown = true;
}

void ProgressLine::clear()
{
    if (m_shown)
        say("\r\033[K");
    m_shown = false;
}

StopOnSignal::StopOnSignal()
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    m_thread = std::jthread([this, set](const std::stop_token& ended) {
        int signal = 0;
        while (sigwait(&set, &signal) == 0 && !ended.stop_requested())
            m_source.request_stop();
    });
}

StopOnSignal::~StopOnSignal()
{
    m_thread.request_stop();
    pthread_kill(m_thread.native_handle(), SIGTERM); // wakes it; to the thread alone
}

} // namespace rivereto::app
