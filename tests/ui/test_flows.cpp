// SPDX-License-Identifier: GPL-3.0-or-later
// The Flows page from outside: any row of a long listing, sorting, columns, filters from cells, and details with the datagram.
#include <atomic>

#include <QAbstractItemModelTester>
#include <QClipboard>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

#include "core/decode/decoder.h"
#include "tests/support/messages.h"
#include "tests/ui/fakebackend.h"
#include "ui/flows/columnchooser.h"
#include "ui/window/mainwindow.h"

using namespace rivereto;
using namespace rivereto::ui;
using core::ColumnId;

namespace {

constexpr uint64_t kStart = 1'795'455'720'000;
constexpr int kFlows = 20'000;

/// Flows that can become more, and a count of what was asked.
class GrowingStore final : public core::FlowStore {
public:
    explicit GrowingStore(size_t rows) { setRows(rows); }
    void setRows(size_t rows)
    {
        const std::lock_guard lock(m_mutex);
        m_store = std::make_shared<support::MemoryStore>(support::randomFlows(core::Schema::builtin(), rows, kStart, 7));
        ++m_generation;
    }
    std::shared_ptr<const core::Schema> schema() const override { return core::Schema::builtin(); }
    core::Result<core::StoreStatus> status() override
    {
        const std::lock_guard lock(m_mutex);
        auto out = m_store->status();
        out->generation = m_generation;
        return out;
    }
    core::Result<core::Aggregate> aggregate(const core::AggregateRequest& request, const core::Control& control) override { return now()->aggregate(request, control); }
    core::Result<core::FlowsSummary> flows(const core::FlowsRequest& request, const core::Control& control, const std::function<bool(core::FlowBatch&&)>& sink) override
    {
        // The findings look at many flows at once; the page asks for some.
        if (request.count < 100'000)
            ++asked;
        return now()->flows(request, control, sink);
    }
    std::atomic<int> asked{0};

private:
    std::shared_ptr<support::MemoryStore> now()
    {
        const std::lock_guard lock(m_mutex);
        return m_store;
    }
    std::mutex m_mutex;
    std::shared_ptr<support::MemoryStore> m_store;
    uint64_t m_generation = 1;
};

/// One datagram, whatever is asked for.
class OneDatagram final : public core::DatagramSource {
public:
    core::KeptDatagram datagram;
    core::Result<core::DatagramsFound> find(const core::DatagramQuestion&, const core::Control&) override
    {
        core::DatagramsFound out;
        out.candidates.push_back(datagram);
        return out;
    }
};

QString timeOf(uint64_t ms) { return Clock().time(ms, 1); }

} // namespace

class TestFlows : public QObject {
    Q_OBJECT
private slots:
    void init();
    void cleanup();
    void modelIsSound();
    void showsAnyRow();
    void sortsByHeading();
    void asksOnlyWhileShown();
    void columnsAreChosenAndKept();
    void filtersFromACell();
    void exportsWhatIsListed();
    void filterIsExplores();
    void emptyAndWrong();
    void keys();
    void sumsOfASelection();
    void keepsItsPlaceAsFlowsArrive();
    void detailsWithoutDatagram();
    void detailsWithDatagram();

private:
    void open(std::shared_ptr<core::FlowStore> store);
    void settle();
    FlowsPage& page() { return m_window->flowsPage(); }
    QString cell(int row, int column) { return page().model().index(row, column).data().toString(); }
    std::unique_ptr<FakeBackend> m_backend;
    std::unique_ptr<MainWindow> m_window;
};

void TestFlows::init()
{
    m_backend = std::make_unique<FakeBackend>();
    m_backend->preferences[QStringLiteral("time")] = QStringLiteral("utc");
    m_window = std::make_unique<MainWindow>(*m_backend);
    m_window->resize(1440, 900);
    m_window->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
}

void TestFlows::cleanup()
{
    m_window.reset();
    m_backend.reset();
}

void TestFlows::settle()
{
    QTRY_VERIFY_WITH_TIMEOUT(!page().model().pages().opening() && !m_window->explorer().running(), 30000);
}

void TestFlows::open(std::shared_ptr<core::FlowStore> store)
{
    m_backend->openStore(std::move(store));
    QTRY_VERIFY_WITH_TIMEOUT(!m_window->explorer().running() && m_window->explorer().answer(), 30000);
    QTest::keyClick(m_window.get(), Qt::Key_3, Qt::ControlModifier);
    QCOMPARE(m_window->page(), Page::Flows);
    settle();
}

void TestFlows::modelIsSound()
{
    const auto store = std::make_shared<GrowingStore>(3000);
    FlowsModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    const auto columns = std::make_shared<FlowColumns>(store->schema());
    model.setColumns(columns, columns->defaults());
    QSignalSpy opened(&model, &FlowsModel::opened);
    model.list({.store = store}, 0);
    QVERIFY(opened.wait(20000));
    QCOMPARE(model.rowCount(), 3000);
    QCOMPARE(model.columnCount(), 11);
    for (const int row : {0, 600, 2999})
        QTRY_VERIFY(model.cell(row, 0));
    QPersistentModelIndex kept = model.index(100, 0);
    store->setRows(3500);
    model.list({.store = store}, 0);
    QVERIFY(opened.wait(20000));
    QCOMPARE(model.rowCount(), 3500);
    QCOMPARE(kept.row(), 600); // newer ones came in front
    model.setSort(ColumnId::Bytes, false, 0);
    QVERIFY(opened.wait(20000));
    model.setColumns(columns, {QStringLiteral("SrcNetPrefix"), QStringLiteral("SrcMAC"), QStringLiteral("nonsense")});
    QCOMPARE(model.columnCount(), 2);
    QVERIFY(opened.wait(20000));
    model.close();
    QCOMPARE(model.rowCount(), 0);
}

void TestFlows::showsAnyRow()
{
    open(someFlows());
    QCOMPARE(page().model().rowCount(), kFlows);
    QVERIFY(page().heading().contains(text(core::formatCount(kFlows))));
    QVERIFY(!page().showsState());
    QCOMPARE(cell(0, 0), timeOf(kStart + kFlows - 1));
    for (const int row : {kFlows - 1, 7000, 13'579, 511, 512}) {
        page().table().setFirstRow(row);
        QTRY_COMPARE_WITH_TIMEOUT(cell(row, 0), timeOf(kStart + static_cast<uint64_t>(kFlows - 1 - row)), 20000);
    }
    page().table().setFirstRow(12'000);
    QTRY_VERIFY(page().heading().contains(text(core::formatCount(12'001))));
}

void TestFlows::sortsByHeading()
{
    open(someFlows());
    auto& header = page().table().header();
    const auto click = [&](int section) {
        QTest::mouseClick(header.viewport(), Qt::LeftButton, {}, QPoint(header.sectionViewportPosition(section) + 20, 12));
        settle();
    };
    click(0);
    QCOMPARE(cell(0, 0), timeOf(kStart));
    click(0);
    QCOMPARE(cell(0, 0), timeOf(kStart + kFlows - 1));
    const int bytes = static_cast<int>(page().model().columnIds().indexOf(QStringLiteral("Bytes")));
    click(bytes);
    QVERIFY(page().model().wanted().descending);
    const auto number = [&](int row) {
        const auto [rows, place] = page().model().at(row);
        return rows ? rows->segment.column(ColumnId::Bytes).number(place) : 0;
    };
    for (int row = 1; row < 400; ++row)
        QVERIFY(number(row - 1) >= number(row));
    // There is no order of durations.
    click(1);
    QCOMPARE(page().model().sortSection(), bytes);
}

void TestFlows::asksOnlyWhileShown()
{
    const auto store = std::make_shared<GrowingStore>(2000);
    m_backend->openStore(store);
    QTRY_VERIFY_WITH_TIMEOUT(!m_window->explorer().running() && m_window->explorer().answer(), 20000);
    m_window->explorer().setFilter("Proto = 6");
    QTRY_VERIFY_WITH_TIMEOUT(!m_window->explorer().running(), 20000);
    QCOMPARE(store->asked.load(), 0);
    m_window->showPage(Page::Flows);
    settle();
    QVERIFY(store->asked.load() > 0);
    QVERIFY(page().model().rowCount() > 0 && page().model().rowCount() < 2000);
    m_window->showPage(Page::Explore);
    const int before = store->asked.load();
    page().refresh();
    QTest::qWait(50);
    QCOMPARE(store->asked.load(), before);
    m_window->showPage(Page::Flows);
    settle();
    QVERIFY(store->asked.load() > before);
}

void TestFlows::columnsAreChosenAndKept()
{
    open(someFlows());
    page().setColumns({QStringLiteral("TimeReceived"), QStringLiteral("SrcMAC"), QStringLiteral("source")});
    settle();
    QCOMPARE(page().model().columnCount(), 3);
    for (int row = 0; row < 5; ++row)
        QTRY_VERIFY(cell(row, 1).isEmpty() || cell(row, 1).contains(u':'));
    QCOMPARE(m_backend->preferences.value(QStringLiteral("flows/columns")), QStringLiteral("TimeReceived SrcMAC source"));
    // By the pop-up: searched, toggled, and a preset.
    ColumnChooser chooser(page().model().columns(), page().model().columnIds(), m_window.get());
    chooser.setAttribute(Qt::WA_DeleteOnClose, false);
    QSignalSpy changed(&chooser, &ColumnChooser::changed);
    chooser.show();
    auto* search = chooser.findChild<QLineEdit*>();
    QTest::keyClicks(search, QStringLiteral("DstVlan"));
    QTest::keyClick(search, Qt::Key_Down);
    QTest::keyClick(search, Qt::Key_Return);
    QCOMPARE(changed.size(), 1);
    QCOMPARE(changed.last().first().toStringList().last(), QStringLiteral("DstVlan"));
    chooser.findChild<QPushButton*>()->click();
    QCOMPARE(changed.last().first().toStringList(), page().model().columns()->defaults());
    for (const auto& preset : page().model().columns()->presets()) {
        page().setColumns(preset.ids);
        settle();
        QCOMPARE(page().model().columnIds(), preset.ids);
        m_window->grab();
    }
}

void TestFlows::filtersFromACell()
{
    open(someFlows());
    const auto choose = [&](int column, const QString& begins) {
        const auto at = page().table().visualRect(page().model().index(2, column)).center();
        bool done = false;
        QTimer::singleShot(0, this, [&] {
            auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
            QVERIFY(menu);
            for (auto* action : menu->actions()) {
                if (!done && action->text().startsWith(begins)) {
                    done = true;
                    action->trigger();
                }
            }
            menu->close();
        });
        emit page().table().customContextMenuRequested(at);
        QVERIFY2(done, qPrintable(begins));
        settle();
    };
    const int proto = static_cast<int>(page().model().columnIds().indexOf(QStringLiteral("Proto")));
    choose(proto, QStringLiteral("Filter for"));
    const auto first = m_window->explorer().state().query.filter;
    QVERIFY(first.starts_with("Proto = "));
    const int matched = page().model().rowCount();
    QVERIFY(matched > 0 && matched < kFlows);
    choose(4, QStringLiteral("Filter without"));
    QVERIFY(m_window->explorer().state().query.filter.starts_with(first + " AND NOT (SrcAddr = "));
    QVERIFY(page().model().rowCount() < matched);
    choose(4, QStringLiteral("Only"));
    QVERIFY(m_window->explorer().state().query.filter.starts_with("SrcAddr = "));
    choose(4, QStringLiteral("Copy “"));
    QCOMPARE(QApplication::clipboard()->text(), cell(2, 4));
    choose(4, QStringLiteral("Explore by"));
    QCOMPARE(m_window->explorer().state().query.dimensions, std::vector<std::string>{"SrcAddr"});
    QCOMPARE(m_window->page(), Page::Explore);
}

void TestFlows::exportsWhatIsListed()
{
    open(someFlows());
    m_window->explorer().setFilter("Proto = 17");
    settle();
    QTemporaryDir folder;
    const auto path = folder.filePath(QStringLiteral("flows.csv"));
    QSignalSpy done(&page(), &FlowsPage::exported);
    page().exportTo(path, core::FlowForm::Csv, {"SrcAddr", "Proto", "Bytes"});
    QTRY_COMPARE(done.size(), 1);
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const auto lines = file.readAll().trimmed().split('\n');
    QCOMPARE(lines.front(), QByteArray("SrcAddr,Proto,Bytes"));
    QCOMPARE(lines.size() - 1, page().model().rowCount());
    for (qsizetype i = 1; i < lines.size(); ++i)
        QVERIFY2(lines[i].contains(",udp,") || lines[i].contains(",17,"), lines[i].constData());
    QSignalSpy failed(&page(), &FlowsPage::exportFailed);
    page().exportTo(folder.filePath(QStringLiteral("nowhere/flows.csv")), core::FlowForm::Csv);
    QTRY_COMPARE(failed.size(), 1);
    QVERIFY(failed[0][0].toString().contains(QStringLiteral("cannot be written")));
}

void TestFlows::filterIsExplores()
{
    open(someFlows());
    auto& box = m_window->filter();
    box.editor().setFocus();
    QTest::keyClicks(&box.editor(), QStringLiteral("Proto = 17"));
    QTest::keyClick(&box.editor(), Qt::Key_Return, Qt::ControlModifier);
    settle();
    QCOMPARE(m_window->explorer().state().query.filter, std::string("Proto = 17"));
    QVERIFY(page().model().rowCount() < kFlows);
    m_window->explorer().back();
    settle();
    QTRY_COMPARE(page().model().rowCount(), kFlows);
    QCOMPARE(box.typed(), QString());
    m_window->explorer().setRange(RangeChoice::between({kStart + 1000, kStart + 3000}));
    settle();
    QTRY_COMPARE(page().model().rowCount(), 2000);
}

void TestFlows::emptyAndWrong()
{
    open(someFlows());
    m_window->explorer().setFilter("SrcPort = 1 AND SrcPort = 2");
    settle();
    QTRY_VERIFY(page().showsState());
    m_window->explorer().setFilter("Nonsense = 1");
    settle();
    QVERIFY(page().showsState());
    m_window->explorer().setFilter({});
    settle();
    QTRY_VERIFY(!page().showsState());
}

void TestFlows::keys()
{
    open(someFlows());
    auto& view = page().table();
    view.setFocus();
    view.setCurrentIndex(page().model().index(0, 0));
    QTest::keyClick(&view, Qt::Key_Down);
    QCOMPARE(view.currentIndex().row(), 1);
    QTest::keyClick(&view, Qt::Key_End);
    QCOMPARE(view.currentIndex().row(), kFlows - 1);
    QCOMPARE(view.visibleRows().second, kFlows - 1);
    QTest::keyClick(&view, Qt::Key_PageUp);
    QVERIFY(view.currentIndex().row() < kFlows - 10);
    QTest::keyClick(&view, Qt::Key_Home);
    QCOMPARE(view.currentIndex().row(), 0);
    QTest::keyClick(&view, Qt::Key_Down, Qt::ShiftModifier);
    QTest::keyClick(&view, Qt::Key_Down, Qt::ShiftModifier);
    QCOMPARE(view.selectedCount(), 3);
    QTRY_VERIFY(page().model().at(0).first);
    QTest::keyClick(&view, Qt::Key_C, Qt::ControlModifier);
    const auto copied = QApplication::clipboard()->text();
    QCOMPARE(copied.count(u'\n'), 4);
    QVERIFY(copied.startsWith(QStringLiteral("Time\tDuration\t")));
    QVERIFY(page().detailsShown());
    QTest::keyClick(&view, Qt::Key_Escape);
    QVERIFY(!page().detailsShown());
    QTest::keyClick(&view, Qt::Key_Return);
    QVERIFY(page().detailsShown());
    QTest::keyClick(&page().details().decoded(), Qt::Key_Escape);
    QVERIFY(!page().detailsShown());
    // With Ctrl as well, what is told below the list is the flow that the details are of.
    QTest::keyClick(&view, Qt::Key_End, Qt::ControlModifier);
    QCOMPARE(view.currentIndex().row(), kFlows - 1);
    QVERIFY(view.selectionModel()->isRowSelected(kFlows - 1, {}));
    QCOMPARE(view.selectedCount(), 1);
    // All of a long listing, without walking through it.
    QTest::keyClick(&view, Qt::Key_A, Qt::ControlModifier);
    QCOMPARE(view.selectedCount(), kFlows);
}

void TestFlows::sumsOfASelection()
{
    open(someFlows());
    auto& view = page().table();
    view.selectionModel()->select(QItemSelection(page().model().index(3, 0), page().model().index(6, 0)), QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
    uint64_t bytes = 0;
    for (int row = 3; row <= 6; ++row) {
        const auto [rows, place] = page().model().at(row);
        bytes += rows->segment.column(ColumnId::Bytes).number(place);
    }
    QVERIFY2(page().footing().contains(text(core::formatCount(bytes))), qPrintable(page().footing()));
    QVERIFY(page().footing().startsWith(QStringLiteral("4 flows")));
    view.clearSelection();
    QVERIFY(page().footing().startsWith(QStringLiteral("No flow")));
}

void TestFlows::keepsItsPlaceAsFlowsArrive()
{
    const auto store = std::make_shared<GrowingStore>(5000);
    open(store);
    auto& view = page().table();
    view.setFirstRow(2000);
    view.setCurrentIndex(page().model().index(2005, 0));
    QTRY_COMPARE_WITH_TIMEOUT(cell(2005, 0), timeOf(kStart + 4999 - 2005), 20000);
    store->setRows(5600);
    emit m_backend->dataChanged();
    QTRY_COMPARE_WITH_TIMEOUT(page().model().rowCount(), 5600, 20000);
    settle();
    QCOMPARE(view.currentIndex().row(), 2605);
    QCOMPARE(view.firstRow(), 2600);
    QTRY_COMPARE_WITH_TIMEOUT(cell(2605, 0), timeOf(kStart + 4999 - 2005), 20000);
    // At the top what is new is followed.
    view.setFirstRow(0);
    store->setRows(5700);
    emit m_backend->dataChanged();
    QTRY_COMPARE_WITH_TIMEOUT(page().model().rowCount(), 5700, 20000);
    QCOMPARE(view.firstRow(), 0);
    QCOMPARE(cell(0, 0), timeOf(kStart + 5699));
}

void TestFlows::detailsWithoutDatagram()
{
    open(someFlows());
    page().table().setCurrentIndex(page().model().index(4, 0));
    auto& lines = page().details().decoded().lines();
    QTRY_VERIFY_WITH_TIMEOUT(lines.rowCount() > 0, 20000);
    QVERIFY(page().details().words().contains(QStringLiteral("not kept")));
    QVERIFY(lines.item(0)->text().startsWith(QStringLiteral("Stored")));
    QVERIFY(lines.item(0)->rowCount() > 30);
}

void TestFlows::detailsWithDatagram()
{
    using namespace support;
    const auto sets = Octets()
                          .add(set(2, templateRecord(256, {{8, 4}, {12, 4}, {7, 2}, {11, 2}, {4, 1}, {1, 8}, {2, 8}, {4711, 2}})))
                          .add(set(256, Octets()
                                            .ip("45.57.90.14").ip("203.0.113.27").u16(443).u16(51734).u8(6).u64(7312).u64(5).u16(1)
                                            .ip("45.57.90.15").ip("203.0.113.27").u16(443).u16(51735).u8(6).u64(1500).u64(1).u16(2)));
    auto one = std::make_shared<OneDatagram>();
    const auto message = ipfix(sets, 524288);
    const std::span<const uint8_t> bytes = message;
    one->datagram.payload.assign(bytes.begin(), bytes.end());
    one->datagram.origin = datagram({});
    one->datagram.destinationPort = 4739;
    core::Decoder decoder(core::Schema::builtin());
    core::FlowBatch rows(core::Schema::builtin());
    decoder.decode(one->datagram.view(), rows);
    QCOMPARE(rows.rows(), size_t{2});
    rows.setText(ColumnId::SrcNetName, 1, "Netflix");
    m_backend->source = one;
    open(std::make_shared<support::MemoryStore>(std::move(rows)));
    int second = 0;
    QTRY_VERIFY(page().model().at(0).first);
    for (int row = 0; row < 2; ++row) {
        const auto [flows, place] = page().model().at(row);
        second = flows->segment.column(ColumnId::SrcPort).number(place) == 443 && flows->segment.column(ColumnId::DstPort).number(place) == 51735 ? row : second;
    }
    page().table().setCurrentIndex(page().model().index(second, 0));
    auto& pane = page().details();
    const auto& lines = pane.decoded().lines();
    QTRY_VERIFY_WITH_TIMEOUT(lines.rowCount() == 3 && lines.item(1)->text().startsWith(QStringLiteral("Record 2 of 2")), 20000);
    QVERIFY(lines.item(0)->text().contains(QStringLiteral("domain 524288")));
    QCOMPARE(lines.item(1)->rowCount(), 8);
    QVERIFY(lines.item(1)->child(5)->text().startsWith(QStringLiteral("octetDeltaCount")));
    QVERIFY(lines.item(1)->child(7)->text().startsWith(QStringLiteral("element 4711")));
    QStringList added;
    for (int i = 0; i < lines.item(2)->rowCount(); ++i)
        added << lines.item(2)->child(i)->text();
    QVERIFY2(added.filter(QStringLiteral("SrcNetName")).size() == 1, qPrintable(added.join(u'\n')));
    QVERIFY(added.filter(QStringLiteral("SrcAddr")).isEmpty());
    // From the line to its bytes and back.
    pane.setTab(DetailsPane::Tab::Datagram);
    pane.decoded().setCurrentIndex(lines.item(1)->child(5)->index());
    const auto field = pane.hex().field();
    QCOMPARE(field.end - field.begin, 8U);
    QVERIFY(pane.hex().record().has(field.begin));
    pane.hex().setFocus();
    QTest::keyClick(&pane.hex(), Qt::Key_Right);
    QCOMPARE(pane.decoded().chosen().name, QStringLiteral("packetDeltaCount"));
    QTest::keyClick(&pane.hex(), Qt::Key_Home);
    QCOMPARE(pane.decoded().chosen().name, QStringLiteral("version"));
    m_window->grab();
    QVERIFY(pane.hex().dump().startsWith(QStringLiteral("0000  00 0a")));
}

QTEST_MAIN(TestFlows)
#include "test_flows.moc"
