// SPDX-License-Identifier: GPL-3.0-or-later
// States of the window: links, sessions, views, further windows, exports and pages.
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

class TestWindowStates : public QObject, private WindowFixture {
    Q_OBJECT
private slots:
    void init() { open(); }
    void cleanup() { close(); }
    void linksOpenStates();
    void sessionIsRestored();
    void readyViewsAndWindows();
    void furtherWindowHasItsAnswer();
    void distinctAsksForAColumn();
    void savedViews();
    void exportsEachFormat();
    void everyChartKind();
    void flowsOfASelection();
};

void TestWindowStates::linksOpenStates()
{
    // Before there is a database: it opens with the link's state.
    m_window->openLink(QStringLiteral("rivereto:explore?chart=lines&dimensions=Proto&filter=Proto%20%3D%206&limit=3"));
    m_backend->openStore(someFlows());
    settle();
    QCOMPARE(m_window->explorer().state().chart, ChartKind::Lines);
    QCOMPARE(result().query.limit, 3U);
    QCOMPARE(m_window->filter().typed(), QStringLiteral("Proto = 6"));
    m_window->explorer().setDimensions({"DstPort"});
    settle();
    trigger(QStringLiteral("Copy &link to this view"));
    const auto copied = QGuiApplication::clipboard()->text();
    m_window->explorer().setFilter({});
    m_window->openLink(copied);
    settle();
    QCOMPARE(result().query.filter, std::string("Proto = 6"));
    QCOMPARE(result().dimensions.front().name, std::string("DstPort"));
    m_window->openLink(QStringLiteral("rivereto:explore?chart=pie"));
    QVERIFY(m_window->banner().isVisible());
    QVERIFY(m_window->banner().words().contains("pie"));
}

void TestWindowStates::sessionIsRestored()
{
    m_backend->openStore(someFlows());
    settle();
    m_window->explorer().setDimensions({"DstAS"});
    settle();
    m_window->close();
    QTemporaryFile file;
    QVERIFY(file.open());
    m_backend->preferences["session/file"] = file.fileName();
    m_backend->openStore(nullptr);
    m_window = std::make_unique<MainWindow>(*m_backend);
    m_window->show();
    m_window->restoreSession();
    QCOMPARE(m_backend->paths, QStringList{file.fileName()});
    m_backend->openStore(someFlows());
    settle();
    QCOMPARE(result().dimensions.front().name, std::string("DstAS"));
}

void TestWindowStates::readyViewsAndWindows()
{
    m_backend->openStore(someFlows());
    settle();
    m_window->explorer().setFilter("Proto = 6");
    settle();
    trigger(QStringLiteral("Conversations by address"));
    settle();
    auto& table = m_window->explorePage().table();
    QCOMPARE(result().query.filter, std::string("Proto = 6"));
    QVERIFY(result().reverse);
    // Both directions on one row.
    QCOMPARE(table.model().side(), SeriesTableModel::Side::Both);
    QVERIFY(table.model().headerData(1, Qt::Horizontal).toString().startsWith(u'→'));
    QVERIFY(table.model().headerData(2, Qt::Horizontal).toString().startsWith(u'←'));
    trigger(QStringLiteral("&New window"));
    MainWindow* other = nullptr;
    for (auto* widget : QApplication::topLevelWidgets()) {
        if (auto* window = qobject_cast<MainWindow*>(widget); window && window != m_window.get() && window->isVisible())
            other = window;
    }
    QVERIFY(other);
    QCOMPARE(other->explorer().state(), m_window->explorer().state());
    // Each goes its own way.
    other->explorer().setFilter({});
    QCOMPARE(m_window->explorer().state().query.filter, std::string("Proto = 6"));
    QTRY_VERIFY(!other->explorer().running());
    delete other;
}

/// Also at the very first view, which a window stands at before it has asked anything.
void TestWindowStates::furtherWindowHasItsAnswer()
{
    m_backend->openStore(someFlows());
    settle();
    m_window->explorer().setDimensions({"SrcAS"});
    settle();
    trigger(QStringLiteral("&New window"));
    for (auto* widget : QApplication::topLevelWidgets()) {
        if (auto* window = qobject_cast<MainWindow*>(widget); window && window != m_window.get() && window->isVisible()) {
            QTRY_VERIFY(window->explorer().answer());
            delete window;
            return;
        }
    }
    QFAIL("no further window");
}

/// The key that chooses the unit does not choose in the list of columns that follows.
void TestWindowStates::distinctAsksForAColumn()
{
    m_backend->openStore(someFlows());
    settle();
    auto* units = m_window->findChild<QComboBox*>(QStringLiteral("units"));
    units->setCurrentIndex(units->findData(static_cast<int>(core::Unit::Distinct)));
    emit units->activated(units->currentIndex());
    QVERIFY(!QApplication::activePopupWidget());
    QTRY_VERIFY(QApplication::activePopupWidget());
    QCOMPARE(m_window->explorer().state().query.unit, core::Unit::L3Bps);
    auto* picker = QApplication::activePopupWidget();
    // Words in any order, of the label or of the column's name.
    auto* search = picker->findChild<QLineEdit*>();
    QTest::keyClicks(search, QStringLiteral("port dst"));
    QTest::keyClick(search, Qt::Key_Return);
    settle();
    QCOMPARE(m_window->explorer().state().query.unit, core::Unit::Distinct);
    QCOMPARE(m_window->explorer().state().query.distinct, std::string("DstPort"));
    const auto title = chartTitle(*m_window->explorer().schema(), m_window->explorer().state().query);
    QVERIFY2(title.startsWith(QStringLiteral("Different values of destination port, by ")), qPrintable(title));
}

