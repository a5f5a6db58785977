// SPDX-License-Identifier: GPL-3.0-or-later
// Tables as the window sees them: their beginning, a choice of columns, and the flows that come of it.
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "app/resources.h"
#include "app/window/csvpreview.h"
#include "app/window/programbackend.h"
#include "core/schema/schema.h"
#include "tests/support/rows.h"

using namespace rivereto;
using namespace rivereto::app;

namespace {
const QByteArray kUnclear = "alpha,beta,gamma,delta\n"
                            "1700000000000,192.0.2.1,1000,443\n"
                            "1700000001000,192.0.2.2,250,53\n";
}

class TestCsvPreview : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void init();
    void cleanup() { m_backend.reset(); }
    void namesAreGuessed();
    void partsOfOne();
    void delimiters();
    void samplesAreFew();
    void manyFields();
    void columnsAreGrouped();
    void whatIsNoTable_data();
    void whatIsNoTable();
    void stopped();
    void throughTheBackend();

private:
    QString write(const QString& name, const QByteArray& bytes)
    {
        const auto path = m_folder.filePath(name);
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size())
            qFatal("cannot write");
        return path;
    }
    static ui::CsvPreview look(const QString& path, const QString& mapping = {}) { return csvPreview(path, mapping, *core::Schema::builtin(), {}); }
    void settle() { QTRY_VERIFY_WITH_TIMEOUT(!m_backend->job().running, 60000); }
    /// Source, bytes and port of each, in order of time.
    [[nodiscard]] QStringList flows() const;

    QTemporaryDir m_folder;
    std::unique_ptr<ProgramBackend> m_backend;
};

void TestCsvPreview::initTestCase()
{
    qputenv("XDG_CONFIG_HOME", m_folder.path().toUtf8());
    initResources();
}

void TestCsvPreview::init()
{
    auto runtime = Runtime::load(std::nullopt);
    QVERIFY(runtime);
    m_backend = std::make_unique<ProgramBackend>(std::move(*runtime), 2);
}

/// What is known is told, though it is not enough to read the file.
void TestCsvPreview::namesAreGuessed()
{
    const auto seen = look(write(QStringLiteral("names.csv"), "\xef\xbb\xbf\n\"Source IP\", what ,dur\r\n\"a \"\"b\"\"\",2\r\n"));
    QVERIFY2(seen.error.isEmpty(), qPrintable(seen.error));
    QCOMPARE(seen.fields.size(), 3);
    QCOMPARE(seen.fields[0].name, QStringLiteral("Source IP"));
    QCOMPARE(seen.fields[0].guess, QStringLiteral("SrcAddr"));
    QCOMPARE(seen.fields[1].name, QStringLiteral("what"));
    QVERIFY(seen.fields[1].guess.isEmpty());
    QCOMPARE(seen.fields[2].guess, QStringLiteral("Duration"));
    QCOMPARE(seen.samples, QList<QStringList>({{QStringLiteral("a \"b\""), QStringLiteral("2")}}));
    QCOMPARE(seen.headerLine, QByteArray("\"Source IP\", what ,dur"));
}

void TestCsvPreview::partsOfOne()
{
    const auto seen = look(write(QStringLiteral("parts.csv"), "mpls1,mpls2,ibyt,obyt\n"));
    QVERIFY(seen.fields[0].part && seen.fields[1].part && !seen.fields[2].part);
    QCOMPARE(seen.fields[1].guess, QStringLiteral("MPLSLabels"));
    QCOMPARE(seen.fields[2].guess, QStringLiteral("Bytes"));
    QCOMPARE(seen.fields[3].guess, QStringLiteral("Bytes"));
}

void TestCsvPreview::delimiters()
{
    const auto path = write(QStringLiteral("delimiters.csv"), "a;b,c,d\n1;2,3,4\n");
    const auto commas = look(path);
    QCOMPARE(commas.delimiter, QChar(u','));
    QCOMPARE(commas.fields.size(), 3);
    const auto semicolons = look(path, QStringLiteral("delimiter=semicolon"));
    QCOMPARE(semicolons.delimiter, QChar(u';'));
    QCOMPARE(semicolons.fields.size(), 2);
    QCOMPARE(semicolons.samples, QList<QStringList>({{QStringLiteral("1"), QStringLiteral("2,3,4")}}));
    QCOMPARE(semicolons.headerLine, commas.headerLine);
    QVERIFY(!look(path, QStringLiteral("delimiter=dot")).error.isEmpty());
}

