// SPDX-License-Identifier: GPL-3.0-or-later
// Flow times against what nfdump decodes.
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

#include "tests/support/corpusindex.h"
#include "tests/support/decodecapture.h"
#include "tests/support/differences.h"
#include "tests/support/rows.h"

using namespace rivereto;
using namespace rivereto::core;
using namespace rivereto::support;

namespace {

/// Milliseconds; 0 for unknown or absurd times.
qint64 time(const QJsonObject& flow, const char* name)
{
    const auto text = flow[QLatin1String(name)].toString();
    return text.size() == 23 ? QDateTime::fromString(text + "Z", Qt::ISODateWithMs).toMSecsSinceEpoch() : 0;
}

std::string ends(const QJsonObject& flow)
{
    const auto get = [&](const char* name) { return flow[QLatin1String(name)].toVariant().toString(); };
    const auto either = [&](const char* v4, const char* v6) { return flow.contains(QLatin1String(v4)) ? get(v4) : get(v6); };
    return (either("src4_addr", "src6_addr") + "|" + either("dst4_addr", "dst6_addr") + "|"
        + QString::number(get("src_port").toUInt()) + "|" + QString::number(get("dst_port").toUInt()))
        .toStdString();
}

std::string ends(const FlowBatch& flows, size_t row)
{
    return address(flows, "SrcAddr", row) + "|" + address(flows, "DstAddr", row) + "|"
        + std::to_string(number(flows, "SrcPort", row)) + "|" + std::to_string(number(flows, "DstPort", row));
}

bool near(uint64_t ours, qint64 theirs)
{
    return std::llabs(static_cast<qint64>(ours) - theirs) <= 1;
}

} // namespace

class CaptureNfdumpTest : public QObject {
    Q_OBJECT
private slots:
    void flowTimes()
    {
        if (!corpus())
            QSKIP("the shared corpus is not here; flow times are tested on messages built by hand");
        Differences differences("times");
        uint64_t compared = 0;
        for (const auto& file : exportCaptures()) {
            const auto stem = std::filesystem::path(file.path).replace_extension();
            QFile golden(QString::fromStdString((*corpus() / "golden" / stem).string() + ".golden.nfdump178.ndjson"));
            if (file.kind == "sflow" || !golden.open(QIODevice::ReadOnly))
                continue;
            const auto flows = decodeCapture(*corpus() / file.path).flows;
            std::multimap<std::string, std::pair<uint64_t, uint64_t>> ours;
            for (size_t row = 0; row < flows.rows(); ++row)
                ours.emplace(ends(flows, row), std::pair(number(flows, "TimeFlowStart", row), number(flows, "TimeFlowEnd", row)));
            uint64_t wrong = 0;
            while (!golden.atEnd()) {
                const auto flow = QJsonDocument::fromJson(golden.readLine()).object();
                const qint64 first = time(flow, "first");
                const qint64 last = time(flow, "last");
                const auto [begin, end] = ours.equal_range(ends(flow));
                if (first == 0 || begin == end)
                    continue;
                ++compared;
                wrong += std::none_of(
                    begin, end, [&](const auto& o) { return near(o.second.first, first) && near(o.second.second, last); });
            }
            differences.compare(file.path, "times", wrong, 0);
        }
        QVERIFY2(compared > 1000, qPrintable(QString::number(compared)));
        differences.verify();
    }
};

QTEST_APPLESS_MAIN(CaptureNfdumpTest)
#include "test_capture_nfdump.moc"
