// SPDX-License-Identifier: GPL-3.0-or-later
// rivereto query, from outside: the shapes of PRODUCT.md §7, options, filters and what is refused.
#include "tests/app/program.h"
#include "tests/support/messages.h"
#include "tests/support/pcapwriter.h"

using namespace rivereto::support;

class TestCliQuery : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void tableShape();
    void totalsHaveTotalOnly();
    void otherLineAndLimit();
    void noDimensionsIsOneLine();
    void timeSeriesShape();
    void flowsShape();
    void fieldsSortAndCount();
    void jsonAndNdjson();
    void textIsForPeople();
    void everythingByDefault();
    void timeRange();
    void pointsAndInterval();
    void limitType();
    void filterPlaces();
    void wrongQueries_data();
    void wrongQueries();
    void filterErrorShowsThePlace();
    void closedPipeEndsQuietly();
    void capturesWithoutDatabase();
    void damagedCapturesStillAnswer();
    void emptyDatabase();
    void missingDatabase();
    void textsThatNeedQuotes();

private:
    QString path(const QString& name) const { return m_folder.filePath(name); }
    Ran query(const QStringList& arguments) const { return m_program.run(QStringList{"query", "--db", m_db} + arguments); }
    QList<QStringList> csv(const QStringList& arguments) const
    {
        const auto ran = query(arguments + QStringList{"--format", "csv"});
        if (ran.exit != 0)
            qWarning("%s", ran.err.constData());
        return parseCsv(ran.out);
    }
    QTemporaryDir m_folder;
    Program m_program;
    QString m_capture;
    QString m_db;
};

namespace {

constexpr int kFlows = 5000;
/// The demo's hour begins here.
constexpr auto kStart = "2026-11-23T17:42:00";

const QStringList kStatistics{"min", "max", "last", "average", "p95", "total"};

} // namespace

void TestCliQuery::initTestCase()
{
    QVERIFY2(QFile::exists(Program::path()), "RIVERETO_BINARY names the program under test");
    m_capture = path("demo.pcap");
    m_db = path("demo.rivereto");
    COMPARE_EXIT(m_program.run({"demo", "--write", m_capture, "--flows", QString::number(kFlows), "--for", "1h"}), 0);
    COMPARE_EXIT(m_program.run({"import", m_capture, "--db", m_db}), 0);
}

void TestCliQuery::tableShape()
{
    const auto rows = csv({"--dimensions", "SrcAS,Proto", "--limit", "3"});
    QCOMPARE(rows.size(), 1 + 3 + 1);
    QCOMPARE(rows[0], (QStringList{"SrcAS", "Proto"} + kStatistics));
    for (const auto& row : rows)
        QCOMPARE(row.size(), 8);
    for (const auto& row : rows.mid(1)) {
        bool ok = true;
        for (const auto& cell : row.mid(2))
            ok = ok && cell.toDouble(&ok) >= 0;
        QVERIFY(ok);
        QVERIFY(row[2].toDouble() <= row[6].toDouble() && row[6].toDouble() <= row[3].toDouble());
    }
    // Ranked by average of all points, that is by total.
    QVERIFY(rows[1][7].toDouble() >= rows[2][7].toDouble() && rows[2][7].toDouble() >= rows[3][7].toDouble());
    // Names are taken in any case and printed as they are.
    QCOMPARE(csv({"--dimensions", "srcas, PROTO", "--limit", "3"}), rows);
}

void TestCliQuery::totalsHaveTotalOnly()
{
    for (const auto* unit : {"bytes", "packets", "flows"}) {
        const auto rows = csv({"--dimensions", "Proto", "--units", unit, "--limit", "0"});
        QCOMPARE(rows[0], (QStringList{"Proto", "total"}));
        double sum = 0;
        for (const auto& row : rows.mid(1))
            sum += row[1].toDouble();
        QCOMPARE(sum, csv({"--units", unit})[1][0].toDouble());
    }
    QCOMPARE(csv({"--units", "flows"})[1][0].toInt(), kFlows);
    for (const auto* unit : {"l3bps", "l2bps", "pps", "fps"})
        QCOMPARE(csv({"--units", unit})[0], kStatistics);
}

