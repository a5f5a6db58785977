// SPDX-License-Identifier: GPL-3.0-or-later
// Arguments: options and operands of one command, with --help and the options that all commands share.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <QCommandLineParser>

#include "app/cli/manpage.h"

namespace rivereto::app {

/// Exit codes of the program.
enum Exit : int { kDone = 0, kFailed = 1, kUsage = 2, kDamaged = 3 };

class Arguments {
public:
    /// `operands`: as in the usage line, "FILE…". `command` empty: the window's own options.
    Arguments(const QString& command, const QString& summary, const QString& operands);

    /// Option without value.
    void addFlag(const QString& name, const QString& help);
    void addOption(const QString& name, const QString& value, const QString& help);
    /// An exit code when the program is to end at once: --help, --version, wrong usage (said on stderr).
    std::optional<int> parse(const QStringList& arguments);

    /// Whether it was given; an option that the command does not have never is.
    [[nodiscard]] bool has(const QString& name) const { return m_parser.optionNames().contains(name); }
    [[nodiscard]] std::optional<std::string> value(const QString& name) const;
    [[nodiscard]] std::string value(const QString& name, const std::string& otherwise) const { return value(name).value_or(otherwise); }
    [[nodiscard]] QStringList values(const QString& name) const { return m_parser.values(name); }
    [[nodiscard]] QStringList operands() const { return m_parser.positionalArguments(); }
    /// A whole number up to `largest`, or the message of wrong usage on stderr and nothing.
    [[nodiscard]] std::optional<uint64_t> number(const QString& name, uint64_t otherwise, uint64_t largest = UINT64_MAX) const;
    /// --threads; 0 is one a core.
    [[nodiscard]] std::optional<unsigned> threads() const;
    /// Prints what is wrong and how to get help; returns kUsage.
    int wrongUsage(const std::string& what) const;
    [[nodiscard]] bool quiet() const { return has(QStringLiteral("quiet")); }

private:
    /// All that is to be told of; the parser does not give its options back.
    ManPage m_page;
    QCommandLineParser m_parser;

    void add(const QCommandLineOption& option);
};

} // namespace rivereto::app
