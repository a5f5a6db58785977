// SPDX-License-Identifier: GPL-3.0-or-later
// StoreDictionary: all texts and lists of a database, shared by writer, encoders and readers.
#pragma once

#include <array>
#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/batch/dictionary.h"

namespace rivereto::storage {

/// Reading is lock-free and may go on while texts are added; adding takes a lock.
class StoreDictionary final : public core::DictionaryView {
public:
    StoreDictionary();
    ~StoreDictionary() override;

    [[nodiscard]] std::string_view text(uint32_t id) const override;
    [[nodiscard]] size_t size() const override { return m_size.load(std::memory_order_acquire); }

    /// Id of a text, new or known. A new one waits in takePending() until the writer stores it.
    /// 0 (the empty text) when the dictionary is full.
    uint32_t intern(std::string_view bytes);
    /// Puts a stored text at its id; ids arrive in ascending order. Ids that are left out are empty and never given again.
    void load(int64_t id, std::string_view bytes);
    /// Notes that some stored texts cannot be read.
    void setLost() { m_lost.store(true, std::memory_order_relaxed); }
    [[nodiscard]] bool lost() const { return m_lost.load(std::memory_order_relaxed); }
    /// Texts without the empty one and without ids that were left out.
    [[nodiscard]] int64_t known()
    {
        const std::lock_guard lock(m_mutex);
        return static_cast<int64_t>(m_texts.size()) - 1;
    }
    /// Ids that were interned since the last call: first and one past the last.
    std::pair<uint32_t, uint32_t> takePending();

private:
    static constexpr size_t kChunk = 16384;
    static constexpr size_t kChunks = 8192;
    using Chunk = std::array<std::string_view, kChunk>;
    uint32_t add(std::string_view bytes, bool known);

    std::mutex m_mutex;
    std::unordered_map<std::string_view, uint32_t> m_ids;
    std::deque<std::string> m_texts;
    std::vector<std::atomic<Chunk*>> m_chunks;
    std::atomic<uint32_t> m_size{0};
    std::atomic<bool> m_lost{false};
    uint32_t m_stored = 0;
};

} // namespace rivereto::storage
