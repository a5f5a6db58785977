// SPDX-License-Identifier: GPL-3.0-or-later
// BoundedQueue: hands items from one thread to another; a full queue makes the giver wait or turn away.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

namespace rivereto::collectors {

template <class T>
class BoundedQueue {
public:
    explicit BoundedQueue(size_t capacity) : m_capacity(capacity) { }

    /// Waits for room; false when the queue is closed.
    bool push(T&& item)
    {
        std::unique_lock lock(m_mutex);
        m_room.wait(lock, [&] { return m_closed || m_items.size() < m_capacity; });
        return insert(std::move(item));
    }
    /// Does not wait; false (and `item` untouched) when full or closed.
    bool tryPush(T&& item)
    {
        const std::lock_guard lock(m_mutex);
        return m_items.size() < m_capacity && insert(std::move(item));
    }
    /// Nothing: the time is up, nudge() was called, or the queue is closed and empty (see done()).
    std::optional<T> pop(std::chrono::milliseconds wait)
    {
        std::unique_lock lock(m_mutex);
        m_filled.wait_for(lock, wait, [&] { return m_closed || m_nudged || !m_items.empty(); });
        m_nudged = false;
        if (m_items.empty())
            return std::nullopt;
        T item = std::move(m_items.front());
        m_items.pop_front();
        m_room.notify_one();
        return item;
    }
    /// Ends the wait of one pop(), now or the next: its caller has something else to do.
    void nudge()
    {
        const std::lock_guard lock(m_mutex);
        m_nudged = true;
        m_filled.notify_one();
    }
    /// What is in the queue can still be taken out; nothing more goes in.
    void close()
    {
        const std::lock_guard lock(m_mutex);
        m_closed = true;
        m_filled.notify_all();
        m_room.notify_all();
    }
    /// Closed and empty: pop() will never give anything again.
    [[nodiscard]] bool done() const
    {
        const std::lock_guard lock(m_mutex);
        return m_closed && m_items.empty();
    }
    /// 0 … 1.
    [[nodiscard]] double fill() const
    {
        const std::lock_guard lock(m_mutex);
        return static_cast<double>(m_items.size()) / static_cast<double>(m_capacity);
    }

private:
    bool insert(T&& item)
    {
        if (m_closed)
            return false;
        m_items.push_back(std::move(item));
        m_filled.notify_one();
        return true;
    }

    size_t m_capacity;
    mutable std::mutex m_mutex;
    std::condition_variable m_room;
    std::condition_variable m_filled;
    std::deque<T> m_items;
    bool m_closed = false;
    bool m_nudged = false;
};

} // namespace rivereto::collectors