void TestCliQuery::otherLineAndLimit()
{
    const auto all = csv({"--dimensions", "SrcAS,DstPort", "--units", "bytes", "--limit", "0"});
    QVERIFY(all.size() > 1000);
    for (const auto& row : all)
        QVERIFY(row[0] != "Other");
    const auto some = csv({"--dimensions", "SrcAS,DstPort", "--units", "bytes"});
    QCOMPARE(some.size(), 1 + 10 + 1);
    QCOMPARE(some[11].mid(0, 2), (QStringList{"Other", "Other"}));
    double rest = 0;
    for (const auto& row : all.mid(11))
        rest += row[2].toDouble();
    QCOMPARE(some[11][2].toDouble(), rest);
    QCOMPARE(some.mid(0, 11), all.mid(0, 11));
    // Nothing was cut off: no Other.
    const auto exact = csv({"--dimensions", "SrcAS,DstPort", "--units", "bytes", "--limit", QString::number(all.size() - 1)});
    QCOMPARE(exact, all);
}

void TestCliQuery::noDimensionsIsOneLine()
{
    const auto rows = csv({});
    QCOMPARE(rows.size(), 2);
    QCOMPARE(rows[0], kStatistics);
    // Also when nothing matches.
    const auto none = csv({"SrcAS = 1"});
    QCOMPARE(none.size(), 2);
    QCOMPARE(none[1], QStringList(6, "0"));
    QCOMPARE(csv({"--dimensions", "SrcAS", "SrcAS = 1"}), (QList<QStringList>{QStringList{"SrcAS"} + kStatistics}));
}

void TestCliQuery::timeSeriesShape()
{
    const auto rows = csv({"--kind", "timeseries", "--dimensions", "Proto", "--limit", "2", "--interval", "10min"});
    QCOMPARE(rows[0], (QStringList{"time", "Proto", "value"}));
    QMap<QString, QStringList> times;
    for (const auto& row : rows.mid(1))
        times[row[1]] << row[0];
    QCOMPARE(times.keys(), (QStringList{"Other", "tcp", "udp"}));
    // One line a point and series, points aligned to their interval.
    for (const auto& series : times) {
        QCOMPARE(series, times.first());
        QCOMPARE(series.first(), QStringLiteral("2026-11-23T17:40:00.000Z"));
        QCOMPARE(series.size(), 7);
        QCOMPARE(series.last(), QStringLiteral("2026-11-23T18:40:00.000Z"));
    }
    const auto plain = csv({"--kind", "timeseries", "--points", "5"});
    QCOMPARE(plain[0], (QStringList{"time", "value"}));
    // Totals have points too.
    const auto totals = csv({"--kind", "timeseries", "--units", "flows", "--points", "7"});
    double sum = 0;
    for (const auto& row : totals.mid(1))
        sum += row[1].toDouble();
    QCOMPARE(sum, double(kFlows));
}

void TestCliQuery::flowsShape()
{
    const auto rows = csv({"--kind", "flows"});
    QCOMPARE(rows.size(), 1 + kFlows);
    // Every column that is not empty, in schema order; none that is empty in all lines.
    const auto schema = m_program.run({"schema", "--format", "json"}).json().array();
    QStringList order;
    for (const auto& column : schema)
        order << column.toObject()["name"].toString();
    qsizetype before = -1;
    for (const auto& name : rows[0]) {
        QVERIFY2(order.indexOf(name) > before, qPrintable(name));
        before = order.indexOf(name);
    }
    for (qsizetype i = 0; i < rows[0].size(); ++i) {
        const bool filled = std::any_of(rows.begin() + 1, rows.end(), [&](const QStringList& row) { return !row[i].isEmpty() && row[i] != "0"; });
        QVERIFY2(filled, qPrintable(rows[0][i]));
    }
    for (const auto* name : {"TimeReceived", "SrcAddr", "DstAddr", "Bytes", "Packets", "SamplingRate", "InIfIndex"})
        QVERIFY2(rows[0].contains(name), name);
    QVERIFY(!rows[0].contains("SrcCountry") && !rows[0].contains("PacketSize"));
    // In order of time.
    for (qsizetype i = 2; i < rows.size(); ++i)
        QVERIFY(rows[i - 1][0] <= rows[i][0]);
    const QRegularExpression time("^2026-11-23T1[78]:\\d\\d:\\d\\d\\.\\d\\d\\dZ$");
    QVERIFY(time.match(rows[1][0]).hasMatch());
}

