// SPDX-License-Identifier: GPL-3.0-or-later
// The numbers of rivereto query against sums made here, the slow way, from the exported flows.
#include <cmath>

#include "tests/app/program.h"

using namespace rivereto::support;

class TestCliNumbers : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void tables_data();
    void tables();
    void timeSeries();
    void filters_data();
    void filters();

private:
    QTemporaryDir m_folder;
    Program m_program;
    QString m_db;
    QList<QMap<QString, QString>> m_flows;
    qint64 m_from = INT64_MAX;
    qint64 m_to = 0;
};

namespace {

using Flow = QMap<QString, QString>;

qint64 timeOf(const QString& text) { return QDateTime::fromString(text, Qt::ISODateWithMs).toMSecsSinceEpoch(); }

/// What a flow adds in a unit; rates are sums × factor ÷ interval.
double weight(const Flow& flow, const QString& unit)
{
    const double rate = flow["SamplingRate"].toDouble();
    const double bytes = flow["Bytes"].toDouble();
    const double packets = flow["Packets"].toDouble();
    if (unit == "flows" || unit == "fps")
        return 1;
    if (unit == "packets" || unit == "pps")
        return packets * rate;
    return (unit == "l2bps" ? bytes + 38 * packets : bytes) * rate;
}

double perUnit(const QString& unit) { return unit.endsWith("bps") ? 8 : 1; }

QStringList keyOf(const Flow& flow, const QStringList& dimensions)
{
    QStringList key;
    for (const auto& dimension : dimensions)
        key << flow[dimension];
    return key;
}

/// Of the points that the range does not cut.
QList<double> statistics(QList<double> points)
{
    const double last = points.last();
    std::sort(points.begin(), points.end());
    const double rank = 0.95 * static_cast<double>(points.size() - 1);
    const auto below = static_cast<qsizetype>(std::floor(rank));
    const auto above = std::min(below + 1, points.size() - 1);
    const double p95 = points[below] + (points[above] - points[below]) * (rank - static_cast<double>(below));
    double sum = 0;
    for (const double point : points)
        sum += point;
    return {points.first(), points.last(), last, sum / static_cast<double>(points.size()), p95};
}

bool near(double a, double b) { return std::abs(a - b) <= 1e-9 * std::max(std::abs(a), std::abs(b)); }

} // namespace

void TestCliNumbers::initTestCase()
{
    QVERIFY2(QFile::exists(Program::path()), "RIVERETO_BINARY names the program under test");
    m_db = m_folder.filePath("demo.rivereto");
    const auto capture = m_folder.filePath("demo.pcap");
    COMPARE_EXIT(m_program.run({"demo", "--write", capture, "--flows", "20000", "--for", "3h"}), 0);
    COMPARE_EXIT(m_program.run({"import", capture, "--db", m_db, "--threads", "3"}), 0);
    const auto ran = m_program.run({"query", "--db", m_db, "--kind", "flows", "--format", "csv"});
    COMPARE_EXIT(ran, 0);
    const auto rows = parseCsv(ran.out);
    QCOMPARE(rows.size(), 20001);
    for (const auto& row : rows.mid(1)) {
        Flow flow;
        for (qsizetype i = 0; i < row.size(); ++i)
            flow[rows[0][i]] = row[i];
        const auto time = timeOf(flow["TimeReceived"]);
        QVERIFY(time > 0);
        m_from = std::min(m_from, time);
        m_to = std::max(m_to, time + 1);
        m_flows << flow;
    }
}

void TestCliNumbers::tables_data()
{
    QTest::addColumn<QStringList>("dimensions");
    QTest::addColumn<QString>("unit");
    QTest::addColumn<QString>("interval");
    QTest::addColumn<int>("limit");
    QTest::newRow("all l3bps") << QStringList() << "l3bps" << "60s" << 10;
    QTest::newRow("all l2bps") << QStringList() << "l2bps" << "5min" << 10;
    QTest::newRow("AS") << QStringList{"SrcAS"} << "l3bps" << "1min" << 10;
    QTest::newRow("AS pairs") << QStringList{"SrcAS", "DstAS"} << "pps" << "10min" << 7;
    QTest::newRow("exporters") << QStringList{"ExporterAddress", "InIfIndex", "OutIfIndex"} << "fps" << "2min" << 0;
    QTest::newRow("protocol and port") << QStringList{"Proto", "DstPort"} << "l2bps" << "30min" << 20;
    QTest::newRow("address pairs") << QStringList{"SrcAddr", "DstAddr"} << "l3bps" << "15min" << 25;
    QTest::newRow("bytes") << QStringList{"SrcAddr"} << "bytes" << "" << 0;
    QTest::newRow("packets") << QStringList{"DstAddr", "DstPort"} << "packets" << "" << 15;
    QTest::newRow("flows") << QStringList{"EType", "TCPFlags", "IPTos"} << "flows" << "" << 0;
}

