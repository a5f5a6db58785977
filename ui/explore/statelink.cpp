// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/explore/statelink.h"

#include <algorithm>

#include <QUrl>

#include "core/query/options.h"
#include "core/text/time.h"
#include "ui/charts/chartkinds.h"

namespace rivereto::ui {

namespace {

constexpr std::pair<StatePage, const char*> kPages[] = {{StatePage::Explore, "explore"}, {StatePage::Flows, "flows"}};

QString encoded(std::string_view text)
{
    // What reads well in a link and means nothing there stays as it is.
    return QString::fromLatin1(QUrl::toPercentEncoding(QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size())), QByteArrayLiteral(",:/()=<>!*@")));
}

/// Options that are the state's own, or that charts decide.
bool isOurs(std::string_view option) { return option != "kind" && option != "points" && option != "sort" && option != "count"; }

void addRange(QStringList& parts, const RangeChoice& range)
{
    switch (range.kind) {
    case RangeChoice::Kind::All: return;
    case RangeChoice::Kind::Last: parts << QStringLiteral("last=%1s").arg(range.lengthMs / 1000); return;
    case RangeChoice::Kind::Fixed:
        parts << QStringLiteral("from=") + encoded(core::formatTime(range.fixed.from)) << QStringLiteral("to=") + encoded(core::formatTime(range.fixed.to));
        return;
    case RangeChoice::Kind::Words: parts << QStringLiteral("from=") + encoded(range.from) << QStringLiteral("to=") + encoded(range.to); return;
    }
}

/// A time that says itself when it is; words need a clock.
std::optional<uint64_t> fixedTime(const std::string& text)
{
    if (!text.ends_with('Z'))
        return std::nullopt;
    const auto time = core::parseTime(text, 0);
    return time ? std::optional(*time) : std::nullopt;
}

core::Result<void> setRange(RangeChoice& range, const std::optional<std::string>& last, const std::string& from, const std::string& to)
{
    if (last) {
        const auto length = core::parseInterval(*last);
        if (!length)
            return tl::unexpected(length.error());
        range = RangeChoice::last(*length);
        return {};
    }
    if (from.empty() && to.empty())
        return {};
    if (from.empty())
        return core::fail("a link with “to” needs “from”, too");
    const auto end = to.empty() ? std::string("now") : to;
    const auto start = fixedTime(from);
    const auto stop = fixedTime(end);
    if (start && stop) {
        if (*start >= *stop)
            return core::fail("the range ends (“{}”) before it starts (“{}”)", end, from);
        range = RangeChoice::between({*start, *stop});
        return {};
    }
    // Whether words are understood does not depend on when.
    constexpr uint64_t kSomeTime = 1'700'000'000'000;
    for (const auto& words : {from, end}) {
        if (const auto read = core::parseTime(words, kSomeTime); !read)
            return tl::unexpected(read.error());
    }
    range = RangeChoice::words(from, end);
    return {};
}

} // namespace

bool looksLikeLink(const QString& text) { return text.trimmed().startsWith(QLatin1String(kLinkScheme), Qt::CaseInsensitive); }

QString linkOf(const ViewState& state)
{
    QStringList parts;
    if (state.chart != ViewState{}.chart)
        parts << QStringLiteral("chart=") + QLatin1String(chartKind(state.chart).name);
    if (state.logarithmic)
        parts << QStringLiteral("logarithmic");
    addRange(parts, state.range);
    // Without dimensions is a choice as well.
    if (state.query.dimensions.empty())
        parts << QStringLiteral("dimensions=");
    for (const auto& [name, value] : core::optionsOf(state.query)) {
        if (!isOurs(name))
            continue;
        const auto key = QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()));
        const bool flag = std::ranges::find(core::queryOptions(), name, &core::QueryOption::name)->flag;
        parts << (flag ? key : key + QLatin1Char('=') + encoded(value));
    }
    const auto* page = std::ranges::find(kPages, state.page, &std::pair<StatePage, const char*>::first);
    return QLatin1String(kLinkScheme) + QLatin1String(page->second) + (parts.isEmpty() ? QString() : QLatin1Char('?') + parts.join(u'&'));
}

core::Result<ViewState> stateOf(const QString& link)
{
    const auto trimmed = link.trimmed();
    if (!looksLikeLink(trimmed))
        return core::fail("“{}” is no link: links begin with {}", trimmed.left(60).toStdString(), kLinkScheme);
    const auto rest = trimmed.mid(qsizetype(std::string_view(kLinkScheme).size()));
    const auto page = rest.section(u'?', 0, 0).toLower();
    ViewState out;
    const auto* found = std::ranges::find_if(kPages, [&](const auto& one) { return page == QLatin1String(one.second); });
    if (found == std::end(kPages))
        return core::fail("the link names no page that there is: “{}”", page.toStdString());
    out.page = found->first;
    std::optional<std::string> last;
    std::string from;
    std::string to;
    for (const auto& part : rest.section(u'?', 1).split(u'&', Qt::SkipEmptyParts)) {
        const auto name = part.section(u'=', 0, 0).toStdString();
        const auto value = QUrl::fromPercentEncoding(part.section(u'=', 1).toLatin1()).toStdString();
        if (name == "chart") {
            const auto kind = chartKindOf(value);
            if (!kind)
                return core::fail("the link names no kind of chart that there is: “{}”", value);
            out.chart = *kind;
        } else if (name == "logarithmic") {
            out.logarithmic = true;
        } else if (name == "last") {
            last = value;
        } else if (name == "from") {
            from = value;
        } else if (name == "to") {
            to = value;
        } else if (!isOurs(name)) {
            return core::fail("a link has no part “{}”", name);
        } else if (const auto set = core::setQueryOption(out.query, name, value); !set) {
            return tl::unexpected(set.error());
        }
    }
    if (const auto set = setRange(out.range, last, from, to); !set)
        return tl::unexpected(set.error());
    return out;
}

} // namespace rivereto::ui