void TestCliQuery::fieldsSortAndCount()
{
    const auto rows = csv({"--kind", "flows", "--fields", "Bytes,srcaddr,SrcNetPrefix", "--sort", "-Bytes", "--count", "20", "Proto = \"tcp\""});
    QCOMPARE(rows.size(), 21);
    QCOMPARE(rows[0], (QStringList{"Bytes", "SrcAddr", "SrcNetPrefix"}));
    for (qsizetype i = 2; i < rows.size(); ++i)
        QVERIFY(rows[i - 1][0].toULongLong() >= rows[i][0].toULongLong());
    QVERIFY(rows[1][2].contains('/'));
    // The first of all, not the first of some.
    const auto all = csv({"--kind", "flows", "--fields", "Bytes", "Proto = \"tcp\""});
    uint64_t most = 0;
    for (const auto& row : all.mid(1))
        most = std::max<uint64_t>(most, row[0].toULongLong());
    QCOMPARE(rows[1][0].toULongLong(), most);
    QCOMPARE(csv({"--kind", "flows", "--fields", "Bytes", "--count", "0"}).size(), 1 + kFlows);
    const auto ascending = csv({"--kind", "flows", "--fields", "SrcAddr", "--sort", "SrcAddr", "--count", "1"});
    const auto descending = csv({"--kind", "flows", "--fields", "SrcAddr", "--sort", "-SrcAddr", "--count", "1"});
    QVERIFY(!ascending[1][0].contains(':') && descending[1][0].contains(':'));
    // Fields that are empty everywhere stay columns.
    QCOMPARE(csv({"--kind", "flows", "--fields", "SrcCountry,UserName", "--count", "1"}), (QList<QStringList>{{"SrcCountry", "UserName"}, {"", ""}}));
}

void TestCliQuery::jsonAndNdjson()
{
    const auto expected = csv({"--dimensions", "SrcAddr,SrcCountry", "--limit", "4"});
    const auto table = query({"--dimensions", "SrcAddr,SrcCountry", "--limit", "4", "--format", "json"});
    const auto rows = table.json().array();
    QCOMPARE(rows.size(), 5);
    for (qsizetype i = 0; i < rows.size(); ++i) {
        const auto row = rows[i].toObject();
        QCOMPARE(row.size(), 10); // the CSV's columns, and how sure sampled traffic is
        QVERIFY(qAbs(row["uncertainty"].toDouble() - 196 / std::sqrt(row["samples"].toDouble())) < 1e-6);
        QCOMPARE(row["SrcAddr"].toString(), expected[i + 1][0]);
        QVERIFY(i == 4 ? row["SrcCountry"].isString() : row["SrcCountry"].isNull()); // a missing value
        QCOMPARE(row["total"].toDouble(), expected[i + 1][7].toDouble());
    }
    const auto series = query({"--kind", "timeseries", "--points", "5", "--format", "json"}).json().array();
    QVERIFY(series.size() > 1 && series[0]["time"].isString() && series[0]["value"].isDouble());

    const auto lines = query({"--dimensions", "SrcAddr,SrcCountry", "--limit", "4", "--format", "ndjson"}).lines();
    QCOMPARE(lines.size(), 5);
    for (qsizetype i = 0; i < lines.size(); ++i)
        QCOMPARE(QJsonDocument::fromJson(lines[i]).object(), rows[i].toObject());

    const auto flows = query({"--kind", "flows", "--format", "json", "--count", "50"}).json().array();
    QCOMPARE(flows.size(), 50);
    QVERIFY(flows[0]["Bytes"].isDouble() && flows[0]["SrcAddr"].isString() && flows[0]["TimeReceived"].isString());
    const auto flowLines = query({"--kind", "flows", "--format", "ndjson", "--count", "50"}).lines();
    QCOMPARE(flowLines.size(), 50);
    for (qsizetype i = 0; i < flowLines.size(); ++i)
        QCOMPARE(QJsonDocument::fromJson(flowLines[i]).object(), flows[i].toObject());
    QCOMPARE(query({"--kind", "flows", "--format", "json", "SrcAS = 1"}).json().array().size(), 0);
    QVERIFY(query({"--kind", "flows", "--format", "json", "SrcAS = 1"}).json().isArray());
    QVERIFY(query({"--dimensions", "Proto", "--format", "json", "SrcAS = 1"}).json().isArray());
}

