// SPDX-License-Identifier: GPL-3.0-or-later
// The Inspect page: list, tree and bytes of datagrams, templates with their history, narrowing and searching, cancelling, words
// where nothing is at hand.
#include <atomic>

#include <QSignalSpy>
#include <QTest>

#include "tests/support/messages.h"
#include "tests/ui/fakebackend.h"
#include "ui/inspect/inspectpage.h"

using namespace rivereto;
using namespace rivereto::support;
using namespace rivereto::ui;

namespace {

/// Datagrams as a capture gives them; can be slow.
class SomeDatagrams final : public core::DatagramSource {
public:
    struct One {
        core::Ip source;
        std::vector<uint8_t> payload;
    };
    std::vector<One> all;
    std::atomic<int> readings = 0;
    std::atomic<bool> slow = false;
    std::atomic<bool> gone = false; ///< the files were moved

    void add(const Octets& payload, std::string_view source = "192.0.2.1")
    {
        all.push_back({core::Ip::parse(source).value(),
            {std::span<const uint8_t>(payload).begin(), std::span<const uint8_t>(payload).end()}});
    }
    core::Result<core::DatagramsFound> find(const core::DatagramQuestion&, const core::Control&) override
    {
        return core::DatagramsFound {};
    }
    core::Result<void> readAll(const core::Control& control, const Take& take) override
    {
        ++readings;
        if (gone)
            return core::fail("no such file");
        uint64_t at = 1'700'000'000'000;
        for (const auto& one : all) {
            while (slow && !control.stop.stop_requested())
                QThread::msleep(1);
            if (!take({{one.source, 2055, 0, at++}, one.payload}, core::Ip::v4(0xc00002fe), 4739))
                break;
        }
        if (control.stop.stop_requested())
            return core::fail(core::kCancelled);
        return {};
    }
};

const Octets kTemplate = templateRecord(256, {{8, 4}, {12, 4}, {1, 4}, {2, 4}, {4711, 2}});

Octets record(uint32_t bytes)
{
    return Octets().ip("10.0.0.1").ip("10.0.0.2").u32(bytes).u32(3).u16(7);
}

/// Nine datagrams: a data set too early, its template, six with records, a v5, one with a set cut short of another exporter.
std::shared_ptr<SomeDatagrams> mixed()
{
    auto out = std::make_shared<SomeDatagrams>();
    out->add(ipfix(set(256, record(1))));
    out->add(ipfix(set(2, kTemplate)));
    for (uint32_t i = 0; i < 5; ++i)
        out->add(ipfix(set(256, Octets().add(record(1000 + i)).add(record(2000 + i)))));
    out->add(netflow5(record5(1)), "192.0.2.5");
    out->add(ipfix(Octets().add(set(2, templateRecord(300, {{56, 6}}))).u16(300).u16(200).u32(1), 9), "192.0.2.9");
    return out;
}

} // namespace

class TestInspect : public QObject {
    Q_OBJECT
private slots:
    void init();
    void cleanup();
    void listsDatagrams();
    void showsTreeAndBytes();
    void bytesChooseFields();
    void showsTheDatagramOfAFlow();
    void narrows();
    void searchesFields();
    void templates();
    void cancels();
    void fileThatIsGone();
    void wordsWithoutDatagrams();
    void anotherDatabase();
    void bounded();
    void modelIsSound();

private:
    void open(std::shared_ptr<SomeDatagrams> source);
    void choose(int row);
    FakeBackend* m_backend = nullptr;
    Explorer* m_explorer = nullptr;
    Theme* m_theme = nullptr;
    InspectPage* m_page = nullptr;
};

void TestInspect::init()
{
    m_backend = new FakeBackend;
    m_theme = new Theme(ThemeChoice::Light);
    m_explorer = new Explorer(*m_backend);
    m_page = new InspectPage(*m_backend, *m_explorer, *m_theme);
    m_page->resize(1300, 800);
}

void TestInspect::cleanup()
{
    delete m_page;
    delete m_explorer;
    delete m_theme;
    delete m_backend;
}

