// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/sankeylayout.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

namespace rivereto::ui {

namespace {

constexpr double kPadding = 8;
/// Of a column at most this much is distance between nodes …
constexpr double kMostPadding = 0.35;
/// … and a column of few nodes is spread no wider than this.
constexpr double kWidest = 40;
constexpr double kLeastHeight = 1;

using Value = std::pair<bool, std::string>;

class Builder {
public:
    Builder(SankeyGraph& graph, size_t columns) : m_graph(graph), m_nodes(columns), m_links(columns - 1) { m_graph.columns.resize(columns); }

    void add(int number, const core::Series& series, double amount)
    {
        SankeyPath path{.series = number, .amount = amount};
        for (size_t c = 0; c < m_nodes.size(); ++c) {
            auto& node = m_graph.nodes[static_cast<size_t>(nodeOf(c, series))];
            node.amount += amount;
            node.total += series.statistics.total;
            node.samples += series.statistics.samples.value_or(0);
            path.nodes.push_back(static_cast<int>(&node - m_graph.nodes.data()));
        }
        for (size_t c = 0; c + 1 < m_nodes.size(); ++c) {
            auto& link = m_graph.links[static_cast<size_t>(linkOf(c, path.nodes[c], path.nodes[c + 1]))];
            link.amount += amount;
            link.paths.push_back(static_cast<int>(m_graph.paths.size()));
            path.links.push_back(static_cast<int>(&link - m_graph.links.data()));
        }
        path.above.resize(path.links.size());
        m_graph.amount += amount;
        m_graph.paths.push_back(std::move(path));
    }

private:
    int nodeOf(size_t column, const core::Series& series)
    {
        const bool other = series.other || (column < series.otherAt.size() && series.otherAt[column]);
        const auto [at, fresh] = m_nodes[column].try_emplace(Value(other, other ? std::string() : series.key[column]), static_cast<int>(m_graph.nodes.size()));
        if (fresh) {
            m_graph.columns[column].push_back(at->second);
            m_graph.nodes.push_back({.column = column, .value = at->first.second, .other = other});
        }
        return at->second;
    }

    int linkOf(size_t gap, int from, int to)
    {
        const auto [at, fresh] = m_links[gap].try_emplace({from, to}, static_cast<int>(m_graph.links.size()));
        if (fresh) {
            m_graph.nodes[static_cast<size_t>(from)].out.push_back(at->second);
            m_graph.nodes[static_cast<size_t>(to)].in.push_back(at->second);
            m_graph.links.push_back({.from = from, .to = to});
        }
        return at->second;
    }

