// SPDX-License-Identifier: GPL-3.0-or-later
// Every capture with flow export of the corpus: records, options records, counter samples and traffic as others counted them.
#include <QtTest>

#include "tests/support/corpusindex.h"
#include "tests/support/decodecapture.h"
#include "tests/support/differences.h"
#include "tests/support/rows.h"

using namespace rivereto;
using namespace rivereto::core;
using namespace rivereto::support;

namespace {

struct Traffic {
    uint64_t packets = 0;
    uint64_t octets = 0;
    [[nodiscard]] std::string text() const { return std::to_string(packets) + "/" + std::to_string(octets); }
};

Traffic traffic(const FlowBatch& flows, bool scaled)
{
    Traffic sum;
    for (size_t row = 0; row < flows.rows(); ++row) {
        const uint64_t rate = scaled ? number(flows, "SamplingRate", row) : 1;
        sum.packets += rate * number(flows, "Packets", row);
        sum.octets += rate * number(flows, "Bytes", row);
    }
    return sum;
}

/// nfdump's totals stand in the corpus's README, in the row of the file.
std::map<std::string, std::string> nfdumpTotals()
{
    std::map<std::string, std::string> out;
    QFile file(QString::fromStdString((*corpus() / "README.md").string()));
    if (!file.open(QIODevice::ReadOnly))
        return out;
    static const QRegularExpression row("^\\| `([^`]+)` \\|.*\\| (\\d+) packets / (\\d+) octets");
    while (!file.atEnd()) {
        const auto match = row.match(QString::fromUtf8(file.readLine()));
        if (match.hasMatch())
            out[match.captured(1).toStdString()] = (match.captured(2) + "/" + match.captured(3)).toStdString();
    }
    return out;
}

} // namespace

class CaptureCorpusTest : public QObject {
    Q_OBJECT
private slots:
    void initTestCase()
    {
        if (!corpus())
            QSKIP("the shared corpus is not here; the same rules are tested on messages built by hand");
    }

    void counts()
    {
        Differences differences("count");
        size_t files = 0;
        for (const auto& file : exportCaptures()) {
            const auto decoded = decodeCapture(*corpus() / file.path);
            QVERIFY2(!decoded.error, decoded.error ? decoded.error->message().c_str() : "");
            ++files;
            // Where the independent counts disagree among themselves, the table says which is right and why.
            const auto records = std::to_string(decoded.stats.records());
            const QString script = file.script.isEmpty() ? QString("0") : file.script;
            differences.compare(file.path, "count records (script)", records, script.toStdString());
            differences.compare(file.path, "count records (tshark)", records, file.tshark.toStdString());
            if (const auto options = file.count("options data records", "script"); options >= 0)
                differences.compare(file.path, "count options records", decoded.stats[DecodeCount::OptionsRecords],
                    static_cast<uint64_t>(options));
            if (const auto counters = file.count("counter samples", "script"); counters >= 0)
                differences.compare(file.path, "count counter samples", decoded.stats[DecodeCount::CounterSamples],
                    static_cast<uint64_t>(counters));
        }
        QVERIFY(files > 100);
        differences.verify();
    }

    /// nfdump multiplies by a sampling rate that it knows; so either sum may be equal.
    void packetsAndOctets()
    {
        Differences differences("traffic");
        const auto totals = nfdumpTotals();
        QVERIFY(totals.size() > 70);
        for (const auto& file : exportCaptures()) {
            const auto theirs = totals.find(file.path);
            if (theirs == totals.end())
                continue;
            const auto decoded = decodeCapture(*corpus() / file.path);
            const auto plain = traffic(decoded.flows, false).text();
            const auto scaled = traffic(decoded.flows, true).text();
            differences.compare(file.path, "traffic", scaled == theirs->second ? scaled : plain, theirs->second);
        }
        differences.verify();
    }
};

QTEST_APPLESS_MAIN(CaptureCorpusTest)
#include "test_capture_corpus.moc"
