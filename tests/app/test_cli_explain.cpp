// SPDX-License-Identifier: GPL-3.0-or-later
// rivereto explain, from outside: the demo's reflection attack is found, in every form, and what cannot be explained is told.
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include "tests/app/program.h"

using namespace rivereto::support;

class TestCliExplain : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void findsTheAttack();
    void csvAndText();
    void baselines();
    void oneEndAndCaptures();
    void wrong_data();
    void wrong();

private:
    Ran explain(const QStringList& arguments) const { return m_program.run(QStringList{"explain", "--db", m_db} + arguments); }
    QTemporaryDir m_folder;
    Program m_program;
    QString m_db;
};

namespace {
/// The demo's attack goes on from 22:00 to 22:30.
const QStringList kAttack{"--from", "2026-11-23T22:00:00Z", "--to", "2026-11-23T22:30:00Z"};
} // namespace

void TestCliExplain::initTestCase()
{
    QVERIFY2(QFile::exists(Program::path()), "RIVERETO_BINARY names the program under test");
    m_db = m_folder.filePath("demo.rivereto");
    const auto capture = m_folder.filePath("demo.pcap");
    COMPARE_EXIT(m_program.run({"demo", "--write", capture, "--flows", "30000"}), 0);
    COMPARE_EXIT(m_program.run({"import", capture, "--db", m_db}), 0);
}

void TestCliExplain::findsTheAttack()
{
    const auto ran = explain(kAttack + QStringList{"--format", "json"});
    COMPARE_EXIT(ran, 0);
    const auto answer = QJsonDocument::fromJson(ran.out).object();
    QVERIFY(answer["change"].toDouble() > 0);
    // One victim, and DNS as the source port, stand before everything else.
    QStringList first;
    for (const auto& one : answer["dimensions"].toArray())
        first << one.toObject()["dimension"].toString();
    QVERIFY2(first.size() > 5, ran.out.constData());
    QVERIFY2(first.mid(0, 2).contains("DstAddr") && first.mid(0, 2).contains("SrcPort"), qPrintable(first.join(' ')));
    for (const auto& one : answer["dimensions"].toArray()) {
        const auto dimension = one.toObject();
        if (dimension["dimension"].toString() != "SrcPort")
            continue;
        QCOMPARE(dimension["needed"].toInt(), 1);
        QCOMPARE(dimension["top"].toArray().first().toObject()["value"].toVariant().toString(), QStringLiteral("53"));
    }
}

void TestCliExplain::csvAndText()
{
    const auto csv = explain(kAttack + QStringList{"--format", "csv", "--dimensions", "SrcPort,Proto"});
    COMPARE_EXIT(csv, 0);
    const auto rows = csv.lines();
    QVERIFY(rows.size() > 3);
    QVERIFY2(rows[1].contains("SrcPort") && rows[1].contains(",53,"), qPrintable(rows[1]));
    const auto text = explain(kAttack);
    COMPARE_EXIT(text, 0);
    VERIFY_RAN(text.out.contains("SrcPort: 1 of "), text);
}

void TestCliExplain::baselines()
{
    const auto before = explain(kAttack + QStringList{"--baseline", "before"});
    COMPARE_EXIT(before, 0);
    VERIFY_RAN(before.out.contains("against 2026-11-23T21:30:00.000Z – 2026-11-23T22:00:00.000Z"), before);
    const auto fixed = explain(kAttack + QStringList{"--baseline", "2026-11-23T19:00:00Z/2026-11-23T20:00:00Z"});
    COMPARE_EXIT(fixed, 0);
    VERIFY_RAN(fixed.out.contains("against 2026-11-23T19:00:00.000Z – 2026-11-23T20:00:00.000Z"), fixed);
    // The default is all that is around.
    VERIFY_RAN(explain(kAttack).out == explain(kAttack + QStringList{"--baseline", "around"}).out, before);
}

void TestCliExplain::oneEndAndCaptures()
{
    const auto rest = explain({"--from", "2026-11-23T22:00:00Z", "--dimensions", "SrcPort", "--limit", "1", "--format", "csv"});
    COMPARE_EXIT(rest, 0);
    QCOMPARE(rest.lines().size(), 2);
    const auto capture = m_folder.filePath("demo.pcap");
    const auto ran = m_program.run(QStringList{"explain", "-r", capture} + kAttack + QStringList{"--dimensions", "SrcPort", "--format", "csv", "--filter", "Proto = 17"});
    COMPARE_EXIT(ran, 0);
    VERIFY_RAN(ran.lines().value(1).startsWith("1,SrcPort,explains,,1,"), ran);
    // All there is leaves nothing to compare with.
    const auto all = explain({"--from", "2026-11-23T00:00:00Z"});
    COMPARE_EXIT(all, 1);
    VERIFY_RAN(all.err.contains("nothing is left around it"), all);
}

void TestCliExplain::wrong_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("message");
    QTest::newRow("baseline") << (kAttack + QStringList{"--baseline", "never"}) << "never";
    QTest::newRow("dimension") << (kAttack + QStringList{"--dimensions", "Colour"}) << "Colour";
    QTest::newRow("unit") << (kAttack + QStringList{"--units", "inl2%"}) << "inl2%";
    QTest::newRow("filter") << (kAttack + QStringList{"SrcAS ="}) << "expected";
    QTest::newRow("no range") << QStringList{"Proto = 17"} << "--from";
    QTest::newRow("baseline without length") << (kAttack + QStringList{"--baseline", "2026-11-23/2026-11-23"}) << "ends before it begins";
    QTest::newRow("option of query") << (kAttack + QStringList{"--points", "10"}) << "points";
    QTest::newRow("format") << (kAttack + QStringList{"--format", "pie"}) << "pie";
}

void TestCliExplain::wrong()
{
    QFETCH(QStringList, arguments);
    QFETCH(QString, message);
    const auto ran = explain(arguments);
    COMPARE_EXIT(ran, 2);
    VERIFY_RAN(ran.err.contains(message.toUtf8()), ran);
}

QTEST_GUILESS_MAIN(TestCliExplain)
#include "test_cli_explain.moc"
