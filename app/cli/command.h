// SPDX-License-Identifier: GPL-3.0-or-later
// The commands of `rivereto`; one file each.
#pragma once

#include <QStringList>

namespace rivereto::app {

struct Command {
    const char* name;
    const char* summary;
    int (*run)(const QStringList& arguments); ///< without program and command name; returns an Exit
    bool paints = false; ///< needs fonts and widgets, though no display
};

int runImport(const QStringList& arguments);
int runListen(const QStringList& arguments);
int runInterfaces(const QStringList& arguments);
int runQueryCommand(const QStringList& arguments);
int runExplain(const QStringList& arguments);
int runInspect(const QStringList& arguments);
int runExporters(const QStringList& arguments);
int runFindings(const QStringList& arguments);
int runExport(const QStringList& arguments);
int runReport(const QStringList& arguments);
int runSchema(const QStringList& arguments);
int runConfig(const QStringList& arguments);
int runCheck(const QStringList& arguments);
int runDemoCommand(const QStringList& arguments);

/// nullptr when there is no such command.
const Command* findCommand(const QString& name);
/// For --help: a line a command.
QString commandList();

} // namespace rivereto::app
