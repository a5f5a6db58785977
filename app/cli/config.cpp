// SPDX-License-Identifier: GPL-3.0-or-later
// rivereto config: the configuration in force, or a check of a file.
#include "app/cli/arguments.h"
#include "app/cli/command.h"
#include "app/cli/output.h"
#include "app/config/runtime.h"

namespace rivereto::app {

int runConfig(const QStringList& arguments)
{
    Arguments args(QStringLiteral("config"), QObject::tr("Prints the configuration in force, defaults included, or checks a file."), QString());
    args.addFlag(QStringLiteral("dump"), QObject::tr("Print it (the default)."));
    args.addOption(QStringLiteral("check"), QStringLiteral("FILE"), QObject::tr("Say whether this file is right, with the files it names."));
    if (const auto exit = args.parse(arguments))
        return *exit;
    if (!args.operands().isEmpty())
        return args.wrongUsage("config takes no operands");
    if (args.has(QStringLiteral("dump")) && args.has(QStringLiteral("check")))
        return args.wrongUsage("say either --dump or --check FILE");
    Output out;
    if (const auto file = args.value(QStringLiteral("check"))) {
        const auto runtime = Runtime::load(file);
        if (!runtime)
            return sayFailed(runtime.error());
        out.write(fmt::format("{}: right\n", *file));
    } else {
        const auto config = loadConfig(args.value(QStringLiteral("config")));
        if (!config)
            return sayFailed(config.error());
        out.write(core::dumpConfig(config->first));
    }
    out.flush();
    return out.ok() ? kDone : kFailed;
}

} // namespace rivereto::app
