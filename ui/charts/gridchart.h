// SPDX-License-Identifier: GPL-3.0-or-later
// GridChart: one small chart a series, all of one scale, with one read-out and one brush.
#pragma once

#include <QScrollBar>

#include "ui/charts/timechart.h"

namespace rivereto::ui {

class GridChart : public TimeChart {
    Q_OBJECT
public:
    explicit GridChart(const Theme& theme, QWidget* parent = nullptr);
    /// Of one cell.
    [[nodiscard]] unsigned pointsWanted() const override;

protected:
    void arrange(Scene& scene) const override;
    void paintUnder(QPainter& painter, const Scene& scene) const override;
    void paintPrevious(QPainter& painter, const Scene& scene) const override;
    void paintOver(QPainter& painter, const Scene& scene) const override;
    void paintHover(QPainter& painter, const Hover& hover) const override;
    [[nodiscard]] double barTop() const override;
    [[nodiscard]] QString tipAt(QPointF at) const override;
    void wheelEvent(QWheelEvent* event) override;

private:
    struct Cells {
        int columns = 1;
        int rows = 1;
        double width = 0;
        double height = 0; ///< with the title
        bool scrolls = false;
    };
    [[nodiscard]] Cells cellsFor(QSizeF size, int count, bool forFile) const;
    [[nodiscard]] ValueAxis sharedAxis(double height) const;
    void paintTitle(QPainter& painter, const Plot& plot, std::optional<size_t> point) const;
    [[nodiscard]] bool visible(const Plot& plot, const Scene& scene) const;

    QScrollBar* m_scroll = nullptr;
};

} // namespace rivereto::ui
