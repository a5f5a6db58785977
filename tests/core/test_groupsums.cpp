// SPDX-License-Identifier: GPL-3.0-or-later
// Sums by key in parts against a map: few keys and many, several threads' worth of them, and budgets that are too small.
#include <QtTest>

#include <map>
#include <random>

#include "core/query/groupsums.h"

using namespace rivereto::core;

class GroupSumsTest : public QObject {
    Q_OBJECT
private slots:
    void sums_data();
    void sums();
    void smallBudgets_data();
    void smallBudgets();
};

namespace {

using Key = std::vector<uint8_t>;

/// Adds `rows` random keys below `keys` in blocks, and to `expected`.
void fill(GroupSums& sums, size_t width, size_t rows, uint64_t keys, std::mt19937_64& random, std::map<Key, uint64_t>* expected)
{
    constexpr size_t kBlock = 100;
    const size_t stride = entryWords(width);
    for (size_t first = 0; first < rows; first += kBlock) {
        const size_t count = std::min(kBlock, rows - first);
        std::vector<uint64_t> block(count * stride, 0);
        for (size_t i = 0; i < count; ++i) {
            Key key(width, 0);
            const uint64_t number = random() % keys;
            std::memcpy(key.data(), &number, std::min(width, sizeof number));
            const uint64_t value = random() % 1000;
            std::memcpy(block.data() + i * stride, key.data(), width);
            block[(i + 1) * stride - 1] = value;
            if (expected)
                (*expected)[key] += value;
        }
        sums.add(block.data(), count);
    }
}

std::map<Key, uint64_t> joined(std::vector<GroupSums*> sums, size_t width)
{
    const bool split = std::ranges::any_of(sums, &GroupSums::isSplit);
    for (auto* one : sums) {
        if (split)
            one->split();
    }
    std::map<Key, uint64_t> out;
    for (size_t part = 0; part < (split ? GroupSums::kParts : 1); ++part) {
        GroupSums::join(sums, part, [&](const uint64_t* entry) {
            const auto* key = reinterpret_cast<const uint8_t*>(entry);
            const auto [it, fresh] = out.emplace(Key(key, key + width), entry[entryWords(width) - 1]);
            QVERIFY(fresh);
        });
    }
    return out;
}

} // namespace

void GroupSumsTest::sums_data()
{
    QTest::addColumn<int>("width");
    QTest::addColumn<int>("rows");
    QTest::addColumn<int>("keys");
    for (const int width : {1, 4, 8, 12, 16, 36, 60})
        for (const auto& [rows, keys] : {std::pair{0, 1}, {1, 1}, {255, 1000}, {256, 100000}, {257, 1}, {50000, 200}, {50000, 1 << 30}, {100000, 70000}})
            QTest::newRow(qPrintable(QStringLiteral("%1 bytes, %2 rows, %3 keys").arg(width).arg(rows).arg(keys))) << width << rows << keys;
}

void GroupSumsTest::sums()
{
    QFETCH(int, width);
    QFETCH(int, rows);
    QFETCH(int, keys);
    std::mt19937_64 random(1);
    PlainBudget budget(10'000'000);
    std::map<Key, uint64_t> expected;
    GroupSums a(static_cast<size_t>(width), budget);
    GroupSums b(static_cast<size_t>(width), budget);
    fill(a, static_cast<size_t>(width), static_cast<size_t>(rows), static_cast<uint64_t>(keys), random, &expected);
    fill(b, static_cast<size_t>(width), static_cast<size_t>(rows) / 10, static_cast<uint64_t>(keys), random, &expected);
    QVERIFY(!a.overflow() && !b.overflow());
    QCOMPARE(joined({&a, &b}, static_cast<size_t>(width)), expected);
}

void GroupSumsTest::smallBudgets_data()
{
    QTest::addColumn<int>("budget");
    QTest::addColumn<int>("keys");
    for (const int budget : {0, 300, 10'000, 33'000, 70'000, 131'072})
        for (const int keys : {10, 3000, 40'000, 1 << 30})
            QTest::newRow(qPrintable(QStringLiteral("%1 entries, %2 keys").arg(budget).arg(keys))) << budget << keys;
}

/// Either everything is there, or it says that it is not; memory stays near the budget.
void GroupSumsTest::smallBudgets()
{
    QFETCH(int, budget);
    QFETCH(int, keys);
    std::mt19937_64 random(2);
    PlainBudget bound(static_cast<size_t>(budget));
    std::map<Key, uint64_t> expected;
    GroupSums a(8, bound);
    GroupSums b(8, bound);
    for (int i = 0; i < 8; ++i) {
        fill(a, 8, 10'000, static_cast<uint64_t>(keys), random, &expected);
        fill(b, 8, 10'000, static_cast<uint64_t>(keys), random, &expected);
    }
    if (!a.overflow() && !b.overflow())
        QCOMPARE(joined({&a, &b}, 8), expected);
    else
        QVERIFY(expected.size() > static_cast<size_t>(budget) / 8);
}

QTEST_APPLESS_MAIN(GroupSumsTest)
#include "test_groupsums.moc"
