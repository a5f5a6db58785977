// SPDX-License-Identifier: GPL-3.0-or-later
// FlowStore and FlowSink: what the rest of Rivereto knows of a database. Read this first in core/store.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>

#include "core/batch/flowbatch.h"
#include "core/decode/knowntemplate.h"
#include "core/health/health.h"
#include "core/query/aggregate.h"
#include "core/store/interruption.h"
#include "core/store/sourcefile.h"

namespace rivereto::core {

struct StoreStatus {
    uint64_t rows = 0;
    TimeRange range;         ///< of TimeReceived; both 0 when empty. `to` is one past the last flow.
    uint64_t bytes = 0;      ///< on disk
    uint64_t generation = 0; ///< changes whenever an answer may change
    std::optional<Received> received; ///< since the file was made; nothing when that is not known of all its flows
};

/// Passed to every long call. Safe to use from any thread.
struct Control {
    std::stop_token stop;                        ///< ends the call soon, with kCancelled
    std::function<void(double share)> progress;  ///< 0 … 1, from any thread; may be empty
};
inline constexpr std::string_view kCancelled = "cancelled";

/// Rows asked for by kind flows. Sorted by one column; ties stand in the same order in every page of an unchanged store.
/// A store may know a filter again by its root(): pages of one listing should share it.
struct FlowsRequest {
    TimeRange range;
    BoundFilter filter;
    std::vector<ColumnId> columns; ///< empty: all stored ones
    ColumnId sort = ColumnId::TimeReceived;
    bool descending = true;
    uint64_t offset = 0;
    uint64_t count = 0; ///< 0: all
};

struct FlowsSummary {
    uint64_t matched = 0; ///< before offset and count
    uint64_t inRange = 0;
    uint64_t generation = 0; ///< of StoreStatus, of what was read; 0: unknown
    std::vector<DamagedPart> damaged; ///< left out
};

/// Read side of a database. All calls may come from several threads at once.
class FlowStore {
public:
    virtual ~FlowStore() = default;
    [[nodiscard]] virtual std::shared_ptr<const Schema> schema() const = 0;
    [[nodiscard]] virtual Result<StoreStatus> status() = 0;
    /// Filters, groups and sums; shaping is the caller's (query/shape.h).
    virtual Result<Aggregate> aggregate(const AggregateRequest& request, const Control& control) = 0;
    /// Hands matching rows to `sink` in order, in batches of at most kSegmentRows; sink returns false to stop early.
    virtual Result<FlowsSummary> flows(const FlowsRequest& request, const Control& control,
                                       const std::function<bool(FlowBatch&&)>& sink) = 0;
    /// Times within the range of which the store knows that flows are missing, by start. Stores that do not know have none.
    virtual Result<std::vector<Interruption>> interruptions(const TimeRange&) { return std::vector<Interruption>{}; }
    /// What is known of the exporters; of interface counters those whose five minutes begin within the range.
    virtual Result<HealthReport> health(const TimeRange&) { return HealthReport{}; }
    /// Templates that exporters announced while their flows were received live, the one announced last at the end.
    virtual Result<std::vector<KnownTemplate>> templates() { return std::vector<KnownTemplate>{}; }
    /// Files that were read into it, in that order.
    virtual Result<std::vector<SourceFile>> sources() { return std::vector<SourceFile>{}; }
};

/// Write side. Calls may come from several threads; each is an order of its own.
class FlowSink {
public:
    virtual ~FlowSink() = default;
    /// Takes rows; blocks while the writer is behind. An error is final: nothing more will be accepted.
    virtual Result<void> append(FlowBatch&& batch) = 0;
    /// Returns when all that was appended is committed.
    virtual Result<void> flush() = 0;
    /// Told every second or so while flows are received, and at the end, so that interruptions can be known later. Never blocks.
    virtual void listening(const Listening&) { }
    /// Told what has arrived since it was last told. Never blocks.
    virtual void received(const Received&) { }
    /// Told about every second what has become known of exporters since it was last told. Never blocks.
    virtual void health(HealthReport&&) { }
    /// Told about every second which templates are new or gone, of live input only. Never blocks.
    virtual void templates(TemplateNews&&) { }
    /// Told of a file whose flows were all appended. Never blocks.
    virtual void source(SourceFile&&) { }
};

} // namespace rivereto::core