void TestCliQuery::textIsForPeople()
{
    const auto ran = query({"--dimensions", "SrcAS", "--limit", "3"});
    COMPARE_EXIT(ran, 0);
    VERIFY_RAN(ran.out.contains("Total") && ran.out.contains("b/s") && ran.out.contains("Other is"), ran);
    QCOMPARE(query({"--kind", "flows"}).lines().size(), 101); // 100 when nothing is said
    QCOMPARE(query({"--kind", "flows", "--count", "0"}).lines().size(), 1 + kFlows);
}

void TestCliQuery::everythingByDefault()
{
    // table, l3bps, 10, avg, 200 points, everything.
    QCOMPARE(csv({"--dimensions", "DstAddr"}),
             csv({"--dimensions", "DstAddr", "--kind", "table", "--units", "l3bps", "--limit", "10", "--limit-type", "avg", "--points", "200"}));
}

void TestCliQuery::timeRange()
{
    const auto flows = [&](const QStringList& range) { return csv(QStringList{"--units", "flows"} + range).value(1).value(0).toInt(); };
    const auto firstHalf = flows({"--from", "2026-11-23T17:42:00Z", "--to", "2026-11-23T18:12:00Z"});
    const auto secondHalf = flows({"--from", "2026-11-23T18:12:00Z", "--to", "2026-11-23T19:00:00Z"});
    QVERIFY(firstHalf > kFlows / 4 && secondHalf > kFlows / 4);
    QCOMPARE(firstHalf + secondHalf, kFlows);
    QCOMPARE(flows({"--to", "2026-11-23T18:12:00Z"}), firstHalf);
    QCOMPARE(flows({"--from", "2026-11-23 18:12"}), secondHalf);
    QCOMPARE(flows({"--from", "2026-11-23T19:12:00+01:00"}), secondHalf);
    QCOMPARE(flows({"--from", "1795457520"}), secondHalf); // Unix time
    QCOMPARE(flows({"--from", "2026-11-23", "--to", "2026-11-24"}), kFlows);
    QCOMPARE(flows({"--from", "1970-01-01"}), kFlows);
    // Outside of what there is: nothing, and no mistake.
    QCOMPARE(flows({"--to", "2020-01-01"}), 0);
    QCOMPARE(flows({"--from", "2030-01-01"}), 0);
    QCOMPARE(flows({"--from", "2020-01-01", "--to", "2020-01-02"}), 0);
    // Natural language counts from now.
    const auto start = QDateTime::currentDateTimeUtc().addSecs(-3600).toString(Qt::ISODate);
    QVERIFY(writeAll(path("now.toml"), QStringLiteral("start = \"%1\"\nduration = \"10min\"\n").arg(start).toUtf8()));
    COMPARE_EXIT(m_program.run({"demo", "--write", path("now.pcap"), "--scenario", path("now.toml"), "--flows", "500"}), 0);
    const auto recent = [&](const QString& from, const QString& to) {
        return m_program.run({"query", "-r", path("now.pcap"), "--from", from, "--to", to, "--units", "flows", "--format", "csv"}).lines().value(1).toInt();
    };
    QCOMPARE(recent("2 hours ago", "now"), 500);
    QCOMPARE(recent("30 minutes ago", "now"), 0);
    // Two questions have two times of "now": what lies between is told by a time that stands still.
    const auto middle = QDateTime::currentDateTimeUtc().addSecs(-3300).toString(Qt::ISODate);
    QCOMPARE(recent("2 hours ago", middle) + recent(middle, "now"), 500);
    QVERIFY(recent("2 hours ago", "55 minutes ago") > 100);
    QVERIFY(recent("55 minutes ago", "now") > 100);
    for (const auto* time : {"6 hours ago", "yesterday at 19:00", "the beginning of last month", "now-6h"})
        COMPARE_EXIT(query({"--from", time, "--to", "now", "--units", "flows"}), 0);
    // Points start where their interval does, in UTC, and say so; --local prints the zone's time.
    Program east;
    east.set("TZ", "Asia/Tokyo");
    const auto local = east.run({"query", "--db", m_db, "--local", "--kind", "flows", "--count", "1", "--format", "csv"});
    VERIFY_RAN(local.out.contains("2026-11-24T02:42:0") && local.out.contains("+09:00"), local);
    QCOMPARE(parseCsv(east.run({"query", "--db", m_db, "--local", "--from", "2026-11-24 03:12", "--units", "flows", "--format", "csv"}).out)[1][0].toInt(), secondHalf);
}