void TestCliNumbers::tables()
{
    QFETCH(QStringList, dimensions);
    QFETCH(QString, unit);
    QFETCH(QString, interval);
    QFETCH(int, limit);
    const bool total = interval.isEmpty();
    const qint64 step = total ? m_to : interval.endsWith("min") ? interval.chopped(3).toLongLong() * 60'000 : interval.chopped(1).toLongLong() * 1000;
    const qint64 first = total ? 0 : m_from / step * step;
    const qint64 count = (m_to - first + step - 1) / step;

    QMap<QStringList, QList<double>> sums;
    QMap<QStringList, double> totals;
    double everything = 0;
    for (const auto& flow : m_flows) {
        const auto key = keyOf(flow, dimensions);
        auto& points = sums[key];
        points.resize(count);
        const double value = weight(flow, unit);
        points[(timeOf(flow["TimeReceived"]) - first) / step] += value;
        totals[key] += value;
        everything += value;
    }

    QStringList arguments{"query", "--db", m_db, "--format", "csv", "--units", unit, "--limit", QString::number(limit)};
    if (!dimensions.isEmpty())
        arguments << "--dimensions" << dimensions.join(',');
    if (!total)
        arguments << "--interval" << interval;
    const auto ran = m_program.run(arguments);
    COMPARE_EXIT(ran, 0);
    const auto rows = parseCsv(ran.out);
    const auto groups = static_cast<int>(totals.size());
    const bool cut = limit > 0 && groups > limit;
    QCOMPARE(rows.size(), 1 + (cut ? limit + 1 : groups));

    double seen = 0;
    double before = INFINITY;
    for (qsizetype line = 1; line < rows.size(); ++line) {
        const auto& row = rows[line];
        const auto key = row.mid(0, dimensions.size());
        const bool other = cut && line + 1 == rows.size();
        const auto values = row.mid(dimensions.size());
        QCOMPARE(values.size(), total ? 1 : 6);
        seen += values.last().toDouble();
        if (other) {
            QCOMPARE(key, QStringList(dimensions.size(), "Other"));
            continue;
        }
        QVERIFY2(totals.contains(key), qPrintable(key.join('|')));
        QCOMPARE(values.last().toDouble(), totals[key]);
        QVERIFY(totals[key] <= before);
        before = totals[key];
        if (total)
            continue;
        // Complete points: those that the range does not cut.
        auto points = sums[key];
        if (first < m_from)
            points.removeFirst();
        if (first + count * step > m_to)
            points.removeLast();
        const auto expected = statistics(points);
        for (qsizetype i = 0; i < expected.size(); ++i)
            QVERIFY2(near(values[i].toDouble(), expected[i] * perUnit(unit) * 1000 / static_cast<double>(step)),
                     qPrintable(QStringLiteral("%1: %2 is %3").arg(key.join('|'), rows[0][dimensions.size() + i], values[i])));
    }
    QVERIFY(near(seen, everything));
    // Nothing named is smaller than anything in Other.
    if (cut) {
        auto all = totals.values();
        std::sort(all.rbegin(), all.rend());
        QCOMPARE(before, all[limit - 1]);
    }
}

void TestCliNumbers::timeSeries()
{
    const qint64 step = 300'000;
    QMap<QString, QMap<qint64, double>> sums;
    for (const auto& flow : m_flows)
        sums[flow["SrcAS"]][timeOf(flow["TimeReceived"]) / step * step] += weight(flow, "l3bps") * 8 * 1000 / static_cast<double>(step);
    const auto ran = m_program.run({"query", "--db", m_db, "--kind", "timeseries", "--dimensions", "SrcAS", "--limit", "0", "--interval", "5min", "--format", "csv"});
    COMPARE_EXIT(ran, 0);
    const auto points = (m_to - m_from / step * step + step - 1) / step;
    QCOMPARE(ran.lines().size(), 1 + sums.size() * points);
    for (const auto& row : parseCsv(ran.out).mid(1))
        QVERIFY2(near(row[2].toDouble(), sums[row[1]][timeOf(row[0])]), qPrintable(row.join('|')));
    // Top 3 and Other are the same traffic, point by point.
    QMap<qint64, double> all;
    for (const auto& row : parseCsv(m_program.run({"query", "--db", m_db, "--kind", "timeseries", "--dimensions", "SrcAS", "--limit", "3", "--interval", "5min", "--format", "csv"}).out).mid(1))
        all[timeOf(row[0])] += row[2].toDouble();
    QCOMPARE(all.size(), points);
    for (const auto& [time, value] : all.toStdMap()) {
        double expected = 0;
        for (const auto& series : sums)
            expected += series[time];
        QVERIFY(near(value, expected));
    }
}