void TestInspect::open(std::shared_ptr<SomeDatagrams> source)
{
    m_backend->source = source;
    m_backend->openStore(someFlows());
    m_page->show();
    if (!source->slow)
        QTRY_VERIFY(!m_page->indexer().running());
}

void TestInspect::choose(int row)
{
    m_page->table().selectRow(row);
    const auto wanted = m_page->list().numberAt(row) == 7 ? 72U : 0U;
    QTRY_VERIFY(m_page->datagram().model().rowCount() > 0);
    if (wanted)
        QTRY_COMPARE(m_page->datagram().model().node({})->length, wanted);
    QTest::qWait(80);
}

void TestInspect::listsDatagrams()
{
    open(mixed());
    const auto& list = m_page->list();
    QCOMPARE(list.rowCount(), 9);
    const auto cell = [&](int row, DatagramList::Column column) { return list.index(row, column).data().toString(); };
    QCOMPARE(cell(0, DatagramList::Number), QString("1"));
    QCOMPARE(cell(2, DatagramList::Exporter), QString("192.0.2.1"));
    QCOMPARE(cell(2, DatagramList::Protocol), QString("IPFIX"));
    QCOMPARE(cell(2, DatagramList::Domain), QString("7"));
    QCOMPARE(cell(2, DatagramList::Sets), QString("1"));
    QCOMPARE(cell(2, DatagramList::Records), QString("2"));
    QCOMPARE(cell(0, DatagramList::Problems), QString("Data set 256: Its template has not come yet."));
    QCOMPARE(cell(1, DatagramList::Templates), QString("1"));
    QCOMPARE(cell(2, DatagramList::Problems), QString());
    QCOMPARE(cell(7, DatagramList::Protocol), QString("NetFlow v5"));
    QVERIFY(m_page->heading().contains("<b>9</b> datagrams"));
}

void TestInspect::showsTreeAndBytes()
{
    open(mixed());
    choose(3);
    auto& view = m_page->datagram();
    QTRY_VERIFY(view.asText().contains("1001"));
    QVERIFY2(view.asText().contains("8  sourceIPv4Address: 10.0.0.1"), qPrintable(view.asText()));
    QVERIFY(view.asText().contains("4711  element 4711: 0x0007"));
    QVERIFY(view.findNext("octetDeltaCount"));
    // Choosing a field marks its bytes, and softly its record's.
    const auto field = view.hex().field();
    QCOMPARE(field.end - field.begin, 4U);
    QCOMPARE(view.hex().record().end - view.hex().record().begin, 18U);
    QCOMPARE(field.begin, 16U + 4 + 8);
    QVERIFY(view.findNext("1"));
    QCOMPARE(view.hex().field().begin, 16U + 4 + 18 + 8);
    QVERIFY(!view.findNext("no such field"));
}

void TestInspect::bytesChooseFields()
{
    open(mixed());
    choose(3);
    auto& view = m_page->datagram();
    emit view.hex().byteChosen(16 + 4 + 8 + 2);
    QCOMPARE(view.model().node(view.tree().currentIndex())->name, std::string("octetDeltaCount"));
    QCOMPARE(view.hex().field(), (ByteRange {28, 32}));
}

void TestInspect::showsTheDatagramOfAFlow()
{
    auto source = mixed();
    m_backend->source = source;
    m_backend->openStore(someFlows());
    // Asked before anything was read.
    const auto& wanted = source->all[4];
    m_page->showDatagram(
        {.origin = {wanted.source, 2055, 0, 1'700'000'000'000 + 4}, .destination = {}, .payload = wanted.payload}, 1);
    m_page->show();
    QTRY_COMPARE(m_page->datagram().hex().field(), (ByteRange {16 + 4 + 18, 16 + 4 + 36}));
    QCOMPARE(m_page->list().numberAt(m_page->table().currentIndex().row()), 4U);
    // And when everything is there.
    QTRY_VERIFY(!m_page->indexer().running());
    const auto& other = source->all[6];
    m_page->showDatagram(
        {.origin = {other.source, 2055, 0, 1'700'000'000'000 + 6}, .destination = {}, .payload = other.payload}, 0);
    QTRY_COMPARE(m_page->datagram().hex().field(), (ByteRange {16 + 4, 16 + 4 + 18}));
    QCOMPARE(m_page->list().numberAt(m_page->table().currentIndex().row()), 6U);
}

