// SPDX-License-Identifier: GPL-3.0-or-later
// Joining of what several aggregators have summed.
#include <algorithm>

#include "core/query/keyorder.h"
#include "core/query/keypacking.h"

namespace rivereto::core {

/// The parts of a join, one task each.
class Joiner {
public:
    Joiner(const AggregateRequest& request, std::span<Aggregator* const> from, const DictionaryView& texts)
        : m_top(request.hasPoints() ? 0 : request.top), m_order(request, texts), m_packing(request)
    {
        std::vector<GroupSums*> whole;
        std::vector<GroupSums*> packed;
        for (auto* aggregator : from) {
            whole.push_back(&aggregator->m_sums);
            packed.push_back(&aggregator->m_packed);
        }
        add(std::move(whole), false);
        add(std::move(packed), true);
    }

    [[nodiscard]] size_t parts() const { return m_parts.size(); }

    void join(size_t number)
    {
        auto& part = m_parts[number];
        part.cells = CellList(m_packing.wholeWidth());
        const auto& sums = m_sums[part.packed ? 1 : 0];
        const size_t last = sums[0]->stride() - 1;
        std::vector<uint64_t> whole(entryWords(m_packing.wholeWidth()));
        const auto unpack = [&](const uint64_t* entry) {
            if (part.packed)
                m_packing.unpack(reinterpret_cast<const uint8_t*>(entry), reinterpret_cast<uint8_t*>(whole.data()));
            else
                std::copy_n(entry, whole.size(), whole.data());
            whole.back() = entry[last];
        };
        if (m_top == 0) {
            GroupSums::join(sums, part.number, [&](const uint64_t* entry) {
                unpack(entry);
                part.cells.add(whole.data());
            });
            part.groups = part.cells.size();
            return;
        }
        // A heap of the largest so far, the least of them in front.
        using Entry = std::vector<uint64_t>;
        const auto larger = [&](const Entry& a, const Entry& b) {
            return a.back() != b.back() ? a.back() > b.back() : m_order(reinterpret_cast<const uint8_t*>(a.data()), reinterpret_cast<const uint8_t*>(b.data()));
        };
        std::vector<Entry> heap;
        GroupSums::join(sums, part.number, [&](const uint64_t* entry) {
            ++part.groups;
            part.leftOut += entry[last];
            const bool room = heap.size() < m_top;
            if (!room && entry[last] < heap.front().back())
                return;
            unpack(entry);
            if (!room && !larger(whole, heap.front()))
                return;
            if (!room) {
                std::ranges::pop_heap(heap, larger);
                heap.pop_back();
            }
            heap.push_back(whole);
            std::ranges::push_heap(heap, larger);
        });
        for (const auto& entry : heap) {
            part.leftOut -= entry.back();
            part.cells.add(entry.data());
        }
    }

    void finish(Aggregate& out)
    {
        size_t cells = 0;
        for (const auto& part : m_parts)
            cells += part.cells.size();
        out.cells = CellList(m_packing.wholeWidth());
        out.cells.reserve(cells);
        for (auto& part : m_parts) {
            out.cells.append(part.cells);
            part.cells = CellList();
            out.groups += part.groups;
            out.leftOut += part.leftOut;
        }
    }

private:
    struct Part {
        bool packed;
        size_t number; ///< of the sums' parts
        CellList cells;
        uint64_t groups = 0;
        uint64_t leftOut = 0;
    };

    void add(std::vector<GroupSums*> sums, bool packed)
    {
        const bool split = std::ranges::any_of(sums, &GroupSums::isSplit);
        for (auto* one : sums) {
            if (split)
                one->split();
        }
        for (size_t part = 0; part < (split ? GroupSums::kParts : 1); ++part)
            m_parts.push_back({.packed = packed, .number = part, .cells = {}});
        m_sums.push_back(std::move(sums));
    }

    size_t m_top;
    KeyOrder m_order;
    KeyPacking m_packing;
    std::vector<std::vector<GroupSums*>> m_sums; ///< whole, packed
    std::vector<Part> m_parts;
};

Aggregate joinAggregators(const AggregateRequest& request, std::span<Aggregator* const> from, std::shared_ptr<const DictionaryView> texts,
                          const ParallelFor& parallel)
{
    Aggregate out{.totals = std::vector<uint64_t>(request.points), .texts = std::move(texts)};
    for (const auto* aggregator : from) {
        std::ranges::transform(out.totals, aggregator->m_totals, out.totals.begin(), std::plus());
        out.rowsMatched += aggregator->m_rowsMatched;
        out.rowsInRange += aggregator->m_rowsInRange;
        out.rowsStored += aggregator->m_rowsStored;
        out.sampled = out.sampled || aggregator->m_sampled;
        out.overflow = out.overflow || aggregator->overflow();
    }
    if (out.overflow)
        return out;
    Joiner joiner(request, from, *out.texts);
    parallel(joiner.parts(), [&](size_t part) { joiner.join(part); });
    joiner.finish(out);
    out.overflow = out.groups > request.maxCells;
    return out;
}

} // namespace rivereto::core
