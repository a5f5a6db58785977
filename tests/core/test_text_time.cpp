// SPDX-License-Identifier: GPL-3.0-or-later
// Times as people write them, against a fixed now: Monday 2026-11-23 22:10:00 UTC.
#include <QtTest>

#include "core/text/time.h"

using namespace rivereto::core;

namespace {

constexpr uint64_t kNow = 1795471800000;

QString outcome(const QString& text, int offset)
{
    const auto time = parseTime(text.toStdString(), kNow, offset);
    return QString::fromStdString(time ? formatTime(*time, offset) : fmt::format("✗ {}", time.error().message()));
}

} // namespace

class TestTextTime : public QObject {
    Q_OBJECT
private slots:
    void parse_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* text, const char* expected) { QTest::newRow(text) << text << expected; };
        row("2026-11-23", "2026-11-23T00:00:00.000Z");
        row("2026-11", "2026-11-01T00:00:00.000Z");
        row("2026", "2026-01-01T00:00:00.000Z");
        row("2026-11-23T22:10", "2026-11-23T22:10:00.000Z");
        row("2026-11-23 22:10:05.25", "2026-11-23T22:10:05.250Z");
        row("2026-11-23T22:10:05.123456Z", "2026-11-23T22:10:05.123Z");
        row("2026-11-23T22:10:00+01:00", "2026-11-23T21:10:00.000Z");
        row("2026-11-23T22:10:00-0530", "2026-11-24T03:40:00.000Z");
        row("2026-11-23T24:00", "2026-11-24T00:00:00.000Z");
        row("1795471800", "2026-11-23T22:10:00.000Z");
        row("@1795471800", "2026-11-23T22:10:00.000Z");
        row("1795471800.5", "2026-11-23T22:10:00.500Z");
        row("1795471800123", "2026-11-23T22:10:00.123Z");
        row("0", "1970-01-01T00:00:00.000Z");
        row("now", "2026-11-23T22:10:00.000Z");
        row("  NOW ", "2026-11-23T22:10:00.000Z");
        row("today", "2026-11-23T00:00:00.000Z");
        row("yesterday", "2026-11-22T00:00:00.000Z");
        row("tomorrow", "2026-11-24T00:00:00.000Z");
        row("noon", "2026-11-23T12:00:00.000Z");
        row("midnight", "2026-11-23T00:00:00.000Z");
        row("19:00", "2026-11-23T19:00:00.000Z");
        row("at 7 pm", "2026-11-23T19:00:00.000Z");
        row("12 am", "2026-11-23T00:00:00.000Z");
        row("12:30 pm", "2026-11-23T12:30:00.000Z");
        row("yesterday at 19:00", "2026-11-22T19:00:00.000Z");
        row("yesterday 19:00:30.5", "2026-11-22T19:00:30.500Z");
        row("yesterday at noon", "2026-11-22T12:00:00.000Z");
        row("19:00 yesterday", "2026-11-22T19:00:00.000Z");
        row("noon on friday", "2026-11-20T12:00:00.000Z");
        row("6 hours ago", "2026-11-23T16:10:00.000Z");
        row("6h ago", "2026-11-23T16:10:00.000Z");
        row("an hour ago", "2026-11-23T21:10:00.000Z");
        row("half an hour ago", "2026-11-23T21:40:00.000Z");
        row("1.5 hours ago", "2026-11-23T20:40:00.000Z");
        row("1 hour and 30 minutes ago", "2026-11-23T20:40:00.000Z");
        row("1h30min ago", "2026-11-23T20:40:00.000Z");
        row("10 minutes ago", "2026-11-23T22:00:00.000Z");
        row("2 days ago at 14:00", "2026-11-21T14:00:00.000Z");
        row("3 weeks ago", "2026-11-02T22:10:00.000Z");
        row("9 months ago", "2026-02-23T22:10:00.000Z");
        row("a year ago", "2025-11-23T22:10:00.000Z");
        row("in 5 minutes", "2026-11-23T22:15:00.000Z");
        row("5 minutes from now", "2026-11-23T22:15:00.000Z");
        row("-6h", "2026-11-23T16:10:00.000Z");
        row("now-6h", "2026-11-23T16:10:00.000Z");
        row("now - 1d + 1h", "2026-11-22T23:10:00.000Z");
        row("last 6 hours", "2026-11-23T16:10:00.000Z");
        row("monday", "2026-11-23T00:00:00.000Z");
        row("monday 14:30", "2026-11-23T14:30:00.000Z");
        row("monday 23:30", "2026-11-16T23:30:00.000Z");
        row("tuesday", "2026-11-17T00:00:00.000Z");
        row("last monday", "2026-11-16T00:00:00.000Z");
        row("last monday at 8:00", "2026-11-16T08:00:00.000Z");
        row("last sunday", "2026-11-22T00:00:00.000Z");
        row("next monday", "2026-11-30T00:00:00.000Z");
        row("this friday", "2026-11-27T00:00:00.000Z");
        row("last month", "2026-10-23T22:10:00.000Z");
        row("last week", "2026-11-16T22:10:00.000Z");
        row("this month", "2026-11-01T00:00:00.000Z");
        row("next year", "2027-11-23T22:10:00.000Z");
        row("the beginning of last month", "2026-10-01T00:00:00.000Z");
        row("The Beginning Of Last Month", "2026-10-01T00:00:00.000Z");
        row("beginning of the month", "2026-11-01T00:00:00.000Z");
        row("start of this week", "2026-11-23T00:00:00.000Z");
        row("the start of the year", "2026-01-01T00:00:00.000Z");
        row("the end of last month", "2026-10-31T23:59:59.999Z");
        row("end of yesterday", "2026-11-22T23:59:59.999Z");
        row("the beginning of last quarter", "2026-07-01T00:00:00.000Z");
        row("the beginning of the hour", "2026-11-23T22:00:00.000Z");
        row("beginning of last monday", "2026-11-16T00:00:00.000Z");
        row("the beginning of march", "2026-03-01T00:00:00.000Z");
        row("the end of february", "2026-02-28T23:59:59.999Z");
        row("3 march 2026", "2026-03-03T00:00:00.000Z");
        row("march 3, 2026 at 14:30", "2026-03-03T14:30:00.000Z");
        row("the 3rd of march", "2026-03-03T00:00:00.000Z");
        row("23 nov", "2026-11-23T00:00:00.000Z");
        row("december", "2025-12-01T00:00:00.000Z");
        row("last november", "2025-11-01T00:00:00.000Z");
        row("2026-11-23 at 14:30", "2026-11-23T14:30:00.000Z");
        row("31 february 2026", "✗ there is no day 31 in month 2 of 2026");
        row("", "✗ expected a date or a time such as 6 hours ago, yesterday at 19:00, 2026-11-23 14:30 at the end");
        row("soon", "✗ expected a date or a time such as 6 hours ago, yesterday at 19:00, 2026-11-23 14:30, got “soon”");
        row("6 hours", "✗ expected ago at the end");
        row("6 parsecs ago", "✗ expected a unit of time such as hours, got “parsecs”");
        row("yesterday at 25:00", "✗ expected a time of day such as 14:30, got “25:00”");
        row("yesterday evening", "✗ expected the end of the time, got “evening”");
        row("2026-13-01", "✗ expected a date such as 3 march 2026 or 2026-03-03, got “13”");
        row("1000000000 years ago", "✗ 1000000000 is no whole number of months or years");
        row("100 years ago", "✗ times reach from 1970 to 9999");
        row("13 pm", "✗ expected an hour from 1 to 12 before am or pm, got “pm”");
    }

    void parse()
    {
        QFETCH(QString, text);
        QFETCH(QString, expected);
        QCOMPARE(outcome(text, 0), expected);
    }

    void localTime()
    {
        // 23:10 local; Tuesday has begun two hours further east.
        QCOMPARE(outcome("today", 60), "2026-11-23T00:00:00.000+01:00");
        QCOMPARE(outcome("today", 180), "2026-11-24T00:00:00.000+03:00");
        QCOMPARE(outcome("yesterday at 19:00", -330), "2026-11-22T19:00:00.000-05:30");
        QCOMPARE(outcome("2026-11-23 14:30", 60), "2026-11-23T14:30:00.000+01:00");
        QCOMPARE(outcome("2026-11-23T14:30Z", 60), "2026-11-23T15:30:00.000+01:00");
        QCOMPARE(outcome("6 hours ago", 60), "2026-11-23T17:10:00.000+01:00");
    }

    void errorPlaces()
    {
        const auto error = parseTime("6 hours agoo", kNow).error();
        QVERIFY(error.span.has_value());
        QCOMPARE(error.span->begin, 8u);
        QCOMPARE(error.span->end, 12u);
    }

    void everyDayFormatsBack()
    {
        for (uint64_t day = 0; day < 80000; day += 7) {
            const uint64_t ms = day * 86'400'000 + 12'345'678;
            QCOMPARE(parseTime(formatTime(ms), kNow).value_or(1), ms);
            QCOMPARE(parseTime(formatTime(ms, -210), kNow, 60).value_or(1), ms);
        }
    }

    void intervals()
    {
        QCOMPARE(parseInterval("60").value_or(0), 60000u);
        QCOMPARE(parseInterval("60s").value_or(0), 60000u);
        QCOMPARE(parseInterval("5 min").value_or(0), 300000u);
        QCOMPARE(parseInterval("5m").value_or(0), 300000u);
        QCOMPARE(parseInterval("1h30m").value_or(0), 5400000u);
        QCOMPARE(parseInterval("100ms").value_or(0), 100u);
        QCOMPARE(parseInterval("1.5h").value_or(0), 5400000u);
        QCOMPARE(parseInterval("2d").value_or(0), 172800000u);
        for (const auto* bad : {"", "5 parsecs", "h", "-5s", "1mo", "5s!", "99999999999w"})
            QVERIFY2(!parseInterval(bad), bad);
        QCOMPARE(formatInterval(100), "100\u00a0ms");
        QCOMPARE(formatInterval(60000), "60\u00a0s");
        QCOMPARE(formatInterval(90000), "90\u00a0s");
        QCOMPARE(formatInterval(300000), "5\u00a0min");
        QCOMPARE(formatInterval(7200000), "2\u00a0h");
        QCOMPARE(formatInterval(86400000), "1\u00a0d");
        QCOMPARE(formatInterval(1500), "1500\u00a0ms");
    }
};

QTEST_APPLESS_MAIN(TestTextTime)
#include "test_text_time.moc"
