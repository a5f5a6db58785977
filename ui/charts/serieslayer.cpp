// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/serieslayer.h"

#include <algorithm>
#include <cmath>

#include <QAreaSeries>
#include <QChart>
#include <QGraphicsLayout>
#include <QLineSeries>
#include <QPainter>
#include <QValueAxis>

namespace rivereto::ui {

namespace {

constexpr double kLineWidth = 1.6;
/// How far areas reach beyond the sides, in pixels.
constexpr double kOverhang = 1.5;
/// A value between two gaps is drawn this far to either side, as part of the distance to the next.
constexpr double kAlone = 0.3;
/// A dash longer than any line, in widths of the line.
constexpr double kEndless = 1e6;

QPen hairline(const QColor& colour, qreal width)
{
    QPen pen(colour, width, Qt::SolidLine, Qt::FlatCap);
    pen.setCosmetic(true);
    return pen;
}

/// Neighbours stay apart for every eye; the outline closes the stack.
QPen edgePen(const Theme& theme, bool last) { return hairline(theme[last ? Token::outline : Token::bandEdge], 1); }

/// Which points are drawn: all, or of several in one pixel the one with the largest sum of all series.
std::vector<size_t> chosenPoints(const SeriesShape& shape, Direction direction, double width)
{
    const size_t points = shape.points();
    const auto room = std::max<size_t>(static_cast<size_t>(width), 2);
    std::vector<size_t> out;
    if (points <= room * 2) {
        for (size_t i = 0; i < points; ++i)
            out.push_back(i);
        return out;
    }
    const auto size = [&](size_t point) {
        double sum = 0;
        for (size_t s = 0; s < shape.size(); ++s)
            sum += std::isnan(shape.series()[s].of(direction)[point]) ? 0 : shape.series()[s].of(direction)[point];
        return sum;
    };
    for (size_t pixel = 0; pixel < room; ++pixel) {
        size_t best = pixel * points / room;
        double most = -1;
        for (size_t i = best; i < (pixel + 1) * points / room; ++i) {
            if (const double here = size(i); here > most) {
                most = here;
                best = i;
            }
        }
        out.push_back(best);
    }
    return out;
}

double partOf(size_t point, size_t points) { return points > 1 ? static_cast<double>(point) / static_cast<double>(points - 1) : 0; }

} // namespace

SeriesLayer::SeriesLayer() : m_chart(new QChart), m_x(new QValueAxis), m_y(new QValueAxis)
{
    m_scene.setItemIndexMethod(QGraphicsScene::NoIndex);
    m_scene.addItem(m_chart);
    m_chart->setBackgroundVisible(false);
    m_chart->legend()->hide();
    m_chart->setMargins({});
    m_chart->layout()->setContentsMargins(0, 0, 0, 0);
    for (auto* axis : {m_x, m_y}) {
        axis->setRange(0, 1);
        axis->setVisible(false);
        m_chart->addAxis(axis, axis == m_x ? Qt::AlignBottom : Qt::AlignLeft);
    }
}

SeriesLayer::~SeriesLayer() = default;

void SeriesLayer::resize(QSizeF size)
{
    if (size == m_size)
        return;
    m_size = size;
    m_chart->resize(size);
    m_chart->setPlotArea(QRectF(QPointF(0, 0), size));
    m_chart->layout()->activate();
}

QAreaSeries& SeriesLayer::areaAt(size_t at)
{
    while (m_areas.size() <= at) {
        auto* area = new QAreaSeries(new QLineSeries);
        area->upperSeries()->setParent(area);
        m_chart->addSeries(area);
        area->attachAxis(m_x);
        area->attachAxis(m_y);
        m_areas.push_back(area);
    }
    return *m_areas[at];
}

QLineSeries& SeriesLayer::lineAt(size_t at)
{
    while (m_lines.size() <= at) {
        auto* line = new QLineSeries;
        m_chart->addSeries(line);
        line->attachAxis(m_x);
        line->attachAxis(m_y);
        m_lines.push_back(line);
    }
    return *m_lines[at];
}

void SeriesLayer::fillAreas(const SeriesShape& shape, Direction direction, double whole, const Theme& theme, bool forFile)
{
    const auto points = chosenPoints(shape, direction, m_size.width());
    const double beyond = forFile ? 0 : kOverhang / m_size.width();
    for (size_t s = shape.size(); s-- > 0;) {
        const auto at = shape.size() - 1 - s;
        QList<QPointF> edge;
        edge.reserve(static_cast<qsizetype>(points.size()) + 2);
        const auto height = [&](size_t point) { return shape.upper(s, point, direction) / whole; };
        // From the right: the rasteriser looks for each new cell of a scan line from its left end, which makes flat edges slow otherwise.
        edge << QPointF(1 + beyond, height(points.back()));
        for (size_t i = points.size(); i-- > 0;)
            edge << QPointF(shape.points() > 1 ? partOf(points[i], shape.points()) : 0, height(points[i]));
        edge << QPointF(-beyond, height(points.front()));
        auto& area = areaAt(at);
        area.setBrush(shape.series()[s].colour);
        area.setPen(forFile ? edgePen(theme, at == 0) : QPen(Qt::NoPen));
        area.upperSeries()->replace(edge);
    }
}

/// On screens, where it takes much less time than as part of the areas: piece by piece, so that no long flat path is rasterised, and
/// without the outlines that Qt Charts computes for each of its lines to be clicked on.
void SeriesLayer::paintEdges(QPainter& painter, const SeriesShape& shape, Direction direction, double whole, const Theme& theme) const
{
    const auto points = chosenPoints(shape, direction, m_size.width());
    QList<QLineF> pieces;
    for (size_t s = 0; s < shape.size(); ++s) {
        pieces.clear();
        const auto at = [&](size_t point) {
            return QPointF(partOf(point, shape.points()) * m_size.width(), m_size.height() * (1 - shape.upper(s, point, direction) / whole));
        };
        for (size_t i = 1; i < points.size(); ++i)
            pieces << QLineF(at(points[i - 1]), at(points[i]));
        if (points.size() == 1)
            pieces << QLineF(at(0), QPointF(m_size.width(), at(0).y()));
        painter.setPen(edgePen(theme, s + 1 == shape.size()));
        painter.drawLines(pieces);
    }
}

size_t SeriesLayer::fillLines(const SeriesShape& shape, Direction direction, double whole, bool forFile)
{
    const auto points = chosenPoints(shape, direction, m_size.width());
    const double apart = shape.points() > 1 ? 1.0 / static_cast<double>(shape.points() - 1) : 1;
    size_t used = 0;
    QList<QPointF> run;
    for (size_t s = shape.size(); s-- > 0;) {
        auto pen = hairline(shape.series()[s].colour, kLineWidth);
        // Qt Charts draws solid lines piece by piece, for which round ends would be slow; others as one path.
        pen.setCapStyle(forFile ? Qt::RoundCap : Qt::SquareCap);
        pen.setJoinStyle(Qt::RoundJoin);
        if (forFile)
            pen.setDashPattern({kEndless, 1});
        const auto close = [&] {
            if (run.empty())
                return;
            if (run.size() == 1) {
                const auto only = run.front();
                run = {only - QPointF(apart * kAlone, 0), only + QPointF(apart * (shape.points() > 1 ? kAlone : 1), 0)};
            }
            auto& line = lineAt(used++);
            line.setPen(pen);
            line.replace(run);
            run.clear();
        };
        for (const auto point : points) {
            const double height = shape.upper(s, point, direction) / whole;
            if (!std::isfinite(height))
                close();
            else
                run << QPointF(partOf(point, shape.points()), height);
        }
        close();
    }
    return used;
}

void SeriesLayer::paint(QPainter& painter, const QRectF& area, const SeriesShape& shape, Direction direction, double whole,
    const Theme& theme, bool forFile)
{
    if (shape.points() == 0 || !shape.has(direction) || area.width() < 1 || area.height() < 1 || !(whole > 0))
        return;
    resize(area.size());
    if (shape.stacked())
        fillAreas(shape, direction, whole, theme, forFile);
    const size_t lines = shape.stacked() ? 0 : fillLines(shape, direction, whole, forFile);
    for (size_t i = 0; i < m_areas.size(); ++i)
        m_areas[i]->setVisible(shape.stacked() && i < shape.size());
    for (size_t i = 0; i < m_lines.size(); ++i)
        m_lines[i]->setVisible(i < lines);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.translate(area.topLeft());
    if (direction == Direction::Down) {
        painter.translate(0, area.height());
        painter.scale(1, -1);
    }
    const QRectF all(QPointF(0, 0), area.size());
    m_scene.render(&painter, all, all, Qt::IgnoreAspectRatio);
    if (shape.stacked() && !forFile)
        paintEdges(painter, shape, direction, whole, theme);
    painter.restore();
}

} // namespace rivereto::ui
