// SPDX-License-Identifier: GPL-3.0-or-later
// What commands write: data on standard output, everything else on standard error.
#pragma once

#include <atomic>
#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

#include "core/base/result.h"

namespace rivereto::app {

/// Standard output, buffered. A closed pipe is no error: open() turns false and the command ends quietly (main ignores
/// SIGPIPE).
class Output {
public:
    Output() = default;
    ~Output();
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;
    void write(std::string_view text);
    void flush();
    /// Any thread may ask.
    [[nodiscard]] bool open() const { return m_open; }
    /// False when writing failed for another reason than a closed pipe (a full disk).
    [[nodiscard]] bool ok() const { return m_ok; }

private:
    std::string m_buffer;
    std::atomic<bool> m_open{true};
    bool m_ok = true;
};

/// Text on standard error. Where that cannot be written there is nobody to tell: it is no error.
void say(std::string_view text);

/// "rivereto: …" on standard error; returns kFailed.
int sayFailed(const core::Error& error);

/// A line on standard error that replaces itself, when that is a terminal and not quiet.
class ProgressLine {
public:
    explicit ProgressLine(bool quiet);
    ~ProgressLine() { clear(); }
    void show(const std::string& text);
    void clear();

private:
    bool m_on;
    bool m_shown = false;
};

/// SIGINT and SIGTERM ask to stop as long as this lives. One at a time; create it before other threads start.
class StopOnSignal {
public:
    StopOnSignal();
    ~StopOnSignal();
    [[nodiscard]] std::stop_token token() const { return m_source.get_token(); }

private:
    std::stop_source m_source;
    std::jthread m_thread;
};

} // namespace rivereto::app
