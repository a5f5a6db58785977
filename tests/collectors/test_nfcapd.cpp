// SPDX-License-Identifier: GPL-3.0-or-later
// Reading nfcapd files: both layouts and what their records hold, the corpus, damage of every kind.
#include <QTemporaryDir>

#include "collectors/nfcapd/nfcapdrecordbuilder.h"
#include "collectors/nfcapd/nfcapdstat.h"
#include "tests/support/corpus.h"
#include "tests/support/nfcapdfiles.h"
#include "tests/support/rows.h"

using namespace rivereto;
using namespace rivereto::core;
using namespace rivereto::collectors;
using namespace rivereto::collectors::nfcapd;
using namespace rivereto::support;
namespace fs = std::filesystem;

namespace {

constexpr uint64_t kNow = 1'700'000'100'000;

using Octets = std::vector<uint8_t>;

/// Puts numbers together in the order of the file.
class Le {
public:
    Le& u8(uint8_t v) { return put(v, 1); }
    Le& u16(uint64_t v) { return put(v, 2); }
    Le& u32(uint64_t v) { return put(v, 4); }
    Le& u64(uint64_t v) { return put(v, 8); }
    Le& zeros(size_t n)
    {
        m_octets.resize(m_octets.size() + n);
        return *this;
    }
    Le& text(std::string_view text, size_t size)
    {
        const size_t at = m_octets.size();
        m_octets.resize(at + size);
        std::ranges::copy(text, m_octets.begin() + static_cast<ptrdiff_t>(at));
        return *this;
    }
    Le& add(const Octets& octets)
    {
        m_octets.insert(m_octets.end(), octets.begin(), octets.end());
        return *this;
    }
    operator Octets() const { return m_octets; }
    [[nodiscard]] const Octets& octets() const { return m_octets; }

private:
    Le& put(uint64_t v, size_t n)
    {
        for (size_t i = 0; i < n; ++i)
            m_octets.push_back(static_cast<uint8_t>(v >> (8 * i)));
        return *this;
    }
    Octets m_octets;
};

/// With type and size before it.
Octets record(unsigned type, const Octets& content)
{
    return Le().u16(type).u16(4 + content.size()).add(content);
}

Octets blockOf(const std::vector<Octets>& records, unsigned type)
{
    Le all;
    for (const auto& one : records)
        all.add(one);
    return Le().u32(records.size()).u32(all.octets().size()).u16(type).u16(0).add(all);
}

Octets stat1(uint64_t flows)
{
    return Le().u64(flows).zeros(8 * 14).zeros(16);
}

Octets file1(const std::vector<Octets>& records, uint64_t claimedFlows = 0)
{
    return Le().u16(kMagic).u16(1).u32(0).u32(1).text("name", 128).add(stat1(claimedFlows)).add(blockOf(records, 2));
}

Octets header2Of(uint32_t blocks)
{
    return Le().u16(kMagic).u16(2).u32(0).u64(0).u8(0).u8(0).u16(0).u32(0).u64(0).u32(0).u32(blocks);
}

Octets file2(const std::vector<Octets>& records)
{
    return Le().add(header2Of(1)).add(blockOf(records, 3));
}

Octets built(RecordBuilder& builder)
{
    const auto octets = builder.finish();
    return {octets.begin(), octets.end()};
}

/// A record with what every flow has; 10.0.0.1 → 10.0.0.2, TCP, ports 1000 → 80.
void beginFlow(RecordBuilder& builder)
{
    builder.begin();
    uint8_t* generic = builder.add(Element::Generic);
    storeLe(generic, kNow - 2000);
    storeLe(generic + 8, kNow - 1000);
    storeLe(generic + 16, kNow);
    storeLe(generic + 24, uint64_t {5});
    storeLe(generic + 32, uint64_t {500});
    storeLe(generic + 40, uint16_t {1000});
    storeLe(generic + 42, uint16_t {80});
    generic[44] = 6;
    uint8_t* addresses = builder.add(Element::Ipv4);
    storeLe(addresses, 0x0a000001U);
    storeLe(addresses + 4, 0x0a000002U);
}

/// Counters of the other direction.
void addOut(RecordBuilder& builder, uint64_t packets, uint64_t bytes)
{
    uint8_t* out = builder.add(Element::Out);
    storeLe(out, uint64_t {1});
    storeLe(out + 8, packets);
    storeLe(out + 16, bytes);
}

/// The header of a record of layout 1 up to the exporter; flags as in the format.
Le common1(unsigned size, unsigned flags, unsigned version, unsigned map)
{
    return Le().u16(10).u16(size).u8(static_cast<uint8_t>(flags)).u8(static_cast<uint8_t>(version)).u16(map).u16(123).u16(456)
        .u32(1'600'000'000).u32(1'600'000'001).u8(64).u8(0x12).u8(6).u8(8).u16(1000).u16(80);
}

} // namespace

