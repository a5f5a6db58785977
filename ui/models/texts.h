// SPDX-License-Identifier: GPL-3.0-or-later
// How the window names columns, units, series, times and errors; figures come from core/text.
#pragma once

#include <optional>

#include <QString>
#include <QStringList>

#include "core/query/result.h"
#include "core/schema/schema.h"
#include "core/store/interruption.h"

namespace rivereto::ui {

inline QString text(std::string_view view) { return QString::fromUtf8(view.data(), static_cast<qsizetype>(view.size())); }

QString columnLabel(const core::Column& column);
QString groupLabel(core::Group group);
/// "Traffic by source AS and input interface".
QString chartTitle(const core::Schema& schema, const core::Query& query);

/// "L3 bits/s".
QString unitLabel(core::Unit unit);
/// The same; of different values it names the column.
QString unitLabel(const core::Query& query, const core::Schema& schema);
/// Behind a figure: "b/s", "packets/s" …
QString unitSuffix(core::Unit unit);
/// Of the sum behind a rate: "B", "packets", "flows".
QString totalSuffix(core::Unit unit);
/// "Gb/s", "k flows": a unit behind its decimal prefix.
QString scaledUnit(std::string_view prefix, const QString& suffix);
/// "6.14 Gb/s".
QString quantity(double value, const QString& suffix);

/// Whether a dimension of a series stands for all values that were not named.
bool isOther(const core::Series& series, size_t dimension);
/// One dimension of a series' key: "none" for a missing value, "several" behind the Other of a whole series.
QString keyText(const core::Series& series, size_t dimension);
/// All dimensions: "2906 · et-0/0/2".
QString seriesLabel(const core::Series& series);

/// Translated message of an error.
QString errorText(const core::Error& error);

/// A condition on a key's value in the filter language; nothing when the column's type has no equality.
std::optional<std::string> conditionFor(const core::Schema& schema, const core::Dimension& dimension, const std::string& value);
/// The same for several, joined by AND; what has no equality is left out, nothing when all of it is.
std::optional<std::string> conditionFor(const core::Schema& schema, const std::vector<core::Dimension>& dimensions, const std::vector<std::string>& values);
/// What a dimension is called: a column's label, the word for both ends, "Conversation".
QString dimensionLabel(const core::Schema& schema, const core::Dimension& dimension);
/// `filter` and also `condition`.
std::string narrowed(const std::string& filter, const std::string& condition, const core::Schema& schema);

/// Times in UTC or in the machine's own zone.
struct Clock {
    bool local = false;
    [[nodiscard]] int offsetMinutes(uint64_t ms) const;
    /// "22:10", with seconds or milliseconds where `stepMs` asks for them.
    [[nodiscard]] QString time(uint64_t ms, uint64_t stepMs = 60'000) const;
    /// "Mon 23 Nov".
    [[nodiscard]] QString day(uint64_t ms, bool year = false) const;
    /// "Mon 23 Nov 2026, 17:42 – 23:42".
    [[nodiscard]] QString range(core::TimeRange range) const;
    /// "UTC", "CET".
    [[nodiscard]] QString zone(uint64_t ms) const;
    /// "UTC+1"; empty in UTC.
    [[nodiscard]] QString offset(uint64_t ms) const;
};

/// "a week earlier".
QString periodWords(core::Period period);
/// What the previous period of a result is called: "Sunday 22 Nov", or "a week earlier" where that is more than a day; empty
/// without one.
QString previousName(const core::QueryResult& result, const Clock& clock);
/// "6 h", "1 h 30 min": a length of time, rounded to seconds.
QString lengthText(uint64_t ms);
/// "listener stopped", "12 datagrams lost".
QString interruptionName(const core::Interruption& interruption);

} // namespace rivereto::ui
