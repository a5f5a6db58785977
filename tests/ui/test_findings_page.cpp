// SPDX-License-Identifier: GPL-3.0-or-later
// Findings page: rows by severity, details with lines to copy, where its buttons lead, the badge, nothing found, many exporters.
#include <QClipboard>
#include <QSignalSpy>
#include <QTest>

#include "tests/ui/fakebackend.h"
#include "ui/window/mainwindow.h"

using namespace rivereto;
using namespace rivereto::ui;

namespace {

constexpr uint64_t kStart = 1'795'455'720'000;

core::StreamHealth stream(uint32_t last)
{
    core::StreamHealth out;
    out.key = {core::Ip::v4(0x0a000000 + last), core::Protocol::NetFlow9, 0};
    out.firstMs = kStart;
    out.lastMs = kStart + 20'000;
    out.add(core::HealthCount::Messages, 100);
    out.add(core::HealthCount::Records, 1000);
    out.add(core::HealthCount::OwnFollowed, 99);
    out.facts[{core::FactKind::Sampling, 1000, static_cast<int64_t>(core::SamplingSource::Sampler)}].value = 90;
    return out;
}

/// Flows that nothing is wrong with.
core::FlowBatch goodFlows()
{
    core::FlowBatch rows(core::Schema::builtin());
    using enum core::ColumnId;
    for (uint32_t i = 0; i < 100; ++i) {
        const auto row = rows.addRows(1);
        rows.set<uint64_t>(TimeReceived, row, kStart + i * 100);
        rows.set<core::Ip>(ExporterAddress, row, core::Ip::v4(0x0a000001));
        rows.set<uint32_t>(InIfIndex, row, 1);
        rows.set<uint64_t>(Bytes, row, 1000);
        rows.set<uint64_t>(Packets, row, 1);
    }
    return rows;
}

} // namespace

class TestFindingsPage : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<FakeBackend> m_backend;
    std::unique_ptr<MainWindow> m_window;

    FindingsPage& page() { return m_window->findingsPage(); }
    FindingsModel& model() { return page().model(); }
    QString cell(int row, int column) { return model().index(row, column).data().toString(); }
    void open(const std::vector<core::StreamHealth>& streams)
    {
        auto store = std::make_shared<support::MemoryStore>(goodFlows());
        for (const auto& one : streams)
            store->known.streams[one.key] = one;
        m_backend->openStore(store);
        QTRY_VERIFY(m_window->explorer().answer());
    }
    static std::vector<core::StreamHealth> wrong()
    {
        auto losing = stream(1);
        losing.add(core::HealthCount::OwnLost, 14);
        losing.add(core::HealthCount::OwnGaps, 2);
        auto silent = stream(2);
        silent.facts.clear();
        silent.facts[{core::FactKind::Sampling, 0, static_cast<int64_t>(core::SamplingSource::Unknown)}] = {kStart, kStart + 5000, 90};
        auto dropping = stream(3);
        dropping.add(core::HealthCount::SampleDrops, 5);
        return {silent, dropping, losing};
    }

private slots:
    void init()
    {
        m_backend = std::make_unique<FakeBackend>();
        m_window = std::make_unique<MainWindow>(*m_backend);
        m_window->show();
    }
    void cleanup()
    {
        m_window.reset();
        m_backend.reset();
    }

    void bySeverityWithBadge()
    {
        open(wrong());
        // Known without the page being opened.
        QTRY_COMPARE(page().badge(), 2U);
        auto* badge = m_window->findChild<QLabel*>(QStringLiteral("railBadge"));
        QVERIFY(badge && badge->isVisible());
        QCOMPARE(badge->text(), QStringLiteral("2"));
        m_window->showPage(Page::Findings);
        QCOMPARE(model().rowCount(), 3);
        QCOMPARE(cell(0, FindingsModel::Exporter), QStringLiteral("10.0.0.1 · NetFlow v9"));
        QVERIFY(cell(0, FindingsModel::Evidence).contains(QStringLiteral("14")));
        QCOMPARE(model().index(0, FindingsModel::Mark).data(Qt::AccessibleTextRole).toString(), QStringLiteral("Serious"));
        QCOMPARE(model().index(2, FindingsModel::Mark).data(Qt::AccessibleTextRole).toString(), QStringLiteral("Note"));
        QVERIFY(page().heading().contains(QStringLiteral("1 serious")));
        page().findChild<QLineEdit*>()->setText(QStringLiteral("10.0.0.2"));
        QCOMPARE(model().rowCount(), 1);
    }

    void linesAreCopied()
    {
        open(wrong());
        m_window->showPage(Page::Findings);
        QTRY_COMPARE(model().rowCount(), 3);
        page().table().setCurrentIndex(model().index(2, FindingsModel::Title));
        auto& vendors = page().details().vendors();
        QVERIFY(vendors.count() > 5);
        vendors.setCurrentIndex(vendors.findText(QStringLiteral("Cisco IOS-XR")));
        page().details().copyButton().click();
        QVERIFY(QGuiApplication::clipboard()->text().contains(QStringLiteral("options sampler-table timeout 60")));
        // The device stays chosen.
        page().table().setCurrentIndex(model().index(0, FindingsModel::Title));
        QCOMPARE(vendors.currentText(), QStringLiteral("Cisco IOS-XR"));
    }

    void buttonsLeadOn()
    {
        open(wrong());
        m_window->showPage(Page::Findings);
        QTRY_COMPARE(model().rowCount(), 3);
        page().table().setCurrentIndex(model().index(0, FindingsModel::Title));
        QVERIFY(!page().details().flowsButton().isVisible()); // what was lost cannot be shown
        page().details().exporterButton().click();
        QCOMPARE(m_window->page(), Page::Exporters);
        QTRY_COMPARE(m_window->exportersPage().table().currentIndex().row(), m_window->exportersPage().model().rowOf(wrong()[2].key));
        m_window->showPage(Page::Findings);
        page().table().setCurrentIndex(model().index(2, FindingsModel::Title));
        page().details().flowsButton().click();
        QCOMPARE(m_window->page(), Page::Flows);
        QVERIFY(m_window->explorer().state().query.filter.find("ExporterAddress = 10.0.0.2") != std::string::npos);
    }

    void nothingFound()
    {
        open({stream(1)});
        m_window->showPage(Page::Findings);
        QTRY_VERIFY(page().words().contains(QStringLiteral("Nothing wrong found")));
        QVERIFY(page().words().contains(QStringLiteral("sampling")));
        QCOMPARE(page().badge(), 0U);
        open({});
        QTRY_VERIFY(page().words().contains(QStringLiteral("Nothing is known")));
    }

    void manyExporters()
    {
        std::vector<core::StreamHealth> streams;
        for (uint32_t i = 1; i <= 5000; ++i) {
            auto one = wrong()[i % 3];
            one.key.exporter = core::Ip::v4(0x0a000000 + i);
            streams.push_back(one);
        }
        open(streams);
        m_window->showPage(Page::Findings);
        QTRY_COMPARE_WITH_TIMEOUT(model().rowCount(), 5000, 20'000);
        QCOMPARE(m_window->findChild<QLabel*>(QStringLiteral("railBadge"))->text(), QStringLiteral("99+"));
        page().table().sortByColumn(FindingsModel::Evidence, Qt::DescendingOrder);
        QCOMPARE(model().rowCount(), 5000);
    }
};

QTEST_MAIN(TestFindingsPage)
#include "test_findings_page.moc"
