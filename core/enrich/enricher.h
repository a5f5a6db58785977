// SPDX-License-Identifier: GPL-3.0-or-later
// Enricher: the chain of steps that every batch goes through between decoder and store. Read this first in core/enrich.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "core/batch/flowbatch.h"

namespace rivereto::core {

/// Reads some columns of a batch and writes others. Owned by one worker, so that it may keep memos without locks; what it
/// looks up in is shared and immutable.
class EnrichStep {
public:
    virtual ~EnrichStep() = default;
    virtual void apply(FlowBatch& batch) = 0;
};

/// Columns that the user does not want stored; the last step.
class DropStep final : public EnrichStep {
public:
    explicit DropStep(std::vector<ColumnId> columns) : m_columns(std::move(columns)) { }
    void apply(FlowBatch& batch) override
    {
        for (const auto id : m_columns)
            batch.dropColumn(id);
    }

private:
    std::vector<ColumnId> m_columns;
};

/// Steps in order (PRODUCT.md §3: metadata, routing, networks, AS, classification, dictionaries). One a worker.
class Enricher {
public:
    void add(std::unique_ptr<EnrichStep> step) { m_steps.push_back(std::move(step)); }
    void run(FlowBatch& batch)
    {
        for (auto& step : m_steps)
            step->apply(batch);
    }

private:
    std::vector<std::unique_ptr<EnrichStep>> m_steps;
};

/// Makes the chain for one more worker; called from the thread that starts the pipeline.
using EnricherFactory = std::function<Enricher()>;

} // namespace rivereto::core
