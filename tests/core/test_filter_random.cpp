// SPDX-License-Identifier: GPL-3.0-or-later
// Random filters: print and parse are inverse, reversal twice is nothing, plain and coded columns give the same rows, and the
// zone verdict never contradicts them.
#include <QtTest>

#include <random>

#include "core/filter/filter.h"
#include "core/filter/lexer.h"
#include "core/filter/literal.h"
#include "core/query/segment.h"
#include "core/text/value.h"

using namespace rivereto::core;

namespace {

constexpr uint64_t kNow = 1795471800000;

class Random {
public:
    explicit Random(unsigned seed)
        : m_engine(seed)
    {
    }
    uint64_t below(uint64_t n) { return m_engine() % n; }
    bool oneIn(uint64_t n) { return below(n) == 0; }
    template <class C> const auto& pick(const C& from) { return from[below(from.size())]; }

private:
    std::mt19937_64 m_engine;
};

/// Small domains, so that equality is common.
uint64_t randomNumber(Random& random, const Column& column)
{
    if (column.name.ends_with("NetMask"))
        return random.below(33); // a longer one is no IPv4 mask
    switch (typeInfo(column.type).literal) {
    case Literal::EType:
        return random.oneIn(2) ? 0x0800 : 0x86dd;
    case Literal::Enum:
        return random.below(3);
    case Literal::Time:
        return kNow - random.below(4) * 1000;
    case Literal::SizeBucket:
    case Literal::Icmp:
        return random.below(4);
    default:
        return random.oneIn(5) ? random.below(200) : random.below(5);
    }
}

Ip randomAddress(Random& random)
{
    const auto host = static_cast<uint32_t>(random.below(4) << 8 | random.below(3));
    return random.oneIn(3) ? Ip {0x20010db800000000U | host, random.below(2)} : Ip::v4(0xc0000000 | host);
}

std::string randomText(Random& random)
{
    constexpr auto pieces = std::to_array<std::string_view>({"a", "b", "A", "%", "_", "\\", "\"", "'", "é", " ", "--", "/*"});
    std::string out;
    for (auto length = random.below(4); length > 0; --length)
        out += random.pick(pieces);
    return out;
}

std::vector<uint32_t> randomWords(Random& random, Type type)
{
    const size_t step = type == Type::LargeCommunities ? 3 : 1;
    std::vector<uint32_t> words(random.below(3) * step);
    for (auto& word : words)
        word = static_cast<uint32_t>(random.below(3));
    return words;
}

FlowBatch randomBatch(Random& random, const std::shared_ptr<const Schema>& schema, size_t rows)
{
    FlowBatch batch(schema);
    batch.addRows(rows);
    for (const auto& column : schema->columns()) {
        if (!column.stored() || random.oneIn(4))
            continue;
        const bool constant = random.oneIn(4);
        for (size_t row = 0; row < rows; ++row) {
            auto* cell = batch.raw(column.id) + row * cellSize(column.storage());
            if (constant && row > 0) {
                std::memcpy(cell, cell - cellSize(column.storage()), cellSize(column.storage()));
            } else if (column.storage() == Storage::Ip) {
                const Ip ip = randomAddress(random);
                std::memcpy(cell, &ip, sizeof ip);
            } else if (column.storage() == Storage::Dict) {
                const auto words = randomWords(random, column.type);
                batch.setText(column.id, row, isList(column.type) ? std::string(listBytes(words)) : randomText(random));
            } else {
                const uint64_t value = randomNumber(random, column);
                std::memcpy(cell, &value, cellSize(column.storage()));
            }
        }
    }
    return batch;
}

/// A value in normal form.
FilterValue randomValue(Random& random, const Column& column, FilterOp op)
{
    if (isTextOp(op))
        return {op == FilterOp::Matches ? std::string(random.oneIn(2) ? "^a" : "b|A") : randomText(random), true, {}};
    static const Dictionary none;
    switch (typeInfo(column.type).literal) {
    case Literal::String:
        return {randomText(random), true, {}};
    case Literal::Address: {
        const Ip ip = randomAddress(random);
        if (random.oneIn(2) && op != FilterOp::Inside && op != FilterOp::NotInside)
            return {ip.toString(), false, {}};
        return {Prefix {ip, static_cast<uint8_t>(ip.isV4() ? 96 + random.below(33) : random.below(129))}.toString(), false, {}};
    }
    case Literal::Prefix:
        return {Prefix {randomAddress(random), static_cast<uint8_t>(97 + random.below(4) * 8)}.toString(), false, {}};
    case Literal::Community:
        return random.oneIn(2) ? FilterValue {fmt::format("0:{}", random.below(3)), false, {}}
                               : FilterValue {fmt::format("{}:1:2", random.below(3)), false, {}};
    case Literal::LargeCommunity:
        return {fmt::format("{}:1:2", random.below(3)), false, {}};
    case Literal::Mac:
        return {formatMac(random.below(5)), false, {}};
    case Literal::Enum: {
        const auto names = enumNames(column.type);
        const auto value = randomNumber(random, column);
        return value < names.size() && !names[value].empty()
            ? FilterValue {std::string(names[value]), false, {}}
            : FilterValue {names.empty() ? "acl" : std::string(names[1]), false, {}};
    }
    case Literal::EType:
        return {random.oneIn(2) ? "IPv4" : "IPv6", false, {}};
    case Literal::Icmp:
        return {random.oneIn(2) ? "echo-request" : "", true, {}};
    case Literal::SizeBucket:
        return {random.oneIn(2) ? "0-63" : "", true, {}};
    case Literal::Proto:
        return random.oneIn(2) ? FilterValue {"tcp", true, {}} : FilterValue {"3", false, {}};
    default:
        return {fmt::format("{}", randomNumber(random, column)), false, {}};
    }
}

FilterNode randomCondition(Random& random, const Schema& schema)
{
    for (;;) {
        FilterNode node;
        const Column* column = &random.pick(schema.columns());
        node.column = column->name;
        if (random.oneIn(5)) {
            const auto& word = random.pick(schema.endpoints());
            node.column = word.name;
            column = &schema[word.src];
        }
        const auto ops = operatorsOf(*column);
        if (ops.empty())
            continue;
        node.op = random.pick(ops);
        const bool list = node.op == FilterOp::In || node.op == FilterOp::NotIn;
        for (auto count = list ? 1 + random.below(4) : node.op == FilterOp::Between ? 2 : 1; count > 0; --count)
            node.values.push_back(randomValue(random, *column, node.op));
        const auto& other = random.pick(schema.columns());
        if (random.oneIn(4) && comparable(*column, other, node.op))
            node.values.assign(1, FilterValue {std::string(other.name), false, {}});
        const auto number = [&](size_t i) { return meaningOf(*column, node.op, node.values[i], schema, nullptr)->number; };
        if (node.op == FilterOp::Between && number(1) < number(0))
            std::swap(node.values[0], node.values[1]);
        return node;
    }
}

FilterNode randomNode(Random& random, const Schema& schema, int depth)
{
    const auto kind = depth == 0 ? 0 : random.below(4);
    if (kind == 0)
        return randomCondition(random, schema);
    FilterNode node {.kind = kind == 1 ? FilterNode::Kind::And : kind == 2 ? FilterNode::Kind::Or : FilterNode::Kind::Not};
    const size_t count = kind == 3 ? 1 : 2 + random.below(2);
    while (node.children.size() < count) {
        auto child = randomNode(random, schema, depth - 1);
        if (kind == 3 || child.kind != node.kind)
            node.children.push_back(std::move(child));
    }
    return node;
}

bool same(const FilterNode& a, const FilterNode& b)
{
    const auto sameValue = [](const FilterValue& x, const FilterValue& y) { return x.text == y.text && x.quoted == y.quoted; };
    return a.kind == b.kind && a.column == b.column && (a.kind != FilterNode::Kind::Condition || a.op == b.op)
        && std::ranges::equal(a.values, b.values, sameValue) && std::ranges::equal(a.children, b.children, same);
}

/// Every column of a batch in codes, in order of first appearance.
class CodedSegment final : public BaseSegment {
public:
    explicit CodedSegment(const FlowBatch& batch)
        : BaseSegment(batch.schema(), batch.rows())
        , m_batch(batch)
    {
    }
    [[nodiscard]] const DictionaryView& texts() const override { return m_batch.dictionary(); }

protected:
    ColumnView load(ColumnId id) override
    {
        auto view = m_batch.view(id);
        if (view.kind == ColumnView::Kind::Constant)
            return view;
        auto& codes = m_codes.emplace_back();
        withCellType(view.storage, [&](auto zero) {
            using T = decltype(zero);
            std::vector<T> cells;
            for (size_t row = 0; row < rows(); ++row) {
                const auto found = std::ranges::find(cells, view.at<T>(row));
                codes.push_back(static_cast<uint16_t>(found - cells.begin()));
                if (found == cells.end())
                    cells.push_back(view.at<T>(row));
            }
            auto& owned = m_cells.emplace_back((cells.size() * sizeof(T) + 7) / 8);
            std::memcpy(owned.data(), cells.data(), cells.size() * sizeof(T));
            view.distinct = static_cast<uint32_t>(cells.size());
        });
        view.kind = ColumnView::Kind::Coded;
        view.cells = m_cells.back().data();
        view.codes = codes.data();
        return view;
    }

private:
    const FlowBatch& m_batch;
    std::deque<std::vector<uint64_t>> m_cells;
    std::deque<std::vector<uint16_t>> m_codes;
};

class BatchZones final : public ZoneLookup {
public:
    explicit BatchZones(const FlowBatch& batch)
        : m_batch(batch)
    {
    }
    [[nodiscard]] std::optional<Zone> zone(ColumnId id) const override
    {
        if (!m_batch.schema()[id].stored() || m_batch.rows() == 0)
            return std::nullopt;
        const auto view = m_batch.view(id);
        const auto cell = [&](size_t row) { return view.storage == Storage::Ip ? view.at<Ip>(row) : Ip {0, view.number(row)}; };
        Zone zone {cell(0), cell(0)};
        for (size_t row = 1; row < m_batch.rows(); ++row)
            zone = {std::min(zone.min, cell(row)), std::max(zone.max, cell(row))};
        return zone;
    }

private:
    const FlowBatch& m_batch;
};

} // namespace

