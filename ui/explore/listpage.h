// SPDX-License-Identifier: GPL-3.0-or-later
// ListPage: what the pages of exporters and of findings share: a heading with a search, a table below it, and the details of
// the chosen row under both.
#pragma once

#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QTableView>
#include <QVBoxLayout>

#include "ui/explore/dottedsplitter.h"
#include "ui/theme/theme.h"

namespace rivereto::ui {

/// GUI thread. A page puts its table, or what holds it, into m_body and gives its details to setDetails().
class ListPage : public QWidget {
public:
    [[nodiscard]] QTableView& table() { return *m_table; }
    [[nodiscard]] QString heading() const { return m_heading->text(); }

protected:
    ListPage(const Theme& theme, const QString& title, const QString& findWords, QWidget* parent);
    /// `heights`: of the table with its heading, and of the details, in the beginning.
    void setDetails(QWidget* details, const QList<int>& heights);
    /// Of the heading, behind the title; may be empty.
    void setWords(const QString& words);

    const Theme& m_theme;
    QLineEdit* m_find = nullptr;
    QTableView* m_table = nullptr; ///< rows are selected one at a time; has no model yet
    QVBoxLayout* m_body = nullptr; ///< below the heading

private:
    void buildHead(const QString& findWords);
    void buildTable();
    void syncLook();

    QString m_title;
    QLabel* m_heading = nullptr;
    DottedSplitter* m_splitter = nullptr;
};

} // namespace rivereto::ui
