// SPDX-License-Identifier: GPL-3.0-or-later
// Capture files: formats, link types, fragments, compression, damage, cancelling.
#include <QTemporaryDir>
#include <QtTest>

#include <sys/stat.h>
#include <thread>
#include <zlib.h>
#include <lz4frame.h>
#include <zstd.h>

#include "collectors/capture/capturereader.h"
#include "core/decode/decoder.h"
#include "tests/support/messages.h"
#include "tests/support/pcapwriter.h"

using namespace rivereto;
using namespace rivereto::core;
using namespace rivereto::collectors;
using namespace rivereto::support;

namespace {

constexpr uint64_t kUs = 1'700'000'001'234'567;

Octets exportPacket(uint16_t n = 0)
{
    return ipv4(udp(40000, 2055, netflow5(record5(n))));
}

struct ReadResult {
    DatagramBatch batch;
    CaptureStats stats;
    std::optional<Error> damage;
    uint64_t bytesRead = 0;
    uint64_t bytesTotal = 0;
};

class Folder {
public:
    std::string write(std::span<const uint8_t> bytes, const char* name = "file.pcap")
    {
        const QString path = m_dir.filePath(name);
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly)
            || file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<qint64>(bytes.size())) < 0)
            qFatal("cannot write %s", qPrintable(path));
        return path.toStdString();
    }
    [[nodiscard]] std::string path(const char* name) const { return m_dir.filePath(name).toStdString(); }

private:
    QTemporaryDir m_dir;
};

ReadResult readAll(const std::string& path, CaptureOptions options = {})
{
    ReadResult out;
    auto reader = CaptureReader::open(path, options);
    if (!reader)
        qFatal("%s", reader.error().message().c_str());
    while ((*reader)->read(out.batch) == CaptureReader::Status::More) { }
    out.stats = (*reader)->stats();
    out.damage = (*reader)->damage();
    out.bytesRead = (*reader)->bytesRead();
    out.bytesTotal = (*reader)->bytesTotal();
    return out;
}

std::vector<uint8_t> gzip(std::span<const uint8_t> bytes)
{
    z_stream stream {};
    deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
    std::vector<uint8_t> out(deflateBound(&stream, bytes.size()) + 64);
    stream.next_in = const_cast<uint8_t*>(bytes.data());
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = out.data();
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

std::vector<uint8_t> lz4(std::span<const uint8_t> bytes)
{
    std::vector<uint8_t> out(LZ4F_compressFrameBound(bytes.size(), nullptr));
    out.resize(LZ4F_compressFrame(out.data(), out.size(), bytes.data(), bytes.size(), nullptr));
    return out;
}

std::vector<uint8_t> zstd(std::span<const uint8_t> bytes)
{
    std::vector<uint8_t> out(ZSTD_compressBound(bytes.size()));
    out.resize(ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), 3));
    return out;
}

std::vector<uint8_t> smallCapture(int packets = 3)
{
    PcapWriter writer(PcapWriter::Format {});
    for (int i = 0; i < packets; ++i)
        writer.packet(kUs, ethernet(0x0800, exportPacket(static_cast<uint16_t>(i))));
    return writer.bytes();
}

} // namespace

class CaptureTest : public QObject {
    Q_OBJECT
private slots:
    void pcapFormats()
    {
        for (const bool swapped : {false, true}) {
            for (const bool nanoseconds : {false, true}) {
                PcapWriter writer({swapped, nanoseconds, 1});
                writer.packet(kUs, ethernet(0x0800, exportPacket()));
                const auto result = readAll(m_folder.write(writer.bytes()), {.input = 9});
                QCOMPARE(result.batch.size(), 1U);
                const Datagram d = result.batch[0];
                QCOMPARE(d.source.toString(), "10.0.0.1");
                QCOMPARE(d.sourcePort, 40000);
                QCOMPARE(d.input, 9);
                QCOMPARE(d.receivedMs, kUs / 1000);
                QCOMPARE(recognise(d.payload), Protocol::NetFlow5);
                QCOMPARE(d.payload.size(), 72U);
                QCOMPARE(result.bytesRead, result.bytesTotal);
                QVERIFY(!result.damage);
            }
        }
    }

    void pcapng()
    {
        PcapngWriter writer;
        writer.packet(kUs, ethernet(0x0800, exportPacket()));
        writer.packet(kUs, ethernet(0x86dd, ipv6(17, udp(1, 2, netflow5(record5())))));
        const auto result = readAll(m_folder.write(writer.bytes()));
        QCOMPARE(result.batch.size(), 2U);
        QCOMPARE(result.batch[1].source.toString(), "2001:db8::1");
    }

