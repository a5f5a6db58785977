// SPDX-License-Identifier: GPL-3.0-or-later
// Packets to flows: what a flow is, when it ends, what is known of both directions, and that nothing makes it crash or grow without bound.
#include <QTemporaryDir>
#include <QtTest>

#include "collectors/capture/linklayer.h"
#include "collectors/files/filekinds.h"
#include "collectors/meter/meter.h"
#include "tests/support/pcapwriter.h"
#include "tests/support/rows.h"

using namespace rivereto;
using collectors::CapturedPacket;
using support::address;
using support::number;
using support::text;

namespace {

using Octets = std::vector<uint8_t>;
constexpr uint64_t kSecond = 1'000'000'000;
constexpr uint64_t kStart = 1'700'000'000 * kSecond;

void put(Octets& out, uint64_t value, unsigned width)
{
    for (unsigned i = width; i-- > 0;)
        out.push_back(static_cast<uint8_t>(value >> 8 * i));
}

struct Made {
    uint32_t src = 0x0a000001;
    uint32_t dst = 0xc6336401;
    uint8_t proto = 6;
    uint16_t srcPort = 40000;
    uint16_t dstPort = 443;
    uint16_t flags = 0x10;
    uint32_t sequence = 1;
    uint32_t acknowledged = 1;
    std::string data;
    uint16_t fragment = 0; ///< flags and offset
    uint16_t id = 0;
    uint16_t vlan = 0;

    [[nodiscard]] Made back() const
    {
        Made out = *this;
        std::swap(out.src, out.dst);
        std::swap(out.srcPort, out.dstPort);
        return out;
    }
    [[nodiscard]] Octets ip() const
    {
        Octets transport;
        if ((fragment & 0x1fff) == 0 && proto != 1) {
            put(transport, srcPort, 2);
            put(transport, dstPort, 2);
        }
        if (proto == 6 && (fragment & 0x1fff) == 0) {
            put(transport, sequence, 4);
            put(transport, acknowledged, 4);
            put(transport, 0x5000 | flags, 2);
            put(transport, 0, 6);
        } else if (proto == 17 && (fragment & 0x1fff) == 0) {
            put(transport, 8 + data.size(), 2);
            put(transport, 0, 2);
        }
        transport.insert(transport.end(), data.begin(), data.end());
        Octets out {0x45, 0};
        put(out, 20 + transport.size(), 2);
        put(out, id, 2);
        put(out, fragment, 2);
        put(out, uint64_t {64} << 24 | uint64_t {proto} << 16, 4);
        put(out, src, 4);
        put(out, dst, 4);
        out.insert(out.end(), transport.begin(), transport.end());
        return out;
    }
    [[nodiscard]] Octets frame() const
    {
        Octets out {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1};
        if (vlan != 0)
            put(out, uint64_t {0x8100} << 16 | vlan, 4);
        put(out, 0x0800, 2);
        const auto packet = ip();
        out.insert(out.end(), packet.begin(), packet.end());
        return out;
    }
};

std::string clientHello(const std::string& host)
{
    std::string list = std::string(1, '\0') + std::string(1, '\0') + static_cast<char>(host.size()) + host;
    std::string names = std::string(1, '\0') + static_cast<char>(list.size()) + list;
    std::string extensions = std::string("\0\x17\0\0", 4) + std::string(2, '\0') + std::string(1, '\0') + static_cast<char>(names.size()) + names;
    std::string body = std::string("\3\3", 2) + std::string(32, 'r') + std::string(1, '\0') + std::string("\0\2\x13\1", 4) + std::string("\1\0", 2) + std::string(1, '\0') + static_cast<char>(extensions.size()) + extensions;
    std::string message = std::string("\1\0\0", 3) + static_cast<char>(body.size()) + body;
    return std::string("\x16\3\1\0", 4) + static_cast<char>(message.size()) + message;
}

/// A meter with a clock of its own.
struct Bench {
    explicit Bench(collectors::MeterOptions options = {})
        : meter(core::Schema::builtin(), std::move(options))
        , rows(core::Schema::builtin())
    {
    }
    void frame(uint64_t ns, const Octets& bytes, int linkType = 1)
    {
        core::PacketInfo info;
        collectors::parseLink(linkType, bytes, info);
        meter.add({.linkType = linkType, .timeNs = kStart + ns, .originalLength = static_cast<uint32_t>(bytes.size()), .bytes = bytes}, info);
        meter.flush(); // the bytes go
    }
    void add(uint64_t ns, const Made& made) { frame(ns, made.frame()); }
    core::FlowBatch& finish()
    {
        meter.finish();
        while (meter.take(rows, rows.rows() + 1000)) { }
        return rows;
    }
    collectors::Meter meter;
    core::FlowBatch rows;
};

} // namespace