class TestNfcapd : public QObject {
    Q_OBJECT
private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void corpusTotals()
    {
        if (!corpus())
            QSKIP("no corpus");
        int files = 0;
        for (const auto& entry : fs::directory_iterator(*corpus() / "nfcapd")) {
            QFile golden(QString::fromStdString((*corpus() / "golden/nfcapd" / entry.path().filename()).string() + ".nfdump178-I.txt"));
            QVERIFY2(golden.open(QIODevice::ReadOnly), qPrintable(golden.fileName()));
            const auto summary = QString::fromUtf8(golden.readAll());
            const auto claimed = [&](const char* what) { return QRegularExpression(QString("(?m)^%1: (\\d+)").arg(what)).match(summary).captured(1).toULongLong(); };
            const auto read = readFlows(entry.path());
            uint64_t bytes = 0, packets = 0;
            for (size_t row = 0; row < read.rows.rows(); ++row) {
                bytes += number(read.rows, "Bytes", row);
                packets += number(read.rows, "Packets", row);
            }
            const auto name = entry.path().filename().string();
            QVERIFY2(read.error.empty() && read.damage.empty(), (name + read.error + read.damage).c_str());
            QVERIFY2(read.decoded.records() == claimed("Flows"), name.c_str());
            QVERIFY2(bytes == claimed("Bytes") && packets == claimed("Packets"), name.c_str());
            QVERIFY2(read.decoded.losses() == 0 && read.counts.empty(), name.c_str());
            ++files;
        }
        QVERIFY(files >= 17);
    }

