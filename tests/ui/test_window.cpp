// SPDX-License-Identifier: GPL-3.0-or-later
// The window from outside: what a user picks, types and sees.
#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QDropEvent>
#include <QHeaderView>
#include <QInputDialog>
#include <QJsonArray>
#include <QJsonDocument>
#include <QLineEdit>
#include <QMenuBar>
#include <QMimeData>
#include <QPushButton>
#include <QSignalSpy>
#include <QSplitter>
#include <QSvgRenderer>
#include <QTemporaryDir>
#include <QTemporaryFile>
#include <QTest>

#include "tests/ui/windowfixture.h"

using namespace rivereto;
using namespace rivereto::ui;

class TestWindow : public QObject, private WindowFixture {
    Q_OBJECT
private slots:
    void init() { open(); }
    void cleanup() { close(); }
    void startsAtHome();
    void opensInExplore();
    void filterNarrows();
    void wrongFilterSaysWhere();
    void completionInserts();
    void dimensionsAndUnits();
    void brushZoomsAndBackReturns();
    void dragOutlivesItsAnswer();
    void keyboardBrush();
    void emptyShowsTheLadder();
    void rowHighlightsSeries();
    void filterForThis();
    void damageIsTold();
    void jobAndFailure();
    void dropsOpen();
    void themesSwitch();
    void controlsHaveNames();
    void smallestSize();
};

void TestWindow::startsAtHome()
{
    QCOMPARE(m_window->page(), Page::Home);
    m_window->showPage(Page::Explore);
    QCOMPARE(m_window->page(), Page::Home);
    QTest::keyClick(m_window.get(), Qt::Key_D, Qt::ControlModifier);
    QCOMPARE(m_backend->demos, 1);
    QTest::keyClick(m_window.get(), Qt::Key_L, Qt::ControlModifier);
    QVERIFY(m_backend->inputs.listening);
}

