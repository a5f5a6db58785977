// SPDX-License-Identifier: GPL-3.0-or-later
// kill -9 at random moments of an import and of a listener: the file opens without repair, every accepted flow is there once.
// RIVERETO_CRASH_ROUNDS asks for more rounds than ctest runs (see tests/bench/crash).
#include <random>
#include <set>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "storage/sqlite/database.h"
#include "tests/app/program.h"
#include "tests/support/pcapwriter.h"

using namespace rivereto;
using namespace rivereto::support;

class TestCrash : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { QVERIFY2(QFile::exists(Program::path()), "RIVERETO_BINARY names the program under test"); }
    void killedImport();
    void killedListener();

private:
    QString path(const QString& name) const { return m_folder.filePath(name); }
    QTemporaryDir m_folder;
    Program m_program;
    std::mt19937 m_random{std::random_device()()};
};

namespace {

constexpr uint32_t kRecords = 30;
constexpr uint32_t kExporters = 2;

int rounds() { return std::max(1, qEnvironmentVariableIntValue("RIVERETO_CRASH_ROUNDS")) * (qEnvironmentVariableIsSet("RIVERETO_CRASH_ROUNDS") ? 1 : 10); }

void put(std::vector<uint8_t>& out, uint64_t value, int width)
{
    for (int shift = 8 * (width - 1); shift >= 0; shift -= 8)
        out.push_back(static_cast<uint8_t>(value >> shift));
}

/// A NetFlow v5 datagram of flows whose octets are `first` + 1, + 2 …, and whose source port is `round`.
std::vector<uint8_t> datagram(uint32_t first, uint16_t round)
{
    std::vector<uint8_t> out;
    put(out, 5, 2);
    put(out, kRecords, 2);
    put(out, 100'000, 4);
    put(out, 1'700'000'000 + first / 10'000, 4);
    put(out, 0, 4);
    put(out, first, 4);
    put(out, 0, 4);
    for (uint32_t i = 0; i < kRecords; ++i) {
        put(out, 0x0a000000 + (first + i) % 5000, 4);
        put(out, 0x0a800000 + (first + i) * 7 % 9000, 4);
        put(out, 0, 8);
        put(out, 1 + i % 9, 4);
        put(out, first + i + 1, 4);
        put(out, 90'000, 4);
        put(out, 95'000, 4);
        put(out, round, 2);
        put(out, 443, 2);
        put(out, 0x00100600, 4);
        put(out, 0, 8);
    }
    return out;
}

/// The datagram from one of the exporters, in Ethernet, IPv4 and UDP.
std::vector<uint8_t> frame(uint32_t exporter, const std::vector<uint8_t>& payload)
{
    std::vector<uint8_t> out(12, 2);
    put(out, 0x0800, 2);
    put(out, 0x4500, 2);
    put(out, 28 + payload.size(), 2);
    put(out, 0, 4);
    put(out, 0x4011, 2);
    put(out, 0, 2);
    put(out, 0xc0000201 + exporter, 4);
    put(out, 0xc00002fe, 4);
    put(out, 2055, 2);
    put(out, 2055, 2);
    put(out, 8 + payload.size(), 2);
    put(out, 0, 2);
    out.insert(out.end(), payload.begin(), payload.end());
    return out;
}

/// Flows in committed segments, as any reader sees them now; 0 when there is no file yet.
uint64_t committed(const QString& db)
{
    if (!QFile::exists(db))
        return 0;
    auto database = storage::Database::open(db.toStdString(), storage::Database::Mode::Read);
    return database ? static_cast<uint64_t>(database->queryNumber("SELECT sum(rows) FROM segments").value_or(0)) : 0;
}

/// Numbers of the flows of each (exporter, round), each number once; nothing when a flow is there twice or the file is damaged.
std::optional<std::map<QByteArray, std::set<uint32_t>>> flowsIn(const Program& program, const QString& db)
{
    const auto checked = program.run({"check", db});
    if (checked.exit != 0) {
        qWarning("check: %d %s %s", checked.exit, checked.err.constData(), checked.out.constData());
        return std::nullopt;
    }
    const auto ran = program.run({"query", "--db", db, "--kind", "flows", "--count", "0", "--format", "csv", "--fields", "ExporterAddress,SrcPort,Bytes"});
    if (ran.exit != 0) {
        qWarning("query: %d %s", ran.exit, ran.err.constData());
        return std::nullopt;
    }
    std::map<QByteArray, std::set<uint32_t>> out;
    auto lines = ran.lines();
    for (qsizetype i = 1; i < lines.size(); ++i) {
        const auto comma = lines[i].lastIndexOf(',');
        const auto [it, fresh] = out[lines[i].left(comma)].insert(lines[i].mid(comma + 1).toUInt());
        if (!fresh) {
            qWarning("twice: %s", lines[i].constData());
            return std::nullopt;
        }
    }
    return out;
}

uint64_t count(const std::map<QByteArray, std::set<uint32_t>>& flows)
{
    uint64_t out = 0;
    for (const auto& [key, numbers] : flows)
        out += numbers.size();
    return out;
}

/// An import into it began and did not end.
bool isInterrupted(const QString& db)
{
    auto database = storage::Database::open(db.toStdString(), storage::Database::Mode::Read);
    return database && database->queryNumber("SELECT count(*) FROM meta WHERE key = 'import'").value_or(0) > 0;
}

void killNow(QProcess& process)
{
    process.kill(); // SIGKILL; nothing when it has ended
    process.waitForFinished();
}

} // namespace

void TestCrash::killedImport()
{
    constexpr uint32_t kDatagrams = 40'000;
    PcapWriter capture{PcapWriter::Format{}};
    for (uint32_t i = 0; i < kDatagrams; ++i)
        capture.packet(1'700'000'000'000'000 + i * 1000, frame(i % kExporters, datagram(i / kExporters * kRecords, 1)));
    QVERIFY(writeAll(path("numbered.pcap"), QByteArray(reinterpret_cast<const char*>(capture.bytes().data()), static_cast<qsizetype>(capture.bytes().size()))));
    QElapsedTimer whole;
    whole.start();
    COMPARE_EXIT(m_program.run({"import", path("numbered.pcap"), "--db", path("whole.rivereto")}), 0);
    const auto ms = static_cast<uint32_t>(whole.elapsed());
    int halfway = 0;
    for (int round = 0; round < rounds(); ++round) {
        const auto db = path("import.rivereto");
        for (const auto* suffix : {"", "-wal", "-shm", "-lock"})
            QFile::remove(db + suffix);
        const auto process = m_program.start({"import", path("numbered.pcap"), "--db", db});
        QVERIFY(process->waitForStarted());
        // Any moment of it, or one soon after the first commit.
        auto blow = m_random() % (ms + ms / 8);
        const bool afterCommit = round % 2 == 1;
        QElapsedTimer timer;
        timer.start();
        uint64_t seen = 0;
        while ((timer.elapsed() < static_cast<qint64>(blow) || (afterCommit && seen == 0)) && process->state() == QProcess::Running) {
            const auto now = committed(db);
            if (afterCommit && seen == 0 && now > 0)
                blow = static_cast<uint32_t>(timer.elapsed()) + m_random() % (ms / 3);
            seen = std::max(seen, now);
            process->waitForFinished(2);
        }
        killNow(*process);
        if (!QFile::exists(db))
            continue;
        const auto what = QStringLiteral("killed after %1 of %2 ms").arg(blow).arg(ms);
        const bool interrupted = isInterrupted(db);
        const auto stored = committed(db);
        QVERIFY2(stored >= seen, qPrintable(what));
        if (stored > 0) {
            const auto flows = flowsIn(m_program, db);
            QVERIFY2(flows, qPrintable(what));
            QCOMPARE(count(*flows), stored);
            for (const auto& [key, numbers] : *flows)
                QVERIFY2(*numbers.begin() >= 1 && *numbers.rbegin() <= kDatagrams / kExporters * kRecords, qPrintable(what));
            if (!interrupted) {
                QCOMPARE(stored, uint64_t{kDatagrams} * kRecords);
                continue;
            }
            halfway += stored < uint64_t{kDatagrams} * kRecords ? 1 : 0;
        }
        // Again, as a person would: all of it is there, once.
        const auto again = m_program.run({"import", path("numbered.pcap"), "--db", db});
        COMPARE_EXIT(again, 0);
        QCOMPARE(again.err.contains("did not come to its end"), interrupted && stored > 0);
        const auto flows = flowsIn(m_program, db);
        QVERIFY2(flows, qPrintable(what));
        QCOMPARE(count(*flows), uint64_t{kDatagrams} * kRecords);
    }
    qInfo("%d of %d rounds ended in the middle of the import's commits", halfway, rounds());
}

void TestCrash::killedListener()
{
    const auto listen = [&](const QString& db, quint16& port) {
        auto process = m_program.start({"listen", "--db", db, "--listen", "127.0.0.1:0"});
        QByteArray err;
        const QRegularExpression line("listening on (\\d+);");
        for (int i = 0; i < 400 && process->state() != QProcess::NotRunning && port == 0; ++i) {
            process->waitForReadyRead(50);
            err += process->readAllStandardError();
            port = line.match(QString::fromUtf8(err)).captured(1).toUShort();
        }
        if (port == 0)
            qWarning("%s", err.constData());
        return process;
    };
    constexpr int kRoundsAFile = 10;
    const auto db = path("listen.rivereto");
    std::map<QByteArray, std::set<uint32_t>> before;
    for (int round = 0; round < rounds(); ++round) {
        if (round % kRoundsAFile == 0) {
            for (const auto* suffix : {"", "-wal", "-shm", "-lock"})
                QFile::remove(db + suffix);
            before.clear();
        }
        quint16 port = 0;
        const auto process = listen(db, port);
        QVERIFY(port != 0);
        std::atomic<bool> stop{false};
        const auto mark = static_cast<uint16_t>(1 + round % kRoundsAFile);
        std::thread exporters([&] {
            int sockets[kExporters];
            sockaddr_in to{.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
            for (uint32_t i = 0; i < kExporters; ++i) {
                sockaddr_in from{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK + 1 + i)}, .sin_zero = {}};
                sockets[i] = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
                (void)::bind(sockets[i], reinterpret_cast<sockaddr*>(&from), sizeof from);
            }
            for (uint32_t first = 0; !stop; first += kRecords) {
                const auto payload = datagram(first, mark);
                for (const int fd : sockets)
                    (void)::sendto(fd, payload.data(), payload.size(), 0, reinterpret_cast<sockaddr*>(&to), sizeof to);
                ::usleep(2000);
            }
            for (const int fd : sockets)
                ::close(fd);
        });
        const auto blow = 100 + m_random() % 2500;
        QElapsedTimer timer;
        timer.start();
        uint64_t seen = 0;
        while (timer.elapsed() < static_cast<qint64>(blow)) {
            seen = std::max(seen, committed(db));
            QTest::qSleep(10);
        }
        killNow(*process);
        stop = true;
        exporters.join();
        const auto what = QStringLiteral("round %1, killed after %2 ms").arg(round).arg(blow);
        const auto flows = committed(db) == 0 ? std::optional(before) : flowsIn(m_program, db);
        QVERIFY2(flows, qPrintable(what));
        QVERIFY2(count(*flows) >= seen, qPrintable(what));
        // What was there before is still there, and of each exporter there is a beginning without gaps.
        for (const auto& [key, numbers] : *flows) {
            QVERIFY2(*numbers.begin() == 1 && *numbers.rbegin() == numbers.size(), qPrintable(what + key));
            if (const auto old = before.find(key); old != before.end())
                QVERIFY2(old->second == numbers, qPrintable(what + key));
        }
        for (const auto& [key, numbers] : before)
            QVERIFY2(flows->contains(key), qPrintable(what + key));
        before = *flows;
    }
}

QTEST_GUILESS_MAIN(TestCrash)
#include "test_crash.moc"
