// SPDX-License-Identifier: GPL-3.0-or-later
// Writing nfcapd files: what is written is read back, files of a folder, and errors that leave nothing behind.
#include <csignal>

#include <QTemporaryDir>

#include <sys/resource.h>

#include "tests/support/nfcapdfiles.h"
#include "tests/support/rows.h"

using namespace rivereto;
using namespace rivereto::core;
using namespace rivereto::collectors;
using namespace rivereto::support;
namespace fs = std::filesystem;

Q_DECLARE_METATYPE(NfcapdCompression)

namespace {

constexpr uint64_t kNow = 1'700'000'100'000; // a multiple of 300 s

std::vector<std::string> namesIn(const fs::path& folder)
{
    std::vector<std::string> out;
    for (const auto& entry : fs::directory_iterator(folder))
        out.push_back(entry.path().filename());
    std::ranges::sort(out);
    return out;
}

} // namespace

class TestNfcapdWriter : public QObject {
    Q_OBJECT
private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void roundTrip_data()
    {
        QTest::addColumn<NfcapdCompression>("compression");
        for (const auto compression :
            {NfcapdCompression::None, NfcapdCompression::Lzo, NfcapdCompression::Bz2, NfcapdCompression::Lz4, NfcapdCompression::Zstd})
            QTest::newRow(std::string(compressionName(compression)).c_str()) << compression;
    }
    /// Several blocks, so that the last and the full ones are told apart.
    void roundTrip()
    {
        QFETCH(NfcapdCompression, compression);
        const auto rows = nfcapdRows(20'000, kNow);
        writeNfcapd(path("file"), rows, {.compression = compression});
        const auto read = readFlows(path("file"));
        QCOMPARE(read.damage, std::string());
        QCOMPARE(read.rows.rows(), rows.rows());
        QCOMPARE(read.decoded.records(), rows.rows());
        QCOMPARE(read.decoded.flows(), rows.rows());
        QCOMPARE(read.decoded.losses(), 0U);
        QCOMPARE(difference(rows, 0, read.rows, 0, rows.rows()), std::string());
        QVERIFY(read.counts.empty());
    }

    void nothing()
    {
        writeNfcapd(path("file"), FlowBatch(Schema::builtin()));
        const auto read = readFlows(path("file"));
        QCOMPARE(read.damage, std::string());
        QCOMPARE(read.rows.rows(), 0U);
    }

    /// nfcapd files hold what was sampled multiplied by the rate.
    void sampling()
    {
        FlowBatch rows(Schema::builtin());
        rows.addRows(2);
        for (size_t row = 0; row < 2; ++row) {
            rows.set<uint64_t>(ColumnId::TimeReceived, row, kNow);
            rows.set<uint64_t>(ColumnId::Bytes, row, row == 0 ? 1500 : uint64_t {1} << 60);
            rows.set<uint64_t>(ColumnId::Packets, row, 1);
            rows.set<uint64_t>(ColumnId::SamplingRate, row, 1000);
        }
        writeNfcapd(path("file"), rows);
        const auto read = readFlows(path("file"));
        QCOMPARE(number(read.rows, "Bytes"), 1'500'000U);
        QCOMPARE(number(read.rows, "Packets"), 1000U);
        QCOMPARE(number(read.rows, "SamplingRate"), 1U);
        QCOMPARE(number(read.rows, "Bytes", 1), UINT64_MAX); // not what is left of an overflow
        // A flow without times of its own has that of its reception.
        QCOMPARE(number(read.rows, "TimeFlowStart"), kNow);
        QCOMPARE(number(read.rows, "TimeFlowEnd"), kNow);
    }

    void longName()
    {
        FlowBatch rows(Schema::builtin());
        rows.addRows(1);
        rows.setText(ColumnId::UserName, 0, std::string(64, 'x') + "ü and more");
        writeNfcapd(path("file"), rows);
        QCOMPARE(text(readFlows(path("file")).rows, "UserName"), std::string(64, 'x')); // not half a character
    }

    void filesOfAFolder()
    {
        auto rows = nfcapdRows(3000, kNow);
        for (size_t row = 0; row < rows.rows(); ++row) // 7 files of 300 s, visited again and again
            rows.set<uint64_t>(ColumnId::TimeReceived, row, kNow + row % 7 * 300'000 + row);
        writeNfcapd(path("new/"), rows);
        const auto names = namesIn(path("new"));
        QCOMPARE(names.size(), 7U);
        size_t found = 0;
        for (size_t i = 0; i < names.size(); ++i) {
            const auto begin = QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(kNow + i * 300'000)); // local time
            QCOMPARE(names[i], "nfcapd." + begin.toString("yyyyMMddhhmm").toStdString());
            const auto read = readFlows(path("new") / names[i]);
            QCOMPARE(read.damage, std::string());
            for (size_t row = 0; row < read.rows.rows(); ++row)
                QCOMPARE(difference(rows, row * 7 + i, read.rows, row, 1), std::string());
            found += read.rows.rows();
        }
        QCOMPARE(found, rows.rows());
    }

    void existing()
    {
        const auto rows = nfcapdRows(10, kNow);
        writeNfcapd(path("file"), rows);
        writeNfcapd(path("file"), nfcapdRows(3, kNow)); // replaced
        QCOMPARE(readFlows(path("file")).rows.rows(), 3U);

        writeNfcapd(path("folder/"), rows);
        auto writer = makeNfcapdWriter(path("folder"), {});
        QVERIFY(writer.has_value());
        const auto refused = (*writer)->write(rows);
        QVERIFY(!refused);
        QVERIFY(refused.error().message().find("exists already") != std::string::npos);
        QVERIFY(!(*writer)->finish()); // an error is final
        QCOMPARE(namesIn(path("folder")).size(), 1U);
        writeNfcapd(path("folder"), nfcapdRows(3, kNow), {.replace = true});
        QCOMPARE(readFlows(path("folder") / namesIn(path("folder"))[0]).rows.rows(), 3U);
    }

    void unfinished()
    {
        writeNfcapd(path("file"), nfcapdRows(3, kNow));
        for (const char* name : {"file", "folder/"}) {
            auto writer = makeNfcapdWriter(path(name), {});
            QVERIFY(writer.has_value());
            QVERIFY((*writer)->write(nfcapdRows(5000, kNow)).has_value());
        }
        QCOMPARE(namesIn(path("")), std::vector<std::string> {"file"}); // as it was, and nothing else
        QCOMPARE(readFlows(path("file")).rows.rows(), 3U);
    }

    void throughALink()
    {
        writeNfcapd(path("file"), nfcapdRows(3, kNow));
        fs::create_symlink(path("file"), path("link"));
        writeNfcapd(path("link"), nfcapdRows(4, kNow));
        QVERIFY(fs::is_symlink(path("link")));
        QCOMPARE(readFlows(path("file")).rows.rows(), 4U);
    }

    void places()
    {
        const auto message = [](const fs::path& output) {
            const auto writer = makeNfcapdWriter(output, {});
            return writer ? std::string() : writer.error().message();
        };
        QVERIFY(message("-").find("standard output") != std::string::npos);
        QVERIFY(message("/dev/null").find("neither a file nor a folder") != std::string::npos);
        QVERIFY(message(path("missing/file")).find("No such file") != std::string::npos);
        QVERIFY(message(path("missing/file")).find("missing/file") != std::string::npos);
        QVERIFY(!makeNfcapdWriter(path("file"), {.rotateSeconds = 0}));
        QVERIFY(namesIn(path("")).empty());
    }

    /// A limit on the size of files fails as a full disk does: in the middle of a write.
    void fullDisk()
    {
        std::signal(SIGXFSZ, SIG_IGN);
        rlimit before {};
        QVERIFY(::getrlimit(RLIMIT_FSIZE, &before) == 0);
        rlimit limit = before;
        limit.rlim_cur = 100'000;
        QVERIFY(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
        auto writer = makeNfcapdWriter(path("file"), {.compression = NfcapdCompression::None});
        std::string error;
        for (int i = 0; i < 20 && writer && error.empty(); ++i) {
            if (const auto written = (*writer)->write(nfcapdRows(5000, kNow)); !written)
                error = written.error().message();
        }
        ::setrlimit(RLIMIT_FSIZE, &before);
        QVERIFY2(error.find("File too large") != std::string::npos && error.find("file") != std::string::npos, error.c_str());
        QVERIFY(!(*writer)->finish());
        QVERIFY(namesIn(path("")).empty());
    }

private:
    [[nodiscard]] fs::path path(const char* name) const { return fs::path(m_folder->path().toStdString()) / name; }
    std::unique_ptr<QTemporaryDir> m_folder;
};

QTEST_GUILESS_MAIN(TestNfcapdWriter)
#include "test_nfcapdwriter.moc"
