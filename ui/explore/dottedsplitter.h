// SPDX-License-Identifier: GPL-3.0-or-later
// DottedSplitter: a splitter whose handle shows that it can be moved.
#pragma once

#include <QPainter>
#include <QSplitter>

#include "ui/theme/theme.h"

namespace rivereto::ui {

class DottedSplitter : public QSplitter {
public:
    DottedSplitter(const Theme& theme, Qt::Orientation orientation) : QSplitter(orientation), m_theme(theme) { }

protected:
    class Handle : public QSplitterHandle {
    public:
        Handle(const Theme& theme, Qt::Orientation orientation, QSplitter* splitter) : QSplitterHandle(orientation, splitter), m_theme(theme) { }

    protected:
        void paintEvent(QPaintEvent*) override
        {
            QPainter painter(this);
            painter.fillRect(rect(), m_theme[Token::background]);
            painter.setPen(m_theme[Token::border]);
            const bool beside = orientation() == Qt::Horizontal;
            painter.drawLine(0, 0, beside ? 0 : width(), beside ? height() : 0);
            painter.drawLine(beside ? width() - 1 : 0, beside ? 0 : height() - 1, beside ? width() - 1 : width(), height() - (beside ? 0 : 1));
            painter.setRenderHint(QPainter::Antialiasing);
            painter.setPen(Qt::NoPen);
            painter.setBrush(m_theme[Token::disabled]);
            for (int i = -2; i <= 2; ++i)
                painter.drawEllipse(QPointF(width() / 2.0 + (beside ? 0 : i * 7), height() / 2.0 + (beside ? i * 7 : 0)), 1.4, 1.4);
        }

    private:
        const Theme& m_theme;
    };
    QSplitterHandle* createHandle() override { return new Handle(m_theme, orientation(), this); }

private:
    const Theme& m_theme;
};

} // namespace rivereto::ui
