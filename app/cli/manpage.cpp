// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/manpage.h"

#include <fmt/format.h>

namespace rivereto::app {

namespace {

/// Running text: nothing in it is taken for a request, and hyphens stay what one types.
std::string text(const QString& words)
{
    std::string out;
    for (const char32_t c : words.toUcs4()) {
        if (c == U'\\')
            out += "\\e";
        else if (c == U'-')
            out += "\\-";
        else if (c < 0x80)
            out += static_cast<char>(c);
        else
            fmt::format_to(std::back_inserter(out), "\\[u{:04X}]", static_cast<uint32_t>(c));
    }
    return out.starts_with('.') || out.starts_with('\'') ? "\\&" + out : out;
}

std::string bold(const QString& words) { return "\\fB" + text(words) + "\\fR"; }

std::string entry(const std::string& term, const QString& meaning) { return fmt::format(".TP\n{}\n{}\n", term, text(meaning)); }

std::string paragraphs(const QString& description)
{
    std::string out;
    for (const auto& line : description.split(u'\n')) {
        const auto words = line.trimmed();
        if (words.isEmpty())
            out += out.empty() || out.ends_with(".PP\n") ? "" : ".PP\n";
        else if (line.startsWith(QStringLiteral("  ")))
            out += entry(bold(words.section(u' ', 0, 0)), words.section(u' ', 1).trimmed());
        else
            out += text(words) + "\n";
    }
    while (out.ends_with(".PP\n"))
        out.resize(out.size() - 4);
    return out;
}

std::string option(const QCommandLineOption& option)
{
    std::string term;
    for (const auto& name : option.names())
        term += (term.empty() ? "" : ", ") + bold((name.size() == 1 ? QStringLiteral("-") : QStringLiteral("--")) + name);
    if (!option.valueName().isEmpty())
        term += " \\fI" + text(option.valueName()) + "\\fR";
    return entry(term, option.description());
}

} // namespace

std::string manPage(const ManPage& page)
{
    const bool whole = page.command.isEmpty();
    const auto name = whole ? QStringLiteral("rivereto") : QStringLiteral("rivereto-") + page.command;
    auto out = fmt::format(".TH \"{}\" 1 \"\" \"Rivereto {}\" \"Rivereto\"\n", text(name.toUpper()), RIVERETO_VERSION);
    out += fmt::format(".SH NAME\n{} \\- {}\n", text(name), text(page.summary));
    out += ".SH SYNOPSIS\n" + bold(whole ? name : QStringLiteral("rivereto ") + page.command) + " [\\fIoptions\\fR]";
    out += page.operands.isEmpty() ? "\n" : " " + text(page.operands) + "\n";
    if (whole)
        out += ".br\n\\fBrivereto\\fR \\fICOMMAND\\fR [\\fIoptions\\fR] ...\n";
    out += ".SH DESCRIPTION\n" + paragraphs(page.description);
    out += ".SH OPTIONS\n";
    for (const auto& one : page.options) {
        if (!(one.flags() & QCommandLineOption::HiddenFromHelp))
            out += option(one);
    }
    return out;
}

} // namespace rivereto::app
