// SPDX-License-Identifier: GPL-3.0-or-later
// Explain in the window: a marked range, what changed in it, and what a click makes of it.
#include <QApplication>
#include <QClipboard>
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
    void byKeyboard();
    void unitsAndErrors();
    void controlsHaveNames();

private:
    static QString cell(const ExplainTable& table, int row, int column);
    static void click(ExplainTable& table, int row, int column);
    int rowOf(const QString& name);
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

QString TestExplain::cell(const ExplainTable& table, int row, int column)
{
    return table.model()->index(row, column).data().toString();
}

int TestExplain::rowOf(const QString& name)
{
    for (int row = 0; row < view().dimensions().model()->rowCount(); ++row) {
        if (cell(view().dimensions(), row, ExplainedDimensions::Name) == name)
            return row;
    }
    return -1;
}

void TestExplain::click(ExplainTable& table, int row, int column)
{
    const auto index = table.model()->index(row, column);
    table.scrollTo(index);
    QTest::mouseClick(table.viewport(), Qt::LeftButton, {}, table.visualRect(index).center());
}

void TestExplain::findsTheCause()
{
    explainAttack();
    const auto& explanation = *view().explanation();
    QVERIFY(explanation.change() > 0);
    QVERIFY2(view().title().contains(QStringLiteral("against the rest of the range: +")), qPrintable(view().title()));
    // One port makes the change: it is told before anything else.
    QCOMPARE(cell(view().dimensions(), 0, ExplainedDimensions::Name), QStringLiteral("Destination port"));
    QCOMPARE(cell(view().dimensions(), 0, ExplainedDimensions::Told), QStringLiteral("1 of 3 values makes 100\u00a0%"));
    QCOMPARE(view().dimensions().currentIndex().row(), 0);
    const auto& values = view().values();
    QCOMPARE(cell(values, 0, ExplainedValues::Value), QStringLiteral("53"));
    QCOMPARE(cell(values, 0, ExplainedValues::Before), QStringLiteral("0"));
    QVERIFY(cell(values, 0, ExplainedValues::Change).startsWith(u'+'));
    QCOMPARE(cell(values, 0, ExplainedValues::Share), QStringLiteral("100\u00a0%"));
    QCOMPARE(values.model()->headerData(ExplainedValues::Before, Qt::Horizontal, SeriesTableModel::kUnitRole).toString(), QStringLiteral("kb/s"));
    // AS have their names.
    view().dimensions().setCurrentIndex(view().dimensions().model()->index(rowOf(QStringLiteral("Source AS")), 0));
    QCOMPARE(cell(values, 0, ExplainedValues::Value), QStringLiteral("64500 Example"));
}

void TestExplain::groupsAndFilters()
{
    explainAttack();
    click(view().dimensions(), rowOf(QStringLiteral("Destination port")), ExplainedDimensions::Group);
    QCOMPARE(m_window->explorer().state().query.dimensions, std::vector<std::string>{"DstPort"});
    settle();
    // The explanation stands, and is of the marked range still.
    QVERIFY(view().isVisible() && view().explanation()->done == view().explanation()->asked);
    click(view().values(), 0, ExplainedValues::Only);
    QCOMPARE(m_window->explorer().state().query.filter, std::string("DstPort = 53"));
    settle();
    // It is explained anew with the filter.
    QTRY_VERIFY_WITH_TIMEOUT(!view().running() && view().explanation() && view().explanation()->query.filter == "DstPort = 53", 20'000);
    QCOMPARE(view().explanation()->before, 0.0);
    m_window->explorer().back();
    QTRY_VERIFY_WITH_TIMEOUT(!view().running() && view().explanation() && view().explanation()->query.filter.empty(), 20'000);
    settle();
    click(view().values(), 0, ExplainedValues::Without);
    QCOMPARE(m_window->explorer().state().query.filter, std::string("NOT (DstPort = 53)"));
    settle();
}

void TestExplain::byKeyboard()
{
    explainAttack();
    QVERIFY(view().dimensions().hasFocus());
    const int row = rowOf(QStringLiteral("Source AS"));
    for (int i = 0; i < row; ++i)
        QTest::keyClick(&view().dimensions(), Qt::Key_Down);
    QTest::keyClick(&view().dimensions(), Qt::Key_Return);
    QCOMPARE(m_window->explorer().state().query.dimensions, std::vector<std::string>{"SrcAS"});
    QTest::keyClick(&view().dimensions(), Qt::Key_Tab);
    QVERIFY(view().values().hasFocus());
    QTest::keyClick(&view().values(), Qt::Key_C, Qt::ControlModifier);
    QVERIFY(QApplication::clipboard()->text().startsWith(QStringLiteral("Source AS\tBefore\tDuring\tChange\tShare\n64500 Example\t")));
    QTest::keyClick(&view().values(), Qt::Key_Delete);
    QCOMPARE(m_window->explorer().state().query.filter, std::string("NOT (SrcAS = 64500)"));
    settle();
}

void TestExplain::escapeReturns()
{
    explainAttack();
    QTest::keyClick(&view().dimensions(), Qt::Key_Escape);
    QVERIFY(!view().isVisible());
    QVERIFY(m_window->explorePage().table().isVisible());
    QVERIFY(m_window->explorePage().table().view().hasFocus());
    // Nothing follows the filter any more.
    m_window->explorer().setFilter("SrcAS = 64500");
    settle();
    QVERIFY(!view().running());
}

void TestExplain::anotherBaseline()
{
    explainAttack();
    const auto around = view().explanation()->against;
    for (auto* button : view().findChildren<QPushButton*>()) {
        if (button->text() == QStringLiteral("Period before"))
            button->click();
    }
    QTRY_VERIFY_WITH_TIMEOUT(!view().running() && view().explanation(), 20'000);
    QVERIFY(view().explanation()->against != around);
    QCOMPARE(view().explanation()->against, (std::vector{core::TimeRange{kStart + 180 * kSecond, kStart + 240 * kSecond}}));
    QVERIFY(view().title().contains(QStringLiteral("the period before")));
}

/// What cannot be shared out is explained by what stands behind it; what cannot be explained is told.
void TestExplain::unitsAndErrors()
{
    m_window->explorer().change([](ViewState& state) {
        state.query.unit = core::Unit::Distinct;
        state.query.distinct = "SrcAS";
    });
    settle();
    explainAttack();
    QCOMPARE(view().explanation()->query.unit, core::Unit::Fps);
    QVERIFY2(view().title().contains(QStringLiteral("flows/s")), qPrintable(view().title()));
    m_window->explorePage().result().explain(*m_window->explorer().shownRange());
    QTRY_VERIFY_WITH_TIMEOUT(!view().running(), 20'000);
    QVERIFY2(view().note().contains(QStringLiteral("nothing is left around it")), qPrintable(view().note()));
    QCOMPARE(view().dimensions().model()->rowCount(), 0);
}

void TestExplain::controlsHaveNames()
{
    explainAttack();
    for (auto* button : view().findChildren<QPushButton*>())
        QVERIFY(!button->text().isEmpty() || !button->accessibleName().isEmpty());
    QVERIFY(!view().dimensions().accessibleName().isEmpty() && !view().values().accessibleName().isEmpty());
    const auto first = view().dimensions().model()->index(0, 0);
    QVERIFY(first.data(Qt::AccessibleTextRole).toString().contains(QStringLiteral("1 of 3")));
    QVERIFY(view().values().model()->index(0, ExplainedValues::Without).data(Qt::AccessibleTextRole).toString().contains(QStringLiteral("53")));
}

QTEST_MAIN(TestExplain)
#include "test_explain.moc"
