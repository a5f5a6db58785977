// SPDX-License-Identifier: GPL-3.0-or-later
// What the Exporters page paints itself: cells of its tables, counters beside flows, sequence loss over time.
#pragma once

#include <QStyledItemDelegate>
#include <QWidget>

#include "ui/exporters/exportersmodel.h"
#include "ui/theme/theme.h"

namespace rivereto::ui {

/// Cells of ExportersModel: marks with a shape for each state, small lines of rates, tones.
class ExporterDelegate : public QStyledItemDelegate {
public:
    ExporterDelegate(const Theme& theme, QObject* parent) : QStyledItemDelegate(parent), m_theme(theme) { }
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

private:
    void rates(QPainter& painter, const QRect& rect, const ExporterRow& row) const;
    const Theme& m_theme;
};

/// Paints the mark of a state around a point: a disc, a triangle, a square with a cross.
void paintState(QPainter& painter, const Theme& theme, QPointF centre, ExporterRow::State state);

/// Two bars an interface: octets by its counters, and by flows.
class AddUpView : public QWidget {
    Q_OBJECT
public:
    explicit AddUpView(const Theme& theme, QWidget* parent = nullptr);
    void show(const ExporterDetailsPtr& details);
    [[nodiscard]] QSize sizeHint() const override;
    /// Interfaces shown: those that can be compared, the busiest first.
    [[nodiscard]] const std::vector<core::InterfaceHealth>& shown() const { return m_shown; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    const Theme& m_theme;
    std::vector<core::InterfaceHealth> m_shown;
    double m_seconds = 0;
};

/// A bar for each five minutes in which something was lost.
class LossView : public QWidget {
    Q_OBJECT
public:
    explicit LossView(const Theme& theme, QWidget* parent = nullptr);
    void show(const core::StreamHealth& health, const core::TimeRange& range, const Clock& clock);
    [[nodiscard]] QSize sizeHint() const override { return {400, 150}; }
    struct Bar {
        uint64_t atMs = 0;
        int64_t lost = 0;
    };
    [[nodiscard]] const std::vector<Bar>& bars() const { return m_bars; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    const Theme& m_theme;
    std::vector<Bar> m_bars;
    core::TimeRange m_range;
    Clock m_clock;
};

} // namespace rivereto::ui