class TestFilterRandom : public QObject {
    Q_OBJECT
private slots:
    void printParse()
    {
        Random random(1);
        const auto schema = Schema::builtin();
        for (int i = 0; i < 20000; ++i) {
            const Filter filter {randomNode(random, *schema, 4)};
            const auto text = toText(filter, *schema);
            const auto again = parseFilter(text);
            QVERIFY2(again && same(*filter.root, *again->root), text.c_str());
            QVERIFY2(same(*filter.root, *reversed(reversed(filter, *schema), *schema).root), text.c_str());
        }
    }

    void evaluateAndJudge()
    {
        Random random(2);
        const auto schema = Schema::builtin();
        std::array<int, 3> verdicts {};
        for (int round = 0; round < 80; ++round) {
            const auto batch = randomBatch(random, schema, 1 + random.below(80));
            const BatchZones zones(batch);
            BatchSegment plain(batch);
            CodedSegment coded(batch);
            for (int i = 0; i < 40; ++i) {
                const Filter filter {randomNode(random, *schema, 2)};
                const auto text = toText(filter, *schema);
                const auto bound = bindFilter(filter, {.schema = *schema, .nowMs = kNow});
                QVERIFY2(bound, text.c_str());
                std::vector<uint8_t> mask(batch.rows(), 9);
                std::vector<uint8_t> other(batch.rows(), 9);
                bound->evaluate(plain, mask);
                bound->evaluate(coded, other);
                QVERIFY2(mask == other, text.c_str());
                const auto hits = static_cast<size_t>(std::ranges::count(mask, 1));
                QVERIFY2(hits + static_cast<size_t>(std::ranges::count(mask, 0)) == mask.size(), text.c_str());
                const auto verdict = bound->judge(zones);
                ++verdicts[static_cast<size_t>(verdict)];
                QVERIFY2(verdict != BoundFilter::Verdict::None || hits == 0, text.c_str());
                QVERIFY2(verdict != BoundFilter::Verdict::All || hits == mask.size(), text.c_str());
                checkNot(filter, mask, plain);
            }
        }
        for (const int count : verdicts)
            QVERIFY(count > 100);
    }

