// SPDX-License-Identifier: GPL-3.0-or-later
// QueryRow: filter, history, Explain and Export above the pages that ask; one for all of them.
#pragma once

#include <QMenu>

#include "ui/explore/explorer.h"
#include "ui/filter/filterrow.h"

namespace rivereto::ui {

class QueryRow : public FilterRow {
    Q_OBJECT
public:
    QueryRow(Explorer& explorer, Profile& profile, const Theme& theme, QWidget* parent = nullptr);
    /// What Export offers; filled by whoever exports.
    [[nodiscard]] QMenu& exportMenu() { return *m_exports; }
    void setExplainEnabled(bool enabled);
    /// Pages with an export of their own hide this one.
    void setExportShown(bool shown);

signals:
    void explainAsked();

private:
    void sync();
    void syncAnswer();

    Explorer& m_explorer;
    PartsButton* m_explain;
    PartsButton* m_export;
    QMenu* m_exports;
};

} // namespace rivereto::ui