    void linkTypes_data()
    {
        QTest::addColumn<int>("link");
        QTest::addColumn<QByteArray>("packet");
        const auto row = [](const char* name, int link, const Octets& packet) {
            const std::span<const uint8_t> bytes = packet;
            QTest::newRow(name) << link
                                << QByteArray(reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size()));
        };
        row("ethernet", 1, ethernet(0x0800, exportPacket()));
        row("802.1Q", 1, ethernet(0x8100, Octets().u16(5).u16(0x0800).add(exportPacket())));
        row("QinQ", 1, ethernet(0x88a8, Octets().u16(5).u16(0x8100).u16(6).u16(0x0800).add(exportPacket())));
        row("raw", 101, exportPacket());
        row("raw IPv4", 228, exportPacket());
        row("raw IPv6", 229, ipv6(17, udp(1, 2, netflow5(record5()))));
        row("null", 0, Octets().u32(0x02000000).add(exportPacket()));
        row("loop", 108, Octets().u32(2).add(exportPacket()));
        row("cooked", 113, Octets().zeros(14).u16(0x0800).add(exportPacket()));
        row("cooked v2", 276, Octets().u16(0x0800).zeros(18).add(exportPacket()));
        row("ppp", 9, Octets().u16(0xff03).u16(0x0021).add(exportPacket()));
        row("cisco hdlc", 104, Octets().u16(0x0f00).u16(0x0800).add(exportPacket()));
    }
    void linkTypes()
    {
        QFETCH(int, link);
        QFETCH(QByteArray, packet);
        PcapWriter writer({.linkType = static_cast<uint32_t>(link)});
        writer.packet(kUs, {reinterpret_cast<const uint8_t*>(packet.constData()), static_cast<size_t>(packet.size())});
        QCOMPARE(readAll(m_folder.write(writer.bytes())).batch.size(), 1U);
    }

    void otherPackets()
    {
        struct Sink : PacketSink {
            void onPacket(const CapturedPacket& packet, const core::PacketInfo&) override { lengths.push_back(packet.originalLength); }
            std::vector<uint32_t> lengths;
        } sink;
        PcapWriter writer(PcapWriter::Format {});
        writer.packet(kUs, ethernet(0x0800, ipv4(tcp(1, 2, 3), {.proto = 6})));
        writer.packet(kUs, ethernet(0x0800, ipv4(udp(1, 53, Octets().text("not flow export")))), 999);
        writer.packet(kUs, ethernet(0x0806, Octets().zeros(28)));
        writer.packet(kUs, Octets().zeros(5));
        writer.packet(kUs, ethernet(0x0800, Octets().u8(0x45).zeros(3)));
        const auto result = readAll(m_folder.write(writer.bytes()), {.others = &sink});
        QCOMPARE(result.batch.size(), 0U);
        QCOMPARE(result.stats.packets, 5U);
        QCOMPARE(result.stats.otherPackets, 5U);
        QCOMPARE(result.stats.cutPackets, 1U);
        QCOMPARE(result.stats.malformedPackets, 1U);
        QCOMPARE(sink.lengths.size(), 5U);
        QCOMPARE(sink.lengths[1], 999U);
        QCOMPARE(readAll(m_folder.path("file.pcap"), {.recogniseOnly = false}).batch.size(), 1U);
    }

    void ethernetPaddingIsNoPayload()
    {
        PcapWriter writer(PcapWriter::Format {});
        writer.packet(kUs, ethernet(0x0800, Octets().add(exportPacket()).zeros(18)));
        QCOMPARE(readAll(m_folder.write(writer.bytes())).batch[0].payload.size(), 72U);
    }

    void fragments_data()
    {
        QTest::addColumn<QVector<int>>("order");
        QTest::newRow("in order") << QVector<int> {0, 1, 2};
        QTest::newRow("backwards") << QVector<int> {2, 1, 0};
        QTest::newRow("doubled") << QVector<int> {1, 1, 0, 0, 2};
    }
    void fragments()
    {
        QFETCH(QVector<int>, order);
        Octets records;
        for (uint16_t i = 0; i < 30; ++i)
            records.add(record5(i));
        const Octets whole = udp(40000, 2055, netflow5(records, {.count = 30}));
        const auto bytes = std::span<const uint8_t>(whole);
        PcapWriter v4(PcapWriter::Format {});
        PcapWriter v6(PcapWriter::Format {});
        for (const int part : order) {
            const size_t begin = static_cast<size_t>(part) * 512;
            const bool last = part == 2;
            const Octets piece = Octets().bytes(bytes.subspan(begin, last ? bytes.size() - begin : 512));
            v4.packet(kUs, ethernet(0x0800, ipv4(piece, {.fragment = static_cast<uint16_t>((last ? 0 : 0x2000) | begin / 8)})));
            v6.packet(kUs, ethernet(0x86dd, ipv6(44, Octets().u8(17).u8(0).u16(begin | (last ? 0 : 1)).u32(99).add(piece))));
        }
        for (auto* writer : {&v4, &v6}) {
            const auto result = readAll(m_folder.write(writer->bytes()));
            QCOMPARE(result.batch.size(), 1U);
            QCOMPARE(result.batch[0].payload.size(), 24U + 30 * 48);
            QCOMPARE(result.batch[0].sourcePort, 40000);
            QVERIFY(std::ranges::equal(result.batch[0].payload, bytes.subspan(8)));
            QCOMPARE(result.stats.fragments, static_cast<uint64_t>(order.size()));
            QCOMPARE(result.stats.reassembled, 1U);
            QCOMPARE(result.stats.otherPackets, 0U);
        }
    }

    void fragmentsAreGivenUp()
    {
        PcapWriter writer(PcapWriter::Format {});
        const Octets piece = Octets().zeros(512);
        for (uint16_t id = 0; id < 100; ++id)
            writer.packet(kUs, ethernet(0x0800, ipv4(piece, {.id = id, .fragment = 0x2000})));
        writer.packet(kUs + 60'000'000, ethernet(0x0800, ipv4(piece, {.id = 7, .fragment = 64})));
        const auto late = readAll(m_folder.write(writer.bytes()));
        QCOMPARE(late.stats.reassembled, 0U); // the other half came too late
        QCOMPARE(late.stats.fragmentsLost, 101U);
        QCOMPARE(readAll(m_folder.path("file.pcap"), {.maxFragmentBytes = 4096}).stats.fragmentsLost, 101U);
    }

    void compressed()
    {
        const auto plain = smallCapture();
        QCOMPARE(readAll(m_folder.write(gzip(plain))).batch.size(), 3U);
        QCOMPARE(readAll(m_folder.write(zstd(plain))).batch.size(), 3U);
        QCOMPARE(readAll(m_folder.write(lz4(plain))).batch.size(), 3U);
        // gzip members one after another are one file
        auto two = gzip(std::span(plain).first(100));
        const auto rest = gzip(std::span(plain).subspan(100));
        two.insert(two.end(), rest.begin(), rest.end());
        QCOMPARE(readAll(m_folder.write(two)).batch.size(), 3U);
    }

    void damagedCompression()
    {
        const auto plain = smallCapture(200);
        for (auto bytes : {gzip(plain), zstd(plain), lz4(plain)}) {
            bytes.resize(bytes.size() / 2);
            const std::string path = m_folder.write(bytes);
            auto reader = CaptureReader::open(path);
            if (!reader) // nothing usable before the damage
                continue;
            DatagramBatch batch;
            while ((*reader)->read(batch) == CaptureReader::Status::More) { }
            QVERIFY((*reader)->damage());
            QVERIFY((*reader)->damage()->message().find("compressed data") != std::string::npos);
        }
    }

    void brokenOff()
    {
        auto bytes = smallCapture();
        bytes.resize(bytes.size() - 20);
        const auto result = readAll(m_folder.write(bytes));
        QCOMPARE(result.batch.size(), 2U);
        QVERIFY(result.damage);
        const auto message = result.damage->message();
        QVERIFY2(message.find("file.pcap") != std::string::npos, message.c_str());
        QVERIFY2(message.find("byte " + std::to_string(bytes.size())) != std::string::npos, message.c_str());
    }

    void notACapture()
    {
        for (const auto& bytes : {std::vector<uint8_t> {}, std::vector<uint8_t> {1, 2, 3}, std::vector<uint8_t>(500, 'x')}) {
            const auto reader = CaptureReader::open(m_folder.write(bytes, "note.txt"));
            QVERIFY(!reader);
            QVERIFY(reader.error().message().find("note.txt") != std::string::npos);
        }
        QVERIFY(!CaptureReader::open(m_folder.path("nowhere.pcap")));
        QVERIFY(!CaptureReader::open(m_folder.path("")));
    }

    void stops()
    {
        std::stop_source stop;
        auto reader = CaptureReader::open(m_folder.write(smallCapture())).value();
        stop.request_stop();
        DatagramBatch batch;
        QCOMPARE(reader->read(batch, stop.get_token()), CaptureReader::Status::Stopped);
    }

    /// A FIFO whose writer pauses can be cancelled, and gives what has come.
    void fifo()
    {
        const std::string path = m_folder.path("fifo");
        QCOMPARE(mkfifo(path.c_str(), 0600), 0);
        std::stop_source stop;
        std::jthread writer([&] {
            const auto bytes = smallCapture();
            std::FILE* file = std::fopen(path.c_str(), "wb");
            std::fwrite(bytes.data(), 1, bytes.size(), file);
            std::fflush(file);
            for (int i = 0; i < 200 && !stop.stop_requested(); ++i)
                std::this_thread::sleep_for(std::chrono::milliseconds(20));
            std::fclose(file);
        });
        auto reader = CaptureReader::open(path).value();
        std::jthread canceller([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
            stop.request_stop();
        });
        DatagramBatch batch;
        QCOMPARE(reader->read(batch, stop.get_token()), CaptureReader::Status::Stopped);
        QCOMPARE(batch.size(), 3U);
    }

    void batchLimit()
    {
        auto reader = CaptureReader::open(m_folder.write(smallCapture(100))).value();
        DatagramBatch batch;
        QCOMPARE(reader->read(batch, {}, 700), CaptureReader::Status::More);
        QCOMPARE(batch.size(), 10U);
    }

private:
    Folder m_folder;
};

QTEST_GUILESS_MAIN(CaptureTest)
#include "test_capture.moc"
