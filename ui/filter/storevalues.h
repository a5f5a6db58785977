// SPDX-License-Identifier: GPL-3.0-or-later
// StoreValues: the values that the open database has in the shown range, asked for in the background.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>

#include <QElapsedTimer>
#include <QThreadPool>

#include "core/query/run.h"
#include "ui/filter/valuesource.h"

namespace rivereto::ui {

class StoreValues final : public ValueSource {
    Q_OBJECT
public:
    /// Where to look.
    struct Scope {
        std::shared_ptr<core::FlowStore> store; ///< null: nowhere
        std::optional<core::TimeRange> range;   ///< none: everything
        core::Now now;
    };
    /// `scope` is called at every question; `asName` names an AS, or not. Both on the GUI thread.
    StoreValues(std::function<Scope()> scope, std::function<QString(uint32_t)> asName, QObject* parent = nullptr);
    ~StoreValues() override;

    void ask(const std::string& column, const std::string& prefix) override;
    /// Queries that were started, for tests.
    [[nodiscard]] int queries() const { return m_queries; }

private:
    struct Key {
        const core::FlowStore* store = nullptr;
        std::string column;
        std::optional<core::TimeRange> range;
        bool operator==(const Key&) const = default;
    };
    struct Entry {
        Key key;
        std::weak_ptr<core::FlowStore> store; ///< another store may get the same address
        uint64_t generation = 0;
        QList<SeenValue> values;
        bool all = false;
        QElapsedTimer age;
    };
    struct Found;

    Entry* cached(const Key& key);
    void start(const Scope& scope, const Key& key, std::optional<uint64_t> known);
    void take(quint64 number, const Key& key, const std::shared_ptr<Found>& found);
    [[nodiscard]] QList<SeenValue> describe(const Found& found) const;

    std::function<Scope()> m_scope;
    std::function<QString(uint32_t)> m_asName;
    QList<Entry> m_entries; ///< newest last
    std::optional<Key> m_running;
    quint64 m_number = 0;
    int m_queries = 0;
    std::stop_source m_stop;
    QThreadPool m_pool;
};

} // namespace rivereto::ui
