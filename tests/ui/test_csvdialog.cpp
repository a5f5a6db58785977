// SPDX-License-Identifier: GPL-3.0-or-later
// The dialog that says which field of a table fills which column.
#include <QLabel>
#include <QTest>

#include "tests/ui/windowfixture.h"
#include "ui/window/csvdialog.h"

using namespace rivereto;
using namespace rivereto::ui;

class TestCsvDialog : public QObject, private WindowFixture {
    Q_OBJECT
private slots:
    void init() { open(); }
    void cleanup() { close(); }
    void opensByItself();
    void saysWhatIsMissing();
    void opensWithTheChoice();
    void leavesToTheReaderWhatItKnows();
    void changedGuesses();
    void anotherDelimiter();
    void choicesAreKept();
    void keptDelimiter();
    void errors();
    void answersToOthers();
    void keyboardAndWheel();

private:
    CsvDialog& dialog(const QString& path = QStringLiteral("/x/flows.csv"))
    {
        emit m_backend->csvUnclear(path);
        auto* out = m_window->findChildren<CsvDialog*>().last();
        if (!out)
            qFatal("no dialog");
        return *out;
    }
    static CsvPreview preview(const QList<CsvPreviewField>& fields, const QString& path = QStringLiteral("/x/flows.csv"))
    {
        QByteArray line;
        for (const auto& field : fields)
            line += field.name.toUtf8() + ',';
        const auto column = [](const char* name, const char* group) { return CsvColumn {.name = QLatin1String(name), .label = QLatin1String("label of ") + QLatin1String(name), .group = QLatin1String(group)}; };
        return {.path = path, .mapping = {}, .delimiter = u',', .headerLine = line, .fields = fields, .fieldsLeft = 0,
                .samples = {{QStringLiteral("1"), QStringLiteral("2"), QStringLiteral("3")}, {QStringLiteral("4")}},
                .columns = {column("TimeReceived", "Time"), column("TimeFlowStart", "Time"), column("Duration", "Time"), column("SrcAddr", "Network"), column("SrcPort", "Network"), column("Bytes", "Other"), column("MPLSLabels", "Other")}, .error = {}};
    }
    static CsvPreview unknown() { return preview({{.name = QStringLiteral("alpha"), .guess = {}}, {.name = QStringLiteral("beta"), .guess = {}}, {.name = QString(), .guess = {}}}); }
    static CsvPreview known()
    {
        return preview({{.name = QStringLiteral("ts"), .guess = QStringLiteral("TimeFlowStart")}, {.name = QStringLiteral("sa"), .guess = QStringLiteral("SrcAddr")},
                        {.name = QStringLiteral("ibyt"), .guess = QStringLiteral("Bytes")}, {.name = QStringLiteral("obyt"), .guess = QStringLiteral("Bytes")},
                        {.name = QStringLiteral("mpls1"), .guess = QStringLiteral("MPLSLabels"), .part = true}});
    }
    static void choose(CsvDialog& dialog, int field, const char* column)
    {
        const int at = dialog.choice(field).findData(QString::fromLatin1(column));
        QVERIFY(at >= 0);
        dialog.choice(field).setCurrentIndex(at);
    }
};

void TestCsvDialog::opensByItself()
{
    auto& asked = dialog();
    QVERIFY(asked.isVisible());
    QVERIFY(asked.windowTitle().contains(QStringLiteral("flows.csv")));
    QCOMPARE(m_backend->previewsAsked, QStringList {QStringLiteral("/x/flows.csv|")});
    QVERIFY(!asked.openButton().isEnabled());
    emit m_backend->csvPreviewed(unknown());
    QCOMPARE(asked.table().columnCount(), 3);
    QCOMPARE(asked.table().rowCount(), 3); // choices and two samples
    QCOMPARE(asked.table().horizontalHeaderItem(0)->text(), QStringLiteral("alpha"));
    QCOMPARE(asked.table().horizontalHeaderItem(2)->text(), QStringLiteral("#3"));
    QCOMPARE(asked.table().item(1, 1)->text(), QStringLiteral("2"));
    QCOMPARE(asked.table().item(2, 1)->text(), QString());
    QCOMPARE(asked.choice(0).itemText(0), QStringLiteral("not used"));
    // Headings of groups are no choice.
    QCOMPARE(asked.choice(0).itemText(1), QStringLiteral("Time"));
    QVERIFY(!(asked.choice(0).model()->flags(asked.choice(0).model()->index(1, 0)) & Qt::ItemIsEnabled));
    QCOMPARE(asked.choice(0).count(), 1 + 3 + 7);
}