void TestInspect::narrows()
{
    open(mixed());
    auto* problems = m_page->findChildren<QPushButton*>().at(3);
    for (auto* button : m_page->findChildren<QPushButton*>()) {
        if (button->text() == "Only problems")
            problems = button;
    }
    problems->setChecked(true);
    QCOMPARE(m_page->list().rowCount(), 2);
    problems->setChecked(false);
    for (auto* box : m_page->findChildren<QComboBox*>()) {
        if (box->accessibleName() == "Protocol") {
            QCOMPARE(box->count(), 3);
            box->setCurrentIndex(box->findText("NetFlow v5"));
            QCOMPARE(m_page->list().rowCount(), 1);
            box->setCurrentIndex(0);
        } else if (box->accessibleName() == "Exporter") {
            QCOMPARE(box->count(), 4);
            box->setCurrentIndex(box->findText("192.0.2.9"));
            QCOMPARE(m_page->list().rowCount(), 1);
            QVERIFY(m_page->heading().contains("of 9"));
            box->setCurrentIndex(0);
        }
    }
    QCOMPARE(m_page->list().rowCount(), 9);
}

void TestInspect::searchesFields()
{
    open(mixed());
    m_page->search().setText("octetDelta");
    QCOMPARE(m_page->list().rowCount(), 7); // the template, records with it, v5; not the set without its template
    m_page->search().setText("4711");
    QCOMPARE(m_page->list().rowCount(), 6);
    m_page->search().setText("56");
    QCOMPARE(m_page->list().rowCount(), 1);
    QCOMPARE(m_page->list().numberAt(0), 8U);
    m_page->search().setText("192.0.2.9");
    QCOMPARE(m_page->list().rowCount(), 1);
    m_page->search().setText("netflow v5");
    QCOMPARE(m_page->list().rowCount(), 1);
    m_page->search().setText("not come");
    QCOMPARE(m_page->list().rowCount(), 1);
    QCOMPARE(m_page->list().numberAt(0), 0U);
    m_page->search().setText("no such field");
    QCOMPARE(m_page->list().rowCount(), 0);
    m_page->search().clear();
    QCOMPARE(m_page->list().rowCount(), 9);
}

void TestInspect::templates()
{
    open(mixed());
    m_page->setTab(InspectPage::Tab::Templates);
    auto& templates = m_page->templates();
    QCOMPARE(templates.topLevelItemCount(), 2);
    QCOMPARE(templates.templatesShown(), 2);
    auto* first = templates.topLevelItem(0)->child(0);
    QCOMPARE(first->text(4), QString("10")); // records
    first->setExpanded(true);
    QCOMPARE(first->childCount(), 5 + 2); // fields, and what happened
    QVERIFY(first->child(5)->text(0).contains("datagram 1"));
    QSignalSpy asked(&templates, &TemplatesView::datagramAsked);
    emit templates.itemActivated(first->child(6), 0);
    QCOMPARE(asked.count(), 1);
    QCOMPARE(m_page->list().numberAt(m_page->table().currentIndex().row()), 1U);
    for (auto* button : m_page->findChildren<QPushButton*>()) {
        if (button->text() == "Only problems") {
            button->setChecked(true); // the first came after its data
            QCOMPARE(templates.templatesShown(), 1);
            button->setChecked(false);
        }
    }
    m_page->search().setText("sourceMac");
    QCOMPARE(templates.templatesShown(), 1);
    m_page->search().clear();
}

void TestInspect::cancels()
{
    auto source = mixed();
    source->slow = true;
    open(source);
    QTRY_COMPARE(source->readings.load(), 1);
    QVERIFY(m_page->indexer().running());
    for (auto* button : m_page->findChildren<QPushButton*>()) {
        if (button->text() == "Cancel")
            button->click();
    }
    QTRY_VERIFY(!m_page->indexer().running());
    QVERIFY(m_page->heading().contains("cancelled"));
    // Gone in the middle of it.
    m_page->hide();
}

