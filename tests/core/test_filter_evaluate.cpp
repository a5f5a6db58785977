// SPDX-License-Identifier: GPL-3.0-or-later
// Filters evaluated on columns: every operator and type, every shape of view, and the zone verdict.
#include <QtTest>

#include <map>

#include "core/filter/filter.h"
#include "core/filter/predicate.h"
#include "core/query/segment.h"
#include "core/text/names.h"

using namespace rivereto::core;

namespace {

constexpr uint64_t kNow = 1795471800000; // 2026-11-23T22:10:00Z

/// Eight flows that differ in every column.
FlowBatch flows()
{
    FlowBatch batch(Schema::builtin());
    batch.addRows(8);
    const std::array<const char*, 8> sources {
        "192.0.2.1", "192.0.2.77", "198.51.100.5", "2001:db8::1", "2001:db8:1::7", "10.0.0.1", "10.0.1.1", "0.0.0.0"};
    const std::array<uint8_t, 8> protocols {6, 6, 17, 6, 58, 1, 1, 0};
    const std::array<uint16_t, 8> ports {443, 53211, 53, 80, 0, 0, 0, 0};
    const std::array<uint32_t, 8> systems {64500, 64501, 64502, 64503, 0, 64500, 4200000001, 0};
    const std::array<const char*, 8> names {"edge1", "edge2", "core1", "Edge 3", "zürich", "", "100%", "a_b"};
    for (size_t row = 0; row < 8; ++row) {
        batch.set(ColumnId::SrcAddr, row, *Ip::parse(sources[row]));
        batch.set(ColumnId::DstAddr, row, row % 2 == 0 ? Ip::v4(0xcb007101) : *Ip::parse(sources[row]));
        batch.set<uint8_t>(ColumnId::SrcNetMask, row, row < 3 ? 24 : row < 5 ? 48 : 8);
        batch.set<uint8_t>(ColumnId::Proto, row, protocols[row]);
        batch.set<uint16_t>(ColumnId::SrcPort, row, ports[row]);
        batch.set<uint16_t>(ColumnId::DstPort, row, ports[7 - row]);
        batch.set<uint32_t>(ColumnId::SrcAS, row, systems[row]);
        batch.set<uint32_t>(ColumnId::DstAS, row, systems[row == 0 ? 1 : row]);
        batch.set<uint64_t>(ColumnId::Bytes, row, row * 1000);
        batch.set<uint64_t>(ColumnId::Packets, row, row == 7 ? 0 : 10);
        batch.set<uint64_t>(ColumnId::TimeReceived, row, kNow - row * 3'600'000);
        batch.set<uint16_t>(ColumnId::EType, row, row == 3 || row == 4 ? 0x86dd : 0x0800);
        batch.set<uint16_t>(ColumnId::TCPFlags, row,
            static_cast<uint16_t>(row == 0 ? 0x02
                    : row == 1             ? 0x12
                    : row == 3             ? 0x14
                                           : 0));
        batch.set<uint8_t>(ColumnId::InIfBoundary, row, static_cast<uint8_t>(row % 3));
        batch.set<uint8_t>(ColumnId::OutIfBoundary, row, static_cast<uint8_t>(row % 2));
        batch.set<uint64_t>(ColumnId::SrcMAC, row, 0x001122334450 + row);
        batch.set<uint32_t>(ColumnId::RoundTripTime, row, static_cast<uint32_t>(row * 10'000));
        batch.set<uint8_t>(ColumnId::ICMPv4Type, row, row == 5 ? 8 : row == 6 ? 3 : 0);
        batch.set<uint8_t>(ColumnId::ICMPv4Code, row, row == 6 ? 1 : 0);
        batch.set<uint8_t>(ColumnId::ICMPv6Type, row, row == 4 ? 135 : 0);
        batch.set<uint16_t>(ColumnId::DropReason, row, row == 2 ? storedDropReason(258) : uint16_t {});
        batch.setText(ColumnId::ExporterName, row, names[row]);
        batch.setText(ColumnId::InIfProvider, row, row < 2 ? "acme" : "");
        batch.setText(ColumnId::OutIfProvider, row, row == 1 ? "acme" : "other");
        if (row < 3)
            batch.setText(
                ColumnId::DstASPath, row, listBytes(std::vector<uint32_t> {65000, 64500U + static_cast<uint32_t>(row)}));
        if (row == 1)
            batch.setText(ColumnId::DstCommunities, row, listBytes(std::vector<uint32_t> {65000U << 16 | 100, 7}));
        if (row == 2)
            batch.setText(ColumnId::DstLargeCommunities, row, listBytes(std::vector<uint32_t> {9, 65000, 1, 65000, 1, 2}));
        if (row == 3)
            batch.setText(ColumnId::MPLSLabels, row, listBytes(std::vector<uint32_t> {16, 24000}));
    }
    return batch;
}

/// The same rows with every column coded, or (rows all alike) constant.
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
        const size_t size = cellSize(view.storage);
        const auto* bytes = static_cast<const char*>(view.cells);
        std::map<std::string, uint16_t> distinct;
        for (size_t row = 0; row < rows(); ++row)
            distinct.emplace(std::string(bytes + row * size, size), 0);
        std::string cells;
        uint16_t next = 0;
        for (auto& [cell, code] : distinct) {
            code = next++;
            cells += cell;
        }
        auto& codes = m_codes.emplace_back();
        for (size_t row = 0; row < rows(); ++row)
            codes.push_back(distinct[std::string(bytes + row * size, size)]);
        auto& owned = m_cells.emplace_back((cells.size() + 7) / 8);
        std::memcpy(owned.data(), cells.data(), cells.size());
        view.cells = owned.data();
        view.distinct = static_cast<uint32_t>(distinct.size());
        view.codes = codes.data();
        view.kind = distinct.size() == 1 ? ColumnView::Kind::Constant : ColumnView::Kind::Coded;
        return view;
    }

private:
    const FlowBatch& m_batch;
    std::deque<std::vector<uint64_t>> m_cells;
    std::deque<std::vector<uint16_t>> m_codes;
};

std::string rowsOf(const BoundFilter& filter, SegmentView& segment)
{
    std::vector<uint8_t> mask(segment.rows(), 7);
    filter.evaluate(segment, mask);
    std::string out;
    for (size_t row = 0; row < mask.size(); ++row)
        out += mask[row] == 1 ? static_cast<char>('0' + row) : mask[row] == 0 ? '.' : '?';
    return out;
}

/// True minimum and maximum of the batch's stored number and address columns.
class TrueZones final : public ZoneLookup {
public:
    explicit TrueZones(const FlowBatch& batch)
        : m_batch(batch)
    {
    }
    [[nodiscard]] std::optional<Zone> zone(ColumnId id) const override
    {
        if (!m_batch.schema()[id].stored())
            return std::nullopt;
        const auto view = m_batch.view(id);
        if (m_batch.rows() == 0)
            return std::nullopt;
        Zone zone {cell(view, 0), cell(view, 0)};
        for (size_t row = 1; row < m_batch.rows(); ++row) {
            zone.min = std::min(zone.min, cell(view, row));
            zone.max = std::max(zone.max, cell(view, row));
        }
        return zone;
    }

private:
    static Ip cell(const ColumnView& view, size_t row)
    {
        return view.storage == Storage::Ip ? view.at<Ip>(row) : Ip {0, view.number(row)};
    }
    const FlowBatch& m_batch;
};

} // namespace

