// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/filter/storevalues.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include <QLocale>

#include "core/text/names.h"
#include "ui/models/texts.h"

namespace rivereto::ui {

namespace {

constexpr unsigned kMost = 400;      ///< values of a column
constexpr qint64 kFreshMs = 3000;    ///< so long no one asks whether there are new flows
constexpr qsizetype kEntries = 24;

/// What says more of a column's values.
struct Companion {
    std::string_view column;
    std::string_view of;
};
constexpr auto kCompanions = std::to_array<Companion>({
    {"InIfConnectivity", "InIfProvider"},
    {"OutIfConnectivity", "OutIfProvider"},
    {"InIfDescription", "InIfName"},
    {"OutIfDescription", "OutIfName"},
    {"ExporterName", "ExporterAddress"},
    {"InIfName", "InIfIndex"},
    {"OutIfName", "OutIfIndex"},
});

std::string companionOf(const std::string& column)
{
    const auto it = std::ranges::find(kCompanions, std::string_view(column), &Companion::of);
    return it == kCompanions.end() ? std::string() : std::string(it->column);
}

/// Text of the value in a condition on the column; empty when there is none.
QString literalOf(const core::Schema& schema, const core::Dimension& dimension, const std::string& value)
{
    const auto condition = conditionFor(schema, dimension, value);
    const auto begin = dimension.name.size() + std::string_view(" = ").size();
    return condition && condition->size() > begin ? text(std::string_view(*condition).substr(begin)) : QString();
}

QString countryName(const std::string& code)
{
    const auto territory = QLocale::codeToTerritory(text(code));
    return territory == QLocale::AnyTerritory ? QString() : QLocale::territoryToString(territory);
}

} // namespace

struct StoreValues::Found {
    struct Value {
        std::string key;
        std::string detail; ///< empty when the companion has several
        double flows = 0;
    };
    bool changed = false; ///< otherwise what is cached still holds
    uint64_t generation = 0;
    std::vector<Value> values;
    std::optional<core::Dimension> dimension;
    std::shared_ptr<const core::Schema> schema;
    bool all = false;
};

StoreValues::StoreValues(std::function<Scope()> scope, std::function<QString(uint32_t)> asName, QObject* parent)
    : ValueSource(parent), m_scope(std::move(scope)), m_asName(std::move(asName))
{
    m_pool.setMaxThreadCount(1);
}

StoreValues::~StoreValues()
{
    m_stop.request_stop();
    m_pool.waitForDone();
}

StoreValues::Entry* StoreValues::cached(const Key& key)
{
    m_entries.removeIf([](const Entry& entry) { return entry.store.expired(); });
    const auto it = std::ranges::find(m_entries, key, &Entry::key);
    return it == m_entries.end() ? nullptr : &*it;
}

void StoreValues::ask(const std::string& column, const std::string&)
{
    const auto scope = m_scope();
    if (!scope.store)
        return;
    const Key key{scope.store.get(), column, scope.range};
    std::optional<uint64_t> known;
    if (auto* entry = cached(key)) {
        const auto values = entry->values;
        const bool all = entry->all;
        const bool fresh = entry->age.elapsed() < kFreshMs;
        known = entry->generation;
        emit answered(column, values, all);
        if (fresh)
            return;
    }
    if (m_running != key)
        start(scope, key, known);
}

void StoreValues::start(const Scope& scope, const Key& key, std::optional<uint64_t> known)
{
    m_stop.request_stop();
    m_stop = std::stop_source();
    m_running = key;
    ++m_queries;
    const auto number = ++m_number;
    m_pool.start([this, scope, key, known, number, stop = m_stop.get_token()] {
        auto found = std::make_shared<Found>();
        const auto status = scope.store->status();
        found->generation = status ? status->generation : 0;
        if (status && known != found->generation) {
            core::Query query{.kind = core::QueryKind::Table, .range = scope.range, .dimensions = {key.column}, .unit = core::Unit::Flows};
            query.limit = kMost;
            if (const auto companion = companionOf(key.column); !companion.empty())
                query.dimensions.push_back(companion);
            if (const auto result = core::runQuery(*scope.store, query, scope.now, {.stop = stop, .progress = {}})) {
                found->changed = true;
                found->all = result->cutOff == 0;
                found->schema = scope.store->schema();
                found->dimension = result->dimensions.front();
                std::unordered_map<std::string, size_t> places;
                for (const auto& series : result->series) {
                    if (series.other)
                        continue;
                    const auto detail = series.key.size() > 1 ? series.key[1] : std::string();
                    const auto [it, fresh] = places.try_emplace(series.key[0], found->values.size());
                    if (fresh)
                        found->values.push_back({series.key[0], detail, 0});
                    auto& value = found->values[it->second];
                    value.flows += series.statistics.total;
                    value.detail = value.detail == detail ? detail : std::string();
                }
                std::ranges::stable_sort(found->values, std::greater(), &Found::Value::flows);
            }
        }
        QMetaObject::invokeMethod(this, [this, number, key, found] { take(number, key, found); }, Qt::QueuedConnection);
    });
}

void StoreValues::take(quint64 number, const Key& key, const std::shared_ptr<Found>& found)
{
    if (number != m_number)
        return;
    m_running.reset();
    auto* entry = cached(key);
    if (!found->changed) {
        if (entry != nullptr)
            entry->age.restart();
        return;
    }
    const auto scope = m_scope();
    if (scope.store.get() != key.store)
        return;
    if (entry == nullptr) {
        while (m_entries.size() >= kEntries)
            m_entries.removeFirst();
        m_entries.append({.key = key, .store = scope.store});
        entry = &m_entries.last();
    }
    entry->generation = found->generation;
    entry->values = describe(*found);
    entry->all = found->all;
    entry->age.start();
    const auto values = entry->values;
    emit answered(key.column, values, found->all);
}

QList<SeenValue> StoreValues::describe(const Found& found) const
{
    const auto& column = (*found.schema)[found.dimension->column];
    const bool country = column.name.ends_with("Country");
    QList<SeenValue> out;
    for (const auto& value : found.values) {
        SeenValue seen{.literal = literalOf(*found.schema, *found.dimension, value.key), .plain = text(value.key), .flows = static_cast<quint64>(value.flows)};
        if (seen.literal.isEmpty())
            continue;
        seen.detail = value.key.empty() ? tr("none") : text(value.detail);
        if (seen.plain.isEmpty())
            seen.plain = seen.literal;
        if (column.type == core::Type::Asn && m_asName && !value.key.empty())
            seen.detail = m_asName(text(value.key).toUInt());
        else if (country && !value.key.empty())
            seen.detail = countryName(value.key);
        const auto service = column.type == core::Type::Port ? core::serviceName(static_cast<uint16_t>(text(value.key).toUInt())) : std::string_view();
        if (!service.empty())
            seen.detail = text(service);
        out.append(seen);
        if (!service.empty())
            out.append({.literal = QStringLiteral("\"%1\"").arg(text(service)), .plain = text(service), .detail = text(value.key), .flows = seen.flows, .alternative = true});
    }
    return out;
}

} // namespace rivereto::ui
