// SPDX-License-Identifier: GPL-3.0-or-later
// FilterEditor: plain text in a fixed font, one line or several, with the rest of a candidate in a pale colour behind the cursor.
#pragma once

#include <QPlainTextEdit>

#include "ui/theme/theme.h"

namespace rivereto::ui {

class FilterEditor : public QPlainTextEdit {
    Q_OBJECT
public:
    static constexpr int kMostLines = 6;

    explicit FilterEditor(const Theme& theme);

    [[nodiscard]] QString text() const { return toPlainText(); }
    /// Replaces everything; can be undone.
    void replaceText(const QString& text);
    /// Replaces positions begin … end and puts the cursor behind; can be undone.
    void replaceRange(int begin, int end, const QString& text);
    /// Shown behind the cursor, where that is at the end of its line.
    void setGhost(const QString& rest, Token colour = Token::disabled);
    [[nodiscard]] const QString& ghost() const { return m_ghost; }
    [[nodiscard]] bool severalLines() const { return blockCount() > 1; }
    /// Of all lines, at most kMostLines.
    [[nodiscard]] int heightWanted() const;

signals:
    /// Another number of lines.
    void heightChanged();
    void pasted();
    void menuAsked(const QPoint& globalPlace);

protected:
    bool canInsertFromMimeData(const QMimeData* source) const override;
    void insertFromMimeData(const QMimeData* source) override;
    void paintEvent(QPaintEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;

private:
    const Theme& m_theme;
    QString m_ghost;
    Token m_ghostColour = Token::disabled;
    int m_lines = 1;
};

} // namespace rivereto::ui
