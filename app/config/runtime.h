// SPDX-License-Identifier: GPL-3.0-or-later
// Runtime: what the configuration in force makes of schema, pipeline and enrichment.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "app/session/listener.h"
#include "collectors/pipeline/pipeline.h"

namespace rivereto::app {

class Runtime {
public:
    /// From `file`, else from the user's own configuration if there is one, and from the environment.
    static core::Result<Runtime> load(const std::optional<std::string>& file);

    [[nodiscard]] std::shared_ptr<const core::Schema> schema() const { return m_schema; }
    /// Decoder options and an enrichment chain for each worker.
    [[nodiscard]] collectors::PipelineOptions pipelineOptions(unsigned workers) const;
    /// The configured inputs; the default ports when there are none.
    [[nodiscard]] std::vector<ListenSpec> listenSpecs() const { return defaultListenSpecs(); }

private:
    std::shared_ptr<const core::Schema> m_schema;
};

} // namespace rivereto::app
