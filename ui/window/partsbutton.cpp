// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/partsbutton.h"

#include <algorithm>

#include <QPainter>
#include <QStyleOptionButton>

namespace rivereto::ui {

namespace {
constexpr int kPad = 10;
constexpr int kGap = 8;
constexpr int kIcon = 16;
constexpr int kMark = 12;
constexpr int kHeight = 28;
} // namespace

PartsButton::PartsButton(const Theme& theme, QWidget* parent) : QPushButton(parent), m_theme(theme)
{
    setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
    connect(&theme, &Theme::changed, this, qOverload<>(&QWidget::update));
}

void PartsButton::setParts(const QString& icon, Token iconColour, const QString& strong, const QString& quiet, bool opens)
{
    m_icon = icon;
    m_iconColour = iconColour;
    m_strong = strong;
    m_quiet = quiet;
    m_opens = opens;
    setAccessibleName(quiet.isEmpty() ? strong : QStringLiteral("%1, %2").arg(strong, quiet));
    updateGeometry();
    update();
}

QSize PartsButton::sizeHint() const
{
    const QFontMetrics strong(m_theme.font(13, QFont::DemiBold));
    const QFontMetrics quiet(m_theme.font(13));
    int width = 2 * kPad + 2;
    width += m_icon.isEmpty() ? 0 : kIcon + kGap;
    width += strong.horizontalAdvance(m_strong);
    width += m_quiet.isEmpty() ? 0 : kGap + quiet.horizontalAdvance(m_quiet);
    width += m_opens ? kGap + kMark : 0;
    return {width, kHeight};
}

QSize PartsButton::minimumSizeHint() const
{
    const QFontMetrics strong(m_theme.font(13, QFont::DemiBold));
    return {std::min(sizeHint().width(), 2 * kPad + kIcon + 2 * kGap + kMark + strong.horizontalAdvance(m_strong) + 2), kHeight};
}

void PartsButton::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    QStyleOptionButton option;
    initStyleOption(&option);
    style()->drawControl(QStyle::CE_PushButtonBevel, &option, &painter, this);
    auto rect = this->rect().adjusted(kPad, 0, -kPad, 0);
    const auto ratio = devicePixelRatioF();
    const bool on = isEnabled();
    if (!m_icon.isEmpty()) {
        painter.drawPixmap(rect.left(), rect.center().y() - kIcon / 2 + 1, m_theme.pixmap(m_icon, on ? m_iconColour : Token::disabled, kIcon, ratio));
        rect.setLeft(rect.left() + kIcon + kGap);
    }
    if (m_opens) {
        painter.drawPixmap(rect.right() - kMark + 1, rect.center().y() - kMark / 2 + 1, m_theme.pixmap(QStringLiteral("down"), on ? Token::secondary : Token::disabled, kMark, ratio));
        rect.setRight(rect.right() - kMark - kGap);
    }
    const auto put = [&](const QFont& font, Token colour, const QString& words) {
        painter.setFont(font);
        painter.setPen(m_theme[on ? colour : Token::disabled]);
        painter.drawText(rect, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine, QFontMetrics(font).elidedText(words, Qt::ElideRight, std::max(rect.width(), 0)));
        rect.setLeft(rect.left() + QFontMetrics(font).horizontalAdvance(words) + kGap);
    };
    put(m_theme.font(13, m_quiet.isEmpty() ? QFont::Normal : QFont::DemiBold), Token::text, m_strong);
    if (!m_quiet.isEmpty() && rect.width() > 20)
        put(m_theme.font(13), Token::secondary, m_quiet);
}

} // namespace rivereto::ui
