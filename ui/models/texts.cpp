// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/texts.h"

#include <cmath>

#include <QCoreApplication>
#include <QDateTime>
#include <QLocale>
#include <QTimeZone>

#include "core/filter/filter.h"
#include "core/text/number.h"
#include "core/text/time.h"

namespace rivereto::ui {

namespace {

QString tr(const char* source) { return QCoreApplication::translate("texts", source); }

/// The C locale has no words of its own.
QLocale words() { return QLocale().language() == QLocale::C ? QLocale(QLocale::English) : QLocale(); }

/// Inside an English sentence: "source AS", but "AS path".
QString inSentence(const QString& label)
{
    const bool acronym = label.size() > 1 && label[1].isUpper();
    if (acronym || words().language() != QLocale::English || label.isEmpty())
        return label;
    return label[0].toLower() + label.mid(1);
}

std::string quoted(const std::string& value)
{
    std::string out = "\"";
    for (const char c : value) {
        if (c == '"' || c == '\\')
            out += '\\';
        out += c;
    }
    return out + '"';
}

QDateTime dateTime(const Clock& clock, uint64_t ms)
{
    const auto utc = QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(ms), Qt::UTC);
    return clock.local ? utc.toLocalTime() : utc;
}

} // namespace

QString columnLabel(const core::Column& column)
{
    return QCoreApplication::translate("columns", std::string(column.label.empty() ? column.name : column.label).c_str());
}

QString dimensionLabel(const core::Schema& schema, const core::Dimension& dimension)
{
    if (dimension.isConversation())
        return tr("Conversation");
    if (dimension.otherEnd == core::ColumnId::kNone)
        return columnLabel(schema[dimension.column]);
    return QCoreApplication::translate("columns", dimension.name.c_str());
}

QString groupLabel(core::Group group) { return QCoreApplication::translate("columns", std::string(core::groupName(group)).c_str()); }

QString chartTitle(const core::Schema& schema, const core::Query& query)
{
    const auto label = [&](const std::string& name) {
        const auto bound = core::bindDimensions(std::span(&name, 1), schema);
        return bound ? inSentence(dimensionLabel(schema, bound->front())) : text(name);
    };
    QStringList names;
    for (const auto& name : query.dimensions)
        names << label(name);
    const auto by = words().createSeparatedList(names);
    if (query.unit == core::Unit::Distinct) {
        const auto counted = tr("Different values of %1").arg(label(query.distinct));
        return names.isEmpty() ? counted : tr("%1, by %2").arg(counted, by);
    }
    return names.isEmpty() ? tr("All traffic") : tr("Traffic by %1").arg(by);
}

QString unitLabel(core::Unit unit)
{
    switch (unit) {
    case core::Unit::L3Bps: return tr("L3 bits/s");
    case core::Unit::L2Bps: return tr("L2 bits/s");
    case core::Unit::Pps: return tr("Packets/s");
    case core::Unit::Fps: return tr("Flows/s");
    case core::Unit::Bytes: return tr("Bytes");
    case core::Unit::Packets: return tr("Packets");
    case core::Unit::Flows: return tr("Flows");
    case core::Unit::InL2Percent: return tr("Input utilisation");
    case core::Unit::OutL2Percent: return tr("Output utilisation");
    case core::Unit::Distinct: return tr("Different values");
    }
    return {};
}

QString unitSuffix(core::Unit unit)
{
    switch (unit) {
    case core::Unit::L3Bps:
    case core::Unit::L2Bps: return QStringLiteral("b/s");
    case core::Unit::Pps: return tr("p/s");
    case core::Unit::Fps: return tr("flows/s");
    case core::Unit::InL2Percent:
    case core::Unit::OutL2Percent: return QStringLiteral("%");
    default: return totalSuffix(unit);
    }
}

QString totalSuffix(core::Unit unit)
{
    switch (unit) {
    case core::Unit::Pps:
    case core::Unit::Packets: return tr("packets");
    case core::Unit::Fps:
    case core::Unit::Flows: return tr("flows");
    case core::Unit::Distinct: return {}; // the title says what is counted
    default: return QStringLiteral("B");
    }
}

QString scaledUnit(std::string_view prefix, const QString& suffix)
{
    // "kb/s", but "k flows".
    const bool word = suffix.size() > 3;
    return text(prefix) + (word && !prefix.empty() ? QStringLiteral("\u00a0") : QString()) + suffix;
}