    void layout1()
    {
        const std::vector<unsigned> extensions {4, 6, 8, 9, 13, 20, 21, 22, 24, 25, 27, 26, 45, 37, 38, 39, 42, 46, 48};
        Le map;
        map.u16(7).u16(0);
        for (const auto extension : extensions)
            map.u16(extension);
        Le body; // IPv4, 32-bit packets, 64-bit bytes
        body.u32(0x0a000001).u32(0x0a000002).u32(5).u64(uint64_t {1} << 40);
        body.u16(3).u16(4); // interfaces
        body.u16(64512).u16(64513);
        body.u8(0).u8(1).u8(24).u8(25); // TOS, egress, masks
        body.u32(0x0a0000fe); // next hop
        body.u16(10).u16(20); // VLANs
        body.u64(0x111111111111).u64(0x222222222222).u64(0x333333333333).u64(0x444444444444);
        body.u32(100 << 4).u32(200 << 4 | 1).zeros(32);
        body.u64(0x20010db800000000).u64(1); // router
        body.u16(0).u8(2).u8(9); // engine
        body.u64(1'600'000'060'000); // received
        body.u32(1).u32(2); // adjacent
        body.u64(1000).u64(2000).u64(3000); // latencies
        body.u64(0).u32(77).u16(0).u8(2).u8(0).u16(2030).u16(0); // firewall
        body.u16(5555).u16(6666);
        body.u32(0xc0000201).u32(0xc0000202);
        body.text("alice", 24);
        body.u8(4).u8(0).u16(0).u32(99).u32(98); // NAT event, VRFs
        body.u16(1).u16(2).u16(3).u16(4);
        const unsigned size = 32 + static_cast<unsigned>(body.octets().size());
        writeOctets(path("file"), file1({record(2, map), Octets(Le().add(common1(size, 4, 9, 7)).u16(1).u8(2).u8(3).add(body))}));
        const auto read = readFlows(path("file"));
        QCOMPARE(read.damage, std::string());
        QCOMPARE(read.rows.rows(), 1U);
        const std::pair<const char*, uint64_t> numbers[] = {{"TimeFlowStart", 1'600'000'000'123}, {"TimeFlowEnd", 1'600'000'001'456},
            {"TimeReceived", 1'600'000'060'000}, {"Packets", 5}, {"Bytes", uint64_t {1} << 40}, {"SrcPort", 1000}, {"DstPort", 80},
            {"Proto", 6}, {"TCPFlags", 0x12}, {"IPTos", 8}, {"ForwardingStatus", 64}, {"InIfIndex", 3}, {"OutIfIndex", 4},
            {"SrcAS", 64512}, {"DstAS", 64513}, {"FlowDirection", 2}, {"SrcNetMask", 24}, {"DstNetMask", 25}, {"SrcVlan", 10},
            {"DstVlan", 20}, {"SrcMAC", 0x111111111111}, {"DstMAC", 0x333333333333}, {"ObservationDomain", 2 * 256 + 9},
            {"RoundTripTime", 3000}, {"FirewallEvent", 2}, {"SrcPortNAT", 5555}, {"DstPortNAT", 6666}, {"NATEvent", 4},
            {"EgressVRFID", 99}, {"IngressVRFID", 98}, {"BiflowDirection", 3}, {"FlowEndReason", 3},
            {"ExportProtocol", static_cast<uint64_t>(Protocol::NetFlow9)}, {"EType", 0x0800}, {"SamplingRate", 1}};
        for (const auto& [column, value] : numbers)
            QVERIFY2(number(read.rows, column) == value, column);
        QCOMPARE(address(read.rows, "SrcAddr"), std::string("10.0.0.1"));
        QCOMPARE(address(read.rows, "NextHop"), std::string("10.0.0.254"));
        QCOMPARE(address(read.rows, "ExporterAddress"), std::string("2001:db8::1"));
        QCOMPARE(address(read.rows, "SrcAddrNAT"), std::string("192.0.2.1"));
        QCOMPARE(address(read.rows, "DstAddrNAT"), std::string("192.0.2.2"));
        QCOMPARE(text(read.rows, "UserName"), std::string("alice"));
        QCOMPARE(list(read.rows, "MPLSLabels"), std::string("100,200"));
    }

