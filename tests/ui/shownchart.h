// SPDX-License-Identifier: GPL-3.0-or-later
// A chart on the screen, with the hand that works it.
#pragma once

#include <QTest>
#include <QWheelEvent>

#include "ui/charts/chartview.h"

namespace rivereto::ui {

template <class Chart>
struct Shown {
    explicit Shown(const Theme& theme, const AnswerPtr& answer, const ChartLook& look = {}, QSize size = {1000, 400}) : chart(theme)
    {
        chart.resize(size);
        chart.setLook(look);
        chart.setAnswer(answer);
        chart.show();
        (void)QTest::qWaitForWindowExposed(&chart);
    }
    void drag(QPoint from, QPoint to)
    {
        QTest::mousePress(&chart, Qt::LeftButton, {}, from);
        QTest::mouseMove(&chart, (from + to) / 2);
        QTest::mouseMove(&chart, to);
        QTest::mouseRelease(&chart, Qt::LeftButton, {}, to);
    }
    void wheel(QPoint at, QPoint turned, Qt::KeyboardModifiers modifiers = {})
    {
        QWheelEvent event(at, chart.mapToGlobal(at), {}, turned, Qt::NoButton, modifiers, Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(&chart, &event);
    }
    Chart chart;
};

} // namespace rivereto::ui
