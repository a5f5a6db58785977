// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"

#include <algorithm>

#include <QObject>

namespace rivereto::app {

namespace {

constexpr Command kCommands[] = {
    {"import", QT_TRANSLATE_NOOP("QObject", "read captures and flow files into a database"), runImport},
    {"listen", QT_TRANSLATE_NOOP("QObject", "receive flows, or meter packets, and store them"), runListen},
    {"interfaces", QT_TRANSLATE_NOOP("QObject", "what “listen” can capture packets on"), runInterfaces},
    {"query", QT_TRANSLATE_NOOP("QObject", "tables, time series and raw flows"), runQueryCommand},
    {"explain", QT_TRANSLATE_NOOP("QObject", "what changed in a range of time, and what makes the change"), runExplain},
    {"inspect", QT_TRANSLATE_NOOP("QObject", "datagrams of captures as trees, and their templates"), runInspect},
    {"exporters", QT_TRANSLATE_NOOP("QObject", "health of each exporter"), runExporters},
    {"findings", QT_TRANSLATE_NOOP("QObject", "what looks wrong, why, and what to do"), runFindings},
    {"export", QT_TRANSLATE_NOOP("QObject", "flows into a file of another kind"), runExport},
    {"report", QT_TRANSLATE_NOOP("QObject", "a chart, its data or a whole report as a file"), runReport, true},
    {"schema", QT_TRANSLATE_NOOP("QObject", "every column and its meaning"), runSchema},
    {"config", QT_TRANSLATE_NOOP("QObject", "the configuration in force, or a check of one"), runConfig},
    {"check", QT_TRANSLATE_NOOP("QObject", "whether a database is sound; saves what can be read"), runCheck},
    {"demo", QT_TRANSLATE_NOOP("QObject", "flows of a synthetic network"), runDemoCommand},
};

} // namespace

const Command* findCommand(const QString& name)
{
    const auto* found = std::ranges::find_if(kCommands, [&](const Command& command) { return name == QLatin1String(command.name); });
    return found == std::end(kCommands) ? nullptr : found;
}

QString commandList()
{
    QString out;
    for (const auto& command : kCommands)
        out += QStringLiteral("  %1 %2\n").arg(QLatin1String(command.name), -10).arg(QObject::tr(command.summary));
    return out;
}

} // namespace rivereto::app