void TestCliQuery::pointsAndInterval()
{
    const auto points = [&](const QStringList& arguments) { return csv(QStringList{"--kind", "timeseries"} + arguments).size() - 1; };
    // The smallest step of the ladder that gives at most so many points: an hour is at least 120 of 30 s, 60 of 1 min …
    for (const auto& [asked, least] : {std::pair(200, 120), {122, 120}, {100, 60}, {30, 12}, {12, 6}, {1, 1}}) {
        const auto got = points({"--points", QString::number(asked)});
        QVERIFY2(got <= asked && got >= least, qPrintable(QStringLiteral("%1 of %2").arg(got).arg(asked)));
    }
    QCOMPARE(points({"--interval", "15min", "--from", kStart, "--to", "2026-11-23T18:42"}), 5);
    QCOMPARE(points({"--interval", "60", "--from", kStart, "--to", "2026-11-23T18:42"}), 60);
    QCOMPARE(points({"--interval", "90s", "--from", kStart, "--to", "2026-11-23T18:42"}), 40);
    // Statistics are of those points.
    const auto table = csv({"--interval", "15min"});
    QList<double> values;
    for (const auto& row : csv({"--interval", "15min", "--kind", "timeseries"}).mid(1))
        values << row[1].toDouble();
    values.removeFirst();
    values.removeLast(); // both are cut by the range
    QCOMPARE(table[1][1].toDouble(), *std::max_element(values.begin(), values.end()));
    QCOMPARE(table[1][2].toDouble(), values.last());
    const auto many = query({"--kind", "timeseries", "--interval", "10ms"});
    COMPARE_EXIT(many, 1);
    VERIFY_RAN(many.err.contains("points"), many);
}

void TestCliQuery::limitType()
{
    const auto best = [&](const char* type, int column) {
        const auto one = csv({"--dimensions", "DstAddr", "--limit", "1", "--limit-type", type, "--interval", "5min"});
        const auto all = csv({"--dimensions", "DstAddr", "--limit", "0", "--interval", "5min"});
        double most = 0;
        for (const auto& row : all.mid(1))
            most = std::max(most, row[column].toDouble());
        return one[1][column].toDouble() == most;
    };
    QVERIFY(best("avg", 6));
    QVERIFY(best("max", 2));
    QVERIFY(best("last", 3));
}

void TestCliQuery::filterPlaces()
{
    const auto expected = csv({"--units", "bytes", "--filter", "Proto = \"udp\" AND DstPort != 443"});
    QVERIFY(expected[1][0].toDouble() > 0);
    QCOMPARE(csv({"--units", "bytes", "Proto = \"udp\" AND DstPort != 443"}), expected);
    QCOMPARE(csv({"Proto = 17 and not dstport in (443)", "--units", "bytes"}), expected);
    QCOMPARE(csv({"--units", "bytes", "-- a comment first\nProto = 'udp' /* so */ AND\nDstPort != 443"}), expected);
    QCOMPARE(csv({"--units", "bytes", ""}), csv({"--units", "bytes"}));
    const auto read = m_program.run({"query", "-r", m_capture, "--units", "bytes", "--format", "csv", "Proto = \"udp\" AND DstPort != 443"});
    QCOMPARE(parseCsv(read.out), expected);
    const auto option = m_program.run({"query", "--filter", "Proto = \"udp\" AND DstPort != 443", "--units", "bytes", "--format", "csv", "-r", m_capture});
    QCOMPARE(parseCsv(option.out), expected);
}

