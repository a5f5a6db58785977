// SPDX-License-Identifier: GPL-3.0-or-later
// GroupSums: sums by key for any number of groups – gathered apart by hash, so that each part fits the processor's cache.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "core/base/ip.h"

namespace rivereto::core {

/// Words an entry takes: a key of so many bytes, filled up with zeros, then its sum.
constexpr size_t entryWords(size_t keyWidth) { return (keyWidth + 7) / 8 + 1; }

/// Entries one after another, each key once, in no given order. A plain value.
class CellList {
public:
    CellList() : CellList(0) { }
    explicit CellList(size_t keyWidth) : m_keyWidth(keyWidth), m_stride(entryWords(keyWidth)) { }
    [[nodiscard]] size_t size() const { return m_words.size() / m_stride; }
    [[nodiscard]] size_t keyWidth() const { return m_keyWidth; }
    [[nodiscard]] const uint8_t* key(size_t entry) const { return reinterpret_cast<const uint8_t*>(m_words.data() + entry * m_stride); }
    [[nodiscard]] uint64_t value(size_t entry) const { return m_words[(entry + 1) * m_stride - 1]; }
    /// `entry` has entryWords(keyWidth()) words.
    void add(const uint64_t* entry) { m_words.insert(m_words.end(), entry, entry + m_stride); }
    void add(const uint8_t* key, uint64_t value);
    /// Entries of a list of the same width, whose keys are others.
    void append(const CellList& other) { m_words.insert(m_words.end(), other.m_words.begin(), other.m_words.end()); }
    void reserve(size_t entries) { m_words.reserve(entries * m_stride); }

private:
    size_t m_keyWidth;
    size_t m_stride;
    std::vector<uint64_t> m_words;
};

/// How many entries a query holds in all its threads, so that memory has one bound. Implementations that several threads
/// share must be safe for them.
class EntryBudget {
public:
    virtual ~EntryBudget() = default;
    virtual void take(size_t entries) = 0;
    virtual void give(size_t entries) = 0;
    [[nodiscard]] virtual bool exceeded() const = 0;
};

/// For one thread.
class PlainBudget final : public EntryBudget {
public:
    explicit PlainBudget(size_t most) : m_most(most) { }
    void take(size_t entries) override { m_used += entries; }
    void give(size_t entries) override { m_used -= entries; }
    [[nodiscard]] bool exceeded() const override { return m_used > m_most; }

private:
    size_t m_used = 0;
    size_t m_most;
};

/// Entries are only appended; equal keys are summed when a part has grown enough, and when parts are joined. That writes
/// memory in order where a hash table of millions of groups would wait for memory at every row.
/// One thread fills it; the parts may then be joined by several.
class GroupSums {
public:
    static constexpr size_t kParts = 256;

    /// `budget` outlives this object.
    GroupSums(size_t keyWidth, EntryBudget& budget);
    GroupSums(GroupSums&&) noexcept = default;
    ~GroupSums();

    [[nodiscard]] size_t stride() const { return m_stride; }
    /// Adds the sums in the last words of `count` entries that lie one after another; unused bytes of their keys must be zero.
    void add(const uint64_t* entries, size_t count);
    /// More different keys than the budget allows: what was added since is incomplete.
    [[nodiscard]] bool overflow() const { return m_overflow; }
    [[nodiscard]] bool isSplit() const { return m_split; }
    /// Takes keys apart by hash if they are not yet; all that are joined must agree.
    void split();

    /// Sums part `part` of all of `sums` (of one stride, all split or none) and calls f(const uint64_t* entry) for each
    /// key once. Several threads may join different parts at the same time.
    template <class F>
    static void join(std::span<GroupSums* const> sums, size_t part, F&& f)
    {
        Chunks chunks;
        const size_t stride = sums[0]->m_stride;
        for (size_t left = joined(sums, part, chunks), chunk = 0; left > 0; ++chunk) {
            const size_t here = std::min(left, kChunk);
            for (size_t entry = 0; entry < here; ++entry)
                f(static_cast<const uint64_t*>(chunks[chunk].get() + entry * stride));
            left -= here;
        }
    }

private:
    /// Entries a chunk has room for.
    static constexpr size_t kChunk = 256;
    using Chunks = std::vector<std::unique_ptr<uint64_t[]>>;
    struct Part {
        Chunks chunks;           ///< all full but the last
        uint64_t* next = nullptr; ///< always before `end`
        uint64_t* end = nullptr;
        size_t sumAt = 0;        ///< at so many chunks equal keys are summed
    };
    /// Entries that lie in a chunk before they are summed.
    using Counts = std::vector<uint32_t>;

    static size_t joined(std::span<GroupSums* const> sums, size_t part, Chunks& chunks);
    static size_t sumEqual(Chunks& chunks, const Counts& counts, size_t stride, std::vector<uint32_t>& slots);
    [[nodiscard]] Counts countsOf(const Part& part) const;
    void grow(Part& part);
    void addChunk(Part& part);
    size_t sumEqual(Part& part);
    void relieve();

    size_t m_stride;
    EntryBudget* m_budget;
    bool m_split = false;
    bool m_overflow = false;
    std::vector<Part> m_parts;
    std::vector<uint32_t> m_slots;
};

} // namespace rivereto::core
