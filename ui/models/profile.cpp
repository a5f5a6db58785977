// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/profile.h"

#include <algorithm>

#include <QJsonArray>
#include <QJsonDocument>

#include "ui/models/preferences.h"

namespace rivereto::ui {

namespace {

const QString kKey = QStringLiteral("profile");
const QString kAsideKey = QStringLiteral("profile.unreadable");
const QString kFilters = QStringLiteral("filters");
const QString kHistory = QStringLiteral("history");
const QString kViews = QStringLiteral("views");
const QString kName = QStringLiteral("name");
const QString kFilter = QStringLiteral("filter");
const QString kUsed = QStringLiteral("used");
const QString kLink = QStringLiteral("link");

template <class Entry>
auto named(QList<Entry>& list, const QString& name)
{
    return std::ranges::find_if(list, [&](const Entry& entry) { return entry.name == name; });
}

template <class Entry>
void sortByName(QList<Entry>& list)
{
    std::ranges::stable_sort(list, [](const Entry& a, const Entry& b) { return QString::localeAwareCompare(a.name, b.name) < 0; });
}

template <class Entry>
void put(QList<Entry>& list, const Entry& entry)
{
    if (const auto it = named(list, entry.name); it != list.end())
        *it = entry;
    else
        list.append(entry);
    sortByName(list);
}

template <class Entry>
bool rename(QList<Entry>& list, const QString& name, const QString& to)
{
    const auto wanted = to.trimmed();
    const auto it = named(list, name);
    if (it == list.end() || wanted.isEmpty() || (wanted != name && named(list, wanted) != list.end()))
        return false;
    it->name = wanted;
    sortByName(list);
    return true;
}

/// Reads the objects of an array; false when something in it was none of them.
template <class Take>
bool readEach(const QJsonValue& value, Take take)
{
    if (value.isUndefined())
        return true;
    bool whole = value.isArray();
    for (const auto& entry : value.toArray())
        whole = entry.isObject() && take(entry.toObject()) && whole;
    return whole;
}

/// The two texts of an entry, both there and not empty.
bool readPair(const QJsonObject& object, const QString& first, const QString& second, QString& a, QString& b)
{
    a = object[first].toString();
    b = object[second].toString();
    return !a.isEmpty() && !b.isEmpty();
}

/// Where to set a text aside: the first place that is free or has it already.
QString freeKey(const Preferences& preferences, const QString& text)
{
    auto key = kAsideKey;
    for (int n = 2; n < 100; ++n) {
        const auto there = preferences.preference(key);
        if (there.isEmpty() || there == text)
            break;
        key = kAsideKey + QLatin1Char('.') + QString::number(n);
    }
    return key;
}

} // namespace

Profile::Profile(Preferences& preferences, QObject* parent) : QObject(parent), m_preferences(preferences) { load(); }

void Profile::load()
{
    const auto text = m_preferences.preference(kKey);
    m_text = text;
    m_filters.clear();
    m_history.clear();
    m_views.clear();
    m_rest = {};
    if (text.isEmpty())
        return;
    const auto document = QJsonDocument::fromJson(text.toUtf8());
    bool whole = document.isObject();
    m_rest = document.object();
    whole = readEach(m_rest.take(kFilters), [&](const QJsonObject& object) {
        SavedFilter filter;
        if (!readPair(object, kName, kFilter, filter.name, filter.filter))
            return false;
        put(m_filters, filter);
        return true;
    }) && whole;
    whole = readEach(m_rest.take(kHistory), [&](const QJsonObject& object) {
        PastFilter past;
        QString used;
        if (!readPair(object, kFilter, kUsed, past.filter, used))
            return false;
        const auto when = QDateTime::fromString(used, Qt::ISODateWithMs);
        past.lastUsed = when.isValid() ? when : QDateTime::fromMSecsSinceEpoch(0, Qt::UTC);
        const bool twice = std::ranges::any_of(m_history, [&](const auto& one) { return one.filter == past.filter; });
        if (!twice && m_history.size() < kMostPast)
            m_history.append(past);
        return when.isValid();
    }) && whole;
    whole = readEach(m_rest.take(kViews), [&](const QJsonObject& object) {
        SavedView view;
        if (!readPair(object, kName, kLink, view.name, view.link))
            return false;
        put(m_views, view);
        return true;
    }) && whole;
    if (!whole)
        m_preferences.setPreference(freeKey(m_preferences, text), text);
}

void Profile::refresh()
{
    if (m_preferences.preference(kKey) != m_text)
        load();
}

void Profile::store()
{
    QJsonArray filters;
    for (const auto& one : m_filters)
        filters.append(QJsonObject{{kName, one.name}, {kFilter, one.filter}});
    QJsonArray history;
    for (const auto& one : m_history)
        history.append(QJsonObject{{kFilter, one.filter}, {kUsed, one.lastUsed.toUTC().toString(Qt::ISODateWithMs)}});
    QJsonArray views;
    for (const auto& one : m_views)
        views.append(QJsonObject{{kName, one.name}, {kLink, one.link}});
    auto all = m_rest;
    all[kFilters] = filters;
    all[kHistory] = history;
    all[kViews] = views;
    m_text = QString::fromUtf8(QJsonDocument(all).toJson(QJsonDocument::Compact));
    m_preferences.setPreference(kKey, m_text);
    emit changed();
}

void Profile::saveFilter(const QString& name, const QString& filter)
{
    if (name.trimmed().isEmpty() || filter.trimmed().isEmpty())
        return;
    refresh();
    put(m_filters, {name.trimmed(), filter});
    store();
}

bool Profile::renameFilter(const QString& name, const QString& to)
{
    refresh();
    const bool done = rename(m_filters, name, to);
    if (done)
        store();
    return done;
}

void Profile::removeFilter(const QString& name)
{
    refresh();
    if (m_filters.removeIf([&](const SavedFilter& one) { return one.name == name; }) > 0)
        store();
}

void Profile::remember(const QString& filter, const QDateTime& when)
{
    if (filter.trimmed().isEmpty() || filter.size() > kLongestFilter)
        return;
    refresh();
    m_history.removeIf([&](const PastFilter& one) { return one.filter == filter; });
    m_history.prepend({filter, when});
    while (m_history.size() > kMostPast)
        m_history.removeLast();
    store();
}

void Profile::forget(const QString& filter)
{
    refresh();
    if (m_history.removeIf([&](const PastFilter& one) { return one.filter == filter; }) > 0)
        store();
}

void Profile::clearHistory()
{
    refresh();
    m_history.clear();
    store();
}

void Profile::saveView(const QString& name, const QString& link)
{
    if (name.trimmed().isEmpty() || link.isEmpty())
        return;
    refresh();
    put(m_views, {name.trimmed(), link});
    store();
}

bool Profile::renameView(const QString& name, const QString& to)
{
    refresh();
    const bool done = rename(m_views, name, to);
    if (done)
        store();
    return done;
}

void Profile::removeView(const QString& name)
{
    refresh();
    if (m_views.removeIf([&](const SavedView& one) { return one.name == name; }) > 0)
        store();
}

} // namespace rivereto::ui
