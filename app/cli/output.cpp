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

namespace {

/// Length of the UTF-8 sequence that the text begins with; 0 when it is none (RFC 3629 §4).
size_t utf8Length(std::string_view text)
{
    const auto byte = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    const auto continues = [&](size_t from, size_t to) {
        for (size_t i = from; i < to; ++i) {
            if ((byte(i) & 0xc0) != 0x80)
                return false;
        }
        return true;
    };
    const auto first = byte(0);
    const auto second = byte(1);
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first <= 0xdf)
        return continues(1, 2) ? 2 : 0;
    if (first >= 0xe0 && first <= 0xef) {
        const bool shortest = first != 0xe0 || second >= 0xa0;
        const bool surrogate = first == 0xed && second >= 0xa0;
        return shortest && !surrogate && continues(1, 3) ? 3 : 0;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        const bool inRange = (first != 0xf0 || second >= 0x90) && (first != 0xf4 || second <= 0x8f);
        return inRange && continues(1, 4) ? 4 : 0;
    }
    return 0;
}

} // namespace

void appendJson(std::string& out, std::string_view text)
{
    out += '"';
    while (!text.empty()) {
        const size_t length = utf8Length(text);
        const auto c = text[0];
        if (length == 0)
            out += "\xef\xbf\xbd"; // U+FFFD: devices send names in any encoding, JSON knows only UTF-8
        else if (c == '"' || c == '\\')
            (out += '\\') += c;
        else if (length == 1 && static_cast<unsigned char>(c) < 0x20)
            fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
        else
            out += text.substr(0, length);
        text.remove_prefix(std::max<size_t>(length, 1));
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
