// SPDX-License-Identifier: GPL-3.0-or-later
// Pages of raw flows fit together: nothing twice, nothing missing, in order, however deep and whatever they are sorted by.
#include <random>

#include <QTemporaryDir>
#include <QTest>

#include "storage/sqlite/sqlitestore.h"

using namespace rivereto;
using core::ColumnId;

class TestFlowPages : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void pagesAreTheListing_data();
    void pagesAreTheListing();
    void countsAreRemembered();
    void pagesFollowWhatIsWritten();

private:
    QTemporaryDir m_folder;
    std::unique_ptr<storage::SqliteStore> m_store;
};

namespace {

constexpr uint64_t kStart = 1'700'000'000'000;
constexpr size_t kRows = 420'000;
/// In each batch the time is random over a span that overlaps the next one's, or all of them.
constexpr uint64_t kSpan = 30'000;

core::FlowBatch makeFlows(size_t rows, uint64_t from, uint64_t span, uint32_t firstNumber, uint32_t seed)
{
    std::mt19937 random(seed);
    core::FlowBatch out(core::Schema::builtin());
    out.addRows(rows);
    for (size_t row = 0; row < rows; ++row) {
        out.cells<uint64_t>(ColumnId::TimeReceived)[row] = from + random() % span;
        out.cells<uint32_t>(ColumnId::IPv6FlowLabel)[row] = firstNumber + static_cast<uint32_t>(row); // tells rows apart
        out.cells<uint64_t>(ColumnId::Bytes)[row] = random() % 4 == 0 ? random() % 90'000 : 1500;
        out.cells<uint8_t>(ColumnId::Proto)[row] = random() % 3 == 0 ? 17 : 6;
        out.cells<core::Ip>(ColumnId::SrcAddr)[row] = random() % 5 == 0 ? core::Ip{0x20010db8'00000000ULL, random()} : core::Ip::v4(random());
        out.setText(ColumnId::ExporterName, row, random() % 2 == 0 ? "" : "router " + std::to_string(random() % 30));
    }
    return out;
}

struct Listed {
    std::vector<uint32_t> numbers;
    std::vector<core::Ip> keys;
    uint64_t matched = 0;
};

/// Keys as they are compared: numbers and addresses; of texts their first eight bytes.
core::Ip keyOf(const core::FlowBatch& batch, ColumnId column, size_t row)
{
    const auto view = batch.view(column);
    if (view.storage == core::Storage::Ip)
        return view.at<core::Ip>(row);
    if (view.storage != core::Storage::Dict)
        return {0, view.number(row)};
    core::Ip key;
    const auto text = batch.dictionary().text(view.at<uint32_t>(row));
    for (size_t i = 0; i < 16; ++i)
        (i < 8 ? key.hi : key.lo) = (i < 8 ? key.hi : key.lo) << 8 | (i < text.size() ? static_cast<uint8_t>(text[i]) : 0U);
    return key;
}

Listed list(storage::SqliteStore& store, const core::FlowsRequest& request)
{
    Listed out;
    const auto done = store.flows(request, {}, [&](core::FlowBatch&& batch) {
        for (size_t row = 0; row < batch.rows(); ++row) {
            out.numbers.push_back(batch.view(ColumnId::IPv6FlowLabel).at<uint32_t>(row));
            out.keys.push_back(keyOf(batch, request.sort, row));
        }
        return true;
    });
    if (!done)
        qFatal("%s", done.error().message().c_str());
    out.matched = done->matched;
    return out;
}

} // namespace

void TestFlowPages::initTestCase()
{
    auto store = storage::SqliteStore::open(m_folder.filePath(QStringLiteral("pages.rivereto")).toStdString(), core::Schema::builtin(), {.write = true, .threads = 2});
    QVERIFY(store);
    m_store = std::move(*store);
    // Neighbours overlap; the last batch overlaps all.
    constexpr size_t kBatch = 60'000;
    for (uint32_t i = 0; i < kRows / kBatch; ++i) {
        const bool wide = i + 1 == kRows / kBatch;
        QVERIFY(m_store->append(makeFlows(kBatch, wide ? kStart : kStart + i * (kSpan / 2), wide ? 6 * kSpan : kSpan, i * kBatch, i + 1)));
    }
    QVERIFY(m_store->flush());
}

void TestFlowPages::pagesAreTheListing_data()
{
    QTest::addColumn<QString>("sort");
    QTest::addColumn<QString>("filter");
    QTest::addColumn<bool>("cut");
    QTest::addColumn<int>("page");
    for (const bool cut : {false, true}) {
        for (const auto* sort : {"TimeReceived", "Bytes", "SrcAddr", "ExporterName", "Proto"})
            QTest::addRow("%s, all, %s", sort, cut ? "cut" : "whole") << sort << "" << cut << 60'007;
        QTest::addRow("time, filtered, %s", cut ? "cut" : "whole") << "TimeReceived" << "Proto = 17 AND Bytes > 1000" << cut << 5'003;
        QTest::addRow("bytes, filtered, %s", cut ? "cut" : "whole") << "Bytes" << "Proto = 6" << cut << 40'009;
    }
    QTest::addRow("nothing") << "TimeReceived" << "Proto = 1" << false << 512;
    QTest::addRow("small pages") << "TimeReceived" << "ExporterName = \"router 7\"" << false << 97;
}

void TestFlowPages::pagesAreTheListing()
{
    QFETCH(QString, sort);
    QFETCH(QString, filter);
    QFETCH(bool, cut);
    QFETCH(int, page);
    const auto schema = m_store->schema();
    core::FlowsRequest request;
    request.range = cut ? core::TimeRange{kStart + 20'011, kStart + 100'003} : core::TimeRange{0, UINT64_MAX};
    request.filter = core::bindFilter(filter.toStdString(), {.schema = *schema}).value();
    request.sort = schema->find(sort.toStdString());
    request.columns = {ColumnId::IPv6FlowLabel, request.sort};
    std::vector<uint32_t> ascending;
    for (const bool descending : {false, true}) {
        request.descending = descending;
        request.offset = request.count = 0;
        const auto whole = list(*m_store, request);
        QCOMPARE(whole.numbers.size(), whole.matched);
        QVERIFY(descending ? std::ranges::is_sorted(whole.keys, std::greater<>()) : std::ranges::is_sorted(whole.keys));
        auto distinct = whole.numbers;
        std::ranges::sort(distinct);
        QVERIFY(std::ranges::adjacent_find(distinct) == distinct.end());
        Listed pages;
        request.count = static_cast<uint64_t>(page);
        for (; request.offset < whole.matched; request.offset += request.count) {
            const auto one = list(*m_store, request);
            QCOMPARE(one.matched, whole.matched);
            pages.numbers.insert(pages.numbers.end(), one.numbers.begin(), one.numbers.end());
        }
        QVERIFY(pages.numbers == whole.numbers);
        QVERIFY(list(*m_store, request).numbers.empty());
        if (!descending)
            ascending = whole.numbers;
        else
            std::ranges::reverse(ascending);
        if (descending)
            QVERIFY(ascending == whole.numbers);
    }
}

void TestFlowPages::countsAreRemembered()
{
    const auto schema = m_store->schema();
    core::FlowsRequest request{.range = {kStart, kStart + 55'000}, .filter = core::bindFilter("Bytes = 1500", {.schema = *schema}).value(), .count = 10};
    const auto first = list(*m_store, request);
    const auto again = list(*m_store, request);
    QCOMPARE(first.matched, again.matched);
    QVERIFY(first.numbers == again.numbers);
    // Another range of the same filter, and another filter of the same text.
    request.range.to = kStart + 54'999;
    const auto less = list(*m_store, request);
    QVERIFY(less.matched < first.matched);
    request.filter = core::bindFilter("Bytes = 1500", {.schema = *schema}).value();
    QCOMPARE(list(*m_store, request).matched, less.matched);
    request.filter = core::bindFilter("Bytes != 1500", {.schema = *schema}).value();
    QVERIFY(list(*m_store, request).matched < less.matched);
}

void TestFlowPages::pagesFollowWhatIsWritten()
{
    core::FlowsRequest request{.range = {0, UINT64_MAX}, .count = 100};
    const auto before = list(*m_store, request);
    QVERIFY(m_store->append(makeFlows(70, kStart + 100 * kSpan, 10, 1'000'000, 99)));
    QVERIFY(m_store->flush());
    const auto after = list(*m_store, request);
    QCOMPARE(after.matched, before.matched + 70);
    QVERIFY(std::ranges::all_of(std::span(after.numbers).first(70), [](uint32_t number) { return number >= 1'000'000; }));
    QVERIFY(std::ranges::equal(std::span(after.numbers).subspan(70), std::span(before.numbers).first(30)));
}

QTEST_GUILESS_MAIN(TestFlowPages)
#include "test_flowpages.moc"
