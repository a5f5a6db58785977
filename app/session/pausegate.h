// SPDX-License-Identifier: GPL-3.0-or-later
// PauseGate: lets somebody else hold up a long task.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace rivereto::app {

/// Any thread.
class PauseGate {
public:
    void setPaused(bool paused)
    {
        const std::scoped_lock lock(m_mutex);
        m_paused = paused;
        m_changed.notify_all();
    }
    /// Returns at once, or when the pause is over or `stop` was requested; how long that took.
    std::chrono::steady_clock::duration wait(const std::stop_token& stop)
    {
        std::unique_lock lock(m_mutex);
        if (!m_paused)
            return {};
        const auto since = std::chrono::steady_clock::now();
        m_changed.wait(lock, stop, [&] { return !m_paused; });
        return std::chrono::steady_clock::now() - since;
    }

private:
    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    bool m_paused = false;
};

} // namespace rivereto::app
