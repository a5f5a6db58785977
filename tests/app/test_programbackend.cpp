// SPDX-License-Identifier: GPL-3.0-or-later
// ProgramBackend: captures, databases, demo, copies and listening as the window asks for them.
#include <QFileInfo>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QUdpSocket>

#include "app/resources.h"
#include "app/window/copydatabase.h"
#include "app/window/programbackend.h"
#include "tests/support/messages.h"
#include "tests/support/pcapwriter.h"
#include "ui/window/mainwindow.h"

using namespace rivereto;
using namespace rivereto::app;

class TestProgramBackend : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void init();
    void cleanup();
    void readsACapture();
    void refusesWhatIsNone();
    void opensWhatCannotBeDecoded();
    void keepsTheOldOnFailure();
    void demoCopiesAndOpensAgain();
    void cancels();
    void listens();
    void endsWhileBusy();
    void windowOverIt();

private:
    void settle();
    [[nodiscard]] uint64_t rows() const { return m_backend->store() ? m_backend->store()->status()->rows : 0; }
    QString m_capture = QStringLiteral(RIVERETO_SOURCE_DIR "/resources/data/demo.pcap.zst");
    QTemporaryDir m_folder;
    std::unique_ptr<ProgramBackend> m_backend;
};

void TestProgramBackend::initTestCase()
{
    qputenv("XDG_CONFIG_HOME", m_folder.path().toUtf8());
    initResources();
}

void TestProgramBackend::init()
{
    auto runtime = Runtime::load(std::nullopt);
    QVERIFY(runtime);
    m_backend = std::make_unique<ProgramBackend>(std::move(*runtime), 2);
}

void TestProgramBackend::cleanup() { m_backend.reset(); }

void TestProgramBackend::settle() { QTRY_VERIFY_WITH_TIMEOUT(!m_backend->job().running, 60000); }

void TestProgramBackend::readsACapture()
{
    QSignalSpy stores(m_backend.get(), &ui::Backend::storeChanged);
    m_backend->openPaths({m_capture});
    QVERIFY(m_backend->job().running);
    settle();
    QCOMPARE(stores.size(), 1);
    QVERIFY(rows() > 1000);
    QVERIFY(m_backend->databaseName().startsWith(QStringLiteral("demo.pcap.zst")));
    QVERIFY(!m_backend->unsaved());
    QCOMPARE(m_backend->recentFiles().size(), 1);
    QCOMPARE(m_backend->recentFiles()[0].flows, rows());
    m_backend->clearRecentFiles();
    QVERIFY(m_backend->recentFiles().isEmpty());
}

void TestProgramBackend::refusesWhatIsNone()
{
    QSignalSpy failures(m_backend.get(), &ui::Backend::failed);
    m_backend->openPaths({QStringLiteral(RIVERETO_SOURCE_DIR "/LICENSE")});
    settle();
    QCOMPARE(failures.size(), 1);
    QVERIFY(failures[0][0].toString().contains(QStringLiteral("LICENSE")));
    QVERIFY(!m_backend->store());
}

