// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/flows/hexview.h"

#include <algorithm>

#include <QKeyEvent>
#include <QPainter>
#include <QScrollBar>

namespace rivereto::ui {

namespace {

constexpr int kLeft = 16;
constexpr int kTop = 8;
constexpr int kLine = 18;

QString hex(uint32_t value, int digits) { return QStringLiteral("%1").arg(value, digits, 16, QLatin1Char('0')); }

QChar letter(uint8_t byte) { return byte > 0x20 && byte < 0x7f ? QChar(byte) : QChar(u'·'); }

} // namespace

HexView::HexView(const Theme& theme, QWidget* parent) : QAbstractScrollArea(parent), m_theme(theme)
{
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Bytes of the datagram"));
    viewport()->setAttribute(Qt::WA_OpaquePaintEvent);
    verticalScrollBar()->setSingleStep(kLine * 2);
    connect(&theme, &Theme::changed, viewport(), qOverload<>(&QWidget::update));
}

QSize HexView::sizeHint() const
{
    const auto m = metrics();
    return {m.text + kBytes * m.letter + kLeft, 400};
}

HexView::Metrics HexView::metrics() const
{
    const QFontMetrics font(m_theme.fixedFont(12));
    const int digit = font.horizontalAdvance(QLatin1Char('0'));
    Metrics out{.line = kLine, .byte = digit * 2 + 10, .gap = 8, .letter = digit + 1};
    out.bytes = kLeft + digit * 4 + 20;
    out.text = out.bytes + kBytes * out.byte + out.gap + 8;
    return out;
}

void HexView::setBytes(const std::vector<uint8_t>& bytes)
{
    m_bytes = bytes;
    m_record = m_field = {};
    m_cursor = 0;
    verticalScrollBar()->setValue(0);
    syncScrollBar();
    viewport()->update();
}

void HexView::setRecord(ByteRange record)
{
    m_record = record;
    if (!record.empty())
        showLines(record.begin, record.end);
    viewport()->update();
}

void HexView::setField(ByteRange field)
{
    m_field = field;
    if (!field.empty()) {
        m_cursor = field.begin;
        showLines(field.begin, field.end);
    }
    viewport()->update();
}

/// Scrolls only when they are not to be seen, and then with something before them.
void HexView::showLines(uint32_t first, uint32_t end)
{
    const int top = kTop + static_cast<int>(first) / kBytes * kLine;
    const int bottom = kTop + (static_cast<int>(end) + kBytes - 1) / kBytes * kLine;
    auto* bar = verticalScrollBar();
    const int height = viewport()->height();
    const bool seen = top >= bar->value() && std::min(bottom, top + height) <= bar->value() + height;
    if (!seen)
        bar->setValue(bottom - top < height ? std::min(top - height / 4, bottom + kLine) : top);
}

QString HexView::dump() const
{
    QString out;
    for (int line = 0; line < lines(); ++line) {
        out += hex(static_cast<uint32_t>(line * kBytes), 4) + u' ';
        QString characters;
        for (int i = line * kBytes; i < (line + 1) * kBytes; ++i) {
            const bool there = i < static_cast<int>(m_bytes.size());
            out += there ? u' ' + hex(m_bytes[static_cast<size_t>(i)], 2) : QStringLiteral("   ");
            if (there)
                characters += letter(m_bytes[static_cast<size_t>(i)]) == u'·' ? QChar(u'.') : letter(m_bytes[static_cast<size_t>(i)]);
        }
        out += QStringLiteral("  ") + characters + u'\n';
    }
    return out;
}

void HexView::syncScrollBar()
{
    auto* bar = verticalScrollBar();
    bar->setPageStep(viewport()->height());
    bar->setRange(0, std::max(lines() * kLine + 2 * kTop - viewport()->height(), 0));
}

void HexView::resizeEvent(QResizeEvent* event)
{
    QAbstractScrollArea::resizeEvent(event);
    syncScrollBar();
}

void HexView::paintEvent(QPaintEvent*)
{
    QPainter painter(viewport());
    painter.fillRect(viewport()->rect(), m_theme[Token::surface]);
    painter.setFont(m_theme.fixedFont(12));
    const int scrolled = verticalScrollBar()->value();
    const int first = std::max(scrolled - kTop, 0) / kLine;
    for (int line = first; line < lines(); ++line) {
        const int y = kTop + line * kLine - scrolled;
        if (y > viewport()->height())
            break;
        paintLine(painter, line, y);
    }
}

void HexView::paintLine(QPainter& painter, int line, int y) const
{
    const auto m = metrics();
    painter.setPen(m_theme[Token::secondary]);
    painter.drawText(QRect(kLeft, y, m.bytes - kLeft, kLine), Qt::AlignLeft | Qt::AlignVCenter, hex(static_cast<uint32_t>(line * kBytes), 4));
    for (int i = 0; i < kBytes; ++i) {
        const auto at = static_cast<uint32_t>(line * kBytes + i);
        if (at >= m_bytes.size())
            break;
        const bool chosen = m_field.has(at);
        const bool inside = m_record.has(at);
        const QRect byte(m.bytes + i * m.byte + (i >= kBytes / 2 ? m.gap : 0), y, m.byte, kLine);
        const QRect character(m.text + i * m.letter, y, m.letter, kLine);
        if (chosen || inside) {
            const auto ground = m_theme[chosen ? Token::accent : Token::softAccent];
            // Halves of a line hang together where both are marked.
            const bool joins = i == kBytes / 2 - 1 && (chosen ? m_field.has(at + 1) : m_record.has(at + 1));
            painter.fillRect(byte.adjusted(0, 0, joins ? m.gap : 0, 0), ground);
            painter.fillRect(character, ground);
        }
        const auto colour = chosen ? Token::onAccent : inside || m_record.empty() ? Token::text : Token::secondary;
        painter.setPen(m_theme[colour]);
        painter.drawText(byte, Qt::AlignCenter, hex(m_bytes[at], 2));
        painter.drawText(character, Qt::AlignCenter, QString(letter(m_bytes[at])));
        if (hasFocus() && at == m_cursor) {
            painter.setPen(m_theme[chosen ? Token::onAccent : Token::accent]);
            painter.drawRect(byte.adjusted(1, 1, -2, -2));
        }
    }
}

std::optional<uint32_t> HexView::byteAt(const QPoint& point) const
{
    const auto m = metrics();
    const int line = (point.y() + verticalScrollBar()->value() - kTop) / kLine;
    int column = -1;
    if (point.x() >= m.text && point.x() < m.text + kBytes * m.letter)
        column = (point.x() - m.text) / m.letter;
    for (int i = 0; i < kBytes && column < 0; ++i) {
        const int x = m.bytes + i * m.byte + (i >= kBytes / 2 ? m.gap : 0);
        if (point.x() >= x && point.x() < x + m.byte)
            column = i;
    }
    const int at = line * kBytes + column;
    if (column < 0 || line < 0 || at >= static_cast<int>(m_bytes.size()))
        return std::nullopt;
    return static_cast<uint32_t>(at);
}

void HexView::choose(uint32_t at)
{
    m_cursor = at;
    emit byteChosen(at);
    viewport()->update();
}

void HexView::mousePressEvent(QMouseEvent* event)
{
    if (const auto at = byteAt(event->pos()))
        choose(*at);
}

void HexView::mouseMoveEvent(QMouseEvent* event)
{
    const auto at = byteAt(event->pos());
    if (event->buttons().testFlag(Qt::LeftButton) && at && !m_field.has(*at))
        choose(*at);
}

void HexView::keyPressEvent(QKeyEvent* event)
{
    if (m_bytes.empty()) {
        event->ignore();
        return;
    }
    const auto move = [&](int64_t by) {
        const auto to = std::clamp<int64_t>(static_cast<int64_t>(m_cursor) + by, 0, static_cast<int64_t>(m_bytes.size()) - 1);
        choose(static_cast<uint32_t>(to));
        const int top = kTop + static_cast<int>(to) / kBytes * kLine;
        auto* bar = verticalScrollBar();
        bar->setValue(std::clamp(bar->value(), top + kLine - viewport()->height(), top));
    };
    // Behind and before the field that the cursor is in, not into it.
    const int64_t forward = m_field.has(m_cursor) ? m_field.end - m_cursor : 1;
    const int64_t backward = m_field.has(m_cursor) ? static_cast<int64_t>(m_cursor) - m_field.begin + 1 : 1;
    switch (event->key()) {
    case Qt::Key_Right: move(forward); break;
    case Qt::Key_Left: move(-backward); break;
    case Qt::Key_Down: move(kBytes); break;
    case Qt::Key_Up: move(-kBytes); break;
    case Qt::Key_PageDown: move(viewport()->height() / kLine * kBytes); break;
    case Qt::Key_PageUp: move(-(viewport()->height() / kLine * kBytes)); break;
    case Qt::Key_Home: move(-static_cast<int64_t>(m_cursor)); break;
    case Qt::Key_End: move(static_cast<int64_t>(m_bytes.size())); break;
    default: QAbstractScrollArea::keyPressEvent(event);
    }
}

} // namespace rivereto::ui
