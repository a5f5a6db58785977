// SPDX-License-Identifier: GPL-3.0-or-later
// Reads the #include lines of every box: core includes nobody, collectors, storage and ui only core, app everything.
#include <QDirIterator>
#include <QRegularExpression>
#include <QTest>

class TestStarRule : public QObject {
    Q_OBJECT
private slots:
    void boxesIncludeWhatTheyMay_data();
    void boxesIncludeWhatTheyMay();
    void coreIsPure();
    void filesAreShortAndLicensed();

private:
    static QStringList sources(const QString& box)
    {
        QStringList out;
        QDirIterator it(QStringLiteral(RIVERETO_SOURCE_DIR "/") + box, {"*.cpp", "*.h", "*.def"}, QDir::Files, QDirIterator::Subdirectories);
        while (it.hasNext())
            out << it.next();
        return out;
    }
    static QStringList lines(const QString& path)
    {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()).split(u'\n') : QStringList();
    }
};

void TestStarRule::boxesIncludeWhatTheyMay_data()
{
    QTest::addColumn<QStringList>("may");
    QTest::newRow("core") << QStringList{"core", "resources"};
    QTest::newRow("collectors") << QStringList{"collectors", "core", "resources"};
    QTest::newRow("storage") << QStringList{"storage", "core"};
    QTest::newRow("ui") << QStringList{"ui", "core"};
    QTest::newRow("app") << QStringList{"app", "collectors", "storage", "ui", "core"};
}

void TestStarRule::boxesIncludeWhatTheyMay()
{
    QFETCH(QStringList, may);
    static const QRegularExpression include(QStringLiteral("^\\s*#\\s*include\\s+[\"<](app|core|collectors|storage|ui|tests|resources)/"));
    const auto files = sources(QLatin1String(QTest::currentDataTag()));
    QVERIFY(!files.isEmpty());
    for (const auto& file : files) {
        for (const auto& line : lines(file)) {
            const auto match = include.match(line);
            QVERIFY2(!match.hasMatch() || may.contains(match.captured(1)), qPrintable(file + u' ' + line));
        }
    }
}

/// No Qt, sockets, files, threads or clock in core: what is left can be tested and fuzzed without a fixture.
void TestStarRule::coreIsPure()
{
    static const QRegularExpression impure(
        QStringLiteral("^\\s*#\\s*include\\s+[\"<](Q[A-Z]|Qt|sys/|unistd|fcntl|poll|arpa/|netinet/|pthread|thread>|mutex>|atomic>|fstream|filesystem|"
                       "iostream|condition_variable|future|sqlite3|pcap|maxminddb|net-snmp)|system_clock|steady_clock|\\bfopen\\("));
    for (const auto& file : sources(QStringLiteral("core"))) {
        for (const auto& line : lines(file))
            QVERIFY2(!impure.match(line).hasMatch(), qPrintable(file + u' ' + line));
    }
}

void TestStarRule::filesAreShortAndLicensed()
{
    for (const auto* box : {"app", "core", "collectors", "storage", "ui", "tests"}) {
        for (const auto& file : sources(QLatin1String(box))) {
            const auto all = lines(file);
            QVERIFY2(all.first().contains(QStringLiteral("SPDX-License-Identifier: GPL-3.0-or-later")), qPrintable(file));
            QVERIFY2(all.size() <= 620 || file.endsWith(QStringLiteral(".def")), qPrintable(file));
        }
    }
}

QTEST_APPLESS_MAIN(TestStarRule)
#include "test_starrule.moc"