class MeterTest : public QObject {
    Q_OBJECT
private slots:
    void bothDirections()
    {
        Bench bench;
        const Made client;
        auto syn = client, answer = client.back(), ack = client, data = client;
        syn.flags = 0x02;
        syn.sequence = 999;
        answer.flags = 0x12;
        answer.sequence = 4999;
        answer.acknowledged = 1000;
        ack.sequence = data.sequence = 1000;
        ack.acknowledged = data.acknowledged = 5000;
        data.data = clientHello("www.example.org");
        bench.add(0, syn);
        bench.add(20'000'000, answer);
        bench.add(20'500'000, ack);
        bench.add(21'000'000, data);
        bench.add(60'000'000, data); // sent again
        const auto& rows = bench.finish();
        QCOMPARE(rows.rows(), 2U);
        QCOMPARE(address(rows, "SrcAddr", 0), "10.0.0.1");
        QCOMPARE(number(rows, "Packets", 0), 4U);
        QCOMPARE(number(rows, "Bytes", 0), 4 * 40 + 2 * data.data.size());
        QCOMPARE(number(rows, "TCPFlags", 0), 0x12U);
        QCOMPARE(number(rows, "BiflowDirection", 0), 2U);
        QCOMPARE(number(rows, "Retransmissions", 0), 1U);
        QCOMPARE(number(rows, "TimeFlowStart", 0), kStart / 1'000'000);
        QCOMPARE(number(rows, "TimeFlowEnd", 0), kStart / 1'000'000 + 60);
        QCOMPARE(text(rows, "ServerName", 0), "www.example.org");
        QCOMPARE(number(rows, "SrcMAC", 0), 0x020000000001U);
        QCOMPARE(address(rows, "SrcAddr", 1), "198.51.100.1");
        QCOMPARE(number(rows, "SrcPort", 1), 443U);
        QCOMPARE(number(rows, "BiflowDirection", 1), 3U);
        QCOMPARE(number(rows, "Retransmissions", 1), 0U);
        for (size_t row : {0, 1}) {
            QCOMPARE(number(rows, "RoundTripTime", row), 20'500U);
            QCOMPARE(number(rows, "SamplingRate", row), 1U);
            QCOMPARE(number(rows, "ExportProtocol", row), 7U);
        }
    }

    void timeouts()
    {
        Bench bench;
        Made made;
        made.proto = 17;
        for (uint64_t second = 0; second <= 125; second += 5)
            bench.add(second * kSecond, made);
        bench.add(140 * kSecond - 1, made); // still the same
        bench.add(155 * kSecond, made);
        const auto& rows = bench.finish();
        QCOMPARE(rows.rows(), 4U);
        // [0, 60), [60, 120), [120, 180) which ended by silence, and what came after it.
        const std::vector<uint64_t> packets {12, 12, 3, 1}, reasons {2, 2, 1, 4}, starts {0, 60, 120, 155};
        for (size_t i = 0; i < 4; ++i) {
            QCOMPARE(number(rows, "Packets", i), packets[i]);
            QCOMPARE(number(rows, "FlowEndReason", i), reasons[i]);
            QCOMPARE(number(rows, "TimeFlowStart", i), kStart / 1'000'000 + starts[i] * 1000);
        }
    }

    /// Flows come out when they end, not only when the next packet of theirs comes.
    void endsInTime()
    {
        Bench bench;
        bench.add(0, Made {.proto = 17});
        bench.meter.advance(kStart + 14 * kSecond);
        bench.meter.take(bench.rows, 10);
        QCOMPARE(bench.rows.rows(), 0U);
        bench.meter.advance(kStart + 17 * kSecond);
        bench.meter.take(bench.rows, 10);
        QCOMPARE(bench.rows.rows(), 1U);
        QCOMPARE(bench.meter.open(), 0U);
        // Hours of silence are passed over at once, and packets of the past do no harm.
        bench.meter.advance(kStart + 100'000 * kSecond);
        bench.add(0, Made {.proto = 17});
        bench.add(100'001 * kSecond, Made {.proto = 17});
        QCOMPARE(bench.finish().rows(), 3U);
    }

    /// Found by fuzzing: flows that began in the first second of 1970 were never looked at again.
    void noFlowIsForgotten()
    {
        for (uint64_t second = 1; second < 400; ++second) {
            collectors::Meter meter(core::Schema::builtin(), {});
            core::FlowBatch rows(core::Schema::builtin());
            for (const uint64_t at : {uint64_t {0}, second * kSecond, 1000 * kSecond + second * kSecond}) {
                const auto frame = Made {.srcPort = static_cast<uint16_t>(at / kSecond)}.frame();
                core::PacketInfo info;
                collectors::parseLink(1, frame, info);
                meter.add({.linkType = 1, .timeNs = at, .originalLength = static_cast<uint32_t>(frame.size()), .bytes = frame}, info);
                meter.flush();
            }
            meter.finish();
            meter.take(rows, 100);
            QCOMPARE(rows.rows(), 3U);
        }
    }

    void tcpEnds()
    {
        Bench bench;
        Made fin;
        fin.flags = 0x11;
        auto last = fin.back();
        Made again;
        again.flags = 0x02;
        bench.add(0, fin);
        bench.add(1000, last);
        bench.add(500'000'000, again); // the ports are used anew
        const auto& rows = bench.finish();
        QCOMPARE(rows.rows(), 3U);
        QCOMPARE(number(rows, "FlowEndReason", 0), 3U);
        QCOMPARE(number(rows, "FlowEndReason", 1), 3U);
        QCOMPARE(number(rows, "Packets", 2), 1U);
        QCOMPARE(number(rows, "BiflowDirection", 0), 1U); // its beginning was not seen
        QCOMPARE(number(rows, "BiflowDirection", 2), 2U);
    }

    void keysApart()
    {
        Bench bench;
        bench.add(0, Made {});
        bench.add(1, Made {.vlan = 7});
        bench.add(2, Made {.proto = 17});
        bench.add(3, Made {.srcPort = 40001});
        bench.add(4, Made {.proto = 1, .data = std::string("\x08\0\0\0\0\0\0\0", 8)});
        bench.add(5, Made {.proto = 1, .data = std::string("\0\0\0\0\0\0\0\0", 8)}.back()); // the answer to it
        const auto& rows = bench.finish();
        QCOMPARE(rows.rows(), 6U);
        QCOMPARE(number(rows, "ICMPv4Type", 4), 8U);
        QCOMPARE(number(rows, "ICMPv4Type", 5), 0U);
        QCOMPARE(number(rows, "BiflowDirection", 5), 3U);
        QCOMPARE(number(rows, "SrcVlan", 1), 7U);
    }

    void fragments()
    {
        Bench bench;
        Made first {.proto = 17, .data = std::string(1472, 'x'), .fragment = 0x2000, .id = 77};
        Made rest {.proto = 17, .data = std::string(500, 'x'), .fragment = 185, .id = 77};
        bench.add(0, first);
        bench.add(10, rest);
        const auto& rows = bench.finish();
        QCOMPARE(rows.rows(), 1U);
        QCOMPARE(number(rows, "Packets", 0), 2U);
        QCOMPARE(number(rows, "Bytes", 0), 1500U + 520U);
        QCOMPARE(number(rows, "IPFragmentID", 0), 77U);
    }

    void otherPackets()
    {
        Bench bench;
        Octets arp {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 0x08, 0x06};
        arp.resize(60);
        bench.frame(0, arp);
        bench.frame(1, Made {}.ip(), 101); // raw IP
        const auto& rows = bench.finish();
        QCOMPARE(rows.rows(), 2U);
        QCOMPARE(number(rows, "EType", 0), 0x0806U);
        QCOMPARE(number(rows, "Bytes", 0), 60U);
        QCOMPARE(number(rows, "DstMAC", 0), 0xffffffffffffU);
        QCOMPARE(number(rows, "Bytes", 1), 40U);
    }

    void tunnels()
    {
        Made outer {.proto = 4};
        const auto inner = Made {.src = 0x0a090909, .dst = 0x0a080808}.ip();
        outer.data.assign(inner.begin(), inner.end());
        // Protocol 4 has no ports.
        auto frame = outer.frame();
        frame.erase(frame.begin() + 34, frame.begin() + 38);
        frame[17] = static_cast<uint8_t>(frame.size() - 14);
        collectors::MeterOptions options;
        options.settings.decapsulation = core::Decapsulation::IpIp;
        options.settings.strict = true;
        Bench bench(options);
        bench.frame(0, frame);
        bench.add(1, Made {});
        const auto& rows = bench.finish();
        QCOMPARE(rows.rows(), 1U);
        QCOMPARE(address(rows, "SrcAddr", 0), "10.9.9.9");
        QCOMPARE(number(rows, "Bytes", 0), 40U);
        QCOMPARE(bench.meter.stats()[core::DecodeCount::TunnelMissing], 1U);
    }

    void names()
    {
        Bench bench;
        Made query {.proto = 17, .dstPort = 53, .data = std::string("\0\1\1\0\0\1\0\0\0\0\0\0\3wWw\7example\0\0\1\0\1", 29)};
        bench.add(0, query);
        bench.add(1, Made {.dstPort = 80, .data = "GET / HTTP/1.1\r\nAccept: x\r\nHOST:  Shop.Example \r\n\r\n"});
        // A hello in two segments, cut within the name.
        const auto hello = clientHello("long.example.net");
        bench.add(2, Made {.srcPort = 5, .data = hello.substr(0, hello.size() - 4)});
        bench.add(3, Made {.srcPort = 5, .sequence = static_cast<uint32_t>(1 + hello.size() - 4), .data = hello.substr(hello.size() - 4)});
        const auto& rows = bench.finish();
        QCOMPARE(rows.rows(), 3U);
        QCOMPARE(text(rows, "DNSName", 0), "www.example");
        QCOMPARE(text(rows, "HTTPHost", 1), "shop.example");
        QCOMPARE(text(rows, "ServerName", 2), "long.example.net");
    }

    /// Segments that were only overtaken are not sent again.
    void reordered()
    {
        Bench bench;
        const auto segment = [](uint32_t sequence, size_t length) { return Made {.sequence = sequence, .data = std::string(length, 'x')}; };
        bench.add(0, segment(1, 100));
        bench.add(1, segment(201, 100));
        bench.add(2, segment(101, 100)); // late by a nanosecond
        bench.add(3, segment(401, 100));
        bench.add(50'000'000, segment(301, 100)); // the one that was lost
        bench.add(60'000'000, segment(500, 1)); // keep-alive
        const auto& rows = bench.finish();
        QCOMPARE(number(rows, "Retransmissions", 0), 1U);
    }

    void boundedMemory()
    {
        Bench bench({.maxFlows = 1000});
        uint64_t packets = 0;
        for (uint32_t i = 0; i < 50'000; ++i) {
            bench.add(i, Made {.src = i, .proto = 17});
            bench.meter.take(bench.rows, bench.rows.rows() + 5000);
            QVERIFY(bench.meter.open() <= 1000);
        }
        const auto& rows = bench.finish();
        for (size_t i = 0; i < rows.rows(); ++i)
            packets += number(rows, "Packets", i);
        QCOMPARE(packets, 50'000U);
        QVERIFY(bench.meter.evicted() > 0);
    }

    /// libpcap refuses captures of interfaces with several link types.
    void linkTypesMixed()
    {
        Octets out;
        const auto little = [&](uint64_t value, unsigned width) {
            for (unsigned i = 0; i < width; ++i)
                out.push_back(static_cast<uint8_t>(value >> 8 * i));
        };
        const auto interface = [&](uint16_t linkType, const std::string& name) {
            const size_t length = 20 + 4 + (name.size() + 3) / 4 * 4 + 4;
            little(1, 4), little(length, 4), little(linkType, 2), little(0, 2), little(0, 4);
            little(2, 2), little(name.size(), 2);
            out.insert(out.end(), name.begin(), name.end());
            out.resize(out.size() + (4 - name.size() % 4) % 4);
            little(0, 4), little(length, 4);
        };
        const auto packet = [&](uint32_t number, const Octets& bytes) {
            const size_t length = 32 + (bytes.size() + 3) / 4 * 4;
            little(6, 4), little(length, 4), little(number, 4), little(0, 4), little(1000, 4), little(bytes.size(), 4), little(bytes.size(), 4);
            out.insert(out.end(), bytes.begin(), bytes.end());
            out.resize(out.size() + (4 - bytes.size() % 4) % 4);
            little(length, 4);
        };
        little(0x0a0d0d0a, 4), little(28, 4), little(0x1a2b3c4d, 4), little(1, 4), little(~uint64_t {0}, 8), little(28, 4);
        interface(1, "eth0");
        interface(101, "tun0");
        packet(0, Made {}.frame());
        packet(1, Made {.srcPort = 1}.ip());
        const auto rows = read(out);
        QCOMPARE(rows.rows(), 2U);
        QCOMPARE(text(rows, "InIfName", 0), "eth0");
        QCOMPARE(text(rows, "InIfName", 1), "tun0");
    }

    /// A capture of flow export with some other packets is one of flow export; the other packets are there on request.
    void exportOrPackets()
    {
        support::PcapWriter writer(support::PcapWriter::Format {});
        Octets v5(24 + 48);
        v5[1] = 5;
        v5[3] = 1;
        v5[8] = 0x65; // a believable time
        v5[7] = 1;
        Made exported {.proto = 17, .dstPort = 2055, .data = std::string(v5.begin(), v5.end())};
        writer.packet(1, exported.frame());
        writer.packet(2, Made {}.frame());
        core::InputSettings settings;
        QCOMPARE(read(writer.bytes(), settings).rows(), 0U);
        settings.packets = core::PacketUse::Meter;
        QCOMPARE(read(writer.bytes(), settings).rows(), 1U);
    }

    void truncatedAnywhere()
    {
        support::PcapWriter writer(support::PcapWriter::Format {});
        for (int i = 0; i < 4; ++i)
            writer.packet(static_cast<uint64_t>(i), Made {.srcPort = static_cast<uint16_t>(i), .data = clientHello("a.example")}.frame());
        const auto whole = writer.bytes();
        size_t before = 0;
        for (size_t length = 24; length <= whole.size(); ++length) {
            const auto rows = read({whole.begin(), whole.begin() + static_cast<ptrdiff_t>(length)}).rows();
            QVERIFY(rows >= before && rows <= before + 1);
            before = rows;
        }
        QCOMPARE(before, 4U);
        // Every packet cut at every octet.
        const auto frame = Made {.data = clientHello("a.example"), .vlan = 5}.frame();
        Bench bench;
        for (size_t length = 0; length <= frame.size(); ++length)
            bench.frame(length, {frame.begin(), frame.begin() + static_cast<ptrdiff_t>(length)});
        QVERIFY(bench.finish().rows() >= 1);
    }

private:
    core::FlowBatch read(const Octets& bytes, core::InputSettings settings = {})
    {
        const auto path = m_folder.filePath("file.pcap");
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly))
            qFatal("cannot write");
        file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<qint64>(bytes.size()));
        file.close();
        auto opened = collectors::openFlowFile(path.toStdString(), {.schema = core::Schema::builtin(), .settings = std::move(settings)}).value();
        core::FlowBatch rows(core::Schema::builtin());
        core::DatagramBatch datagrams;
        while (opened->read(datagrams, rows, {}) == collectors::FlowFile::Status::More) { }
        return rows;
    }
    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(MeterTest)
#include "test_meter.moc"
