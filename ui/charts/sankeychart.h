// SPDX-License-Identifier: GPL-3.0-or-later
// SankeyChart: traffic as it goes from the values of one dimension to those of the next.
#pragma once

#include "ui/charts/sankeyscene.h"

namespace rivereto::ui {

/// Of both directions each has a half, on the same scale.
class SankeyChart : public ChartView {
    Q_OBJECT
public:
    explicit SankeyChart(const Theme& theme, QWidget* parent = nullptr);

    void setAnswer(const AnswerPtr& answer) override;
    void setLook(const ChartLook& look) override;
    void setHighlighted(int series) override;
    void paintTo(QPainter& painter, QSizeF size) const override;
    [[nodiscard]] const SankeyScene& scene() const { return m_scene; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool focusNextPrevChild(bool next) override;

private:
    void rebuild();
    void hover(const SankeyTarget& target);
    void walkTo(const SankeyTarget& node);
    void walk(int key);
    void choose(const SankeyTarget& target, bool without);
    [[nodiscard]] bool canChoose(const SankeyTarget& target) const;
    [[nodiscard]] SankeyTarget lit() const;
    [[nodiscard]] SankeyTarget nodeAt(size_t half, size_t column, double y) const;

    AnswerPtr m_answer;
    ChartLook m_look;
    SankeyScene m_scene;
    SankeyTarget m_hover;
    SankeyTarget m_pressed;
    SankeyTarget m_walked; ///< by the keyboard: always a node
    int m_highlighted = -1;
    std::optional<QPointF> m_pointer; ///< while above the chart
    // Pictures, made when first needed; null when out of date.
    QPixmap m_links; ///< ground and links
    QPixmap m_plain; ///< everything, with nothing lit
    QPixmap m_strong; ///< everything, with m_shown lit
    SankeyTarget m_shown;
};

} // namespace rivereto::ui