class TestFilterEvaluate : public QObject {
    Q_OBJECT
private slots:
    void rows_data()
    {
        QTest::addColumn<QString>("filter");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* filter, const char* expected) { QTest::newRow(filter) << filter << expected; };
        row("", "01234567");
        row("Proto = 6", "01.3....");
        row("Proto = 'tcp'", "01.3....");
        row("Proto != 'tcp'", "..2.4567");
        row("Proto IN ('tcp', 17, 58)", "01234...");
        row("Proto NOTIN ('tcp', 17)", "....4567");
        row("Proto > 6", "..2.4...");
        row("Proto >= 6", "01234...");
        row("Proto < 6", ".....567");
        row("Proto <= 6", "01.3.567");
        row("Bytes < 0", "........");
        row("Bytes > 18446744073709551615", "........");
        row("Bytes >= 0", "01234567");
        row("Bytes BETWEEN 1k AND 3k", ".123....");
        row("Bytes IN (0, 5000, 7000, 6000)", "0....567");
        row("SrcPort = 65535", "........");
        row("SrcPort <= 65535", "01234567");
        row("SrcPort IN (443, 65535, 53)", "0.2.....");
        row("SrcPort = 'https' OR SrcPort = 'domain'", "0.2.....");
        row("SrcPort < DstPort", "....4567");
        row("SrcPort <= DstPort", "....4567");
        row("SrcPort > DstPort", "0123....");
        row("SrcPort >= DstPort", "0123....");
        row("SrcPort = DstPort", "........");
        row("SrcVlan = DstVlan", "01234567");
        row("SrcPort != PacketSize", "0123456.");
        row("SrcAS = AS64500", "0....5..");
        row("SrcAS IN (4200000001, 64501, 64502, 64503, 1)", ".123..6.");
        row("SrcAS != DstAS", "0.......");
        row("SrcAddr = 192.0.2.1", "0.......");
        row("SrcAddr != 192.0.2.1", ".1234567");
        row("SrcAddr << 192.0.2.0/24", "01......");
        row("SrcAddr = 192.0.2.200/24", "01......");
        row("SrcAddr !<< 192.0.2.0/24", "..234567");
        row("SrcAddr << 2001:db8::/32", "...34...");
        row("SrcAddr << 0.0.0.0/0", "012..567");
        row("SrcAddr << ::/0", "01234567");
        row("SrcAddr << 0::/1", "01234567");
        row("SrcAddr IN (10.0.0.1, 192.0.2.0/24, 2001:db8:1::/48)", "01..45..");
        row("SrcAddr NOTIN (10.0.0.1, 192.0.2.0/24, 2001:db8:1::/48)", "..23..67");
        row("SrcAddr = DstAddr", ".1.3.5.7");
        row("SrcNetPrefix = 192.0.2.0/24", "01......");
        row("SrcNetPrefix != 192.0.2.0/24", "..234567");
        row("SrcNetPrefix = 192.0.2.0/25", "........");
        row("SrcNetPrefix IN (192.0.2.0/24, 2001:db8::/48, 10.0.0.0/8)", "01.3.56.");
        row("SrcNetPrefix = DstNetPrefix", "........");
        row("EType = IPv6", "...34...");
        row("EType != IPv6", "012..567");
        row("TCPFlags = 'S'", "0.......");
        row("TCPFlags = 'SA'", ".1......");
        row("TCPFlags HAS 'A'", ".1.3....");
        row("TCPFlags HAS 'RA'", "...3....");
        row("TCPFlags > 2", ".1.3....");
        row("InIfBoundary = external", ".1..4..7");
        row("InIfBoundary != external", "0.23.56.");
        row("InIfBoundary IN (undefined, internal)", "0.23.56.");
        row("InIfBoundary = OutIfBoundary", "01....67");
        row("SrcMAC = 00:11:22:33:44:52", "..2.....");
        row("SrcMAC NOTIN (0011.2233.4450, 00:11:22:33:44:51)", "..234567");
        row("RoundTripTime >= 20ms", "..234567");
        row("TimeReceived >= '2 hours ago'", "012.....");
        row("TimeReceived BETWEEN '5 hours ago' AND '4 hours ago'", "....45..");
        row("TimeReceived = 1795471800000", "0.......");
        row("TimeReceived < 2026-11-23T18:00:00Z", ".....567");
        row("ICMPv4 = 'echo-request'", ".....5..");
        row("ICMPv4 = 'echo-reply'", "........");
        row("ICMPv4 = ''", "01234..7");
        row("ICMPv4 = '3/1'", "......6.");
        row("ICMPv4 LIKE '%unreachable'", "......6.");
        row("ICMPv4 UNLIKE 'echo%'", "01234.67");
        row("ICMPv6 = 'neighbor-solicitation'", "....4...");
        row("ICMPv4 = ICMPv6", "0123...7");
        row("PacketSize = 300", "...3....");
        row("PacketSize BETWEEN 100 AND 200", ".12.....");
        row("PacketSizeBucket = '256-511'", "...345..");
        row("PacketSizeBucket MATCHES '^1'", "..2.....");
        row("PacketSizeBucket IN ('64-127', '512-767')", ".1....6.");
        row("DropReason = acl", "..2.....");
        row("DropReason >= 256", "..2.....");
        row("ExporterName = 'edge1'", "0.......");
        row("ExporterName = 'EDGE1'", "........");
        row("ExporterName = ''", ".....5..");
        row("ExporterName != ''", "01234.67");
        row("ExporterName IN ('edge2', 'core1', 'none')", ".12.....");
        row("ExporterName NOTIN ('edge2', 'core1', 'none')", "0..34567");
        row("ExporterName LIKE 'edge%'", "01......");
        row("ExporterName UNLIKE 'edge%'", "..234567");
        row("ExporterName ILIKE 'edge%'", "01.3....");
        row("ExporterName IUNLIKE 'edge%'", "..2.4567");
        row("ExporterName LIKE 'edge_'", "01......");
        row("ExporterName LIKE 'z_rich'", "....4...");
        row("ExporterName ILIKE 'Z\xc3\x9cRICH'", "....4...");
        row("ExporterName LIKE '100\\%'", "......6.");
        row("ExporterName LIKE 'a\\_b'", ".......7");
        row("ExporterName LIKE '%'", "01234567");
        row("ExporterName LIKE ''", ".....5..");
        row("ExporterName LIKE '%e%1'", "0.2.....");
        row("ExporterName LIKE 'edge.*'", "........");
        row("ExporterName MATCHES '[12]$'", "012.....");
        row("ExporterName MATCHES '(?i)^EDGE'", "01.3....");
        row("InIfProvider = OutIfProvider", ".1......");
        row("InIfProvider != OutIfProvider", "0.234567");
        row("DstASPath = 65000", "012.....");
        row("DstASPath = 64501", ".1......");
        row("DstASPath != 64501", "0.234567");
        row("Dst2ndAS = 64502", "..2.....");
        row("DstCommunities = 65000:100", ".1......");
        row("DstCommunities = 65000:1:2", "..2.....");
        row("DstCommunities = 9:65000:1", "..2.....");
        row("DstCommunities = 65000:1:65000", "........");
        row("DstCommunities != 65000:100", "0.234567");
        row("DstLargeCommunities = 65000:1:2", "..2.....");
        row("MPLSLabels = 24000", "...3....");
        row("MPLS1stLabel = 16", "...3....");
        row("MPLS2ndLabel > 16", "...3....");
        row("Port = 443", "0......7");
        row("Port != 443", ".123456.");
        row("Port NOTIN (443, 80)", ".12..56.");
        row("Addr = 203.0.113.1", "0.2.4.6.");
        row("Addr << 192.0.2.0/24", "01......");
        row("Addr !<< 192.0.2.0/24", "..234567");
        row("AS = 64501", "01......");
        row("Communities = 65000:100", ".1......");
        row("NOT Proto = 6", "..2.4567");
        row("NOT NOT Proto = 6", "01.3....");
        row("Proto = 6 AND Bytes > 0", ".1.3....");
        row("Proto = 6 OR Bytes > 5000", "01.3..67");
        row("NOT Proto = 6 AND Bytes > 5000 OR SrcPort = 443", "0.....67");
        row("Proto = 6 AND ExporterName MATCHES 'x'", "........");
        row("Proto = 255 AND ExporterName = 'edge1'", "........");
        row("Proto >= 0 OR ExporterName = 'edge1'", "01234567");
        row("NextHop = 192.0.2.1", "........");
        row("UserName = ''", "01234567");
        row("UserName LIKE 'a%'", "........");
    }

    void rows()
    {
        QFETCH(QString, filter);
        QFETCH(QString, expected);
        const auto schema = Schema::builtin();
        const auto bound = bindFilter(filter.toStdString(), {.schema = *schema, .nowMs = kNow});
        QVERIFY2(bound, bound ? "" : bound.error().message().c_str());
        const auto batch = flows();
        BatchSegment plain(batch);
        QCOMPARE(QString::fromStdString(rowsOf(*bound, plain)), expected);
        CodedSegment coded(batch);
        QCOMPARE(QString::fromStdString(rowsOf(*bound, coded)), expected);
        checkAlone(*bound, batch, expected.toStdString());
        QCOMPARE(bound->matchesAll(), filter.isEmpty());

        const auto verdict = bound->judge(TrueZones(batch));
        const auto matches = std::ranges::count_if(expected.toStdString(), [](char c) { return c != '.'; });
        if (verdict != BoundFilter::Verdict::Some)
            QCOMPARE(matches, verdict == BoundFilter::Verdict::All ? 8 : 0);
    }

    /// Each row as a batch of its own: constants, and zones that decide almost everything.
    void checkAlone(const BoundFilter& bound, const FlowBatch& batch, const std::string& expected)
    {
        for (size_t row = 0; row < batch.rows(); ++row) {
            FlowBatch one(batch.sharedSchema());
            one.append(batch);
            std::vector<uint8_t> keep(batch.rows());
            keep[row] = 1;
            one.filterRows(keep);
            CodedSegment constant(one);
            const bool matches = expected[row] != '.';
            QCOMPARE(rowsOf(bound, constant), matches ? "0" : ".");
            const auto verdict = bound.judge(TrueZones(one));
            QVERIFY(verdict == BoundFilter::Verdict::Some || (verdict == BoundFilter::Verdict::All) == matches);
        }
    }

    void verdicts()
    {
        const auto batch = flows();
        const TrueZones zones(batch);
        const auto schema = Schema::builtin();
        const auto verdict = [&](const char* text) { return bindFilter(text, {.schema = *schema, .nowMs = kNow})->judge(zones); };
        using enum BoundFilter::Verdict;
        QCOMPARE(verdict("Proto = 200"), None);
        QCOMPARE(verdict("Proto != 200"), All);
        QCOMPARE(verdict("Proto = 6"), Some);
        QCOMPARE(verdict("Proto < 100 AND Bytes < 1M"), All);
        QCOMPARE(verdict("Proto < 100 AND Bytes > 1M"), None);
        QCOMPARE(verdict("Proto = 6 OR Bytes < 1M"), All);
        QCOMPARE(verdict("Proto = 6 AND Bytes < 1M"), Some);
        QCOMPARE(verdict("SrcAddr << 224.0.0.0/4"), Some);
        QCOMPARE(verdict("SrcAddr << 2001:db9::/32"), None);
        QCOMPARE(verdict("UserName = 'x'"), None);
        QCOMPARE(verdict("UserName != 'x'"), All);
        QCOMPARE(verdict("TimeReceived < '1 day ago'"), None);
        QCOMPARE(verdict("TimeFlowStart < TimeReceived"), All);
        QCOMPARE(verdict("TimeFlowStart > TimeReceived"), None);
        QCOMPARE(verdict("SrcNetPrefix = 2002::/16"), None);
        QCOMPARE(verdict(""), All);
    }

    void columns()
    {
        const auto schema = Schema::builtin();
        const auto of = [&](const char* text) { return bindFilter(text, {.schema = *schema})->columns(); };
        QVERIFY(of("").empty());
        QVERIFY(of("Bytes > 1 AND NOT (Proto = 6 OR Bytes = 3)") == (std::vector {ColumnId::Proto, ColumnId::Bytes}));
        QVERIFY(of("Port = 1") == (std::vector {ColumnId::SrcPort, ColumnId::DstPort}));
        QVERIFY(of("SrcNetPrefix = 10.0.0.0/8") == (std::vector {ColumnId::SrcAddr, ColumnId::SrcNetMask}));
        QVERIFY(of("DstCommunities = 1:2:3") == (std::vector {ColumnId::DstLargeCommunities}));
        QVERIFY(of("SrcAS = DstAS") == (std::vector {ColumnId::SrcAS, ColumnId::DstAS}));
    }

    void reversal_data()
    {
        QTest::addColumn<QString>("filter");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* filter, const char* expected) { QTest::newRow(filter) << filter << expected; };
        row("SrcAS = 64500", "DstAS = 64500");
        row("SrcPort < DstPort", "DstPort < SrcPort");
        row("inifname = 'x' and outifspeed > 1", "OutIfName = \"x\" AND InIfSpeed > 1");
        row("SrcNetPrefix != 10.0.0.0/8", "DstNetPrefix != 10.0.0.0/8");
        row("IngressVRFID = 1", "EgressVRFID = 1");
        row("DstASPath = 65000 OR Addr = 192.0.2.1", "DstASPath = 65000 OR Addr = 192.0.2.1");
        row("InIfProvider != OutIfProvider", "OutIfProvider != InIfProvider");
        row("ExporterName = InIfProvider", "ExporterName = OutIfProvider");
        row("ExporterName = 'SrcAS'", "ExporterName = \"SrcAS\"");
    }

    void reversal()
    {
        QFETCH(QString, filter);
        QFETCH(QString, expected);
        const auto& schema = *Schema::builtin();
        const auto parsed = parseFilter(filter.toStdString());
        QVERIFY(parsed);
        const auto back = reversed(*parsed, schema);
        QCOMPARE(QString::fromStdString(toText(back, schema)), expected);
        QCOMPARE(toText(reversed(back, schema), schema), toText(*parsed, schema));
    }

    void customColumns()
    {
        const std::array<ColumnSpec, 3> more {ColumnSpec {.name = "SrcAddrRole", .type = Type::String},
            ColumnSpec {.name = "DstAddrRole", .type = Type::String},
            ColumnSpec {.name = "SrcAddrSibling", .type = Type::Address}};
        const auto schema = Schema::builtin()->extended(more).value();
        FlowBatch batch(schema);
        batch.addRows(2);
        batch.setText(schema->find("SrcAddrRole"), 1, "dns");
        BatchSegment segment(batch);
        const BindContext context {.schema = *schema};
        QCOMPARE(rowsOf(*bindFilter("srcaddrrole = 'dns'", context), segment), ".1");
        QCOMPARE(rowsOf(*bindFilter("SrcAddrRole != DstAddrRole", context), segment), ".1");
        QCOMPARE(rowsOf(*bindFilter("AddrRole IN ('dns', 'x')", context), segment), ".1");
        QCOMPARE(rowsOf(*bindFilter("SrcAddrSibling << 2001:db8::/32", context), segment), "..");
        QCOMPARE(toText(reversed(*parseFilter("SrcAddrRole = 'dns'"), *schema), *schema), "DstAddrRole = \"dns\"");
    }

    void emptySegment()
    {
        FlowBatch batch(Schema::builtin());
        BatchSegment segment(batch);
        QCOMPARE(
            rowsOf(*bindFilter("Proto = 6 AND ExporterName LIKE 'a%' OR Bytes > 3", {.schema = batch.schema()}), segment), "");
    }
};

QTEST_APPLESS_MAIN(TestFilterEvaluate)
#include "test_filter_evaluate.moc"
