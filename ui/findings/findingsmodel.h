// SPDX-License-Identifier: GPL-3.0-or-later
// FindingsModel: findings for a table view, narrowed by words.
#pragma once

#include <QAbstractTableModel>
#include <QStyledItemDelegate>

#include "ui/findings/findingsdata.h"
#include "ui/models/texts.h"
#include "ui/theme/theme.h"

namespace rivereto::ui {

class FindingsModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Mark, Title, Exporter, Evidence, Last, kColumns };
    enum Role { SeverityRole = Qt::UserRole };

    using QAbstractTableModel::QAbstractTableModel;

    void setData(FindingsDataPtr data, const Clock& clock);
    void setNeedle(const QString& needle);
    void sort(int column, Qt::SortOrder order) override;
    [[nodiscard]] const core::Finding* finding(int row) const;
    /// The row of the same finding after another answer; -1: it is no more.
    [[nodiscard]] int rowOf(const core::Finding& finding) const;
    [[nodiscard]] const FindingsDataPtr& data() const { return m_data; }
    /// "th2-edge1", "10.0.0.1", "This machine".
    [[nodiscard]] QString exporterText(const core::Finding& finding) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    void arrange();
    [[nodiscard]] QString cell(const core::Finding& finding, int column) const;

    FindingsDataPtr m_data;
    std::vector<const core::Finding*> m_shown; ///< of m_data
    QString m_needle;
    Clock m_clock;
    int m_column = Mark;
    Qt::SortOrder m_order = Qt::AscendingOrder;
};

class FindingsDelegate : public QStyledItemDelegate {
public:
    FindingsDelegate(const Theme& theme, QObject* parent) : QStyledItemDelegate(parent), m_theme(theme) { }
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;

private:
    const Theme& m_theme;
};

/// A square with a cross, a triangle, a ring: shapes, so that they can be told apart without colours.
void paintSeverity(QPainter& painter, const Theme& theme, QPointF centre, core::Severity severity);

} // namespace rivereto::ui
