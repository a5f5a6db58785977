// SPDX-License-Identifier: GPL-3.0-or-later
// Exporters page: rows with states, finding and sorting, details, filters from it, the chip of lost datagrams.
#include <QSignalSpy>
#include <QTest>

#include "tests/ui/fakebackend.h"
#include "ui/window/mainwindow.h"

using namespace rivereto;
using namespace rivereto::ui;

namespace {

core::StreamHealth stream(uint32_t last, core::Protocol protocol, uint64_t lastMs)
{
    core::StreamHealth out;
    out.key = {core::Ip::v4(0x0a000000 + last), protocol, last};
    out.firstMs = lastMs - 20'000;
    out.lastMs = lastMs;
    out.add(core::HealthCount::Messages, 100);
    out.add(core::HealthCount::Records, 1000);
    out.add(core::HealthCount::OwnFollowed, 90);
    out.facts[{core::FactKind::Sampling, 1000, static_cast<int64_t>(core::SamplingSource::Sampler)}].value = 90;
    out.facts[{core::FactKind::Skew, 0, 0}].value = 10;
    return out;
}

} // namespace

class TestExporters : public QObject {
    Q_OBJECT

private:
    static constexpr uint64_t kStart = 1'795'455'720'000;
    std::unique_ptr<FakeBackend> m_backend;
    std::unique_ptr<MainWindow> m_window;

    static std::shared_ptr<core::FlowStore> store()
    {
        auto out = std::make_shared<support::MemoryStore>(support::randomFlows(core::Schema::builtin(), 5000, kStart, 7));
        const auto latest = kStart + 20'000;
        const auto add = [&](const core::StreamHealth& one) { out->known.streams[one.key] = one; };
        add(stream(1, core::Protocol::NetFlow9, latest));
        auto losing = stream(2, core::Protocol::Sflow, latest);
        losing.add(core::HealthCount::OwnLost, 14);
        losing.facts[{core::FactKind::Loss, static_cast<int64_t>(kStart / core::kLossSlotMs * core::kLossSlotMs), 0}].value = 14;
        add(losing);
        add(stream(3, core::Protocol::Ipfix, latest - 3'600'000)); // silent for an hour
        return out;
    }
    ExportersPage& page() { return m_window->exportersPage(); }
    ExportersModel& model() { return page().model(); }
    QString cell(int row, int column) { return model().index(row, column).data().toString(); }

private slots:
    void init()
    {
        m_backend = std::make_unique<FakeBackend>();
        m_window = std::make_unique<MainWindow>(*m_backend);
        m_window->show();
        m_backend->openStore(store());
        QTRY_VERIFY(m_window->explorer().answer());
        m_window->showPage(Page::Exporters);
        QTRY_COMPARE(model().rowCount(), 3);
    }
    void cleanup()
    {
        m_window.reset();
        m_backend.reset();
    }

    void rowsTellTheirState()
    {
        QCOMPARE(m_window->page(), Page::Exporters);
        QVERIFY(!m_window->queryRow().isVisible());
        page().table().sortByColumn(ExportersModel::Address, Qt::AscendingOrder);
        QCOMPARE(cell(0, ExportersModel::Address), QStringLiteral("10.0.0.1"));
        QCOMPARE(model().row(0)->state, ExporterRow::State::Good);
        QCOMPARE(cell(0, ExportersModel::Protocol), QStringLiteral("NetFlow v9 · 1"));
        QVERIFY(cell(0, ExportersModel::Sampling).startsWith(QStringLiteral("1:1")));
        QCOMPARE(cell(0, ExportersModel::Lost), QStringLiteral("0"));
        QCOMPARE(model().row(1)->state, ExporterRow::State::Warning);
        QCOMPARE(cell(1, ExportersModel::Lost), QStringLiteral("14"));
        QCOMPARE(model().row(2)->state, ExporterRow::State::Silent);
        QVERIFY(page().heading().contains(QStringLiteral("3 known")));
        QVERIFY(page().heading().contains(QStringLiteral("2 sending")));
        // States have names, not only colours.
        QVERIFY(model().index(1, ExportersModel::Mark).data(Qt::AccessibleTextRole).toString().contains(QStringLiteral("14")));
    }

    void sortingAndFinding()
    {
        page().table().sortByColumn(ExportersModel::Lost, Qt::DescendingOrder);
        QCOMPARE(cell(0, ExportersModel::Address), QStringLiteral("10.0.0.2"));
        auto* find = page().findChild<QLineEdit*>();
        find->setText(QStringLiteral("0.3"));
        QCOMPARE(model().rowCount(), 1);
        find->clear();
        QCOMPARE(model().rowCount(), 3);
    }

    void detailsOfTheChosen()
    {
        page().table().sortByColumn(ExportersModel::Address, Qt::AscendingOrder);
        page().table().setCurrentIndex(model().index(1, ExportersModel::Name));
        QCOMPARE(page().details().loss().bars().size(), 1U);
        QCOMPARE(page().details().loss().bars()[0].lost, 14);
        page().table().setCurrentIndex(model().index(0, ExportersModel::Name));
        QVERIFY(page().details().loss().bars().empty());
        // Another answer keeps the choice.
        page().refresh();
        QSignalSpy reset(&model(), &QAbstractItemModel::modelReset);
        QTRY_VERIFY_WITH_TIMEOUT(reset.count() > 0, 5000);
        QCOMPARE(page().table().currentIndex().row(), 0);
    }

    void clicksFilter()
    {
        page().table().setCurrentIndex(model().index(model().rowOf({core::Ip::v4(0x0a000002), core::Protocol::Sflow, 2}), 1));
        emit page().details().trafficAsked("ExporterAddress = 10.0.0.2", false);
        QCOMPARE(m_window->page(), Page::Explore);
        QCOMPARE(QString::fromStdString(m_window->explorer().state().query.filter), QStringLiteral("ExporterAddress = 10.0.0.2"));
        m_window->showPage(Page::Exporters);
        emit page().details().trafficAsked("ExporterAddress = 10.0.0.2", true);
        QCOMPARE(m_window->page(), Page::Flows);
    }

    void theChipOpensThePage()
    {
        auto* chip = m_window->findChild<QPushButton*>(QStringLiteral("lostChip"));
        QVERIFY(chip);
        QTRY_VERIFY(chip->isVisible());
        QVERIFY(chip->text().contains(QStringLiteral("14")));
        m_window->showPage(Page::Explore);
        chip->click();
        QCOMPARE(m_window->page(), Page::Exporters);
        m_backend->openStore(someFlows());
        QTRY_VERIFY(!chip->isVisible());
        m_window->showPage(Page::Exporters);
        QTRY_VERIFY(page().heading().contains(QStringLiteral("Nothing is known")));
    }
};

QTEST_MAIN(TestExporters)
#include "test_exporters.moc"
