// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/filter/filtereditor.h"

#include <algorithm>

#include <QContextMenuEvent>
#include <QMimeData>
#include <QPainter>
#include <QScrollBar>
#include <QTextBlock>

namespace rivereto::ui {

namespace {

constexpr int kMargin = 4;
constexpr int kGhostOpacity = 115; ///< of 255

} // namespace

FilterEditor::FilterEditor(const Theme& theme) : m_theme(theme)
{
    setObjectName(QStringLiteral("filter"));
    setAccessibleName(tr("Filter"));
    setLineWrapMode(QPlainTextEdit::NoWrap);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setTabChangesFocus(true);
    document()->setDocumentMargin(kMargin);
    setFont(theme.fixedFont(13));
    connect(document(), &QTextDocument::blockCountChanged, this, [this](int count) {
        const int lines = std::min(count, kMostLines);
        if (lines == m_lines)
            return;
        m_lines = lines;
        emit heightChanged();
    });
}

void FilterEditor::replaceText(const QString& text)
{
    QTextCursor cursor(document());
    cursor.select(QTextCursor::Document);
    cursor.insertText(text);
    setTextCursor(cursor);
}

void FilterEditor::replaceRange(int begin, int end, const QString& text)
{
    auto cursor = textCursor();
    cursor.setPosition(begin);
    cursor.setPosition(end, QTextCursor::KeepAnchor);
    cursor.insertText(text);
    setTextCursor(cursor);
}

void FilterEditor::setGhost(const QString& rest, Token colour)
{
    if (rest == m_ghost && colour == m_ghostColour)
        return;
    m_ghost = rest;
    m_ghostColour = colour;
    viewport()->update();
}

int FilterEditor::heightWanted() const
{
    return QFontMetrics(font()).lineSpacing() * m_lines + 2 * kMargin;
}

bool FilterEditor::canInsertFromMimeData(const QMimeData* source) const { return source->hasText() && !source->hasUrls(); }

void FilterEditor::insertFromMimeData(const QMimeData* source)
{
    auto text = source->text().trimmed();
    text.replace(QStringLiteral("\r\n"), QStringLiteral("\n")).replace(QLatin1Char('\r'), QLatin1Char('\n'));
    text.replace(QLatin1Char('\t'), QLatin1Char(' ')).remove(QChar(0));
    textCursor().insertText(text);
    ensureCursorVisible();
    emit pasted();
}

void FilterEditor::paintEvent(QPaintEvent* event)
{
    QPlainTextEdit::paintEvent(event);
    const auto cursor = textCursor();
    if (m_ghost.isEmpty() || !hasFocus() || cursor.hasSelection() || !cursor.atBlockEnd())
        return;
    QPainter painter(viewport());
    auto colour = m_theme[m_ghostColour];
    colour.setAlpha(kGhostOpacity);
    painter.setPen(colour);
    painter.setFont(font());
    const auto place = cursorRect(cursor);
    painter.drawText(QPointF(place.left(), place.top() + QFontMetricsF(font()).ascent()), m_ghost);
}

void FilterEditor::wheelEvent(QWheelEvent* event)
{
    if (blockCount() > kMostLines)
        QPlainTextEdit::wheelEvent(event);
    else
        event->ignore();
}

void FilterEditor::contextMenuEvent(QContextMenuEvent* event)
{
    const bool byKey = event->reason() == QContextMenuEvent::Keyboard;
    emit menuAsked(byKey ? viewport()->mapToGlobal(cursorRect().bottomLeft()) : event->globalPos());
}

} // namespace rivereto::ui
