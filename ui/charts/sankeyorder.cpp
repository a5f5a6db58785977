// SPDX-License-Identifier: GPL-3.0-or-later
// The order of a Sankey diagram's nodes: sweeps by the weighted middle of their neighbours, then swaps of two.
#include <algorithm>

#include "ui/charts/sankeylayout.h"

namespace rivereto::ui {

namespace {

constexpr int kMostSweeps = 16;
constexpr int kMostSwapPasses = 8;
/// A swap must gain this much.
constexpr double kWorth = 0.97;
/// So much must be gained to leave the order by size in the last column, whose labels are read as a ranking.
constexpr double kRanking = 0.65;

double crossingsOfGap(const SankeyGraph& graph, size_t gap)
{
    const auto& left = graph.columns[gap];
    const auto& right = graph.columns[gap + 1];
    std::vector<size_t> rank(graph.nodes.size());
    for (size_t i = 0; i < right.size(); ++i)
        rank[static_cast<size_t>(right[i])] = i;
    // Sums of what already ends at or above each place (Fenwick tree).
    std::vector<double> tree(right.size() + 1, 0.0);
    double all = 0;
    double out = 0;
    std::vector<std::pair<size_t, double>> leaving;
    for (const int node : left) {
        leaving.clear();
        for (const int number : graph.nodes[static_cast<size_t>(node)].out) {
            const auto& link = graph.links[static_cast<size_t>(number)];
            leaving.emplace_back(rank[static_cast<size_t>(link.to)], link.amount);
        }
        for (const auto& [to, amount] : leaving) {
            double above = 0;
            for (size_t i = to + 1; i > 0; i -= i & (~i + 1))
                above += tree[i];
            out += amount * (all - above);
        }
        for (const auto& [to, amount] : leaving) {
            for (size_t i = to + 1; i < tree.size(); i += i & (~i + 1))
                tree[i] += amount;
            all += amount;
        }
    }
    return out;
}

class Sweeper {
public:
    /// Columns from the second up to, not including, `end` are reordered.
    Sweeper(SankeyGraph& graph, size_t end) : m_graph(graph), m_end(end), m_middle(graph.nodes.size()), m_rank(graph.nodes.size())
    {
        for (size_t c = 0; c < graph.columns.size(); ++c)
            measure(c);
    }

    void sweep(bool forward)
    {
        const size_t last = m_graph.columns.size() - 1;
        for (size_t i = 1; i <= last; ++i) {
            const size_t c = forward ? i : last - i;
            if (c > 0 && c < m_end)
                sortByNeighbours(c, forward);
        }
    }

    /// True when something was swapped.
    bool swapNeighbours()
    {
        bool swapped = false;
        for (size_t c = 1; c < m_end; ++c) {
            auto& column = m_graph.columns[c];
            for (size_t i = 0; i + 1 < column.size(); ++i) {
                if (node(column[i + 1]).other)
                    continue;
                const double asIs = crossed(column[i], column[i + 1]);
                const double other = crossed(column[i + 1], column[i]);
                if (other < kWorth * asIs) {
                    std::swap(column[i], column[i + 1]);
                    measure(c);
                    swapped = true;
                }
            }
        }
        return swapped;
    }

private:
    [[nodiscard]] const SankeyNode& node(int number) const { return m_graph.nodes[static_cast<size_t>(number)]; }
    [[nodiscard]] const SankeyLink& link(int number) const { return m_graph.links[static_cast<size_t>(number)]; }

    /// Middles in the unit of amounts, with some distance between nodes.
    void measure(size_t c)
    {
        double y = 0;
        for (size_t i = 0; i < m_graph.columns[c].size(); ++i) {
            const int number = m_graph.columns[c][i];
            m_rank[static_cast<size_t>(number)] = i;
            m_middle[static_cast<size_t>(number)] = y + node(number).amount / 2;
            y += node(number).amount + m_graph.amount * 0.02;
        }
    }

    void sortByNeighbours(size_t c, bool forward)
    {
        const auto wished = [&](int number) {
            double sum = 0;
            double weight = 0;
            for (const int one : forward ? node(number).in : node(number).out) {
                const int far = forward ? link(one).from : link(one).to;
                sum += link(one).amount * m_middle[static_cast<size_t>(far)];
                weight += link(one).amount;
            }
            return weight > 0 ? sum / weight : 0;
        };
        std::vector<std::pair<double, int>> places;
        for (const int number : m_graph.columns[c])
            places.emplace_back(wished(number), number);
        std::ranges::stable_sort(places, [&](const auto& a, const auto& b) {
            const bool other = node(a.second).other;
            return other != node(b.second).other ? !other : a.first < b.first;
        });
        for (size_t i = 0; i < places.size(); ++i)
            m_graph.columns[c][i] = places[i].second;
        measure(c);
    }

    /// What crosses between the links of two nodes of a column when `upper` is above `lower`.
    [[nodiscard]] double crossed(int upper, int lower) const
    {
        double out = 0;
        for (const bool left : {true, false}) {
            for (const int a : left ? node(upper).in : node(upper).out) {
                for (const int b : left ? node(lower).in : node(lower).out) {
                    const int one = left ? link(a).from : link(a).to;
                    const int two = left ? link(b).from : link(b).to;
                    if (m_rank[static_cast<size_t>(one)] > m_rank[static_cast<size_t>(two)])
                        out += link(a).amount * link(b).amount;
                }
            }
        }
        return out;
    }

    SankeyGraph& m_graph;
    size_t m_end;
    std::vector<double> m_middle;
    std::vector<size_t> m_rank;
};

} // namespace

double sankeyCrossings(const SankeyGraph& graph)
{
    double out = 0;
    for (size_t gap = 0; gap + 1 < graph.columns.size(); ++gap)
        out += crossingsOfGap(graph, gap);
    return graph.amount > 0 ? out / (graph.amount * graph.amount) : 0;
}

namespace {

/// Returns what still crosses.
double reorder(SankeyGraph& graph, size_t end)
{
    Sweeper sweeper(graph, end);
    auto best = graph.columns;
    double least = sankeyCrossings(graph);
    for (int i = 0, vain = 0; i < kMostSweeps && vain < 4 && least > 0; ++i) {
        sweeper.sweep(i % 2 == 0);
        const double crossings = sankeyCrossings(graph);
        if (crossings < least) {
            least = crossings;
            best = graph.columns;
            vain = 0;
        } else {
            ++vain;
        }
    }
    graph.columns = best;
    Sweeper swapper(graph, end);
    for (int i = 0; i < kMostSwapPasses && swapper.swapNeighbours(); ++i) { }
    return sankeyCrossings(graph);
}

} // namespace

void orderSankey(SankeyGraph& graph)
{
    const size_t columns = graph.columns.size();
    const double ranked = reorder(graph, columns - 1);
    const auto middle = graph.columns;
    if (reorder(graph, columns) > kRanking * ranked)
        graph.columns = middle;
}

} // namespace rivereto::ui
