// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/output.h"

#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstdio>

#include <unistd.h>

#include "app/cli/arguments.h"

namespace rivereto::app {

namespace {
constexpr size_t kBuffer = 1 << 16;
}

Output::Output() { std::signal(SIGPIPE, SIG_IGN); }

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
                std::perror("rivereto: cannot write the output");
        }
    }
    m_buffer.clear();
}

void appendCsv(std::string& out, std::string_view field)
{
    if (field.find_first_of(",\"\r\n") == std::string_view::npos) {
        out += field;
        return;
    }
    out += '"';
    for (const char c : field) {
        out += c;
        if (c == '"')
            out += '"';
    }
    out += '"';
}

void appendJson(std::string& out, std::string_view text)
{
    out += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\')
            (out += '\\') += c;
        else if (static_cast<unsigned char>(c) < 0x20)
            fmt::format_to(std::back_inserter(out), "\\u{:04x}", c);
        else
            out += c;
    }
    out += '"';
}

void appendJson(std::string& out, double number)
{
    if (std::isfinite(number))
        fmt::format_to(std::back_inserter(out), "{}", number);
    else
        out += "null";
}

int sayFailed(const core::Error& error)
{
    fmt::print(stderr, "rivereto: {}\n", error.message());
    return kFailed;
}

ProgressLine::ProgressLine(bool quiet) : m_on(!quiet && ::isatty(STDERR_FILENO) != 0) { }

void ProgressLine::show(const std::string& text)
{
    if (!m_on)
        return;
    fmt::print(stderr, "\r\033[K{}", text);
    std::fflush(stderr);
    m_shown = true;
}

void ProgressLine::clear()
{
    if (m_shown)
        fmt::print(stderr, "\r\033[K");
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
        constexpr timespec kTick{0, 100'000'000};
        while (!ended.stop_requested()) {
            if (sigtimedwait(&set, nullptr, &kTick) > 0)
                m_source.request_stop();
        }
    });
}

StopOnSignal::~StopOnSignal() = default;

} // namespace rivereto::app