    /// The wide forms, IPv6, the record with an exporter of 8 bits, an extension that nobody knows, and what ends too early.
    void layout1Variants()
    {
        const auto map = [](unsigned number, const std::vector<unsigned>& extensions) {
            Le out;
            out.u16(number).u16(0);
            for (const auto extension : extensions)
                out.u16(extension);
            return record(2, out.u16(0).u16(0));
        };
        const Octets exporter = record(7, Le().u32(5).u64(0).u64(0xc0000207).u16(2).u16(6).u32(42));
        const Octets addresses6 = Le().u64(0x20010db800000000).u64(1).u64(0x20010db800000000).u64(2);
        const Octets wide = Le().add(addresses6).u64(5).u32(600).u32(70'000).u32(80'000).u32(90'000).u32(99'000);
        Octets early = Le().add(common1(28 + 16, 0, 6, 2)).u32(1).u32(2).u32(3).u32(400);
        early[0] = 1; // the type
        writeOctets(path("file"),
            file1({exporter, map(1, {5, 7}), map(2, {200, 4}), Octets(Le().add(common1(32 + 60, 1 | 2, 10, 1)).u16(6).u16(0).add(wide)), early,
                Octets(Le().add(common1(32 + 8, 0, 9, 1)).u16(6).u16(0).u32(1).u32(2)), // cut
                Octets(Le().add(common1(32 + 16, 0, 9, 77)).u16(6).u16(0).zeros(16))})); // its map never came
        const auto read = readFlows(path("file"));
        QCOMPARE(read.rows.rows(), 2U);
        QCOMPARE(read.decoded[DecodeCount::MalformedRecords], 2U);
        QCOMPARE(address(read.rows, "DstAddr"), std::string("2001:db8::2"));
        QCOMPARE(number(read.rows, "EType"), 0x86ddU);
        QCOMPARE(number(read.rows, "InIfIndex"), 70'000U);
        QCOMPARE(number(read.rows, "DstAS"), 99'000U);
        QCOMPARE(number(read.rows, "Bytes", 1), 400U);
        QCOMPARE(number(read.rows, "InIfIndex", 1), 0U); // behind what is not known
        for (size_t row = 0; row < 2; ++row) {
            QCOMPARE(address(read.rows, "ExporterAddress", row), std::string("192.0.2.7"));
            QCOMPARE(number(read.rows, "ObservationDomain", row), 42U);
        }
        QCOMPARE(number(read.rows, "ExportProtocol", 1), static_cast<uint64_t>(Protocol::NetFlow5)); // the exporter's
    }

    /// What our writer does not write.
    void layout2Elements()
    {
        RecordBuilder builder;
        beginFlow(builder);
        uint8_t* layer2 = builder.add(Element::Layer2);
        storeLe(layer2, uint16_t {5});
        storeLe(layer2 + 6, uint16_t {7});
        storeLe(layer2 + 8, 11U);
        storeLe(layer2 + 12, 12U);
        storeLe(layer2 + 16, uint64_t {0xff00000777});
        builder.add(Element::IpInfo)[2] = 63;
        storeLe(builder.add(Element::BgpNextHop4), 0x0a0000fdU);
        storeLe(builder.header() + v3::kExporter, uint16_t {3});
        builder.header()[v3::kVersion] = v3::kSflow | 5;
        auto first = built(builder);
        // Elements of variable length, and the NAT event of early versions, put behind by hand.
        const Octets more = Le().u16(27).u16(8).u8(3).u8(0).u8(0).u8(80).u16(25).u16(28).u64(kNow).u32(9).u32(8).u32(0).u8(6).zeros(3).u16(999).u16(6).u16(1);
        first.insert(first.end(), more.begin(), more.end());
        storeLe(first.data() + 2, static_cast<uint16_t>(first.size()));
        storeLe(first.data() + v3::kElements, static_cast<uint16_t>(loadLe<uint16_t>(first.data() + v3::kElements) + 3));
        beginFlow(builder);
        auto second = built(builder);
        const Octets exporter = record(7, Le().u32(9999).zeros(10).u8(0xff).u8(0xff).u8(192).u8(0).u8(2).u8(9).u16(0).u16(3).u32(17));
        const Octets names = record(12, Le().u16(1).u16(12).u16(4).u16(6).u16(2).u8(3).u8(0).u8(0).u8(80).text("http", 6).text("x", 2));
        writeOctets(path("file"), file2({exporter, names, first, second}));
        const auto read = readFlows(path("file"));
        QCOMPARE(read.damage, std::string());
        QCOMPARE(read.decoded.losses(), 0U);
        const std::pair<const char*, uint64_t> numbers[] = {{"SrcVlan", 5}, {"DstVlan", 7}, {"InIfIndex", 11}, {"OutIfIndex", 12}, {"VNI", 0x777},
            {"IPTTL", 63}, {"NATEvent", 6}, {"EgressVRFID", 9}, {"IngressVRFID", 8}, {"ObservationDomain", 17},
            {"ExportProtocol", static_cast<uint64_t>(Protocol::Sflow)}};
        for (const auto& [column, value] : numbers) {
            QVERIFY2(number(read.rows, column) == value, column);
            QVERIFY2(number(read.rows, column, 1) == 0, column);
        }
        QCOMPARE(address(read.rows, "NextHop"), std::string("10.0.0.253"));
        QCOMPARE(address(read.rows, "ExporterAddress"), std::string("192.0.2.9"));
        QCOMPARE(text(read.rows, "Application"), std::string("http"));
    }

    void otherDirection()
    {
        RecordBuilder builder;
        std::vector<Octets> records;
        beginFlow(builder);
        addOut(builder, 7, 700);
        records.push_back(built(builder)); // both
        beginFlow(builder);
        builder.add(Element::Generic)[24] = 0;
        storeLe(builder.add(Element::Generic) + 32, uint64_t {0});
        addOut(builder, 8, 800);
        records.push_back(built(builder)); // one, told as "out" by the exporter
        builder.add(Element::Nsel)[14] = 1;
        records.push_back(built(builder)); // the answer to a connection
        writeOctets(path("file"), file2(records));
        const auto read = readFlows(path("file"));
        QCOMPARE(read.decoded.records(), 3U);
        QCOMPARE(read.decoded.flows(), 4U);
        QCOMPARE(read.rows.rows(), 4U);
        const char* sources[] = {"10.0.0.1", "10.0.0.1", "10.0.0.2", "10.0.0.2"};
        const uint64_t bytes[] = {500, 800, 800, 700}, ports[] = {1000, 1000, 80, 80};
        for (size_t row = 0; row < 4; ++row) {
            QCOMPARE(address(read.rows, "SrcAddr", row), std::string(sources[row]));
            QCOMPARE(number(read.rows, "Bytes", row), bytes[row]);
            QCOMPARE(number(read.rows, "Packets", row), bytes[row] / 100);
            QCOMPARE(number(read.rows, "SrcPort", row), ports[row]);
            QCOMPARE(number(read.rows, "TimeReceived", row), kNow);
        }
    }

    void times()
    {
        RecordBuilder builder;
        beginFlow(builder);
        const auto whole = built(builder);
        storeLe(builder.add(Element::Generic) + 16, uint64_t {0});
        writeOctets(path("file"), file2({whole, built(builder)}));
        const auto read = readFlows(path("file"));
        QCOMPARE(number(read.rows, "TimeReceived"), kNow);
        QCOMPARE(number(read.rows, "TimeReceived", 1), kNow - 1000); // the end of a flow whose reception is not known
        InputSettings settings;
        settings.time = TimeSource::FirstSwitched;
        QCOMPARE(number(readFlows(path("file"), settings).rows, "TimeReceived"), kNow - 2000);
    }

    /// A few records that make no sense among good ones.
    void malformedRecords()
    {
        RecordBuilder builder;
        beginFlow(builder);
        const auto good = built(builder);
        auto tooLong = good, tooMany = good;
        storeLe(tooLong.data() + v3::kHeader + 2, uint16_t {5000}); // an element longer than the record
        storeLe(tooMany.data() + v3::kElements, uint16_t {9});
        const auto empty = record(11, Le().u16(0).zeros(6)); // without the flow itself
        const auto unknown = record(300, Le().zeros(20));
        writeOctets(path("file"), file2({good, tooLong, tooMany, empty, unknown, record(11, {}), good}));
        auto read = readFlows(path("file"));
        QCOMPARE(read.rows.rows(), 2U);
        QCOMPARE(read.decoded[DecodeCount::MalformedRecords], 4U);
        QCOMPARE(read.count("other-records"), 1U);

        // A size that leads nowhere loses the rest of the block.
        auto broken = good;
        storeLe(broken.data() + 2, uint16_t {3});
        writeOctets(path("file"), file2({good, broken, good, good}));
        read = readFlows(path("file"));
        QCOMPARE(read.rows.rows(), 1U);
        QCOMPARE(read.count("lost-records"), 3U);
    }

    void refused()
    {
        writeNfcapd(path("good"), nfcapdRows(1, kNow));
        const auto changed = [&](std::initializer_list<std::pair<size_t, uint8_t>> changes) {
            auto octets = octetsOf(path("good"));
            for (const auto& [at, octet] : changes)
                octets[at] = octet;
            writeOctets(path("file"), octets);
            return readFlows(path("file")).error;
        };
        QCOMPARE(changed({}), std::string());
        QVERIFY(changed({{0, 0xa5}, {1, 0x0c}, {2, 0}, {3, 2}}).find("big-endian") != std::string::npos);
        QVERIFY(changed({{2, 3}}).find("layout 3") != std::string::npos);
        QVERIFY(changed({{header2::kCompression, 9}}).find("compression (9)") != std::string::npos);
        QVERIFY(changed({{header2::kEncryption, 1}}).find("encrypted") != std::string::npos);
        QVERIFY(changed({{0, 0x0d}}).find("nfcapd file of nfdump") != std::string::npos); // is none; what could be read is named
    }

    void cutAnywhere_data()
    {
        QTest::addColumn<int>("kind");
        QTest::newRow("plain") << 0;
        QTest::newRow("packed") << 3;
        QTest::newRow("layout 1") << -1;
    }
    void cutAnywhere()
    {
        QFETCH(int, kind);
        if (kind >= 0) {
            writeNfcapd(path("whole"), nfcapdRows(20, kNow), {.compression = static_cast<NfcapdCompression>(kind)});
        } else {
            std::vector<Octets> records {record(2, Le().u16(1).u16(0).u16(5).u16(0))};
            for (unsigned i = 0; i < 20; ++i)
                records.push_back(Le().add(common1(32 + 24, 0, 9, 1)).u16(0).u16(0).u32(1).u32(i).u32(1).u32(1).u32(i).u32(i));
            writeOctets(path("whole"), file1(records, 20));
        }
        const auto octets = octetsOf(path("whole"));
        const auto whole = readFlows(path("whole"));
        QCOMPARE(whole.rows.rows(), 20U);
        QCOMPARE(whole.damage, std::string());
        size_t before = 0;
        std::ofstream cut(path("cut"), std::ios::binary);
        for (size_t size = 0; size < octets.size(); cut.put(static_cast<char>(octets[size])).flush(), ++size) {
            const auto read = readFlows(path("cut"));
            const auto where = std::to_string(size);
            QVERIFY2(!read.error.empty() || !read.damage.empty(), where.c_str());
            QVERIFY2(read.rows.rows() >= before, where.c_str()); // never less than of a shorter piece
            QVERIFY2(difference(whole.rows, 0, read.rows, 0, read.rows.rows()).empty(), where.c_str());
            before = read.rows.rows();
        }
        QVERIFY(kind > 0 ? before == 20 : before >= 19);
    }

    void damagedBlock()
    {
        for (const auto compression : {NfcapdCompression::Lzo, NfcapdCompression::Bz2, NfcapdCompression::Lz4, NfcapdCompression::Zstd}) {
            writeNfcapd(path("whole"), nfcapdRows(20'000, kNow), {.compression = compression});
            auto octets = octetsOf(path("whole"));
            const auto size = loadLe<uint32_t>(octets.data() + header2::kSize + block::kSize);
            const auto records = loadLe<uint32_t>(octets.data() + header2::kSize);
            const size_t second = header2::kSize + block::kHeader + size;
            std::fill_n(octets.begin() + static_cast<ptrdiff_t>(second + block::kHeader), 200, uint8_t {0xff});
            const auto lost = loadLe<uint32_t>(octets.data() + second);
            writeOctets(path("file"), octets);
            const auto read = readFlows(path("file"));
            if (compression == NfcapdCompression::Bz2 || compression == NfcapdCompression::Zstd) // the others have no sum to check
                QCOMPARE(read.count("lost-blocks"), 1U);
            QCOMPARE(read.rows.rows(), 20'000U - lost);
            QVERIFY(read.count("lost-records") + read.count("other-records") + read.decoded[DecodeCount::MalformedRecords] >= lost);
            QVERIFY2(read.damage.find("byte " + std::to_string(second)) != std::string::npos, read.damage.c_str());
            const auto whole = readFlows(path("whole"));
            QCOMPARE(difference(whole.rows, 0, read.rows, 0, records), std::string());
            QCOMPARE(difference(whole.rows, records + lost, read.rows, records, 20'000 - records - lost), std::string());
        }
    }

    void joined()
    {
        writeNfcapd(path("a"), nfcapdRows(10, kNow, 1), {.compression = NfcapdCompression::Bz2});
        writeNfcapd(path("b"), FlowBatch(Schema::builtin()));
        writeNfcapd(path("c"), nfcapdRows(20, kNow, 2));
        auto octets = octetsOf(path("a"));
        for (const char* name : {"b", "c"}) {
            const auto more = octetsOf(path(name));
            octets.insert(octets.end(), more.begin(), more.end());
        }
        writeOctets(path("file"), octets);
        auto read = readFlows(path("file"));
        QCOMPARE(read.damage, std::string());
        QCOMPARE(read.rows.rows(), 30U);
        QCOMPARE(difference(nfcapdRows(20, kNow, 2), 0, read.rows, 10, 20), std::string());
        octets.push_back('x');
        writeOctets(path("file"), octets);
        read = readFlows(path("file"));
        QCOMPARE(read.rows.rows(), 30U);
        QVERIFY(read.damage.find("byte " + std::to_string(octets.size() - 1)) != std::string::npos);
    }

    /// Its header counts no blocks yet.
    void stillBeingWritten()
    {
        RecordBuilder builder;
        beginFlow(builder);
        const auto flow = built(builder);
        writeOctets(path("file"), Octets(Le().add(header2Of(0)).add(blockOf({flow, flow}, 3)).add(blockOf({flow}, 3))));
        const auto read = readFlows(path("file"));
        QCOMPARE(read.damage, std::string());
        QCOMPARE(read.rows.rows(), 3U);
    }

    void blocksThatAreMissing()
    {
        RecordBuilder builder;
        beginFlow(builder);
        writeOctets(path("file"), Octets(Le().add(header2Of(3)).add(blockOf({built(builder)}, 3)).add(blockOf({built(builder)}, 99))));
        const auto read = readFlows(path("file"));
        QCOMPARE(read.rows.rows(), 1U);
        QCOMPARE(read.count("other-blocks"), 1U);
        QVERIFY2(read.damage.find("after 2 of 3 blocks") != std::string::npos, read.damage.c_str());
    }

    /// A file that is whole but holds less than it says of itself.
    void ownStatistics()
    {
        FlowStat stat;
        stat.add(6, {2, 1000, 10}, kNow, kNow);
        Octets octets(FlowStat::kSize2);
        stat.store2(octets.data());
        RecordBuilder builder;
        beginFlow(builder);
        const auto flow = built(builder);
        writeOctets(path("file"), file2({flow, flow, record(0x8002, octets)}));
        QCOMPARE(readFlows(path("file")).damage, std::string());
        writeOctets(path("file"), file2({flow, flow, flow, record(0x8002, octets)}));
        QCOMPARE(readFlows(path("file")).damage, std::string());
        writeOctets(path("file"), file2({flow, record(0x8002, octets)}));
        const auto damage = readFlows(path("file")).damage;
        QVERIFY2(damage.find("counts 2 flows with 10 packets and 1000 bytes") != std::string::npos, damage.c_str());
    }

    void stopped()
    {
        writeNfcapd(path("file"), nfcapdRows(5000, kNow));
        auto file = openFlowFile(path("file"), {.schema = Schema::builtin()});
        QVERIFY(file.has_value());
        std::stop_source stop;
        DatagramBatch datagrams;
        FlowBatch rows(Schema::builtin());
        QCOMPARE((*file)->read(datagrams, rows, stop.get_token()), FlowFile::Status::More);
        QVERIFY(!rows.empty());
        stop.request_stop();
        QCOMPARE((*file)->read(datagrams, rows, stop.get_token()), FlowFile::Status::Stopped);
        QVERIFY(!(*file)->damage());
    }

private:
    [[nodiscard]] fs::path path(const char* name) const { return fs::path(m_folder->path().toStdString()) / name; }
    std::unique_ptr<QTemporaryDir> m_folder;
};

QTEST_GUILESS_MAIN(TestNfcapd)
#include "test_nfcapd.moc"