    SankeyGraph& m_graph;
    std::vector<std::map<Value, int>> m_nodes;
    std::vector<std::map<std::pair<int, int>, int>> m_links;
};

/// By size, what `like` has in its order first, Other last.
void sortBySize(const SankeyGraph& graph, std::vector<int>& column, const SankeyGraph* like)
{
    const auto rank = [&](const SankeyNode& node) {
        const int at = like ? like->find(node.column, node.value, node.other) : -1;
        if (at < 0)
            return std::numeric_limits<ptrdiff_t>::max();
        return std::ranges::find(like->columns[node.column], at) - like->columns[node.column].begin();
    };
    std::map<int, ptrdiff_t> ranks;
    for (const int node : column)
        ranks[node] = rank(graph.nodes[static_cast<size_t>(node)]);
    std::ranges::sort(column, [&](int a, int b) {
        const auto& one = graph.nodes[static_cast<size_t>(a)];
        const auto& two = graph.nodes[static_cast<size_t>(b)];
        if (one.other != two.other)
            return two.other;
        if (ranks[a] != ranks[b])
            return ranks[a] < ranks[b];
        return one.amount != two.amount ? one.amount > two.amount : one.value < two.value;
    });
}

std::vector<size_t> ranksOf(const SankeyGraph& graph)
{
    std::vector<size_t> out(graph.nodes.size());
    for (const auto& column : graph.columns) {
        for (size_t i = 0; i < column.size(); ++i)
            out[static_cast<size_t>(column[i])] = i;
    }
    return out;
}

/// Links leave and enter a node in the order of their far ends; paths lie within a link as they go on.
void sortLinks(SankeyGraph& graph)
{
    const auto rank = ranksOf(graph);
    const auto rankOf = [&](int node) { return rank[static_cast<size_t>(node)]; };
    for (auto& node : graph.nodes) {
        std::ranges::sort(node.in, {}, [&](int link) { return rankOf(graph.links[static_cast<size_t>(link)].from); });
        std::ranges::sort(node.out, {}, [&](int link) { return rankOf(graph.links[static_cast<size_t>(link)].to); });
    }
    for (auto& link : graph.links) {
        const size_t gap = graph.nodes[static_cast<size_t>(link.from)].column;
        std::ranges::sort(link.paths, [&](int a, int b) {
            const auto& one = graph.paths[static_cast<size_t>(a)].nodes;
            const auto& two = graph.paths[static_cast<size_t>(b)].nodes;
            for (size_t c = gap + 2; c < one.size(); ++c) {
                if (one[c] != two[c])
                    return rankOf(one[c]) < rankOf(two[c]);
            }
            for (size_t c = gap; c-- > 0;) {
                if (one[c] != two[c])
                    return rankOf(one[c]) < rankOf(two[c]);
            }
            return a < b;
        });
        double above = 0;
        for (const int number : link.paths) {
            auto& path = graph.paths[static_cast<size_t>(number)];
            path.above[gap] = above;
            above += path.amount;
        }
    }
}

} // namespace

int SankeyGraph::find(size_t column, const std::string& value, bool other) const
{
    if (column >= columns.size())
        return -1;
    const auto same = [&](int node) {
        const auto& one = nodes[static_cast<size_t>(node)];
        return one.other == other && (other || one.value == value);
    };
    const auto found = std::ranges::find_if(columns[column], same);
    return found == columns[column].end() ? -1 : *found;
}

double sankeyAmount(const core::QueryResult& result, const core::Series& series)
{
    return core::isTotal(result.query.unit) ? series.statistics.total : series.statistics.average;
}

std::map<std::string, size_t> sankeyRanks(const core::QueryResult& result)
{
    std::unordered_map<std::string_view, double> amounts;
    for (const auto& series : result.series) {
        const bool other = series.other || (!series.otherAt.empty() && series.otherAt[0]);
        if (!other && !series.key.empty())
            amounts[series.key[0]] += sankeyAmount(result, series);
    }
    std::vector<std::pair<std::string_view, double>> bySize(amounts.begin(), amounts.end());
    std::ranges::sort(bySize, [](const auto& a, const auto& b) { return a.second != b.second ? a.second > b.second : a.first < b.first; });
    std::map<std::string, size_t> out;
    for (const auto& [value, amount] : bySize)
        out.emplace(value, out.size());
    return out;
}

SankeyGraph buildSankey(const core::QueryResult& result, const std::set<int>& hidden, const SankeyGraph* like)
{
    SankeyGraph graph;
    const size_t columns = result.dimensions.size();
    if (columns < 2 || !core::isAdditive(result.query.unit))
        return graph;
    Builder builder(graph, columns);
    for (size_t s = 0; s < result.series.size(); ++s) {
        const auto& series = result.series[s];
        const double amount = sankeyAmount(result, series);
        if (!hidden.contains(static_cast<int>(s)) && amount > 0 && std::isfinite(amount) && (series.other || series.key.size() >= columns))
            builder.add(static_cast<int>(s), series, amount);
    }
    for (size_t c = 0; c < columns; ++c)
        sortBySize(graph, graph.columns[c], c == 0 ? like : nullptr);
    orderSankey(graph);
    sortLinks(graph);
    return graph;
}

SankeySpacing sankeySpacing(const SankeyGraph& graph, double height)
{
    size_t most = 1;
    for (const auto& column : graph.columns)
        most = std::max(most, column.size());
    const auto nodes = static_cast<double>(most);
    return {.padding = most < 2 ? kPadding : std::min(kPadding, kMostPadding * height / (nodes - 1)), .least = std::min(kLeastHeight, kMostPadding * height / nodes)};
}

double sankeyHeight(const SankeyGraph& graph, double scale, SankeySpacing spacing)
{
    double out = 0;
    for (const auto& column : graph.columns) {
        double height = column.empty() ? 0 : spacing.padding * static_cast<double>(column.size() - 1);
        for (const int node : column)
            height += std::max(spacing.least, graph.nodes[static_cast<size_t>(node)].amount * scale);
        out = std::max(out, height);
    }
    return out;
}

double sankeyScale(const std::vector<std::pair<const SankeyGraph*, SankeySpacing>>& graphs, double height)
{
    double high = 0;
    for (const auto& [graph, spacing] : graphs)
        high = std::max(high, graph->amount > 0 ? height / graph->amount : 0);
    double low = 0;
    // Small nodes are drawn larger than they are, so the rest has to give way.
    for (int i = 0; i < 60; ++i) {
        const double middle = (low + high) / 2;
        double needed = 0;
        for (const auto& [graph, spacing] : graphs)
            needed += sankeyHeight(*graph, middle, spacing);
        (needed > height ? high : low) = middle;
    }
    return low;
}

void placeSankey(SankeyGraph& graph, double top, double height, double scale, SankeySpacing spacing)
{
    graph.scale = scale;
    for (const auto& column : graph.columns) {
        double filled = 0;
        for (const int number : column) {
            auto& node = graph.nodes[static_cast<size_t>(number)];
            node.height = std::max(spacing.least, node.amount * scale);
            filled += node.height;
        }
        const double gaps = static_cast<double>(column.size()) - 1;
        const double distance = gaps > 0 ? std::clamp((height - filled) / gaps, 0.0, std::max(kWidest, spacing.padding)) : 0;
        double y = top + std::max(0.0, height - filled - gaps * distance) / 2;
        for (const int number : column) {
            auto& node = graph.nodes[static_cast<size_t>(number)];
            node.y = y;
            y += node.height + distance;
            double in = node.y;
            double out = node.y;
            for (const int link : node.in) {
                graph.links[static_cast<size_t>(link)].toY = in;
                in += graph.links[static_cast<size_t>(link)].amount * scale;
            }
            for (const int link : node.out) {
                graph.links[static_cast<size_t>(link)].fromY = out;
                out += graph.links[static_cast<size_t>(link)].amount * scale;
            }
        }
    }
    for (auto& link : graph.links)
        link.height = link.amount * scale;
}

} // namespace rivereto::ui