void TestCliQuery::wrongQueries_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("message");
    QTest::newRow("dimension") << QStringList{"--dimensions", "SrcAS,Colour"} << "“Colour”";
    QTest::newRow("twice") << QStringList{"--dimensions", "SrcAS,srcas"} << "SrcAS is given twice";
    QTest::newRow("no dimension") << QStringList{"--dimensions", "OtherElements"} << "OtherElements cannot be grouped by";
    QTest::newRow("unit") << QStringList{"--units", "mbps"} << "l3bps, l2bps";
    QTest::newRow("kind") << QStringList{"--kind", "pie"} << "table, timeseries";
    QTest::newRow("limit type") << QStringList{"--limit-type", "median"} << "avg, max, last";
    QTest::newRow("limit") << QStringList{"--limit", "ten"} << "--limit";
    QTest::newRow("large limit") << QStringList{"--limit", "4294967296"} << "--limit";
    QTest::newRow("larger limit") << QStringList{"--limit", "99999999999999999999999"} << "--limit";
    QTest::newRow("negative limit") << QStringList{"--limit=-1"} << "--limit";
    QTest::newRow("points") << QStringList{"--points", "0"} << "--points";
    QTest::newRow("interval") << QStringList{"--interval", "a while"} << "a while";
    QTest::newRow("no interval") << QStringList{"--interval", "0"} << "--interval";
    QTest::newRow("from") << QStringList{"--from", "someday"} << "someday";
    QTest::newRow("reversed") << QStringList{"--from", "2026-11-24", "--to", "2026-11-23"} << "ends before it begins";
    QTest::newRow("empty range") << QStringList{"--from", "2026-11-24", "--to", "2026-11-24"} << "ends before it begins";
    QTest::newRow("format") << QStringList{"--format", "xlsx"} << "text, csv, json";
    QTest::newRow("sort") << QStringList{"--kind", "flows", "--sort", "-Colour"} << "“Colour”";
    QTest::newRow("field") << QStringList{"--kind", "flows", "--fields", "SrcAddr,Colour", "--format", "csv"} << "“Colour”";
    QTest::newRow("count") << QStringList{"--kind", "flows", "--count", "some"} << "--count";
    QTest::newRow("filter") << QStringList{"SrcAS ="} << "expected";
    QTest::newRow("filter of flows") << QStringList{"--kind", "flows", "--format", "json", "SrcAS ="} << "expected";
    QTest::newRow("filter column") << QStringList{"Colour = 3"} << "Colour";
    QTest::newRow("two operands") << QStringList{"Proto = 6", "Proto = 17"} << "operand";
    QTest::newRow("filter twice") << QStringList{"--filter", "Proto = 6", "Proto = 17"} << "operand";
    QTest::newRow("option") << QStringList{"--colour"} << "colour";
}

void TestCliQuery::wrongQueries()
{
    QFETCH(QStringList, arguments);
    QFETCH(QString, message);
    const auto ran = query(arguments);
    COMPARE_EXIT(ran, 2);
    QVERIFY2(ran.out.isEmpty(), ran.out.constData());
    VERIFY_RAN(QString::fromUtf8(ran.err).contains(message), ran);
    // The same before a capture is read; a wrong query is wrong whatever the file.
    if (message != "operand") {
        const auto read = m_program.run(QStringList{"query", "-r", path("nowhere.pcap")} + arguments);
        COMPARE_EXIT(read, 2);
    }
}

void TestCliQuery::filterErrorShowsThePlace()
{
    const auto ran = query({"SrcAddr = 192.0.2.1 AND Colour = 3"});
    COMPARE_EXIT(ran, 2);
    const auto lines = ran.err.split('\n');
    QCOMPARE(lines[0], QByteArray("  SrcAddr = 192.0.2.1 AND Colour = 3"));
    QCOMPARE(lines[1], QByteArray("                          ^^^^^^"));
    QVERIFY(lines[2].contains("Colour"));
    // In the right line, and under the right letter behind letters of several octets.
    const auto second = query({"-- Straße\nInIfName = \"Zürich\" AND Prot = 3\nAND Proto = 6"}).err.split('\n');
    QVERIFY(second.size() >= 2);
    QCOMPARE(second[0], QByteArray("  InIfName = \"Zürich\" AND Prot = 3"));
    QCOMPARE(second[1], QByteArray("                          ^^^^"));
    const auto end = query({"SrcAS ="}).err.split('\n');
    QCOMPARE(end[1], QByteArray("         ^"));
    COMPARE_EXIT(query({"--kind", "flows", "Colour = 3"}), 2);
}

