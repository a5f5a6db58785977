// SPDX-License-Identifier: GPL-3.0-or-later
// What the program decodes beside what tshark and nfdump decode of the same bytes, every record and field by field
// (support/comparetshark.py, support/comparenfdump.py). What differs stands in tests/data/corpus-differences.tsv with the reason.
#include "tests/app/program.h"
#include "tests/support/corpus.h"
#include "tests/support/corpusindex.h"
#include "tests/support/differences.h"

using namespace rivereto::support;

class TestCompare : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { QVERIFY2(QFile::exists(Program::path()), "RIVERETO_BINARY names the program under test"); }

    /// Our own export, so that a bare clone compares too.
    void tsharkOfTheDemo()
    {
        const auto capture = m_folder.filePath("demo.pcap");
        COMPARE_EXIT(m_program.run({"demo", "--write", capture, "--flows", "3000", "--for", "1h", "--seed", "3"}), 0);
        compare("demo", "comparetshark.py", {capture}, 2500);
    }

    /// Packets that we make up, metered by softflowd, collected by nfcapd.
    void nfdumpOfSoftflowd() { compare("live", "comparenfdump.py", {"--live"}, 1500); }

    /// The same packets metered by ourselves.
    void softflowdMeters() { compare("meter", "comparenfdump.py", {"--meter"}, 400); }

    void tsharkOfTheCorpus()
    {
        if (!corpus())
            QSKIP("no corpus; the demo's export is compared above");
        QStringList captures;
        for (const auto& file : exportCaptures())
            captures << QString::fromStdString(file.path) + ":" + file.port;
        compare("tshark", "comparetshark.py", captures, 45'000);
    }

    /// Packets that we meter, summed up from tshark's dissection.
    void tsharkOfPackets()
    {
        if (!corpus())
            QSKIP("no corpus; made-up packets are metered beside softflowd above");
        QStringList captures;
        for (const auto& file : QDir(QString::fromStdString((*corpus() / "raw").string())).entryList(QDir::Files))
            captures << "raw/" + file;
        compare("packets", "comparepackets.py", captures, 6000);
    }

    /// sFlow is left out: see the script.
    void nfdumpOfTheCorpus()
    {
        if (!corpus())
            QSKIP("no corpus; softflowd's export is compared above");
        QStringList captures;
        for (const auto& file : exportCaptures()) {
            const auto golden = "golden/" + QString::fromStdString(std::filesystem::path(file.path).replace_extension().string()) + ".golden.nfdump178.ndjson";
            if (file.kind != "sflow" && QFile::exists(QString::fromStdString((*corpus() / golden.toStdString()).string())))
                captures << QString::fromStdString(file.path) + "=" + golden;
        }
        compare("nfdump", "comparenfdump.py", captures, 2000);
    }

private:
    /// Every line "capture, column, records, example" must be listed under "<topic> <column>", with as many records.
    void compare(const QString& topic, const QString& script, const QStringList& arguments, int least)
    {
        Program program;
        program.set("PYTHONDONTWRITEBYTECODE", "1");
        if (corpus())
            program.setFolder(QString::fromStdString(corpus()->string()));
        const auto python = program.start(QStringList{QStringLiteral(RIVERETO_SOURCE_DIR "/tests/support/") + script, Program::path()} + arguments, "python3");
        const auto ran = Program::finish(*python, 280'000);
        COMPARE_EXIT(ran, 0);
        Differences differences(topic.toStdString() + " ");
        QStringList examples;
        for (const auto& line : ran.lines()) {
            const auto cells = QString::fromUtf8(line).split('\t');
            if (cells.size() != 4)
                continue;
            differences.compare(cells[0].toStdString(), (topic + " " + cells[1]).toStdString(), cells[2].toStdString(), "0");
            examples << QString::fromUtf8(line);
        }
        const auto counted = QRegularExpression("(\\d+) records, (\\d+) fields compared").match(QString::fromUtf8(ran.out));
        QVERIFY2(counted.hasMatch() && counted.captured(1).toInt() >= least, ran.out.constData());
        qInfo("%s", ran.lines().last().constData());
        if (QTest::currentTestFailed())
            qWarning("%s", qPrintable(examples.join('\n')));
        differences.verify();
    }
    QTemporaryDir m_folder;
    Program m_program;
};

QTEST_GUILESS_MAIN(TestCompare)
#include "test_compare.moc"
