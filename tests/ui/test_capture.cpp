// SPDX-License-Identifier: GPL-3.0-or-later
// What the window offers of captures: an interface to capture on, the files of a task, and the packets behind what is shown.
#include <QPushButton>
#include <QSpinBox>
#include <QTest>

#include "tests/ui/windowfixture.h"
#include "ui/window/capturedialog.h"
#include "ui/window/jobfiles.h"

using namespace rivereto;
using namespace rivereto::ui;

class TestCapture : public QObject, private WindowFixture {
    Q_OBJECT
private slots:
    void init() { open(); }
    void cleanup() { close(); }
    void interfaceIsChosen();
    void filterIsChecked();
    void filesOfATask();
    void pausing();
    void packetsWhereTheyAreKnown();
    void statusTellsOfPackets();

private:
    CaptureDialog& dialog()
    {
        trigger(QStringLiteral("From an &interface…"));
        auto* out = m_window->findChild<CaptureDialog*>();
        if (!out)
            qFatal("no dialog");
        emit m_backend->interfacesListed({{.name = QStringLiteral("eth0"), .state = QStringLiteral("up"), .addresses = {QStringLiteral("192.0.2.1")}, .description = {}},
                                          {.name = QStringLiteral("lo"), .state = QStringLiteral("up"), .addresses = {}, .description = QStringLiteral("Loopback")}}, {});
        return *out;
    }
};

void TestCapture::interfaceIsChosen()
{
    auto& asked = dialog();
    QCOMPARE(asked.interfaces().topLevelItemCount(), 2);
    asked.interfaces().setCurrentItem(asked.interfaces().topLevelItem(1));
    asked.filter().setText(QStringLiteral("udp"));
    asked.findChild<QSpinBox*>()->setValue(512);
    asked.accept();
    QCOMPARE(m_backend->captured, QStringLiteral("lo|udp|512"));
    // The next time begins where this one ended.
    auto& again = dialog();
    QCOMPARE(again.filter().text(), QStringLiteral("udp"));
    QCOMPARE(again.interfaces().currentItem()->text(0), QStringLiteral("lo"));
}

void TestCapture::filterIsChecked()
{
    auto& asked = dialog();
    const auto button = [&] { return asked.findChild<QPushButton*>(); };
    asked.filter().setText(QStringLiteral("bad"));
    QCOMPARE(asked.problem(), QStringLiteral("syntax error"));
    asked.accept();
    QVERIFY(m_backend->captured.isEmpty());
    asked.filter().clear();
    QVERIFY(asked.problem().isEmpty());
    QVERIFY(button() != nullptr);
}

void TestCapture::filesOfATask()
{
    using State = JobFile::State;
    m_backend->status = {.running = true, .title = QStringLiteral("Reading a"), .share = 0.5, .secondsLeft = 75, .mayPause = true, .paused = false,
                         .files = std::make_shared<const QList<JobFile>>(QList<JobFile>{{.path = QStringLiteral("/x/a.pcap"), .state = State::Done, .flows = 1200, .note = {}},
                                                                                        {.path = QStringLiteral("/x/b.pcap"), .state = State::Left, .flows = 0, .note = QStringLiteral("the same as a")},
                                                                                        {.path = QStringLiteral("/x/c.pcap"), .state = State::Reading, .flows = 0, .note = {}}})};
    emit m_backend->jobChanged();
    auto* list = m_window->findChild<QPushButton*>(QStringLiteral("jobFiles"));
    QVERIFY(list->isVisible());
    QCOMPARE(list->text(), QStringLiteral("2 of 3 files"));
    list->click();
    auto* files = m_window->findChild<JobFiles*>();
    QVERIFY(files && files->isVisible());
    QCOMPARE(files->list().topLevelItemCount(), 3);
    QCOMPARE(files->list().topLevelItem(0)->text(0), QStringLiteral("a.pcap"));
    QCOMPARE(files->list().topLevelItem(1)->text(2), QStringLiteral("left"));
    QCOMPARE(files->list().topLevelItem(1)->toolTip(2), QStringLiteral("the same as a"));
    m_backend->status = {};
    emit m_backend->jobChanged();
    QVERIFY(!files->isVisible());
}

void TestCapture::pausing()
{
    m_backend->status = {.running = true, .title = QStringLiteral("Reading a"), .share = 0.5, .mayPause = true, .files = nullptr};
    emit m_backend->jobChanged();
    auto* pause = m_window->findChild<QPushButton*>(QStringLiteral("pauseJob"));
    QVERIFY(pause->isVisible());
    pause->click();
    QVERIFY(m_backend->status.paused);
    QCOMPARE(pause->text(), QStringLiteral("Resume"));
    pause->click();
    QVERIFY(!m_backend->status.paused);
    QVERIFY(!m_window->findChild<QPushButton*>(QStringLiteral("jobFiles"))->isVisible()); // one file is no list
}

void TestCapture::packetsWhereTheyAreKnown()
{
    m_backend->openStore(someFlows());
    settle();
    auto* packets = m_window->explorePage().chart().findChild<QPushButton*>(QStringLiteral("showPackets"));
    QVERIFY(packets);
    const auto range = *m_window->explorer().shownRange();
    m_window->explorePage().chart().setBrush(core::TimeRange{range.from, range.from + range.length() / 2});
    QVERIFY(packets->isHidden());
    m_backend->packetsKnown = true;
    emit m_backend->storeChanged();
    settle();
    m_window->explorePage().chart().setBrush(core::TimeRange{range.from, range.from + range.length() / 2});
    QTRY_VERIFY(!packets->isHidden()); // of its bar, that is
    // What the menus of rows offer asks for the row's condition.
    FlowExports exports(*m_backend, m_window.get());
    QMenu menu;
    exports.addPackets(menu, "SrcAS = 1", range);
    QCOMPARE(menu.actions().size(), 2);
    menu.actions()[1]->trigger();
    QCOMPARE(m_backend->exported.format, QStringLiteral("pcap"));
    QCOMPARE(m_backend->exported.filter, std::string("SrcAS = 1"));
    QVERIFY(m_backend->exported.openIt);
    QVERIFY(m_backend->exported.range == range);
}

void TestCapture::statusTellsOfPackets()
{
    m_backend->inputs = {.listening = true, .interfaces = {QStringLiteral("eth0")}, .packets = 12'345, .packetsLost = 6, .snapLength = 256};
    emit m_backend->inputChanged();
    const auto labels = m_window->findChildren<QLabel*>();
    const auto told = std::ranges::any_of(labels, [](const QLabel* label) { return label->text().contains(QStringLiteral("eth0")) && label->text().contains(QStringLiteral("256 octets")) && label->text().contains(QStringLiteral("<b>6</b> lost")); });
    QVERIFY(told);
}

QTEST_MAIN(TestCapture)
#include "test_capture.moc"
