// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/brushbar.h"

#include <algorithm>

#include <QHBoxLayout>

namespace rivereto::ui {

BrushBar::BrushBar(const Theme& theme, QWidget* parent) : QFrame(parent), m_theme(theme)
{
    setObjectName(QStringLiteral("popup"));
    setAttribute(Qt::WA_StyledBackground);
    setCursor(Qt::ArrowCursor);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(1, 1, 1, 1);
    row->setSpacing(0);
    m_range = new QLabel;
    m_range->setProperty("role", "small");
    m_range->setContentsMargins(10, 0, 10, 0);
    row->addWidget(m_range);
    const auto button = [&](const QString& name, const QString& label, void (BrushBar::*pressed)()) {
        auto* line = new QFrame;
        line->setFrameShape(QFrame::VLine);
        line->setFrameShadow(QFrame::Plain);
        line->setFixedWidth(1);
        line->setObjectName(QStringLiteral("brushLine"));
        row->addWidget(line);
        m_packetsLine = line; // the last one's
        auto* out = new QPushButton(label);
        out->setObjectName(name);
        out->setFlat(true);
        out->setFixedHeight(28);
        connect(out, &QPushButton::clicked, this, pressed);
        row->addWidget(out);
        return out;
    };
    m_zoom = button(QStringLiteral("zoom"), tr("Zoom"), &BrushBar::zoomAsked);
    m_explain = button(QStringLiteral("explainRange"), tr("Explain"), &BrushBar::explainAsked);
    m_flows = button(QStringLiteral("showFlows"), tr("Show flows"), &BrushBar::flowsAsked);
    m_packets = button(QStringLiteral("showPackets"), tr("Packets"), &BrushBar::packetsAsked);
    setPacketsOffered(false);
    connect(&theme, &Theme::changed, this, &BrushBar::colour);
    colour();
    hide();
}

void BrushBar::colour()
{
    m_zoom->setIcon(m_theme.icon(QStringLiteral("zoom"), Token::accent));
    m_explain->setIcon(m_theme.icon(QStringLiteral("explain"), Token::accent));
    m_flows->setIcon(m_theme.icon(QStringLiteral("rows"), Token::accent));
    m_packets->setIcon(m_theme.icon(QStringLiteral("file"), Token::accent));
    setStyleSheet(QStringLiteral("#brushLine { color: %1; }").arg(m_theme[Token::popupBorder].name()));
}

void BrushBar::place(const QString& range, double middle, double left, double right, double top)
{
    m_range->setText(range);
    adjustSize();
    const double x = std::clamp(middle - width() / 2.0, left, std::max(left, right - width()));
    move(static_cast<int>(x), static_cast<int>(top));
    show();
    raise();
}

} // namespace rivereto::ui
