// SPDX-License-Identifier: GPL-3.0-or-later
// WindowFixture: the window over a backend without files and sockets, for tests that use it from outside.
#pragma once

#include <QAction>
#include <QTest>

#include "tests/ui/fakebackend.h"
#include "ui/window/mainwindow.h"

namespace rivereto::ui {

class WindowFixture {
protected:
    void open()
    {
        m_backend = std::make_unique<FakeBackend>();
        m_window = std::make_unique<MainWindow>(*m_backend);
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    }
    void close()
    {
        m_window.reset();
        m_backend.reset();
    }
    /// Chooses what a menu calls so.
    void trigger(const QString& action) const
    {
        for (auto* one : m_window->findChildren<QAction*>()) {
            if (one->text() == action)
                return one->trigger();
        }
        QFAIL(qPrintable(action));
    }
    /// Waits for the answer to what is asked now.
    void settle()
    {
        QTRY_VERIFY_WITH_TIMEOUT(!m_window->explorer().running() && m_window->explorer().answer(), 20000);
    }
    const core::QueryResult& result() { return *m_window->explorer().answer()->result; }

    std::unique_ptr<FakeBackend> m_backend;
    std::unique_ptr<MainWindow> m_window;
};

} // namespace rivereto::ui