void TestCsvDialog::saysWhatIsMissing()
{
    auto& asked = dialog();
    emit m_backend->csvPreviewed(unknown());
    QCOMPARE(asked.message(), QStringLiteral("Choose at least an address or the bytes, and a time."));
    choose(asked, 0, "TimeReceived");
    QCOMPARE(asked.message(), QStringLiteral("Choose at least an address or the bytes."));
    asked.accept();
    QVERIFY(asked.isVisible());
    QVERIFY(m_backend->openedCsv.isEmpty());
    choose(asked, 1, "Bytes");
    QVERIFY(asked.message().isEmpty());
    QVERIFY(asked.openButton().isEnabled());
    choose(asked, 0, "Duration");
    QVERIFY(asked.message().startsWith(QStringLiteral("Choose a time")));
    QVERIFY(!asked.openButton().isEnabled());
}

void TestCsvDialog::opensWithTheChoice()
{
    auto& asked = dialog();
    emit m_backend->csvPreviewed(unknown());
    choose(asked, 2, "TimeReceived");
    choose(asked, 0, "SrcAddr");
    asked.time().setCurrentIndex(asked.time().findData(QStringLiteral("ms")));
    asked.zone().setValue(-300);
    asked.openButton().click();
    QCOMPARE(m_backend->openedCsv, QStringLiteral("/x/flows.csv|SrcAddr=#1+TimeReceived=#3+delimiter=comma+time=ms+zone=-300"));
    QVERIFY(!asked.isVisible());
}

void TestCsvDialog::leavesToTheReaderWhatItKnows()
{
    auto& asked = dialog();
    emit m_backend->csvPreviewed(known());
    QCOMPARE(asked.choice(3).currentData().toString(), QStringLiteral("Bytes"));
    QVERIFY(asked.openButton().isEnabled());
    QCOMPARE(asked.mapping(), QStringLiteral("delimiter=comma"));
}

void TestCsvDialog::changedGuesses()
{
    auto& asked = dialog();
    emit m_backend->csvPreviewed(known());
    // One of two: the other is named, and so the guess is off.
    choose(asked, 2, "");
    QCOMPARE(asked.mapping(), QStringLiteral("Bytes=#4+delimiter=comma"));
    QVERIFY(asked.message().isEmpty());
    // Another column for a known field.
    choose(asked, 2, "SrcPort");
    QCOMPARE(asked.mapping(), QStringLiteral("SrcPort=#3+Bytes=#4+delimiter=comma"));
    // A name that is known cannot be forbidden to the reader; the dialog does not promise it.
    choose(asked, 2, "Bytes");
    choose(asked, 4, "");
    QVERIFY(asked.message().contains(QStringLiteral("mpls1")));
    QVERIFY(asked.openButton().isEnabled());
}

void TestCsvDialog::anotherDelimiter()
{
    auto& asked = dialog();
    emit m_backend->csvPreviewed(unknown());
    choose(asked, 0, "SrcAddr");
    choose(asked, 1, "TimeReceived");
    asked.delimiter().setCurrentIndex(1);
    emit asked.delimiter().activated(1);
    QCOMPARE(m_backend->previewsAsked.last(), QStringLiteral("/x/flows.csv|delimiter=semicolon"));
    QVERIFY(!asked.openButton().isEnabled());
    emit m_backend->csvPreviewed(unknown()); // late answer to the first question
    QVERIFY(!asked.openButton().isEnabled());
    auto next = preview({{.name = QStringLiteral("alpha,beta"), .guess = {}}});
    next.delimiter = u';';
    next.mapping = QStringLiteral("delimiter=semicolon");
    emit m_backend->csvPreviewed(next);
    QCOMPARE(asked.table().columnCount(), 1);
    choose(asked, 0, "Bytes");
    QVERIFY(!asked.openButton().isEnabled());
}

