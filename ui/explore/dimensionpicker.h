// SPDX-License-Identifier: GPL-3.0-or-later
// DimensionPicker: pop-up list of the columns that can be grouped by, with search.
#pragma once

#include <QFrame>
#include <QLineEdit>
#include <QListWidget>

#include "core/schema/schema.h"

namespace rivereto::ui {

class DimensionPicker : public QFrame {
    Q_OBJECT
public:
    /// A pop-up that deletes itself when it closes. `taken` are left out.
    DimensionPicker(std::shared_ptr<const core::Schema> schema, const std::vector<std::string>& taken, QWidget* parent);

signals:
    void picked(const std::string& column);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void fill(const QString& search);
    void choose(QListWidgetItem* item);

    std::shared_ptr<const core::Schema> m_schema;
    std::vector<std::string> m_taken;
    QLineEdit* m_search;
    QListWidget* m_list;
};

} // namespace rivereto::ui