void TestCsvPreview::samplesAreFew()
{
    QByteArray bytes = "a,b\n\n";
    bytes += QByteArray(70'000, 'x') + "\n"; // longer than a record may be
    bytes += QByteArray(5'000, 'y') + ",1,2\n";
    for (int i = 0; i < 100; ++i)
        bytes += QByteArray::number(i) + ",1\n";
    const auto seen = look(write(QStringLiteral("samples.csv"), bytes));
    QCOMPARE(seen.samples.size(), 20);
    QCOMPARE(seen.samples[0].size(), 2);
    QCOMPARE(seen.samples[0][0].size(), 200);
    QCOMPARE(seen.samples[19][0], QStringLiteral("18"));
}

void TestCsvPreview::manyFields()
{
    const auto seen = look(write(QStringLiteral("many.csv"), QByteArray(999, ',') + "sa\n"));
    QCOMPARE(seen.fields.size(), 256);
    QCOMPARE(seen.fieldsLeft, 744);
}

void TestCsvPreview::columnsAreGrouped()
{
    const auto seen = look(write(QStringLiteral("columns.csv"), kUnclear));
    QStringList groups;
    QStringList names;
    for (const auto& column : seen.columns) {
        if (groups.isEmpty() || groups.last() != column.group)
            groups << column.group;
        names << column.name;
        QVERIFY(!column.label.isEmpty());
    }
    QCOMPARE(QSet<QString>(groups.begin(), groups.end()).size(), groups.size());
    for (const auto* name : {"TimeReceived", "SrcAddr", "Bytes", "Duration", "MPLSLabels"})
        QCOMPARE(names.count(QLatin1String(name)), 1);
    // What is computed is in no file.
    qsizetype stored = 1;
    const auto schema = core::Schema::builtin();
    for (const auto& column : schema->columns())
        stored += column.stored() ? 1 : 0;
    QCOMPARE(names.size(), stored);
}

void TestCsvPreview::whatIsNoTable_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("told");
    QTest::newRow("absent") << m_folder.filePath(QStringLiteral("absent.csv")) << QStringLiteral("no file");
    QTest::newRow("folder") << m_folder.path() << QStringLiteral("no file");
    QTest::newRow("endless") << QStringLiteral("/dev/zero") << QStringLiteral("no file");
    QTest::newRow("empty") << write(QStringLiteral("empty.csv"), {}) << QStringLiteral("no table");
    QTest::newRow("text") << write(QStringLiteral("text.csv"), "one\ntwo\n") << QStringLiteral("no table");
    QTest::newRow("capture") << QStringLiteral(RIVERETO_SOURCE_DIR "/resources/data/demo.pcap.zst") << QStringLiteral("packet capture");
    QTest::newRow("long") << write(QStringLiteral("long.csv"), "a," + QByteArray(70'000, 'x')) << QStringLiteral("no header line");
}

void TestCsvPreview::whatIsNoTable()
{
    QFETCH(QString, path);
    QFETCH(QString, told);
    const auto seen = look(path);
    QVERIFY2(seen.error.contains(told), qPrintable(seen.error));
    QVERIFY(seen.fields.isEmpty());
}

void TestCsvPreview::stopped()
{
    std::stop_source stop;
    stop.request_stop();
    const auto seen = csvPreview(write(QStringLiteral("stopped.csv"), "a,b\n" + QByteArray(1 << 20, 'x')), {}, *core::Schema::builtin(), stop.get_token());
    QVERIFY(seen.samples.isEmpty());
}

QStringList TestCsvPreview::flows() const
{
    QStringList out;
    const auto store = m_backend->store();
    const auto status = store ? store->status() : core::Result<core::StoreStatus>(core::fail("no store"));
    if (!status)
        return out;
    const auto listed = store->flows({.range = status->range, .filter = {}, .columns = {}, .descending = false}, {}, [&](core::FlowBatch&& batch) {
        for (size_t row = 0; row < batch.rows(); ++row)
            out << QStringLiteral("%1 %2 %3").arg(QString::fromStdString(support::address(batch, "SrcAddr", row))).arg(support::number(batch, "Bytes", row)).arg(support::number(batch, "DstPort", row));
        return true;
    });
    return listed ? out : QStringList();
}

/// A header that means nothing: the window is told, shows what is in the file, and opens it with what was chosen.
void TestCsvPreview::throughTheBackend()
{
    const auto path = write(QStringLiteral("unclear.csv"), kUnclear);
    QSignalSpy unclear(m_backend.get(), &ui::Backend::csvUnclear);
    QSignalSpy failed(m_backend.get(), &ui::Backend::failed);
    m_backend->openPaths({path});
    settle();
    QTRY_COMPARE(unclear.size(), 1);
    QCOMPARE(failed.size(), 1);
    QVERIFY(!m_backend->store());
    std::optional<ui::CsvPreview> seen;
    connect(m_backend.get(), &ui::Backend::csvPreviewed, this, [&](const ui::CsvPreview& preview) { seen = preview; });
    m_backend->previewCsv(path, {});
    QTRY_VERIFY(seen);
    QStringList fields;
    for (const auto& field : seen->fields)
        fields << field.name;
    QCOMPARE(fields, QStringList({"alpha", "beta", "gamma", "delta"}));
    QCOMPARE(seen->samples.size(), 2);
    m_backend->openCsv(path, QStringLiteral("TimeReceived=alpha+SrcAddr=beta+Bytes=gamma+DstPort=delta"));
    settle();
    QTRY_COMPARE(flows(), QStringList({"192.0.2.1 1000 443", "192.0.2.2 250 53"}));
}

QTEST_MAIN(TestCsvPreview)
#include "test_csvpreview.moc"
