// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "storage/segment/bitpack.h"
#include "storage/segment/segment.h"
#include "tests/support/randomflows.h"

using namespace rivereto;
using core::ColumnId;
using storage::EncodedColumn;

class TestSegment : public QObject {
    Q_OBJECT
private slots:
    void numbersRoundTrip_data();
    void numbersRoundTrip();
    void everyColumnRoundTrips();
    void dependentColumnsCostNothing();
    void damagedBlobsAreRefused();
};

namespace {

std::map<ColumnId, std::shared_ptr<const storage::DecodedColumn>> decodeAll(const storage::EncodedSegment& segment, const core::Schema& schema)
{
    std::map<ColumnId, std::shared_ptr<const storage::DecodedColumn>> out;
    const std::function<const storage::DecodedColumn*(ColumnId)> decode = [&](ColumnId id) -> const storage::DecodedColumn* {
        const auto it = std::ranges::find(segment.columns, id, &EncodedColumn::id);
        if (it == segment.columns.end())
            return nullptr;
        auto& column = out[id];
        if (!column)
            column = storage::decodeColumn(it->data, schema[id].storage(), segment.rows, it->parent == ColumnId::kNone ? nullptr : decode(it->parent));
        return column.get();
    };
    for (const auto& column : segment.columns)
        decode(column.id);
    return out;
}

uint32_t sameText(core::Dictionary& texts, std::string_view text) { return texts.intern(text); }

} // namespace

void TestSegment::numbersRoundTrip_data()
{
    QTest::addColumn<quint64>("max");
    QTest::addColumn<int>("count");
    for (const quint64 max : {0ULL, 1ULL, 255ULL, 1ULL << 20, 1ULL << 40, (1ULL << 57) - 1, 1ULL << 60, ~0ULL}) {
        for (const int count : {1, 7, 255, 256, 257, 5000})
            QTest::addRow("%llu %d", static_cast<unsigned long long>(max), count) << max << count;
    }
}

void TestSegment::numbersRoundTrip()
{
    QFETCH(quint64, max);
    QFETCH(int, count);
    std::mt19937_64 random(42);
    std::vector<uint64_t> numbers(static_cast<size_t>(count));
    for (auto& number : numbers)
        number = max == ~0ULL ? random() : random() % (max + 1);
    storage::ByteWriter out;
    storage::packNumbers(out, numbers);
    const auto packed = out.size();
    storage::packDeltas(out, numbers);
    const auto total = out.size();
    QCOMPARE(packed, storage::packedSize(numbers));
    QCOMPARE(total - packed, storage::packedDeltaSize(numbers));
    const auto bytes = out.take();
    storage::ByteReader in(bytes);
    std::vector<uint64_t> back(numbers.size());
    QVERIFY(storage::unpackNumbers(in, back));
    QCOMPARE(back, numbers);
    std::ranges::fill(back, 0);
    QVERIFY(storage::unpackDeltas(in, back));
    QCOMPARE(back, numbers);
    QVERIFY(in.rest().empty());
}

void TestSegment::everyColumnRoundTrips()
{
    for (const size_t rows : {size_t{1}, size_t{100}, size_t{20000}}) {
        const auto batch = support::randomFlows(core::Schema::builtin(), rows, 1'700'000'000'000, static_cast<uint32_t>(rows));
        core::Dictionary texts;
        const auto segment = storage::encodeSegment(batch, 0, rows, [&](auto text) { return sameText(texts, text); });
        const auto decoded = decodeAll(segment, batch.schema());
        for (const auto& column : batch.schema().columns()) {
            if (!column.stored())
                continue;
            const auto expected = batch.view(column.id);
            const auto it = decoded.find(column.id);
            for (size_t row = 0; row < rows; ++row) {
                core::withCellType(column.storage(), [&](auto cell) {
                    using T = decltype(cell);
                    const T value = it == decoded.end() ? T{} : it->second->view().at<T>(row);
                    bool same = value == expected.at<T>(row);
                    if constexpr (std::is_same_v<T, uint32_t>) {
                        if (column.storage() == core::Storage::Dict)
                            same = texts.text(value) == batch.dictionary().text(expected.at<T>(row));
                    }
                    QVERIFY2(same, qPrintable(QString::fromUtf8(column.name.data()) + QStringLiteral(" row %1").arg(row)));
                });
            }
        }
    }
}

void TestSegment::dependentColumnsCostNothing()
{
    const auto batch = support::randomFlows(core::Schema::builtin(), 30000, 1'700'000'000'000, 3);
    core::Dictionary texts;
    const auto segment = storage::encodeSegment(batch, 0, 30000, [&](auto text) { return sameText(texts, text); });
    for (const auto id : {ColumnId::SrcAS, ColumnId::SrcNetName}) {
        const auto it = std::ranges::find(segment.columns, id, &EncodedColumn::id);
        QVERIFY(it != segment.columns.end());
        QCOMPARE(it->parent, ColumnId::SrcAddr);
        QVERIFY(it->data.size() < 1000);
    }
}

void TestSegment::damagedBlobsAreRefused()
{
    const auto batch = support::randomFlows(core::Schema::builtin(), 3000, 1'700'000'000'000, 9);
    core::Dictionary texts;
    const auto segment = storage::encodeSegment(batch, 0, 3000, [&](auto text) { return sameText(texts, text); });
    const auto decoded = decodeAll(segment, batch.schema());
    std::mt19937 random(1);
    for (const auto& column : segment.columns) {
        const auto storage = batch.schema()[column.id].storage();
        const auto* parent = column.parent == ColumnId::kNone ? nullptr : decoded.at(column.parent).get();
        for (size_t length = 0; length < std::min<size_t>(column.data.size(), 60); ++length)
            (void)storage::decodeColumn(std::string_view(column.data).substr(0, length), storage, segment.rows, parent);
        QVERIFY(!storage::decodeColumn({}, storage, segment.rows, parent));
        for (int round = 0; round < 200; ++round) {
            auto bytes = column.data;
            bytes[random() % bytes.size()] = static_cast<char>(random());
            // Nothing to compare: the sanitizers see whether anything outside the bytes is touched, and codes must stay in range.
            const auto out = storage::decodeColumn(bytes, storage, segment.rows, parent);
            if (out && out->kind == core::ColumnView::Kind::Coded)
                QVERIFY(std::ranges::all_of(out->codes, [&](uint16_t code) { return code < out->distinct; }));
            QVERIFY(storage::checksum(bytes) != storage::checksum(column.data) || bytes == column.data);
        }
    }
}

QTEST_APPLESS_MAIN(TestSegment)
#include "test_segment.moc"