void TestInspect::fileThatIsGone()
{
    auto source = mixed();
    for (int i = 0; i < 100; ++i)
        source->add(netflow5(record5(1)), "192.0.2.5");
    open(source);
    QTRY_VERIFY(m_page->datagram().model().rowCount() > 0);
    source->gone = true;
    m_page->table().selectRow(105); // not among those that are kept
    QTRY_VERIFY(m_page->datagram().words().contains("cannot be read again"));
    QCOMPARE(m_page->datagram().model().rowCount(), 0);
    source->gone = false;
    m_page->table().selectRow(3);
    QTRY_VERIFY(m_page->datagram().model().rowCount() > 0);
    QVERIFY(m_page->datagram().words().isEmpty());
}

void TestInspect::wordsWithoutDatagrams()
{
    QVERIFY(m_page->stateWords().contains("Open a capture"));
    m_backend->openStore(someFlows());
    QVERIFY(m_page->stateWords().contains("A database holds flows"));
    m_backend->setListening(true);
    QVERIFY(m_page->stateWords().contains("live"));
    m_backend->source = mixed();
    m_backend->openStore(someFlows());
    QVERIFY(m_page->stateWords().isEmpty());
}

void TestInspect::anotherDatabase()
{
    auto first = mixed();
    open(first);
    QCOMPARE(first->readings.load() >= 1, true);
    auto second = std::make_shared<SomeDatagrams>();
    second->add(netflow5(record5(1)), "192.0.2.77");
    open(second);
    QTRY_COMPARE(m_page->list().rowCount(), 1);
    QCOMPARE(m_page->list().exporters().size(), 1U);
    m_backend->source.reset();
    m_backend->openStore(someFlows());
    QCOMPARE(m_page->list().rowCount(), 0);
    QVERIFY(!m_page->stateWords().isEmpty());
}

void TestInspect::bounded()
{
    auto source = std::make_shared<SomeDatagrams>();
    for (int i = 0; i < 100; ++i)
        source->add(netflow5(record5(1)));
    source->add(ipfix(set(2, kTemplate)));
    DatagramIndexer indexer;
    DatagramList list;
    std::shared_ptr<const core::TemplateHistory> history;
    quint64 read = 0;
    connect(&indexer, &DatagramIndexer::found, this, [&](const std::shared_ptr<IndexPart>& part) { list.add(*part); });
    connect(&indexer, &DatagramIndexer::finished, this,
        [&](const std::shared_ptr<const core::TemplateHistory>& templates, quint64 datagrams, bool) {
            history = templates;
            read = datagrams;
        });
    indexer.start(source, 30);
    QTRY_VERIFY(!indexer.running());
    QCOMPARE(list.total(), 30U);
    QCOMPARE(read, 101U);
    QCOMPARE(history->entries().size(), 1U);
}

void TestInspect::modelIsSound()
{
    core::Dissector dissector;
    DissectModel model(*m_theme);
    const auto both = ipfix(Octets().add(set(2, kTemplate)).add(set(256, Octets().add(record(1)).add(record(2)))));
    model.setTree(std::make_shared<core::DissectNode>(dissector.dissect(datagram(both))));
    for (uint32_t at = 0; at < both.size(); ++at) {
        const auto index = model.indexAt(at);
        QVERIFY(index.isValid());
        QCOMPARE(model.node(index), core::nodeAt(*model.node({}), at));
    }
    const std::function<void(const QModelIndex&)> check = [&](const QModelIndex& parent) {
        for (int row = 0; row < model.rowCount(parent); ++row) {
            const auto index = model.index(row, 0, parent);
            QCOMPARE(index.parent(), parent);
            QCOMPARE(index.row(), row);
            check(index);
        }
    };
    check({});
}

QTEST_MAIN(TestInspect)
#include "test_inspect.moc"