void TestCsvDialog::choicesAreKept()
{
    auto& first = dialog();
    emit m_backend->csvPreviewed(unknown());
    choose(first, 0, "SrcAddr");
    choose(first, 1, "TimeReceived");
    first.time().setCurrentIndex(first.time().findData(QStringLiteral("dmy")));
    first.zone().setValue(60);
    first.accept();
    const auto opened = m_backend->openedCsv;
    auto& again = dialog();
    emit m_backend->csvPreviewed(unknown());
    QVERIFY(again.openButton().isEnabled());
    QCOMPARE(again.choice(2).currentIndex(), 0);
    again.accept();
    QCOMPARE(m_backend->openedCsv, opened);
    // A header of its own begins anew.
    auto& other = dialog(QStringLiteral("/x/other.csv"));
    emit m_backend->csvPreviewed(preview({{.name = QStringLiteral("gamma"), .guess = {}}}, QStringLiteral("/x/other.csv")));
    QCOMPARE(other.choice(0).currentIndex(), 0);
    QCOMPARE(other.zone().value(), 0);
}

void TestCsvDialog::keptDelimiter()
{
    auto semicolons = unknown();
    semicolons.delimiter = u';';
    semicolons.mapping = QStringLiteral("delimiter=semicolon");
    auto& first = dialog();
    emit m_backend->csvPreviewed(unknown());
    emit first.delimiter().activated((first.delimiter().setCurrentIndex(1), 1));
    emit m_backend->csvPreviewed(semicolons);
    choose(first, 0, "SrcAddr");
    choose(first, 1, "TimeReceived");
    first.accept();
    auto& again = dialog();
    emit m_backend->csvPreviewed(unknown());
    QCOMPARE(m_backend->previewsAsked.last(), QStringLiteral("/x/flows.csv|delimiter=semicolon"));
    QVERIFY(!again.openButton().isEnabled());
    emit m_backend->csvPreviewed(semicolons);
    QVERIFY(again.openButton().isEnabled());
    // Who wants commas gets them.
    emit again.delimiter().activated((again.delimiter().setCurrentIndex(0), 0));
    auto commas = unknown();
    commas.mapping = QStringLiteral("delimiter=comma");
    emit m_backend->csvPreviewed(commas);
    QCOMPARE(m_backend->previewsAsked.last(), QStringLiteral("/x/flows.csv|delimiter=comma"));
    QCOMPARE(again.choice(0).currentIndex(), 0);
}

void TestCsvDialog::errors()
{
    auto& asked = dialog();
    emit m_backend->csvPreviewed({.path = QStringLiteral("/x/flows.csv"), .mapping = {}, .delimiter = {}, .headerLine = {}, .fields = {}, .fieldsLeft = 0, .samples = {}, .columns = {}, .error = QStringLiteral("broken")});
    QCOMPARE(asked.message(), QStringLiteral("broken"));
    QVERIFY(!asked.openButton().isEnabled());
    QCOMPARE(asked.table().rowCount(), 0);
}

void TestCsvDialog::answersToOthers()
{
    auto& asked = dialog();
    emit m_backend->csvPreviewed(preview({{.name = QStringLiteral("gamma"), .guess = {}}}, QStringLiteral("/x/other.csv")));
    QCOMPARE(asked.table().columnCount(), 0);
}

void TestCsvDialog::keyboardAndWheel()
{
    auto& asked = dialog();
    emit m_backend->csvPreviewed(unknown());
    QVERIFY(QTest::qWaitForWindowActive(&asked));
    QCOMPARE(asked.focusWidget(), &asked.choice(0));
    QTest::keyClick(asked.focusWidget(), Qt::Key_Tab);
    QCOMPARE(asked.focusWidget(), &asked.choice(1));
    QCOMPARE(asked.choice(1).accessibleName(), QStringLiteral("Column for the field beta"));
    QTest::keyClick(asked.focusWidget(), Qt::Key_Down);
    QCOMPARE(asked.choice(1).currentData().toString(), QStringLiteral("TimeReceived")); // past the heading
    QWheelEvent wheel(QPointF(5, 5), asked.choice(1).mapToGlobal(QPointF(5, 5)), QPoint(), QPoint(0, -120), Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
    QApplication::sendEvent(&asked.choice(1), &wheel);
    QCOMPARE(asked.choice(1).currentData().toString(), QStringLiteral("TimeReceived"));
}

QTEST_MAIN(TestCsvDialog)
#include "test_csvdialog.moc"
