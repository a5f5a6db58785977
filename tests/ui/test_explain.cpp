// SPDX-License-Identifier: GPL-3.0-or-later
// Explain in the window: a marked range, what changed in it, and what a click makes of it.
#include <QSignalSpy>
#include <QTest>

#include "tests/ui/fakebackend.h"
#include "ui/window/mainwindow.h"

using namespace rivereto;
using namespace rivereto::ui;

class TestExplain : public QObject {
    Q_OBJECT
private slots:
    void init();
    void cleanup() { m_window.reset(); }
    void findsTheCause();
    void groupsAndFilters();
    void escapeReturns();
    void anotherBaseline();

private:
    ExplainView& view() { return m_window->explorePage().result().explainView(); }
    void settle() { QTRY_VERIFY_WITH_TIMEOUT(!m_window->explorer().running(), 20'000); }
    void explainAttack();
    std::unique_ptr<FakeBackend> m_backend;
    std::unique_ptr<MainWindow> m_window;
};

namespace {

constexpr uint64_t kStart = 1'795'455'720'000;
constexpr uint64_t kSecond = 1000;

/// Ten minutes of even traffic of five AS; from the fourth to the fifth minute AS 64500 sends much more, to one port.
std::shared_ptr<core::FlowStore> attackedFlows()
{
    core::FlowBatch batch(core::Schema::builtin());
    const auto add = [&](uint64_t time, uint32_t as, uint16_t port, uint64_t bytes) {
        const auto row = batch.rows();
        batch.addRows(1);
        batch.set<uint64_t>(core::ColumnId::TimeReceived, row, time);
        batch.set<uint32_t>(core::ColumnId::SrcAS, row, as);
        batch.set<uint16_t>(core::ColumnId::DstPort, row, port);
        batch.set<uint64_t>(core::ColumnId::Bytes, row, bytes);
        batch.set<uint64_t>(core::ColumnId::Packets, row, 1);
    };
    for (uint64_t second = 0; second < 600; ++second) {
        for (uint32_t as = 64496; as < 64501; ++as)
            add(kStart + second * kSecond, as, static_cast<uint16_t>(as % 2 == 0 ? 443 : 80), 1000);
        if (second >= 240 && second < 300)
            add(kStart + second * kSecond + 1, 64500, 53, 50'000);
    }
    return std::make_shared<support::MemoryStore>(std::move(batch));
}

} // namespace

void TestExplain::init()
{
    m_backend = std::make_unique<FakeBackend>();
    m_window = std::make_unique<MainWindow>(*m_backend);
    m_window->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    m_backend->openStore(attackedFlows());
    settle();
}

void TestExplain::explainAttack()
{
    auto& chart = m_window->explorePage().chart();
    chart.setBrush(core::TimeRange{kStart + 240 * kSecond, kStart + 300 * kSecond});
    auto* button = m_window->findChild<QPushButton*>(QStringLiteral("explain"));
    QVERIFY(button && button->isEnabled());
    button->click();
    QVERIFY(view().isVisible());
    QTRY_VERIFY_WITH_TIMEOUT(!view().running(), 20'000);
    QVERIFY(view().explanation());
}

void TestExplain::findsTheCause()
{
    explainAttack();
    const auto& explanation = *view().explanation();
    QVERIFY(explanation.change() > 0);
    // One AS and one port make the change; both are told before anything else.
    QCOMPARE(explanation.dimensions.front().needed, size_t{1});
    QStringList first;
    for (int row = 0; row < 2; ++row)
        first << view().dimensions().item(row, 0)->text();
    QVERIFY2(first.contains(QStringLiteral("Destination port")), qPrintable(first.join(u',')));
    QVERIFY(view().dimensions().item(0, 1)->text().startsWith(QStringLiteral("1 of ")));
    QVERIFY(view().values().rowCount() > 0);
}

void TestExplain::groupsAndFilters()
{
    explainAttack();
    int port = -1;
    for (int row = 0; row < view().dimensions().rowCount(); ++row) {
        if (view().dimensions().item(row, 0)->text() == QStringLiteral("Destination port"))
            port = row;
    }
    QVERIFY(port >= 0);
    view().dimensions().setCurrentCell(port, 0);
    QCOMPARE(view().values().item(0, 0)->text(), QStringLiteral("53"));
    emit view().dimensions().cellClicked(port, 3);
    QCOMPARE(m_window->explorer().state().query.dimensions, std::vector<std::string>{"DstPort"});
    settle();
    emit view().values().cellClicked(0, 4);
    QCOMPARE(m_window->explorer().state().query.filter, std::string("DstPort = 53"));
    settle();
    emit view().values().cellClicked(0, 5);
    QVERIFY(m_window->explorer().state().query.filter.ends_with("NOT (DstPort = 53)"));
    settle();
}

void TestExplain::escapeReturns()
{
    explainAttack();
    QTest::keyClick(&view().dimensions(), Qt::Key_Escape);
    QVERIFY(!view().isVisible());
    QVERIFY(m_window->explorePage().table().isVisible());
}

void TestExplain::anotherBaseline()
{
    explainAttack();
    const auto around = view().explanation()->against;
    for (auto* button : view().findChildren<QPushButton*>()) {
        if (button->text() == QStringLiteral("the time before"))
            button->click();
    }
    QTRY_VERIFY_WITH_TIMEOUT(!view().running(), 20'000);
    QVERIFY(view().explanation()->against != around);
    QCOMPARE(view().explanation()->against, (std::vector{core::TimeRange{kStart + 180 * kSecond, kStart + 240 * kSecond}}));
}

QTEST_MAIN(TestExplain)
#include "test_explain.moc"