/// Data whose template is in no file: the Inspect page shows it.
void TestProgramBackend::opensWhatCannotBeDecoded()
{
    using namespace rivereto::support;
    PcapWriter capture(PcapWriter::Format {});
    capture.packet(1'700'000'000'000'000, ethernet(0x0800, ipv4(udp(50000, 4739, ipfix(set(256, Octets().u64(1)))))));
    const auto path = m_folder.filePath(QStringLiteral("lost.pcap"));
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(reinterpret_cast<const char*>(capture.bytes().data()), static_cast<qint64>(capture.bytes().size()));
    file.close();
    QSignalSpy failures(m_backend.get(), &ui::Backend::failed);
    m_backend->openPaths({path});
    settle();
    QVERIFY(m_backend->store());
    QVERIFY(m_backend->datagrams());
    QCOMPARE(failures.size(), 1);
    QVERIFY(failures[0][0].toString().contains(QStringLiteral("Inspect")));
}

void TestProgramBackend::keepsTheOldOnFailure()
{
    m_backend->openPaths({m_capture});
    settle();
    const auto before = m_backend->store();
    QVERIFY(before);
    m_backend->openPaths({m_folder.filePath(QStringLiteral("absent.pcap"))});
    settle();
    QCOMPARE(m_backend->store(), before);
}

void TestProgramBackend::demoCopiesAndOpensAgain()
{
    m_backend->startDemo();
    settle();
    QVERIFY(rows() >= 190'000);
    const auto before = rows();
    const auto path = m_folder.filePath(QStringLiteral("it's a copy.rivereto"));
    QSignalSpy renamed(m_backend.get(), &ui::Backend::databaseRenamed);
    m_backend->saveAs(path);
    settle();
    QCOMPARE(renamed.size(), 1);
    QCOMPARE(m_backend->databaseName(), QStringLiteral("it's a copy.rivereto"));
    QCOMPARE(rows(), before);
    QVERIFY(isDatabase(path));
    QCOMPARE(QFileInfo(path).permissions() & (QFile::ReadGroup | QFile::ReadOther), QFile::Permissions());
    QSignalSpy failures(m_backend.get(), &ui::Backend::failed);
    m_backend->saveAs(path);
    settle();
    QCOMPARE(failures.size(), 1);
    m_backend->openPaths({m_capture});
    settle();
    m_backend->openPaths({path});
    settle();
    QCOMPARE(rows(), before);
}

void TestProgramBackend::cancels()
{
    m_backend->startDemo();
    m_backend->cancelJob();
    settle();
    QVERIFY(!m_backend->store());
}

void TestProgramBackend::listens()
{
    // The default ports may be taken on this machine; then the failure must be said and nothing be left half open.
    QSignalSpy failures(m_backend.get(), &ui::Backend::failed);
    QSignalSpy inputs(m_backend.get(), &ui::Backend::inputChanged);
    m_backend->setListening(true);
    QTRY_VERIFY_WITH_TIMEOUT(!inputs.isEmpty(), 5000);
    if (!m_backend->input().listening) {
        QCOMPARE(failures.size(), 1);
        return;
    }
    QVERIFY(m_backend->store());
    QVERIFY(m_backend->input().ports.contains(QStringLiteral("2055")));
    // NetFlow v5: one record of 100 bytes.
    QByteArray datagram(24 + 48, '\0');
    datagram[1] = 5;
    datagram[3] = 1;
    datagram[24] = 10;
    datagram[28] = 10;
    datagram[24 + 19] = 2;
    datagram[24 + 23] = 100;
    QUdpSocket socket;
    QTRY_VERIFY_WITH_TIMEOUT((socket.writeDatagram(datagram, QHostAddress::LocalHost, 2055), rows() > 0), 10000);
    QTRY_VERIFY_WITH_TIMEOUT(m_backend->unsaved(), 5000);
    m_backend->setListening(false);
    QVERIFY(!m_backend->input().listening);
    QVERIFY(failures.isEmpty());
}

void TestProgramBackend::endsWhileBusy()
{
    m_backend->startDemo();
    QTest::qWait(20);
    m_backend.reset();
    init();
    m_backend->setListening(true);
    m_backend.reset();
}

/// Answers are asked for while the database under them is replaced again and again.
void TestProgramBackend::windowOverIt()
{
    ui::MainWindow window(*m_backend);
    window.show();
    for (int i = 0; i < 6; ++i) {
        i % 2 == 0 ? m_backend->openPaths({m_capture}) : m_backend->startDemo();
        QTest::qWait(60 + 90 * i);
    }
    settle();
    QTRY_VERIFY_WITH_TIMEOUT(window.explorer().answer() && window.explorer().answer()->result, 20000);
    QTRY_COMPARE_WITH_TIMEOUT(window.explorer().answer()->result->rowsMatched, rows(), 20000);
    QCOMPARE(window.page(), ui::Page::Explore);
}

QTEST_MAIN(TestProgramBackend)
#include "test_programbackend.moc"
