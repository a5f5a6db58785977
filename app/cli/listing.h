// SPDX-License-Identifier: GPL-3.0-or-later
// Listing: rows that a command prints as text, CSV or JSON.
#pragma once

#include <string>
#include <vector>

#include "app/cli/printresult.h"
#include "app/cli/question.h"

namespace rivereto::app {

class Listing {
public:
    struct Column {
        std::string name; ///< of CSV and JSON
        std::string title; ///< of the text form; empty: not in it
        bool number = false; ///< right-aligned, and a JSON number (null when empty)
    };
    struct Cell {
        std::string value; ///< of CSV and JSON
        std::string text; ///< of the text form; empty: as value
    };

    explicit Listing(std::vector<Column> columns) : m_columns(std::move(columns)) { }
    /// One cell a column.
    void add(std::vector<Cell> row) { m_rows.push_back(std::move(row)); }
    [[nodiscard]] std::string print(Format format) const;

private:
    [[nodiscard]] std::string asText() const;
    [[nodiscard]] std::string asCsv() const;
    [[nodiscard]] std::string asJson() const;

    std::vector<Column> m_columns;
    std::vector<std::vector<Cell>> m_rows;
};

/// --db, -r, --format and --local, for commands that list what is known of the exporters.
void addListingOptions(Arguments& args);
/// --format; prints what is wrong and gives the exit code on the error side.
tl::expected<Format, int> listingFormat(const Arguments& args);

} // namespace rivereto::app