void TestWindow::opensInExplore()
{
    m_backend->openStore(someFlows());
    QCOMPARE(m_window->page(), Page::Explore);
    QVERIFY(m_window->windowTitle().startsWith(QStringLiteral("edge-paris.rivereto")));
    settle();
    QVERIFY(!m_window->explorePage().showsState());
    QCOMPARE(m_window->explorePage().table().model().rowCount(), 11);
    QCOMPARE(result().rowsMatched, uint64_t{20'000});
}

void TestWindow::filterNarrows()
{
    m_backend->openStore(someFlows());
    settle();
    auto& box = m_window->filter();
    box.editor().setFocus();
    QTest::keyClicks(&box.editor(), QStringLiteral("Proto = 17"));
    QVERIFY(box.edited());
    QCOMPARE(result().rowsMatched, uint64_t{20'000});
    QTest::keyClick(&box.editor(), Qt::Key_Return, Qt::ControlModifier);
    settle();
    QVERIFY(!box.edited());
    QVERIFY(result().rowsMatched > 0 && result().rowsMatched < 20'000);
    QTest::keyClick(m_window.get(), Qt::Key_Left, Qt::AltModifier);
    settle();
    QCOMPARE(box.typed(), QString());
    QCOMPARE(result().rowsMatched, uint64_t{20'000});
    QTest::keyClick(m_window.get(), Qt::Key_Right, Qt::AltModifier);
    QCOMPARE(box.typed(), QStringLiteral("Proto = 17"));
}

void TestWindow::wrongFilterSaysWhere()
{
    m_backend->openStore(someFlows());
    settle();
    auto& box = m_window->filter();
    box.editor().setFocus();
    QTest::keyClicks(&box.editor(), QStringLiteral("SrcPort = 443 AND Prox = 6 "));
    QVERIFY(box.error());
    QVERIFY(box.error()->span);
    QCOMPARE(box.error()->span->begin, 18U);
    QTest::keyClick(&box.editor(), Qt::Key_Return, Qt::ControlModifier);
    QVERIFY(box.edited());
    QVERIFY(m_window->explorer().state().query.filter.empty());
    QTest::keyClick(&box.editor(), Qt::Key_Escape);
    QTest::keyClick(&box.editor(), Qt::Key_Escape);
    QCOMPARE(box.typed(), QString());
    QVERIFY(!box.error());
    // One that comes from elsewhere is shown in the page's place.
    m_window->explorer().setFilter("Nonsense = 1");
    settle();
    QVERIFY(m_window->explorePage().showsState());
    m_window->explorer().back();
    settle();
    QVERIFY(!m_window->explorePage().showsState());
}

void TestWindow::completionInserts()
{
    m_backend->openStore(someFlows());
    settle();
    auto& box = m_window->filter();
    box.editor().setFocus();
    QTest::keyClicks(&box.editor(), QStringLiteral("SrcPor"));
    QTest::keyClick(&box.editor(), Qt::Key_Tab);
    QCOMPARE(box.typed(), QStringLiteral("SrcPort "));
}

void TestWindow::dimensionsAndUnits()
{
    m_backend->openStore(someFlows());
    settle();
    m_window->explorer().setDimensions({"Proto", "DstPort"});
    settle();
    auto& model = m_window->explorePage().table().model();
    QCOMPARE(model.headerData(0, Qt::Horizontal).toString(), QStringLiteral("Protocol"));
    QCOMPARE(model.columnOf(SeriesTableModel::Figure::Min), 2);
    auto* units = m_window->findChild<QComboBox*>(QStringLiteral("units"));
    units->setCurrentIndex(units->findData(static_cast<int>(core::Unit::Packets)));
    emit units->activated(units->currentIndex());
    settle();
    QCOMPARE(result().query.unit, core::Unit::Packets);
    QCOMPARE(model.columnOf(SeriesTableModel::Figure::Min), -1);
    for (const auto kind : {ChartKind::Lines, ChartKind::Share, ChartKind::Stacked}) {
        m_window->explorer().setChart(kind);
        settle();
        QVERIFY(!m_window->explorePage().chart().grab().isNull());
    }
}

void TestWindow::brushZoomsAndBackReturns()
{
    m_backend->openStore(someFlows());
    settle();
    auto& chart = m_window->explorePage().chart();
    const auto whole = result().range;
    const int y = chart.height() / 2;
    QTest::mousePress(&chart, Qt::LeftButton, {}, {chart.width() / 3, y});
    QTest::mouseMove(&chart, {chart.width() / 2, y});
    QTest::mouseMove(&chart, {chart.width() * 2 / 3, y});
    QTest::mouseRelease(&chart, Qt::LeftButton, {}, {chart.width() * 2 / 3, y});
    QVERIFY(chart.brush());
    const auto brush = *chart.brush();
    QVERIFY(brush.from > whole.from && brush.to < whole.to);
    auto* zoom = chart.findChild<QPushButton*>(QStringLiteral("zoom"));
    QVERIFY(zoom->isVisible());
    QTest::mouseClick(zoom, Qt::LeftButton);
    settle();
    QCOMPARE(result().range, brush);
    QVERIFY(result().rowsMatched < 20'000);
    QTest::mouseDClick(&chart, Qt::LeftButton, {}, {chart.width() / 2, y});
    settle();
    QCOMPARE(result().range, whole);
}

/// Another database opens while the button is down; and flows that arrive leave a brush alone.
void TestWindow::dragOutlivesItsAnswer()
{
    m_backend->openStore(someFlows());
    settle();
    auto& chart = m_window->explorePage().chart();
    const int y = chart.height() / 2;
    QTest::mousePress(&chart, Qt::LeftButton, {}, {chart.width() / 3, y});
    QTest::mouseMove(&chart, {chart.width() / 2, y});
    QVERIFY(chart.brush());
    m_window->explorer().refresh();
    settle();
    QVERIFY(chart.brush());
    m_backend->openStore(someFlows());
    QVERIFY(!chart.brush());
    QTest::mouseMove(&chart, {chart.width() * 2 / 3, y});
    QTest::mouseRelease(&chart, Qt::LeftButton, {}, {chart.width() * 2 / 3, y});
    settle();
    QVERIFY(!chart.brush());
}

void TestWindow::keyboardBrush()
{
    m_backend->openStore(someFlows());
    settle();
    auto& chart = m_window->explorePage().chart();
    chart.setFocus();
    QTest::keyClick(&chart, Qt::Key_Left);
    for (int i = 0; i < 20; ++i)
        QTest::keyClick(&chart, Qt::Key_Right, Qt::ShiftModifier);
    QVERIFY(chart.brush());
    QCOMPARE(chart.brush()->length(), 20 * result().intervalMs);
    QTest::keyClick(&chart, Qt::Key_Return);
    settle();
    QCOMPARE(m_window->explorer().state().range.kind, RangeChoice::Kind::Fixed);
}

void TestWindow::emptyShowsTheLadder()
{
    m_backend->openStore(someFlows());
    settle();
    m_window->explorer().setFilter("SrcPort = 1 AND SrcPort = 2");
    settle();
    QVERIFY(m_window->explorePage().showsState());
    QPushButton* remove = nullptr;
    for (auto* button : m_window->explorePage().findChildren<QPushButton*>()) {
        if (button->text() == QStringLiteral("Remove the filter"))
            remove = button;
    }
    QVERIFY(remove && remove->isVisible());
    QTest::mouseClick(remove, Qt::LeftButton);
    settle();
    QVERIFY(!m_window->explorePage().showsState());
    m_window->explorer().shift(1);
    settle();
    QVERIFY(m_window->explorePage().showsState());
    QCOMPARE(result().rowsInRange, uint64_t{0});
}

void TestWindow::rowHighlightsSeries()
{
    m_backend->openStore(someFlows());
    settle();
    auto& table = m_window->explorePage().table();
    auto& view = m_window->explorePage().result();
    const auto row = [&](int at) { return table.view().visualRect(table.model().index(at, 0)).center(); };
    // Pointing at a row highlights it in the chart.
    QSignalSpy hovered(&table, &SeriesTable::hovered);
    QTest::mouseMove(table.view().viewport(), row(1));
    QCOMPARE(hovered.back()[0].toInt(), 1);
    // A click shows it alone, another one all; Ctrl hides it.
    QTest::mouseClick(table.view().viewport(), Qt::LeftButton, {}, row(2));
    const auto all = static_cast<int>(result().series.size());
    QCOMPARE(static_cast<int>(view.look().hidden.size()), all - 1);
    QVERIFY(!view.look().hidden.contains(2));
    m_window->explorer().refresh();
    settle();
    QCOMPARE(static_cast<int>(view.look().hidden.size()), all - 1);
    QTest::mouseClick(table.view().viewport(), Qt::LeftButton, {}, row(2));
    QVERIFY(view.look().hidden.empty());
    QTest::mouseClick(table.view().viewport(), Qt::LeftButton, Qt::ControlModifier, row(0));
    QCOMPARE(view.look().hidden, (std::set<int>{0}));
    QTest::keyClick(&table.view(), Qt::Key_Escape);
    QVERIFY(view.look().hidden.empty());
    table.view().setCurrentIndex(table.model().index(1, 0));
    QTest::keyClick(&table.view(), Qt::Key_Space, Qt::ControlModifier);
    QCOMPARE(view.look().hidden, (std::set<int>{1}));
}

namespace {

/// Some of its flows cannot be read.
class DamagedStore final : public core::FlowStore {
public:
    explicit DamagedStore(std::shared_ptr<core::FlowStore> sound) : m_sound(std::move(sound)) { }
    [[nodiscard]] std::shared_ptr<const core::Schema> schema() const override { return m_sound->schema(); }
    core::Result<core::StoreStatus> status() override { return m_sound->status(); }
    core::Result<core::Aggregate> aggregate(const core::AggregateRequest& request, const core::Control& control) override
    {
        auto out = m_sound->aggregate(request, control);
        if (out)
            out->damaged.push_back({.segment = 7, .column = "SrcAS", .time = request.range, .rows = 500});
        return out;
    }
    core::Result<core::FlowsSummary> flows(const core::FlowsRequest& request, const core::Control& control,
                                           const std::function<bool(core::FlowBatch&&)>& sink) override
    {
        return m_sound->flows(request, control, sink);
    }

private:
    std::shared_ptr<core::FlowStore> m_sound;
};

} // namespace

void TestWindow::damageIsTold()
{
    m_backend->openStore(std::make_shared<DamagedStore>(someFlows()));
    settle();
    QVERIFY(m_window->banner().isVisible());
    QVERIFY2(m_window->banner().words().contains("500 flows could not be read"), qPrintable(m_window->banner().words()));
    // Once: closed, it stays closed for the same damage.
    m_window->banner().hide();
    m_window->explorer().setFilter("Proto = 6");
    settle();
    QVERIFY(!m_window->banner().isVisible());
}

void TestWindow::filterForThis()
{
    m_backend->openStore(someFlows());
    settle();
    const auto value = result().series[0].key[0];
    const auto before = result().series[0].statistics.total;
    const std::vector dimensions{core::Dimension{.name = "SrcAS", .column = core::ColumnId::SrcAS}};
    emit m_window->explorePage().table().filterAsked(dimensions, {value}, false);
    settle();
    QCOMPARE(m_window->explorer().state().query.filter, "SrcAS = " + value);
    QCOMPARE(result().total.statistics.total, before);
    m_window->explorer().back();
    settle();
    emit m_window->explorePage().table().filterAsked(dimensions, {value}, true);
    settle();
    QCOMPARE(m_window->explorer().state().query.filter, "NOT (SrcAS = " + value + ")");
    QVERIFY(result().rowsMatched < 20'000);
}

void TestWindow::jobAndFailure()
{
    auto* cancel = m_window->findChild<QPushButton*>(QStringLiteral("cancelJob"));
    QVERIFY(!cancel->isVisible());
    m_backend->status = {.running = true, .title = QStringLiteral("Reading edge.pcap"), .share = 0.4, .flows = 1200, .flowsPerSecond = 1e6};
    emit m_backend->jobChanged();
    QVERIFY(cancel->isVisible());
    QTest::mouseClick(cancel, Qt::LeftButton);
    QCOMPARE(m_backend->cancels, 1);
    m_backend->status = {};
    emit m_backend->jobChanged();
    QVERIFY(!cancel->isVisible());
    emit m_backend->failed(QStringLiteral("edge.pcap: is no capture"));
    QVERIFY(m_window->banner().isVisible());
    QCOMPARE(m_window->banner().words(), QStringLiteral("edge.pcap: is no capture"));
}

void TestWindow::dropsOpen()
{
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(QStringLiteral("/tmp/a.pcap")), QUrl(QStringLiteral("https://example.net/b"))});
    QDragEnterEvent enter({10, 10}, Qt::CopyAction, &data, Qt::LeftButton, {});
    QCoreApplication::sendEvent(m_window.get(), &enter);
    QVERIFY(enter.isAccepted());
    QDropEvent drop({10, 10}, Qt::CopyAction, &data, Qt::LeftButton, {});
    QCoreApplication::sendEvent(m_window.get(), &drop);
    QCOMPARE(m_backend->paths, QStringList{QStringLiteral("/tmp/a.pcap")});
}

void TestWindow::themesSwitch()
{
    m_window->theme().choose(ThemeChoice::Dark);
    QVERIFY(m_window->theme().dark());
    QCOMPARE(QApplication::palette().color(QPalette::Window), m_window->theme()[Token::background]);
    m_window->theme().choose(ThemeChoice::Light);
    QVERIFY(!m_window->theme().dark());
    QCOMPARE(m_window->theme()[Token::accent], QColor(0x0B, 0x62, 0xC4));
}

/// Whatever takes the keyboard can be named by a screen reader.
void TestWindow::controlsHaveNames()
{
    m_backend->openStore(someFlows());
    settle();
    for (auto* widget : m_window->findChildren<QWidget*>()) {
        if (widget->focusPolicy() == Qt::NoFocus || !widget->isVisible() || qobject_cast<QSplitter*>(widget))
            continue;
        auto name = widget->accessibleName();
        if (const auto* button = qobject_cast<QAbstractButton*>(widget); button && name.isEmpty())
            name = button->text();
        QVERIFY2(!name.isEmpty() || qobject_cast<QHeaderView*>(widget) || qobject_cast<QMenuBar*>(widget), widget->metaObject()->className());
    }
}

void TestWindow::smallestSize()
{
    m_backend->openStore(someFlows());
    settle();
    m_window->resize(1024, 700);
    QCOMPARE(m_window->size(), QSize(1024, 700));
    QVERIFY(m_window->minimumSizeHint().width() <= 1024);
    // Names stay readable: figures make room for them, and come back.
    m_window->explorer().change([](ViewState& next) {
        next.query.dimensions = {"SrcAS", "DstAS"};
        next.query.previous = core::Period::Day;
    });
    settle();
    auto& table = m_window->explorePage().table();
    QTRY_VERIFY(table.view().isColumnHidden(table.model().columnOf(SeriesTableModel::Figure::Last)));
    QVERIFY(table.view().columnWidth(0) >= 100);
    QVERIFY(!table.view().isColumnHidden(table.model().columnOf(SeriesTableModel::Figure::Average)));
    m_window->resize(1440, 900);
    QTRY_VERIFY(!table.view().isColumnHidden(table.model().columnOf(SeriesTableModel::Figure::Last)));
}

QTEST_MAIN(TestWindow)
#include "test_window.moc"
