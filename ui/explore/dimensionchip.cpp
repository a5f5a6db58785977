// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/explore/dimensionchip.h"

#include <cmath>

#include <QHBoxLayout>
#include <QKeyEvent>

namespace rivereto::ui {

namespace {
constexpr int kHeight = 28;
constexpr int kStep = 32; ///< with the gap
} // namespace

DimensionChip::DimensionChip(const QString& label, const Theme& theme, QWidget* parent)
    : QFrame(parent), m_theme(theme), m_grip(new QLabel), m_close(new QPushButton)
{
    setObjectName(QStringLiteral("chip"));
    setFixedHeight(kHeight);
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::SizeVerCursor);
    setAccessibleName(label);
    setAccessibleDescription(tr("Alt+Up and Alt+Down move it, Delete removes it."));
    setToolTip(tr("Drag, or Alt+Up and Alt+Down, to change the order"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(4, 0, 2, 0);
    row->setSpacing(4);
    auto* name = new QLabel(label);
    name->setMinimumWidth(20);
    m_close->setFlat(true);
    m_close->setFixedSize(22, 22);
    m_close->setStyleSheet(QStringLiteral("QPushButton{border:none;background:transparent;min-height:22px;padding:0}"));
    m_close->setCursor(Qt::ArrowCursor);
    m_close->setAccessibleName(tr("Remove %1").arg(label));
    m_close->setToolTip(m_close->accessibleName());
    row->addWidget(m_grip);
    row->addWidget(name, 1);
    row->addWidget(m_close);
    connect(m_close, &QPushButton::clicked, this, &DimensionChip::removed);
    connect(&theme, &Theme::changed, this, &DimensionChip::restyle);
    restyle();
}

void DimensionChip::restyle()
{
    m_grip->setPixmap(m_theme.pixmap(QStringLiteral("grip"), Token::disabled, 16, devicePixelRatioF()));
    m_close->setIcon(m_theme.icon(QStringLiteral("close"), Token::secondary, 12));
}

void DimensionChip::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Delete || event->key() == Qt::Key_Backspace)
        emit removed();
    else if (event->modifiers().testFlag(Qt::AltModifier) && event->key() == Qt::Key_Up)
        emit moved(-1);
    else if (event->modifiers().testFlag(Qt::AltModifier) && event->key() == Qt::Key_Down)
        emit moved(1);
    else
        QFrame::keyPressEvent(event);
}

void DimensionChip::mousePressEvent(QMouseEvent* event)
{
    m_pressY = static_cast<int>(event->globalPosition().y());
    setFocus();
}

void DimensionChip::mouseReleaseEvent(QMouseEvent* event)
{
    const int places = static_cast<int>(std::lround((event->globalPosition().y() - m_pressY) / kStep));
    if (places != 0)
        emit moved(places);
}

} // namespace rivereto::ui
