// SPDX-License-Identifier: GPL-3.0-or-later
// Columns of every capture against what Akvorado's decoders give. A second opinion: differences are listed with their reason.
#include <QtTest>

#include <zlib.h>

#include "tests/support/corpusindex.h"
#include "tests/support/decodecapture.h"
#include "tests/support/differences.h"
#include "tests/support/rows.h"

using namespace rivereto;
using namespace rivereto::core;
using namespace rivereto::support;

namespace {

using Row = std::map<std::string, std::string>;

std::string unzip(const std::filesystem::path& path)
{
    std::string out;
    gzFile file = gzopen(path.c_str(), "rb");
    char buffer[65536];
    for (int n = 0; file && (n = gzread(file, buffer, sizeof buffer)) > 0;)
        out.append(buffer, static_cast<size_t>(n));
    gzclose(file);
    return out;
}

QString communityNumbers(const QString& text)
{
    QStringList out;
    for (const auto& community : text.split(','))
        out << QString::number(community.section(':', 0, 0).toULong() << 16 | community.section(':', 1).toULong());
    return out.join(',');
}

/// One of their cells in our words.
std::pair<std::string, std::string> translate(QString name, QString value)
{
    if (name == "InIf" || name == "OutIf")
        name += "Index";
    else if (name == "EType")
        value = QString::number(value.toUInt(nullptr, 16));
    else if (name == "FlowDirection")
        value = value == "ingress" ? "1" : "2";
    else if (name.endsWith("MAC"))
        value = QString::number(value.remove(':').toULongLong(nullptr, 16));
    else if (name.endsWith("Communities"))
        value = communityNumbers(value);
    else if (name == "NextHop" && (value == "::" || value == "0.0.0.0"))
        value.clear();
    return {name.toStdString(), value.toStdString()};
}

std::vector<Row> theirRows(const std::filesystem::path& path)
{
    std::vector<Row> out;
    for (const auto& line : QString::fromStdString(unzip(path)).split('\n', Qt::SkipEmptyParts)) {
        Row row;
        QString sample;
        for (const auto& cell : line.split('\t').mid(2)) {
            const auto name = cell.section('=', 0, 0);
            if (name == "_sample")
                sample = cell.section('=', 1);
            else if (!name.startsWith('_'))
                row.insert(translate(name, cell.section('=', 1)));
        }
        if (!row.empty() && sample != "counter" && sample != "drop" && sample != "missing")
            out.push_back(std::move(row));
    }
    return out;
}

std::string cell(const FlowBatch& flows, const std::string& name, size_t row)
{
    const ColumnId id = flows.schema().find(name);
    if (id == ColumnId::kNone)
        return "no such column";
    const Column& column = flows.schema()[id];
    if (column.storage() == Storage::Ip)
        return address(flows, name, row);
    if (column.storage() == Storage::Dict)
        return isList(column.type) ? list(flows, name, row) : text(flows, name, row);
    const uint64_t value = number(flows, name, row);
    return value == 0 ? std::string() : std::to_string(name == "TimeReceived" ? value / 1000 : value);
}

std::string ends(const Row& row)
{
    std::string key;
    for (const char* name : {"SrcAddr", "DstAddr", "SrcPort", "DstPort"}) {
        const auto it = row.find(name);
        key += (it == row.end() ? "" : it->second) + "|";
    }
    return key;
}

std::string ends(const FlowBatch& flows, size_t row)
{
    std::string key;
    for (const char* name : {"SrcAddr", "DstAddr", "SrcPort", "DstPort"})
        key += cell(flows, name, row) + "|";
    return key;
}

std::vector<std::string> differing(const Row& theirs, const FlowBatch& flows, size_t row)
{
    std::vector<std::string> out;
    for (const auto& [name, value] : theirs) {
        if (cell(flows, name, row) != value)
            out.push_back(name);
    }
    return out;
}

/// Pairs rows of equal ends, most alike first come, and counts what differs.
void compareFile(const std::string& path, const std::vector<Row>& theirs, const FlowBatch& flows, Differences& differences)
{
    std::map<std::string, std::vector<size_t>> ours;
    for (size_t row = 0; row < flows.rows(); ++row)
        ours[ends(flows, row)].push_back(row);
    std::map<std::string, uint64_t> columns;
    uint64_t onlyTheirs = 0;
    size_t paired = 0;
    for (const auto& row : theirs) {
        auto& candidates = ours[ends(row)];
        size_t best = candidates.size();
        std::vector<std::string> least;
        for (size_t i = 0; i < candidates.size() && (best == candidates.size() || !least.empty()); ++i) {
            auto names = differing(row, flows, candidates[i]);
            if (best == candidates.size() || names.size() < least.size()) {
                best = i;
                least = std::move(names);
            }
        }
        if (best == candidates.size()) {
            ++onlyTheirs;
            continue;
        }
        candidates.erase(candidates.begin() + static_cast<std::ptrdiff_t>(best));
        ++paired;
        for (const auto& name : least)
            ++columns[name];
    }
    differences.compare(path, "akvorado rows only theirs", onlyTheirs, 0);
    differences.compare(path, "akvorado rows only ours", flows.rows() - paired, 0);
    for (const auto& [name, count] : columns)
        differences.compare(path, "akvorado " + name, count, 0);
}

} // namespace

class CaptureAkvoradoTest : public QObject {
    Q_OBJECT
private slots:
    void columns()
    {
        if (!corpus())
            QSKIP("the shared corpus is not here; every column is tested on messages built by hand");
        Differences differences("akvorado");
        size_t files = 0;
        for (const auto& file : exportCaptures()) {
            auto name = QString::fromStdString(file.path).replace('/', "__") + ".tsv.gz";
            const auto path = *corpus() / "akvorado" / name.toStdString();
            if (!std::filesystem::exists(path))
                continue;
            ++files;
            const auto decoded = decodeCapture(*corpus() / file.path, {.exporterFromMessage = file.kind == "sflow"});
            compareFile(file.path, theirRows(path), decoded.flows, differences);
        }
        QVERIFY(files > 80);
        differences.verify();
    }
};

QTEST_APPLESS_MAIN(CaptureAkvoradoTest)
#include "test_capture_akvorado.moc"
