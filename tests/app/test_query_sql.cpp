// SPDX-License-Identifier: GPL-3.0-or-later
// What the program answers against what SQLite's own SQL computes of the same flows, exported as CSV (support/querysql.py).
#include "tests/app/program.h"
#include "tests/support/corpus.h"

using namespace rivereto::support;

class TestQuerySql : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { QVERIFY2(QFile::exists(Program::path()), "RIVERETO_BINARY names the program under test"); }
    void demo()
    {
        const auto capture = m_folder.filePath("demo.pcap");
        COMPARE_EXIT(m_program.run({"demo", "--write", capture, "--flows", "4000", "--for", "2h", "--seed", "7"}), 0);
        check(capture);
    }
    void captures_data()
    {
        QTest::addColumn<QString>("capture");
        for (const auto* name : {"netflow/graylog-nprobe-mixed-v5-v9.pcap", "netflow/gen-softflowd-v9-sampled-many-protocols.pcap", "sflow/overflowd-sflow-1000.pcap",
                                 "ipfix/calmh-parser-2.pcap", "ipfix/gen-softflowd-v10-biflow-many-protocols.pcap"})
            QTest::newRow(name) << name;
    }
    void captures()
    {
        QFETCH(QString, capture);
        if (!corpus())
            QSKIP("no corpus; the demo's flows are compared above");
        check(QString::fromStdString((*corpus() / capture.toStdString()).string()));
    }

private:
    void check(const QString& capture)
    {
        const auto db = m_folder.filePath("x.rivereto");
        QFile::remove(db);
        const auto imported = m_program.run({"import", capture, "--db", db});
        VERIFY_RAN(imported.exit == 0 || imported.exit == 3, imported); // 3: a record of it is malformed
        const auto python = m_program.start({QStringLiteral(RIVERETO_SOURCE_DIR "/tests/support/querysql.py"), Program::path(), db}, "python3");
        const auto ran = Program::finish(*python, 240'000);
        VERIFY_RAN(ran.exit == 0 && ran.out.contains(", 0 wrong"), ran);
        qInfo("%s", ran.out.trimmed().constData());
    }
    QTemporaryDir m_folder;
    Program m_program;
};

QTEST_GUILESS_MAIN(TestQuerySql)
#include "test_query_sql.moc"
