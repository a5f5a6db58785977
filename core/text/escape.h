// SPDX-License-Identifier: GPL-3.0-or-later
// Texts and numbers as CSV and JSON write them.
#pragma once

#include <string>
#include <string_view>

namespace rivereto::core {

/// A CSV field as RFC 4180 has it: quoted where it must be.
void appendCsv(std::string& out, std::string_view field);
/// A JSON string with its quotes.
void appendJson(std::string& out, std::string_view text);
/// A JSON number; null for what JSON has no number for.
void appendJson(std::string& out, double number);

} // namespace rivereto::core