QString quantity(double value, const QString& suffix)
{
    const auto scale = core::scaleFor(value);
    const auto unit = std::isfinite(value) ? scaledUnit(scale.prefix, suffix) : QString();
    return text(core::formatOnScale(value, scale)) + (unit.isEmpty() ? unit : QStringLiteral("\u00a0") + unit);
}

bool isOther(const core::Series& series, size_t dimension)
{
    return series.other || (dimension < series.otherAt.size() && series.otherAt[dimension]);
}

QString keyText(const core::Series& series, size_t dimension)
{
    if (series.other)
        return dimension == 0 ? tr("Other") : tr("several");
    if (isOther(series, dimension))
        return tr("Other");
    if (dimension >= series.key.size())
        return {};
    const auto& value = series.key[dimension];
    return value.empty() ? tr("none") : text(value);
}

QString seriesLabel(const core::Series& series)
{
    if (series.key.empty() && !series.other)
        return tr("All traffic");
    QStringList parts;
    for (size_t i = 0; i < (series.other ? 1 : series.key.size()); ++i)
        parts << keyText(series, i);
    return parts.join(QStringLiteral(" · "));
}

QString errorText(const core::Error& error)
{
    auto out = QCoreApplication::translate("errors", std::string(error.text).c_str());
    for (const auto& argument : error.args) {
        const auto at = out.indexOf(QStringLiteral("{}"));
        if (at < 0)
            break;
        out.replace(at, 2, text(argument));
    }
    // Messages are parts of a sentence on the command line and whole ones here.
    if (!error.text.starts_with("{}") && !out.isEmpty())
        out[0] = out[0].toUpper();
    return out;
}

std::optional<std::string> conditionFor(const core::Schema& schema, const core::Dimension& dimension, const std::string& value)
{
    constexpr std::string_view between = " ↔ ";
    if (const auto at = value.find(between); dimension.isConversation() && at != std::string::npos) {
        const auto a = value.substr(0, at);
        const auto b = value.substr(at + between.size());
        return fmt::format("((SrcAddr = {} AND DstAddr = {}) OR (SrcAddr = {} AND DstAddr = {}))", a, b, b, a);
    }
    const auto& column = schema[dimension.column];
    if (core::isList(column.type) || core::typeInfo(column.type).operators == core::Operators::None)
        return std::nullopt;
    std::vector<std::string> literals;
    if (column.storage() == core::Storage::Dict)
        literals = {quoted(value)};
    else if (value.empty())
        literals = {"0", "undefined", "::", "\"\""};
    else
        literals = {value, quoted(value)};
    for (const auto& literal : literals) {
        auto condition = fmt::format("{} = {}", dimension.name, literal);
        if (core::bindFilter(condition, {.schema = schema}))
            return condition;
    }
    return std::nullopt;
}

std::optional<std::string> conditionFor(const core::Schema& schema, const std::vector<core::Dimension>& dimensions, const std::vector<std::string>& values)
{
    std::optional<std::string> out;
    for (size_t i = 0; i < dimensions.size(); ++i) {
        if (const auto one = conditionFor(schema, dimensions[i], values[i]))
            out = out ? fmt::format("{} AND {}", *out, *one) : *one;
    }
    return out;
}

std::string narrowed(const std::string& filter, const std::string& condition, const core::Schema& schema)
{
    const auto parsed = core::parseFilter(filter);
    if (!parsed || parsed->empty())
        return condition;
    // The normal form has no comment that could swallow what follows.
    const auto before = filter.find("--") == std::string::npos ? filter : core::toText(*parsed, schema);
    const bool weaker = parsed->root->kind == core::FilterNode::Kind::Or;
    return weaker ? fmt::format("({}) AND {}", before, condition) : fmt::format("{} AND {}", before, condition);
}

int Clock::offsetMinutes(uint64_t ms) const { return dateTime(*this, ms).offsetFromUtc() / 60; }

QString Clock::time(uint64_t ms, uint64_t stepMs) const
{
    const auto format = stepMs % 60'000 == 0 ? QStringLiteral("HH:mm") : stepMs % 1000 == 0 ? QStringLiteral("HH:mm:ss") : QStringLiteral("HH:mm:ss.zzz");
    return dateTime(*this, ms).toString(format);
}

QString Clock::day(uint64_t ms, bool year) const
{
    return words().toString(dateTime(*this, ms).date(), year ? QStringLiteral("ddd d MMM yyyy") : QStringLiteral("ddd d MMM"));
}

