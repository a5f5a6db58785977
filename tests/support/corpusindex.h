// SPDX-License-Identifier: GPL-3.0-or-later
// CorpusIndex: the captures of the shared corpus with the counts that other programs made of them.
#pragma once

#include <string>
#include <vector>

#include <QFile>
#include <QRegularExpression>
#include <QString>

#include "tests/support/corpus.h"

namespace rivereto::support {

struct CorpusFile {
    std::string path; ///< below the corpus folder
    QString kind;
    QString tshark; ///< flow records; empty = not counted
    QString script;
    QString detail; ///< further counts in words
    QString port; ///< where NetFlow or IPFIX comes in

    /// "options data records: tshark 1, script 1" → 1 for ("options data records", "script"); -1 when it is not there.
    [[nodiscard]] qint64 count(const char* what, const char* who) const
    {
        const QRegularExpression pattern(QString("%1: [^;]*%2 (\\d+)").arg(what, who));
        const auto match = pattern.match(detail);
        return match.hasMatch() ? match.captured(1).toLongLong() : -1;
    }
};

/// All captures with flow export; empty when the corpus is not there.
inline std::vector<CorpusFile> exportCaptures()
{
    std::vector<CorpusFile> out;
    const auto folder = corpus();
    if (!folder)
        return out;
    QFile file(QString::fromStdString((*folder / "INDEX.tsv").string()));
    if (!file.open(QIODevice::ReadOnly))
        return out;
    const auto heads = QString::fromUtf8(file.readLine()).trimmed().split('\t');
    const auto column = [&](const QStringList& cells, const char* name) { return cells.value(heads.indexOf(QString(name))); };
    const QStringList kinds {"nfv1", "nfv5", "nfv7", "nfv9", "ipfix", "sflow", "mixed"};
    while (!file.atEnd()) {
        const auto cells = QString::fromUtf8(file.readLine()).split('\t');
        if (kinds.contains(column(cells, "kind")))
            out.push_back({column(cells, "local_path").toStdString(), column(cells, "kind"), column(cells, "tshark_flows"),
                column(cells, "script_flows"), column(cells, "count_detail"),
                column(cells, "ports").section(QRegularExpression("[, ]"), 0, 0)});
    }
    return out;
}

} // namespace rivereto::support
