// SPDX-License-Identifier: GPL-3.0-or-later
// SankeyGraph: nodes, links and their places in a Sankey diagram, without any painting.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/query/result.h"

namespace rivereto::ui {

/// A value of one dimension.
struct SankeyNode {
    size_t column = 0;
    std::string value;   ///< as in the series' key
    bool other = false;  ///< what the limit cut off
    double amount = 0;   ///< in the query's unit; the sum of its paths
    double total = 0;    ///< bytes, packets or flows behind it
    uint64_t samples = 0;
    std::vector<int> in; ///< links, top down
    std::vector<int> out;
    double y = 0; ///< upper edge; true to scale, but at least a pixel high
    double height = 0;
};

/// What flows between two values of neighbouring dimensions.
struct SankeyLink {
    int from = 0;
    int to = 0;
    double amount = 0;
    std::vector<int> paths; ///< top down; each keeps its share of the height at both ends
    double fromY = 0;       ///< upper edge at each end
    double toY = 0;
    double height = 0;
};

/// One series of the result, through all columns.
struct SankeyPath {
    int series = 0;
    double amount = 0;
    std::vector<int> nodes;    ///< one a column
    std::vector<int> links;    ///< one a gap
    std::vector<double> above; ///< one a gap: the amount that lies above it within the link
};

/// Immutable but for its places. Same result, same graph.
struct SankeyGraph {
    std::vector<SankeyNode> nodes;
    std::vector<SankeyLink> links;
    std::vector<SankeyPath> paths;
    std::vector<std::vector<int>> columns; ///< nodes, top down
    double amount = 0;
    double scale = 0; ///< pixels per unit

    [[nodiscard]] bool empty() const { return paths.empty(); }
    [[nodiscard]] size_t firstOf(const SankeyPath& path) const { return static_cast<size_t>(path.nodes.front()); }
    /// Node of a value in a column; -1 when there is none.
    [[nodiscard]] int find(size_t column, const std::string& value, bool other) const;
};

/// What a Sankey diagram shows of a series: its average, or its total where the unit is one.
double sankeyAmount(const core::QueryResult& result, const core::Series& series);

/// Values of the first dimension by size, without Other. Their rank is their colour, in the table as well.
std::map<std::string, size_t> sankeyRanks(const core::QueryResult& result);

/// Nodes and links of a result's series, those in `hidden` and those without traffic left out. The first column is ordered by
/// size, or as in `like`; the others so that few links cross; Other is last in each.
SankeyGraph buildSankey(const core::QueryResult& result, const std::set<int>& hidden = {}, const SankeyGraph* like = nullptr);

/// How much crosses: for each pair of links that do, the product of their shares of everything.
double sankeyCrossings(const SankeyGraph& graph);

/// Reorders all columns but the first; done by buildSankey(). Never raises sankeyCrossings().
void orderSankey(SankeyGraph& graph);

/// In pixels.
struct SankeySpacing {
    double padding = 0; ///< between nodes, at least
    double least = 1;   ///< height of a node, at least
};
/// What a diagram of this height has room for: less where there are many nodes.
SankeySpacing sankeySpacing(const SankeyGraph& graph, double height);
/// Height of the fullest column.
double sankeyHeight(const SankeyGraph& graph, double scale, SankeySpacing spacing);
/// The scale at which graphs together fill a height, each with its spacing.
double sankeyScale(const std::vector<std::pair<const SankeyGraph*, SankeySpacing>>& graphs, double height);
/// Places all nodes and links between `top` and `top` + `height`.
void placeSankey(SankeyGraph& graph, double top, double height, double scale, SankeySpacing spacing);

} // namespace rivereto::ui
