// SPDX-License-Identifier: GPL-3.0-or-later
// rivereto: a command when the first argument is one, the window otherwise.
#include <csignal>

#include <QApplication>

#include "app/cli/command.h"
#include "app/run.h"

int main(int argc, char** argv)
{
    // A closed pipe and a limit on file sizes are errors of write(), and no reason to leave a database half written.
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
    QCoreApplication::setApplicationName(QStringLiteral("rivereto"));
    QCoreApplication::setApplicationVersion(QStringLiteral(RIVERETO_VERSION));
    const auto* command = argc > 1 ? rivereto::app::findCommand(QString::fromLocal8Bit(argv[1])) : nullptr;
    if (!command)
        return rivereto::app::runWindow(argc, argv);
    if (command->paints) {
        qputenv("QT_QPA_PLATFORM", "offscreen");
        const QApplication application(argc, argv);
        return command->run(QCoreApplication::arguments().mid(2));
    }
    const QCoreApplication application(argc, argv);
    return command->run(QCoreApplication::arguments().mid(2));
}
