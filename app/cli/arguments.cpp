// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/arguments.h"

#include <charconv>

#include <fmt/format.h>

#include "app/cli/command.h"
#include "app/cli/output.h"

namespace rivereto::app {

namespace {

int written(const std::string& text)
{
    Output out;
    out.write(text);
    out.flush();
    return out.ok() ? kDone : kFailed;
}

} // namespace

Arguments::Arguments(const QString& command, const QString& summary, const QString& operands)
    : m_page{.command = command, .summary = QObject::tr("analyzes network flows: who uses the bandwidth, where it goes, what changed"), .description = summary, .operands = operands, .options = {}}
{
    if (const auto* known = findCommand(command))
        m_page.summary = QObject::tr(known->summary);
    m_parser.setApplicationDescription(summary);
    if (!command.isEmpty())
        m_parser.addPositionalArgument(command, summary, command);
    if (!operands.isEmpty())
        m_parser.addPositionalArgument(QStringLiteral("operands"), QString(), operands);
    addFlag(QStringLiteral("help"), QObject::tr("Shows this help."));
    addFlag(QStringLiteral("version"), QObject::tr("Shows the version."));
    addOption(QStringLiteral("config"), QStringLiteral("FILE"), QObject::tr("Configuration file instead of the user's own."));
    addOption(QStringLiteral("threads"), QStringLiteral("N"), QObject::tr("Threads to use; default: one a core."));
    addFlag(QStringLiteral("quiet"), QObject::tr("No progress and no notes on standard error."));
    addOption(QStringLiteral("log-level"), QStringLiteral("LEVEL"), QObject::tr("debug, info, warning (default) or error."));
    QCommandLineOption man(QStringLiteral("help-man"), QStringLiteral("This help as a manual page; for those who build the program."));
    man.setFlags(QCommandLineOption::HiddenFromHelp);
    add(man);
}

void Arguments::add(const QCommandLineOption& option)
{
    m_parser.addOption(option);
    m_page.options << option;
}

void Arguments::addFlag(const QString& name, const QString& help) { add(QCommandLineOption(name, help)); }

void Arguments::addOption(const QString& name, const QString& value, const QString& help)
{
    add(QCommandLineOption(name, help, value));
}

std::optional<int> Arguments::parse(const QStringList& arguments)
{
    QStringList all{QStringLiteral("rivereto")};
    for (const auto& argument : arguments) {
        // A filter may begin with a comment: "-- so" is no option.
        const bool comment = argument.startsWith(QStringLiteral("--")) && argument.size() > 2 && argument[2].isSpace();
        all << (comment ? u' ' + argument : argument);
    }
    const bool parsed = m_parser.parse(all);
    if (m_parser.isSet(QStringLiteral("help"))) {
        // Without an application Qt does not know what the program is called.
        return written(m_parser.helpText().replace(QStringLiteral("<executable_name>"), QStringLiteral("rivereto")).toStdString());
    }
    if (m_parser.isSet(QStringLiteral("help-man")))
        return written(manPage(m_page));
    if (m_parser.isSet(QStringLiteral("version"))) {
        return written(fmt::format("rivereto {}\n", RIVERETO_VERSION));
    }
    if (!parsed)
        return wrongUsage(m_parser.errorText().toStdString());
    const auto level = value(QStringLiteral("log-level"), "warning");
    if (level != "debug" && level != "info" && level != "warning" && level != "error")
        return wrongUsage(fmt::format("“{}” is no log level: debug, info, warning or error", level));
    return std::nullopt;
}

std::optional<std::string> Arguments::value(const QString& name) const
{
    if (!has(name))
        return std::nullopt;
    return m_parser.value(name).toStdString();
}

std::optional<uint64_t> Arguments::number(const QString& name, uint64_t otherwise, uint64_t largest) const
{
    const auto text = value(name);
    if (!text)
        return otherwise;
    uint64_t number = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    const bool whole = end == text->data() + text->size();
    if (error == std::errc() && whole && number <= largest)
        return number;
    if (whole && (error == std::errc() || error == std::errc::result_out_of_range))
        wrongUsage(fmt::format("--{} takes a number up to {}, not “{}”", name.toStdString(), largest, *text));
    else
        wrongUsage(fmt::format("--{} takes a whole number, not “{}”", name.toStdString(), *text));
    return std::nullopt;
}

std::optional<unsigned> Arguments::threads() const
{
    constexpr uint64_t kMost = 256;
    const auto threads = number(QStringLiteral("threads"), 0, kMost);
    return threads ? std::optional(static_cast<unsigned>(*threads)) : std::nullopt;
}

int Arguments::wrongUsage(const std::string& what) const
{
    const auto help = m_page.command.isEmpty() ? std::string("rivereto --help") : fmt::format("rivereto {} --help", m_page.command.toStdString());
    say(fmt::format("rivereto: {}\n{} says more.\n", what, help));
    return kUsage;
}

} // namespace rivereto::app
