// SPDX-License-Identifier: GPL-3.0-or-later
// What may come at the cursor, and the colours of a filter. `|` marks the cursor.
#include <QtTest>

#include <array>

#include "core/filter/completion.h"

using namespace rivereto::core;

namespace {

struct At {
    std::string text;
    Completion completion;
};

At at(std::string text)
{
    const size_t cursor = text.find('|');
    text.erase(cursor, 1);
    return {text, complete(text, cursor, *Schema::builtin())};
}

/// "kind[replaced text] first candidates".
QString summary(const std::string& text, size_t count = 3)
{
    constexpr std::array kinds {"none", "column", "operator", "value", "keyword"};
    const auto [plain, completion] = at(text);
    auto out = fmt::format("{}[{}]", kinds[static_cast<size_t>(completion.kind)],
        plain.substr(completion.replace.begin, completion.replace.end - completion.replace.begin));
    for (size_t i = 0; i < std::min(count, completion.candidates.size()); ++i)
        out.append(" ").append(completion.candidates[i].text);
    return QString::fromStdString(out);
}

QString colours(std::string_view text)
{
    std::string out;
    for (const auto& token : colourFilter(text, *Schema::builtin()))
        out += "COVTKP-E"[static_cast<size_t>(token.kind)];
    return QString::fromStdString(out);
}

} // namespace

class TestFilterCompletion : public QObject {
    Q_OBJECT
private slots:
    void columns()
    {
        QCOMPARE(summary("|"), "column[] TimeReceived TimeFlowStart TimeFlowEnd");
        QCOMPARE(summary("srca|", 2), "column[srca] SrcAddr SrcAS");
        QCOMPARE(summary("sr|ca = 3", 1), "column[srca] SrcAddr");
        QCOMPARE(summary("Proto = 6 AND InIfB|", 2), "column[InIfB] InIfBoundary");
        QCOMPARE(summary("(NOT ExporterN|", 1), "column[ExporterN] ExporterName");
        QCOMPARE(summary("Addr|", 1), "column[Addr] Addr");
        QCOMPARE(summary("Provider|", 2), "column[Provider] InIfProvider OutIfProvider");
        QVERIFY(at("OtherEl|").completion.candidates.empty());
    }

    void operators()
    {
        QCOMPARE(summary("Proto |", 20), "operator[] = != < <= > >= IN ( NOTIN ( BETWEEN");
        QCOMPARE(summary("SrcAddr |", 20), "operator[] = != IN ( NOTIN ( << !<<");
        QCOMPARE(summary("DstASPath |", 20), "operator[] = !=");
        QCOMPARE(summary("ExporterName i|", 3), "operator[i] IN ( ILIKE IUNLIKE");
        QCOMPARE(summary("ExporterName NOT |", 5), "operator[] IN ( LIKE ILIKE");
        QCOMPARE(summary("Proto !|"), "operator[!] !=");
        QCOMPARE(summary("Nothing |"), "operator[]");
    }

    void values()
    {
        QCOMPARE(summary("InIfBoundary = |"), "value[] undefined external internal");
        QCOMPARE(summary("InIfBoundary = ex|"), "value[ex] external");
        QCOMPARE(summary("EType = |"), "value[] IPv4 IPv6");
        QCOMPARE(summary("Proto = |", 2), "value[] \"tcp\" \"udp\"");
        QCOMPARE(summary("Proto = \"u|", 1), "value[\"u] \"udp\"");
        QCOMPARE(summary("DstPort IN (80, \"htt|\")", 2), "value[\"htt\"] \"http\" \"https\"");
        QCOMPARE(summary("SrcAS = Dst|", 2), "value[Dst] DstAS Dst1stAS");
        QCOMPARE(summary("ICMPv6 = \"nei|", 1), "value[\"nei] \"neighbor-solicitation\"");
        const auto provider = at("InIfBoundary = external AND InIfProvider = \"co|gent\"").completion;
        QCOMPARE(provider.kind, CompletionKind::Value);
        QVERIFY(provider.valuesOf == (std::vector {ColumnId::InIfProvider}));
        QCOMPARE(provider.prefix, "co");
        QVERIFY(provider.quoted);
        const auto either = at("AS IN (64500, |").completion;
        QVERIFY(either.valuesOf == (std::vector {ColumnId::SrcAS, ColumnId::DstAS}));
        QVERIFY(!either.quoted);
        QVERIFY(either.inList && !provider.inList);
        QVERIFY(at("InIfBoundary = |").completion.valuesOf == (std::vector {ColumnId::InIfBoundary}));
        QVERIFY(at("Bytes > |").completion.valuesOf.empty());
        // An open quote ends at the cursor, not with what stands behind it.
        QCOMPARE(summary("InIfProvider = \"co| AND Proto = 6", 0), "value[\"co]");
    }

    void keywords()
    {
        QCOMPARE(summary("Proto = 6 |"), "keyword[] AND OR");
        QCOMPARE(summary("(Proto = 6 |"), "keyword[] AND OR )");
        QCOMPARE(summary("Proto = \"tcp\"|"), "keyword[] AND OR");
        QCOMPARE(summary("Proto IN |"), "keyword[] (");
        QCOMPARE(summary("Proto IN (6 |"), "keyword[] , )");
        QCOMPARE(summary("Proto IN (6)|"), "keyword[] AND OR");
        QCOMPARE(summary("Bytes BETWEEN 1 |"), "keyword[] AND");
        QCOMPARE(summary("Bytes BETWEEN 1 AND 2 o|"), "keyword[o] OR");
    }

    void comments()
    {
        QCOMPARE(summary("-- Sr|"), "none[]");
        QCOMPARE(summary("Proto /* S|r */"), "none[]");
        QCOMPARE(summary("Proto /* S|"), "none[]");
        QCOMPARE(summary("-- here\nSrcA|", 1), "column[SrcA] SrcAddr");
        QCOMPARE(summary("/* x */|", 1), "column[] TimeReceived");
    }

    void colour()
    {
        QCOMPARE(colours("InIfBoundary = external AND SrcPort IN (80, 443) -- x"), "COVKCOPVPVP-");
        QCOMPARE(colours("NOT (ExporterName LIKE \"a%\" or SrcAS != DstAS)"), "KPCOTKCOCP");
        QCOMPARE(colours("Nothing = 3"), "EOV");
        QCOMPARE(colours("Proto & 6"), "CEE");
        QCOMPARE(colours("Proto = 6)"), "COVE");
        QCOMPARE(colours("Bytes BETWEEN 1 AND 2"), "COVKV");
        QCOMPARE(colours("ExporterName NOT LIKE 'a' /* open"), "COOTE");
        QCOMPARE(colours("ExporterName = 'open"), "COE");
    }
};

QTEST_APPLESS_MAIN(TestFilterCompletion)
#include "test_filter_completion.moc"
