// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/run.h"

#include <QApplication>

#include "app/cli/arguments.h"
#include "app/cli/command.h"
#include "app/cli/output.h"
#include "app/resources.h"
#include "app/window/programbackend.h"
#include "ui/explore/statelink.h"
#include "ui/window/mainwindow.h"

namespace rivereto::app {

namespace {

/// Before a QApplication wants a display: --help and wrong usage are answered without one.
QStringList ownArguments(int argc, char** argv)
{
    QStringList out;
    for (int i = 1; i < argc; ++i)
        out << QString::fromLocal8Bit(argv[i]);
    return out;
}

/// Qt aborts without a display; we say so instead. A platform chosen by hand is taken at its word.
bool hasDisplay()
{
    return qEnvironmentVariableIsSet("DISPLAY") || qEnvironmentVariableIsSet("WAYLAND_DISPLAY") || qEnvironmentVariableIsSet("QT_QPA_PLATFORM");
}

} // namespace

int runWindow(int argc, char** argv)
{
    Arguments args(QString(), QObject::tr("A desktop analyzer for network flows. Without a command it opens the window.\n\nCommands:\n%1").arg(commandList()), QStringLiteral("[FILE…] [LINK]"));
    if (const auto exit = args.parse(ownArguments(argc, argv)))
        return *exit;
    const auto threads = args.number(QStringLiteral("threads"), 0);
    if (!threads)
        return kUsage;
    if (!hasDisplay())
        return sayFailed(core::makeError("there is no display for the window; the commands work without one, see “rivereto --help”"));
    initResources();
    auto runtime = Runtime::load(args.value(QStringLiteral("config")));
    if (!runtime)
        return sayFailed(runtime.error());
    QApplication application(argc, argv);
    QApplication::setDesktopFileName(QStringLiteral("org.rivereto.Rivereto"));
    ProgramBackend backend(std::move(*runtime), static_cast<unsigned>(*threads));
    ui::MainWindow window(backend);
    QStringList files;
    for (const auto& operand : args.operands()) {
        if (!ui::looksLikeLink(operand))
            files << operand;
        else if (const auto state = ui::stateOf(operand); !state)
            return args.wrongUsage(state.error().message());
        else
            window.openLink(operand);
    }
    window.show();
    if (files.isEmpty())
        window.restoreSession();
    else
        backend.openPaths(files);
    return QApplication::exec();
}

} // namespace rivereto::app
