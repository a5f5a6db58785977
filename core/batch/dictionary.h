// SPDX-License-Identifier: GPL-3.0-or-later
// Dictionary: byte strings (texts, lists) behind 32-bit ids. Id 0 is the empty string.
#pragma once

#include <cstdint>
#include <cstring>
#include <deque>
#include <memory>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace rivereto::core {

/// Read side: what views, predicates and formatters need.
class DictionaryView {
public:
    virtual ~DictionaryView() = default;
    /// Bytes behind an id; empty for an id that does not exist.
    [[nodiscard]] virtual std::string_view text(uint32_t id) const = 0;
    /// Ids in use are 0 … size() - 1.
    [[nodiscard]] virtual size_t size() const = 0;
};

/// Grows by interning; ids never change. One thread writes; nobody else reads meanwhile.
class Dictionary final : public DictionaryView {
public:
    Dictionary() { clear(); }
    /// Id of these bytes, new or known.
    uint32_t intern(std::string_view bytes);
    /// Id when known; 0 also for unknown bytes.
    [[nodiscard]] uint32_t find(std::string_view bytes) const;
    [[nodiscard]] std::string_view text(uint32_t id) const override { return id < m_texts.size() ? m_texts[id] : std::string_view(); }
    [[nodiscard]] size_t size() const override { return m_texts.size(); }
    void clear();

private:
    std::string_view keep(std::string_view bytes);

    std::vector<std::string_view> m_texts;
    std::unordered_map<std::string_view, uint32_t> m_ids;
    std::deque<std::unique_ptr<char[]>> m_blocks;
    size_t m_free = 0; ///< bytes left in the last block
    char* m_next = nullptr;
};

/// A list cell (AsPath, Communities, UIntList …) as 32-bit words; see isList(). Bytes that are no whole words are ignored.
inline std::vector<uint32_t> listWords(std::string_view bytes)
{
    std::vector<uint32_t> words(bytes.size() / 4);
    if (!words.empty())
        std::memcpy(words.data(), bytes.data(), words.size() * 4);
    return words;
}

/// The dictionary entry for a list.
inline std::string_view listBytes(std::span<const uint32_t> words)
{
    return {reinterpret_cast<const char*>(words.data()), words.size() * 4};
}

} // namespace rivereto::core
