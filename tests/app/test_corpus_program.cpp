// SPDX-License-Identifier: GPL-3.0-or-later
// Every file of the shared corpus through the program: it never falls over, and counts what the independent programs count.
#include "tests/app/program.h"
#include "tests/support/corpusindex.h"
#include "tests/support/differences.h"

using namespace rivereto::support;

class TestCorpusProgram : public QObject {
    Q_OBJECT
private slots:
    void initTestCase()
    {
        QVERIFY2(QFile::exists(Program::path()), "RIVERETO_BINARY names the program under test");
        if (!corpus())
            QSKIP("the shared corpus is not here; the same is tested with captures of our own");
    }

    /// tests/data/corpus-differences.tsv says where we count otherwise, and why.
    void recordsOfEveryCapture()
    {
        Differences differences("count records (script)");
        int files = 0;
        for (const auto& file : exportCaptures()) {
            const auto json = import(QString::fromStdString((*corpus() / file.path).string()));
            QVERIFY2(!json.isEmpty(), file.path.c_str());
            const auto summary = json["files"][0].toObject();
            QVERIFY2(summary["damaged"].isNull(), file.path.c_str());
            differences.compare(file.path, "count records (script)", std::to_string(summary["records"].toInteger()), file.script.isEmpty() ? "0" : file.script.toStdString());
            if (const auto options = file.count("options data records", "script"); options >= 0)
                QCOMPARE(summary["optionsRecords"].toInteger(), options);
            if (const auto counters = file.count("counter samples", "script"); counters >= 0)
                QCOMPARE(summary["counterSamples"].toInteger(), counters);
            // What it says it stored is there.
            const auto stored = m_program.run({"query", "--db", db(), "--units", "flows", "--format", "csv"});
            COMPARE_EXIT(stored, 0);
            QCOMPARE(stored.lines().value(1).toLongLong(), summary["flows"].toInteger());
            ++files;
        }
        QVERIFY(files > 100);
        differences.verify();
    }

    void everythingElse_data()
    {
        QTest::addColumn<QString>("folder");
        for (const auto* folder : {"malformed", "raw", "bmp", "nfcapd", "ipfix-files", "mmdb"})
            QTest::newRow(folder) << folder;
    }
    void everythingElse()
    {
        QFETCH(QString, folder);
        const QDir files(QString::fromStdString((*corpus() / folder.toStdString()).string()));
        for (const auto& name : files.entryList(QDir::Files))
            QVERIFY2(!import(files.filePath(name)).isEmpty(), qPrintable(name));
    }

private:
    [[nodiscard]] QString db() const { return m_folder.filePath("x.rivereto"); }
    /// The summary; empty when the program did not end as it may.
    QJsonObject import(const QString& file)
    {
        QFile::remove(db());
        const auto ran = m_program.run({"import", file, "--input", "packets=leave", "--db", db(), "--format", "json"});
        const bool right = (ran.exit == 0 && ran.err.isEmpty()) || ((ran.exit == 0 || ran.exit == 1 || ran.exit == 3) && ran.err.startsWith("rivereto: "));
        if (!right)
            qWarning("%s: exit %d: %s", qPrintable(file), ran.exit, ran.err.constData());
        return right ? ran.json().object() : QJsonObject();
    }
    QTemporaryDir m_folder;
    Program m_program;
};

QTEST_GUILESS_MAIN(TestCorpusProgram)
#include "test_corpus_program.moc"