QString Clock::range(core::TimeRange range) const
{
    const uint64_t step = range.length() < 10 * 60'000 ? 1000 : 60'000;
    const auto from = time(range.from, step);
    const auto to = time(range.to, step);
    if (dateTime(*this, range.from).date() == dateTime(*this, range.to).date())
        return QStringLiteral("%1, %2 – %3").arg(day(range.from, true), from, to);
    return QStringLiteral("%1, %2 – %3, %4").arg(day(range.from), from, day(range.to), to);
}

QString Clock::zone(uint64_t ms) const { return local ? dateTime(*this, ms).timeZoneAbbreviation() : QStringLiteral("UTC"); }

QString Clock::offset(uint64_t ms) const
{
    if (!local)
        return {};
    const int minutes = offsetMinutes(ms);
    if (minutes == 0)
        return {};
    const auto sign = minutes < 0 ? QStringLiteral("−") : QStringLiteral("+");
    auto out = QStringLiteral("UTC%1%2").arg(sign).arg(std::abs(minutes) / 60);
    if (minutes % 60 != 0)
        out += QStringLiteral(":%1").arg(std::abs(minutes) % 60, 2, 10, QLatin1Char('0'));
    return out;
}

QString periodWords(core::Period period)
{
    switch (period) {
    case core::Period::Hour: return tr("an hour earlier");
    case core::Period::Day: return tr("a day earlier");
    case core::Period::Week: return tr("a week earlier");
    case core::Period::FourWeeks: return tr("4 weeks earlier");
    case core::Period::Year: return tr("a year earlier");
    case core::Period::None: break;
    }
    return {};
}

QString previousName(const core::QueryResult& result, const Clock& clock)
{
    if (!result.previous)
        return {};
    const auto& range = result.previous->range;
    const auto from = dateTime(clock, range.from).date();
    const auto last = dateTime(clock, std::max(range.from, range.to - 1)).date();
    // A day that the range does not leave is named.
    if (result.query.previous == core::Period::Hour || from != last)
        return periodWords(result.query.previous);
    const bool sameYear = from.year() == dateTime(clock, result.range.from).date().year();
    return words().toString(from, sameYear ? QStringLiteral("dddd d MMM") : QStringLiteral("ddd d MMM yyyy"));
}

QString unitLabel(const core::Query& query, const core::Schema& schema)
{
    if (query.unit != core::Unit::Distinct)
        return unitLabel(query.unit);
    const auto bound = core::bindDimensions(std::span(&query.distinct, 1), schema);
    return bound ? tr("Different: %1").arg(dimensionLabel(schema, bound->front())) : unitLabel(query.unit);
}

QString lengthText(uint64_t ms)
{
    // To the second, unless it is shorter; then the largest two units.
    if (ms < 10'000)
        return text(core::formatInterval(ms));
    constexpr std::pair<uint64_t, const char*> units[] = {{86'400, QT_TRANSLATE_NOOP("texts", "d")}, {3600, QT_TRANSLATE_NOOP("texts", "h")},
                                                          {60, QT_TRANSLATE_NOOP("texts", "min")}, {1, QT_TRANSLATE_NOOP("texts", "s")}};
    uint64_t seconds = (ms + 500) / 1000;
    // What is left out is rounded, not cut: 5 h 59 min 59 s are 6 h.
    for (size_t i = 1; i < std::size(units); ++i) {
        if (seconds >= units[i - 1].first) {
            seconds = (seconds + units[i].first / 2) / units[i].first * units[i].first;
            break;
        }
    }
    QStringList parts;
    for (const auto& [length, name] : units) {
        if (seconds >= length && parts.size() < 2)
            parts << QStringLiteral("%1\u00a0%2").arg(seconds / length).arg(tr(name));
        seconds %= length;
    }
    return parts.join(u' ');
}

QString interruptionName(const core::Interruption& interruption)
{
    const auto datagrams = text(core::formatCount(interruption.datagrams));
    switch (interruption.kind) {
    case core::Interruption::Kind::NotListening: return tr("listener stopped");
    case core::Interruption::Kind::KernelLost: return tr("%1 datagrams lost in the kernel").arg(datagrams);
    case core::Interruption::Kind::Dropped: return tr("%1 datagrams dropped").arg(datagrams);
    }
    return {};
}

} // namespace rivereto::ui
