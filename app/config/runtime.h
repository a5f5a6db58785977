// SPDX-License-Identifier: GPL-3.0-or-later
// Runtime: what the configuration in force makes of schema, pipeline and enrichment.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "app/config/learntnames.h"
#include "app/session/importjob.h"
#include "app/session/listener.h"
#include "collectors/pipeline/pipeline.h"
#include "core/config/config.h"
#include "core/enrich/asnames.h"

namespace rivereto::app {

/// The file that --config names; else the user's own configuration when there is one; else none. Environment over file.
/// Also returns the file's name, empty when there is none.
core::Result<std::pair<core::Config, std::string>> loadConfig(const std::optional<std::string>& file);

/// Cheap to copy: shares what it has loaded.
class Runtime {
public:
    /// Reads configuration, networks files and MMDB databases. Relative paths in a file are relative to it.
    /// `captures` are settings over those of the file for captures, "key=words,…" (core/decode/inputsettings.h).
    static core::Result<Runtime> load(const std::optional<std::string>& file, const std::optional<std::string>& captures = {});

    [[nodiscard]] std::shared_ptr<const core::Schema> schema() const { return m_schema; }
    [[nodiscard]] const core::Config& config() const { return *m_config; }
    /// Decoder options as for captures, and an enrichment chain for each worker.
    [[nodiscard]] collectors::PipelineOptions pipelineOptions(unsigned workers) const;
    /// The same for files, with what is wanted of them.
    [[nodiscard]] ImportOptions importOptions(unsigned workers) const { return {.pipeline = pipelineOptions(workers), .settings = m_config->captures, .progress = {}}; }
    /// The configured inputs; the default ports when there are none.
    [[nodiscard]] std::vector<ListenSpec> listenSpecs() const { return m_inputs; }
    /// The shipped table with the user's names over it; read on first use.
    [[nodiscard]] std::shared_ptr<const core::AsNames> asNames() const;

private:
    core::Result<void> loadNetworks(const std::string& folder);

    std::shared_ptr<const core::Schema> m_schema;
    std::shared_ptr<const core::Config> m_config;
    std::shared_ptr<const core::StaticMetadata> m_metadata;
    std::shared_ptr<const core::NetworkSources> m_networks;
    std::shared_ptr<LearntNames> m_learnt;
    std::vector<ListenSpec> m_inputs;
};

} // namespace rivereto::app
