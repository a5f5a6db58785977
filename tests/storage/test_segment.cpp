// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include <set>

#include "storage/segment/bitpack.h"
#include "storage/segment/codes.h"
#include "storage/segment/gaps.h"
#include "storage/segment/numbers.h"
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
    void gapsRoundTrip_data();
    void gapsRoundTrip();
    void plansRoundTrip_data();
    void plansRoundTrip();
    void codesAreSorted_data();
    void codesAreSorted();
    void everyColumnRoundTrips();
    void shapesRoundTrip_data();
    void shapesRoundTrip();
    void olderFormsAreRead();
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

/// Every stored column of the batch comes back from its blobs as it was.
void compareDecoded(const core::FlowBatch& batch, size_t first, size_t rows)
{
    core::Dictionary texts;
    const auto segment = storage::encodeSegment(batch, first, rows, [&](auto text) { return sameText(texts, text); });
    QCOMPARE(segment.rows, rows);
    const auto decoded = decodeAll(segment, batch.schema());
    for (const auto& column : batch.schema().columns()) {
        if (!column.stored())
            continue;
        const auto expected = batch.view(column.id);
        const auto it = decoded.find(column.id);
        QVERIFY2(it == decoded.end() || it->second, column.name.data());
        const auto encoded = std::ranges::find(segment.columns, column.id, &EncodedColumn::id);
        core::withCellType(column.storage(), [&](auto cell) {
            using T = decltype(cell);
            for (size_t row = 0; row < rows; ++row) {
                const T value = it == decoded.end() ? T{} : it->second->view().at<T>(row);
                const T& want = expected.at<T>(first + row);
                bool same = value == want;
                if constexpr (std::is_same_v<T, uint32_t>) {
                    if (column.storage() == core::Storage::Dict)
                        same = texts.text(value) == batch.dictionary().text(want);
                }
                if constexpr (std::is_integral_v<T>) {
                    if (same && it != decoded.end() && column.storage() != core::Storage::Dict)
                        same = value >= encoded->min.lo && value <= encoded->max.lo;
                } else if constexpr (std::is_same_v<T, core::Ip>) {
                    if (same && it != decoded.end())
                        same = value >= encoded->min && value <= encoded->max;
                }
                if (!same)
                    QFAIL(qPrintable(QStringLiteral("%1 row %2").arg(column.name.data()).arg(row)));
            }
        });
        if (QTest::currentTestFailed())
            return;
    }
}

template <class T>
void compareNumbers(const std::vector<T>& numbers)
{
    storage::ByteWriter out;
    storage::packNumbers(out, std::span<const T>(numbers));
    QCOMPARE(out.size(), storage::packedSize(std::span<const T>(numbers)));
    for (const bool room : {false, true}) {
        auto bytes = out.take();
        out.putBytes(bytes);
        bytes += std::string(room ? 64 : 0, '\xff');
        storage::ByteReader in(bytes);
        std::vector<T> back(numbers.size(), 77);
        QVERIFY(storage::unpackNumbers(in, std::span(back)));
        QVERIFY(back == numbers);
        QCOMPARE(in.rest().size(), room ? 64U : 0U);
        for (size_t length = 0; length < std::min<size_t>(out.size(), 40); ++length) {
            storage::ByteReader cut(std::string_view(bytes).substr(0, length));
            QVERIFY(!storage::unpackNumbers(cut, std::span(back)) || numbers.empty());
        }
    }
}

std::vector<uint64_t> randomNumbers(uint64_t max, size_t count, uint64_t seed)
{
    std::mt19937_64 random(seed);
    std::vector<uint64_t> numbers(count);
    for (auto& number : numbers)
        number = max == ~0ULL ? random() : random() % (max + 1);
    return numbers;
}

template <class T>
std::vector<T> narrowed(const std::vector<uint64_t>& numbers)
{
    std::vector<T> out;
    for (const auto number : numbers)
        out.push_back(static_cast<T>(number));
    return out;
}

} // namespace

void TestSegment::numbersRoundTrip_data()
{
    QTest::addColumn<int>("width");
    QTest::addColumn<int>("count");
    for (int width = 0; width <= 64; ++width) {
        for (const int count : {1, 3, 7, 255, 256, 257, 1000})
            QTest::addRow("%d %d", width, count) << width << count;
    }
}

