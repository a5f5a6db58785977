// SPDX-License-Identifier: GPL-3.0-or-later
// ColumnChooser: pop-up to choose the columns of a table of flows: presets, and each by name.
#pragma once

#include <QFrame>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>

#include "ui/flows/flowcolumns.h"

namespace rivereto::ui {

class ColumnChooser : public QFrame {
    Q_OBJECT
public:
    /// Deletes itself when it closes.
    ColumnChooser(std::shared_ptr<const FlowColumns> columns, const QStringList& chosen, QWidget* parent);

signals:
    /// At once, with every choice; never empty.
    void changed(const QStringList& ids);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void fill();
    void toggle(QListWidgetItem* item);
    void choose(const QStringList& ids);
    void syncPresets();

    std::shared_ptr<const FlowColumns> m_columns;
    QStringList m_chosen;
    QWidget* m_presets;
    QLineEdit* m_search;
    QListWidget* m_list;
    QLabel* m_count;
};

} // namespace rivereto::ui
