// SPDX-License-Identifier: GPL-3.0-or-later
// FilterList: filters in a list – a name or a time beside the filter in its colours. For the pop-ups of history and saved filters.
#pragma once

#include <QListWidget>

#include "core/schema/schema.h"
#include "ui/theme/theme.h"

namespace rivereto::ui {

class FilterList : public QListWidget {
    Q_OBJECT
public:
    struct Entry {
        QString filter;
        QString name;   ///< above the filter; may be empty
        QString aside;  ///< at the right; may be empty
        QString detail; ///< tool tip behind the filter
    };

    FilterList(const Theme& theme, std::shared_ptr<const core::Schema> schema, QWidget* parent = nullptr);
    void fill(const QList<Entry>& entries);
    [[nodiscard]] QString currentFilter() const;
    [[nodiscard]] QString currentName() const;
    void setCurrentName(const QString& name);

signals:
    void chosen(const QString& filter);
    void deleteAsked();
    void renameAsked();

protected:
    void keyPressEvent(QKeyEvent* event) override;
};

} // namespace rivereto::ui