void TestSegment::numbersRoundTrip()
{
    QFETCH(int, width);
    QFETCH(int, count);
    const uint64_t max = width == 64 ? ~0ULL : (1ULL << width) - 1;
    auto numbers = randomNumbers(max, static_cast<size_t>(count), 42);
    numbers.back() = max;
    compareNumbers(numbers);
    compareNumbers(narrowed<uint8_t>(numbers));
    compareNumbers(narrowed<uint16_t>(numbers));
    compareNumbers(narrowed<uint32_t>(numbers));
    for (auto& number : numbers)
        number += ~0ULL - max; // the same widths, high up
    compareNumbers(numbers);

    storage::ByteWriter out;
    storage::packDeltas(out, numbers);
    QCOMPARE(out.size(), storage::packedDeltaSize(numbers));
    const auto bytes = out.take();
    storage::ByteReader in(bytes);
    std::vector<uint64_t> back(numbers.size());
    QVERIFY(storage::unpackDeltas(in, std::span(back)));
    QCOMPARE(back, numbers);
    QVERIFY(in.rest().empty());
}

void TestSegment::gapsRoundTrip_data() { numbersRoundTrip_data(); }

void TestSegment::gapsRoundTrip()
{
    QFETCH(int, width);
    QFETCH(int, count);
    const uint64_t max = width == 64 ? ~0ULL : (1ULL << width) - 1;
    auto numbers = randomNumbers(max, static_cast<size_t>(count), 43);
    // Most values lie in few places.
    for (size_t i = 0; i < numbers.size(); ++i)
        numbers[i] = i % 3 == 0 ? numbers[i] : (max / 5 * (i % 5) | numbers[i] % 1000) & max;
    std::ranges::sort(numbers);
    storage::ByteWriter out;
    storage::putGaps(out, numbers);
    const auto size = out.size();
    out.putBytes("behind");
    const auto bytes = out.take();
    storage::ByteReader in(bytes);
    std::vector<uint64_t> back(numbers.size());
    QVERIFY(storage::getGaps(in, std::span(back)));
    QCOMPARE(back, numbers);
    QCOMPARE(in.rest(), std::string_view("behind"));
    for (size_t length = 0; length < size; length += 1 + length / 8) {
        storage::ByteReader cut(std::string_view(bytes).substr(0, length));
        QVERIFY(!storage::getGaps(cut, std::span(back)));
    }
}

void TestSegment::plansRoundTrip_data()
{
    QTest::addColumn<int>("shape");
    QTest::addColumn<int>("count");
    QTest::addColumn<int>("width");
    for (int shape = 0; shape < 4; ++shape) {
        for (const int count : {1, 511, 512, 4096, 4097, 65536}) {
            for (const int width : {1, 7, 9, 15, 17, 24, 31, 33, 40, 41, 63})
                QTest::addRow("%d %d %d", shape, count, width) << shape << count << width;
        }
    }
}

/// Whatever a plan chooses is what decodeColumn() reads.
void TestSegment::plansRoundTrip()
{
    QFETCH(int, shape);
    QFETCH(int, count);
    QFETCH(int, width);
    auto numbers = randomNumbers((1ULL << width) - 1, static_cast<size_t>(count), 44);
    for (size_t i = 0; i < numbers.size(); ++i) {
        if (shape == 1) // skewed
            numbers[i] = i % 16 == 0 ? numbers[i] : numbers[i] % 5;
        else if (shape == 2) // runs
            numbers[i] = numbers[i / 50 * 50];
        else if (shape == 3) // rising
            numbers[i] = numbers[0] + i * 3 + numbers[i] % 2;
    }
    const auto compare = [&](const std::string& blob, const auto& want, core::Storage storage) {
        using T = typename std::decay_t<decltype(want)>::value_type;
        const auto decoded = storage::decodeColumn(blob, storage, static_cast<uint32_t>(want.size()), nullptr);
        QVERIFY(decoded);
        QVERIFY(std::ranges::equal(std::span(decoded->view().as<T>(), want.size()), want));
    };
    const auto u8 = narrowed<uint8_t>(numbers);
    const auto u16 = narrowed<uint16_t>(numbers);
    const auto u32 = narrowed<uint32_t>(numbers);
    compare(storage::numbersBlob(storage::planNumbers(std::span(u8))), u8, core::Storage::U8);
    compare(storage::numbersBlob(storage::planNumbers(std::span(u16))), u16, core::Storage::U16);
    compare(storage::numbersBlob(storage::planNumbers(std::span(u32))), u32, core::Storage::U32);
    const std::span<const uint64_t> u64(numbers);
    compare(storage::numbersBlob(storage::planNumbers(u64)), numbers, core::Storage::U64);
    compare(storage::numbersBlob(storage::planTimes(u64)), numbers, core::Storage::U64);
}

