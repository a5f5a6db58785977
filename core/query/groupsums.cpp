// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/query/groupsums.h"

#include <bit>
#include <iterator>
#include <numeric>
#include <type_traits>

namespace rivereto::core {

namespace {

/// Chunks that a part gathers before equal keys are summed for the first time.
constexpr size_t kFirst = 16;
/// The same for the only part there is at first; with more different keys than half of it, they are split.
constexpr size_t kUnsplit = 128;

/// Calls f(std::integral_constant) for usual strides, so that keys are compared and copied without a loop; 0 is any other.
template <class F>
decltype(auto) withStride(size_t stride, F&& f)
{
    switch (stride) {
    case 2: return f(std::integral_constant<size_t, 2>());
    case 3: return f(std::integral_constant<size_t, 3>());
    case 4: return f(std::integral_constant<size_t, 4>());
    case 5: return f(std::integral_constant<size_t, 5>());
    case 6: return f(std::integral_constant<size_t, 6>());
    default: return f(std::integral_constant<size_t, 0>());
    }
}

/// Of an entry's key. The number of words is known where `words` is a constant.
inline uint64_t hashOf(const uint64_t* entry, size_t words)
{
    uint64_t h = 0x9e37'79b9'7f4a'7c15ULL;
    for (size_t word = 0; word + 1 < words; ++word)
        h = mix64(h ^ entry[word]);
    return h;
}

/// Parts are told by the bits that slots do not use.
inline size_t partOf(uint64_t hash) { return hash >> 56; }

} // namespace

void CellList::add(const uint8_t* key, uint64_t value)
{
    m_words.resize(m_words.size() + m_stride);
    std::memcpy(m_words.data() + m_words.size() - m_stride, key, m_keyWidth);
    m_words.back() = value;
}

GroupSums::GroupSums(size_t keyWidth, EntryBudget& budget) : m_stride(entryWords(keyWidth)), m_budget(&budget), m_parts(1)
{
    m_parts[0].sumAt = kUnsplit;
    addChunk(m_parts[0]);
}

GroupSums::~GroupSums()
{
    for (const auto& part : m_parts)
        m_budget->give(part.chunks.size() * kChunk);
}

void GroupSums::add(const uint64_t* entries, size_t count)
{
    withStride(m_stride, [&](auto fixed) {
        const size_t words = fixed == 0 ? m_stride : fixed;
        for (size_t i = 0; i < count; ++i) {
            const uint64_t* entry = entries + i * words;
            auto& part = m_parts[m_split ? partOf(hashOf(entry, words)) : 0];
            uint64_t* to = part.next;
            for (size_t word = 0; word < words; ++word)
                to[word] = entry[word];
            part.next = to + words;
            if (part.next == part.end)
                grow(part);
        }
    });
}

/// Sums equal keys and moves what is left to the front, chunk by chunk. Returns how many entries that are.
size_t GroupSums::sumEqual(Chunks& chunks, const Counts& counts, size_t stride, std::vector<uint32_t>& slots)
{
    const size_t all = std::accumulate(counts.begin(), counts.end(), size_t{0});
    slots.assign(std::bit_ceil(std::max<size_t>(all * 2, 16)), 0);
    const size_t mask = slots.size() - 1;
    return withStride(stride, [&](auto fixed) {
        const size_t words = fixed == 0 ? stride : fixed;
        const auto entryAt = [&](size_t number) { return chunks[number / kChunk].get() + number % kChunk * words; };
        size_t kept = 0;
        const auto take = [&](const uint64_t* entry) {
            // A slot holds 1 + the number of an entry that is kept.
            size_t slot = hashOf(entry, words) & mask;
            for (; slots[slot] != 0; slot = (slot + 1) & mask) {
                uint64_t* there = entryAt(slots[slot] - 1);
                if (std::memcmp(there, entry, (words - 1) * sizeof(uint64_t)) == 0) {
                    there[words - 1] += entry[words - 1];
                    return;
                }
            }
            std::memmove(entryAt(kept), entry, words * sizeof(uint64_t));
            slots[slot] = static_cast<uint32_t>(++kept);
        };
        for (size_t chunk = 0; chunk < counts.size(); ++chunk) {
            for (size_t i = 0; i < counts[chunk]; ++i)
                take(chunks[chunk].get() + i * words);
        }
        return kept;
    });
}

GroupSums::Counts GroupSums::countsOf(const Part& part) const
{
    Counts counts(part.chunks.size(), kChunk);
    if (!counts.empty())
        counts.back() = static_cast<uint32_t>(kChunk - static_cast<size_t>(part.end - part.next) / m_stride);
    return counts;
}

size_t GroupSums::joined(std::span<GroupSums* const> sums, size_t part, Chunks& chunks)
{
    Counts counts;
    for (auto* one : sums) {
        auto& from = one->m_parts[part];
        const auto more = one->countsOf(from);
        counts.insert(counts.end(), more.begin(), more.end());
        std::ranges::move(from.chunks, std::back_inserter(chunks));
        one->m_budget->give(from.chunks.size() * kChunk);
        from = Part();
    }
    std::vector<uint32_t> slots;
    return sumEqual(chunks, counts, sums[0]->m_stride, slots);
}

void GroupSums::addChunk(Part& part)
{
    part.chunks.push_back(std::make_unique_for_overwrite<uint64_t[]>(kChunk * m_stride));
    part.next = part.chunks.back().get();
    part.end = part.next + kChunk * m_stride;
    m_budget->take(kChunk);
}

/// Returns how many keys there are.
size_t GroupSums::sumEqual(Part& part)
{
    const size_t kept = sumEqual(part.chunks, countsOf(part), m_stride, m_slots);
    const size_t before = part.chunks.size();
    part.chunks.resize(std::max<size_t>((kept + kChunk - 1) / kChunk, 1));
    m_budget->give((before - part.chunks.size()) * kChunk);
    const size_t inLast = kept - (part.chunks.size() - 1) * kChunk;
    part.next = part.chunks.back().get() + inLast * m_stride;
    part.end = part.chunks.back().get() + kChunk * m_stride;
    // Whatever fills its last chunk gets the next: there is always room for one entry.
    if (part.next == part.end)
        addChunk(part);
    return kept;
}

/// The last chunk of a part is full: either many of its keys are there twice, or it needs more room.
void GroupSums::grow(Part& part)
{
    if (!m_overflow && m_budget->exceeded())
        relieve();
    if (m_overflow) {
        part.next = part.chunks.back().get();
        return;
    }
    if (part.chunks.size() >= part.sumAt) {
        const size_t before = part.chunks.size();
        sumEqual(part);
        if (!m_split && part.chunks.size() > kUnsplit / 2)
            return split();
        // Summing again pays only when it has just paid.
        part.sumAt = part.chunks.size() > before / 2 ? before * 8 : before;
    }
    if (part.next == part.end)
        addChunk(part);
}

/// Sums equal keys of every part; when that frees too little, there are too many keys.
void GroupSums::relieve()
{
    size_t before = 0;
    size_t after = 0;
    for (auto& part : m_parts) {
        before += part.chunks.size() * kChunk;
        after += sumEqual(part);
    }
    m_overflow = after > before / 2;
}

void GroupSums::split()
{
    if (m_split)
        return;
    auto whole = std::move(m_parts[0]);
    m_parts = std::vector<Part>(kParts);
    m_split = true;
    for (auto& part : m_parts) {
        part.sumAt = kFirst;
        addChunk(part);
    }
    const auto counts = countsOf(whole);
    for (size_t chunk = 0; chunk < counts.size(); ++chunk)
        add(whole.chunks[chunk].get(), counts[chunk]);
    m_budget->give(whole.chunks.size() * kChunk);
}

} // namespace rivereto::core
