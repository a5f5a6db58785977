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

/// Of more bands the edges would be all that one sees.
constexpr size_t kMostEdged = 21;

/// One point is drawn as a flat stretch over the whole width.
double lastX(size_t points) { return points > 1 ? static_cast<double>(points - 1) : 1; }

QLineSeries* lineOf(const std::vector<double>& values)
{
    auto* line = new QLineSeries;
    QList<QPointF> points;
    points.reserve(static_cast<qsizetype>(values.size()) + 1);
    for (size_t i = 0; i < values.size(); ++i)
        points << QPointF(static_cast<double>(i), values[i]);
    if (values.size() == 1)
        points << QPointF(1, values[0]);
    line->replace(points);
    return line;
}

struct Canvas {
    QChart* chart;
    QValueAxis* x;
    QValueAxis* y;
    void add(QAbstractSeries* series) const
    {
        chart->addSeries(series);
        series->attachAxis(x);
        series->attachAxis(y);
    }
};

QPen hairline(const QColor& colour, qreal width)
{
    QPen pen(colour, width);
    pen.setCosmetic(true);
    return pen;
}

} // namespace

SeriesLayer::SeriesLayer() = default;
SeriesLayer::~SeriesLayer() = default;

void SeriesLayer::set(ChartKind kind, std::vector<ChartSeries> series)
{
    m_kind = kind;
    m_series = std::move(series);
    m_upper.clear();
    std::vector<double> sum(points(), 0.0);
    for (const auto& one : m_series) {
        if (kind == ChartKind::Lines) {
            m_upper.push_back(one.values);
            continue;
        }
        for (size_t i = 0; i < sum.size(); ++i)
            sum[i] += one.values[i];
        m_upper.push_back(sum);
    }
    if (kind != ChartKind::Share)
        return;
    for (auto& edge : m_upper) {
        for (size_t i = 0; i < sum.size(); ++i)
            edge[i] = sum[i] > 0 ? edge[i] / sum[i] : 0;
    }
}

double SeriesLayer::maximum() const
{
    double out = 0;
    for (const auto& edge : m_upper) {
        for (const double v : edge)
            out = std::max(out, v);
    }
    return out;
}

int SeriesLayer::find(int number) const
{
    const auto found = std::ranges::find(m_series, number, &ChartSeries::number);
    return found == m_series.end() ? -1 : static_cast<int>(found - m_series.begin());
}

int SeriesLayer::seriesAt(size_t point, double value, double reach) const
{
    if (point >= points())
        return -1;
    if (m_kind != ChartKind::Lines) {
        for (size_t s = 0; s < m_upper.size(); ++s) {
            if (value <= m_upper[s][point] && m_upper[s][point] > 0)
                return value < 0 ? -1 : static_cast<int>(s);
        }
        return -1;
    }
    int nearest = -1;
    for (size_t s = 0; s < m_upper.size(); ++s) {
        const double distance = std::abs(m_upper[s][point] - value);
        if (distance <= reach) {
            reach = distance;
            nearest = static_cast<int>(s);
        }
    }
    return nearest;
}

QPixmap SeriesLayer::picture(QSize size, qreal ratio, double top, const Theme& theme) const
{
    QPixmap out(size * ratio);
    out.setDevicePixelRatio(ratio);
    out.fill(Qt::transparent);
    if (points() == 0 || size.isEmpty())
        return out;
    QGraphicsScene scene;
    auto* chart = new QChart;
    scene.addItem(chart);
    chart->setBackgroundVisible(false);
    chart->legend()->hide();
    chart->setMargins({});
    chart->layout()->setContentsMargins(0, 0, 0, 0);
    const Canvas canvas{chart, new QValueAxis, new QValueAxis};
    canvas.x->setRange(0, lastX(points()));
    canvas.y->setRange(0, top);
    canvas.x->setVisible(false);
    canvas.y->setVisible(false);
    chart->addAxis(canvas.x, Qt::AlignBottom);
    chart->addAxis(canvas.y, Qt::AlignLeft);
    chart->resize(size);
    chart->setPlotArea(QRectF(QPointF(0, 0), QSizeF(size)));

    if (m_kind == ChartKind::Lines) {
        for (size_t s = m_series.size(); s-- > 0;) {
            auto* line = lineOf(m_upper[s]);
            line->setPen(hairline(m_series[s].colour, 1.6));
            canvas.add(line);
        }
    } else {
        std::vector<double> floor(points(), 0.0);
        for (size_t s = 0; s < m_series.size(); ++s) {
            auto* area = new QAreaSeries(lineOf(m_upper[s]), lineOf(s == 0 ? floor : m_upper[s - 1]));
            area->lowerSeries()->setParent(area);
            area->upperSeries()->setParent(area);
            area->setPen(Qt::NoPen);
            area->setBrush(m_series[s].colour);
            canvas.add(area);
        }
        // Neighbours stay apart for every eye; the outline closes the stack.
        for (size_t s = m_series.size() > kMostEdged ? m_series.size() - 1 : 0; s < m_series.size(); ++s) {
            auto* edge = lineOf(m_upper[s]);
            edge->setPen(s + 1 < m_series.size() ? hairline(theme[Token::bandEdge], 1) : hairline(theme[Token::outline], 1));
            canvas.add(edge);
        }
    }
    chart->layout()->activate();
    QPainter painter(&out);
    painter.setRenderHint(QPainter::Antialiasing);
    scene.render(&painter, QRectF(QPointF(0, 0), QSizeF(size)), QRectF(QPointF(0, 0), QSizeF(size)), Qt::IgnoreAspectRatio);
    return out;
}

} // namespace rivereto::ui
