// SPDX-License-Identifier: GPL-3.0-or-later
// Differences: the reviewed table of where this project and other programs disagree about a capture, and why.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>

#include <QFile>
#include <QString>
#include <QStringList>
#include <QtTest>

#include "tests/support/corpus.h"

namespace rivereto::support {

/// tests/data/corpus-differences.tsv: file, what, ours, theirs, reason. A comparison that differs must be listed with exactly
/// these values; a listed one that no longer differs must go.
class Differences {
public:
    /// Only lines whose `what` begins with `topic` matter.
    explicit Differences(const std::string& topic)
    {
        QFile file(QString::fromStdString(data("corpus-differences.tsv").string()));
        if (!file.open(QIODevice::ReadOnly))
            return;
        while (!file.atEnd()) {
            const auto cells = QString::fromUtf8(file.readLine()).split('\t');
            if (cells.size() >= 5 && cells[1].startsWith(QString::fromStdString(topic)))
                m_listed[{cells[0].toStdString(), cells[1].toStdString()}] = {cells[2].toStdString(), cells[3].toStdString()};
        }
    }

    void compare(const std::string& file, const std::string& what, const std::string& ours, const std::string& theirs)
    {
        const auto listed = m_listed.find({file, what});
        if (listed != m_listed.end())
            m_seen.insert(listed->first);
        const bool reviewed = listed != m_listed.end() && listed->second == std::pair(ours, theirs);
        if ((ours == theirs) == (listed != m_listed.end()) || (ours != theirs && !reviewed))
            m_problems << QString::fromStdString(file + "\t" + what + "\t" + ours + "\t" + theirs);
    }
    void compare(const std::string& file, const std::string& what, uint64_t ours, uint64_t theirs)
    {
        compare(file, what, std::to_string(ours), std::to_string(theirs));
    }
    /// Fails the test, naming each, when something is not as the table says.
    void verify() const
    {
        const QString all = problems();
        if (!all.isEmpty())
            qWarning("not as tests/data/corpus-differences.tsv says:\n%s", qPrintable(all));
        QVERIFY(all.isEmpty());
    }

private:
    [[nodiscard]] QString problems() const
    {
        QStringList all = m_problems;
        for (const auto& [key, values] : m_listed) {
            if (!m_seen.contains(key))
                all << QString::fromStdString(key.first + "\t" + key.second + "\tlisted, but not compared");
        }
        return all.join('\n');
    }

    std::map<std::pair<std::string, std::string>, std::pair<std::string, std::string>> m_listed;
    std::set<std::pair<std::string, std::string>> m_seen;
    QStringList m_problems;
};

} // namespace rivereto::support
