// SPDX-License-Identifier: GPL-3.0-or-later
// JobFiles: the files of a running task and how each stands, as a popup.
#pragma once

#include <QFrame>
#include <QTreeWidget>

#include "ui/window/backend.h"

namespace rivereto::ui {

class JobFiles : public QFrame {
    Q_OBJECT
public:
    explicit JobFiles(QWidget* parent);

    void setFiles(const QList<JobFile>& files);
    /// Its right edge with that of the widget.
    void openBelow(const QWidget& widget);
    [[nodiscard]] QTreeWidget& list() { return *m_list; }

private:
    QTreeWidget* m_list;
};

} // namespace rivereto::ui