void TestSegment::codesAreSorted_data()
{
    QTest::addColumn<int>("count");
    QTest::addColumn<int>("distinct");
    for (const int count : {1, 2, 100, 4096, 5000, 65536}) {
        for (const int distinct : {1, 2, 300, 3000, 9000, 40000, 70000})
            QTest::addRow("%d of %d", count, distinct) << count << distinct;
    }
}

void TestSegment::codesAreSorted()
{
    QFETCH(int, count);
    QFETCH(int, distinct);
    std::mt19937_64 random(45);
    const auto check = [&]<class T>(const std::vector<T>& cells, const auto& valuesOf) {
        const auto codes = storage::makeCodes(std::span<const T>(cells), core::kSegmentRows);
        const auto& values = valuesOf(codes);
        if (!codes.made()) {
            QVERIFY(std::set<T>(cells.begin(), cells.end()).size() > cells.size() / 4);
            return;
        }
        QCOMPARE(values.size(), std::set<T>(cells.begin(), cells.end()).size());
        QCOMPARE(codes.distinct(), values.size());
        QVERIFY(std::ranges::adjacent_find(values, std::greater_equal()) == values.end());
        for (size_t row = 0; row < cells.size(); ++row)
            QVERIFY(values[codes.codes[row]] == cells[row]);
        QVERIFY(!storage::makeCodes(std::span<const T>(cells), values.size() - 1).made());
    };
    const auto numbers = [](const storage::Codes& codes) -> const auto& { return codes.numbers; };
    const auto addresses = [](const storage::Codes& codes) -> const auto& { return codes.addresses; };
    std::vector<uint64_t> pool(static_cast<size_t>(distinct));
    for (const unsigned width : {8U, 16U, 20U, 32U, 48U, 64U}) {
        for (auto& value : pool)
            value = random() >> (64 - width);
        std::vector<uint64_t> cells(static_cast<size_t>(count));
        for (auto& cell : cells)
            cell = pool[random() % pool.size()];
        check(cells, numbers);
        if (width <= 8)
            check(narrowed<uint8_t>(cells), numbers);
        if (width <= 16)
            check(narrowed<uint16_t>(cells), numbers);
        if (width <= 32)
            check(narrowed<uint32_t>(cells), numbers);
        // IPv4, IPv6 in few networks, and some of everything.
        for (const int mix : {0, 1, 2}) {
            std::vector<core::Ip> ips;
            for (const auto cell : cells) {
                const auto kind = mix == 2 ? core::mix64(cell) % 4 : static_cast<uint64_t>(mix);
                ips.push_back(kind == 0 ? core::Ip::v4(static_cast<uint32_t>(cell))
                              : kind == 1 ? core::Ip{0x2001'0db8'0000'0000ULL | cell % 7, core::mix64(cell)}
                              : kind == 2 ? core::Ip{0, cell}
                                          : core::Ip{core::mix64(cell), cell});
            }
            check(ips, addresses);
        }
    }
}

void TestSegment::everyColumnRoundTrips()
{
    for (const size_t rows : {size_t{1}, size_t{100}, size_t{20000}, size_t{65536}}) {
        const auto batch = support::randomFlows(core::Schema::builtin(), rows, 1'700'000'000'000, static_cast<uint32_t>(rows));
        compareDecoded(batch, 0, rows);
        if (rows > 3)
            compareDecoded(batch, rows / 3, rows / 2);
    }
}

void TestSegment::shapesRoundTrip_data()
{
    QTest::addColumn<int>("rows");
    QTest::addColumn<int>("seed");
    for (const int rows : {1, 2, 257, 5000, 65536}) {
        for (int seed = 0; seed < 4; ++seed)
            QTest::addRow("%d rows, seed %d", rows, seed) << rows << seed;
    }
}

/// Every column in a shape drawn at random: constant, few values, runs, rising, noise, a function of another.
void TestSegment::shapesRoundTrip()
{
    QFETCH(int, rows);
    QFETCH(int, seed);
    const auto count = static_cast<size_t>(rows);
    std::mt19937_64 random(static_cast<uint64_t>(seed * 100'000 + rows));
    core::FlowBatch batch(core::Schema::builtin());
    batch.addRows(count);
    for (const auto& column : batch.schema().columns()) {
        if (!column.stored() || random() % 8 == 0)
            continue;
        const auto shape = random() % 6;
        const auto bits = 1 + random() % 64;
        const auto key = random();
        core::withCellType(column.storage(), [&](auto cell) {
            using T = decltype(cell);
            auto* cells = batch.cells<T>(column.id);
            const auto* parent = batch.has(ColumnId::SrcAddr) ? batch.view(ColumnId::SrcAddr).as<core::Ip>() : nullptr;
            for (size_t row = 0; row < count; ++row) {
                uint64_t n = random();
                if (shape == 0)
                    n = key;
                else if (shape == 1)
                    n = core::mix64(key + n % 50);
                else if (shape == 2)
                    n = core::mix64(key + row / 40);
                else if (shape == 3)
                    n = key + row * 20 + n % 4;
                else if (shape == 4 && parent && column.id != ColumnId::SrcAddr)
                    n = core::mix64(std::hash<core::Ip>()(parent[row]) % 3000);
                n &= ~0ULL >> (64 - bits);
                if constexpr (std::is_same_v<T, core::Ip>)
                    cells[row] = n % 3 == 0 ? core::Ip{n, core::mix64(n)} : core::Ip::v4(static_cast<uint32_t>(n));
                else if constexpr (std::is_integral_v<T>)
                    cells[row] = static_cast<T>(n);
            }
            if constexpr (std::is_same_v<T, uint32_t>) {
                for (size_t row = 0; column.storage() == core::Storage::Dict && row < count; ++row)
                    cells[row] = batch.dictionary().intern(std::to_string(cells[row] % 500));
            }
        });
    }
    compareDecoded(batch, 0, count);
}

/// What earlier versions wrote and this one does not: rising values as packed steps and as varints, equal numbers as no planes.
void TestSegment::olderFormsAreRead()
{
    const std::vector<uint64_t> values{5, 9, 9'000'000'000};
    const auto blob = [&](storage::Packing packing) {
        storage::ByteWriter cells;
        cells.put(storage::Encoding::Wide);
        cells.put(packing);
        if (packing == storage::kAscending) {
            cells.putVarint(values[0]);
            storage::packNumbers(cells, std::span<const uint64_t>(std::vector<uint64_t>{0, 4, 8'999'999'991}));
        } else {
            for (const uint64_t step : {5ULL, 4ULL, 8'999'999'991ULL})
                cells.putVarint(step);
        }
        storage::ByteWriter out;
        out.put(storage::Encoding::Dictionary);
        out.putVarint(values.size());
        out.putVarint(cells.size());
        out.putBytes(cells.take());
        out.put(storage::Encoding::Packed);
        storage::packNumbers(out, std::span<const uint16_t>(std::vector<uint16_t>{2, 0, 1, 1}));
        return out.take();
    };
    for (const auto packing : {storage::kAscending, storage::kSteps}) {
        const auto decoded = storage::decodeColumn(blob(packing), core::Storage::U64, 4, nullptr);
        QVERIFY(decoded);
        for (const auto& [row, value] : {std::pair(0, values[2]), std::pair(1, values[0]), std::pair(3, values[1])})
            QCOMPARE(decoded->view().at<uint64_t>(static_cast<size_t>(row)), value);
    }
    storage::ByteWriter planes;
    planes.put(storage::Encoding::Planes);
    planes.putVarint(77);
    planes.put(uint8_t{0});
    const auto decoded = storage::decodeColumn(planes.take(), core::Storage::U16, 4, nullptr);
    QVERIFY(decoded);
    QCOMPARE(decoded->view().at<uint16_t>(3), uint16_t{77});
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