void TestCliNumbers::filters_data()
{
    QTest::addColumn<QString>("filter");
    const auto row = [](const char* filter) { QTest::newRow(filter) << QString(filter); };
    row("Proto = \"tcp\"");
    row("DstPort = 443 OR SrcPort = 443");
    row("Port = 53");
    row("SrcAS = 64500 AND NOT Proto = 17");
    row("Bytes > 10k");
    row("EType = IPv6");
    row("SrcAddr << 198.18.0.0/15");
    row("TCPFlags HAS \"R\"");
    row("InIfIndex IN (1, 2) AND OutIfIndex NOTIN (100)");
    row("ExporterAddress = 192.0.2.11 OR ExportProtocol = sflow");
    row("TimeReceived >= \"2026-11-23T18:00\" AND TimeReceived < \"2026-11-23T19:00\"");
    row("AS BETWEEN 10000 AND 20000");
}

/// The filter's flows and those of its negation are all flows, and each of them is what the filter says.
void TestCliNumbers::filters()
{
    QFETCH(QString, filter);
    const QMap<QString, std::function<bool(const Flow&)>> means{
        {"Proto = \"tcp\"", [](const Flow& f) { return f["Proto"] == "tcp"; }},
        {"DstPort = 443 OR SrcPort = 443", [](const Flow& f) { return f["DstPort"] == "443" || f["SrcPort"] == "443"; }},
        {"Port = 53", [](const Flow& f) { return f["DstPort"] == "53" || f["SrcPort"] == "53"; }},
        {"SrcAS = 64500 AND NOT Proto = 17", [](const Flow& f) { return f["SrcAS"] == "64500" && f["Proto"] != "udp"; }},
        {"Bytes > 10k", [](const Flow& f) { return f["Bytes"].toInt() > 10'000; }},
        {"EType = IPv6", [](const Flow& f) { return f["SrcAddr"].contains(':'); }},
        {"SrcAddr << 198.18.0.0/15", [](const Flow& f) { return f["SrcAddr"].startsWith("198.18.") || f["SrcAddr"].startsWith("198.19."); }},
        {"TCPFlags HAS \"R\"", [](const Flow& f) { return f["TCPFlags"].contains('R'); }},
        {"InIfIndex IN (1, 2) AND OutIfIndex NOTIN (100)", [](const Flow& f) { return (f["InIfIndex"] == "1" || f["InIfIndex"] == "2") && f["OutIfIndex"] != "100"; }},
        {"ExporterAddress = 192.0.2.11 OR ExportProtocol = sflow", [](const Flow& f) { return f["ExporterAddress"] == "192.0.2.11" || f["ExportProtocol"] == "sflow"; }},
        {"TimeReceived >= \"2026-11-23T18:00\" AND TimeReceived < \"2026-11-23T19:00\"", [](const Flow& f) { return f["TimeReceived"].startsWith("2026-11-23T18:"); }},
        {"AS BETWEEN 10000 AND 20000", [](const Flow& f) { const auto in = [](int as) { return as >= 10'000 && as <= 20'000; }; return in(f["SrcAS"].toInt()) || in(f["DstAS"].toInt()); }},
    };
    QVERIFY(means.contains(filter));
    double bytes = 0;
    int flows = 0;
    for (const auto& flow : m_flows) {
        if (means[filter](flow)) {
            bytes += weight(flow, "bytes");
            ++flows;
        }
    }
    const auto ask = [&](const QString& unit, const QString& with) {
        return m_program.run({"query", "--db", m_db, "--units", unit, "--format", "csv", with}).lines().value(1).toDouble();
    };
    QCOMPARE(ask("flows", filter), double(flows));
    QCOMPARE(ask("bytes", filter), bytes);
    QCOMPARE(ask("flows", QStringLiteral("NOT (%1)").arg(filter)), double(m_flows.size() - flows));
}

QTEST_GUILESS_MAIN(TestCliNumbers)
#include "test_cli_numbers.moc"
