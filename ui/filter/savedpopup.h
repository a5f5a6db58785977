// SPDX-License-Identifier: GPL-3.0-or-later
// SavedPopup: saves the filter in force under a name, and lists what is saved to apply, rename and remove it.
#pragma once

#include <QFrame>
#include <QLineEdit>
#include <QPushButton>

#include "ui/filter/filterlist.h"
#include "ui/models/profile.h"

namespace rivereto::ui {

/// Deletes itself when it closes.
class SavedPopup : public QFrame {
    Q_OBJECT
public:
    /// `current` is the filter to save, empty when there is none; `savedAs` the name it has already.
    SavedPopup(Profile& profile, const QString& current, const QString& savedAs, const Theme& theme, std::shared_ptr<const core::Schema> schema, QWidget* parent);

    [[nodiscard]] QLineEdit& name() { return *m_name; }
    [[nodiscard]] FilterList& list() { return *m_list; }
    [[nodiscard]] QPushButton& saveButton() { return *m_save; }
    [[nodiscard]] QPushButton& renameButton() { return *m_rename; }
    [[nodiscard]] QPushButton& deleteButton() { return *m_delete; }

signals:
    void chosen(const QString& filter);

private:
    void buildEntry(class QVBoxLayout& column, const Theme& theme, const std::shared_ptr<const core::Schema>& schema);
    void buildList(class QVBoxLayout& column, const Theme& theme);
    void fill();
    void save();
    void beginRename();

    Profile& m_profile;
    QString m_current;
    QString m_renaming; ///< name of the entry whose new name is being typed
    QLineEdit* m_name;
    QPushButton* m_save;
    class QLabel* m_caption;
    class QLabel* m_listCaption;
    FilterList* m_list;
    QPushButton* m_rename;
    QPushButton* m_delete;
};

} // namespace rivereto::ui
