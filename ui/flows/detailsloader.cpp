// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/flows/detailsloader.h"

namespace rivereto::ui {

namespace {

using core::ColumnId;

core::Result<std::shared_ptr<FlowRows>> readRow(const FlowsOrder& order, const FlowsListing& listing, uint64_t offset, std::stop_token stop)
{
    core::FlowsRequest request{.range = listing.range, .filter = listing.filter, .sort = order.sort, .descending = order.descending, .offset = offset, .count = 1};
    std::shared_ptr<FlowRows> row;
    const auto done = order.store->flows(request, {.stop = stop, .progress = {}}, [&](core::FlowBatch&& batch) {
        row = std::make_shared<FlowRows>(std::move(batch));
        return false;
    });
    if (!done)
        return tl::unexpected(done.error());
    if (!row || row->rows.rows() != 1)
        return core::fail("the flow is not there any more");
    return row;
}

/// nullptr when it cannot be found.
std::shared_ptr<const FlowDatagram> readDatagram(core::DatagramSource& source, const core::FlowBatch& row, std::stop_token stop)
{
    const auto number = [&](ColumnId id) { return row.view(id).number(0); };
    const core::DatagramQuestion question{.exporter = row.view(ColumnId::ExporterAddress).at<core::Ip>(0), .timeReceivedMs = number(ColumnId::TimeReceived),
                                          .timeExportedMs = number(ColumnId::TimeExported), .protocol = static_cast<core::Protocol>(number(ColumnId::ExportProtocol))};
    const auto found = source.find(question, {.stop = stop, .progress = {}});
    if (!found || found->candidates.empty())
        return nullptr;
    core::RecordFinder finder(row.sharedSchema());
    core::Dissector dissector(row.sharedSchema());
    for (const auto* several : {&found->before, &found->after}) {
        for (const auto& datagram : *several) {
            finder.learn(datagram.view());
            dissector.learn(datagram.view());
        }
    }
    for (const auto& candidate : found->candidates) {
        if (stop.stop_requested())
            return nullptr;
        auto tree = dissector.dissect(candidate.view());
        auto match = finder.find(candidate.view(), tree, row);
        if (match)
            return std::make_shared<FlowDatagram>(FlowDatagram{.datagram = candidate, .tree = std::move(tree), .record = match->record, .decoded = std::move(match->decoded), .reverse = match->reverse, .names = finder.names()});
    }
    return nullptr;
}

} // namespace

DetailsLoader::DetailsLoader(QObject* parent) : QObject(parent)
{
    // A search that is slow to notice its end does not hold up the next.
    m_pool.setMaxThreadCount(2);
}

DetailsLoader::~DetailsLoader()
{
    m_stop.request_stop();
    m_pool.waitForDone();
}

void DetailsLoader::cancel()
{
    m_stop.request_stop();
    ++m_generation;
}

void DetailsLoader::load(const FlowsOrder& order, const FlowsListing& listing, uint64_t offset, std::shared_ptr<core::DatagramSource> source)
{
    m_stop.request_stop();
    m_stop = std::stop_source();
    const auto generation = ++m_generation;
    m_pool.start([this, order, listing, offset, source, generation, stop = m_stop.get_token()] {
        const auto tell = [this, generation](const FlowDetails& details, bool complete) {
            QMetaObject::invokeMethod(this, [this, generation, details, complete] {
                if (generation == m_generation)
                    emit loaded(details, complete);
            }, Qt::QueuedConnection);
        };
        const auto row = readRow(order, listing, offset, stop);
        if (!row) {
            QMetaObject::invokeMethod(this, [this, generation, error = row.error()] {
                if (generation == m_generation)
                    emit failed(error);
            }, Qt::QueuedConnection);
            return;
        }
        // The GUI thread has its own copy: segments are for one thread.
        core::FlowBatch copy((*row)->rows.sharedSchema());
        copy.append((*row)->rows);
        tell({.row = *row, .datagram = nullptr, .searched = source != nullptr}, source == nullptr);
        if (source)
            tell({.row = *row, .datagram = readDatagram(*source, copy, stop), .searched = true}, true);
    });
}

} // namespace rivereto::ui