void TestCliQuery::closedPipeEndsQuietly()
{
    for (const auto* options : {"--kind flows --format csv", "--kind flows --format json", "--kind flows --count 0", "--dimensions SrcAddr,DstAddr --limit 0 --format csv"}) {
        const auto ran = m_program.shell(QStringLiteral("(\"$RIVERETO_BINARY\" query --db %1 %2; echo $? > %3) | head -1 | wc -l").arg(m_db, QLatin1String(options), path("code")));
        QVERIFY2(ran.err.isEmpty(), ran.err.constData());
        QCOMPARE(ran.out.trimmed(), QByteArray("1"));
        QCOMPARE(readAll(path("code")).trimmed(), QByteArray("0"));
    }
    const auto full = m_program.shell(QStringLiteral("\"$RIVERETO_BINARY\" query --db %1 --kind flows --format csv > /dev/full").arg(m_db));
    COMPARE_EXIT(full, 1);
    VERIFY_RAN(full.err.contains("No space left"), full);
}

void TestCliQuery::capturesWithoutDatabase()
{
    const auto other = path("other.pcap");
    COMPARE_EXIT(m_program.run({"demo", "--write", other, "--flows", "700", "--seed", "2", "--for", "1h"}), 0);
    const auto one = m_program.run({"query", "-r", m_capture, "--dimensions", "SrcAS", "--format", "csv"});
    COMPARE_EXIT(one, 0);
    QCOMPARE(parseCsv(one.out), csv({"--dimensions", "SrcAS"}));
    const auto two = m_program.run({"query", "-r", m_capture, other, "--units", "flows", "--format", "csv"});
    QCOMPARE(parseCsv(two.out)[1][0].toInt(), kFlows + 700);
    const auto filtered = m_program.run({"query", "--units", "flows", "--format", "csv", "-r", m_capture, other, "Proto = 6 OR Proto != 6"});
    QCOMPARE(parseCsv(filtered.out)[1][0].toInt(), kFlows + 700);
    const auto input = m_program.run({"query", "-r", "-", "--units", "flows", "--format", "csv"}, readAll(other));
    QCOMPARE(parseCsv(input.out)[1][0].toInt(), 700);
    COMPARE_EXIT(m_program.run({"query", "-r"}), 2);
    COMPARE_EXIT(m_program.run({"query"}), 2);
    COMPARE_EXIT(m_program.run({"query", "-r", m_capture, "--db", m_db}), 2);
    COMPARE_EXIT(m_program.run({"query", "-r", path("nowhere.pcap")}), 1);
    // Nothing is left behind.
    QTemporaryDir scratch;
    m_program.set("TMPDIR", scratch.path());
    COMPARE_EXIT(m_program.run({"query", "-r", m_capture}), 0);
    QCOMPARE(QDir(scratch.path()).entryList(QDir::AllEntries | QDir::NoDotAndDotDot), QStringList());
    m_program.unset("TMPDIR");
}

void TestCliQuery::damagedCapturesStillAnswer()
{
    const auto whole = readAll(m_capture);
    QVERIFY(writeAll(path("cut.pcap"), whole.left(whole.size() - 7)));
    const auto ran = m_program.run({"query", "-r", path("cut.pcap"), "--units", "flows", "--format", "csv"});
    COMPARE_EXIT(ran, 3);
    VERIFY_RAN(ran.err.contains("at byte"), ran);
    QVERIFY(ran.lines().value(1).toInt() > kFlows * 9 / 10);
    COMPARE_EXIT(m_program.run({"query", "-r", m_capture, path("cut.pcap"), "--kind", "flows", "--format", "csv"}), 3);
}

