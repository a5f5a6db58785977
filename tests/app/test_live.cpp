// SPDX-License-Identifier: GPL-3.0-or-later
// rivereto listen --interface, from outside: real packets on loopback, filters, and what is said without permission.
#include <QHostAddress>
#include <QUdpSocket>

#include "tests/app/program.h"

using namespace rivereto::support;

class TestLive : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { QVERIFY2(QFile::exists(Program::path()), "RIVERETO_BINARY names the program under test"); }
    void listsInterfaces();
    void metersLoopback();
    void wrongOnesAreRefused();
    void withoutPermission();

private:
    QString path(const QString& name) const { return m_folder.filePath(name); }
    QTemporaryDir m_folder;
    Program m_program;
};

void TestLive::listsInterfaces()
{
    const auto ran = m_program.run({"interfaces", "--format", "json"});
    COMPARE_EXIT(ran, 0);
    QStringList names;
    for (const auto one : ran.json().array())
        names << one.toObject()["name"].toString();
    VERIFY_RAN(names.contains("lo"), ran);
    VERIFY_RAN(m_program.run({"interfaces"}).out.contains("127.0.0.1"), ran);
}

void TestLive::metersLoopback()
{
    QUdpSocket receiver;
    QVERIFY(receiver.bind(QHostAddress::LocalHost));
    const auto port = QString::number(receiver.localPort());
    const auto listening = m_program.start({"listen", "--db", path("live.rivereto"), "--interface", "lo,snaplen=128", "--capture-filter", "udp port " + port, "--for", "4s"});
    QByteArray said;
    QElapsedTimer timer;
    timer.start();
    while (timer.elapsed() < 10'000 && !said.contains('\n')) {
        listening->waitForReadyRead(100);
        said += listening->readAllStandardError();
    }
    if (said.contains("not permitted")) {
        QVERIFY2(said.contains("sudo setcap cap_net_raw,cap_net_admin=eip"), said.constData());
        QSKIP("this machine permits no capturing, as the program said rightly");
    }
    QVERIFY2(said.contains("capturing on lo, 128 octets"), said.constData());
    QUdpSocket sender;
    QVERIFY(sender.bind(QHostAddress::LocalHost));
    constexpr int kPackets = 10;
    for (int i = 0; i < kPackets; ++i) {
        sender.writeDatagram(QByteArray(1000, 'x'), QHostAddress::LocalHost, receiver.localPort());
        QTest::qSleep(20);
    }
    const auto ran = Program::finish(*listening, 15'000);
    COMPARE_EXIT(ran, 0);
    VERIFY_RAN(ran.out.contains("lost: packets"), ran);
    const auto flows = m_program.run({"query", "--db", path("live.rivereto"), "--kind", "flows", "--format", "json"}).json().array();
    QCOMPARE(flows.size(), 1);
    const auto flow = flows[0].toObject();
    QCOMPARE(flow["Packets"].toInt(), kPackets);
    QCOMPARE(flow["Bytes"].toInt(), kPackets * 1028);
    QCOMPARE(flow["DstPort"].toInt(), static_cast<int>(receiver.localPort()));
    QCOMPARE(flow["SrcPort"].toInt(), static_cast<int>(sender.localPort()));
    QCOMPARE(flow["InIfName"].toString(), QStringLiteral("lo"));
    QCOMPARE(flow["ExportProtocol"].toString(), QStringLiteral("packets"));
}

void TestLive::wrongOnesAreRefused()
{
    const auto filter = m_program.run({"listen", "--db", path("x.rivereto"), "--interface", "lo", "--capture-filter", "host 1.2.3.4 and"});
    COMPARE_EXIT(filter, 2);
    VERIFY_RAN(filter.err.contains("host 1.2.3.4 and") && filter.err.contains("syntax error"), filter);
    const auto length = m_program.run({"listen", "--db", path("x.rivereto"), "--interface", "lo,snaplen=7"});
    COMPARE_EXIT(length, 2);
    VERIFY_RAN(length.err.contains("64 to 262144"), length);
    const auto interface = m_program.run({"listen", "--db", path("x.rivereto"), "--interface", "nowhere0", "--for", "1s"});
    COMPARE_EXIT(interface, 1);
    VERIFY_RAN(interface.err.contains("nowhere0"), interface);
}

void TestLive::withoutPermission()
{
    if (::geteuid() != 0)
        QSKIP("only root can be somebody else; without permission metersLoopback saw the same");
    Program nobody;
    nobody.setUser(65534);
    QTemporaryDir open;
    QVERIFY(QFile::setPermissions(open.path(), QFileDevice::Permissions(0x7777)));
    nobody.set("HOME", open.path());
    nobody.set("XDG_CONFIG_HOME", open.path());
    const auto ran = nobody.run({"listen", "--db", open.filePath("x.rivereto"), "--interface", "lo", "--for", "1s"});
    COMPARE_EXIT(ran, 1);
    VERIFY_RAN(ran.err.contains("not permitted") && ran.err.contains("sudo setcap cap_net_raw,cap_net_admin=eip") && ran.err.contains("rivereto-capture"), ran);
}

QTEST_GUILESS_MAIN(TestLive)
#include "test_live.moc"
