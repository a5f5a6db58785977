// SPDX-License-Identifier: GPL-3.0-or-later
// Joining of what several aggregators have summed.
#include <algorithm>

#include "core/query/keyorder.h"

namespace rivereto::core {

/// The parts of a join, one task each.
class Joiner {
public:
    Joiner(const AggregateRequest& request, std::span<Aggregator* const> from, const DictionaryView& texts)
        : m_top(request.hasPoints() ? 0 : request.top), m_order(request, texts), m_keyWidth(request.keyWidth() + (request.hasPoints() ? sizeof(uint32_t) : 0))
    {
        bool split = false;
        for (auto* aggregator : from) {
            m_sums.push_back(&aggregator->m_sums);
            split = split || aggregator->m_sums.isSplit();
        }
        for (auto* sums : m_sums) {
            if (split)
                sums->split();
        }
        m_parts.resize(split ? GroupSums::kParts : 1);
    }

    [[nodiscard]] size_t parts() const { return m_parts.size(); }

    void join(size_t number)
    {
        auto& part = m_parts[number];
        part.cells = CellList(m_keyWidth);
        if (m_top == 0) {
            (void)GroupSums::join(m_sums, number, [&](const uint64_t* entry) { part.cells.add(entry); });
            part.groups = part.cells.size();
            return;
        }
        // A heap of the largest so far, the least of them in front.
        const size_t last = entryWords(m_keyWidth) - 1;
        const auto larger = [&](const uint64_t* a, const uint64_t* b) {
            return a[last] != b[last] ? a[last] > b[last] : m_order(reinterpret_cast<const uint8_t*>(a), reinterpret_cast<const uint8_t*>(b));
        };
        std::vector<const uint64_t*> heap;
        const auto kept = GroupSums::join(m_sums, number, [&](const uint64_t* entry) {
            ++part.groups;
            part.leftOut += entry[last];
            if (heap.size() < m_top) {
                heap.push_back(entry);
                std::ranges::push_heap(heap, larger);
            } else if (entry[last] >= heap.front()[last] && larger(entry, heap.front())) {
                std::ranges::pop_heap(heap, larger);
                heap.back() = entry;
                std::ranges::push_heap(heap, larger);
            }
        });
        for (const auto* entry : heap) {
            part.leftOut -= entry[last];
            part.cells.add(entry);
        }
    }

    void finish(Aggregate& out)
    {
        size_t cells = 0;
        for (const auto& part : m_parts)
            cells += part.cells.size();
        out.cells = CellList(m_keyWidth);
        out.cells.reserve(cells);
        for (auto& part : m_parts) {
            out.cells.append(part.cells);
            part.cells = CellList(m_keyWidth);
            out.groups += part.groups;
            out.leftOut += part.leftOut;
        }
    }

private:
    struct Part {
        CellList cells;
        uint64_t groups = 0;
        uint64_t leftOut = 0;
    };
    size_t m_top;
    KeyOrder m_order;
    size_t m_keyWidth;
    std::vector<GroupSums*> m_sums;
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
