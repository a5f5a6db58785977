// SPDX-License-Identifier: GPL-3.0-or-later
// Every case of tests/data/filter/*.txt; see the README there.
#include <QtTest>

#include <filesystem>
#include <fstream>

#include "core/filter/filter.h"
#include "tests/support/corpus.h"

using namespace rivereto;
using namespace rivereto::core;

namespace {

constexpr uint64_t kNow = 1795471800000; // 2026-11-23T22:10:00Z

std::string replaced(std::string text, std::string_view what, std::string_view by)
{
    for (size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
        text.replace(at, what.size(), by);
    return text;
}

/// "12-15 message" or the normal form, as the case files write them.
std::string outcome(const std::string& expression, const Schema& schema)
{
    const BindContext context {.schema = schema, .nowMs = kNow};
    const auto filter = parseFilter(expression);
    const auto bound = filter ? bindFilter(*filter, context) : Result<BoundFilter>(tl::unexpected(filter.error()));
    if (!bound) {
        const auto span = bound.error().span.value_or(SourceSpan {});
        return fmt::format(" ✗ {}-{} {}", span.begin, span.end, bound.error().message());
    }
    const auto text = toText(*filter, schema);
    const auto again = parseFilter(text);
    if (!again || toText(*again, schema) != text || !bindFilter(*again, context))
        return fmt::format(" → does not come back: {}", text);
    return fmt::format(" → {}", text);
}

} // namespace

class TestFilterConformance : public QObject {
    Q_OBJECT
private slots:
    void cases_data()
    {
        QTest::addColumn<QString>("expression");
        QTest::addColumn<QString>("expected");
        for (const auto& entry : std::filesystem::directory_iterator(support::data("filter"))) {
            if (entry.path().extension() != ".txt")
                continue;
            std::ifstream file(entry.path());
            int number = 0;
            for (std::string line; std::getline(file, line);) {
                ++number;
                if (line.empty() || line[0] == '#')
                    continue;
                const auto arrow = std::min(line.find(" → "), line.find(" ✗ "));
                QVERIFY2(arrow != std::string::npos, line.c_str());
                QTest::addRow("%s:%d", entry.path().filename().c_str(), number) << QString::fromStdString(
                    replaced(line.substr(0, arrow), "⏎", "\n")) << QString::fromStdString(line.substr(arrow));
            }
        }
    }

    void cases()
    {
        QFETCH(QString, expression);
        QFETCH(QString, expected);
        QCOMPARE(QString::fromStdString(outcome(expression.toStdString(), *Schema::builtin())), expected);
    }
};

QTEST_APPLESS_MAIN(TestFilterConformance)
#include "test_filter_conformance.moc"
