// SPDX-License-Identifier: GPL-3.0-or-later
// FlowPages: reads pages of a listing of raw flows off the GUI thread and keeps the ones used last.
#pragma once

#include <list>
#include <memory>
#include <optional>
#include <stop_token>
#include <unordered_map>

#include <QObject>
#include <QThreadPool>

#include "core/query/plan.h"
#include "ui/flows/flowcolumns.h"
#include "ui/models/viewstate.h"

namespace rivereto::ui {

/// What is listed.
struct FlowsOrder {
    std::shared_ptr<core::FlowStore> store;
    std::string filter;
    RangeChoice range;
    bool live = false;
    core::Now now;
    std::vector<core::ColumnId> columns; ///< to be read
    core::ColumnId sort = core::ColumnId::TimeReceived;
    bool descending = true;
    /// The same listing, whatever the columns: rows that are in both stand in the same order.
    [[nodiscard]] bool sameListing(const FlowsOrder& other) const
    {
        return store == other.store && filter == other.filter && sort == other.sort && descending == other.descending;
    }
};

/// What is known of the listing as a whole.
struct FlowsListing {
    core::TimeRange range;
    core::BoundFilter filter;
    core::StoreStatus status; ///< before it was read
    uint64_t matched = 0;
    uint64_t inRange = 0;
    std::vector<core::DamagedPart> damaged;
    double milliseconds = 0; ///< that the last page took
    /// Sorted by time and asked again: so many rows more (newest first) or fewer (oldest first) stand before those of before.
    std::optional<int64_t> shift;
};

/// GUI thread.
class FlowPages : public QObject {
    Q_OBJECT
public:
    static constexpr uint64_t kRows = 512;

    explicit FlowPages(QObject* parent = nullptr);
    ~FlowPages() override;

    /// Begins a listing. What was read before stays until opened() says that the new one is there; `around` is a row whose page
    /// is to be read first.
    void open(const FlowsOrder& order, uint64_t around);
    /// No listing; nothing is read any more.
    void close();
    [[nodiscard]] const FlowsOrder& order() const { return m_order; }
    [[nodiscard]] const FlowsListing& listing() const { return m_listing; }
    [[nodiscard]] bool opening() const { return m_opening; }

    /// The rows of a page when they are there; nullptr otherwise, and they are being read.
    FlowRows* page(uint64_t number);
    /// The same, but nothing is read.
    [[nodiscard]] FlowRows* loaded(uint64_t number);
    /// These pages will be looked at soon.
    void prefetch(uint64_t first, uint64_t last);

signals:
    /// The next moment all pages are those of another listing.
    void aboutToOpen(const rivereto::ui::FlowsListing& listing);
    /// A listing that was asked for is there, with its first page.
    void opened();
    /// It cannot be read.
    void failed(const rivereto::core::Error& error);
    void pageLoaded(quint64 number);
    /// The store has changed under the listing: what was read does not fit together any more.
    void stale();

private:
    struct Read {
        std::optional<core::Error> error;
        std::shared_ptr<FlowRows> rows;
        FlowsListing listing;
        uint64_t page = 0;
    };
    static Read openListing(const FlowsOrder& order, const std::optional<FlowsListing>& before, uint64_t around, std::stop_token stop);
    static void readPage(const FlowsOrder& order, Read& read, std::stop_token stop);
    void takeListing(quint64 generation, const std::shared_ptr<Read>& read);
    void takePage(quint64 generation, const std::shared_ptr<Read>& read);
    void next();
    void keep(uint64_t number, std::shared_ptr<FlowRows> rows);

    struct Kept {
        uint64_t number;
        std::shared_ptr<FlowRows> rows;
    };
    QThreadPool m_pool;
    std::stop_source m_stop;
    quint64 m_generation = 0;
    FlowsOrder m_order;   ///< of the listing that is there
    FlowsOrder m_asked;   ///< of the one that is being opened
    FlowsListing m_listing;
    bool m_opening = false;
    bool m_isOpen = false;
    std::list<Kept> m_kept; ///< most recently used first
    std::unordered_map<uint64_t, std::list<Kept>::iterator> m_byNumber;
    std::vector<uint64_t> m_wanted; ///< the last one first
    std::vector<uint64_t> m_reading;
};

} // namespace rivereto::ui
