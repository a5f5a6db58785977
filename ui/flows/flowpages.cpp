// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/flows/flowpages.h"

#include <algorithm>

#include <QElapsedTimer>

namespace rivereto::ui {

namespace {

constexpr int kThreads = 2;
constexpr size_t kPagesKept = 48;
/// Pages that scrolling has left behind are not read any more.
constexpr size_t kWanted = 6;

core::FlowsRequest requestFor(const FlowsOrder& order, const FlowsListing& listing)
{
    return {.range = listing.range, .filter = listing.filter, .columns = order.columns, .sort = order.sort, .descending = order.descending, .count = FlowPages::kRows};
}

/// How many rows of the new listing stand before the first of the old one; nothing when the two do not compare.
std::optional<int64_t> shiftBetween(const FlowsOrder& order, const FlowsListing& before, const FlowsListing& after, std::stop_token stop)
{
    if (order.sort != core::ColumnId::TimeReceived)
        return std::nullopt;
    auto request = requestFor(order, after);
    request.columns = {core::ColumnId::TimeReceived};
    request.count = 1;
    request.range = order.descending ? core::TimeRange{before.range.to, after.range.to} : core::TimeRange{before.range.from, after.range.from};
    if (request.range.to < request.range.from)
        return std::nullopt;
    if (request.range.length() == 0)
        return 0;
    const auto counted = order.store->flows(request, {.stop = stop, .progress = {}}, [](core::FlowBatch&&) { return true; });
    if (!counted)
        return std::nullopt;
    const auto rows = static_cast<int64_t>(counted->matched);
    return order.descending ? rows : -rows;
}

} // namespace

FlowPages::FlowPages(QObject* parent) : QObject(parent) { m_pool.setMaxThreadCount(kThreads); }

FlowPages::~FlowPages()
{
    m_stop.request_stop();
    m_pool.waitForDone();
}

void FlowPages::readPage(const FlowsOrder& order, Read& read, std::stop_token stop)
{
    QElapsedTimer timer;
    timer.start();
    auto request = requestFor(order, read.listing);
    request.offset = read.page * kRows;
    core::FlowBatch rows(order.store->schema());
    const auto done = order.store->flows(request, {.stop = stop, .progress = {}}, [&](core::FlowBatch&& batch) {
        if (rows.empty())
            rows = std::move(batch);
        else
            rows.append(batch);
        return true;
    });
    read.listing.milliseconds = static_cast<double>(timer.nsecsElapsed()) / 1e6;
    if (!done) {
        read.error = done.error();
        return;
    }
    read.listing.matched = done->matched;
    read.listing.inRange = done->inRange;
    read.listing.damaged = done->damaged;
    read.rows = std::make_shared<FlowRows>(std::move(rows));
}

FlowPages::Read FlowPages::openListing(const FlowsOrder& order, const std::optional<FlowsListing>& before, uint64_t around, std::stop_token stop)
{
    Read out;
    const auto status = order.store->status();
    if (!status) {
        out.error = status.error();
        return out;
    }
    const auto bound = core::bindFilter(order.filter, {.schema = *order.store->schema(), .nowMs = order.now.ms, .utcOffsetMinutes = order.now.utcOffsetMinutes});
    if (!bound) {
        out.error = bound.error();
        return out;
    }
    const auto range = resolveRange(order.range, *status, order.live, order.now);
    if (!range) {
        out.error = range.error();
        return out;
    }
    out.listing.status = *status;
    out.listing.filter = *bound;
    out.listing.range = range->value_or(status->range);
    if (before)
        out.listing.shift = shiftBetween(order, *before, out.listing, stop);
    if (order.descending && around > 0)
        around += static_cast<uint64_t>(std::max<int64_t>(out.listing.shift.value_or(0), 0));
    out.page = around / kRows;
    readPage(order, out, stop);
    if (!out.error && out.page > 0 && out.page * kRows >= out.listing.matched) {
        out.page = out.listing.matched == 0 ? 0 : (out.listing.matched - 1) / kRows;
        readPage(order, out, stop);
    }
    return out;
}

void FlowPages::open(const FlowsOrder& order, uint64_t around)
{
    m_stop.request_stop();
    m_stop = std::stop_source();
    const auto generation = ++m_generation;
    m_asked = order;
    m_opening = true;
    m_wanted.clear();
    m_reading.clear();
    std::optional<FlowsListing> before;
    if (m_isOpen && order.sameListing(m_order))
        before = m_listing;
    m_pool.start([this, order, before, around, generation, stop = m_stop.get_token()] {
        auto read = std::make_shared<Read>(openListing(order, before, around, stop));
        QMetaObject::invokeMethod(this, [this, generation, read] { takeListing(generation, read); }, Qt::QueuedConnection);
    });
}

void FlowPages::close()
{
    m_stop.request_stop();
    ++m_generation;
    m_opening = m_isOpen = false;
    m_listing = {};
    m_order = {};
    m_kept.clear();
    m_byNumber.clear();
    m_wanted.clear();
    m_reading.clear();
}

void FlowPages::takeListing(quint64 generation, const std::shared_ptr<Read>& read)
{
    if (generation != m_generation)
        return;
    m_opening = false;
    emit aboutToOpen(read->error ? FlowsListing() : read->listing);
    m_kept.clear();
    m_byNumber.clear();
    m_order = m_asked;
    m_isOpen = !read->error;
    if (read->error) {
        m_listing = {};
        emit failed(*read->error);
        return;
    }
    m_listing = std::move(read->listing);
    keep(read->page, std::move(read->rows));
    emit opened();
}

FlowRows* FlowPages::loaded(uint64_t number)
{
    const auto found = m_byNumber.find(number);
    if (found == m_byNumber.end())
        return nullptr;
    m_kept.splice(m_kept.begin(), m_kept, found->second);
    return found->second->rows.get();
}

FlowRows* FlowPages::page(uint64_t number)
{
    if (auto* rows = loaded(number))
        return rows;
    // While another listing is on its way, what is missing of this one is not worth reading.
    if (!m_isOpen || m_opening || std::ranges::find(m_reading, number) != m_reading.end())
        return nullptr;
    std::erase(m_wanted, number);
    m_wanted.insert(m_wanted.begin(), number);
    if (m_wanted.size() > kWanted)
        m_wanted.pop_back();
    next();
    return nullptr;
}

void FlowPages::prefetch(uint64_t first, uint64_t last)
{
    for (auto number = first; number <= last; ++number) {
        if (m_byNumber.contains(number) || !m_isOpen || m_opening || number * kRows >= m_listing.matched || m_wanted.size() >= kWanted)
            continue;
        if (std::ranges::find(m_reading, number) == m_reading.end() && std::ranges::find(m_wanted, number) == m_wanted.end())
            m_wanted.push_back(number);
    }
    next();
}

void FlowPages::next()
{
    while (!m_wanted.empty() && m_reading.size() < kThreads) {
        const auto number = m_wanted.front();
        m_wanted.erase(m_wanted.begin());
        m_reading.push_back(number);
        auto read = std::make_shared<Read>(Read{.error = {}, .rows = {}, .listing = m_listing, .page = number});
        m_pool.start([this, order = m_order, read, generation = m_generation, stop = m_stop.get_token()] {
            readPage(order, *read, stop);
            QMetaObject::invokeMethod(this, [this, generation, read] { takePage(generation, read); }, Qt::QueuedConnection);
        });
    }
}

void FlowPages::takePage(quint64 generation, const std::shared_ptr<Read>& read)
{
    if (generation != m_generation)
        return;
    std::erase(m_reading, read->page);
    if (read->error) {
        if (read->error->text != core::kCancelled)
            emit failed(*read->error);
        return;
    }
    if (read->listing.matched != m_listing.matched) {
        emit stale();
        return;
    }
    m_listing.milliseconds = read->listing.milliseconds;
    keep(read->page, std::move(read->rows));
    emit pageLoaded(read->page);
    next();
}

void FlowPages::keep(uint64_t number, std::shared_ptr<FlowRows> rows)
{
    if (const auto found = m_byNumber.find(number); found != m_byNumber.end()) {
        m_kept.erase(found->second);
        m_byNumber.erase(found);
    }
    m_kept.push_front({number, std::move(rows)});
    m_byNumber[number] = m_kept.begin();
    if (m_kept.size() > kPagesKept) {
        m_byNumber.erase(m_kept.back().number);
        m_kept.pop_back();
    }
}

} // namespace rivereto::ui