void TestWindowStates::savedViews()
{
    m_backend->openStore(someFlows());
    settle();
    m_window->explorer().setDimensions({"DstPort"});
    settle();
    trigger(QStringLiteral("&Save this view…"));
    auto* dialog = m_window->findChild<QInputDialog*>();
    QVERIFY(dialog);
    dialog->setTextValue(QStringLiteral("Ports of destinations"));
    dialog->accept();
    m_window->explorer().setDimensions({"Proto"});
    settle();
    // A later window has it as well.
    MainWindow other(*m_backend);
    other.show();
    auto* button = other.findChild<SavedViews*>()->findChild<QPushButton*>(QString(), Qt::FindDirectChildrenOnly);
    for (auto* one : other.findChild<SavedViews*>()->findChildren<QPushButton*>()) {
        if (one->toolTip() == QStringLiteral("Ports of destinations"))
            button = one;
    }
    QVERIFY(button);
    button->click();
    QCOMPARE(other.explorer().state().query.dimensions, std::vector<std::string>{"DstPort"});
    QTRY_VERIFY(!other.explorer().running());
}

void TestWindowStates::exportsEachFormat()
{
    m_backend->openStore(someFlows());
    settle();
    QTemporaryDir folder;
    for (const auto& info : exportFormats()) {
        const auto path = folder.filePath(QStringLiteral("out.") + QLatin1String(info.suffix));
        m_window->exportTo(path, info.format);
        QTRY_VERIFY(m_window->banner().words().contains(path));
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const auto bytes = file.readAll();
        switch (info.format) {
        case ExportFormat::Png: {
            const auto image = QImage::fromData(bytes);
            QCOMPARE(image.size(), QSize(1280, 720));
            break;
        }
        case ExportFormat::Svg:
            QVERIFY(QSvgRenderer(bytes).isValid());
            QVERIFY(!bytes.contains("<image")); // vectors, not a picture
            QVERIFY(bytes.contains("Traffic by source AS"));
            break;
        case ExportFormat::Csv: QVERIFY(bytes.startsWith("time,SrcAS,value\n")); break;
        case ExportFormat::Json: QVERIFY(QJsonDocument::fromJson(bytes).array().size() > 100); break;
        case ExportFormat::Html:
            QVERIFY(bytes.contains("<svg") && bytes.contains("<table>") && bytes.contains("Total"));
            break;
        case ExportFormat::Pdf: QVERIFY(bytes.startsWith("%PDF-") && bytes.trimmed().endsWith("%%EOF")); break;
        }
    }
    // What cannot be written is told.
    m_window->exportTo(folder.filePath(QStringLiteral("nowhere/out.csv")), ExportFormat::Csv);
    QTRY_VERIFY(m_window->banner().words().contains(QStringLiteral("cannot be written")));
    trigger(QStringLiteral("Copy the chart"));
    QVERIFY(!QGuiApplication::clipboard()->image().isNull());
}

void TestWindowStates::everyChartKind()
{
    m_backend->openStore(someFlows());
    settle();
    for (const auto& info : chartKinds()) {
        m_window->explorer().setChart(info.kind);
        settle();
        QVERIFY(!m_window->explorePage().showsState());
        QCOMPARE(m_window->explorer().answer()->asked.chart, info.kind);
        QVERIFY(result().dimensions.size() >= info.leastDimensions);
        QVERIFY(m_window->explorePage().chart().isVisible());
    }
    // Looking otherwise at the same answer asks nothing.
    const auto before = m_window->explorer().answer()->result;
    m_window->explorer().setChart(ChartKind::Sankey);
    settle();
    m_window->explorer().change([](ViewState& state) { state.logarithmic = true; });
    settle();
    QCOMPARE(m_window->explorer().answer()->result, before);
}

void TestWindowStates::flowsOfASelection()
{
    m_backend->openStore(someFlows());
    settle();
    const auto whole = result().range;
    const core::TimeRange part{whole.from + 5000, whole.from + 9000};
    emit m_window->explorePage().chart().flowsAsked(part);
    settle();
    QCOMPARE(m_window->page(), Page::Flows);
    QCOMPARE(m_window->explorer().state().range, RangeChoice::between(part));
    m_window->explorer().back();
    settle();
    QCOMPARE(m_window->page(), Page::Explore);
    QCOMPARE(result().range, whole);
    m_window->explorer().forward();
    QCOMPARE(m_window->page(), Page::Flows);
    settle();
}

QTEST_MAIN(TestWindowStates)
#include "test_windowstates.moc"
