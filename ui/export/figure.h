// SPDX-License-Identifier: GPL-3.0-or-later
// Figure: an answer as a picture with title, query in words, chart and legend – for files, paper and the clipboard.
// Read this first in ui/export.
#pragma once

#include <memory>

#include <QImage>

#include "ui/charts/chartkinds.h"
#include "ui/models/seriestablemodel.h"

namespace rivereto::ui {

/// What an export is made of. A plain value.
struct Exhibit {
    AnswerPtr answer; ///< with a result
    std::shared_ptr<const core::Schema> schema;
    AsNames asNames;
    Clock clock;
    std::set<int> hidden;           ///< series that the chart leaves out
    std::optional<double> capacity; ///< a line in the chart
    QString database;               ///< its name
};

/// "L3 bits/s by source AS, top 10 by average, both directions, compared with an hour before".
QString queryWords(const core::QueryResult& result, const core::Schema& schema);

/// GUI thread. The chart is made anew, so that its size is the figure's and not the window's.
class Figure {
public:
    Figure(const Exhibit& exhibit, const Theme& theme);
    ~Figure();
    void paint(QPainter& painter, QSizeF size) const;
    /// Of `size` × `scale` pixels.
    [[nodiscard]] QImage image(QSize size, qreal scale) const;
    [[nodiscard]] QByteArray svg(QSize size) const;
    [[nodiscard]] const SeriesTableModel& table() const { return *m_table; }
    [[nodiscard]] QString title() const;
    /// When it was, and where from.
    [[nodiscard]] QString subtitle() const;
    /// Only the chart.
    void paintChart(QPainter& painter, QSizeF size) const;
    /// Names, colours and averages; returns the height it takes in `width`, and paints when there is a painter.
    qreal legend(QPainter* painter, QPointF at, qreal width) const;

private:
    const Exhibit& m_exhibit;
    const Theme& m_theme;
    std::unique_ptr<SeriesTableModel> m_table;
    std::unique_ptr<ChartView> m_chart;
};

} // namespace rivereto::ui