    /// NOT is the other rows: there are no third truth values.
    void checkNot(const Filter& filter, const std::vector<uint8_t>& mask, SegmentView& segment)
    {
        FilterNode node {.kind = FilterNode::Kind::Not};
        node.children.push_back(*filter.root);
        std::vector<uint8_t> inverse(mask.size());
        bindFilter(Filter {node}, {.schema = *Schema::builtin(), .nowMs = kNow})->evaluate(segment, inverse);
        for (size_t row = 0; row < mask.size(); ++row)
            QCOMPARE(inverse[row], static_cast<uint8_t>(1 - mask[row]));
    }

    /// The cell's own text, as a filter value, finds the row again.
    void cellsFindThemselves()
    {
        Random random(3);
        const auto schema = Schema::builtin();
        const auto batch = randomBatch(random, schema, 60);
        BatchSegment segment(batch);
        for (const auto& column : schema->columns()) {
            if (operatorsOf(column).empty() || isList(column.type))
                continue;
            const auto& view = segment.column(column.id);
            for (size_t row = 0; row < batch.rows(); ++row) {
                const size_t at = view.kind == ColumnView::Kind::Constant ? 0 : row;
                auto text
                    = formatCell(column, static_cast<const uint8_t*>(view.cells) + at * cellSize(view.storage), segment.texts());
                if (text.empty() && column.type != Type::String)
                    continue;
                const auto literal = typeInfo(column.type).literal;
                const bool quoted = literal == Literal::String || literal == Literal::TcpFlags || literal == Literal::Icmp
                    || literal == Literal::SizeBucket || literal == Literal::Time || (literal == Literal::Proto && text[0] > '9');
                text = fmt::format("{} = {}", column.name, quoted ? quote(text) : text);
                const auto bound = bindFilter(text, {.schema = *schema, .nowMs = kNow});
                QVERIFY2(bound, text.c_str());
                std::vector<uint8_t> mask(batch.rows());
                bound->evaluate(segment, mask);
                QVERIFY2(mask[row] == 1, text.c_str());
            }
        }
    }

    void deepAndLong()
    {
        const std::string open(100000, '(');
        QVERIFY(!parseFilter(open));
        QVERIFY(!parseFilter(std::string(open).append("Proto = 6")));
        std::string nots;
        for (int i = 0; i < 100000; ++i)
            nots += "NOT ";
        QVERIFY(!parseFilter(nots + "Proto = 6"));
        std::string list = "SrcAddr IN (";
        for (int i = 0; i < 100000; ++i)
            list += fmt::format("{}10.{}.{}.{}", i == 0 ? "" : ", ", i >> 16, i >> 8 & 255, i & 255);
        const auto bound = bindFilter(list + ")", {.schema = *Schema::builtin()});
        QVERIFY(bound);
        std::string chain = "Proto = 1";
        for (int i = 0; i < 50000; ++i)
            chain += " OR Proto = 2";
        QVERIFY(bindFilter(chain, {.schema = *Schema::builtin()}));
    }
};

QTEST_APPLESS_MAIN(TestFilterRandom)
#include "test_filter_random.moc"