void TestCliQuery::emptyDatabase()
{
    const auto db = path("empty.rivereto");
    COMPARE_EXIT(m_program.run({"import", path("nowhere"), "--db", db}), 1);
    QCOMPARE(m_program.run({"query", "--db", db, "--format", "csv"}).out, QByteArray("min,max,last,average,p95,total\n0,0,0,0,0,0\n"));
    QCOMPARE(m_program.run({"query", "--db", db, "--dimensions", "SrcAS", "--units", "flows", "--format", "csv"}).out, QByteArray("SrcAS,total\n"));
    QCOMPARE(m_program.run({"query", "--db", db, "--kind", "timeseries", "--format", "csv"}).out, QByteArray("time,value\n"));
    QCOMPARE(m_program.run({"query", "--db", db, "--kind", "flows", "--format", "json"}).json().array().size(), 0);
    COMPARE_EXIT(m_program.run({"query", "--db", db, "--from", "yesterday"}), 0);
    COMPARE_EXIT(m_program.run({"query", "--db", db, "--to", "yesterday", "--interval", "1h"}), 0);
    COMPARE_EXIT(m_program.run({"query", "--db", db}), 0);
}

void TestCliQuery::missingDatabase()
{
    for (const auto& db : {path("nowhere.rivereto"), m_folder.path(), m_capture, path("no/folder/x.rivereto")}) {
        const auto ran = m_program.run({"query", "--db", db});
        COMPARE_EXIT(ran, 1);
        VERIFY_RAN(QString::fromUtf8(ran.err).contains(db), ran);
        QVERIFY(!QFile::exists(path("nowhere.rivereto")));
    }
}

/// Names come from devices: quotes, line breaks, and octets that are no UTF-8.
void TestCliQuery::textsThatNeedQuotes()
{
    const QByteArray names[] = {"a,b", "say \"x\"", "two\nlines", "caf\xc3\xa9", "caf\xe9", "\xed\xa0\x80|\xf5", "tab\there"};
    Octets records;
    for (const auto& name : names)
        records.u32(100).u8(static_cast<uint64_t>(name.size())).text({name.data(), static_cast<size_t>(name.size())});
    const auto message = ipfix(Octets().add(set(2, templateRecord(256, {{1, 4}, {371, 65535}}))).add(set(256, records)));
    PcapWriter writer(PcapWriter::Format{});
    writer.packet(1'700'000'000'000'000, ethernet(0x0800, ipv4(udp(4000, 4739, message))));
    QVERIFY(writeAll(path("names.pcap"), {reinterpret_cast<const char*>(writer.bytes().data()), static_cast<qsizetype>(writer.bytes().size())}));
    const auto rows = m_program.run({"query", "-r", path("names.pcap"), "--kind", "flows", "--fields", "UserName", "--sort", "UserName", "--format", "csv"});
    COMPARE_EXIT(rows, 0);
    QCOMPARE(parseCsv(rows.out).size(), 8);
    for (const auto& name : {names[0], names[1], names[2], names[3], names[6]})
        QVERIFY2(parseCsv(rows.out).contains(QStringList{QString::fromUtf8(name)}), name.constData());
    for (const auto* format : {"json", "ndjson"}) {
        for (const auto* kind : {"flows", "table"}) {
            auto ran = m_program.run({"query", "-r", path("names.pcap"), "--kind", kind, "--dimensions", "UserName", "--format", format});
            if (format == QByteArray("ndjson"))
                ran.out = "[" + ran.lines().join(",") + "]";
            const auto all = ran.json().array();
            QCOMPARE(all.size(), 7);
            QStringList read;
            for (const auto& row : all)
                read << row.toObject()["UserName"].toString();
            for (const auto& name : {names[0], names[1], names[2], names[3], names[6]})
                QVERIFY2(read.contains(QString::fromUtf8(name)), name.constData());
            QVERIFY(read.contains(QStringLiteral("caf\uFFFD")));
        }
    }
    COMPARE_EXIT(m_program.run({"query", "-r", path("names.pcap"), "--kind", "flows"}), 0);
    const auto found = m_program.run({"query", "-r", path("names.pcap"), "--units", "flows", "--format", "csv", "UserName = \"say \\\"x\\\"\""});
    QCOMPARE(found.lines().value(1), QByteArray("1"));
}

QTEST_GUILESS_MAIN(TestCliQuery)
#include "test_cli_query.moc"
