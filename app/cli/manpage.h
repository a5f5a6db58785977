// SPDX-License-Identifier: GPL-3.0-or-later
// manPage: what --help says, as the source of a manual page.
#pragma once

#include <string>

#include <QCommandLineOption>
#include <QList>

namespace rivereto::app {

struct ManPage {
    QString command; ///< empty: the program itself
    QString summary; ///< one line for the NAME section
    /// Paragraphs; a line that begins with two spaces is an entry of a list, its first word the term.
    QString description;
    QString operands; ///< as in the usage line
    QList<QCommandLineOption> options;
};

/// In the macros of man(7), ASCII only: NAME, SYNOPSIS, DESCRIPTION and OPTIONS. What is written by hand follows it.
std::string manPage(const ManPage& page);

} // namespace rivereto::app
