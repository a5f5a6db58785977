// SPDX-License-Identifier: GPL-3.0-or-later
// SankeyScene: a Sankey diagram of an answer at one size: where things are, what they say, and how they are painted.
#pragma once

#include <map>

#include "core/text/number.h"
#include "ui/charts/chartview.h"
#include "ui/charts/hovercard.h"
#include "ui/charts/sankeylayout.h"
#include "ui/charts/sankeyraster.h"

namespace rivereto::ui {

/// What the pointer or the keyboard is at. `half` 0 is the asked direction, 1 the opposite one.
struct SankeyTarget {
    enum class Kind : uint8_t { None, Node, Path };
    Kind kind = Kind::None;
    size_t half = 0;
    int number = -1; ///< of a node or of a path
    int link = -1;   ///< of a path: which of its links
    [[nodiscard]] bool none() const { return kind == Kind::None; }
    bool operator==(const SankeyTarget&) const = default;
};

class SankeyScene {
public:
    explicit SankeyScene(const Theme& theme) : m_theme(theme) { }

    void build(const AnswerPtr& answer, const ChartLook& look);
    void place(QSizeF size);

    /// Nothing can be drawn; words() say why.
    [[nodiscard]] bool empty() const { return m_halves.empty() || m_halves[0].graph.empty(); }
    [[nodiscard]] QStringList words() const;
    [[nodiscard]] size_t halves() const { return m_halves.size(); }
    [[nodiscard]] const SankeyGraph& graph(size_t half) const { return m_halves[half].graph; }
    [[nodiscard]] QRectF box(size_t half, int node) const;
    /// Middle of a path's part of a link.
    [[nodiscard]] QPointF middle(const SankeyTarget& path) const;

    [[nodiscard]] SankeyTarget at(QPointF place) const;
    /// The path of a series of the result.
    [[nodiscard]] SankeyTarget ofSeries(int series) const;
    /// -1 for what is no path of the asked direction.
    [[nodiscard]] int seriesOf(const SankeyTarget& target) const;

    /// The ground, and on it the words when there is nothing to draw.
    void paintGround(QPainter& painter) const;
    void paintLinks(QPainter& painter) const;
    /// Ground and links as pixels: the same, but quickly.
    [[nodiscard]] QImage links(double ratio) const;
    /// Strong, upon the links.
    void paintLit(QPainter& painter, const SankeyTarget& lit) const;
    /// Nodes, labels and headings.
    void paintNodes(QPainter& painter, const SankeyTarget& lit) const;

    [[nodiscard]] HoverCard card(const SankeyTarget& target) const;
    /// For a screen reader.
    [[nodiscard]] QString described(const SankeyTarget& target) const;

private:
    struct Half {
        SankeyGraph graph;
        const core::QueryResult* result = nullptr;
        std::vector<int> twins; ///< per path: the one of the other half under the same key, or -1
        QRectF body;
    };
    struct Label {
        int node = -1;
        QRectF box;
        bool twoLines = false;
    };

    [[nodiscard]] QColor colourOf(const SankeyNode& node) const;
    [[nodiscard]] QString nameOf(const SankeyNode& node) const;
    [[nodiscard]] QString shortName(const Half& half, const SankeyNode& node) const;
    [[nodiscard]] QString heading(const Half& half, size_t column) const;
    [[nodiscard]] QString amount(double value) const;
    [[nodiscard]] QString figure(double value) const;
    [[nodiscard]] double columnX(size_t column) const;
    [[nodiscard]] bool isLit(const SankeyTarget& lit, size_t half, int node) const;
    [[nodiscard]] std::vector<Label> labels(size_t half, const SankeyTarget& lit) const;
    [[nodiscard]] QRectF labelBox(const Half& half, const SankeyNode& node, bool twoLines) const;
    void measureMargins();
    [[nodiscard]] std::vector<Ribbon> ribbons() const;
    void paintHeadings(QPainter& painter, size_t half) const;
    void paintLabel(QPainter& painter, size_t half, const Label& label, bool lit) const;
    void paintPart(QPainter& painter, const Half& half, int link, double above, double amount, const QColor& colour) const;
    [[nodiscard]] std::vector<HoverCard::Line> figures(double value, double total, uint64_t samples) const;

    const Theme& m_theme;
    AnswerPtr m_answer;
    ChartLook m_look;
    std::vector<Half> m_halves;
    std::map<std::string, size_t> m_ranks; ///< of the first column's values
    std::map<int, int> m_pathOf; ///< series → path of the asked direction
    core::Scale m_scale;
    QSizeF m_size;
    double m_left = 0; ///< of the first column
    double m_right = 0; ///< right edge of the last column
    double m_nodeWidth = 12;
};

} // namespace rivereto::ui
